package sqli

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed sql_injection.md
var sqlInjectionPage string

// SQLInjection: SQL statement built from request data.
var SQLInjection = &analysis.Rule{
	ID:         "sql-injection",
	Class:      "sqli",
	Title:      "SQL statement built from request data",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B608"},
		Ruff:    []string{"S608"},
		Semgrep: []string{"tainted-sql-string", "sql-injection-db-cursor-execute", "sql-injection-using-raw", "sql-injection-using-rawsql", "sql-injection-using-extra-where", "sqlalchemy-sql-injection", "sqlalchemy-execute-raw-query", "sqlalchemy-sqli", "pyramid-sqlalchemy-sql-injection", "psycopg-sqli", "pg8000-sqli", "aiopg-sqli", "asyncpg-sqli", "mysql-sqli", "pymysql-sqli", "pymssql-sqli"},
	},
	Page: sqlInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.SQL,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				return analysis.FromClient(r)
			},
			Says: func(e *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " becomes part of this query's text, " + power(r) + " can change what the statement does. " + advice(e, r)
			},
		},
		analysis.Builds{Run: builtFromClient},
	},
}

// power says who has a hand in the statement.
func power(r flow.Reach) string {
	switch r.Origin.Tier {
	case models.Stored:
		return "so whoever had it stored"
	case models.Operator:
		return "so whoever runs the program"
	}
	return "so the client"
}

// advice says how to keep a client's data out of the text.
func advice(e *flow.Event, r flow.Reach) string {
	switch {
	case isExpression(e.Name):
		return "Keep the template constant and pass the value as Value() or F()."
	case isScript(e):
		return "A script takes no parameters: run its statements one by one, with bound parameters."
	case r.Inner && isName(r):
		return "No parameter can be bound for " + nameOf(r) + ": pick it from a fixed set."
	}
	return "Pass it as a bound parameter."
}

// builtFromClient judges SQL text that holds a client's data and goes to code
// that is not known to be a database.
func builtFromClient(p *analysis.Pass, e *flow.Event) {
	for _, r := range flow.Reaching(e.Value, e.Node, models.SQL) {
		c, ok := analysis.FromClient(r)
		if !ok || r.Origin.Tier != models.Remote {
			continue
		}
		p.ReportReach(e, r, min(c, analysis.Likely), analysis.Data(r)+" becomes part of this SQL text, so the client can change what the statement does. Pass it as a bound parameter.")
		return
	}
}
