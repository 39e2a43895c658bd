package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/template"
	"pavise/analysis/models"
)

//go:embed template_script_or_url_context.md
var templateScriptOrURLContextPage string

// TemplateScriptOrURLContext: outside data in a script, event handler, style or address of a template.
var TemplateScriptOrURLContext = &analysis.Rule{
	ID:         "template-script-or-url-context",
	Class:      "xss",
	Title:      "Outside data in a script, style or address of a page",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"var-in-script-tag", "var-in-script-src", "var-in-href"},
	},
	Page:   templateScriptOrURLContextPage,
	Checks: []analysis.Check{analysis.Outputs{Run: scriptOrURL}},
}

// scriptOrURL judges holes in which a value is code or an address.
func scriptOrURL(p *analysis.Pass, e *flow.Event) {
	h := e.Hole
	if h.Kind == models.Link {
		address(p, e)
		return
	}
	if h.Kind == models.HTML && h.JSON && h.Raw != flow.Escaped {
		hole(p, e, gradeRaw, func(data string) string {
			return data + " is JSON, whose double quotes end this attribute. Put the attribute into single quotes."
		})
		return
	}
	if h.Kind == models.HTML || h.Kind == models.Unquoted {
		return
	}
	best, what := analysis.Certain, " becomes part of a script, for which HTML escaping is not made. Pass it as `{{ ...|tojson }}`, without quotes around it, or as `{{ ...|json_script }}` in Django."
	switch {
	case h.Place == template.InStyle || h.Place == template.InValue && h.Attr == template.StyleAttr:
		best, what = analysis.Unsure, " becomes part of a style, which it can extend: styles load addresses and cover the page. Choose the value from a fixed list."
		if h.Place == template.InStyle {
			best = analysis.Likely
		}
	case h.Attr == template.Srcdoc:
		what = " becomes a document of its own: the browser undoes the escaping of srcdoc before it reads it. Load the document from an address instead."
	case h.Attr == template.Event && h.Place == template.InValue:
		what = " becomes part of an event handler: the browser undoes the HTML escaping before it runs the script. Put the value into a data attribute and read it there."
	case h.Place == template.InScript && (h.Code == template.CodeSingle || h.Code == template.CodeDouble) && !h.JSON:
		best = inText(e)
	}
	hole(p, e, func(r flow.Reach) (analysis.Confidence, bool) { return gradeEscaped(r, best) },
		func(data string) string { return data + what })
}

// inText is how sure a value in a quoted text of a script is of getting out:
// one that is escaped needs a second hole in the same line.
func inText(e *flow.Event) analysis.Confidence {
	if len(flow.Reaching(e.Value, e.Node, models.HTML)) == 0 {
		return analysis.Unsure
	}
	return analysis.Certain
}

// address judges a hole that holds a whole address.
func address(p *analysis.Pass, e *flow.Event) {
	best := analysis.Likely
	what := " is the whole address of this link: one that begins with javascript: runs as a script when it is followed. Check that it begins with https:// or /."
	if e.Hole.Attr == template.Load {
		best = analysis.Certain
		what = " is the address of what this page loads and trusts, a script of another site among it. Choose it from a fixed list."
	}
	hole(p, e, func(r flow.Reach) (analysis.Confidence, bool) { return gradeEscaped(r, best) }, func(data string) string { return data + what })
}
