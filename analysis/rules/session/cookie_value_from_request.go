package session

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed cookie_value_from_request.md
var cookieValueFromRequestPage string

// CookieValueFromRequest: cookie built from request data.
var CookieValueFromRequest = &analysis.Rule{
	ID:         "cookie-value-from-request",
	Class:      "session",
	Title:      "Cookie built from request data",
	CWE:        []int{20},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Page:       cookieValueFromRequestPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Cookie,
			Judge: judgeCookie,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides what this cookie says; whoever reads it must not trust it."
			},
		},
	},
}

// judgeCookie is unsure of everything: most cookies of this kind hold choices
// that the client is free to make.
func judgeCookie(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	return min(c, analysis.Likely), ok && !r.Origin.Vague
}
