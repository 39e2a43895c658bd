// Package sqli holds the fixes of SQL injection.
package sqli

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/sqli"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{BindParameters, AllowNames, QuoteNames, UnquotePlaceholder, PassExpression, AllowFilters}

// BindParameters takes values out of a statement's text and passes them as
// parameters, in the way of the driver that runs it.
var BindParameters = &fix.Fix{
	Name:    "bind-parameters",
	For:     []*analysis.Rule{sqli.SQLInjection, sqli.SQLDynamicQuery, sqli.DjangoRawSQLAPI},
	Compute: bindParameters,
	Handed:  true,
}

func bindParameters(s *fix.Site) []fix.Proposal {
	p, reason := newPlan(s)
	if p == nil {
		return fix.Refuse("%s", reason)
	}
	certain, all, reason := candidates(s, p)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	if certain != nil {
		return []fix.Proposal{p.propose(certain, true)}
	}
	if len(all) == 0 {
		return fix.Refuse("Which database driver runs this statement cannot be told, and each has placeholders of its own.")
	}
	if len(all) == 1 {
		return []fix.Proposal{p.propose(all[0], false)}
	}
	var out []fix.Proposal
	for _, d := range all {
		x := p.propose(d, false)
		if x.Refusal != "" {
			return []fix.Proposal{x}
		}
		x.Title = "Bind parameters (" + d.name + ": " + d.sample() + ")"
		out = append(out, x)
	}
	return out
}

// sample is the driver's placeholder.
func (d *driver) sample() string {
	switch d.style {
	case percent:
		return "%s"
	case named:
		return ":name"
	case numbered:
		return "$1"
	}
	return "?"
}

// propose works the rewriting out for one driver.
func (p *plan) propose(d *driver, certain bool) fix.Proposal {
	b := newBinding(p, d)
	if b.reason == "" {
		e := p.site.Edits()
		b.settle()
		b.write(e)
		if b.reason == "" {
			return fix.Propose(e, b.caveat(certain), "%s", b.title())[0]
		}
	}
	return fix.Proposal{Refusal: b.reason}
}

func (b *binding) title() string {
	var names []string
	for _, v := range b.values {
		if v.many {
			names = append(names, "the values of "+strings.TrimPrefix(shorten(v.expr, "the list"), "*"))
			continue
		}
		for _, h := range v.holes {
			names = append(names, short(h, b.p.site.File))
		}
	}
	what := listing(names)
	if strings.Contains(what, " and ") || strings.HasPrefix(what, "the values of ") {
		return "Pass " + what + " as bound parameters"
	}
	return "Pass " + what + " as a bound parameter"
}

// short is a hole's expression, or a name for it if it is long.
func short(h *pytext.Piece, f *pyedit.File) string {
	other := pyedit.NameFor(h.Expr.Node)
	if other == "" {
		other = "the value"
	}
	return shorten(h.Source(f), other)
}

// shorten is a text, or another one if it is long.
func shorten(text, other string) string {
	if len(text) <= 40 && !strings.ContainsAny(text, "\r\n") {
		return text
	}
	return other
}

// caveat says what a bound parameter may change, "" if nothing.
func (b *binding) caveat(certain bool) string {
	if !certain {
		return "The driver is taken for " + b.d.name + " because the module imports it: check that this connection is one of its own."
	}
	var unsure []string
	for _, v := range b.values {
		if !v.sure {
			unsure = append(unsure, b.say(v.holes))
		}
	}
	switch {
	case len(unsure) == 0 && b.copied:
		return "Each row is copied: it must be a tuple, a list or what can be sliced like them."
	case len(unsure) == 0:
		return ""
	case b.d.strict:
		return "asyncpg wants the type of the column: " + listing(unsure) + " must have it."
	}
	return listing(unsure) + " is now sent with its own type: where the column's type differs, the database may compare or reject it differently."
}

// settle sees to it that the values mean the same at the call as they did
// where the text was put together.
func (b *binding) settle() {
	if !b.p.def.OK() || b.p.grown != nil {
		return
	}
	def, run := b.p.def.Abs(), b.p.call.Abs()
	moved := source.Span{Start: def.End, End: run.Start}
	steady := true
	for _, v := range b.values {
		for _, h := range v.holes {
			if b.rebound(h.Expr, def) {
				b.refuse(b.say(v.holes) + " gets another value in the statement that puts the text together.")
			}
			steady = steady && b.steady(h, moved)
		}
	}
	b.moved = !steady
}

// steady reports whether a value can be computed later without a difference.
func (b *binding) steady(h *pytext.Piece, moved source.Span) bool {
	for d := range h.Expr.Descendants() {
		switch d.Kind() {
		case syntax.KindAwait, syntax.KindYield, syntax.KindNamedExpression, syntax.KindLambda:
			return false
		case syntax.KindCall:
			if !pureCall(d) {
				return false
			}
		}
	}
	return !b.rebound(h.Expr, moved)
}

// rebound reports whether a name in an expression gets a value in a span, but in the
// expression itself.
func (b *binding) rebound(expr pyedit.At, s source.Span) bool {
	for d := range expr.Descendants() {
		if d.Kind() == syntax.KindIdentifier {
			if v := b.p.site.File.Var(expr.On(d)); v != nil && slices.ContainsFunc(v.Binds, func(x pyedit.Bind) bool {
				return s.Contains(x.Name.Abs()) && !expr.Abs().Contains(x.Name.Abs())
			}) {
				return true
			}
		}
	}
	return false
}

// pureCall reports whether a call gives the same at any time: reading a
// request, changing the shape of a text or number.
func pureCall(n syntax.Node) bool {
	name := n.Child(syntax.FieldFunction).Str()
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	switch name {
	case "get", "getlist", "strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "format", "join", "split",
		"str", "int", "float", "len", "get_json", "decode", "encode", "isoformat", "strftime", "removeprefix", "removesuffix":
		return true
	}
	return false
}
