package redirect

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed open_redirect.md
var openRedirectPage string

// OpenRedirect: redirect target controlled by the client.
var OpenRedirect = &analysis.Rule{
	ID:         "open-redirect",
	Class:      "redirect",
	Title:      "Redirect target controlled by the client",
	CWE:        []int{601},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"open-redirect"},
	},
	Page: openRedirectPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Redirect,
			Judge: judge,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides where this redirect goes, so a link to this site can lead to any other. Allow local targets only."
			},
		},
	},
}

// judge is unsure of addresses that unknown functions made: most of them build
// a local one, or check it.
func judge(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClientOrTelling(r)
	if r.Origin.Vague || nearlyLocal(r) || rawHeaders.MatchString(r.Origin.Label) {
		c = analysis.Unsure // of raw headers a link can send no other than the referrer
	}
	return c, ok
}

// rawHeaders recognises the headers of an ASGI request as they came.
var rawHeaders = regexp.MustCompile(`^(?:\w+\.)*scope(?:\.get\(|\[)["']headers["']`)

// nearlyLocal reports whether the target passed half measures that leave little
// room: there weak-url-check says what is wrong.
func nearlyLocal(r flow.Reach) bool {
	if !r.Weak {
		return false
	}
	for _, w := range r.Passed(models.Redirect) {
		if w.How == flow.SameHostJoined || w.How == flow.PrefixUnresolved {
			return true
		}
	}
	return r.Nearly
}
