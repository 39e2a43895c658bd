// Package sqli holds the rules about SQL injection.
//
// They share the faults of one statement. Data of a client is the matter of
// sql-injection, wherever it stands. Data of unknown origin is that of
// sql-dynamic-query where a value stands, of sql-dynamic-identifier where a name
// or keyword stands, and of sql-multi-statement, django-raw-sql-api and
// django-expression-template in the calls that they are about.
package sqli

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	SQLInjection, SQLDynamicQuery, SQLDynamicIdentifier, SQLQuotedPlaceholder, DjangoRawSQLAPI, DjangoExpressionTemplate,
	SQLMultiStatement, ORMFilterInjection,
}

// ofUnknownOrigin reports whether nothing is known of where data comes from: a
// parameter, an attribute, the result of a call.
func ofUnknownOrigin(r flow.Reach) bool {
	return r.Origin.Tier == models.Unknown || r.Origin.Tier == models.Opaque
}

// isName reports whether data stands where a statement has a name or keyword.
func isName(r flow.Reach) bool {
	return r.Place == sql.Identifier || r.Place == sql.Keyword
}

// hasRuleOfItsOwn reports whether data of unknown origin in this call is the
// matter of a rule about the call.
func hasRuleOfItsOwn(p *analysis.Pass, e *flow.Event) bool {
	return isScript(e) || isRaw(p, e) || isExpression(e.Name)
}

// method is the last part of the name of what an event calls.
func method(e *flow.Event) string {
	return e.Name[strings.LastIndexByte(e.Name, '.')+1:]
}

// runsOnce reports whether a file changes the schema, or fills it, under the
// eyes of whoever runs it.
func runsOnce(path string) bool {
	dir := strings.Split(strings.ReplaceAll(path, "\\", "/"), "/")
	if len(dir) < 2 {
		return false
	}
	dir = dir[max(0, len(dir)-3) : len(dir)-1] // the two folders around the file
	for i, name := range dir {
		switch name {
		case "migrations", "fixtures":
			return true
		case "versions":
			if i > 0 && (dir[i-1] == "alembic" || dir[i-1] == "migrations") {
				return true
			}
		}
	}
	return false
}
