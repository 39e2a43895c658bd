package errors

import (
	"pavise/analysis"
	"pavise/analysis/rules/errors"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// RaiseAgain lets the exception of a check go on to whoever called.
var RaiseAgain = &fix.Fix{Name: "raise-again", For: []*analysis.Rule{errors.ExceptionSwallowed}, Compute: raiseAgain}

// LogException writes an exception to the log that left no trace.
var LogException = &fix.Fix{Name: "log-exception", For: []*analysis.Rule{errors.ExceptionSwallowed}, Compute: logException}

// handler is an except clause with the statements of its body.
type handler struct {
	s    *fix.Site
	body pyedit.At
	last pyedit.At
	n    int
}

func handlerAt(s *fix.Site) (handler, bool) {
	h := handler{s: s}
	n := s.Node.Node
	for n.OK() && n.Kind() != syntax.KindExceptClause {
		n = n.Parent()
	}
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindBlock {
			h.body = s.Node.On(c)
		}
	}
	if !h.body.OK() {
		return h, false
	}
	for c := range h.body.NamedChildren() {
		h.last, h.n = s.Node.On(c), h.n+1
	}
	return h, h.last.OK()
}

// idle reports whether a statement does nothing.
func idle(stmt pyedit.At) bool {
	return stmt.Kind() == syntax.KindPassStatement || stmt.Kind() == syntax.KindExpressionStatement && stmt.Str() == "..."
}

// grave reports whether the finding is about a check, and not any exception.
func grave(s *fix.Site) bool { return s.Finding.Severity > analysis.Low }

func raiseAgain(s *fix.Site) []fix.Proposal {
	h, ok := handlerAt(s)
	if !ok {
		return fix.Refuse("What is dropped here is no single exception: move the statement behind the block.")
	}
	if !grave(s) {
		return nil
	}
	e := s.Edits()
	switch {
	case idle(h.last):
		e.ReplaceNode(h.last, "raise")
	case h.last.Kind() == syntax.KindReturnStatement && fix.IsTrue(h.last.NamedChild(0)):
		e.ReplaceNode(h.last.On(h.last.NamedChild(0)), "False")
		return fix.Propose(e, "Whoever called gets the answer no where the check fails.", "Answer False where the check fails")
	default:
		if !e.InsertBehind(h.last, "raise\n") {
			return fix.Refuse("The handler stands on one line: raise the exception at its end.")
		}
	}
	return fix.Propose(e, "Requests that fail the check end in an error now: see that somebody answers it with a refusal.", "Raise the exception again")
}

func logException(s *fix.Site) []fix.Proposal {
	h, ok := handlerAt(s)
	if !ok || grave(s) {
		return nil
	}
	e := s.Edits()
	call := logger(s, e, h.last) + `.exception("an exception was ignored")`
	switch {
	case h.n == 1 && idle(h.last):
		e.ReplaceNode(h.last, call)
	case !e.InsertBefore(h.last, call+"\n"):
		return fix.Refuse("The handler stands on one line with something else: write the exception to the log there.")
	}
	return fix.Propose(e, "Each exception fills the log with its traceback. Better still, name the exceptions that may happen.", "Log the exception")
}
