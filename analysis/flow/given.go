package flow

import (
	"slices"
	"strconv"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// gift is data of the request that a decorator hands to a handler, and the
// schema that it is seen through, or nil.
type gift struct {
	route  *models.Route
	schema *Value
}

func newGift(r *models.Route, args []Arg) gift {
	g := gift{route: r}
	if r.Schema != "" {
		if a := findAny(args, r.Schema); a != nil {
			g.schema = a.Value
		}
	}
	return g
}

// given is what a parameter gets beside the request and the parts of the URL:
// from a decorator, or from a dependency. nil if it is none of these.
func (f *frame) given(how routed, p python.Param, i int) *Value {
	for _, d := range how.depends {
		if v := d.Key(p.Name); v != nil {
			return f.provided(v, p)
		}
	}
	for _, g := range how.gifts {
		all := slices.Contains(g.route.Gives, "*")
		if all {
			if _, in := converter(how.pattern, p.Name, how.syntax); in || how.route != nil && how.route.Request != nil && i == *how.route.Request {
				continue
			}
		} else if !slices.Contains(g.route.Gives, p.Name) && !slices.Contains(g.route.Gives, strconv.Itoa(i)) {
			continue
		}
		data := &Value{Origins: []Origin{{Tier: models.Remote, Label: p.Name, Node: p.Node}}}
		v := f.underSchema(g.schema, data)
		if all && p.Kind != python.DoubleStar {
			if v.Type != "dict" {
				v = data
			} else if v = v.Key(p.Name); v == nil {
				continue
			}
		}
		if p.Annotation.OK() && v == data {
			return f.annotated(p.Annotation, v)
		}
		return v
	}
	return nil
}

// underSchema is data seen through a schema: a class, an instance of one, or a
// dict of fields.
func (f *frame) underSchema(schema, data *Value) *Value {
	switch {
	case schema == nil:
	case schema.cls != nil:
		return f.declared(schema, data, nil)
	case schema.Type == "dict" && len(schema.parts) > 0:
		out := &Value{Type: "dict", parts: []part{}}
		for _, x := range schema.parts {
			v := f.fieldValue(x.v, data, 0)
			if v == nil {
				v = data
			}
			out = out.with(x.key, v)
		}
		return out
	}
	return data
}

// provided is the value of a parameter that a dependency computes.
func (f *frame) provided(dep *Value, p python.Param) *Value {
	v := unknown
	switch {
	case dep.fn != nil:
		v = f.dependencyResult(dep.fn)
	case dep.cls != nil && !dep.inst:
		return f.dependencyClass(dep.cls, p)
	}
	if p.Annotation.OK() && v.Type == "" {
		v = f.annotated(p.Annotation, v)
	}
	return v
}

// toldBy is the call that says where a FastAPI parameter comes from: its default, or
// in Annotated[...].
func (f *frame) toldBy(p python.Param) syntax.Node {
	told := p.Default
	if !told.OK() || told.Kind() != syntax.KindCall {
		told = annotatedCall(p.Annotation)
	}
	if !told.OK() && p.Annotation.OK() {
		told = annotatedCall(f.eval(p.Annotation).aliased())
	}
	return told
}

// askedFor reports whether a parameter of a function that no route calls is of the
// request nevertheless, as of a dependency: token: str = Header().
func (f *frame) askedFor(p python.Param) bool {
	f.run.deps.add(f.m.a.dep(depRoots))
	if !f.m.roots["fastapi"] {
		return false
	}
	told := f.toldBy(p)
	if !told.OK() {
		return false
	}
	switch f.home(told).eval(told.Child(syntax.FieldFunction)).Name {
	case "fastapi.Header", "fastapi.Query", "fastapi.Cookie", "fastapi.Form", "fastapi.Body", "fastapi.Path", "fastapi.File":
		return true
	}
	return false
}

// dependency is the value of a FastAPI parameter that Depends gives.
func (f *frame) dependency(p python.Param) *Value {
	dep := f.toldBy(p)
	if !dep.OK() {
		return nil
	}
	g := f.home(dep)
	callee := g.eval(dep.Child(syntax.FieldFunction))
	switch callee.Name {
	case "fastapi.Depends", "fastapi.Security":
	case "litestar.params.Dependency":
		return unknown // computed, by what another file says
	default:
		return nil
	}
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	args := g.args(dep.Child(syntax.FieldArguments))
	if len(args) == 0 {
		if !p.Annotation.OK() {
			return unknown
		}
		if c := f.annotated(p.Annotation, unknown); c.cls != nil {
			return f.dependencyClass(c.cls, p)
		}
		return f.annotated(p.Annotation, unknown)
	}
	v := args[0].Value
	if v.cls != nil && !v.inst {
		return f.dependencyClass(v.cls, p)
	}
	if v.cls != nil && v.inst {
		if m := f.classAttr(v, "__call__", dep); m != nil {
			v = m
		}
	}
	q := ""
	if v.Type != "" {
		q = f.m.set.Member(v.Type, "__call__")
	}
	switch {
	case v.fn != nil:
		v = f.dependencyResult(v.fn)
	case q != "": // a security scheme
		v = typed(f.m.set.TypeOf(q + "()"))
		if s := f.m.set.CallSource(q); s != nil {
			v = &Value{Type: s.Type, Origins: []Origin{{Tier: s.Grade(), Label: p.Name, Node: p.Node}}}
		}
	default:
		v = f.apply(dep, v, nil)
	}
	if p.Annotation.OK() && v.Type == "" {
		v = f.annotated(p.Annotation, v)
	}
	return v
}

// dependencyClass is an instance of a class whose fields, or whose
// initializer's parameters, come from the client.
func (f *frame) dependencyClass(c *Class, p python.Param) *Value {
	obj := f.instance(c)
	init := f.classAttr(obj, "__init__", p.Node)
	if init == nil || init.fn == nil {
		return f.byLocalClass(c, &Value{Origins: []Origin{{Tier: models.Remote, Label: p.Name, Node: p.Node}}}, 0)
	}
	if f.depth >= maxDepth || f.run.inStack(init.fn.node) {
		return obj
	}
	f.run.dependOn(init.fn)
	g := f.enter(init.fn)
	params := init.fn.params()
	f.in(init.fn.a).entryParams(g, init.fn, params, routed{route: typedRoute})
	f.run.stack = append(f.run.stack, init.fn.node)
	g.body()
	f.run.stack = f.run.stack[:len(f.run.stack)-1]
	if len(params) > 0 && g.last != nil {
		if v := g.last.local(g.scope, params[0].Name); v != nil {
			return v
		}
	}
	return obj
}

// typedRoute calls a function with what the client sends, by the annotations.
var typedRoute = &models.Route{Params: "typed"}

// dependencyResult runs a dependency with its own parameters from the client.
func (f *frame) dependencyResult(fn *Func) *Value {
	if f.depth >= maxDepth || f.run.inStack(fn.node) {
		return unknown
	}
	f.run.dependOn(fn)
	g := f.enter(fn)
	f.in(fn.a).entryParams(g, fn, g.scope.Params, routed{route: typedRoute})
	f.run.stack = append(f.run.stack, fn.node)
	v := g.body()
	f.run.stack = f.run.stack[:len(f.run.stack)-1]
	if v.Type == "generator" {
		return g.yields
	}
	return v
}

// annotatedCall is the first call in Annotated[T, call(...)].
func annotatedCall(ann syntax.Node) syntax.Node {
	if !ann.OK() {
		return syntax.Node{}
	}
	for d := range ann.Descendants() {
		if d.Kind() == syntax.KindCall {
			return d
		}
	}
	return syntax.Node{}
}
