package sqli

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

//go:embed sql_dynamic_query.md
var sqlDynamicQueryPage string

// SQLDynamicQuery: SQL statement assembled from values of unknown origin.
var SQLDynamicQuery = &analysis.Rule{
	ID:         "sql-dynamic-query",
	Class:      "sqli",
	Title:      "SQL statement assembled from values of unknown origin",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B608"},
		Ruff:    []string{"S608"},
		Semgrep: []string{"formatted-sql-query", "avoid-sqlalchemy-text", "avoid-raw-sql"},
	},
	Page: sqlDynamicQueryPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.SQL,
			Judge: judgeDynamic,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of this query's text; whoever controls it changes what the statement does. Pass it as a bound parameter."
			},
		},
		analysis.Builds{Run: builtFromUnknown},
	},
	Yields: []*analysis.Rule{SQLInjection},
}

// judgeDynamic objects to data of unknown origin inside a SQL text: likely where
// a value stands that a caller chose, unsure for attributes and clauses.
func judgeDynamic(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !r.Inner || !ofUnknownOrigin(r) || isName(r) || hasRuleOfItsOwn(p, e) {
		return 0, false
	}
	if a := e.SQLText(); a == nil || !flow.LooksLikeSQL(a) {
		return 0, false
	}
	if runsOnce(p.Path) {
		return analysis.Unsure, true
	}
	return gradeDynamic(r), true
}

func gradeDynamic(r flow.Reach) analysis.Confidence {
	if (r.Origin.Tier == models.Unknown || r.Result) && !r.Weak && (r.Place == sql.Value || r.Place == sql.Quoted || r.Place == sql.Typed) {
		return analysis.Likely
	}
	return analysis.Unsure
}

// builtFromUnknown judges SQL text that goes nowhere that is known: likely
// only where nothing else uses it.
func builtFromUnknown(p *analysis.Pass, e *flow.Event) {
	for _, r := range flow.Reaching(e.Value, e.Node, models.SQL) {
		if !r.Inner || r.Origin.Tier > models.Unknown {
			continue
		}
		c := gradeDynamic(r)
		if !e.Unused || r.Result || runsOnce(p.Path) {
			c = analysis.Unsure
		}
		p.ReportReach(e, r, c, analysis.Unknown(r)+" becomes part of this SQL text; whoever controls it changes what the statement does. Pass it as a bound parameter.")
		return
	}
}
