package transport

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed tls_verification_disabled.md
var tlsVerificationDisabledPage string

// TLSVerificationDisabled: certificate verification turned off.
var TLSVerificationDisabled = &analysis.Rule{
	ID:         "tls-verification-disabled",
	Class:      "transport",
	Title:      "Certificate verification turned off",
	CWE:        []int{295},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B501", "B323"},
		Ruff:    []string{"S501", "S323"},
		Semgrep: []string{"disabled-cert-validation", "unverified-ssl-context", "httpsconnection-detected"},
	},
	Page:   tlsVerificationDisabledPage,
	Checks: []analysis.Check{},
}
