package sqli

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

//go:embed django_expression_template.md
var djangoExpressionTemplatePage string

// DjangoExpressionTemplate: Custom ORM expression with dynamic template.
var DjangoExpressionTemplate = &analysis.Rule{
	ID:         "django-expression-template",
	Class:      "sqli",
	Title:      "Custom ORM expression with dynamic template",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"custom-expression-as-sql", "extends-custom-expression"}},
	Page:       djangoExpressionTemplatePage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.SQL,
			Judge: judgeTemplate,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of this expression's SQL as it is; whoever controls it changes what the query does. Keep the template constant and pass the value as Value() or F()."
			},
		},
	},
	Yields: []*analysis.Rule{SQLInjection},
}

// expressions are the classes of expressions whose text can be given.
var expressions = []string{"django.db.models.Func", "django.db.models.Aggregate", "django.db.models.Subquery"}

// judgeTemplate objects to data of unknown origin within a template: likely
// where a caller chose it, unsure for attributes and whole names of functions,
// and for what as_sql puts together of templates and the names of a database.
func judgeTemplate(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !ofUnknownOrigin(r) || !isExpression(e.Name) {
		return 0, false
	}
	if !r.Inner || r.Weak || r.Origin.Tier == models.Opaque && !r.Result || method(e) == "as_sql" && r.Place != sql.Quoted {
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}

func isExpression(name string) bool {
	for _, c := range expressions {
		if rest, ok := strings.CutPrefix(name, c); ok && (rest == "" || rest == ".__init__" || rest == ".as_sql") {
			return true
		}
	}
	return false
}
