package poc

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/rules/auth"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Entry is what a handler is to a client, as far as the code shows it.
type Entry struct {
	Name    source.Span
	Routes  []string // "GET,POST /login": methods and pattern, as far as they are known
	Inputs  int      // distinct values that it reads of a request, itself or in what it calls
	Guards  []string // see [auth.Seen]
	Guarded bool     // by one of them or otherwise, as far as it can be seen
	// Reaches are the kinds of sinks that data of the request arrives at, safely or
	// not.
	Reaches models.Kind
}

// Handlers are those of the file of a snapshot, in the order of the text. Root
// bounds where an application is looked for whose prefix a route gets.
func Handlers(s *engine.Snapshot, root string) []Entry {
	found := s.Handlers()
	if len(found) == 0 {
		return nil
	}
	p := projectOf(s)
	in := p.file(s.File().Path())
	if in == nil {
		return nil
	}
	l := lister{p: p, in: in, root: root, prefixes: map[string]string{}}
	list := make([]Entry, 0, len(found))
	for i := range found {
		h := &found[i]
		class, body := in.classOf(h.Definition)
		list = append(list, Entry{
			Name: h.Name, Routes: l.routes(h), Inputs: l.inputs(h), Guards: auth.Seen(&h.Called, class, body), Guarded: auth.Guarded(&h.Called, h.File), Reaches: reached(s, h),
		})
	}
	return list
}

// lister reads the handlers of one file.
type lister struct {
	p        *project
	in       *file
	root     string
	prefixes map[string]string // of what decorators belong to
}

