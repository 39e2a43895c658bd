package fix

import (
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Definition is the expression whose value a name has at a place: that of the
// one assignment that reaches it. It is fixed if anything else reads it too.
func (s *Site) Definition(id pyedit.At) (def pyedit.At, fixed, ok bool) {
	v := s.File.Var(id)
	if v == nil {
		return pyedit.At{}, false, false
	}
	b, ok := v.Reaching(id)
	if !ok || id.Scoped(b.Stmt) && len(v.Binds) > 1 {
		return pyedit.At{}, false, false
	}
	fixed = id.Scoped(b.Stmt)
	for _, l := range v.Seen(b) {
		if l.Abs() != id.Abs() && !Logged(l.Node) {
			fixed = true
		}
	}
	return b.Value, fixed, true
}

// Logged reports whether a load is the argument of a call that only writes it
// out for people.
func Logged(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindArgumentList, syntax.KindInterpolation, syntax.KindString, syntax.KindConcatenatedString:
			continue
		case syntax.KindCall:
			name := p.Child(syntax.FieldFunction).Str()
			if name == "print" || name == "pprint" {
				return true
			}
			object, method, ok := cutLast(name)
			return ok && logMethods[method] && strings.Contains(strings.ToLower(object), "log")
		}
		return false
	}
	return false
}

func cutLast(name string) (object, method string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

var logMethods = map[string]bool{
	"debug": true, "info": true, "warning": true, "warn": true, "error": true, "critical": true, "exception": true, "log": true,
}

// Constant is the text of an expression that is the same at every run.
func (s *Site) Constant(expr pyedit.At) (string, bool) {
	return s.constant(expr, 0)
}

func (s *Site) constant(expr pyedit.At, depth int) (string, bool) {
	switch expr.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		lit, ok := python.ParseString(expr.Node)
		if !ok || lit.IsBytes() {
			return "", false
		}
		return lit.Const()
	case syntax.KindInteger:
		return expr.Str(), true
	case syntax.KindParenthesizedExpression:
		return s.constant(expr.On(expr.NamedChild(0)), depth)
	case syntax.KindIdentifier:
		if depth > 3 {
			return "", false
		}
		if def, _, ok := s.Definition(expr); ok {
			return s.constant(def, depth+1)
		}
	}
	return "", false
}

// Value is what the engine knows of an expression of the site: nil if it is
// no part of the event.
func (s *Site) Value(n pyedit.At) *flow.Value {
	if !s.HasEvent {
		return nil
	}
	at := n.Abs()
	if s.Event.Value != nil && s.Event.Kind != flow.Called && at == s.Node.Abs() {
		return s.Event.Value
	}
	for _, a := range s.Event.Args {
		if v := s.within(a.Node, a.Value, at, 0); v != nil {
			return v
		}
	}
	if v := s.within(syntax.Node{}, s.Event.Value, at, 0); v != nil {
		return v
	}
	return s.within(syntax.Node{}, s.Event.Recv, at, 0)
}

// within looks for the value of the expression at a span: the argument itself
// or a hole of its text.
func (s *Site) within(n syntax.Node, v *flow.Value, at source.Span, depth int) *flow.Value {
	if v == nil || depth > 4 {
		return nil
	}
	if n.OK() && s.abs(n) == at {
		return v
	}
	for i := range v.Pieces {
		p := &v.Pieces[i]
		if p.Hole == nil {
			continue
		}
		if p.Node.OK() && s.abs(p.Node) == at {
			return p.Hole
		}
		if h := s.within(p.Node, p.Hole, at, depth+1); h != nil {
			return h
		}
	}
	return nil
}

// abs is the place of a node of the event in the file.
func (s *Site) abs(n syntax.Node) source.Span {
	if n.Unit() == s.Node.Unit() {
		return n.Span().Shift(s.Node.Base)
	}
	for _, u := range s.File.Tree.Units {
		if u.Unit == n.Unit() {
			return n.Span().Shift(u.Start)
		}
	}
	return source.Span{}
}

// Trusted reports whether an expression holds nothing but the program's own
// constants, as far as the engine knows.
func (s *Site) Trusted(n pyedit.At) bool {
	if _, ok := s.Constant(n); ok {
		return true
	}
	v := s.Value(n)
	if v == nil {
		return false
	}
	for _, o := range v.Origins {
		if o.Tier > models.Constant {
			return false
		}
	}
	return len(v.Consts) > 0 || v.Pieces != nil || v.Type == "int"
}

// TypeOf is the qualified class of an expression's value, "" if unknown.
func (s *Site) TypeOf(n pyedit.At) string {
	if v := s.Value(n); v != nil && v.Type != "" && !(v.Type == "str" && s.MayBeNone(n)) {
		return v.Type
	}
	switch n.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		return "str"
	case syntax.KindInteger:
		return "int"
	case syntax.KindCall:
		switch name := n.Child(syntax.FieldFunction).Str(); name {
		case "int", "float", "str", "bool":
			if s.File.BoundInModule(name) == 0 {
				return name
			}
		}
	case syntax.KindIdentifier:
		return s.annotated(n)
	}
	return ""
}

