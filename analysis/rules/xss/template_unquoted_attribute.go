package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/template"
	"pavise/analysis/models"
)

//go:embed template_unquoted_attribute.md
var templateUnquotedAttributePage string

// TemplateUnquotedAttribute: outside data in a tag of a template without quotes around it.
var TemplateUnquotedAttribute = &analysis.Rule{
	ID:         "template-unquoted-attribute",
	Class:      "xss",
	Title:      "Outside data in a tag without quotes",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"template-unquoted-attribute-var", "unquoted-attribute-var"},
	},
	Page:   templateUnquotedAttributePage,
	Checks: []analysis.Check{analysis.Outputs{Run: unquoted}},
}

// unquoted judges holes in tags that no quotes hold.
func unquoted(p *analysis.Pass, e *flow.Event) {
	if e.Hole.Kind != models.Unquoted {
		return
	}
	what := " stands in an attribute without quotes: a space in it begins another attribute, such as onmouseover=, and escaping does not stop that. Put quotes around it."
	switch e.Hole.Place {
	case template.InAttrName:
		what = " stands among the attributes of a tag, where escaping does not stop an event handler. Write the attributes out, and put data into their quoted values only."
	case template.InTagName:
		what = " becomes the name of a tag, so that it can add a script or an event handler. Choose the tag from a fixed list."
	}
	hole(p, e, func(r flow.Reach) (analysis.Confidence, bool) { return gradeEscaped(r, analysis.Certain) },
		func(data string) string { return data + what })
}
