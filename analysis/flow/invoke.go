package flow

import (
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// invoke runs the function that a call is handed and calls itself, now or
// later: a background task, a thread, a pool. It gives nil if the call's own
// result is another.
func (f *frame) invoke(n syntax.Node, x *models.Invoke, recv *Value, args []Arg) *Value {
	fn := f.argOf(x.Function, recv, args)
	if fn == nil || fn.fn == nil && fn.cls == nil && (fn.Name == "" || fn.Name[0] == '.' || fn.Name[0] == '~') {
		return nil
	}
	own := handedOn(x, args)
	if x.Function == "self" && boundTask(fn.fn) {
		own = append([]Arg{{Value: unknown}}, own...)
	}
	if x.Queued {
		for i := range own {
			own[i].Value = own[i].Value.vague()
		}
	}
	v := f.indirectly(n, fn, own)
	if !x.Result {
		return nil
	}
	return v
}

// vague is v, whose data is a step less certain to be what it was.
func (v *Value) vague() *Value {
	if len(v.Origins) == 0 {
		return v
	}
	c := *v
	c.root = v.id()
	c.Origins = slices.Clone(v.Origins)
	for i := range c.Origins {
		c.Origins[i].Vague = true
	}
	return &c
}

// boundTask reports whether a function outside a class takes itself first, as
// tasks of a queue may.
func boundTask(fn *Func) bool {
	if fn == nil || fn.class != nil {
		return false
	}
	params := python.Params(fn.node)
	return len(params) > 0 && params[0].Name == "self"
}

// indirectly calls a value that is not what stands before the parentheses.
func (f *frame) indirectly(n syntax.Node, fn *Value, args []Arg) *Value {
	before := f.run.indirect
	f.run.indirect = n
	defer func() { f.run.indirect = before }()
	return f.apply(n, fn, args)
}

// handedOn are the arguments that the function is called with.
func handedOn(x *models.Invoke, args []Arg) []Arg {
	var own []Arg
	if x.Args != "" {
		from, pos := int(x.Args[0]-'0'), 0
		for _, a := range args {
			switch a.Name {
			case "":
				if pos >= from {
					own = append(own, a)
				}
				pos++
			case x.Function, x.List, x.Dict:
			default:
				own = append(own, a)
			}
		}
	}
	if a := findAny(args, x.List); a != nil {
		own = append(own, spreadList(a)...)
	}
	if a := findAny(args, x.Dict); a != nil {
		own = append(own, spreadDict(a)...)
	}
	return own
}

// findAny is FindArg for a list of positions and keywords.
func findAny(args []Arg, which string) *Arg {
	for w := range strings.SplitSeq(which, ",") {
		if a := FindArg(args, strings.TrimSpace(w)); a != nil && w != "" {
			return a
		}
	}
	return nil
}

// spreadList is *list as arguments.
func spreadList(a *Arg) []Arg {
	var out []Arg
	for i := range a.Value.parts {
		v := a.Value.Element(i)
		if v == nil {
			break
		}
		out = append(out, Arg{Node: a.Node, Value: v})
	}
	if len(out) == 0 {
		out = append(out, Arg{Name: "*", Node: a.Node, Value: a.Value})
	}
	return out
}

// spreadDict is **dict as arguments.
func spreadDict(a *Arg) []Arg {
	var out []Arg
	for _, p := range a.Value.parts {
		if p.key.kind == keyPart {
			out = append(out, Arg{Name: p.key.name, Node: a.Node, Value: p.v})
		}
	}
	if len(out) == 0 {
		out = append(out, Arg{Name: "**", Node: a.Node, Value: a.Value})
	}
	return out
}
