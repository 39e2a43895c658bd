package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed template_safe_filter.md
var templateSafeFilterPage string

// TemplateSafeFilter: outside data marked safe in a template.
var TemplateSafeFilter = &analysis.Rule{
	ID:         "template-safe-filter",
	Class:      "xss",
	Title:      "Outside data marked safe in a template",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"template-unescaped-with-safe", "template-var-unescaped-with-safeseq"},
	},
	Page:   templateSafeFilterPage,
	Checks: []analysis.Check{analysis.Outputs{Run: safeFilter}},
}

// safeFilter judges what a hole marks as safe itself.
func safeFilter(p *analysis.Pass, e *flow.Event) {
	if e.Hole.Kind != models.HTML || e.Hole.Raw != flow.RawFilter {
		return
	}
	hole(p, e, gradeRaw, func(data string) string {
		return data + " is put into the page as it is: the filter says that it is safe, and nothing has made it so. Leave the filter out, or clean the HTML with nh3 first."
	})
}