// annotated is the class that a parameter of an enclosing function is
// annotated with.
func (s *Site) annotated(id pyedit.At) string {
	for fn := pyedit.Function(id.Node); fn.OK(); fn = pyedit.Function(fn) {
		for _, p := range python.Params(fn) {
			if p.Name == id.Str() {
				if p.Annotation.OK() {
					return s.File.Resolve(p.Annotation)
				}
				return ""
			}
		}
	}
	return ""
}

// Cleaned reports whether the engine knows that a value does no harm of a kind.
func (s *Site) Cleaned(n pyedit.At, kind models.Kind) bool {
	v := s.Value(n)
	return v != nil && v.Clean&kind != 0
}

// requestText are the attributes of a request whose items are text.
var requestText = map[string]bool{
	"args": true, "form": true, "values": true, "cookies": true, "headers": true, "GET": true, "POST": true, "COOKIES": true,
	"query_params": true, "path_params": true, "view_args": true, "match_info": true, "query": true,
}

// IsText reports whether an expression gives text (or None) and nothing else:
// by its class, or because it reads an item of a request.
func (s *Site) IsText(n pyedit.At) bool { return s.isText(n, 0) }

func (s *Site) isText(n pyedit.At, depth int) bool {
	if depth > 3 {
		return false
	}
	if s.TypeOf(n) == "str" {
		return true
	}
	switch n.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		return true
	case syntax.KindIdentifier:
		def, _, ok := s.Definition(n)
		return ok && s.isText(def, depth+1)
	case syntax.KindBooleanOperator:
		return s.isText(n.On(n.Child(syntax.FieldLeft)), depth+1) && s.isText(n.On(n.Child(syntax.FieldRight)), depth+1)
	case syntax.KindSubscript:
		return requestItem(n.Child(syntax.FieldValue))
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		if fn.Kind() != syntax.KindAttribute {
			return false
		}
		object := n.On(fn.Child(syntax.FieldObject))
		switch fn.Child(syntax.FieldAttribute).Str() {
		case "get":
			_, typed := pyedit.Keyword(n.Node, "type")
			if d, ok := pyedit.Positional(n.Node, 1); ok && !s.isText(n.On(d.Value), depth+1) {
				return false
			}
			return !typed && requestItem(object.Node)
		case "strip", "lower", "upper", "title", "lstrip", "rstrip", "replace", "removeprefix", "removesuffix":
			return s.isText(object, depth+1)
		}
	}
	return false
}

// requestItem recognises request.args and its like.
func requestItem(n syntax.Node) bool {
	return n.Kind() == syntax.KindAttribute && requestText[n.Child(syntax.FieldAttribute).Str()] &&
		strings.HasSuffix(n.Child(syntax.FieldObject).Str(), "request")
}

// MayBeNone recognises get(...) without a default, and names of what it gave.
func (s *Site) MayBeNone(at pyedit.At) bool {
	switch at.Kind() {
	case syntax.KindIdentifier:
		def, _, ok := s.Definition(at)
		return ok && def.Kind() == syntax.KindCall && s.MayBeNone(def)
	case syntax.KindCall:
		fn := at.Child(syntax.FieldFunction)
		if fn.Kind() != syntax.KindAttribute {
			return false
		}
		switch fn.Child(syntax.FieldAttribute).Str() {
		case "get", "get_argument", "get_param", "pop":
			_, more := pyedit.Positional(at.Node, 1)
			_, named := pyedit.Keyword(at.Node, "default")
			return !more && !named
		}
	}
	return false
}

// Pattern is the expression of the regular expression of a call of re, or of a
// method of a compiled one.
func (s *Site) Pattern(call pyedit.At) (pyedit.At, bool) {
	fn := call.On(call.Child(syntax.FieldFunction))
	if strings.HasPrefix(s.EventName(), "re.Pattern.") {
		compiled := fn.On(fn.Child(syntax.FieldObject))
		if compiled.Kind() == syntax.KindIdentifier {
			def, _, ok := s.Definition(compiled)
			if !ok {
				return pyedit.At{}, false
			}
			compiled = def
		}
		if compiled.Kind() != syntax.KindCall {
			return pyedit.At{}, false
		}
		if len(pyedit.Args(compiled.Node)) > 1 {
			return pyedit.At{}, false // flags change what the anchors mean
		}
		call = compiled
	} else if !strings.HasPrefix(s.EventName(), "re.") {
		return pyedit.At{}, false
	}
	a, ok := pyedit.Argument(call.Node, 0, "pattern")
	return call.On(a.Value), ok
}

// Literal is the string literal that an expression is or that its name was
// given, no node if there is none.
func (s *Site) Literal(n pyedit.At) pyedit.At {
	if n.OK() && n.Kind() == syntax.KindIdentifier {
		if def, fixed, ok := s.Definition(n); ok && !fixed {
			n = def
		}
	}
	if n.OK() && n.Kind() == syntax.KindString {
		return n
	}
	return pyedit.At{}
}
