package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed markup_injection.md
var markupInjectionPage string

// MarkupInjection: XML text concatenated from request data.
var MarkupInjection = &analysis.Rule{
	ID:         "markup-injection",
	Class:      "injection",
	Title:      "XML, TwiML, SVG or vCard text concatenated from request data",
	CWE:        []int{91},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"twiml-injection"},
	},
	Page: markupInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Markup,
			Judge: judgeMarkup,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of this XML without escaping, so the client can add elements. Escape it, or build the document from elements."
			},
		},
	},
}

// judgeMarkup objects to what is put into a text, not to a text that is all
// the client's own.
func judgeMarkup(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	return min(c, analysis.Likely), ok && r.Inner
}
