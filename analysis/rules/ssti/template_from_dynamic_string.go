package ssti

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed template_from_dynamic_string.md
var templateFromDynamicStringPage string

// TemplateFromDynamicString: a template compiled from a text of unknown origin.
var TemplateFromDynamicString = &analysis.Rule{
	ID:         "template-from-dynamic-string",
	Class:      "ssti",
	Title:      "Template compiled from a text that is not constant",
	CWE:        []int{1336},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"render-template-string", "dangerous-template-string"},
	},
	Page: templateFromDynamicStringPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Template,
			Judge: judgeDynamic,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " is compiled as a template: whoever writes it runs code through template expressions. Keep the template constant and pass the value in its context."
			},
		},
	},
	Yields: []*analysis.Rule{TemplateInjection},
}

// judgeDynamic objects to texts that were put together around a value of
// unknown origin, and to those that come from storage. A whole text that a
// function was given, or read from somewhere, is left to the audit: that is how
// templates are loaded.
func judgeDynamic(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	switch r.Origin.Tier {
	case models.Unknown:
		if r.Inner && !r.Weak && e.View {
			return analysis.Likely, true
		}
		return analysis.Unsure, true
	case models.Stored:
		if r.Weak || r.Origin.Vague {
			return analysis.Unsure, true
		}
		return analysis.Likely, true
	case models.Opaque:
		return analysis.Unsure, r.Inner
	}
	return 0, false
}
