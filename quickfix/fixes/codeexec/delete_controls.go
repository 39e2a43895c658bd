package codeexec

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/codeexec"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
)

// DeleteControls deletes the characters that change the order in which a line is
// shown.
var DeleteControls = &fix.Fix{
	Name:    "delete-controls",
	For:     []*analysis.Rule{codeexec.TrojanSource},
	Compute: deleteControls,
}

func deleteControls(s *fix.Site) []fix.Proposal {
	if s.Node.Kind() == syntax.KindIdentifier && s.Node.Abs() == s.Finding.Span {
		return fix.Refuse("Write the name with letters of one alphabet, wherever it stands.")
	}
	from := s.File.LineStart(s.Finding.Span.Start)
	line := s.File.Source(source.Span{Start: from, End: s.File.LineEnd(s.Finding.Span.Start)})
	e := s.Edits()
	for i, r := range line {
		if strings.ContainsRune("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", r) {
			e.Delete(source.Span{Start: from + uint32(i), End: from + uint32(i+len(string(r)))})
		}
	}
	return fix.Propose(e, "Read the line again afterwards: now it shows what runs.", "Delete the invisible characters")
}
