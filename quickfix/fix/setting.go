package fix

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Setting is the setting, or header, that the site gives a value: its name and
// the expression of the value; ok is false if the site is none that is written
// out.
func (s *Site) Setting() (name string, value pyedit.At, ok bool) {
	n := s.Node
	switch n.Kind() {
	case syntax.KindKeywordArgument:
		return n.Child(syntax.FieldName).Str(), n.On(n.Child(syntax.FieldValue)), true
	case syntax.KindPair:
		name, ok = text(n.Child(syntax.FieldKey))
		return name, n.On(n.Child(syntax.FieldValue)), ok
	}
	if target, value, ok := s.Assignment(); ok {
		switch target.Kind() {
		case syntax.KindIdentifier:
			return target.Str(), value, true
		case syntax.KindAttribute:
			return target.Child(syntax.FieldAttribute).Str(), value, true
		case syntax.KindSubscript:
			name, ok = text(target.Child(syntax.FieldSubscript))
			return name, value, ok
		}
		return "", pyedit.At{}, false
	}
	call, ok := s.Call()
	if !ok {
		return "", pyedit.At{}, false
	}
	first, ok := pyedit.Positional(call.Node, 0)
	second, ok2 := pyedit.Positional(call.Node, 1)
	if !ok || !ok2 {
		return "", pyedit.At{}, false
	}
	name, ok = text(first.Value)
	return name, call.On(second.Value), ok
}

func text(n syntax.Node) (string, bool) {
	lit, ok := python.ParseString(n)
	if !ok {
		return "", false
	}
	return lit.Const()
}

// Written reports whether an expression is a constant that is written out: its
// value is decided here.
func Written(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindTrue, syntax.KindFalse, syntax.KindNone, syntax.KindInteger, syntax.KindString, syntax.KindConcatenatedString:
		return true
	case syntax.KindList, syntax.KindTuple, syntax.KindSet, syntax.KindParenthesizedExpression:
		for c := range n.NamedChildren() {
			if c.Kind() != syntax.KindComment && !Written(c) {
				return false
			}
		}
		return true
	case syntax.KindBinaryOperator:
		return Written(n.Child(syntax.FieldLeft)) && Written(n.Child(syntax.FieldRight))
	}
	return false
}

// SetOptions gives a call's options their values: those that are written out
// otherwise are replaced, those that are missing added, in this order. The refusal
// is "" if all of that can be done.
func (s *Site) SetOptions(e *pyedit.Edits, call pyedit.At, options ...[2]string) (refusal string) {
	if pyedit.Unpacks(call.Node) {
		return "Some arguments are unpacked here, so it cannot be told which are given: set " + options[0][0] + "=" + options[0][1] + " where they come from."
	}
	for _, o := range options {
		a, ok := pyedit.Keyword(call.Node, o[0])
		switch {
		case !ok:
			if !e.AddKeyword(call, o[0], o[1]) {
				return "No argument can be added to this call."
			}
		case a.Value.Str() == o[1]:
		case Written(a.Value):
			e.ReplaceNode(call.On(a.Value), o[1])
		default:
			return o[0] + "= takes its value from " + strings.TrimSpace(a.Value.Str()) + ": change it there."
		}
	}
	return ""
}
