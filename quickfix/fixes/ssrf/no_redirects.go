package ssrf

import (
	"pavise/analysis"
	"pavise/analysis/rules/ssrf"
	"pavise/quickfix/fix"
)

// NoRedirects keeps a request at the host that was checked.
var NoRedirects = &fix.Fix{
	Name:    "no-redirects",
	For:     []*analysis.Rule{ssrf.SSRFGuardIncomplete},
	Compute: noRedirects,
}

func noRedirects(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that sends this request is in sight.")
	}
	e := s.Edits()
	if reason := stay(s, e, call); reason != "" {
		return fix.Refuse("%s", reason)
	}
	return fix.Propose(e, "An answer that redirects is returned as it is: check what it says before you ask the next address.", "Follow no redirects")
}
