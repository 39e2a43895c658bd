// Package poc shows a finding from outside: the HTTP request that leads data to
// it, a report that somebody else can act on, and a test that fails while the
// fault is there.
//
// A request is read off the code: the handler among the functions on the way of
// the data, its route, and the name under which it asks for the data. Where one
// of these is not written down plainly there is no request. [Handlers] says in
// short what every handler of a file is to a client.
package poc

import (
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Place is where in a request a value stands.
type Place string

// The places.
const (
	Query  Place = "query"
	Form   Place = "form"
	JSON   Place = "json"
	Header Place = "header"
	Cookie Place = "cookie"
	Path   Place = "path"
)

// Param is a value of a request.
type Param struct {
	In    Place
	Name  string
	Whole bool // of a path: it may hold slashes
}

// Request is the request that leads data to a finding.
type Request struct {
	Framework string // flask, fastapi, starlette, django or another that was imported
	Method    string
	Pattern   string // of the URL, as the framework writes it, with the prefixes that are known
	Param     Param  // that carries the data
	Others    []Param
	handler   *handler
}

// handler is a function that a framework calls.
type handler struct {
	file  *file
	fn    syntax.Node // the definition
	class string      // that holds it, "" if none does
	name  string
	owner string // what its decorator belongs to: "app", "bp"
	from  *file  // that registers it
}

// file is a file of the project with what it imports.
type file struct {
	path  string // absolute
	tree  *syntax.Tree
	roots map[string]bool   // modules that are imported
	names map[string]string // what imported names stand for
}

// project is the files around a finding.
type project struct {
	tree   func(path string) *syntax.Tree
	routes []flow.Registration
	files  map[string]*file
}

func projectOf(s *engine.Snapshot) *project {
	tree, routes := s.Around()
	return &project{tree, routes, map[string]*file{}}
}

func (p *project) file(path string) *file {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	if f, ok := p.files[abs]; ok {
		return f
	}
	p.files[abs] = nil
	tree := p.tree(abs)
	if tree == nil || len(tree.Units) == 0 {
		return nil
	}
	f := &file{abs, tree, map[string]bool{}, map[string]string{}}
	for i := range tree.Units {
		for n := range tree.Units[i].Root().Descendants() {
			for _, im := range python.Imports(n) {
				f.names[im.Name] = im.Target
				root, _, _ := strings.Cut(im.Target, ".")
				f.roots[root] = true
			}
		}
	}
	p.files[abs] = f
	return f
}

// node is the innermost node around a place of a file.
func (f *file) node(span source.Span) syntax.Node {
	i := f.tree.At(span.Start)
	if i < 0 || !f.tree.Units[i].Span().Contains(span) {
		return syntax.Node{}
	}
	u := f.tree.Units[i]
	return u.Covering(source.Span{Start: span.Start - u.Start, End: span.End - u.Start})
}

// RequestOf finds the request of a finding; false if none is known.
func RequestOf(s *engine.Snapshot, f *analysis.Finding) (Request, bool) {
	if len(f.Steps) == 0 || s.Tree() == nil {
		return Request{}, false
	}
	p := projectOf(s)
	var r Request
	for i := range f.Steps {
		in := p.file(f.Steps[i].Path)
		if in == nil {
			continue
		}
		if h, ok := p.handlerAround(&r, in, in.node(f.Steps[i].Span)); ok {
			r.handler = h
			break
		}
	}
	if r.handler == nil {
		return Request{}, false
	}
	first := p.file(f.Steps[0].Path)
	if first == nil || !r.carried(first.node(f.Steps[0].Span)) {
		return Request{}, false
	}
	r.Others = r.asked()
	r.chooseMethod()
	return r, true
}

// handlerAround is the innermost function around a node that a framework calls.
// It fills in the route.
func (p *project) handlerAround(r *Request, in *file, n syntax.Node) (*handler, bool) {
	for ; n.OK(); n = n.Parent() {
		if n.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		h := &handler{file: in, fn: n, name: n.Child(syntax.FieldName).Str(), class: classAround(n), from: in}
		for _, d := range python.Decorators(n) {
			if r.decorated(h, d) {
				return h, true
			}
		}
		if p.registered(r, h) {
			return h, true
		}
	}
	return nil, false
}

func classAround(fn syntax.Node) string {
	for n := fn.Parent(); n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindClassDefinition {
			return n.Child(syntax.FieldName).Str()
		}
	}
	return fn.Unit().Parent
}

