package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// entry runs a function by itself, with parameters as its framework gives
// them, or of unknown origin.
func (f *frame) entry(fn *Func) {
	if fn.closure == nil {
		f.findClass(fn) // anew: its header may be another one by now
	}
	f.runAs(fn, f.routeOf(fn))
}

// runAs runs a function as a framework calls it.
func (f *frame) runAs(fn *Func, how routed) {
	g := f.enter(fn)
	g.depth = 0
	g.parent = fn.closure
	if how.route != nil {
		defer func(outer syntax.Node) { f.run.handler = outer }(f.run.handler)
		f.run.handler = fn.node
		f.handler(g, fn, how)
	}
	g.route, g.pattern, g.syntax, g.wraps = how.route, how.pattern, how.syntax, f.wrapped(fn)
	params := g.scope.Params
	f.entryParams(g, fn, params, how)
	if how.route == nil && g.view && fn.class == nil && fn.closure == nil {
		f.handler(g, fn, how) // registered where the program does not look
	}
	f.throughWrappers(g, fn, params)
	if Checks(fn.name) {
		g.watch(params)
	}
	f.first(g, fn, how.route)
	g.body()
	g.accepted()
	g.runNested()
}

// handler notes a function that a framework calls, with its decorators.
func (f *frame) handler(g *frame, fn *Func, how routed) {
	if f.run.quiet > 0 {
		return
	}
	var args []Arg
	f.run.quiet++
	for _, d := range python.Decorators(fn.node) {
		callee := d
		if d.Kind() == syntax.KindCall {
			callee = d.Child(syntax.FieldFunction)
		}
		args = append(args, Arg{Node: d, Value: f.eval(callee)})
	}
	f.run.quiet--
	e := Event{Kind: Handled, Node: fn.node, Args: args, Route: how.route, Pattern: how.pattern, Through: f.wrappers(fn)}
	if how.route != nil {
		e.Name = how.route.Decorator
	}
	g.emit(e)
}

// findClass ties a method unit to its class.
func (f *frame) findClass(fn *Func) {
	u := fn.node.Unit()
	if u.Parent == "" || u.Root() != fn.node && python.Undecorated(u.Root()) != fn.node {
		return
	}
	if i, ok := f.m.byKey[u.Parent]; ok {
		fn.class = f.run.class(f.m.units[i]).cls
	}
}

// routed says how a framework calls a function.
type routed struct {
	route   *models.Route // nil if it does not
	pattern string        // of the URL
	syntax  string        // of the pattern
	gifts   []gift        // of further decorators
	depends []*Value      // dicts of what computes parameters
	returns string        // what a further decorator says of the result
}

// routeOf says how a framework calls the function: by a decorator, by a base
// of its class, or by a registration.
func (f *frame) routeOf(fn *Func) (how routed) {
	for _, d := range python.Decorators(fn.node) {
		f.decoratedBy(&how, d)
	}
	if how.route == nil && fn.class != nil {
		f.methodRoute(&how, fn)
	} else if how.route == nil {
		how.route, how.pattern = f.registered(fn.node.Child(syntax.FieldName).Str(), fn)
	}
	if how.route == nil {
		how.route = f.bySignature(fn)
	}
	if how.route == nil {
		return how
	}
	if r := how.route.Request; r != nil && *r < 0 {
		last := lastPositional(fn)
		if fn.class != nil && !f.m.isStatic(fn) {
			last--
		}
		c := *how.route
		c.Request = &last
		how.route = &c
	}
	if how.returns != "" {
		c := *how.route
		c.Returns = how.returns
		how.route = &c
	}
	if how.syntax == "" {
		how.syntax = how.route.Syntax
	}
	if key := how.route.Dependencies; key != "" && fn.class != nil {
		if v := f.classAttr(f.instance(fn.class), key, fn.node); v != nil {
			how.depends = append(how.depends, v)
		}
	}
	return how
}

