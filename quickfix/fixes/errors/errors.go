// Package errors holds the fixes of what errors tell.
package errors

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/errors"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{HideDetail, RaiseForAssert, RaiseAgain, LogException}

// HideDetail writes the exception to the log and sends a text of the program's
// own.
var HideDetail = &fix.Fix{
	Name:    "hide-error-detail",
	For:     []*analysis.Rule{errors.ErrorDetailExposed},
	Compute: hideDetail,
}

const text = `"internal error"`

func hideDetail(s *fix.Site) []fix.Proposal {
	harms := details(s)
	if len(harms) == 0 {
		return fix.Refuse("The text of the exception is taken somewhere else: send a text of your own there.")
	}
	clause := except(s.Node.Node)
	if !clause.OK() {
		return fix.Refuse("The exception is caught somewhere else: write it to the log there, and send a text of your own here.")
	}
	e := s.Edits()
	for _, at := range harms {
		if !within(clause, at.Node) {
			return fix.Refuse("The text of the exception is taken somewhere else: send a text of your own there.")
		}
		e.ReplaceNode(at, text)
	}
	if !logs(clause) {
		stmt := s.Statement()
		if !s.File.OwnLines(stmt) || !pyedit.Simple(stmt.Node) {
			return fix.Refuse("The response shares its line with another statement: write the exception to the log above it.")
		}
		if !e.InsertBefore(stmt, logger(s, e, stmt)+`.exception("request failed")`+"\n") {
			return fix.Refuse("The response shares its line with another statement: write the exception to the log above it.")
		}
	}
	dropName(s, e, clause, harms)
	e.DropImport("traceback", "sys")
	return fix.Propose(e, "The client no longer learns what went wrong: the log tells it.", "Log the exception, and send a text of the program's own")
}

// details are the expressions that hold the text of the exception: the largest
// that are nothing but a text.
func details(s *fix.Site) []pyedit.At {
	var list []fix.Harm
	if s.Event.Value != nil && s.Node.Kind() != syntax.KindCall || returned(s) {
		at := s.Node
		if at.Kind() == syntax.KindReturnStatement {
			at = at.On(at.NamedChild(0))
		}
		list = s.HarmsIn(at, s.Event.Value, models.Detail)
	} else {
		list = s.Harms(models.Detail)
	}
	var out []pyedit.At
	for i := range list {
		at := list[i].Hole.Expr
		for p := at.Parent(); p.OK(); p = p.Parent() {
			if !texts[p.Kind()] && !makesText(p) {
				break
			}
			if k := p.Kind(); k == syntax.KindString || k == syntax.KindConcatenatedString || k == syntax.KindBinaryOperator || k == syntax.KindCall {
				at = at.On(p)
			}
		}
		dup := false
		for _, o := range out {
			dup = dup || o.Abs() == at.Abs()
		}
		if !dup {
			out = append(out, at)
		}
	}
	return out
}

func returned(s *fix.Site) bool { return len(s.Event.Sinks) == 0 }

// texts are the expressions within which a text is put together.
var texts = map[syntax.Kind]bool{
	syntax.KindInterpolation: true, syntax.KindString: true, syntax.KindConcatenatedString: true, syntax.KindBinaryOperator: true,
	syntax.KindParenthesizedExpression: true, syntax.KindArgumentList: true, syntax.KindAttribute: true, syntax.KindFormatExpression: true,
}

// makesText reports whether a call gives the text of its argument or object.
func makesText(n syntax.Node) bool {
	if n.Kind() != syntax.KindCall {
		return false
	}
	fn := n.Child(syntax.FieldFunction)
	if fn.Kind() == syntax.KindIdentifier {
		return fn.Str() == "str" || fn.Str() == "repr"
	}
	switch fn.Child(syntax.FieldAttribute).Str() {
	case "format", "strip", "join", "replace":
		return true
	}
	return false
}

// except is the except clause around a node.
func except(n syntax.Node) syntax.Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindExceptClause:
			return p
		case syntax.KindFunctionDefinition, syntax.KindLambda:
			return syntax.Node{}
		}
	}
	return syntax.Node{}
}

func within(outer, n syntax.Node) bool {
	return outer.Unit() == n.Unit() && outer.Span().Contains(n.Span())
}

// logs reports whether an except clause writes to a log already.
func logs(clause syntax.Node) bool {
	for d := range clause.Descendants() {
		if d.Kind() != syntax.KindCall {
			continue
		}
		fn := d.Child(syntax.FieldFunction)
		switch fn.Child(syntax.FieldAttribute).Str() {
		case "exception", "error", "critical", "capture_exception":
			if object := strings.ToLower(fn.Child(syntax.FieldObject).Str()); strings.Contains(object, "log") || strings.Contains(object, "sentry") {
				return true
			}
		}
	}
	return false
}

// logger is an expression for the logger of the module.
func logger(s *fix.Site, e *pyedit.Edits, at pyedit.At) string {
	for _, name := range []string{"logger", "log", "LOGGER", "LOG", "_logger", "_log"} {
		if s.File.BoundInModule(name) > 0 && !s.File.ShadowedAt(at, name) {
			return name
		}
	}
	for _, name := range []string{"app", "current_app"} {
		if s.File.BoundInModule(name) > 0 && !s.File.ShadowedAt(at, name) && (s.File.ImportsRoot("flask") || s.File.ImportsRoot("quart")) {
			return name + ".logger"
		}
	}
	return e.Use(at, "logging", "", pyedit.Plain)
}

// dropName takes `as e` away where nothing reads e any more.
func dropName(s *fix.Site, e *pyedit.Edits, clause syntax.Node, harms []pyedit.At) {
	pattern := clause.NamedChild(0)
	if pattern.Kind() != syntax.KindAsPattern {
		return
	}
	class, name := pattern.NamedChild(0), pattern.NamedChild(1)
	base := s.Node
	for d := range clause.Descendants() {
		if d.Kind() != syntax.KindIdentifier || d.Str() != name.Str() || pattern.Span().Contains(d.Span()) {
			continue
		}
		gone := false
		for _, h := range harms {
			gone = gone || h.Abs().Contains(base.On(d).Abs())
		}
		if !gone {
			return
		}
	}
	cut := base.On(class).Abs()
	cut.Start, cut.End = cut.End, base.On(pattern).Abs().End
	e.Delete(cut)
}
