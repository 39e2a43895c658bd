package csrf

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed csrf_protection_missing.md
var csrfProtectionMissingPage string

// CsrfProtectionMissing: cookie-authenticated write routes without CSRF protection.
var CsrfProtectionMissing = &analysis.Rule{
	ID:         "csrf-protection-missing",
	Class:      "csrf",
	Title:      "Cookie-authenticated write routes without CSRF protection",
	CWE:        []int{352},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       csrfProtectionMissingPage,
	Checks: []analysis.Check{
		analysis.Whole{Sets: []string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"}, Run: judgeDjango},
		analysis.Whole{Calls: []string{"flask.Flask", "quart.Quart"}, Hidden: true, Run: judgeFlask},
		analysis.Whole{Calls: []string{"tornado.web.Application", "tornado.web.Application.__init__"}, Run: judgeTornado},
	},
}

const missing = "Nothing checks that requests come from the application's own pages: "

// judgeDjango objects to sessions in a list of middleware without the check.
func judgeDjango(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || e.Overridden {
		return
	}
	list := analysis.Middlewares(e, o)
	if list == nil || !slices.ContainsFunc(list, func(m string) bool { return strings.HasSuffix(m, ".SessionMiddleware") }) {
		return
	}
	if o.Mentions("CsrfViewMiddleware") || slices.ContainsFunc(list, func(m string) bool { return strings.Contains(strings.ToLower(m), "csrf") }) {
		return
	}
	sure := analysis.Likely
	if o.Mentions("rest_framework", "ninja", "graphene") && !strings.Contains(e.Node.Str(), "CsrfViewMiddleware") { // nor commented out
		sure = analysis.Unsure // an API checks its own requests
	}
	p.Report(e, sure, missing+forged+" Put django.middleware.csrf.CsrfViewMiddleware into the list, behind the sessions.")
}

// judgeFlask is unsure of an application with sign-ins and forms of its own in
// which nothing of such a check is named: it may answer JSON only, or leave the
// check to SameSite cookies.
func judgeFlask(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) {
		return
	}
	signsIn := o.Mentions("login_user(", "session[")
	if !signsIn || !o.Mentions("request.form") || !o.Mentions("POST", ".post(") {
		return
	}
	if o.Mentions("csrf", "CSRF", "Csrf", "xsrf", "SeaSurf", "FlaskForm", "flask_wtf", "Authorization", "flask_security", "SAMESITE", "Sec-Fetch-Site") {
		return
	}
	p.Report(e, analysis.Unsure, missing+forged+" CSRFProtect(app) of flask_wtf adds the check.")
}

// judgeTornado objects to an application that keeps who is signed in in a cookie.
func judgeTornado(p *analysis.Pass, e *flow.Event, _ *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) {
		return
	}
	if secret, open := analysis.Option(e.Args, "cookie_secret"); secret == nil || open {
		return
	}
	if analysis.OptionFlag(e.Args, "xsrf_cookies") == analysis.Absent {
		p.Report(e, analysis.Likely, missing+forged+" xsrf_cookies=True adds the check.")
	}
}
