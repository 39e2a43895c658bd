package sqli

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed orm_filter_injection.md
var ormFilterInjectionPage string

// ORMFilterInjection: ORM keyword lookups or ordering expanded from request data.
var ORMFilterInjection = &analysis.Rule{
	ID:         "orm-filter-injection",
	Class:      "sqli",
	Title:      "ORM keyword lookups or ordering expanded from request data",
	CWE:        []int{943, 89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       ormFilterInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Filter,
			Judge: judgeFilter,
			Says: func(e *flow.Event, r flow.Reach) string {
				if expands(r) {
					return "The keys of " + analysis.Data(r) + " become lookups of " + method(e) + "(), so the client can ask about any field and follow relations, as with password__startswith. Let certain keys through only."
				}
				return analysis.Data(r) + " names a field for " + method(e) + "(), so the client can choose any field, also of related tables. Pick it from a fixed set."
			},
		},
	},
}

// judgeFilter objects to names of fields that a client chooses.
func judgeFilter(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Remote {
		return 0, false
	}
	if strings.HasPrefix(e.Name, ".") && !usesORM(p, expands(r)) {
		return 0, false
	}
	if expands(r) && declared(r.Origin) {
		return 0, false
	}
	if r.Weak || r.Origin.Vague {
		return analysis.Unsure, true // made by a schema, perhaps, that knows its fields
	}
	return analysis.Certain, true
}

// expands reports whether the data is a mapping that is unpacked.
func expands(r flow.Reach) bool {
	return r.Node.OK() && r.Node.Kind() == syntax.KindDictionarySplat
}

// usesORM reports whether a file uses an ORM that takes lookups as keywords, or
// names of fields as strings.
func usesORM(p *analysis.Pass, keywords bool) bool {
	if p.Imports("django") || p.Imports("rest_framework") || p.Imports("tortoise") {
		return true
	}
	return keywords && (p.Imports("sqlalchemy") || p.Imports("flask_sqlalchemy") || p.Imports("sqlmodel") || p.Imports("peewee"))
}

// declared reports whether the keys of a mapping are those that the program
// declares: the parameters of a URL pattern, the fields of a model that the
// framework made of the request.
func declared(o flow.Origin) bool {
	if patternArguments.MatchString(o.Label) {
		return true
	}
	n := o.Node
	if n.Kind() == syntax.KindIdentifier && n.Parent().OK() {
		n = n.Parent()
	}
	switch n.Kind() {
	case syntax.KindParameters, syntax.KindDefaultParameter:
		return true
	case syntax.KindTypedParameter, syntax.KindTypedDefaultParameter:
		return !mapping.MatchString(n.Child(syntax.FieldType).Str())
	}
	return false
}

var (
	patternArguments = regexp.MustCompile(`(?:^|\.)(?:kwargs|view_args|path_params|path_kwargs|match_info|matchdict|uri_params|url_params)$`)
	mapping          = regexp.MustCompile(`(?i)dict|mapping|\bany\b|\bjson`)
)
