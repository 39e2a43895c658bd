package flow

import (
	"slices"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// decorated is what the name of a function stands for: the function, or what
// decorators of the program put in its place.
func (f *frame) decorated(fn *Func) *Value {
	v := fn.plain()
	if p := fn.node.Parent(); !p.OK() || p.Kind() != syntax.KindDecoratedDefinition {
		return v
	}
	list := python.Decorators(fn.node)
	if len(list) == 0 || slices.Contains(f.run.wrapping, fn) || len(f.run.wrapping) > 4 {
		return v
	}
	if w, ok := f.run.wrapped[fn]; ok {
		return w
	}
	f.run.wrapping = append(f.run.wrapping, fn)
	f.run.quiet++
	for _, d := range slices.Backward(list) {
		v = f.wrap(d, v)
	}
	f.run.quiet--
	f.run.wrapping = f.run.wrapping[:len(f.run.wrapping)-1]
	if f.run.wrapped == nil {
		f.run.wrapped = map[*Func]*Value{}
	}
	f.run.wrapped[fn] = v
	return v
}

// plain is the function undecorated.
func (fn *Func) plain() *Value {
	if fn.value == nil {
		fn.value = &Value{fn: fn}
	}
	return fn.value
}

// wrap applies one decorator, if it is of the program.
func (f *frame) wrap(d syntax.Node, v *Value) *Value {
	name := d
	if d.Kind() == syntax.KindCall {
		name = d.Child(syntax.FieldFunction)
	}
	if k := name.Kind(); k != syntax.KindIdentifier && k != syntax.KindAttribute || f.env == nil {
		return v
	}
	if c := f.eval(name); !c.Local() && c.alts == nil {
		return v // of a library: it calls the function as it is
	}
	deco := f.eval(d)
	if deco.fn == nil && (deco.cls == nil || deco.inst && f.dunder(deco, "__call__") == nil) {
		return v
	}
	out := f.apply(d, deco, []Arg{{Node: d, Value: v}})
	if out.fn != nil || out.cls != nil && out.inst && f.dunder(out, "__call__") != nil {
		return out
	}
	return v
}

// capture notes what a wrapper passes on to the function that it wraps.
type capture struct {
	fn   *Func
	args [][]Arg
	seen bool
}

// isUnknownParam reports whether v is a parameter of which nothing is known.
func isUnknownParam(v *Value, p python.Param) bool {
	return len(v.Origins) == 1 && v.Origins[0].Tier == models.Unknown && v.Origins[0].Node == p.Node
}

func (r *run) captures(fn *Func) bool { return r.capture != nil && r.capture.fn == fn }

func (c *capture) note(args []Arg) *Value {
	c.seen = true
	c.args = append(c.args, args)
	return unknown
}

// throughWrappers gives the parameters of a function what its own decorators
// pass on of what a framework calls it with.
func (f *frame) throughWrappers(g *frame, fn *Func, params []python.Param) {
	if f.run.capture != nil || len(python.Decorators(fn.node)) == 0 {
		return
	}
	w := f.in(fn.a).decorated(fn)
	if w.fn == fn || w.fn == nil {
		return
	}
	var args []Arg
	var self *Value
	missing := map[string]bool{} // what the framework does not give: the wrappers do
	for i, p := range params {
		v := g.env.local(g.scope, p.Name)
		switch {
		case v == nil:
			return
		case p.Kind == python.Star || p.Kind == python.DoubleStar:
			return
		case i == 0 && fn.class != nil:
			self = v
		case g.route != nil && g.pattern != "" && isUnknownParam(v, p):
			missing[p.Name] = true
		case i < 2 || g.route == nil:
			args = append(args, Arg{Node: p.Node, Value: v})
		default:
			args = append(args, Arg{Name: p.Name, Node: p.Node, Value: v}) // as frameworks call it
		}
	}
	c := &capture{fn: fn}
	f.run.capture = c
	f.run.quiet++
	h := &frame{m: g.m, run: f.run, scope: noNames, env: &env{}}
	if self != nil {
		args = append([]Arg{{Node: params[0].Node, Value: self}}, args...)
	}
	h.follow(syntax.Node{}, syntax.Node{}, w.fn, nil, args)
	f.run.quiet--
	f.run.capture = nil
	var joined *env
	for _, list := range c.args {
		k := &frame{m: g.m, run: f.run, scope: g.scope, fn: g.fn, parent: g.parent, env: &env{vars: make([]*Value, len(g.env.vars))}}
		h.env = &env{}
		h.bindArgs(k, fn, params, nil, list)
		joined = merge(joined, k.env)
	}
	if joined == nil {
		return
	}
	for i, p := range params {
		old, v := g.env.local(g.scope, p.Name), joined.local(g.scope, p.Name)
		if v != nil && v != unknown && (i > 0 || fn.class == nil) && (v.id() == old.id() || missing[p.Name]) {
			g.setLocal(p.Name, v)
		}
	}
}

// evalDecorators runs the decorators of a definition that rules look at, and
// notes those that are written without a call as calls.
func (f *frame) evalDecorators(def syntax.Node) {
	for _, d := range python.Decorators(def) {
		name, isCall := d, d.Kind() == syntax.KindCall
		if isCall {
			name = d.Child(syntax.FieldFunction)
		}
		if k := name.Kind(); k != syntax.KindIdentifier && k != syntax.KindAttribute {
			if def.Kind() == syntax.KindClassDefinition {
				f.eval(d)
			}
			continue
		}
		if isCall {
			if def.Kind() == syntax.KindClassDefinition || f.m.a.mayWant(name) {
				f.eval(d)
			}
			continue
		}
		if !f.m.a.mayWant(name) {
			continue
		}
		if c := f.eval(name); !c.Local() && c.Name != "" && f.m.a.wants[c.Name] && f.run.quiet == 0 {
			f.emit(Event{Kind: Called, Node: d, Name: c.Name, Recv: c.recv})
		}
	}
}

// mayWant reports whether rules may look at a call of what a name or attribute
// stands for.
func (a *Analyzer) mayWant(name syntax.Node) bool {
	if name.Kind() == syntax.KindAttribute {
		name = name.Child(syntax.FieldAttribute)
	}
	return a.leaves[name.Str()] != nil || name.Kind() == syntax.KindIdentifier && name.Field() != syntax.FieldAttribute && a.isAlias(name.Str())
}

// isAlias reports whether the module binds a name by an import or assignment of
// something that rules look at.
func (a *Analyzer) isAlias(name string) bool {
	return a.m.awake != nil && len(a.m.binds[name]) > 0 && slices.Contains(a.m.awake.always, hashOf(name))
}
