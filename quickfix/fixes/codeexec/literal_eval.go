// Package codeexec holds the fixes of code execution.
package codeexec

import (
	"regexp"

	"pavise/analysis"
	"pavise/analysis/rules/codeexec"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{LiteralEval, AllowNames, DeleteControls}

// LiteralEval reads literals instead of running code.
var LiteralEval = &fix.Fix{
	Name:    "literal-eval",
	For:     []*analysis.Rule{codeexec.CodeInjection, codeexec.DynamicCodeExecution},
	Compute: literalEval,
}

// computes recognises names of texts that are more than data.
var computes = regexp.MustCompile(`(?i)expr|code|cond|formula|source|script|stmt|statement|func|lambda|command|query|rule|predicate|program|annotation|type`)

func literalEval(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || call.Child(syntax.FieldFunction).Str() != "eval" {
		return fix.Refuse("Code that comes from outside cannot be made harmless: replace it by a table of the functions that may be called.")
	}
	args := pyedit.Args(call.Node)
	if len(args) != 1 || args[0].Name != "" {
		return fix.Refuse("eval is given names to work with, so that its text is no plain literal.")
	}
	if p := call.Parent(); (p.Kind() == syntax.KindCall || p.Kind() == syntax.KindAttribute || p.Kind() == syntax.KindSubscript) && p.First() == call.Node {
		return fix.Refuse("The result of eval is called or looked into, so that its text is no plain literal.")
	}
	if s.Finding.Rule == codeexec.DynamicCodeExecution && computes.MatchString(args[0].Value.Str()) {
		return fix.Refuse("%s is meant to be computed, which literal_eval does not do: replace it by a table of the functions that may be called.", args[0].Value.Str())
	}
	if t, _ := pytext.Parse(call.On(args[0].Value), s); t != nil {
		if len(t.Pieces) > 1 || len(t.Holes()) == 0 {
			return fix.Refuse("The text is put together as an expression, which literal_eval does not run.")
		}
	}
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	e.ReplaceNode(fn, e.Use(call, "ast", "literal_eval", pyedit.Plain))
	return fix.Propose(e, "Only literals are read from now on: numbers, text, lists, dicts, True, False, None. Very long or deep input can still exhaust memory; json.loads is the better choice for a request body.",
		"Read a literal with ast.literal_eval")
}
