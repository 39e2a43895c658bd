package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed email_header_injection.md
var emailHeaderInjectionPage string

// EmailHeaderInjection: mail headers or recipients from request data.
var EmailHeaderInjection = &analysis.Rule{
	ID:         "email-header-injection",
	Class:      "injection",
	Title:      "Mail headers or recipients from request data",
	CWE:        []int{93},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       emailHeaderInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Mail,
			Judge: judgeHeader,
			Says: func(e *flow.Event, r flow.Reach) string {
				return arrived(e, r) + " becomes part of the head of this mail, so the client can add recipients and text. Take out line ends, or build an EmailMessage."
			},
		},
	},
}
