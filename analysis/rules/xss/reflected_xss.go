package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed reflected_xss.md
var reflectedXSSPage string

// ReflectedXSS: request data returned as HTML without escaping.
var ReflectedXSS = &analysis.Rule{
	ID:         "reflected-xss",
	Class:      "xss",
	Title:      "Request data returned as HTML without escaping",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"directly-returned-format-string", "response-contains-unsanitized-input", "raw-html-format", "reflected-data-httpresponse", "reflected-data-httpresponsebadrequest", "request-data-write", "direct-use-of-httpresponse", "make-response-with-unknown-content", "pyramid-direct-use-of-response", "tainted-html-response", "tainted-html-string"},
	},
	Page: reflectedXSSPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.HTML,
			Judge: func(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if declaresSafe(e.Name) {
					return 0, false // unsafe-markup says it
				}
				c, ok := analysis.FromClient(r)
				if r.Origin.Vague {
					c = analysis.Unsure // most calls that nobody knows do not give text back as it came
				}
				return c, ok
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is sent as HTML without escaping, so a link can run script in the reader's session. Escape it, or render a template."
			},
		},
		analysis.Returns{Run: returnedFromClient},
		analysis.Outputs{Run: putOut},
	},
	Yields: []*analysis.Rule{JSONServedAsHTML},
}

// returnedFromClient judges the HTML that a handler returns. Data that went
// through calls nobody knows is left alone: most of them do not give it back.
func returnedFromClient(p *analysis.Pass, e *flow.Event) {
	if e.Name == "plain" || e.Name == "data" {
		return
	}
	for _, r := range flow.Reaching(e.Value, e.Node, models.HTML) {
		c, ok := analysis.FromClient(r)
		if !ok || r.Origin.Tier != models.Remote || r.Origin.Vague {
			continue
		}
		p.ReportReach(e, r, c, analysis.Data(r)+" is returned as HTML without escaping, so a link can run script in the reader's session. Escape it, or render a template.")
		return
	}
}

// putOut judges what a template puts out as it is although nothing in it says
// so: by its name, its environment, or the value itself.
func putOut(p *analysis.Pass, e *flow.Event) {
	if e.Hole.Kind != models.HTML || e.Hole.JSON {
		return
	}
	why := ""
	switch e.Hole.Raw {
	case flow.RawFile:
		why = " is put into the page as it is, because templates of this kind are not escaped"
		if e.Hole.Template != "" {
			why = " is put into the page as it is, because `" + e.Hole.Template + "` is rendered without escaping"
		}
	case flow.RawValue:
		why = " is put into the page as it is, because the value is marked as safe"
	default:
		return
	}
	hole(p, e, gradeRaw, func(data string) string {
		return data + why + "; whoever controls it runs script in the reader's session. Escape it."
	})
}
