package sqli

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/sql"
	"pavise/analysis/rules/sqli"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// PassExpression makes an expression of a value in the template of a Django
// function: template="f(%(expressions)s, '{x}')" becomes Value(x).
var PassExpression = &fix.Fix{
	Name:    "pass-expression",
	For:     []*analysis.Rule{sqli.DjangoExpressionTemplate, sqli.SQLInjection},
	Compute: passExpression,
}

func passExpression(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent || s.Event.Name != "django.db.models.Func" {
		if s.Finding.Rule == sqli.DjangoExpressionTemplate {
			return fix.Refuse("The expressions that this template is filled with are passed elsewhere: pass the value there as Value().")
		}
		return nil
	}
	arg, ok := pyedit.Keyword(call.Node, "template")
	if !ok {
		return fix.Refuse("A name of a function is no value: look it up in a fixed table.")
	}
	if _, ok := pyedit.Keyword(call.Node, "output_field"); !ok {
		return fix.Refuse("Django may not tell the type of an expression with a further value: give its output_field first.")
	}
	if _, ok := pyedit.Keyword(call.Node, "arg_joiner"); ok || pyedit.Unpacks(call.Node) {
		return fix.Refuse("How the expressions are joined cannot be told.")
	}
	t, reason := pytext.Parse(call.On(arg.Value), s)
	if t == nil {
		return fix.Refuse("The template cannot be rewritten: %s.", reason)
	}
	p := passing{s: s, e: s.Edits(), call: call, text: t}
	if reason := p.move(); reason != "" {
		return fix.Refuse("%s", reason)
	}
	return fix.Propose(p.e, "The value is now sent as a parameter: check that the function takes one in this place.", "Pass %s as Value()", p.name)
}

// passing moves the one value of a template to the expressions.
type passing struct {
	s    *fix.Site
	e    *pyedit.Edits
	call pyedit.At
	text *pytext.Text
	name string
}

const filled = "%(expressions)s"

func (p *passing) move() string {
	holes := p.text.Holes()
	if len(holes) != 1 {
		return "The template has several values: pass each of them as Value()."
	}
	tokens := sql.Scan(p.text.SQL())
	context := sql.Contexts(tokens)[0]
	h := &p.text.Pieces[holes[0]]
	p.name = h.Source(p.s.File)
	tok := tokens[context.Token]
	if tok.Kind != sql.Hole && !context.Whole || h.Conv != "" && h.Conv != "%s" && h.Conv != "!s" {
		return p.name + " is a part of the template, not a value."
	}
	before, after := context.Token-1, context.Token+1
	if before < 0 || after >= len(tokens) {
		return p.name + " is a part of the template, not a value."
	}
	r := p.text.Rewrite()
	value := p.e.Use(p.call, "django.db.models", "Value", pyedit.From) + "(" + p.name + ")"
	count := 0
	for _, a := range pyedit.Args(p.call.Node) {
		if a.Name == "" {
			count++
		}
	}
	switch {
	case tokens[before].Text == "," && before > 0 && tokens[before-1].Text == filled && tokens[after].Text == ")":
		r.Replace(tokens[before].Start, tok.End, "")
		if !p.e.AddPositional(p.call, count, value) {
			return "The call takes no further argument."
		}
	case tokens[before].Text == "(" && tokens[after].Text == "," && after+1 < len(tokens) && tokens[after+1].Text == filled:
		r.Replace(tok.Start, tokens[after+1].Start, "")
		first, ok := pyedit.Positional(p.call.Node, 0)
		if !ok {
			return "The call has no expression beside which the value could stand."
		}
		p.e.Insert(p.call.On(first.Node).Abs().Start, value+", ")
	default:
		return p.name + " does not stand beside the expressions: write the function with Value() among them."
	}
	if reason := r.Write(p.e); reason != "" {
		return "The template cannot be rewritten: " + strings.TrimSuffix(reason, ".") + "."
	}
	return ""
}
