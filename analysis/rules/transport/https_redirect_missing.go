package transport

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed https_redirect_missing.md
var httpsRedirectMissingPage string

// HttpsRedirectMissing: hTTP is not redirected to HTTPS.
var HttpsRedirectMissing = &analysis.Rule{
	ID:         "https-redirect-missing",
	Class:      "transport",
	Title:      "HTTP is not redirected to HTTPS",
	CWE:        []int{319},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       httpsRedirectMissingPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"SECURE_SSL_REDIRECT"}, Run: judgeRedirect},
		analysis.Calls{Names: []string{"flask_talisman.Talisman", "flask_talisman.Talisman.init_app"}, Run: judgeForce},
		analysis.Whole{Calls: []string{"flask.Flask", "quart.Quart", "fastapi.FastAPI", "starlette.applications.Starlette"}, Hidden: true, Run: judgeNone},
	},
}

const inClear = "Requests over HTTP are answered and not sent on to HTTPS: passwords and cookies in them can be read on the way."

// judgeRedirect is less sure of settings for a proxy, which may redirect itself.
func judgeRedirect(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	if analysis.FlagOf(s.Given) == analysis.Off {
		p.ReportSetting(s, analysis.Likely, inClear)
	} else if d := analysis.Default(s.Expression()); d.OK() && d.Str() == "False" {
		p.ReportSetting(s, analysis.Unsure, inClear+" That is so unless the environment says otherwise.")
	}
}

func judgeForce(p *analysis.Pass, e *flow.Event) {
	if analysis.OptionFlag(e.Args, "force_https") == analysis.Off && p.Deployed(e) {
		p.Report(e, analysis.Likely, inClear)
	}
}

// judgeNone is unsure of every application: mostly a proxy in front of it
// redirects.
func judgeNone(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !o.Mentions("password", "login", "session") {
		return
	}
	if !o.Mentions("Talisman", "HTTPSRedirectMiddleware", "SSLify", "is_secure", "X-Forwarded-Proto", "ProxyFix", "force_https", "url.scheme", "ssl_context", "ssl_certfile") {
		p.Report(e, analysis.Unsure, inClear+" A proxy in front of the application may do it.")
	}
}
