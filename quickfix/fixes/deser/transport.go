package deser

import (
	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/deser"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// JSONTransport has sessions and messages written as JSON.
var JSONTransport = &fix.Fix{
	Name:    "json-transport",
	For:     []*analysis.Rule{deser.PickleTransport},
	Compute: jsonTransport,
}

func jsonTransport(s *fix.Site) []fix.Proposal {
	name, value, ok := s.Setting()
	if !ok {
		return fix.Refuse("What the messages hold is not to be seen here: have JSON do for them first.")
	}
	e := s.Edits()
	if name == "SESSION_SERIALIZER" {
		if value.Kind() != syntax.KindString {
			return fix.Refuse("%s takes its value from %s: change it there.", name, s.Source(value))
		}
		e.ReplaceNode(value, `"django.contrib.sessions.serializers.JSONSerializer"`)
		return fix.Propose(e, "Sessions may hold only what JSON has, and the keys of their dicts become texts; those that are stored already end.", "Keep sessions as JSON")
	}
	switch value.Kind() {
	case syntax.KindString:
		e.ReplaceNode(value, `"json"`)
	case syntax.KindList, syntax.KindTuple, syntax.KindSet:
		if !withoutPickle(e, value) {
			return fix.Refuse("The forms in %s are not all written here: take pickle out where it is named.", name)
		}
	default:
		return fix.Refuse("%s takes its value from %s: change it there.", name, s.Source(value))
	}
	return fix.Propose(e, "Tasks may take and give only what JSON has, and pickles that wait in the queue are refused: change all of these settings together, with empty queues.", "Exchange JSON")
}

// withoutPickle takes pickle out of a list of forms, and puts json in where
// nothing else is left.
func withoutPickle(e *pyedit.Edits, list pyedit.At) bool {
	var found []syntax.Node
	for c := range list.NamedChildren() {
		lit, ok := python.ParseString(c)
		text, constant := lit.Const()
		switch {
		case !ok || !constant:
			return false
		case text == "pickle" || text == "application/x-python-serialize":
			found = append(found, c)
		}
	}
	switch {
	case len(found) != 1:
		return false
	case list.NamedCount() > 1:
		return e.RemoveElement(list, found[0])
	}
	e.ReplaceNode(list.On(found[0]), `"json"`)
	return true
}
