package sqli

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

//go:embed sql_dynamic_identifier.md
var sqlDynamicIdentifierPage string

// SQLDynamicIdentifier: Table, column, sort direction or keyword taken from a variable.
var SQLDynamicIdentifier = &analysis.Rule{
	ID:         "sql-dynamic-identifier",
	Class:      "sqli",
	Title:      "Table, column, sort direction or keyword taken from a variable",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B608"},
		Ruff:    []string{"S608"},
		Semgrep: []string{"formatted-sql-query"},
	},
	Page: sqlDynamicIdentifierPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.SQL,
			Judge: judgeIdentifier,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " stands for " + nameOf(r) + " in this query, where no parameter can be bound; whoever controls it changes what the statement does. Pick it from a fixed set."
			},
		},
	},
	Yields: []*analysis.Rule{SQLInjection, SQLDynamicQuery},
}

// judgeIdentifier objects to data of unknown origin that stands for a name. How
// to sort is what clients ask for, so a sort column or direction that callers
// choose is likely theirs; tables and columns elsewhere are most often the
// program's own.
func judgeIdentifier(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !r.Inner || !ofUnknownOrigin(r) || !isName(r) || hasRuleOfItsOwn(p, e) {
		return 0, false
	}
	if a := e.SQLText(); a == nil || !flow.LooksLikeSQL(a) {
		return 0, false
	}
	if r.Origin.Tier == models.Unknown && !r.Weak && (r.After == "ORDER BY" || analysis.Telling(r.Origin.Label)) {
		return analysis.Likely, true
	}
	return analysis.Unsure, true
}

// nameOf says what stands in a place of a name.
func nameOf(r flow.Reach) string {
	switch {
	case r.Place == sql.Keyword && r.After == "ORDER BY":
		return "a sort direction"
	case r.Place == sql.Keyword:
		return "a keyword"
	}
	switch r.After {
	case "ORDER BY", "GROUP BY", "SELECT", "DISTINCT", "WHERE", "AND", "OR", "SET", "COLUMNS":
		return "a column"
	case "FROM", "JOIN", "INTO", "TABLE", "UPDATE":
		return "a table"
	}
	return "a name"
}
