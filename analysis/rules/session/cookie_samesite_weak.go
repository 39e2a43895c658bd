package session

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed cookie_samesite_weak.md
var cookieSamesiteWeakPage string

// CookieSamesiteWeak: cookie without SameSite or with None.
var CookieSamesiteWeak = &analysis.Rule{
	ID:         "cookie-samesite-weak",
	Class:      "session",
	Title:      "Cookie without SameSite or with None",
	CWE:        []int{1275},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"secure-set-cookie", "pyramid-set-cookie-samesite-unsafe-default", "pyramid-set-cookie-samesite-unsafe-value", "pyramid-authtkt-cookie-samesite"},
	},
	Page:   cookieSamesiteWeakPage,
	Checks: cookieChecks(judgeSameSite, "samesite", noSameSite),
}

const noSameSite = " is set without SameSite: what a browser then does depends on its version, and other sites may send requests with it."

// judgeSameSite is sure of a cookie that says None, likely of one that stands for
// a user and says nothing: current browsers treat it as Lax.
func judgeSameSite(p *analysis.Pass, c *cookie) {
	switch c.sameSite {
	case "none":
		d := c.report(p, min(c.sure(), analysis.Likely), " says SameSite=None: every other site can send requests with it.")
		if c.secure == analysis.Off || c.secure == analysis.Absent {
			d.Severity, d.Confidence = analysis.Medium, c.sure()
		}
	case "":
		sure := analysis.Unsure
		if c.weight == sensitive {
			sure = analysis.Likely
		}
		c.report(p, sure, noSameSite)
	}
}
