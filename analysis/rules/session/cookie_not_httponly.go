package session

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed cookie_not_httponly.md
var cookieNotHttponlyPage string

// CookieNotHttponly: cookie readable by scripts.
var CookieNotHttponly = &analysis.Rule{
	ID:         "cookie-not-httponly",
	Class:      "session",
	Title:      "Cookie readable by scripts",
	CWE:        []int{1004},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"secure-set-cookie", "django-secure-set-cookie", "pyramid-set-cookie-httponly-unsafe-default", "pyramid-set-cookie-httponly-unsafe-value", "pyramid-authtkt-cookie-httponly-unsafe-default", "pyramid-authtkt-cookie-httponly-unsafe-value"},
	},
	Page:   cookieNotHttponlyPage,
	Checks: cookieChecks(judgeHTTPOnly, "httponly", notHTTPOnly),
}

const notHTTPOnly = " is set without HttpOnly: a script that gets into a page can read it and send it away."

func judgeHTTPOnly(p *analysis.Pass, c *cookie) {
	if !c.csrf && c.httpOnly != analysis.On && c.httpOnly != analysis.Open {
		c.report(p, c.sure(), notHTTPOnly)
	}
}
