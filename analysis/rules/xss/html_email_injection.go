package xss

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed html_email_injection.md
var htmlEmailInjectionPage string

// HTMLEmailInjection: request data in an HTML e-mail body.
var HTMLEmailInjection = &analysis.Rule{
	ID:         "html-email-injection",
	Class:      "xss",
	Title:      "Request data in an HTML e-mail body",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"xss-html-email-body", "xss-send-mail-html-message"}},
	Page:       htmlEmailInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.MailHTML,
			Judge: judgeMail,
			Says:  func(_ *flow.Event, r flow.Reach) string { return saysMail(r) },
		},
		analysis.Calls{Names: []string{".send_email", ".send_templated_email"}, Run: simpleMail},
	},
}

func judgeMail(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClientOrTelling(r)
	if analysis.FromHostHeader(&r.Origin) {
		return 0, false // host-header-trust says it
	}
	if r.Origin.Vague {
		c = analysis.Unsure // most calls that nobody knows do not give text back as it came
	}
	return c, ok
}

func saysMail(r flow.Reach) string {
	return analysis.Data(r) + " becomes HTML of a mail without escaping: whoever sends it writes links and forms into a message from you. Escape it, or render a template."
}

// simpleMail judges send_email of the Amazon SES client, whose HTML stands deep
// in a dict.
func simpleMail(p *analysis.Pass, e *flow.Event) {
	for _, path := range [][]string{{"Message", "Body", "Html", "Data"}, {"Content", "Simple", "Body", "Html", "Data"}} {
		v := flow.FindValue(e.Args, path[0])
		for _, key := range path[1:] {
			if v == nil {
				break
			}
			v = v.Key(key)
		}
		if v == nil {
			continue
		}
		for _, r := range flow.Reaching(v, flow.FindArg(e.Args, path[0]).Node, models.MailHTML) {
			if c, ok := judgeMail(p, e, r); ok {
				p.ReportReach(e, r, c, saysMail(r))
				return
			}
		}
	}
}
