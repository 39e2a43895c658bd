package codeexec

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed dynamic_import.md
var dynamicImportPage string

// DynamicImport: module name for import from a variable.
var DynamicImport = &analysis.Rule{
	ID:         "dynamic-import",
	Class:      "codeexec",
	Title:      "Module name for import from a variable",
	CWE:        []int{470},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"non-literal-import"},
	},
	Page: dynamicImportPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Import,
			Judge: judgeImport,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " decides which module is loaded, and loading a module runs it. Look the module up in a fixed table."
			},
		},
	},
	Yields: []*analysis.Rule{CodeInjection},
}

// judgeImport objects to names that a client chooses; to those that callers
// choose, as loaders of plugins do, in an audit only.
func judgeImport(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier == models.Unknown {
		return analysis.Unsure, true
	}
	c, ok := analysis.FromClient(r)
	if strings.Contains(r.Before, ".") {
		c = min(c, analysis.Likely) // a module of one package
	}
	return c, ok
}
