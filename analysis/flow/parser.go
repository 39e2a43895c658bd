package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// parsedArgs is what parser.parse_args() gives: the arguments that calls of
// add_argument on a parser of that name declare, each by its type. Calls in the
// same function count, or if there are none, those of the file.
func parsedArgs(f *frame, n syntax.Node, _ []Arg) *Value {
	parser := python.LastName(n.Child(syntax.FieldFunction).Child(syntax.FieldObject))
	if parser == "" {
		return nil
	}
	calls := argumentsIn(f.run.unit, parser)
	if len(calls) == 0 {
		for _, st := range f.m.units {
			calls = append(calls, argumentsIn(st, parser)...)
		}
	}
	if len(calls) == 0 {
		return nil
	}
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	data := &Value{Origins: []Origin{{Tier: models.Remote, Label: label(n), Node: n}}}
	out := &Value{Type: "dict", parts: []part{}, rest: data}
	for _, c := range calls {
		args := f.args(c.Child(syntax.FieldArguments))
		name := ""
		if v := argValue(args, 0); v != nil {
			name, _ = v.Str()
			name = strings.TrimLeft(name, "-")
		}
		if v := FindValue(args, "dest"); v != nil {
			name, _ = v.Str()
		}
		if name == "" {
			continue
		}
		v := f.parsedArg(c, args, data)
		out = out.with(partKey{kind: keyPart, name: name}, v)
		out = out.with(partKey{kind: attrPart, name: name}, v)
	}
	return out
}

// parsedArg is the value of one declared argument.
func (f *frame) parsedArg(call syntax.Node, args []Arg, data *Value) *Value {
	v := data
	if t := FindValue(args, "type"); t != nil {
		switch {
		case t.fn != nil:
			if x := f.inline(call, t.fn, nil, []Arg{{Value: data}}); x != neverReturns {
				v = x
			}
		case harmlessType(t.Name):
			v = typed(t.Name)
		default:
			if h := f.m.set.TypeOf(t.Name + "()"); harmlessType(h) {
				v = typed(h)
			}
		}
	}
	if FindArg(args, "choices") != nil {
		v = v.cleaned(models.All)
	}
	if a := FindValue(args, "action"); a != nil {
		if s, _ := a.Str(); s == "append" || s == "split" {
			return &Value{Type: "list", rest: v}
		}
	}
	return v
}

var addArgument = hashOf("add_argument")

// argumentsIn lists the calls of parser.add_argument in a unit.
func argumentsIn(st *unitState, parser string) []syntax.Node {
	if !st.facts.names.has(addArgument) {
		return nil
	}
	var out []syntax.Node
	for d := range st.unit.Root().Descendants() {
		if d.Kind() != syntax.KindCall || len(out) >= maxParts {
			continue
		}
		fn := d.Child(syntax.FieldFunction)
		if fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "add_argument" && python.LastName(fn.Child(syntax.FieldObject)) == parser {
			out = append(out, d)
		}
	}
	return out
}
