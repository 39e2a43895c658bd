package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed query_language_injection.md
var queryLanguageInjectionPage string

// QueryLanguageInjection: query text of another language built from request data.
var QueryLanguageInjection = &analysis.Rule{
	ID:         "query-language-injection",
	Class:      "injection",
	Title:      "Query text built from request data",
	CWE:        []int{943, 74},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       queryLanguageInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Query,
			Judge: judgeText,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of the text of this query, so the client can read or change other data. Pass it as a parameter."
			},
		},
	},
}
