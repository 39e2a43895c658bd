// Package validation holds the fixes of checks of input.
package validation

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/validation"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{FullMatch}

// FullMatch compares the whole value with a pattern.
var FullMatch = &fix.Fix{
	Name:    "full-match",
	For:     []*analysis.Rule{validation.UnanchoredValidation},
	Compute: fullMatch,
}

func fullMatch(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call with a pattern is in sight.")
	}
	pattern, ok := s.Pattern(call)
	if !ok {
		return fix.Refuse("The pattern is declared for a field: write ^ and \\Z around it, or ^ and $ for pydantic.")
	}
	if p := s.Literal(pattern); p.OK() && wide(s, p) {
		return narrow(s, p)
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	if name := s.EventName(); !strings.HasSuffix(name, ".match") && !strings.HasSuffix(name, ".search") {
		return fix.Refuse("The pattern is declared for a field: write ^ and \\Z around it, or ^ and $ for pydantic.")
	}
	text, ok := s.Constant(pattern)
	if !ok {
		return fix.Refuse("The pattern is not known here.")
	}
	if pyedit.Unpacks(call.Node) {
		return fix.Refuse("The arguments of the call are not all in sight.")
	}
	if alternatives(text) {
		return fix.Refuse("The pattern has alternatives at its top: put them into (?:...) first, so that the anchors are of all of them.")
	}
	if strings.Contains(text, "(?") && strings.Contains(text[:min(len(text), 8)], "m)") {
		return fix.Refuse("The pattern is read line by line: say for which lines it has to hold.")
	}
	e := s.Edits()
	if !rename(e, fn) {
		return fix.Refuse("How the matching function is named here cannot be told.")
	}
	whole := strings.HasPrefix(text, "^") && strings.HasSuffix(text, "$") && !strings.HasSuffix(text, `\$`)
	if whole {
		if call.Abs().Contains(pattern.Abs()) { // others may read a compiled pattern with its anchors
			unanchor(s, e, pattern)
		}
		return fix.Propose(e, "", "Match the whole value with fullmatch")
	}
	return fix.Propose(e, "Values with something before or behind what the pattern matches are refused from now on: check that none of them is good.",
		"Match the whole value with fullmatch")
}

// rename writes fullmatch in the place of match or search.
func rename(e *pyedit.Edits, fn pyedit.At) bool {
	switch fn.Kind() {
	case syntax.KindAttribute:
		e.ReplaceNode(fn.On(fn.Child(syntax.FieldAttribute)), "fullmatch")
	case syntax.KindIdentifier:
		e.ReplaceNode(fn, e.Use(fn, "re", "fullmatch", pyedit.From))
		e.DropImport(fn.Str())
	default:
		return false
	}
	return true
}

// unanchor takes the anchors out of a literal pattern of the call itself.
func unanchor(s *fix.Site, e *pyedit.Edits, pattern pyedit.At) {
	if pattern.Kind() != syntax.KindString {
		return // fullmatch is right with them, too
	}
	src := s.Source(pattern)
	i := strings.IndexAny(src, `"'`)
	if i < 0 || len(src) < i+4 || strings.ContainsAny(src[:i], "fF") || strings.HasPrefix(src[i:], `"""`) || strings.HasPrefix(src[i:], "'''") {
		return
	}
	if body := src[i+1 : len(src)-1]; strings.HasPrefix(body, "^") && strings.HasSuffix(body, "$") {
		e.ReplaceNode(pattern, src[:i+1]+body[1:len(body)-1]+src[i:i+1])
	}
}

// alternatives reports whether a pattern has a | outside of all groups.
func alternatives(p string) bool {
	depth, class := 0, false
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '(':
			if !class {
				depth++
			}
		case ')':
			if !class {
				depth--
			}
		case '|':
			if !class && depth == 0 {
				return true
			}
		}
	}
	return false
}

func wide(s *fix.Site, literal pyedit.At) bool { return strings.Contains(s.Source(literal), "A-z") }

// narrow writes A-Za-z in the place of A-z.
func narrow(s *fix.Site, literal pyedit.At) []fix.Proposal {
	e := s.Edits()
	e.ReplaceNode(literal, strings.ReplaceAll(s.Source(literal), "A-z", "A-Za-z"))
	return fix.Propose(e, "The signs [ \\ ] ^ _ and the backtick do not match any more: add those that are wanted.", "Write A-Za-z")
}
