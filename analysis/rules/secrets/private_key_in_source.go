package secrets

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/secrets"
)

//go:embed private_key_in_source.md
var privateKeyInSourcePage string

// PrivateKeyInSource: private key material in a file.
var PrivateKeyInSource = &analysis.Rule{
	ID:         "private-key-in-source",
	Class:      "secrets",
	Title:      "Private key material in a file",
	CWE:        []int{321, 798},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"detected-private-key", "detected-pgp-private-key-block"}},
	Page:       privateKeyInSourcePage,
	Checks:     []analysis.Check{analysis.Texts{Run: judgeKeys}},
}

func judgeKeys(p *analysis.Pass, t *analysis.Text) {
	for _, m := range t.Secrets {
		if m.Kind != secrets.PrivateKey {
			continue
		}
		c := analysis.Certain
		if m.Doubt || t.Role >= secrets.Doc {
			c = analysis.Unsure
		}
		d := reportMatch(p, t, m, c, "A private key stands in the file: whoever reads it can sign, decrypt or log in as its owner. Make a new key pair and keep it out of the repository.")
		if t.Role == secrets.Test {
			d.Severity = analysis.Medium
		}
	}
}
