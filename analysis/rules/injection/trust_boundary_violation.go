package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed trust_boundary_violation.md
var trustBoundaryViolationPage string

// TrustBoundaryViolation: request data stored in the session as a trusted value.
var TrustBoundaryViolation = &analysis.Rule{
	ID:         "trust-boundary-violation",
	Class:      "injection",
	Title:      "Request data stored in the session as a trusted value",
	CWE:        []int{501},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Page:       trustBoundaryViolationPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Session,
			Judge: judgeTrust,
			Says: func(e *flow.Event, r flow.Reach) string {
				return arrived(e, r) + " is put into the session as it came, where later code takes it for checked."
			},
		},
	},
}
