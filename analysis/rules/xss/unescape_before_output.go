package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed unescape_before_output.md
var unescapeBeforeOutputPage string

// UnescapeBeforeOutput: escaped text decoded again before output.
var UnescapeBeforeOutput = &analysis.Rule{
	ID:         "unescape-before-output",
	Class:      "xss",
	Title:      "Escaped text decoded again before output",
	CWE:        []int{79, 116},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"explicit-unescape-with-markup"}},
	Page:       unescapeBeforeOutputPage,
	Checks:     []analysis.Check{analysis.Weak{Kind: models.HTML | models.MailHTML, Run: decoded}},
}

func decoded(p *analysis.Pass, e *flow.Event, w *flow.WeakCheck, r *flow.Reach) {
	if w.How != flow.Decoded || r == nil {
		return
	}
	c := analysis.Likely
	if got, ok := analysis.FromClientOrTelling(*r); !ok || got < analysis.Likely {
		c = analysis.Unsure
	}
	p.ReportWeak(e, w, r, c, "This undoes the escaping before the text becomes HTML, so that its tags are tags again. Escape last, or do not decode.")
}