// routes are the ways in which a client can call a handler.
func (l *lister) routes(found *engine.Handler) []string {
	fn := found.Definition
	var list []string
	add := func(r *Request) {
		if text := strings.TrimSpace(r.Method + " " + l.prefix(r) + r.Pattern); text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	h := &handler{file: l.in, fn: fn, name: fn.Child(syntax.FieldName).Str(), class: classAround(fn), from: l.in}
	for _, d := range python.Decorators(fn) {
		r := Request{handler: h}
		if !r.decorated(h, d) {
			continue
		}
		if r.Method == "" && (r.Framework == "flask" || r.Framework == "quart") {
			r.Method = "GET"
		}
		add(&r)
	}
	if len(list) > 0 {
		return list
	}
	h.owner = ""
	if r := (Request{handler: h}); l.p.registered(&r, h) {
		if r.Pattern == "" {
			r.Pattern = found.Called.Pattern
		}
		if r.Framework == "django" && !strings.HasPrefix(r.Pattern, "/") && !strings.HasPrefix(r.Pattern, "^") {
			r.Pattern = "/" + r.Pattern
		}
		add(&r)
		return list
	}
	r := Request{handler: h, Pattern: found.Called.Pattern}
	if slices.Contains(methods, h.name) {
		r.Method = strings.ToUpper(h.name)
	}
	add(&r)
	return list
}

// prefix is what stands before the pattern of a route where its blueprint or
// router is used; "" if that is not known.
func (l *lister) prefix(r *Request) string {
	owner := r.handler.owner
	if owner == "" {
		return ""
	}
	prefix, known := l.prefixes[owner]
	if !known {
		app, _ := l.p.application(r, l.root)
		prefix = app.prefix
		l.prefixes[owner] = prefix
	}
	return prefix
}

// input is a value of a request: an element of a part of it, or all of an
// expression.
type input struct {
	in, name string
}

func (l *lister) inputs(h *engine.Handler) int {
	seen := map[input]bool{}
	pattern := h.Called.Pattern
	var own Request
	for _, d := range python.Decorators(h.Definition) {
		if own.decorated(&handler{file: l.in, fn: h.Definition}, d) {
			pattern = own.Pattern
			break
		}
	}
	for _, p := range placeholders(pattern) {
		seen[input{string(Path), p.Name}] = true
	}
	params := map[string]bool{}
	for _, p := range python.Params(h.Definition) {
		params[p.Name] = true
		if own.Framework != "fastapi" || seen[input{string(Path), p.Name}] {
			continue
		}
		if _, ok := fastAPI(p); ok { // also a number, which is no danger
			seen[input{"", p.Name}] = true
		}
	}
	for i := range h.Events {
		e := &h.Events[i]
		if e.Kind != flow.Received {
			continue
		}
		name := e.Node.Str()
		switch {
		case e.Node.Kind() == syntax.KindIdentifier && params[name]:
			if !seen[input{string(Path), name}] {
				seen[input{"", name}] = true
			}
		default:
			for _, x := range elements(e.Node) {
				seen[x] = true
			}
		}
	}
	return len(seen)
}

// elements are what is read of a part of a request: the elements that are taken
// of it by name, there or of the variable that it is put into, else all of it.
func elements(n syntax.Node) []input {
	part := n.Str()
	if place, ok := partOf(n); ok {
		part = string(place)
	}
	if key, ok := keyIn(n); ok {
		return []input{{part, key}}
	}
	for {
		if key, ok := elementKey(n); ok {
			return []input{{part, key}}
		}
		p := n.Parent()
		if !p.OK() {
			break
		}
		switch p.Kind() {
		case syntax.KindAwait, syntax.KindParenthesizedExpression, syntax.KindBooleanOperator:
		case syntax.KindCall:
			if p.Child(syntax.FieldFunction) != n {
				return []input{{part, ""}}
			}
		case syntax.KindAssignment:
			if left := p.Child(syntax.FieldLeft); left.Kind() == syntax.KindIdentifier && p.Child(syntax.FieldRight) == n {
				return ofVariable(p, left.Str(), part)
			}
			return []input{{part, ""}}
		default:
			return []input{{part, ""}}
		}
		n = p
	}
	return []input{{part, ""}}
}

// ofVariable are the elements that are taken of a variable behind its
// assignment; all of the part if none is taken by its name.
func ofVariable(from syntax.Node, name, part string) []input {
	fn := from
	for fn.OK() && fn.Kind() != syntax.KindFunctionDefinition {
		fn = fn.Parent()
	}
	var list []input
	if fn.OK() {
		for n := range fn.Descendants() {
			if n.Kind() == syntax.KindIdentifier && n.Str() == name && n.Span().Start > from.Span().Start {
				if key, ok := elementKey(n); ok {
					list = append(list, input{part, key})
				}
			}
		}
	}
	if list == nil {
		list = []input{{part, ""}}
	}
	return list
}

// reached are the kinds of sinks at which data of a client arrives while the
// handler runs.
func reached(s *engine.Snapshot, h *engine.Handler) models.Kind {
	var kinds models.Kind
	for i := range h.Events {
		e := &h.Events[i]
		if len(e.Sinks) == 0 || !carries(e) {
			continue
		}
		for _, x := range e.Sinks {
			kinds |= x.Kinds()
		}
	}
	unit := h.Definition.Unit()
	span := h.Definition.Span()
	findings := s.Findings()
	for i := range findings {
		f := &findings[i]
		if f.Kinds == 0 || f.Kinds == models.All || !slices.ContainsFunc(f.Steps, func(step analysis.Step) bool {
			k := s.Tree().At(step.Span.Start)
			return step.Path == s.File().Path() && k >= 0 && s.Tree().Units[k].Unit == unit && span.Shift(s.Tree().Units[k].Start).Contains(step.Span)
		}) {
			continue
		}
		kinds |= f.Kinds
	}
	return kinds
}

// carries reports whether data of a client is among what an event's call or
// assignment is given.
func carries(e *flow.Event) bool {
	return e.Value != nil && e.Value.Remote() ||
		slices.ContainsFunc(e.Args, func(a flow.Arg) bool { return a.Value != nil && a.Value.Remote() })
}

// classOf is the class that holds a method, and the statements of its body; no
// node for any other function.
func (f *file) classOf(fn syntax.Node) (class syntax.Node, body []syntax.Node) {
	for n := fn.Parent(); n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindClassDefinition {
			for c := range n.Child(syntax.FieldBody).NamedChildren() {
				body = append(body, c)
			}
			return n, body
		}
	}
	key := fn.Unit().Parent
	if key == "" {
		return class, nil
	}
	for i := range f.tree.Units {
		switch u := f.tree.Units[i]; {
		case u.Class == syntax.ClassHeader && u.Key == key:
			class = python.Undecorated(u.Root())
		case u.Class == syntax.Statement && u.Parent == key:
			body = append(body, u.Root())
		}
	}
	return class, body
}
