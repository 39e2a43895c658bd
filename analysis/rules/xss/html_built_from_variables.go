package xss

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed html_built_from_variables.md
var htmlBuiltFromVariablesPage string

// HTMLBuiltFromVariables: HTML assembled from values of unknown origin in a view.
var HTMLBuiltFromVariables = &analysis.Rule{
	ID:         "html-built-from-variables",
	Class:      "xss",
	Title:      "HTML assembled from values of unknown origin in a view",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"make-response-with-unknown-content", "directly-returned-format-string"},
	},
	Page: htmlBuiltFromVariablesPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.HTML,
			Judge: judgeHTML,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of this HTML without escaping; whoever controls it runs script in the reader's session. Escape it, or render a template."
			},
		},
		analysis.Returns{Run: returnedFromUnknown},
	},
	Yields: []*analysis.Rule{ReflectedXSS, JSONServedAsHTML},
}

// judgeHTML objects to data of unknown origin in a response's HTML text.
func judgeHTML(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if declaresSafe(e.Name) || !r.Inner || r.Origin.Tier > models.Stored || r.Origin.Tier == models.Operator || r.Origin.Tier < models.Opaque {
		return 0, false
	}
	if v := e.HTMLText(); v == nil || !flow.LooksLikeHTML(v) {
		return 0, false
	}
	if !e.View {
		return analysis.Unsure, true // a helper, of which nobody here says who calls it
	}
	return gradeHTML(r), true
}

// numberName recognises values that are numbers in all likelihood.
var numberName = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:id|pk|count|total|num|number|len|length|size|age|year|month|day|page|pages|port|width|height|version|price|amount|index|score|rank|seconds|minutes|hours|percent|now|today|time|timestamp|date|status)\)?$`)

func gradeHTML(r flow.Reach) analysis.Confidence {
	if r.Weak || r.Node.OK() && numberName.MatchString(flow.Label(r.Node)) {
		return analysis.Unsure
	}
	return analysis.Likely
}

// returnedFromUnknown judges HTML that a view or a fragment of one returns. A
// function that nobody is known to call as a view is left to the audit.
func returnedFromUnknown(p *analysis.Pass, e *flow.Event) {
	if e.Name == "data" || !flow.LooksLikeHTML(e.Value) {
		return
	}
	for _, r := range flow.Reaching(e.Value, e.Node, models.HTML) {
		if declaresSafe(e.Name) || !r.Inner || r.Origin.Tier > models.Stored || r.Origin.Tier == models.Operator {
			continue
		}
		c := gradeHTML(r)
		if e.Name == "plain" {
			c = analysis.Unsure
		}
		p.ReportReach(e, r, c, analysis.Unknown(r)+" becomes part of this HTML without escaping; whoever controls it runs script in the reader's session. Escape it, or render a template.")
		return
	}
}
