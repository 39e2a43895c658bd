package codeexec

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed unsafe_reflection.md
var unsafeReflectionPage string

// UnsafeReflection: attribute, global or class chosen by request data.
var UnsafeReflection = &analysis.Rule{
	ID:         "unsafe-reflection",
	Class:      "codeexec",
	Title:      "Attribute, global or class chosen by request data",
	CWE:        []int{470},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"dangerous-globals-use", "globals-misuse-code-execution"},
	},
	Page: unsafeReflectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Reflect,
			Judge: judgeReflection,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides which attribute, function or class is reached here, among them those that nobody meant to offer. Look the name up in a fixed table."
			},
		},
	},
	Yields: []*analysis.Rule{CodeInjection, DynamicImport},
}

// judgeReflection objects to names that a client chooses where what they name
// is called; reading an attribute, and names with a fixed beginning, are for an
// audit.
func judgeReflection(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	if !ok || pollutes(e) || e.Name == "__dict__.update" || e.Name == "vars.update" {
		return 0, false
	}
	c = min(c, analysis.Likely)
	switch e.Name {
	case "getattr":
		if !ofModule(e) && !isCalled(e.Node) {
			return analysis.Unsure, true
		}
	case "__dict__[]", "vars[]", "vars.get", "locals[]", "locals.get":
		if !isCalled(e.Node) {
			return analysis.Unsure, true
		}
	}
	if r.Before != "" {
		return analysis.Unsure, true
	}
	return c, true
}
