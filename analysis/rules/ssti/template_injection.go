package ssti

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed template_injection.md
var templateInjectionPage string

// TemplateInjection: request data compiled as a template.
var TemplateInjection = &analysis.Rule{
	ID:         "template-injection",
	Class:      "ssti",
	Title:      "Request data compiled as a template",
	CWE:        []int{1336},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"render-template-string", "dangerous-template-string"},
	},
	Page: templateInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Template,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				return analysis.FromClientOrTelling(r)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is compiled as a template, so the client can run code through template expressions. Pass it in the template's context."
			},
		},
	},
}
