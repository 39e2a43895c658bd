package sqli

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed sql_multi_statement.md
var sqlMultiStatementPage string

// SQLMultiStatement: Script or multi-statement execution with dynamic text.
var SQLMultiStatement = &analysis.Rule{
	ID:         "sql-multi-statement",
	Class:      "sqli",
	Title:      "Script or multi-statement execution with dynamic text",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"formatted-sql-query"}},
	Page:       sqlMultiStatementPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.SQL,
			Judge: judgeScript,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of a script of several statements, to which whoever controls it adds statements of their own. Run the statements one by one, with bound parameters."
			},
		},
	},
	Yields: []*analysis.Rule{SQLInjection},
}

// scripts are the calls that run several statements and take no parameters.
var scripts = map[string]bool{
	"executescript": true, "execute_script": true, "execute_string": true, "executemulti": true, "cmd_query_iter": true,
}

// judgeScript objects to data of unknown origin inside a script.
func judgeScript(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !r.Inner || !ofUnknownOrigin(r) || !isScript(e) {
		return 0, false
	}
	if r.Weak || runsOnce(p.Path) || r.Origin.Tier != models.Unknown && !r.Result {
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}

func isScript(e *flow.Event) bool {
	if scripts[method(e)] {
		return true
	}
	multi := flow.FindValue(e.Args, "multi")
	if multi == nil {
		return false
	}
	yes, ok := multi.Bool()
	return ok && yes
}
