package suppressions

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/suppress"
)

//go:embed unused_suppression.md
var unusedSuppressionPage string

// UnusedSuppression says that an ignore comment hides nothing. It has no
// checks: the engine makes its findings of what [suppress.Apply] returns.
var UnusedSuppression = &analysis.Rule{
	ID:         suppress.RuleID,
	Class:      suppress.Class,
	Title:      "Ignore comment that hides nothing",
	CWE:        []int{710},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       unusedSuppressionPage,
}
