package dos

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed request_without_timeout.md
var requestWithoutTimeoutPage string

// RequestWithoutTimeout: outgoing HTTP call without a timeout.
var RequestWithoutTimeout = &analysis.Rule{
	ID:         "request-without-timeout",
	Class:      "dos",
	Title:      "Outgoing HTTP call without a timeout",
	CWE:        []int{400},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B113"},
		Ruff:    []string{"S113"},
		Semgrep: []string{"use-timeout"},
	},
	Page:   requestWithoutTimeoutPage,
	Checks: []analysis.Check{},
}
