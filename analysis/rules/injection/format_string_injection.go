package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed format_string_injection.md
var formatStringInjectionPage string

// FormatStringInjection: format template controlled by the client.
var FormatStringInjection = &analysis.Rule{
	ID:         "format-string-injection",
	Class:      "injection",
	Title:      "Format template controlled by request data",
	CWE:        []int{134},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       formatStringInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Format,
			Judge: judgeFormat,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is a template whose fields are filled from objects, so the client can read their attributes, down to settings and keys. Make the template a constant."
			},
		},
	},
}

// judgeFormat is sure where a field can reach into an object: texts and numbers
// have no attribute worth reading.
func judgeFormat(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	if !ok || len(e.Args) == 0 {
		return 0, false
	}
	for _, a := range e.Args {
		if !a.Value.Harmless() && a.Value.Type != "str" && a.Value.Type != "bytes" {
			return c, true
		}
	}
	return analysis.Unsure, true
}
