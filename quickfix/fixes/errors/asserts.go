package errors

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/errors"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// RaiseForAssert raises an exception where an assert stood.
var RaiseForAssert = &fix.Fix{
	Name:    "raise-for-assert",
	For:     []*analysis.Rule{errors.AssertForControl},
	Compute: raiseForAssert,
}

func raiseForAssert(s *fix.Site) []fix.Proposal {
	stmt := s.Node
	for stmt.Kind() == syntax.KindBlock { // that holds nothing else
		stmt = stmt.On(stmt.NamedChild(0))
	}
	if stmt.Kind() != syntax.KindAssertStatement || !s.File.OwnLines(stmt) {
		return fix.Refuse("The assert shares its line with another statement.")
	}
	for d := range stmt.Descendants() {
		if d.Kind() == syntax.KindComment {
			return fix.Refuse("A comment inside the assert would be lost.")
		}
	}
	if s.File.Spelled("AssertionError") {
		return fix.Refuse("This file deals with AssertionError, which would no longer be raised here.")
	}
	cond, message := stmt.NamedChild(0), stmt.NamedChild(1)
	if errors.AlwaysTrue(cond) {
		if cond.NamedCount() != 2 || cond.NamedChild(1).Kind() != syntax.KindString {
			return fix.Refuse("Which part of the tuple is the condition cannot be told.")
		}
		cond, message = cond.NamedChild(0), cond.NamedChild(1)
	}
	if narrows(cond) {
		return fix.Refuse("This assert tells a type checker what is known: only its author can say what should happen otherwise.")
	}
	text := ""
	if message.OK() {
		text = s.Source(stmt.On(message))
	}
	e := s.Edits()
	how, caveat := raising(s, e, stmt, cond, text)
	line := "if " + negation(s, stmt.On(cond)) + ":" + "\n" + s.File.Indent(stmt.Abs().Start) + s.File.Step() + how
	e.Replace(stmt.Abs(), line)
	what, _, _ := strings.Cut(strings.TrimPrefix(how, "raise "), "(")
	if strings.HasPrefix(how, "raise ") {
		what = "Raise " + what[strings.LastIndexByte(what, '.')+1:]
	} else {
		what = "Answer with an error"
	}
	return fix.Propose(e, caveat, "%s if this does not hold", what)
}

// raising is the statement that refuses, in the words of the framework.
func raising(s *fix.Site, e *pyedit.Edits, at pyedit.At, cond syntax.Node, message string) (how, caveat string) {
	use := func(module, name string) string { return e.Use(at, module, name, pyedit.From) }
	f := s.File
	const caught = "Whoever caught the AssertionError must expect this exception now."
	switch {
	case errors.Controls(cond):
		switch {
		case f.ImportsRoot("flask"):
			return use("flask", "abort") + "(403" + behind(message) + ")", caught
		case f.ImportsRoot("django"):
			return "raise " + use("django.core.exceptions", "PermissionDenied") + "(" + message + ")", caught
		case f.ImportsRoot("fastapi"):
			return "raise " + use("fastapi", "HTTPException") + "(status_code=403" + detail(message) + ")", caught
		}
		return "raise PermissionError(" + message + ")", caught
	case errors.ChecksRequest(cond):
		return s.Reject(e, "400", plain(at, message)), caught
	}
	return "raise AssertionError(" + message + ")", "The check is also made under python -O from now on."
}

// plain is the text of a message for use inside of another one.
func plain(at pyedit.At, message string) string {
	if lit, ok := python.ParseString(at.NamedChild(1)); ok && message != "" {
		if t, ok := lit.Const(); ok && !strings.ContainsAny(t, "\"\\\n\r{}") {
			return t
		}
	}
	return "the request is not valid"
}

func behind(message string) string {
	if message == "" {
		return ""
	}
	return ", " + message
}

func detail(message string) string {
	if message == "" {
		return ""
	}
	return ", detail=" + message
}

// narrows recognises what asserts tell type checkers.
func narrows(cond syntax.Node) bool {
	switch cond.Kind() {
	case syntax.KindComparisonOperator:
		for c := range cond.NamedChildren() {
			if c.Kind() == syntax.KindNone {
				return true
			}
		}
	case syntax.KindCall:
		return cond.Child(syntax.FieldFunction).Str() == "isinstance"
	case syntax.KindFalse, syntax.KindTrue:
		return true
	}
	return false
}

// opposites are operators whose opposite says exactly the contrary.
var opposites = map[string]string{"==": "!=", "!=": "==", "in": "not in", "not in": "in", "is": "is not", "is not": "is"}

// negation is the source of the contrary of a condition.
func negation(s *fix.Site, cond pyedit.At) string {
	text := s.Source(cond)
	switch cond.Kind() {
	case syntax.KindNotOperator:
		inner := cond.On(cond.Child(syntax.FieldArgument))
		if !inner.OK() {
			break
		}
		return s.Source(inner)
	case syntax.KindComparisonOperator:
		left, right := cond.NamedChild(0), cond.NamedChild(1)
		if cond.NamedCount() != 2 || strings.ContainsAny(text, "\r\n") {
			break
		}
		for c := range cond.Children() {
			if op := opposites[strings.Join(strings.Fields(c.Str()), " ")]; !c.Named() && op != "" {
				return s.Source(cond.On(left)) + " " + op + " " + s.Source(cond.On(right))
			}
		}
	case syntax.KindCall, syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript, syntax.KindParenthesizedExpression:
		if strings.ContainsAny(text, "\r\n") && cond.Kind() == syntax.KindAttribute {
			break
		}
		return "not " + text
	}
	return "not (" + text + ")"
}
