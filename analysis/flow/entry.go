package flow

import (
	"regexp"
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
	g := f.enter(fn)
	g.depth = 0
	g.parent = fn.closure
	route, pattern := f.routeOf(fn)
	g.route, g.pattern = route, pattern
	params := python.Params(fn.node)
	f.entryParams(g, fn, params, route, pattern)
	g.body()
	g.runNested()
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

// routeOf says how a framework calls the function: by a decorator, by a base
// of its class, or by a registration in this file.
func (f *frame) routeOf(fn *Func) (*models.Route, string) {
	var route *models.Route
	pattern := ""
	for _, d := range python.Decorators(fn.node) {
		callee, args := d, []Arg(nil)
		if d.Kind() == syntax.KindCall {
			callee = d.Child(syntax.FieldFunction)
			args = f.args(d.Child(syntax.FieldArguments))
			f.called(d, f.eval(callee).Name, nil, args)
		}
		name := f.eval(callee).Name
		r := f.m.set.Decorator(name)
		if r == nil {
			continue
		}
		c := *r
		route = &c
		if a := FindArg(args, orZero(r.Path)); a != nil {
			pattern, _ = a.Value.Str()
		}
		if a := FindArg(args, "response_class"); a != nil {
			c.Returns = "none"
			if strings.Contains(a.Value.Name, "HTMLResponse") {
				c.Returns = "html"
			}
			route = &c
		}
	}
	if route != nil {
		return route, pattern
	}
	if fn.class != nil {
		name := fn.node.Child(syntax.FieldName).Str()
		for _, b := range fn.class.externalBases(0) {
			if r := f.m.set.RouteBase(b); r != nil && contains(r.Methods, name) {
				if _, pattern := f.elsewhere(fn.a, fn.class.name); pattern != "" {
					return r, pattern
				}
				return r, ""
			}
		}
	}
	return f.registered(fn)
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
func (f *frame) entryParams(g *frame, fn *Func, params []python.Param, route *models.Route, pattern string) {
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
		v := f.entryParam(fn, p, i-start, route, pattern)
		g.view = g.view || strings.HasSuffix(v.Type, "Request")
		g.setLocal(p.Name, v)
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
	if route != nil && route.Request != nil && i == *route.Request && p.Kind == python.Positional {
		t := route.Type
		if p.Annotation.OK() {
			if v := f.annotated(p.Annotation, unknown); v.Type != "" && f.m.set.Known(v.Type) {
				t = v.Type
			}
		}
		return typed(t)
	}
	if v := f.handled(fn, p, i); v != nil {
		return v
	}
	if src := f.paramSource(fn, i); src != nil {
		return &Value{Type: src.Type, Clean: src.Cleared(), Origins: []Origin{{Tier: src.Grade(), Label: p.Name, Node: p.Node}}}
	}
	tier, clean := models.Unknown, models.Kind(0)
	if route != nil {
		tier, clean = f.routeParam(route, pattern, p)
		if tier == models.Constant {
			return typed("int")
		}
	} else if t := f.requestType(p, i); t != "" && !p.Annotation.OK() {
		return typed(t)
	}
	v := &Value{Clean: clean, Origins: []Origin{{Tier: tier, Label: p.Name, Node: p.Node}}}
	if route != nil && route.Params == "url" && tier == models.Remote {
		v.Type = "str"
	}
	switch p.Kind {
	case python.Star:
		return &Value{Type: "tuple", rest: v, parts: []part{}}
	case python.DoubleStar:
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
	if route != nil && route.Params == "typed" {
		f.run.quiet++
		v = f.constrained(p.Default, v)
		f.run.quiet--
	}
	return v
}

// paramSource is the source that a model makes of a parameter of a method that
// users override.
func (f *frame) paramSource(fn *Func, i int) *models.Source {
	if fn.class == nil {
		return nil
	}
	name := fn.node.Child(syntax.FieldName).Str()
	for _, b := range fn.class.externalBases(0) {
		if s := f.m.set.Param(b + "." + name + ":" + string(rune('0'+i))); s != nil {
			return s
		}
	}
	return nil
}

// requestType is the class of a first parameter that is named like a request
// in a file that imports a framework.
func (f *frame) requestType(p python.Param, i int) string {
	if i > 1 || p.Kind != python.Positional {
		return ""
	}
	f.run.deps[dep{f.m.a, depRoots}] = true
	for _, q := range f.m.set.Requests() {
		if q.Name == p.Name && f.m.roots[q.Import] {
			return q.Type
		}
	}
	return ""
}

// routeParam grades a handler's parameter: Constant when its converter leaves
// nothing harmful.
func (f *frame) routeParam(route *models.Route, pattern string, p python.Param) (models.Tier, models.Kind) {
	switch route.Params {
	case "all", "typed":
		clean := models.Kind(0)
		if conv, in := converter(pattern, p.Name, "brace"); in {
			t, k := convert(conv)
			if conv == "" {
				k = models.Path // a path parameter holds no slash
			}
			return t, k
		}
		return models.Remote, clean
	case "url":
		conv, in := converter(pattern, p.Name, route.Syntax)
		if pattern == "" && !idName.MatchString(p.Name) {
			return models.Remote, models.Path // registered elsewhere; the default converter takes no slash
		}
		if !in {
			return models.Unknown, 0
		}
		return convert(conv)
	}
	return models.Unknown, 0
}

// idName recognises parameters that are numbers in most URL patterns.
var idName = regexp.MustCompile(`(?i)(?:^|_)(?:id|pk|ids|year|month|day|page|num|number|count|index|version)$|^[a-z]+(?:Id|Pk)$`)

// convert grades what a URL converter lets through.
func convert(conv string) (models.Tier, models.Kind) {
	switch conv {
	case "int", "float", "uuid", "Int", "positive_int", "number":
		return models.Constant, models.All
	case "slug":
		return models.Remote, models.All
	case "path", "re", "regex":
		return models.Remote, 0
	case "", "str", "string", "default":
		return models.Remote, models.Path
	}
	if strings.HasPrefix(conv, "any(") {
		return models.Constant, models.All
	}
	if strings.HasPrefix(conv, `\d`) || strings.HasPrefix(conv, "[0-9]") {
		return models.Constant, models.All
	}
	if kinds, _ := judgePattern("fullmatch", conv); kinds != 0 {
		return models.Remote, kinds
	}
	return models.Remote, 0
}

// converter finds the converter of a named part of a URL pattern.
func converter(pattern, name, syntax string) (conv string, in bool) {
	if syntax == "regex" {
		i := strings.Index(pattern, "(?P<"+name+">")
		if i < 0 {
			return "", false
		}
		rest := pattern[i+len(name)+5:]
		depth := 0
		for j := range len(rest) {
			switch rest[j] {
			case '(':
				depth++
			case ')':
				if depth == 0 {
					return rest[:j], true
				}
				depth--
			}
		}
		return "", true
	}
	open, closing := byte('<'), byte('>')
	if syntax == "brace" {
		open, closing = '{', '}'
	}
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != open {
			continue
		}
		end := strings.IndexByte(pattern[i:], closing)
		if end < 0 {
			return "", false
		}
		field := pattern[i+1 : i+end]
		i += end
		if syntax == "brace" { // {name:conv}
			n, c, _ := strings.Cut(field, ":")
			if n == name {
				return c, true
			}
			continue
		}
		if field == name { // <name>
			return "", true
		}
		j := strings.LastIndexByte(field, ':')
		if j >= 0 && field[j+1:] == name { // <conv:name>
			return field[:j], true
		}
		if j := strings.IndexByte(field, ':'); j >= 0 && field[:j] == name { // <name:conv>, of Bottle and Sanic
			return field[j+1:], true
		}
	}
	return "", false
}

// dependency is the value of a FastAPI parameter that Depends gives.
func (f *frame) dependency(p python.Param) *Value {
	dep := p.Default
	if !dep.OK() || dep.Kind() != syntax.KindCall {
		dep = annotatedCall(p.Annotation)
	}
	if !dep.OK() && p.Annotation.OK() {
		dep = annotatedCall(f.eval(p.Annotation).alias)
	}
	if !dep.OK() {
		return nil
	}
	callee := f.eval(dep.Child(syntax.FieldFunction))
	switch callee.Name {
	case "fastapi.Depends", "fastapi.Security":
	default:
		return nil
	}
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	args := f.args(dep.Child(syntax.FieldArguments))
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
	if v.fn != nil {
		v = f.dependencyResult(v.fn)
	} else {
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
	params := python.Params(init.fn.node)
	f.in(init.fn.a).entryParams(g, init.fn, params, &models.Route{Params: "typed"}, "")
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

// dependencyResult runs a dependency with its own parameters from the client.
func (f *frame) dependencyResult(fn *Func) *Value {
	if f.depth >= maxDepth || f.run.inStack(fn.node) {
		return unknown
	}
	f.run.dependOn(fn)
	g := f.enter(fn)
	route := &models.Route{Params: "typed"}
	f.in(fn.a).entryParams(g, fn, python.Params(fn.node), route, "")
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

// registered finds a registration of the function in this file, such as
// path("u/<int:id>", view) or Route("/u/{id}", view).
func (f *frame) registered(fn *Func) (*models.Route, string) {
	if fn.class != nil || fn.closure != nil {
		return nil, ""
	}
	name := fn.node.Child(syntax.FieldName).Str()
	f.run.deps[dep{f.m.a, depRoute + name}] = true
	for _, reg := range f.m.registrations() {
		if reg.handler == name {
			f.run.quiet++
			callee := f.eval(reg.call.Child(syntax.FieldFunction))
			args := f.args(reg.call.Child(syntax.FieldArguments))
			f.run.quiet--
			r := f.m.set.Register(callee.Name)
			if r == nil {
				continue
			}
			pattern := ""
			if a := FindArg(args, orZero(r.Path)); a != nil {
				pattern, _ = a.Value.Str()
			}
			return r, pattern
		}
	}
	return f.elsewhere(f.m.a, name)
}

type registration struct {
	handler string
	call    syntax.Node
}

// registrations lists the module-level calls that may register a handler: one
// of whose arguments names a function of this file.
func (m *Module) registrations() []registration {
	var out []registration
	for _, st := range m.units {
		if st.unit.Class != syntax.Statement {
			continue
		}
		for _, c := range st.callsWithNames() {
			for _, name := range c.names {
				if i, ok := m.byKey[name]; ok && m.units[i].unit.Class == syntax.Function {
					out = append(out, registration{name, c.call})
				}
			}
		}
	}
	return out
}

type namedCall struct {
	call  syntax.Node
	names []string
}

func (st *unitState) callsWithNames() []namedCall {
	if st.calls != nil {
		return *st.calls
	}
	var out []namedCall
	for d := range st.unit.Root().Descendants() {
		if d.Kind() != syntax.KindCall {
			continue
		}
		c := namedCall{call: d}
		for a := range d.Child(syntax.FieldArguments).NamedChildren() {
			if a.Kind() == syntax.KindKeywordArgument {
				a = a.Child(syntax.FieldValue)
			}
			if a.Kind() == syntax.KindIdentifier {
				c.names = append(c.names, a.Str())
			}
		}
		if len(c.names) > 0 {
			out = append(out, c)
		}
	}
	st.calls = &out
	return out
}
