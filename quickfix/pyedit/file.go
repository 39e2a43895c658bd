// Package pyedit makes small edits to Python source: arguments, imports,
// statements, string literals. What is not edited keeps every byte; what is
// written takes over the file's line ends, indentation and habits.
package pyedit

import (
	"bytes"

	"pavise/analysis/lang/python"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// At is a node at its place in a file.
type At struct {
	syntax.Node
	Base uint32 // offset of the node's unit in the file
}

// Abs is the node's span in the file.
func (a At) Abs() source.Span { return a.Span().Shift(a.Base) }

// On is another node of the same unit.
func (a At) On(n syntax.Node) At { return At{n, a.Base} }

// File is one parsed version of a module, with what edits ask about it. It is
// not safe for concurrent use.
type File struct {
	Tree *syntax.Tree
	Text []byte
	EOL  string // "\n", "\r\n" or "\r"

	imports  []Binding
	read     bool            // imports is filled
	module   map[string]int  // how many top-level units bind a name
	spelled  map[string]bool // identifiers anywhere in the file
	defining map[string]At   // top-level functions and classes by name
}

// NewFile prepares a tree for edits.
func NewFile(t *syntax.Tree) *File {
	return &File{Tree: t, Text: t.File.Text(), EOL: lineEnd(t.File.Text())}
}

// lineEnd is the line end of the first line.
func lineEnd(text []byte) string {
	i := bytes.IndexAny(text, "\r\n")
	switch {
	case i < 0 || text[i] == '\n':
		return "\n"
	case i+1 < len(text) && text[i+1] == '\n':
		return "\r\n"
	}
	return "\r"
}

// Source is the text of a span.
func (f *File) Source(s source.Span) string { return string(f.Text[s.Start:s.End]) }

// LineStart is the offset of the first byte of the line that holds off.
func (f *File) LineStart(off uint32) uint32 { return f.Tree.File.LineStart(off) }

// LineEnd is the offset behind the line that holds off, its line end included.
func (f *File) LineEnd(off uint32) uint32 {
	line := int(f.Tree.File.LineAt(off))
	if line+1 >= f.Tree.File.Lines() {
		return f.Tree.File.Len()
	}
	return f.Tree.File.LineSpan(line + 1).Start
}

// SameLine reports whether two offsets are on one line.
func (f *File) SameLine(a, b uint32) bool {
	return f.Tree.File.LineAt(a) == f.Tree.File.LineAt(b)
}

// Indent is the white space at the start of the line that holds off.
func (f *File) Indent(off uint32) string {
	start := f.LineStart(off)
	end := start
	for end < uint32(len(f.Text)) && (f.Text[end] == ' ' || f.Text[end] == '\t' || f.Text[end] == '\f') {
		end++
	}
	return string(f.Text[start:end])
}

// Step is one level of indentation as the file has it: that of the first
// indented block, four spaces if there is none.
func (f *File) Step() string {
	for _, u := range f.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindBlock || !n.First().OK() {
				continue
			}
			inner := f.Indent(u.Start + n.First().Span().Start)
			outer := f.Indent(u.Start + n.Parent().Span().Start)
			if len(inner) > len(outer) && inner[:len(outer)] == outer {
				return inner[len(outer):]
			}
		}
	}
	return "    "
}

// Spelled reports whether any identifier in the file has this spelling.
func (f *File) Spelled(name string) bool {
	if f.spelled == nil {
		f.spelled = map[string]bool{}
		for _, u := range f.Tree.Units {
			for i := range u.Len() {
				if n := u.At(i); n.Kind() == syntax.KindIdentifier {
					f.spelled[n.Str()] = true
				}
			}
		}
	}
	return f.spelled[name]
}

// Unique is base, or base_1, base_2... so that nothing in the file has that
// name yet.
func (f *File) Unique(base string) string {
	name := base
	for i := 1; f.Spelled(name) || keywords[name]; i++ {
		name = base + "_" + itoa(i)
	}
	return name
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + itoa(i%10)
}

// BoundInModule reports how many top-level units of the file bind name.
func (f *File) BoundInModule(name string) int {
	if f.module == nil {
		f.module = map[string]int{}
		for _, u := range f.Tree.Units {
			if u.Parent != "" || u.Class == syntax.Comment {
				continue
			}
			for _, n := range python.UnitScope(u.Unit).Names {
				f.module[n]++
			}
		}
	}
	return f.module[name]
}

// ShadowedAt reports whether a function, lambda or comprehension around the
// node binds name.
func (f *File) ShadowedAt(a At, name string) bool {
	for n := a.Node; n.OK(); n = n.Parent() {
		switch n.Kind() {
		case syntax.KindFunctionDefinition, syntax.KindLambda:
			if python.FunctionScope(n).Slot(name) >= 0 {
				return true
			}
		case syntax.KindListComprehension, syntax.KindSetComprehension,
			syntax.KindDictionaryComprehension, syntax.KindGeneratorExpression:
			if comprehensionBinds(n, name) {
				return true
			}
		}
	}
	return false
}

func comprehensionBinds(n syntax.Node, name string) bool {
	for c := range n.NamedChildren() {
		if c.Kind() != syntax.KindForInClause {
			continue
		}
		for d := range c.Child(syntax.FieldLeft).Descendants() {
			if d.Kind() == syntax.KindIdentifier && d.Str() == name {
				return true
			}
		}
	}
	return false
}

// Function is the innermost function definition around the node, no node at
// module or class level.
func Function(n syntax.Node) syntax.Node {
	for n = n.Parent(); n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindFunctionDefinition {
			return n
		}
	}
	return syntax.Node{}
}

var keywords = map[string]bool{
	"False": true, "None": true, "True": true, "and": true, "as": true, "assert": true, "async": true, "await": true,
	"break": true, "class": true, "continue": true, "def": true, "del": true, "elif": true, "else": true,
	"except": true, "finally": true, "for": true, "from": true, "global": true, "if": true, "import": true,
	"in": true, "is": true, "lambda": true, "nonlocal": true, "not": true, "or": true, "pass": true, "raise": true,
	"return": true, "try": true, "while": true, "with": true, "yield": true, "match": true, "case": true, "type": true,
}

// IsKeyword reports whether name is a (soft) keyword of Python.
func IsKeyword(name string) bool { return keywords[name] }
