package session

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed cookie_not_secure.md
var cookieNotSecurePage string

// CookieNotSecure: cookie set without Secure.
var CookieNotSecure = &analysis.Rule{
	ID:         "cookie-not-secure",
	Class:      "session",
	Title:      "Cookie set without Secure",
	CWE:        []int{614},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"secure-set-cookie", "django-secure-set-cookie", "pyramid-set-cookie-secure-unsafe-default", "pyramid-set-cookie-secure-unsafe-value", "pyramid-authtkt-cookie-secure-unsafe-default", "pyramid-authtkt-cookie-secure-unsafe-value"},
	},
	Page:   cookieNotSecurePage,
	Checks: cookieChecks(judgeSecure, "secure", notSecure),
}

const notSecure = " is set without Secure: browsers also send it over HTTP, where anyone on the way can read it."

func judgeSecure(p *analysis.Pass, c *cookie) {
	if c.secure != analysis.On && c.secure != analysis.Open {
		c.report(p, c.sure(), notSecure)
	}
}
