package ssrf

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed ssrf_partial.md
var ssrfPartialPage string

// SSRFPartial: path or query of an outgoing request controlled by the client.
var SSRFPartial = &analysis.Rule{
	ID:         "ssrf-partial",
	Class:      "ssrf",
	Title:      "Path or query of an outgoing request controlled by the client",
	CWE:        []int{918},
	OWASP2021:  "A10:2021 Server-Side Request Forgery",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       ssrfPartialPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.URL,
			Find:  func(e *flow.Event, s *models.Sink) []flow.Reach { return e.BehindHost(s) },
			Judge: judgePart,
			Says: func(_ *flow.Event, r flow.Reach) string {
				if r.Part == flow.InQuery {
					return analysis.Data(r) + " becomes part of this request's query as it is: `&` adds parameters, `#` cuts the rest off. Pass it in params, or quote it."
				}
				return analysis.Data(r) + " becomes part of this request's path as it is: `../` and `?` lead to other endpoints of the host. Quote it with quote(value, safe=\"\")."
			},
		},
	},
	Yields: []*analysis.Rule{SSRF},
}

// judgePart objects to a client's text that was not quoted. In a query, and
// where it holds no slash, little can be done with it.
func judgePart(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Remote {
		return 0, false
	}
	const quoted = models.Header | models.LDAP | models.XML
	c, ok := analysis.FromClient(r)
	switch {
	case r.Clean&quoted == quoted && r.Part == flow.InQuery:
		return 0, false
	case r.Part == flow.InQuery, r.Origin.Vague, r.Clean&models.Path != 0, r.Clean&quoted == quoted:
		c = analysis.Unsure
	}
	return c, ok
}
