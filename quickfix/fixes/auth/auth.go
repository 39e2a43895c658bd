// Package auth holds the fixes about who may call what.
package auth

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/auth"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
)

// Fixes of this class.
var Fixes = []*fix.Fix{GuardUnderRoute, SameGuard, LimitAttempts, ConnectionAddress}

// GuardUnderRoute moves a guard below the decorators that register the function.
var GuardUnderRoute = &fix.Fix{
	Name:    "guard-under-route",
	For:     []*analysis.Rule{auth.DecoratorOrder},
	Compute: guardUnderRoute,
}

func guardUnderRoute(s *fix.Site) []fix.Proposal {
	guard := s.Node.Node
	for guard.OK() && guard.Kind() != syntax.KindDecorator {
		guard = guard.Parent()
	}
	def := guard.Parent()
	if !guard.OK() || !def.OK() {
		return fix.Refuse("The decorator cannot be told.")
	}
	// behind the last decorator that registers the function
	var last syntax.Node
	for c := range def.Children() {
		if c.Kind() != syntax.KindDecorator || c.Index() <= guard.Index() {
			continue
		}
		if registers(s, c) {
			last = c
		}
	}
	if !last.OK() {
		return fix.Refuse("The decorator that registers the function cannot be told.")
	}
	f := s.File
	g, l := s.Node.On(guard).Abs(), s.Node.On(last).Abs()
	from, to, at := f.LineStart(g.Start), f.LineEnd(g.End), f.LineEnd(l.End)
	if strings.TrimSpace(f.Source(source.Span{Start: from, End: g.Start})) != "" || at >= uint32(len(f.Text)) {
		return fix.Refuse("The decorators share a line with something else.")
	}
	e := s.Edits()
	e.Delete(source.Span{Start: from, End: to})
	e.Insert(at, f.Source(source.Span{Start: from, End: to}))
	return fix.Propose(e, "Callers that the guard keeps out are refused from now on.", "Move @%s under the route", name(guard))
}

// registers reports whether a decorator hands the function to a framework; one
// on an object of another file is known by its method.
func registers(s *fix.Site, d syntax.Node) bool {
	n := d.NamedChild(0)
	if n.Kind() == syntax.KindCall {
		n = n.Child(syntax.FieldFunction)
	}
	path := s.File.Resolve(n)
	if path == "rest_framework.decorators.api_view" || auth.Registers(path) {
		return true
	}
	verb := n.Child(syntax.FieldAttribute).Str()
	return n.Kind() == syntax.KindAttribute && auth.Verb(verb)
}

func name(guard syntax.Node) string {
	n := guard.NamedChild(0)
	if n.Kind() == syntax.KindCall {
		n = n.Child(syntax.FieldFunction)
	}
	return n.Str()
}
