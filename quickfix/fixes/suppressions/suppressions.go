// Package suppressions holds the fixes of comments that hide findings.
package suppressions

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules"
	suppressed "pavise/analysis/rules/suppressions"
	"pavise/analysis/suppress"
	"pavise/quickfix/fix"
)

// Fixes of this class.
var Fixes = []*fix.Fix{NarrowIgnore}

// NarrowIgnore names in a comment the rules that it hides.
var NarrowIgnore = &fix.Fix{
	Name:    "narrow-ignore",
	For:     []*analysis.Rule{suppressed.SuppressionTooBroad},
	Compute: narrowIgnore,
}

func narrowIgnore(s *fix.Site) []fix.Proposal {
	ids := suppress.Hidden(s.Finding.Message)
	var list []*analysis.Rule
	for _, id := range ids {
		if r := rules.ByID(id); r != nil {
			list = append(list, r)
		}
	}
	edit, ok := suppress.Narrowing(s.File.Tree.File, s.Finding.Span, list)
	if !ok {
		return fix.Refuse("This comment of another tool cannot name %s: write a comment of Pavise beside it.", strings.Join(ids, ", "))
	}
	e := s.Edits()
	e.Insert(edit.Start, edit.New)
	return fix.Propose(e, "", "Hide %s only", fix.Listing(ids))
}
