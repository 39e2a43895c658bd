package settings

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed debug_enabled.md
var debugEnabledPage string

// DebugEnabled: debug mode enabled in code or settings.
var DebugEnabled = &analysis.Rule{
	ID:         "debug-enabled",
	Class:      "settings",
	Title:      "Debug mode enabled in code or settings",
	CWE:        []int{489},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B201"},
		Ruff:    []string{"S201"},
		Semgrep: []string{"debug-enabled", "avoid_hardcoded_config_DEBUG", "flask-debugging-enabled"},
	},
	Page:   debugEnabledPage,
	Checks: []analysis.Check{},
}
