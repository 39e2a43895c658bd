package flow

import (
	"slices"
	"strconv"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// bySignature is the route of a function that is known to be a handler by what
// its parameters are called; nil if it is none.
func (f *frame) bySignature(fn *Func) *models.Route {
	params := fn.params()
	if fn.class != nil && !f.m.isStatic(fn) && len(params) > 0 {
		params = params[1:]
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, r := range f.m.set.Signatures() {
		if !called(params, r.Signature) || len(r.Methods) > 0 && !among(r.Methods, name) {
			continue
		}
		if r.Import != "" {
			f.run.deps.add(f.m.a.dep(depRoots))
			if !f.m.roots[r.Import] {
				continue
			}
		}
		return r
	}
	return nil
}

// called reports whether the parameters begin with the names.
func called(params []python.Param, names []string) bool {
	if len(params) < len(names) {
		return false
	}
	for i, want := range names {
		if params[i].Kind != python.Positional || !slices.Contains(strings.Split(want, "|"), params[i].Name) {
			return false
		}
	}
	return true
}

// among reports whether a name is in the list, or begins like an entry that
// ends in a star.
func among(list []string, name string) bool {
	return slices.ContainsFunc(list, func(x string) bool {
		head, star := strings.CutSuffix(x, "*")
		return x == name || star && strings.HasPrefix(name, head)
	})
}

// marked is the route of a function that an attribute makes a handler: its
// own, index.exposed = True, or its class's.
func (f *frame) marked(fn *Func) *models.Route {
	if fn.class == nil || fn.class.unit == nil {
		return nil
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, r := range f.m.set.Markers() {
		f.run.deps.add(f.m.a.dep(depRoots))
		if !f.m.roots[r.Import] {
			continue
		}
		if marksFunction(fn.class, name, r.Marker) {
			return r
		}
		if slices.Contains(r.Methods, name) {
			if v := f.classAttr(&Value{cls: fn.class}, r.Marker, fn.node); v != nil {
				if t, ok := truth(v); ok && t {
					return r
				}
			}
		}
	}
	return nil
}

// marksFunction reports whether the body of a class holds name.marker = True.
func marksFunction(c *Class, name, marker string) bool {
	for _, o := range c.a.m.body[c.name] {
		st := c.a.m.units[o]
		if st.unit.Class != syntax.Statement || st.unit.Kind != syntax.KindExpressionStatement {
			continue
		}
		a := st.unit.Root().NamedChild(0)
		if !a.OK() || a.Kind() != syntax.KindAssignment {
			continue
		}
		left, right := a.Child(syntax.FieldLeft), a.Child(syntax.FieldRight)
		if left.Kind() == syntax.KindAttribute && right.OK() && right.Kind() == syntax.KindTrue &&
			left.Child(syntax.FieldObject).Str() == name && left.Child(syntax.FieldAttribute).Str() == marker {
			return true
		}
	}
	return false
}

// ofClass takes in what the decorators of a handler's class say.
func (f *frame) ofClass(how *routed, fn *Func) {
	if fn.class.unit == nil {
		return
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, d := range python.Decorators(fn.class.node) {
		var of routed
		f.run.quiet++
		f.in(fn.class.a).decoratedBy(&of, d)
		f.run.quiet--
		if of.route == nil {
			continue
		}
		if of.pattern != "" {
			how.pattern, how.syntax = of.pattern, of.route.Syntax
		}
		if slices.Contains(of.route.Methods, name) {
			how.route = of.route
		}
	}
}

// standsFor is the value of a parameter that a route names; nil if it does not.
func (f *frame) standsFor(route *models.Route, p python.Param, i int) *Value {
	if route == nil || route.Args == nil {
		return nil
	}
	name := route.Args[p.Name]
	if name == "" {
		name = route.Args[strconv.Itoa(i)]
	}
	if name == "" {
		return nil
	}
	v := f.run.symbol(name)
	if len(v.Origins) == 0 {
		return v
	}
	s := f.m.set.Value(v.Name)
	c := *v
	// of a whole whose elements count, who knows which were used
	c.Origins = []Origin{{Tier: v.Origins[0].Tier, Label: p.Name, Node: p.Node, Vague: s != nil && s.Keyed}}
	return &c
}

// first runs what a framework calls before a handler method, for what it tells
// of the response.
func (f *frame) first(g *frame, fn *Func, route *models.Route) {
	if route == nil || fn.class == nil {
		return
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, before := range route.Before {
		if before == name {
			return
		}
		self := f.instance(fn.class)
		m := f.classAttr(self, before, fn.node)
		if m == nil || m.fn == nil {
			continue
		}
		f.run.quiet++
		h := &frame{m: f.m, run: f.run, scope: noNames, env: &env{mime: g.env.mime}}
		h.inline(fn.node, m.fn, self, nil)
		f.run.quiet--
		if h.env != nil {
			g.env.mime = h.env.mime
		}
	}
}

// pair notes that a pair (pattern, class) registers the class.
func (f *frame) pair(v *Value) {
	if f.depth > 0 {
		return
	}
	pattern, c := v.Element(0), v.Element(1)
	if pattern == nil || c == nil || c.cls == nil || c.inst || c.cls.unit == nil {
		return
	}
	text, ok := pattern.Str()
	if !ok {
		return
	}
	for _, b := range c.cls.externalBases(0) {
		if r := f.m.set.RouteBase(b); r != nil && r.Pairs != "" {
			f.run.routes = append(f.run.routes, Registration{
				Path: c.cls.a.path, Handler: c.cls.name, Call: r.Pairs, Pattern: text, From: f.m.a.path,
			})
			return
		}
	}
}

// keyed is an element of a source whose elements are sources of their own; nil
// if obj is none, or the program has put something else there.
func (f *frame) keyed(obj, key *Value, n syntax.Node) *Value {
	name, ok := key.Str()
	if !ok || obj.Name == "" || obj.part(partKey{kind: keyPart, name: name}) != nil {
		return nil
	}
	s := f.m.set.Value(obj.Name)
	if s == nil || !s.Keyed {
		return nil
	}
	if x := f.m.set.Value(obj.Name + "[" + name + "]"); x != nil {
		s = x
	}
	t := s.Type
	if s.Keyed {
		t = f.m.set.TypeOf(obj.Name + "[]")
	}
	return &Value{Type: t, Clean: s.Cleared(), Origins: []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}}
}

// items is what a loop over the value of an expression gives.
func (f *frame) items(n syntax.Node, v *Value) *Value {
	t := f.elementType(v)
	if t == "" || v.rest != nil {
		return f.iterate(v)
	}
	x := &Value{Type: t, Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
	if s := f.m.set.Value(v.Type + "[]"); s != nil {
		x.Origins, x.Clean = []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}, s.Cleared()
	}
	return x
}

// declaredParam is a parameter that the handler's class declares as a field: in
// a class inside it, or as an argument of the attribute that the method
// resolves. nil if it does not.
func (f *frame) declaredParam(fn *Func, route *models.Route, p python.Param) *Value {
	if route == nil || route.Base == "" || route.Schema == "" || fn.class == nil {
		return nil
	}
	var decl *Value
	obj := &Value{cls: fn.class}
	if name, ok := strings.CutPrefix(fn.node.Child(syntax.FieldName).Str(), route.Schema); ok {
		if v := f.classAttr(obj, name, p.Node); v != nil {
			decl = v.Attr(p.Name)
		}
	} else if in := f.classAttr(obj, route.Schema, p.Node); in != nil && in.cls != nil {
		decl = f.classAttr(in, p.Name, p.Node)
	}
	if decl == nil {
		return nil
	}
	return f.fieldValue(decl, &Value{Origins: []Origin{{Tier: models.Remote, Label: p.Name, Node: p.Node}}}, 0)
}

// member of a source whose members are sources of their own; nil if obj is none.
func (f *frame) sourceMember(obj *Value, n syntax.Node) *Value {
	if obj.Name == "" || !n.OK() {
		return nil
	}
	s := f.m.set.Value(obj.Name)
	if s == nil || !s.Keyed || s.Type == "dict" {
		return nil
	}
	return &Value{Clean: s.Cleared(), Origins: []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}}
}

var dictMethods = wordset.Of("get items keys values pop popitem setdefault update copy clear fromkeys")
