package poc

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// attributes are the parts of a request by the names that frameworks give them.
var attributes = map[string]Place{
	"args": Query, "values": Query, "GET": Query, "query_params": Query, "query": Query,
	"form": Form, "POST": Form,
	"json": JSON, "get_json": JSON, "data": JSON,
	"headers": Header,
	"cookies": Cookie, "COOKIES": Cookie,
	"view_args": Path, "path_params": Path,
}

// carried finds the parameter that the data comes from: a parameter of the
// handler, or an element of a part of the request.
func (r *Request) carried(n syntax.Node) bool {
	if !n.OK() {
		return false
	}
	if n.Kind() == syntax.KindIdentifier {
		for _, p := range python.Params(r.handler.fn) {
			if p.Node == n {
				return r.ofHandler(p)
			}
		}
	}
	place, ok := partOf(n)
	if !ok {
		return false
	}
	key, ok := keyOf(n)
	if !ok {
		return false
	}
	r.Param = Param{In: place, Name: key}
	if place == Path {
		for _, p := range placeholders(r.Pattern) {
			if p.Name == key {
				r.Param = p
				return true
			}
		}
		return false
	}
	return true
}

// partOf is the part of a request that an expression reads: of request.args or
// await request.json().
func partOf(n syntax.Node) (Place, bool) {
	for n.OK() {
		switch n.Kind() {
		case syntax.KindAwait, syntax.KindParenthesizedExpression:
			n = n.NamedChild(0)
		case syntax.KindCall:
			fn := n.Child(syntax.FieldFunction)
			if fn.Kind() == syntax.KindAttribute {
				if place, ok := attributes[fn.Child(syntax.FieldAttribute).Str()]; ok {
					return place, true
				}
				fn = fn.Child(syntax.FieldObject) // request.args.get("x")
			}
			n = fn
		case syntax.KindSubscript:
			n = n.Child(syntax.FieldValue)
		case syntax.KindAttribute:
			if place, ok := attributes[n.Child(syntax.FieldAttribute).Str()]; ok {
				return place, true
			}
			return "", false
		default:
			return "", false
		}
	}
	return "", false
}

// getters take the name of an element first.
var getters = []string{"get", "getlist", "get_list", "getall", "pop", "getone"}

// keyOf is the name of the element that is taken of a part of a request: where
// it is read, or where the variable is used that it is put into.
func keyOf(n syntax.Node) (string, bool) {
	if key, ok := keyIn(n); ok {
		return key, true
	}
	for {
		if key, ok := elementKey(n); ok {
			return key, true
		}
		p := n.Parent()
		if !p.OK() {
			return "", false
		}
		switch p.Kind() {
		case syntax.KindAwait, syntax.KindParenthesizedExpression, syntax.KindBooleanOperator:
		case syntax.KindCall:
			if p.Child(syntax.FieldFunction) != n {
				return "", false
			}
		case syntax.KindAssignment:
			if left := p.Child(syntax.FieldLeft); left.Kind() == syntax.KindIdentifier {
				return keyOfVariable(p, left.Str())
			}
			return "", false
		default:
			return "", false
		}
		n = p
	}
}

// keyIn is the name within an expression that reads an element itself.
func keyIn(n syntax.Node) (string, bool) {
	switch n.Kind() {
	case syntax.KindSubscript:
		return text(n.Child(syntax.FieldSubscript))
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		if fn.Kind() == syntax.KindAttribute && slices.Contains(getters, fn.Child(syntax.FieldAttribute).Str()) {
			return text(argument(n, 0, "key"))
		}
	}
	return "", false
}

// elementKey is the name by which the expression around n takes an element of it.
func elementKey(n syntax.Node) (string, bool) {
	p := n.Parent()
	if !p.OK() {
		return "", false
	}
	switch p.Kind() {
	case syntax.KindSubscript:
		if p.Child(syntax.FieldValue) == n {
			return keyIn(p)
		}
	case syntax.KindAttribute:
		if call := p.Parent(); p.Child(syntax.FieldObject) == n && call.OK() && call.Kind() == syntax.KindCall {
			return keyIn(call)
		}
	}
	return "", false
}

func keyOfVariable(from syntax.Node, name string) (string, bool) {
	fn := from
	for fn.OK() && fn.Kind() != syntax.KindFunctionDefinition {
		fn = fn.Parent()
	}
	for n := range fn.Descendants() {
		if n.Kind() == syntax.KindIdentifier && n.Str() == name && n.Span().Start > from.Span().Start {
			if key, ok := elementKey(n); ok {
				return key, true
			}
		}
	}
	return "", false
}

