package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed nosql_injection.md
var nosqlInjectionPage string

// NoSQLInjection: NoSQL query shaped by request data.
var NoSQLInjection = &analysis.Rule{
	ID:         "nosql-injection",
	Class:      "injection",
	Title:      "NoSQL query shaped by request data",
	CWE:        []int{943},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"dynamodb-filter-injection"},
	},
	Page: nosqlInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.NoSQL,
			Judge: judgeNoSQL,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " can hold an object with query operators such as {\"$ne\": null}, so the client changes what this query matches. Make it a text or number first."
			},
		},
	},
}

// judgeNoSQL is unsure of what unknown functions gave: most of them return a
// value of one type.
func judgeNoSQL(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	if r.Origin.Vague {
		c = analysis.Unsure
	}
	return c, ok
}
