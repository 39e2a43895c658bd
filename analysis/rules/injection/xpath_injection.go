package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed xpath_injection.md
var xpathInjectionPage string

// XPathInjection: XPath expression built from request data.
var XPathInjection = &analysis.Rule{
	ID:         "xpath-injection",
	Class:      "injection",
	Title:      "XPath expression built from request data",
	CWE:        []int{643},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       xpathInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.XPath,
			Judge: judgeXPath,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of this XPath expression, so the client can select other nodes. Pass it as a variable, or allow certain characters only."
			},
		},
	},
}

// judgeXPath is unsure of values that were searched for quotes.
func judgeXPath(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := judgeText(p, e, r)
	if r.Weak {
		c = analysis.Unsure
	}
	return c, ok
}
