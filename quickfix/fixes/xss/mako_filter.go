package xss

import (
	"pavise/analysis"
	"pavise/analysis/rules/xss"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// MakoFilter has templates of Mako escape.
var MakoFilter = &fix.Fix{Name: "mako-filter", For: []*analysis.Rule{xss.MakoUnescaped}, Compute: makoFilter}

func makoFilter(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("Take the filter n away.")
	}
	const caveat = "Values that hold markup are shown as text from now on: mark those that are clean with ${x | n} or markupsafe.Markup."
	e := s.Edits()
	a, ok := pyedit.Keyword(call.Node, "default_filters")
	switch {
	case !ok:
		if pyedit.Unpacks(call.Node) || !e.AddKeyword(call, "default_filters", `["h"]`) {
			return fix.Refuse("The call takes no further argument as it is written.")
		}
	case a.Value.Kind() == syntax.KindNone:
		e.ReplaceNode(call.On(a.Value), `["h"]`)
	case a.Value.Kind() == syntax.KindList:
		if !e.AppendElement(call.On(a.Value), `"h"`) {
			return fix.Refuse("A comment stands in the way of the element.")
		}
	default:
		return fix.Refuse("default_filters= takes its value from %s: change it there.", fix.Short(a.Value.Str()))
	}
	return fix.Propose(e, caveat, `Escape with the filter "h"`)
}
