package traversal

import (
	"pavise/analysis"
	"pavise/analysis/rules/traversal"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// ExtractionFilter unpacks an archive with the filter for data.
var ExtractionFilter = &fix.Fix{
	Name:    "extraction-filter",
	For:     []*analysis.Rule{traversal.ArchiveExtraction},
	Compute: extractionFilter,
}

// tarFormats are the formats of shutil.unpack_archive that take a filter.
var tarFormats = map[string]bool{"tar": true, "gztar": true, "bztar": true, "xztar": true, "zstdtar": true}

func extractionFilter(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	switch name := s.EventName(); {
	case name == "shutil.unpack_archive":
		a, given := pyedit.Argument(call.Node, 2, "format")
		format, constant := "", false
		if given {
			format, constant = s.Constant(call.On(a.Value))
		}
		if !constant || !tarFormats[format] {
			return fix.Refuse("The archive may be a zip file, for which unpack_archive takes no filter: give format= and filter=\"data\", or open it with tarfile or zipfile.")
		}
	case call.Child(syntax.FieldFunction).Kind() != syntax.KindAttribute:
		return nil
	default:
		if m := call.Child(syntax.FieldFunction).Child(syntax.FieldAttribute).Str(); m != "extractall" && m != "extract" {
			return nil // a member that is written by hand
		}
	}
	e := s.Edits()
	if a, has := pyedit.Keyword(call.Node, "filter"); has {
		e.ReplaceNode(call.On(a.Value), `"data"`)
	} else if !e.AddKeyword(call, "filter", `"data"`) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "Needs Python 3.12, or 3.11.4, 3.10.12, 3.9.17, 3.8.17. Members outside the folder, links that lead outside, and device files raise an error from now on.", `Unpack with filter="data"`)
}
