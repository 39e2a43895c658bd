package flow

import (
	"slices"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// A private function is called by what stands in its file. Where all those calls
// are seen, its parameters are what they give, and not of unknown origin.

// depCalls, with the name of a private function, is what calls it.
const depCalls = "\x00calls:"

// isPrivate reports whether a name says that it is its module's own.
func isPrivate[T string | []byte](name T) bool {
	return len(name) > 1 && name[0] == '_' && name[1] != '_'
}

// calls are those that a unit makes itself of functions whose callers are asked
// for.
type calls struct {
	made map[syntax.Node]*call
	deps []depID
}

// call is one call, by the parameters that it binds.
type call struct {
	fn   syntax.Node
	args map[string]*Value // joined over the rounds of a loop
}

// given are parameters of a function that is run by itself.
type given struct {
	fn   syntax.Node
	args map[string]*Value
}

// noteCall notes a call of a private or nested function.
func (f *frame) noteCall(n syntax.Node, fn *Func, self *Value, args []Arg) {
	if f.depth > 0 || f.run.calls == nil && (fn.closure == nil || fn.closure != f) || n.Kind() != syntax.KindCall {
		return
	}
	if fn.closure == nil && (fn.a != f.run.unit.a || !isPrivate(fn.node.Child(syntax.FieldName).Str())) {
		return
	}
	g := f.enter(fn)
	f.bindArgs(g, fn, g.scope.Params, self, args)
	made := f.made()
	c := made[n]
	if c == nil {
		c = &call{fn: fn.node, args: map[string]*Value{}}
		made[n] = c
	}
	if c.fn != fn.node {
		c.fn = syntax.Node{} // now this, now that
		return
	}
	for _, p := range g.scope.Params {
		c.args[p.Name] = join(c.args[p.Name], g.env.local(g.scope, p.Name))
	}
}

// made are the calls noted in this run.
func (f *frame) made() map[syntax.Node]*call {
	if f.run.calls != nil {
		return f.run.calls
	}
	if f.run.nested == nil {
		f.run.nested = map[syntax.Node]*call{}
	}
	return f.run.nested
}

// callsIn are the calls that a unit makes of private functions, with its own
// parameters as they are to anybody.
func (m *Module) callsIn(st *unitState) *calls {
	if st.calls == nil {
		r := &run{unit: st, deps: m.a.newDeps(), quiet: 1, calls: map[syntax.Node]*call{}}
		r.runUnit(&Result{})
		if r.over {
			r.calls = nil
		}
		deps := m.a.gathered(r.deps)
		m.a.used(deps)
		if r.partial {
			return &calls{deps: deps}
		}
		st.calls = &calls{made: r.calls, deps: deps}
	}
	return st.calls
}

// givenByCallers are the parameters of a private function to which all of its
// callers give what is the program's own; nil if there are none.
func (m *Module) givenByCallers(r *run) *given {
	u := r.unit.unit
	if u.Class != syntax.Function || !isPrivate(u.Name) || !ofUnknownOrigin(r.events) {
		return nil
	}
	r.deps.add(m.a.dep(depCalls + u.Name))
	fn := python.Undecorated(u.Root())
	if !callable(fn) {
		return nil
	}
	h := hashOf(u.Name)
	var all []*call
	for _, st := range m.units {
		if st == r.unit || !st.facts.names.has(h) {
			continue
		}
		sites, ok := callSites(st.unit.Root(), u.Name, syntax.Node{})
		if !ok {
			return nil
		}
		if len(sites) == 0 {
			continue
		}
		in := m.callsIn(st)
		r.partial = r.partial || in != st.calls
		r.inherit(in, in.deps)
		for _, n := range sites {
			all = append(all, in.made[n])
		}
	}
	if sites, ok := callSites(fn, u.Name, fn); !ok || len(sites) > 0 {
		return nil // it calls itself
	}
	return joinCalls(fn, all)
}

// givenByScope is givenByCallers for a function that the scope defines.
func (f *frame) givenByScope(fn *Func) *given {
	name := fn.node.Child(syntax.FieldName)
	if len(f.run.nested) == 0 || !name.OK() || !callable(fn.node) {
		return nil
	}
	around := f.run.unit.unit.Root()
	if f.fn != nil {
		around = f.fn.node
	}
	sites, ok := callSites(around, name.Str(), fn.node)
	if !ok {
		return nil
	}
	var all []*call
	for _, n := range sites {
		all = append(all, f.run.nested[n])
	}
	return joinCalls(fn.node, all)
}

// callable reports whether calls of a function's name call it as it is.
func callable(fn syntax.Node) bool {
	return !slices.ContainsFunc(python.Decorators(fn), func(d syntax.Node) bool {
		name := d.Str()
		return name != "staticmethod" && name != "classmethod"
	})
}

// callSites finds the calls of a name in a node. It is not ok if the name is
// there for anything else but the definition of the function itself.
func callSites(in syntax.Node, name string, def syntax.Node) (sites []syntax.Node, ok bool) {
	for n := range in.Descendants() {
		if n.Kind() != syntax.KindIdentifier || string(n.Text()) != name {
			continue
		}
		at := n.Parent()
		if at == def && n.Field() == syntax.FieldName {
			continue
		}
		if at.Kind() == syntax.KindAttribute && n.Field() == syntax.FieldAttribute {
			n, at = at, at.Parent()
		}
		if at.Kind() != syntax.KindCall || n.Field() != syntax.FieldFunction {
			return nil, false
		}
		sites = append(sites, at)
	}
	return sites, true
}

// joinCalls are the parameters of a function that are the program's own, or
// clean for something, in all of its calls; nil if there are none, or one call
// was not seen.
func joinCalls(fn syntax.Node, all []*call) *given {
	g := &given{fn: fn, args: map[string]*Value{}}
	if len(all) == 0 {
		return nil
	}
	for _, c := range all {
		if c == nil || c.fn != fn {
			return nil
		}
	}
	for _, p := range python.Params(fn) {
		var v *Value
		for _, c := range all {
			x := c.args[p.Name]
			if x == nil {
				x = unknown
			}
			v = join(v, x)
		}
		switch {
		case !v.tainted(models.Opaque):
			g.args[p.Name] = v
		case v.Clean != 0 && len(v.parts) == 0 && v.rest == nil:
			g.args[p.Name] = &Value{Clean: v.Clean, Origins: []Origin{{Tier: models.Unknown, Label: p.Name, Node: p.Node}}}
		}
	}
	if len(g.args) == 0 {
		return nil
	}
	return g
}

// ofUnknownOrigin reports whether values that nobody knows take part in events.
func ofUnknownOrigin(events []Event) bool {
	isUnknown := func(t models.Tier) bool { return t == models.Unknown }
	for i := range events {
		e := &events[i]
		if e.Value != nil && e.Value.any(isUnknown) || slices.ContainsFunc(e.Args, func(a Arg) bool { return a.Value.any(isUnknown) }) {
			return true
		}
	}
	return false
}
