// Package logging holds the fixes of what is written to logs.
package logging

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/logging"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{LogRepr, MaskSecret, QuietLog}

// LogRepr writes the client's values as repr does, on one line.
var LogRepr = &fix.Fix{
	Name:    "log-repr",
	For:     []*analysis.Rule{logging.LogInjection},
	Compute: logRepr,
}

func logRepr(s *fix.Site) []fix.Proposal {
	harms := s.Harms(models.Log)
	if len(harms) == 0 {
		return fix.Refuse("The message is put together somewhere else: write its values with !r there.")
	}
	e := s.Edits()
	var names []string
	for i := range harms {
		h := &harms[i]
		if reason := quote(s, e, h); reason != "" {
			return fix.Refuse("%s", reason)
		}
		names = append(names, h.Name(s))
	}
	return fix.Propose(e, "The values stand in quotes from now on.", "Write %s with %%r", fix.Listing(names))
}

// quote writes one value as repr does.
func quote(s *fix.Site, e *pyedit.Edits, h *fix.Harm) (reason string) {
	x := &h.Hole
	if x.Key != "" || strings.Contains(x.Conv, ":") || x.Conv != "" {
		return "The format of " + h.Name(s) + " would be lost."
	}
	if h.Whole {
		return alone(s, e, h)
	}
	switch x.Style {
	case pytext.Field:
		e.Insert(x.Expr.Abs().End, "!r")
	case pytext.Percent:
		at := x.Place()
		if s.File.Source(at) != "%s" {
			return "The format of " + h.Name(s) + " would be lost."
		}
		e.Replace(at, "%r")
	case pytext.Format:
		at := x.Place()
		e.Insert(at.End-1, "!r")
	default:
		e.ReplaceNode(x.Term, "repr("+s.Source(x.Expr)+")")
	}
	return ""
}

// alone writes a value that is an argument of its own: the message, or one that
// fills the message.
func alone(s *fix.Site, e *pyedit.Edits, h *fix.Harm) (reason string) {
	call, ok := s.Call()
	if !ok {
		return "No call that writes this is in sight."
	}
	args := pyedit.Args(call.Node)
	at := -1
	for i, a := range args {
		if call.On(a.Value).Abs() == h.Hole.Expr.Abs() {
			at = i
		}
	}
	name := call.Child(syntax.FieldFunction).Str()
	switch {
	case at < 0:
		return "The message is put together somewhere else: write its values with !r there."
	case at == 0 && len(args) == 1 && name != "print" && !strings.HasPrefix(s.EventName(), "loguru.") && args[0].Name == "":
		e.ReplaceNode(h.Hole.Expr, `"%r", `+s.Source(h.Hole.Expr))
		return ""
	case at == 0 || name == "print" || strings.HasPrefix(s.EventName(), "loguru."):
		e.ReplaceNode(h.Hole.Expr, "repr("+s.Source(h.Hole.Expr)+")")
		return ""
	}
	if span, ok := conversion(s, call.On(args[0].Value), at-1); ok {
		e.Replace(span, "%r")
		return ""
	}
	return "Which place of the message the value fills cannot be told."
}

// conversion is the place of the n-th %s of a message written as one literal.
func conversion(s *fix.Site, message pyedit.At, n int) (source.Span, bool) {
	if message.Kind() != syntax.KindString {
		return source.Span{}, false
	}
	text, start := s.Source(message), message.Abs().Start
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		switch {
		case text[i+1] == '%':
			i++
		case text[i+1] == '(':
			return source.Span{}, false
		case n == 0:
			at := source.Span{Start: start + uint32(i), End: start + uint32(i) + 2}
			return at, text[i+1] == 's'
		default:
			n--
		}
	}
	return source.Span{}, false
}

// MaskSecret writes a mark in the place of a secret.
var MaskSecret = &fix.Fix{
	Name:    "mask-secret",
	For:     []*analysis.Rule{logging.SensitiveDataLogged},
	Compute: maskSecret,
}

func maskSecret(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return fix.Refuse("No call that writes this is in sight.")
	}
	args := pyedit.Args(call.Node)
	if len(args) != len(s.Event.Args) {
		return fix.Refuse("The arguments of this call cannot be told apart.")
	}
	e := s.Edits()
	var names []string
	for i := range args {
		m := masker{s: s, e: e}
		m.argument(call.On(args[i].Value), logging.Secrets(&s.Event, i))
		if m.reason != "" {
			return fix.Refuse("%s", m.reason)
		}
		names = append(names, m.names...)
	}
	if len(names) == 0 {
		return fix.Refuse("The message is put together somewhere else: leave the value out there.")
	}
	return fix.Propose(e, "The log no longer tells the value.", "Write *** in the place of %s", fix.Listing(names))
}

type masker struct {
	s      *fix.Site
	e      *pyedit.Edits
	names  []string
	reason string
}

// argument masks the secrets that stand in one argument.
func (m *masker) argument(at pyedit.At, secrets []syntax.Node) {
	for _, n := range secrets {
		if n.Unit() != at.Unit() {
			m.reason = "The message is put together somewhere else: leave the value out there."
			return
		}
		x := at.On(n)
		if !at.Abs().Contains(x.Abs()) {
			m.reason = "The message is put together above: leave the value out there."
			return
		}
		m.mask(at, x)
	}
}

// mask writes a mark for one expression of an argument.
func (m *masker) mask(arg, x pyedit.At) {
	m.names = append(m.names, fix.Short(m.s.Source(x)))
	for p := x.Node; p.OK() && p != arg.Node; p = p.Parent() {
		if p.Kind() == syntax.KindInterpolation { // the whole field of an f-string
			m.e.ReplaceNode(x.On(p), "***")
			return
		}
	}
	top := x
	for p := x.Parent(); p.OK() && arg.Abs().Contains(arg.On(p).Abs()); p = p.Parent() {
		if k := p.Kind(); k != syntax.KindCall && k != syntax.KindArgumentList && k != syntax.KindParenthesizedExpression && k != syntax.KindAttribute {
			break
		}
		if fn := p.Child(syntax.FieldFunction); p.Kind() == syntax.KindCall && fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "format" {
			break
		}
		if k := p.Kind(); k == syntax.KindCall || k == syntax.KindParenthesizedExpression {
			top = arg.On(p)
		}
	}
	m.e.ReplaceNode(top, `"***"`)
}
