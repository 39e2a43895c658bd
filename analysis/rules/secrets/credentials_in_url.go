package secrets

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/secrets"
)

//go:embed credentials_in_url.md
var credentialsInURLPage string

// CredentialsInURL: user and password inside a URL literal.
var CredentialsInURL = &analysis.Rule{
	ID:         "credentials-in-url",
	Class:      "secrets",
	Title:      "User and password inside a URL literal",
	CWE:        []int{798},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"detected-username-and-password-in-uri"}},
	Page:       credentialsInURLPage,
	Checks:     []analysis.Check{analysis.Texts{Run: judgeURLs}},
}

func judgeURLs(p *analysis.Pass, t *analysis.Text) {
	for _, m := range t.Secrets {
		if m.Kind != secrets.URL {
			continue
		}
		c := analysis.Certain
		switch {
		case m.Doubt, t.Role >= secrets.Doc, t.Unit != nil && inProse(t.Unit, m.Span):
			c = analysis.Unsure
		case !m.Random:
			c = analysis.Likely
		}
		reportMatch(p, t, m, c, "The password of a "+m.What+" address stands in the file: everyone who reads the repository can log in there. Take the address from the environment and change the password.")
	}
}
