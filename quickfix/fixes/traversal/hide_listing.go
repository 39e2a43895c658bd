package traversal

import (
	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/traversal"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// HideListing takes away what lists a served folder or follows links out of it.
var HideListing = &fix.Fix{
	Name:    "hide-listing",
	For:     []*analysis.Rule{traversal.DirectoryExposed},
	Compute: hideListing,
}

func hideListing(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	e := s.Edits()
	for _, name := range []string{"show_index", "directory_view", "follow_symlinks"} {
		a, has := pyedit.Keyword(call.Node, name)
		if !has || !fix.IsTrue(a.Value) {
			continue
		}
		e.ReplaceNode(call.On(a.Value), "False")
	}
	for d := range call.Child(syntax.FieldArguments).Descendants() {
		if d.Kind() != syntax.KindPair || !fix.IsTrue(d.Child(syntax.FieldValue)) {
			continue
		}
		lit, ok := python.ParseString(d.Child(syntax.FieldKey))
		if key, constant := lit.Const(); ok && constant && key == "show_indexes" {
			e.ReplaceNode(call.On(d.Child(syntax.FieldValue)), "False")
		}
	}
	if _, some := e.List(); !some {
		return fix.Refuse("Which folder to serve instead is for you to say: give one that holds nothing but what everybody may read.")
	}
	return fix.Propose(e, "", "Serve no list of files and no links")
}
