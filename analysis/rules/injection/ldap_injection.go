package injection

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed ldap_injection.md
var ldapInjectionPage string

// LDAPInjection: LDAP filter or name built from request data.
var LDAPInjection = &analysis.Rule{
	ID:         "ldap-injection",
	Class:      "injection",
	Title:      "LDAP filter or DN built from request data",
	CWE:        []int{90},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       ldapInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.LDAP,
			Judge: judgeText,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of this LDAP filter or name, so the client can match other entries or log in as someone else. Escape it."
			},
		},
	},
}
