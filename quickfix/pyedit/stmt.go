package pyedit

import (
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Statement is the innermost statement that holds the node.
func Statement(a At) At {
	n := a.Node
	for p := n.Parent(); p.OK(); p = n.Parent() {
		if p.Kind() == syntax.KindBlock || p.Kind() == syntax.KindModule {
			break
		}
		n = p
	}
	return a.On(n)
}

// OwnLines reports whether a statement stands on lines of its own, so that
// others can be written before or behind it.
func (f *File) OwnLines(stmt At) bool {
	s := stmt.Abs()
	if !f.firstOnLine(s.Start) {
		return false
	}
	rest := strings.TrimSpace(f.Source(source.Span{Start: s.End, End: f.LineEnd(s.End)}))
	return rest == "" || strings.HasPrefix(rest, "#")
}

// Simple reports whether the statement has no statements in it.
func Simple(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindExpressionStatement, syntax.KindReturnStatement, syntax.KindAssertStatement, syntax.KindRaiseStatement,
		syntax.KindDeleteStatement, syntax.KindAssignment, syntax.KindAugmentedAssignment:
		return true
	}
	return false
}

// InsertBefore writes lines above a statement, indented like it. Lines are
// separated by \n and their own indentation is relative. It is false if the
// statement does not stand on its own lines.
func (e *Edits) InsertBefore(stmt At, lines string) bool {
	f := e.file
	s := stmt.Abs()
	if !f.firstOnLine(s.Start) {
		return false
	}
	e.Insert(f.LineStart(s.Start), indent(lines, f.Indent(s.Start)))
	return true
}

// InsertBehind writes lines below a statement, indented like it.
func (e *Edits) InsertBehind(stmt At, lines string) bool {
	f := e.file
	s := stmt.Abs()
	if !f.OwnLines(stmt) {
		return false
	}
	at := f.LineEnd(s.End)
	text := indent(lines, f.Indent(s.Start))
	if at == uint32(len(f.Text)) && at > 0 && f.Text[at-1] != '\n' && f.Text[at-1] != '\r' {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	e.Insert(at, text)
	return true
}

// indent puts prefix before each line that is not empty and ends the last.
func indent(lines, prefix string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(lines, "\n"), "\n") {
		if line != "" {
			b.WriteString(prefix + line)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// AddHelper writes a top-level definition where helpers belong: behind the
// imports and the simple statements that follow them, before the first
// definition and before the top-level statement that holds the offset use.
// The text has four spaces a level and no empty lines around it.
func (e *Edits) AddHelper(use uint32, text string) {
	f := e.file
	if step := f.Step(); step != "    " {
		text = strings.ReplaceAll(text, "    ", step)
	}
	at, next := f.helperPlace(use)
	text = strings.TrimSuffix(text, "\n") + "\n"
	if at > 0 {
		text = strings.Repeat("\n", max(0, 2-f.blanksAbove(at))) + text
	}
	if next.OK() {
		text += "\n\n"
	}
	e.Insert(at, text)
}

// blanksAbove counts the empty lines above the line that starts at off.
func (f *File) blanksAbove(off uint32) int {
	n := 0
	for off > 0 && f.blankAt(f.LineStart(off-1)) {
		off = f.LineStart(off - 1)
		n++
	}
	return n
}

// helperPlace is the offset of the first definition of the module (with the
// comments above it), or the place behind the leading imports.
func (f *File) helperPlace(use uint32) (uint32, syntax.Node) {
	b := f.leadingBlock()
	limit := b.header
	if n := len(b.entries); n > 0 {
		limit = f.LineEnd(b.entries[n-1].stmt.Abs().End)
	}
	for _, u := range f.Tree.Units {
		if u.Parent != "" || u.Start < limit {
			continue
		}
		if u.Class == syntax.Function || u.Class == syntax.ClassHeader || u.Class == syntax.Statement && (!plainStatement(u.Root()) || u.End() >= use) {
			return f.aboveComments(f.LineStart(u.Start), limit), u.Root()
		}
	}
	return uint32(len(f.Text)), syntax.Node{}
}

// plainStatement tells the assignments that set a module up from statements
// that may already use what it defines.
func plainStatement(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindImportStatement, syntax.KindImportFromStatement, syntax.KindTryStatement:
		return true
	case syntax.KindExpressionStatement:
		switch n.NamedChild(0).Kind() {
		case syntax.KindAssignment, syntax.KindString, syntax.KindCall: // logging.basicConfig(...)
			return true
		}
	}
	return false
}

// Defines reports whether the module defines a function or class of that name
// at top level, and gives its node.
func (f *File) Defines(name string) (At, bool) {
	if f.defining == nil {
		f.defining = map[string]At{}
		for _, u := range f.Tree.Units {
			if u.Parent == "" && (u.Class == syntax.Function || u.Class == syntax.ClassHeader) && u.Name != "" {
				f.defining[u.Name] = At{u.Root(), u.Start}
			}
		}
	}
	a, ok := f.defining[name]
	return a, ok
}

// DeleteLines takes a statement away with its lines. It must stand on lines
// of its own and not be the last of its block.
func (e *Edits) DeleteLines(stmt At) {
	s := stmt.Abs()
	e.Delete(source.Span{Start: e.file.LineStart(s.Start), End: e.file.LineEnd(s.End)})
}
