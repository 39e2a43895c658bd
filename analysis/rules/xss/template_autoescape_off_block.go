package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed template_autoescape_off_block.md
var templateAutoescapeOffBlockPage string

// TemplateAutoescapeOffBlock: outside data in a block of a template in which escaping is switched off.
var TemplateAutoescapeOffBlock = &analysis.Rule{
	ID:         "template-autoescape-off-block",
	Class:      "xss",
	Title:      "Outside data in a block without escaping",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"template-autoescape-off"},
	},
	Page:   templateAutoescapeOffBlockPage,
	Checks: []analysis.Check{analysis.Outputs{Run: escapingOff}},
}

// escapingOff judges holes within {% autoescape off %}.
func escapingOff(p *analysis.Pass, e *flow.Event) {
	if e.Hole.Kind != models.HTML || e.Hole.Raw != flow.RawBlock {
		return
	}
	hole(p, e, gradeRaw, func(data string) string {
		return data + " is put into the page as it is, because escaping is switched off in this block; whoever controls it runs script in the reader's session. Escape it with `|escape`, or leave the block out."
	})
}