// lastPositional is the position of the last parameter that is no keyword.
func lastPositional(fn *Func) int {
	last := -1
	for i, p := range fn.params() {
		if p.Kind == python.Positional {
			last = i
		}
	}
	return last
}

// decoratedBy takes in what one decorator says.
func (f *frame) decoratedBy(how *routed, d syntax.Node) {
	callee, args := d, []Arg(nil)
	if d.Kind() == syntax.KindCall {
		callee = d.Child(syntax.FieldFunction)
		args = f.args(d.Child(syntax.FieldArguments))
		f.called(d, f.eval(callee).Name, nil, args)
	}
	v := f.eval(callee)
	if x := f.m.set.Adds(v.Name); x != nil {
		how.gifts = append(how.gifts, newGift(x, args))
	}
	if x := f.m.set.Returning(v.Name); x != nil {
		how.returns = x.Returns
	}
	r := f.m.set.Decorator(v.Name)
	if r == nil {
		return
	}
	how.route = r
	if p := textOf(args, orZero(r.Path)); p != "" {
		how.pattern = p
	}
	if name := textOf(args, r.Named); name != "" {
		how.pattern, how.syntax = f.namedPattern(name), "brace"
	}
	if r.Media != "" {
		media := FindValue(args, r.Media)
		if media == nil && v.recv != nil {
			media = v.recv.Attr("default_" + r.Media)
		}
		if media != nil {
			c := *r
			c.Returns = returnedAs(media)
			how.route = &c
		}
	}
	if r.Dependencies != "" {
		if v := FindValue(args, r.Dependencies); v != nil {
			how.depends = append(how.depends, v)
		}
	}
}

// returnedAs is what a returned text becomes by a content type or the class of
// a response.
func returnedAs(media *Value) string {
	name, ok := media.Str()
	if !ok {
		name = media.Name
	}
	switch name = strings.ToLower(name); {
	case strings.Contains(name, "html"):
		return "html"
	case strings.Contains(name, "redirect"):
		return "redirect"
	}
	return "none"
}

// methodRoute says how a framework calls a method: as a base of its class says,
// with the URL under which the class is registered.
func (f *frame) methodRoute(how *routed, fn *Func) {
	if r, pattern := f.registered(fn.name, fn); r != nil {
		how.route, how.pattern = r, pattern
		return
	}
	r, pattern := f.registered(fn.class.name, fn)
	how.pattern = pattern
	if r != nil {
		how.syntax = r.Syntax
	}
	if f.ofClass(how, fn); how.route != nil {
		return
	}
	if how.route = f.marked(fn); how.route != nil {
		return
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, b := range fn.class.externalBases(0) {
		if r := f.m.set.RouteBase(b); r != nil && among(r.Methods, name) {
			how.route = r
			return
		}
	}
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s || x == "*" {
			return true
		}
	}
	return false
}

// entryParams binds the parameters of a function that is run by itself.
func (f *frame) entryParams(g *frame, fn *Func, params []python.Param, how routed) {
	start := 0
	if fn.class != nil && !f.m.isStatic(fn) && len(params) > 0 {
		self := f.instance(fn.class)
		g.self = params[0].Name
		if isClassMethod(fn) {
			self = &Value{cls: fn.class}
		}
		g.setLocal(params[0].Name, self)
		start = 1
	}
	for i := start; i < len(params); i++ {
		p := params[i]
		v := f.standsFor(how.route, p, i-start)
		if v == nil {
			v = f.given(how, p, i-start)
		}
		if v == nil {
			v = f.declaredParam(fn, how.route, p)
		}
		if v == nil {
			v = f.entryParam(fn, p, i-start, how.route, how.pattern)
		}
		if own := f.run.given; own != nil && own.fn == fn.node && own.args[p.Name] != nil && isUnknownParam(v, p) {
			v = own.args[p.Name]
		}
		g.view = g.view || strings.HasSuffix(v.Type, "Request")
		g.setLocal(p.Name, v)
		if f.run.observed {
			g.received(p.Node, v)
		}
	}
}

