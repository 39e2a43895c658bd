package cmdi

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/cmdi"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// EndOptions keeps a program from reading a value as an option.
var EndOptions = &fix.Fix{
	Name:    "end-options",
	For:     []*analysis.Rule{cmdi.ArgumentInjection},
	Compute: endOptions,
}

func endOptions(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that starts the program is in sight.")
	}
	program, node, _, ok := cmdi.Operand(&s.Event)
	list := node.Parent().Kind()
	known := list == syntax.KindList || list == syntax.KindTuple || list == syntax.KindArgumentList && cmdi.Spread(s.EventName())
	if !ok || !known || node.Unit() != call.Unit() || node == call.Node || !call.Abs().Contains(call.On(node).Abs()) {
		return fix.Refuse("The list of arguments is put together elsewhere: put -- before the value there, or refuse values that begin with -.")
	}
	value := call.On(node)
	e := s.Edits()
	if takesEnd(program, value) {
		note := "What stands behind -- is an operand, never an option."
		if !insertEnd(e, call, value) {
			return fix.Refuse("The list takes no further element as it is written.")
		}
		if program == "git" {
			if _, has := pyedit.Keyword(call.Node, "env"); has {
				note += " Set GIT_ALLOW_PROTOCOL=https:ssh in env too: git runs programs for addresses such as ext::."
			} else if e.AddKeyword(call, "env", "{**"+e.Use(call, "os", "environ", pyedit.Plain)+`, "GIT_ALLOW_PROTOCOL": "https:ssh"}`) {
				note += " git takes repositories over https and ssh only from now on; other transports can run programs."
			}
		}
		return fix.Propose(e, note, "End the options of %s with --", program)
	}
	return guard(s, e, value, program)
}

// takesEnd reports whether -- before the value means the same to the program
// as the value alone.
func takesEnd(program string, value pyedit.At) bool {
	if !cmdi.EndsOptions(program) {
		return false
	}
	before := true
	command := ""
	for n := range value.Parent().NamedChildren() {
		if n == value.Node {
			before = false
			continue
		}
		lit, ok := python.ParseString(n)
		if !ok {
			continue
		}
		text, constant := lit.Const()
		if !before && (strings.HasPrefix(text, "-") || !constant && strings.HasPrefix(n.Str(), `f"-`)) {
			return false // options follow
		}
		if constant && before && command == "" && text != program && !strings.HasPrefix(text, "-") && !strings.HasSuffix(text, "/"+program) {
			command = text
		}
	}
	return program != "git" || transports[command]
}

// insertEnd puts "--" before an element of a display or an argument.
func insertEnd(e *pyedit.Edits, call, value pyedit.At) bool {
	list := value.On(value.Parent())
	at, quote := 0, `"`
	for n := range list.NamedChildren() {
		if n == value.Node {
			break
		}
		if n.Kind() == syntax.KindString && strings.HasPrefix(n.Str(), "'") {
			quote = "'"
		}
		at++
	}
	end := pyedit.Quote("--", quote)
	switch list.Kind() {
	case syntax.KindList, syntax.KindTuple:
		return e.InsertElement(list, at, end)
	case syntax.KindArgumentList:
		return e.AddPositional(call, at, end)
	}
	return false
}

// guard refuses a value that begins with - before the statement.
func guard(s *fix.Site, e *pyedit.Edits, value pyedit.At, program string) []fix.Proposal {
	stmt := s.Statement()
	if !pyedit.Simple(stmt.Node) && stmt.Kind() != syntax.KindWithStatement || !s.File.OwnLines(stmt) {
		return fix.Refuse("%s knows no -- that ends its options here: refuse values that begin with - before this statement.", program)
	}
	name, lines := value.Str(), ""
	switch {
	case value.Kind() == syntax.KindListSplat || inner(value):
		return fix.Refuse("%s knows no -- that ends its options here: refuse values that begin with - one by one.", program)
	case value.Kind() != syntax.KindIdentifier:
		if name = pyedit.NameFor(value.Node); name == "" {
			name = "value"
		}
		name = s.File.Unique(name)
		lines = name + " = " + s.Source(value) + "\n"
		if strings.Contains(lines[:len(lines)-1], "\n") {
			return fix.Refuse("%s knows no -- that ends its options here: give the value a name, and refuse it if it begins with -.", program)
		}
		e.ReplaceNode(value, name)
	}
	lines += "if " + name + ".startswith(\"-\"):\n" + s.File.Step() + s.Reject(e, "400", "a value begins with a dash") + "\n"
	if !e.InsertBefore(stmt, lines) {
		return fix.Refuse("The statement shares its line with another.")
	}
	return fix.Propose(e, program+" takes no -- here, so values that begin with - are refused.", "Refuse values that begin with -")
}

// inner reports whether an expression belongs to a comprehension or lambda.
func inner(n pyedit.At) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindListComprehension, syntax.KindGeneratorExpression, syntax.KindSetComprehension, syntax.KindDictionaryComprehension, syntax.KindLambda:
			return true
		case syntax.KindBlock:
			return false
		}
	}
	return false
}
