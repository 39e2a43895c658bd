package secrets

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/secrets"
)

//go:embed high_entropy_string.md
var highEntropyStringPage string

// HighEntropyString: random-looking string assigned to a secret-like name.
var HighEntropyString = &analysis.Rule{
	ID:         "high-entropy-string",
	Class:      "secrets",
	Title:      "Random-looking string assigned to a secret-like name",
	CWE:        []int{798},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Aliases:    analysis.Aliases{Semgrep: []string{"detected-generic-api-key", "detected-generic-secret"}},
	Audit:      true, // names and order tell little by themselves
	Page:       highEntropyStringPage,
	Yields:     []*analysis.Rule{HardcodedPassword, KnownSecretToken, CredentialsInURL, CloudCredentialsInClient},
	Checks:     []analysis.Check{analysis.Texts{Run: judgeRandom}},
}

const looksRandom = " has a value that looks random, as keys and tokens do. If it is one, read it from the environment and make a new one."

func judgeRandom(p *analysis.Pass, t *analysis.Text) {
	if t.Role >= secrets.Doc {
		return
	}
	for _, m := range t.Secrets {
		if m.Kind == secrets.Named && m.Random && !m.Doubt && (m.Near || t.Role != secrets.Config) && m.Span.Len() >= 16 {
			reportMatch(p, t, m, analysis.Unsure, m.What+looksRandom)
		}
	}
	if t.Unit == nil {
		return
	}
	eachNamed(t.Unit, func(n named) {
		if secrets.NameOf(n.name) == secrets.Maybe && len(n.text) >= 16 && secrets.Judge(n.text, true) == secrets.Strong {
			d := p.ReportText(n.value.Span(), analysis.Unsure, n.name+looksRandom)
			d.Node, d.Secret = n.value, n.value.Span()
		}
	})
}
