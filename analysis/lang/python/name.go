package python

import "pavise/analysis/syntax"

// LastName is the word by which an expression calls its value: that of a
// variable, the last one of a dotted name, the constant key of a subscript, the
// text of a string; "" for anything else.
func LastName(n syntax.Node) string {
	switch n.Kind() {
	case syntax.KindIdentifier:
		return n.Str()
	case syntax.KindAttribute:
		return n.Child(syntax.FieldAttribute).Str()
	case syntax.KindSubscript:
		return LastName(n.Child(syntax.FieldSubscript))
	case syntax.KindString:
		if s, ok := ParseString(n); ok {
			text, _ := s.Const()
			return text
		}
	}
	return ""
}