func isClassMethod(fn *Func) bool {
	for _, d := range python.Decorators(fn.node) {
		if d.Str() == "classmethod" {
			return true
		}
	}
	return false
}

// entryParam is the value of one parameter; i counts from 0 after self.
func (f *frame) entryParam(fn *Func, p python.Param, i int, route *models.Route, pattern string) *Value {
	if v := f.handled(fn, p, i); v != nil {
		return v
	}
	if route != nil && route.Request != nil && i == *route.Request && p.Kind == python.Positional {
		t := route.Type
		if p.Annotation.OK() {
			if v := f.annotated(p.Annotation, unknown); v.Type != "" && f.m.set.Known(v.Type) {
				t = v.Type
			}
		}
		return typed(t)
	}
	if route != nil && route.Next != "" && i == *route.Request+1 {
		return typed(route.Next)
	}
	if i == 0 && fn.class != nil {
		if v := f.checkedParam(fn, p); v != nil {
			return v
		}
	}
	if q := f.overridden(fn, i); q != "" {
		if x := f.m.set.Instance(q); x != nil {
			return f.instanceOf(x, f.instance(fn.class), p.Node)
		}
		src := f.m.set.Param(q)
		v := &Value{Type: src.Type, Clean: src.Cleared(), Origins: []Origin{{Tier: src.Grade(), Label: p.Name, Node: p.Node}}}
		if src.Type == "" && p.Annotation.OK() {
			return f.annotated(p.Annotation, v)
		}
		return v
	}
	tier, clean, asked := models.Unknown, models.Kind(0), false
	if route != nil {
		tier, clean = f.routeParam(route, pattern, p, i)
		clean = unlessEncoded(route, clean)
		if tier == models.Constant {
			return typed("int")
		}
	} else if t := f.requestType(p, i); t != "" && !p.Annotation.OK() {
		return typed(t)
	} else if asked = f.askedFor(p); asked {
		tier = models.Remote
	}
	v := &Value{Clean: clean, Origins: []Origin{{Tier: tier, Label: p.Name, Node: p.Node}}}
	if route != nil && route.Params == "url" && tier == models.Remote {
		v.Type = "str"
	}
	switch p.Kind {
	case python.Star:
		return &Value{Type: "tuple", rest: v, parts: []part{}}
	case python.DoubleStar:
		if route != nil && route.Params == "url" && pattern != "" {
			return f.urlParts(route, pattern, p)
		}
		return &Value{Type: "dict", rest: v, parts: []part{}}
	}
	if route != nil && route.Params == "typed" {
		if d := f.dependency(p); d != nil {
			return d
		}
	}
	if p.Annotation.OK() {
		v = f.annotated(p.Annotation, v)
	}
	if route != nil && route.Params == "typed" || asked {
		f.run.quiet++
		v = f.constrained(p.Default, v)
		f.run.quiet--
	}
	return v
}

// overridden is the qualified name, in the library class that declares it, of
// a parameter of a method that users override, or that of a parameter of which
// the configuration speaks; "" if no model speaks of it.
func (f *frame) overridden(fn *Func, i int) string {
	if i > 9 {
		return ""
	}
	if q := fn.a.taught(fn.name); q != "" {
		if q += ":" + string(rune('0'+i)); f.m.set.Param(q) != nil {
			return q
		}
	}
	if fn.class == nil {
		return ""
	}
	member := fn.node.Child(syntax.FieldName).Str() + ":" + string(rune('0'+i))
	for _, b := range fn.class.externalBases(0) {
		if q := f.m.set.Overridden(b, member); q != "" {
			return q
		}
	}
	return ""
}

// requestType is the class of a first parameter that is named like a request
// in a file that imports a framework.
func (f *frame) requestType(p python.Param, i int) string {
	if i > 1 || p.Kind != python.Positional {
		return ""
	}
	f.run.deps.add(f.m.a.dep(depRoots))
	for _, q := range f.m.set.Requests() {
		if q.Name == p.Name && f.m.roots[q.Import] {
			return q.Type
		}
	}
	return ""
}
