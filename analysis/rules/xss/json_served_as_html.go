package xss

import (
	"bytes"
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed json_served_as_html.md
var jsonServedAsHTMLPage string

// JSONServedAsHTML: JSON or callback text returned with an HTML content type.
var JSONServedAsHTML = &analysis.Rule{
	ID:         "json-served-as-html",
	Class:      "xss",
	Title:      "JSON or callback text returned with an HTML content type",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"use-jsonify", "use-json-response"}},
	Page:       jsonServedAsHTMLPage,
	Checks: []analysis.Check{
		analysis.Returns{Run: jsonReturned},
		analysis.Calls{Names: responses, Run: jsonSent},
	},
}

// responses are the calls that make a response whose content type is HTML
// unless they are told otherwise.
var responses = []string{
	"flask.make_response", "flask.Response", "quart.make_response", "quart.Response",
	"django.http.HttpResponse", "pyramid.response.Response", "bottle.HTTPResponse",
}

const jsonSays = "This JSON is sent as text/html, so that browsers render what looks like tags in its values. Send it as application/json."

func jsonReturned(p *analysis.Pass, e *flow.Event) {
	if e.Name != "html" || !e.Value.IsJSON() || retypes(e.Node) {
		return
	}
	p.Report(e, gradeJSON(e.Value), jsonSays)
}

func jsonSent(p *analysis.Pass, e *flow.Event) {
	for _, s := range e.Sinks {
		if s.Kinds()&models.HTML == 0 {
			continue
		}
		if a := e.SinkArg(s); a != nil && a.Value.IsJSON() && !retypes(e.Node) {
			p.Report(e, gradeJSON(a.Value), jsonSays)
			return
		}
	}
}

// gradeJSON is sure where a client's text is in the document.
func gradeJSON(v *flow.Value) analysis.Confidence {
	for _, o := range v.Origins {
		if o.Tier == models.Remote && !o.Vague && v.Clean&models.HTML == 0 {
			return analysis.Certain
		}
	}
	return analysis.Likely
}

// retypes reports whether the function around a response says its content type
// elsewhere.
func retypes(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		text := bytes.ToLower(p.Text())
		if d := p.Parent(); d.OK() && d.Kind() == syntax.KindDecoratedDefinition {
			text = bytes.ToLower(d.Text())
		}
		for _, word := range []string{"content_type", "content-type", "mimetype", "application/json"} {
			if bytes.Contains(text, []byte(word)) {
				return true
			}
		}
		return strings.Contains(string(text), "@json") || strings.Contains(string(text), "renderer=")
	}
	return false
}
