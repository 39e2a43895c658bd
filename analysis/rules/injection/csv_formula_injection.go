package injection

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed csv_formula_injection.md
var csvFormulaInjectionPage string

// CSVFormulaInjection: spreadsheet cell holding raw request data.
var CSVFormulaInjection = &analysis.Rule{
	ID:         "csv-formula-injection",
	Class:      "injection",
	Title:      "Spreadsheet export writes raw request data",
	CWE:        []int{1236},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"csv-writer-injection", "use-defusedcsv"},
	},
	Page: csvFormulaInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.CSV,
			Judge: judgeCell,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is written to a cell as it came: a spreadsheet runs it as a formula if it begins with =, +, - or @. Put a quote before such texts."
			},
		},
	},
}

// judgeCell is unsure of stored texts and of what functions gave: most of those
// that a cell goes through look at how it begins.
func judgeCell(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	c, ok := analysis.FromClient(r)
	if r.Origin.Vague || helped(r.Origin.Steps) {
		return analysis.Unsure, ok
	}
	return min(c, analysis.Likely), ok
}

// helped reports whether data came back from a function of the project.
func helped(t *flow.Trail) bool {
	for ; t != nil; t = t.Prev {
		if strings.HasPrefix(t.Text, "returned by ") {
			return true
		}
	}
	return false
}
