package ssrf

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed ssrf.md
var ssrfPage string

// SSRF: outgoing request URL controlled by the client.
var SSRF = &analysis.Rule{
	ID:         "ssrf",
	Class:      "ssrf",
	Title:      "Outgoing request URL controlled by the client",
	CWE:        []int{918},
	OWASP2021:  "A10:2021 Server-Side Request Forgery",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B310"},
		Ruff:    []string{"S310"},
		Semgrep: []string{"ssrf-requests", "ssrf-injection-requests", "ssrf-injection-urllib", "tainted-url-host", "flask-api-method-string-format", "dynamic-urllib-use-detected"},
	},
	Page: ssrfPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.URL,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				c, ok := analysis.FromClientOrTelling(r)
				for _, w := range r.Passed(models.URL) {
					if w.How == flow.PrefixUnresolved { // most settings of this kind end in a slash
						c = analysis.Unsure
					}
				}
				return c, ok
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides which host this request goes to, so the client can reach internal services. Allow only known hosts."
			},
		},
	},
}
