package crypto

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed weak_hash.md
var weakHashPage string

// WeakHash: broken hash function used for security.
var WeakHash = &analysis.Rule{
	ID:         "weak-hash",
	Class:      "crypto",
	Title:      "Broken hash function used for security",
	CWE:        []int{328},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B303", "B324"},
		Ruff:    []string{"S303", "S324"},
		Semgrep: []string{"insecure-hash-algorithm-md5", "insecure-hash-algorithm-sha1", "insecure-hash-algorithm-md2", "insecure-hash-algorithm-md4", "insecure-hash-function"},
	},
	Page:   weakHashPage,
	Checks: []analysis.Check{},
}
