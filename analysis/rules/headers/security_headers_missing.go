package headers

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed security_headers_missing.md
var securityHeadersMissingPage string

// SecurityHeadersMissing: response security headers not set.
var SecurityHeadersMissing = &analysis.Rule{
	ID:         "security-headers-missing",
	Class:      "headers",
	Title:      "Response security headers not set",
	CWE:        []int{693, 1021},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Audit:      true,
	Page:       securityHeadersMissingPage,
	Checks: []analysis.Check{
		analysis.Whole{Calls: []string{
			"flask.Flask", "quart.Quart", "fastapi.FastAPI", "starlette.applications.Starlette", "aiohttp.web.Application", "bottle.Bottle", "sanic.Sanic",
		}, Hidden: true, Run: judgeApplication},
	},
}

// expected are the headers that an application should send, with what else than
// the header's own name shows that it, or something in front of it, does.
var expected = []struct{ name, says string }{
	{"X-Content-Type-Options", "nosniff"},
	{"Content-Security-Policy", "content_security_policy"},
	{"Strict-Transport-Security", "hsts"},
	{"Referrer-Policy", "referrer_policy"},
}

// routes are what an application is told of its handlers with.
var routes = []string{
	".route(", `.get("/`, `.get('/`, `.post("/`, `.post('/`, "add_url_rule", "add_route", ".add_get(", ".add_post(", "include_router", "register_blueprint", "Route(", ".mount(",
}

// judgeApplication is for audits: a proxy in front of the application may add the
// headers.
func judgeApplication(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !o.Mentions(routes...) || o.Mentions("Talisman", "SecureHeaders", "import secure", "from secure", "security_headers", "SECURITY_HEADERS", "SecurityHeaders") {
		return
	}
	var absent []string
	for _, h := range expected {
		if !o.Mentions(h.name, strings.ToLower(h.name), h.says) {
			absent = append(absent, h.name)
		}
	}
	if len(absent) > 0 {
		p.Report(e, analysis.Unsure, "Nothing in this application sets "+strings.Join(absent, ", ")+": browsers then do what these headers would keep them from, unless a proxy adds them.")
	}
}
