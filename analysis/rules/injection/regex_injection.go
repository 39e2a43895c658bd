package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed regex_injection.md
var regexInjectionPage string

// RegexInjection: regular expression built from request data.
var RegexInjection = &analysis.Rule{
	ID:         "regex-injection",
	Class:      "injection",
	Title:      "Regular expression built from request data",
	CWE:        []int{1333},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       regexInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Regex,
			Judge: judgeRegex,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of this regular expression, so the client can make matching take minutes or match everything. Escape it with re.escape."
			},
		},
	},
}

// judgeRegex is unsure of what unknown functions gave.
func judgeRegex(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	if r.Origin.Vague || r.Weak {
		c = analysis.Unsure
	}
	return c, ok
}
