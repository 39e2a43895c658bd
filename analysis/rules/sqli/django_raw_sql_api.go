package sqli

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

//go:embed django_raw_sql_api.md
var djangoRawSQLAPIPage string

// DjangoRawSQLAPI: Raw SQL API in Django used with a non-constant statement.
var DjangoRawSQLAPI = &analysis.Rule{
	ID:         "django-raw-sql-api",
	Class:      "sqli",
	Title:      "Raw SQL API in Django used with a non-constant statement",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B610", "B611"},
		Ruff:    []string{"S610", "S611"},
		Semgrep: []string{"avoid-query-set-extra", "avoid-raw-sql"},
	},
	Page: djangoRawSQLAPIPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.SQL,
			Judge: judgeRaw,
			Says: func(e *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of the SQL that " + method(e) + "() hands to the database as it is; whoever controls it changes what the query does. " + insteadOf(e)
			},
		},
	},
	Yields: []*analysis.Rule{SQLInjection},
}

// judgeRaw objects to data of unknown origin in the text of a raw query: likely
// where a value stands that a caller chose, unsure for names, attributes and
// texts that come as a whole.
func judgeRaw(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !ofUnknownOrigin(r) || !isRaw(p, e) {
		return 0, false
	}
	if r.Inner && !r.Weak && !runsOnce(p.Path) && (r.Origin.Tier == models.Unknown || r.Result) &&
		(r.Place == sql.Value || r.Place == sql.Quoted || r.Place == sql.Typed) {
		return analysis.Likely, true
	}
	return analysis.Unsure, true
}

// isRaw reports whether the call is raw(), extra() or RawSQL of Django.
func isRaw(p *analysis.Pass, e *flow.Event) bool {
	switch method(e) {
	case "extra", "RawSQL":
		return strings.HasPrefix(e.Name, "django.") || e.Name == ".extra" && p.Imports("django")
	case "raw":
		return strings.HasPrefix(e.Name, "django.") || e.Name == ".raw" && p.Imports("django")
	}
	return false
}

func insteadOf(e *flow.Event) string {
	if method(e) == "extra" {
		return "Write %s and pass the value in params, or use filter() and annotate()."
	}
	return "Write %s and pass the value in params."
}