// ofHandler says where a parameter of the handler stands in the request: in the
// path if its pattern names it, else where the framework takes it from.
func (r *Request) ofHandler(p python.Param) bool {
	for _, x := range placeholders(r.Pattern) {
		if x.Name == p.Name {
			r.Param = x
			return true
		}
	}
	if r.Framework != "fastapi" {
		return false
	}
	x, ok := fastAPI(p)
	if !ok { // a model: its fields are read as attributes
		field := fieldRead(r.handler.fn, p.Name)
		x = Param{In: JSON, Name: field}
		ok = field != ""
	}
	r.Param = x
	return ok
}

// fastAPI is where FastAPI takes a parameter from that is no part of the path;
// false if its type is a model or unknown.
func fastAPI(p python.Param) (Param, bool) {
	about := ""
	for _, n := range []syntax.Node{p.Annotation, p.Default} {
		if n.OK() {
			about += " " + n.Str()
		}
	}
	for word, place := range map[string]Place{"Form(": Form, "Header(": Header, "Cookie(": Cookie, "Query(": Query} {
		if strings.Contains(about, word) {
			name := p.Name
			if place == Header {
				name = strings.ReplaceAll(name, "_", "-")
			}
			return Param{In: place, Name: name}, true
		}
	}
	if strings.Contains(about, "Body(") {
		return Param{In: JSON, Name: p.Name}, strings.Contains(about, "embed=True")
	}
	if strings.Contains(about, "Depends(") || strings.Contains(about, "File(") || strings.Contains(about, "Security(") {
		return Param{}, false
	}
	return Param{In: Query, Name: p.Name}, !p.Annotation.OK() || plainType.MatchString(p.Annotation.Str())
}

var plainType = regexp.MustCompile(`^(?:typing\.)?(?:Optional\[)?(?:str|int|float|bool|bytes)\]?(?:\s*\|\s*None)?$`)

// fieldRead is the first attribute of a parameter that a function reads.
func fieldRead(fn syntax.Node, name string) string {
	for n := range fn.Descendants() {
		if n.Kind() != syntax.KindAttribute {
			continue
		}
		if o := n.Child(syntax.FieldObject); o.Kind() == syntax.KindIdentifier && o.Str() == name {
			return n.Child(syntax.FieldAttribute).Str()
		}
	}
	return ""
}

// asked are the other values that the handler asks for without a default.
func (r *Request) asked() []Param {
	var all []Param
	add := func(p Param) {
		p.Whole = false
		if !slices.Contains(all, p) && (p.In != r.Param.In || p.Name != r.Param.Name) {
			all = append(all, p)
		}
	}
	for _, p := range placeholders(r.Pattern) {
		add(p)
	}
	if r.Framework == "fastapi" {
		inPath := placeholders(r.Pattern)
		for _, p := range python.Params(r.handler.fn) {
			if p.Kind != python.Positional && p.Kind != python.KeywordOnly || slices.ContainsFunc(inPath, func(x Param) bool { return x.Name == p.Name }) {
				continue
			}
			if x, ok := fastAPI(p); ok && !(p.Default.OK() && !strings.Contains(p.Default.Str(), "(...")) {
				add(x)
			}
		}
	}
	for n := range r.handler.fn.Descendants() {
		if n.Kind() != syntax.KindSubscript && n.Kind() != syntax.KindCall {
			continue
		}
		place, ok := partOf(n)
		if key, named := keyIn(n); ok && named && place != Header && place != Cookie && place != Path {
			add(Param{In: place, Name: key})
		}
	}
	return all
}

// chooseMethod decides between the methods of a route: one with a body if the
// data stands in one.
func (r *Request) chooseMethod() {
	given := strings.Split(r.Method, ",")
	body := r.Param.In == Form || r.Param.In == JSON
	switch {
	case body && (r.Method == "" && (r.Framework == "django" || r.Framework == "starlette") || slices.Contains(given, "POST")):
		r.Method = "POST"
	case r.Method == "" || slices.Contains(given, "GET"):
		r.Method = "GET"
	default:
		r.Method = given[0]
	}
}

var placeholder = regexp.MustCompile(`<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>|\{(\w+)(?::(\w+))?\}`)

// placeholders are the values that the pattern of a URL names.
func placeholders(pattern string) []Param {
	var list []Param
	for _, m := range placeholder.FindAllStringSubmatch(pattern, -1) {
		name, kind := m[2], m[1]
		if name == "" {
			name, kind = m[3], m[4]
		}
		list = append(list, Param{In: Path, Name: name, Whole: kind == "path"})
	}
	return list
}
