package cmdi

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed shell_dynamic_command.md
var shellDynamicCommandPage string

// ShellDynamicCommand: shell string assembled from values of unknown origin.
var ShellDynamicCommand = &analysis.Rule{
	ID:         "shell-dynamic-command",
	Class:      "cmdi",
	Title:      "Shell string assembled from values of unknown origin",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B602", "B604", "B605"},
		Ruff:    []string{"S602", "S604", "S605"},
		Semgrep: []string{"dangerous-system-call-audit", "dangerous-subprocess-use-audit", "dangerous-asyncio-shell-audit", "subprocess-shell-true"},
	},
	Page: shellDynamicCommandPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Command,
			Judge: judgeDynamic,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of a shell command; whoever controls it runs commands. Pass an argument list without a shell."
			},
		},
	},
	Yields: []*analysis.Rule{CommandInjection},
}

// judgeDynamic objects to data of unknown origin in a shell text: likely where a
// caller or another function gives it, unsure for attributes and globals.
func judgeDynamic(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	switch {
	case r.Origin.Tier > models.Unknown || r.Origin.Tier < models.Opaque:
		return 0, false
	case r.Weak || r.Origin.Tier == models.Opaque && !r.Result:
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}
