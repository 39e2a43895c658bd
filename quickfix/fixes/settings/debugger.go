package settings

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/settings"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// RemoveDebugger deletes the call of a debugger.
var RemoveDebugger = &fix.Fix{
	Name:    "remove-debugger",
	For:     []*analysis.Rule{settings.DebuggerCall},
	Compute: removeDebugger,
}

func removeDebugger(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("The call of the debugger cannot be told.")
	}
	stmt := pyedit.Statement(call)
	if stmt.Kind() != syntax.KindExpressionStatement || stmt.NamedChild(0) != call.Node {
		return fix.Refuse("The value of the call is used: only the author of this code can say what should stand here.")
	}
	f, e := s.File, s.Edits()
	root, _, _ := strings.Cut(call.Child(syntax.FieldFunction).Str(), ".")
	root, _, _ = strings.Cut(root, "(")
	span, alone := withImport(f, stmt, root)
	switch {
	case alone && others(f, stmt, span) == 0:
		e.Replace(source.Span{Start: f.LineStart(span.Start) + uint32(len(f.Indent(span.Start))), End: stmt.Abs().End}, "pass")
	case alone:
		e.Delete(source.Span{Start: f.LineStart(span.Start), End: f.LineEnd(stmt.Abs().End)})
	case others(f, stmt, span) == 0:
		e.ReplaceNode(stmt, "pass")
	default:
		return fix.Refuse("The call shares its line with another statement: delete it by hand.")
	}
	e.DropImport(root)
	return fix.Propose(e, "", "Delete the call of the debugger")
}

// imports matches a line that ends where the debugger is called, on which
// nothing but its import stands before.
var imports = regexp.MustCompile(`^[ \t]*(?:import[ \t]+[\w.]+|from[ \t]+[\w.]+[ \t]+import[ \t]+\w+)[ \t]*;[ \t]*$`)

// withImport is the statement with the import before it on its line; alone is
// set if nothing else stands there.
func withImport(f *pyedit.File, stmt pyedit.At, root string) (span source.Span, alone bool) {
	span = stmt.Abs()
	before := f.Source(source.Span{Start: f.LineStart(span.Start), End: span.Start})
	rest := strings.TrimSpace(f.Source(source.Span{Start: span.End, End: f.LineEnd(span.End)}))
	rest = strings.TrimSpace(strings.TrimPrefix(rest, ";"))
	if rest != "" && !strings.HasPrefix(rest, "#") {
		return span, false
	}
	switch {
	case strings.TrimSpace(before) == "":
		return span, true
	case imports.MatchString(before) && pyedit.HasWord(before, root) && uses(stmt, root) <= 2:
		span.Start = f.LineStart(span.Start) + uint32(len(f.Indent(span.Start)))
		return span, true
	}
	return span, false
}

// uses counts how often a name is spelled in the unit of a statement.
func uses(stmt pyedit.At, name string) int {
	n := 0
	for d := range stmt.Unit().Root().Descendants() {
		if d.Kind() == syntax.KindIdentifier && d.Str() == name {
			n++
		}
	}
	return n
}

// others counts the statements of the block that stay; a module needs none.
func others(f *pyedit.File, stmt pyedit.At, span source.Span) int {
	block := stmt.Parent()
	if !block.OK() {
		if stmt.Unit().Parent == "" {
			return 1
		}
		n := 0
		for _, u := range f.Tree.Units {
			if u.Parent == stmt.Unit().Parent && u.Class != syntax.Comment && !span.Contains(u.Span()) {
				n++
			}
		}
		return n
	}
	n := 0
	for c := range block.NamedChildren() {
		if !span.Contains(stmt.On(c).Abs()) {
			n++
		}
	}
	return n
}
