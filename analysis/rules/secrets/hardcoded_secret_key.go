package secrets

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed hardcoded_secret_key.md
var hardcodedSecretKeyPage string

// HardcodedSecretKey: framework signing key in source.
var HardcodedSecretKey = &analysis.Rule{
	ID:         "hardcoded-secret-key",
	Class:      "secrets",
	Title:      "Framework signing key in source",
	CWE:        []int{798, 321},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B105"},
		Ruff:    []string{"S105"},
		Semgrep: []string{"avoid_hardcoded_config_SECRET_KEY"},
	},
	Page:   hardcodedSecretKeyPage,
	Checks: []analysis.Check{},
}