// methods are those of HTTP that have a decorator, or a method of a class.
var methods = []string{"get", "post", "put", "patch", "delete"}

// decorated reads a decorator such as @app.route("/x", methods=["POST"]).
func (r *Request) decorated(h *handler, d syntax.Node) bool {
	if d.Kind() != syntax.KindCall {
		return false
	}
	fn := d.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute {
		return false
	}
	word := fn.Child(syntax.FieldAttribute).Str()
	if word != "route" && word != "api_route" && !slices.Contains(methods, word) {
		return false
	}
	pattern, ok := text(argument(d, 0, "rule", "path"))
	if !ok {
		return false
	}
	r.Framework, r.Pattern, r.Method = h.file.framework(), pattern, ""
	h.owner = fn.Child(syntax.FieldObject).Str()
	if slices.Contains(methods, word) {
		r.Method = strings.ToUpper(word)
		return true
	}
	r.Method = listed(argument(d, -1, "methods"))
	return true
}

// listed are the methods of a list, with commas between them.
func listed(list syntax.Node) string {
	if !list.OK() {
		return ""
	}
	var all []string
	for c := range list.NamedChildren() {
		if m, ok := text(c); ok {
			all = append(all, strings.ToUpper(m))
		}
	}
	return strings.Join(all, ",")
}

// registered finds a handler among what the project's files register: path(),
// Route(), add_url_rule().
func (p *project) registered(r *Request, h *handler) bool {
	name := h.name
	if h.class != "" {
		name = h.class
		if !slices.Contains(methods, h.name) {
			return false
		}
	}
	for _, reg := range p.routes {
		if reg.Path != h.file.path || reg.Handler != name {
			continue
		}
		root, _, _ := strings.Cut(reg.Call, ".")
		if root == "" {
			continue
		}
		from := p.file(reg.From)
		if from == nil {
			continue
		}
		r.Framework, r.Pattern, r.Method = root, reg.Pattern, ""
		if strings.HasSuffix(reg.Call, "re_path") || strings.HasSuffix(reg.Call, ".url") {
			r.Pattern = "" // a regular expression is no URL
		}
		if root == "starlette" && from.framework() == "fastapi" {
			r.Framework = "fastapi"
		}
		h.from = from
		if h.class != "" {
			r.Method = strings.ToUpper(h.name)
		}
		return true
	}
	return false
}

// framework is what a file imports of the frameworks that have decorators.
func (f *file) framework() string {
	for _, name := range []string{"fastapi", "flask", "quart", "starlette", "django", "sanic", "bottle", "litestar"} {
		if f.roots[name] {
			return name
		}
	}
	return ""
}

// argument is one of a call: at a position, or by a name; no node if it is not
// given so.
func argument(call syntax.Node, at int, names ...string) syntax.Node {
	for c := range call.Child(syntax.FieldArguments).NamedChildren() {
		switch c.Kind() {
		case syntax.KindKeywordArgument:
			if slices.Contains(names, c.Child(syntax.FieldName).Str()) {
				return c.Child(syntax.FieldValue)
			}
		case syntax.KindComment:
		default:
			if at == 0 {
				return c
			}
			at--
		}
	}
	return syntax.Node{}
}

// text is a constant text.
func text(n syntax.Node) (string, bool) {
	if !n.OK() || n.Kind() != syntax.KindString && n.Kind() != syntax.KindConcatenatedString {
		return "", false
	}
	s, ok := python.ParseString(n)
	if !ok {
		return "", false
	}
	return s.Const()
}
