package cmdi

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed tainted_executable.md
var taintedExecutablePage string

// TaintedExecutable: program path or exec/spawn arguments controlled by request data.
var TaintedExecutable = &analysis.Rule{
	ID:         "tainted-executable",
	Class:      "cmdi",
	Title:      "Program path or exec/spawn arguments controlled by request data",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B606"},
		Ruff:    []string{"S606"},
		Semgrep: []string{"dangerous-os-exec", "dangerous-os-exec-audit", "dangerous-os-exec-tainted-env-args", "dangerous-spawn-process-audit", "dangerous-spawn-process-tainted-env-args", "dangerous-asyncio-exec", "dangerous-asyncio-exec-audit", "dangerous-asyncio-exec-tainted-env-args", "dangerous-asyncio-create-exec", "dangerous-asyncio-create-exec-audit", "dangerous-asyncio-create-exec-tainted-env-args", "docker-arbitrary-container-run"},
	},
	Page: taintedExecutablePage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Program,
			Judge: judgeProgram,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides which program is run. Look the program up in a fixed table."
			},
		},
	},
	Yields: []*analysis.Rule{CommandInjection},
}

// judgeProgram objects to programs that a client chooses; to those that callers
// choose it objects in an audit only.
func judgeProgram(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier == models.Unknown {
		return analysis.Unsure, true
	}
	if r.Before != "" {
		return analysis.Unsure, r.Origin.Tier > models.Unknown // in a fixed folder, or an argument behind a fixed program
	}
	return analysis.FromClient(r)
}
