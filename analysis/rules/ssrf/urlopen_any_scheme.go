package ssrf

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed urlopen_any_scheme.md
var urlopenAnySchemePage string

// UrlopenAnyScheme: urlopen with a non-constant URL accepts file: and ftp:.
var UrlopenAnyScheme = &analysis.Rule{
	ID:         "urlopen-any-scheme",
	Class:      "ssrf",
	Title:      "urlopen with a non-constant URL accepts file: and ftp:",
	CWE:        []int{73, 918},
	OWASP2021:  "A10:2021 Server-Side Request Forgery",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit: []string{"B310"}, Ruff: []string{"S310"}, Semgrep: []string{"dynamic-urllib-use-detected"},
	},
	Page: urlopenAnySchemePage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.URL,
			Judge: judgeScheme,
			Says: func(*flow.Event, flow.Reach) string {
				return "urllib opens file: and ftp: URLs, too, and nothing says that this one begins with http: or https:. Check its scheme first."
			},
		},
	},
	Yields: []*analysis.Rule{SSRF},
}

// judgeScheme is sure of addresses that other systems gave: what the program's
// own callers pass is left to the audit.
func judgeScheme(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !strings.HasPrefix(e.Name, "urllib.request.") || r.Web {
		return 0, false
	}
	switch r.Origin.Tier {
	case models.Remote:
		return analysis.Likely, true
	case models.Stored:
		if r.Clean&models.Path != 0 || r.Origin.Vague {
			return analysis.Unsure, true
		}
		return analysis.Likely, true
	}
	return analysis.Unsure, true
}
