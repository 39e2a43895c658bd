package redirect

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed host_header_trust.md
var hostHeaderTrustPage string

// HostHeaderTrust: Host header used to build links or decisions.
var HostHeaderTrust = &analysis.Rule{
	ID:         "host-header-trust",
	Class:      "redirect",
	Title:      "Host header used to build links or decisions",
	CWE:        []int{644, 20},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"host-header-injection-python"}},
	Page:       hostHeaderTrustPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: mails, Run: mailed},
		analysis.Sets{Names: []string{"flask_mail.Message.body", "flask_mail.Message.html"}, Run: func(p *analysis.Pass, e *flow.Event) {
			linked(p, e, e.Value, e.Node)
		}},
	},
}

// mails are the calls that take the text of a mail.
var mails = []string{
	"django.core.mail.send_mail", "django.core.mail.EmailMessage", "django.core.mail.EmailMultiAlternatives", "django.core.mail.mail_admins",
	"django.contrib.auth.models.User.email_user", ".email_user",
	"flask_mail.Message", "email.mime.text.MIMEText", "email.message.EmailMessage.set_content", "email.message.EmailMessage.add_alternative",
	"smtplib.SMTP.sendmail", "smtplib.SMTP_SSL.sendmail", "sendgrid.Mail", "fastapi_mail.MessageSchema",
}

func mailed(p *analysis.Pass, e *flow.Event) {
	for _, a := range e.Args {
		if linked(p, e, a.Value, a.Node) {
			return
		}
	}
}

// linked reports a text with an address in it that the Host header decides.
func linked(p *analysis.Pass, e *flow.Event, v *flow.Value, n syntax.Node) bool {
	for _, r := range flow.Reaching(v, n, models.Mail) {
		if r.Origin.Tier == models.Remote && analysis.FromHostHeader(&r.Origin) {
			p.ReportReach(e, r, analysis.Likely, analysis.Data(r)+" is what the client wrote into its Host header, so that it decides where the links of this mail lead. Use a configured address.")
			return true
		}
	}
	return false
}
