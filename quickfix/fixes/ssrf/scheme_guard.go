package ssrf

import (
	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/ssrf"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
)

// SchemeGuard lets web addresses through to urllib and nothing else.
var SchemeGuard = &fix.Fix{
	Name:    "check-scheme",
	For:     []*analysis.Rule{ssrf.UrlopenAnyScheme},
	Compute: schemeGuard,
}

func schemeGuard(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that opens this URL is in sight.")
	}
	arg, ok := s.SinkArg(models.URL)
	if !ok {
		return fix.Refuse("The URL cannot be told.")
	}
	url := call.On(arg.Value)
	if s.EventName() == "urllib.request.urlopen" {
		if at := address(s, url); at.Abs() != url.Abs() {
			return fix.Refuse("The URL stands in a Request: check it where that is made.")
		}
	}
	stmt := s.Statement()
	if lambdaOrComprehension(url.Node) {
		return fix.Refuse("There is no room for a check here: give the URL a name in a statement of its own.")
	}
	e := s.Edits()
	step := s.File.Step()
	name := url.Str()
	lines := ""
	if url.Kind() != syntax.KindIdentifier {
		if !short(name) {
			return fix.Refuse("The URL is written over several lines: give it a name first.")
		}
		name = "url"
		if s.File.ShadowedAt(url, name) || s.File.BoundInModule(name) > 0 {
			name = s.File.Unique(name)
		}
		lines = name + " = " + s.Source(url) + "\n"
		e.ReplaceNode(url, name)
	}
	lines += "if not " + name + `.startswith(("http://", "https://")):` + "\n" + step + `raise ValueError("URL not allowed")` + "\n"
	if !e.InsertBefore(stmt, lines) {
		return fix.Refuse("The call shares its line with another statement: write the check above it.")
	}
	return fix.Propose(e, "URLs that begin with anything else raise ValueError, among them file: and those in capital letters.", "Open http: and https: only")
}

func short(s string) bool {
	for _, c := range s {
		if c == '\n' || c == '\r' {
			return false
		}
	}
	return len(s) < 80
}

func lambdaOrComprehension(n syntax.Node) bool {
	for p := n.Parent(); p.OK() && p.Kind() != syntax.KindBlock; p = p.Parent() {
		switch p.Kind() {
		case syntax.KindLambda, syntax.KindListComprehension, syntax.KindGeneratorExpression, syntax.KindSetComprehension,
			syntax.KindDictionaryComprehension, syntax.KindConditionalExpression, syntax.KindBooleanOperator, syntax.KindElifClause, syntax.KindWhileStatement:
			return true
		}
	}
	return false
}
