package pyedit

import (
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// NameFor is a variable name that tells what an expression is: user.name gives
// user_name, d["k"] gives k, request.args.get("x") gives x; "" if nothing tells.
func NameFor(n syntax.Node) string {
	switch n.Kind() {
	case syntax.KindIdentifier:
		return n.Str()
	case syntax.KindAttribute:
		object := NameFor(n.Child(syntax.FieldObject))
		name := n.Child(syntax.FieldAttribute).Str()
		if object == "" || object == "self" || object == "cls" {
			return name
		}
		return object + "_" + name
	case syntax.KindSubscript:
		return stringName(n.Child(syntax.FieldSubscript))
	case syntax.KindCall:
		if a, ok := Positional(n, 0); ok {
			if name := stringName(a.Value); name != "" {
				return name
			}
			if a.Value.Kind() == syntax.KindIdentifier {
				return a.Value.Str()
			}
		}
		if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute { // name.strip()
			return NameFor(fn.Child(syntax.FieldObject))
		}
	case syntax.KindAwait, syntax.KindParenthesizedExpression:
		return NameFor(n.NamedChild(0))
	}
	return ""
}

// stringName is the value of a literal that can be a name.
func stringName(n syntax.Node) string {
	s, ok := python.ParseString(n)
	if !ok {
		return ""
	}
	text, ok := s.Const()
	if !ok || text == "" || len(text) > 30 || IsKeyword(text) {
		return ""
	}
	for i, c := range text {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return ""
		}
	}
	return text
}
