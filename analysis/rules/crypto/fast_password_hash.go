package crypto

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed fast_password_hash.md
var fastPasswordHashPage string

// FastPasswordHash: password hashed with a fast digest.
var FastPasswordHash = &analysis.Rule{
	ID:         "fast-password-hash",
	Class:      "crypto",
	Title:      "Password hashed with a fast digest",
	CWE:        []int{916},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B324"},
		Ruff:    []string{"S324"},
		Semgrep: []string{"md5-used-as-password"},
	},
	Page:   fastPasswordHashPage,
	Checks: []analysis.Check{},
}
