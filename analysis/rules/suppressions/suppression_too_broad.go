package suppressions

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/suppress"
)

//go:embed suppression_too_broad.md
var suppressionTooBroadPage string

// SuppressionTooBroad says that a comment hides findings without naming their
// rules. It has no checks, as UnusedSuppression.
var SuppressionTooBroad = &analysis.Rule{
	ID:         suppress.BroadID,
	Class:      suppress.Class,
	Title:      "Comment that hides every finding",
	CWE:        []int{710},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Info,
	Confidence: analysis.Certain,
	Page:       suppressionTooBroadPage,
}
