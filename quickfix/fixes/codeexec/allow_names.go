package codeexec

import (
	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/codeexec"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// AllowNames checks a name against a list before it is used.
var AllowNames = &fix.Fix{
	Name:    "allow-names",
	For:     []*analysis.Rule{codeexec.UnsafeReflection, codeexec.ClassPollution},
	Compute: allowNames,
}

func allowNames(s *fix.Site) []fix.Proposal {
	name, ok := key(s)
	if !ok {
		return fix.Refuse("Check the names against a fixed list before they are used.")
	}
	stmt := s.Statement()
	if !pyedit.Simple(stmt.Node) || !s.File.OwnLines(stmt) {
		return fix.Refuse("The statement cannot be preceded by another where it stands: check %s against a fixed list.", name.Str())
	}
	if name.Kind() != syntax.KindIdentifier {
		return fix.Refuse("Give %s a name, and check it against a fixed list.", name.Str())
	}
	e := s.Edits()
	list := s.File.Unique("ALLOWED_NAMES")
	answer := s.Reject(e, "400", "this name is not allowed")
	if s.Finding.Rule == codeexec.ClassPollution && looped(stmt.Node) {
		answer = "continue"
	}
	if !e.InsertBefore(stmt, "if "+name.Str()+" not in "+list+":\n"+s.File.Step()+answer+"\n") {
		return fix.Refuse("The statement shares its line with another.")
	}
	e.AddHelper(name.Abs().Start, list+" = frozenset()")
	return fix.Unfinished(fix.Propose(e, "Fill "+list+" with the names that a client may use: every other one is refused, and so far it is empty.",
		"Allow certain names only"))
}

// key is the expression that names what is reached or set.
func key(s *fix.Site) (pyedit.At, bool) {
	if s.Node.Kind() == syntax.KindSubscript {
		n := s.Node.On(s.Node.Child(syntax.FieldSubscript))
		return n, n.OK()
	}
	call, ok := s.Call()
	if !ok {
		return pyedit.At{}, false
	}
	if s.EventName() == "__dict__.update" || s.EventName() == "vars.update" {
		return pyedit.At{}, false
	}
	a, ok := s.SinkArg(models.Reflect)
	return call.On(a.Value), ok
}

// looped reports whether a statement stands in a loop that goes on to the next name by
// itself: a while loop may do so at its end only.
func looped(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindForStatement:
			return true
		case syntax.KindWhileStatement, syntax.KindFunctionDefinition, syntax.KindLambda:
			return false
		}
	}
	return false
}
