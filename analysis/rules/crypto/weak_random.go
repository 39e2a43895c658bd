package crypto

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed weak_random.md
var weakRandomPage string

// WeakRandom: predictable random generator in a security context.
var WeakRandom = &analysis.Rule{
	ID:         "weak-random",
	Class:      "crypto",
	Title:      "Predictable random generator in a security context",
	CWE:        []int{338, 330},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit: []string{"B311"},
		Ruff:   []string{"S311"},
	},
	Page:   weakRandomPage,
	Checks: []analysis.Check{},
}
