package cmdi

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed command_injection.md
var commandInjectionPage string

// CommandInjection: shell command built from request data.
var CommandInjection = &analysis.Rule{
	ID:         "command-injection",
	Class:      "cmdi",
	Title:      "Shell command built from request data",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B602", "B605"},
		Ruff:    []string{"S602", "S605"},
		Semgrep: []string{"command-injection-os-system", "os-system-injection", "subprocess-injection", "dangerous-system-call", "dangerous-subprocess-use", "dangerous-asyncio-shell", "dangerous-spawn-process", "formatted-string-bashoperator", "string-concat", "dangerous-system-call-tainted-env-args", "dangerous-subprocess-use-tainted-env-args", "dangerous-asyncio-shell-tainted-env-args"},
	},
	Page: commandInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Command,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				return analysis.FromClient(r)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of a shell command, so the client can run commands of its own. Pass an argument list without a shell."
			},
		},
	},
}
