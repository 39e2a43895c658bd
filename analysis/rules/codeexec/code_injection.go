package codeexec

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed code_injection.md
var codeInjectionPage string

// CodeInjection: request data executed as code.
var CodeInjection = &analysis.Rule{
	ID:         "code-injection",
	Class:      "codeexec",
	Title:      "Request data executed as code",
	CWE:        []int{95},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B102", "B307"},
		Ruff:    []string{"S102", "S307"},
		Semgrep: []string{"user-eval", "user-eval-format-string", "user-exec", "user-exec-format-string", "eval-injection", "exec-injection", "tainted-code-exec", "dangerous-interactive-code-run", "dangerous-interactive-code-run-tainted-env-args", "dangerous-subinterpreters-run-string", "dangerous-subinterpreters-run-string-tainted-env-args", "dangerous-testcapi-run-in-subinterp", "dangerous-testcapi-run-in-subinterp-tainted-env-args"},
	},
	Page: codeInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Code,
			Judge: func(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if runAtOnce(e) {
					return 0, false
				}
				return analysis.FromClientOrTelling(r)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is run as Python code, so the client can do anything that this process can."
			},
		},
	},
}
