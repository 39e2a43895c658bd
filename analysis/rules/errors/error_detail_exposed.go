package errors

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed error_detail_exposed.md
var errorDetailExposedPage string

// ErrorDetailExposed: exception detail sent to the client.
var ErrorDetailExposed = &analysis.Rule{
	ID:         "error-detail-exposed",
	Class:      "errors",
	Title:      "Exception detail sent to the client",
	CWE:        []int{209},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A10:2025 Mishandling of Exceptional Conditions",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       errorDetailExposedPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Detail,
			Judge: judge,
			Says:  func(_ *flow.Event, r flow.Reach) string { return analysis.Data(r) + says },
		},
		analysis.Returns{Run: returned},
	},
}

const says = " tells the client what went wrong inside: paths, queries, addresses of other systems. Write it to the log, and send a text of your own."

// judge objects to the text of exceptions. It is unsure of kinds of exceptions
// that a program raises itself with texts for its clients, and of what unknown
// functions made of one.
func judge(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Error || debugging(e.Node) || r.Node.OK() && debugging(r.Node) {
		return 0, false
	}
	if r.Weak || r.Origin.Vague {
		return analysis.Unsure, true
	}
	return analysis.Certain, true
}

func returned(p *analysis.Pass, e *flow.Event) {
	if e.Name == "plain" || e.Name == "fragment" {
		return // nobody is known to send it
	}
	for _, r := range flow.Reaching(e.Value, e.Node, models.Detail) {
		if c, ok := judge(p, e, r); ok {
			p.ReportReach(e, r, c, analysis.Data(r)+says)
			return
		}
	}
}

// debugging reports whether a node stands in a branch or function for developers.
func debugging(n syntax.Node) bool {
	if forDebugging(n) {
		return true
	}
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if forDebugging(p) {
			return true
		}
		if p.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		name := strings.ToLower(p.Child(syntax.FieldName).Str())
		if strings.Contains(name, "debug") || strings.Contains(name, "traceback") {
			return true
		}
		for s := range p.Child(syntax.FieldBody).NamedChildren() { // if not settings.DEBUG: return ...
			if s.Kind() == syntax.KindIfStatement && s.Span().End <= n.Span().Start && forDebugging(s) {
				return true
			}
		}
	}
	return false
}

// forDebugging reports whether a node is a choice between what developers and
// what others are told.
func forDebugging(n syntax.Node) bool {
	var cond syntax.Node
	switch n.Kind() {
	case syntax.KindIfStatement, syntax.KindElifClause:
		cond = n.Child(syntax.FieldCondition)
	case syntax.KindConditionalExpression:
		cond = n.NamedChild(1)
	default:
		return false
	}
	return strings.Contains(strings.ToLower(cond.Str()), "debug")
}
