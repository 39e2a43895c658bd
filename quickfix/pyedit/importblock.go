package pyedit

import (
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Groups of imports in the order in which they stand.
const (
	future = iota
	standard
	third
	local
)

func groupOf(module string) int {
	if strings.HasPrefix(module, ".") {
		return local
	}
	root, _, _ := strings.Cut(module, ".")
	switch {
	case root == "__future__":
		return future
	case stdlib[root]:
		return standard
	}
	return third
}

// entry is one import statement of the module's leading block, or a new one.
type entry struct {
	stmt    At // no node for a new one
	from    bool
	module  string
	text    string // of a new one
	group   int
	section int // entries of one section have no blank line between them
	removed bool
}

func (e *entry) isNew() bool { return !e.stmt.OK() }

// key sorts imports as isort and ruff do by default: plain ones first.
func (e *entry) key(mixed bool) string {
	kind := "0"
	if e.from && !mixed {
		kind = "1"
	}
	return kind + strings.ToLower(e.module)
}

// block is the leading run of imports of the module.
type block struct {
	file    *File
	entries []*entry
	header  uint32 // where imports go if there are none yet: behind docstring and comments
	doc     bool   // a docstring stands before header
}

func (f *File) leadingBlock() *block {
	b := &block{file: f}
	section, last := 0, uint32(0)
	first := true
	for _, u := range f.Tree.Units {
		if u.Class == syntax.Comment {
			if len(b.entries) == 0 && first && b.headerComment(u) {
				b.header = f.LineEnd(u.End())
			}
			continue
		}
		if first && isDocstring(u) {
			b.header, b.doc, first = f.LineEnd(u.End()), true, false
			continue
		}
		first = false
		n := u.Root()
		switch {
		case n.Kind() == syntax.KindFutureImportStatement, n.Kind() == syntax.KindImportStatement, n.Kind() == syntax.KindImportFromStatement:
		case (n.Kind() == syntax.KindTryStatement || n.Kind() == syntax.KindIfStatement) && holdsImport(n):
			continue
		default:
			return b
		}
		if len(b.entries) > 0 && f.blankBetween(last, u.Start) {
			section++
		}
		last = u.End()
		b.entries = append(b.entries, newEntry(At{n, u.Start}, section))
	}
	return b
}

// headerComment tells the comments that stay on top (shebang, coding, licence)
// from one that belongs to the first statement: a blank line follows them.
func (b *block) headerComment(u syntax.Placed) bool {
	f := b.file
	text := string(u.Text)
	if strings.HasPrefix(text, "#!") || strings.Contains(text, "coding") {
		return true
	}
	end := f.LineEnd(u.End())
	for end < uint32(len(f.Text)) && f.Text[end] == '#' {
		end = f.LineEnd(end)
	}
	return end >= uint32(len(f.Text)) || strings.TrimSpace(f.Source(f.line(end))) == ""
}

// line is the line that holds off, with its line end.
func (f *File) line(off uint32) source.Span {
	return source.Span{Start: f.LineStart(off), End: f.LineEnd(off)}
}

func isDocstring(u syntax.Placed) bool {
	n := u.Root()
	return n.Kind() == syntax.KindExpressionStatement && n.NamedCount() == 1 && (n.NamedChild(0).Kind() == syntax.KindString ||
		n.NamedChild(0).Kind() == syntax.KindConcatenatedString)
}

func holdsImport(n syntax.Node) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindImportStatement || d.Kind() == syntax.KindImportFromStatement {
			return true
		}
	}
	return false
}

func newEntry(stmt At, section int) *entry {
	e := &entry{stmt: stmt, section: section}
	switch stmt.Kind() {
	case syntax.KindFutureImportStatement:
		e.from, e.module = true, "__future__"
	case syntax.KindImportFromStatement:
		e.from, e.module = true, squeeze(stmt.Child(syntax.FieldModuleName).Str())
	default:
		name := stmt.NamedChild(0)
		if name.Kind() == syntax.KindAliasedImport {
			name = name.Child(syntax.FieldName)
		}
		e.module = squeeze(name.Str())
	}
	e.group = groupOf(e.module)
	return e
}

// blankBetween reports whether an empty line lies between two offsets.
func (f *File) blankBetween(from, to uint32) bool {
	for at := f.LineEnd(from); at < to; at = f.LineEnd(at) {
		if strings.TrimSpace(f.Source(f.line(at))) == "" {
			return true
		}
	}
	return false
}

// add finds the place of a new import and puts it there.
func (b *block) add(n *entry) {
	n.group = groupOf(n.module)
	from, to := b.section(n.group)
	if from == to {
		b.addSection(n)
		return
	}
	n.section = b.entries[from].section
	at := to
	if mixed, ok := sorted(b.entries[from:to]); ok {
		for at = from; at < to && b.entries[at].key(mixed) <= n.key(mixed); at++ {
		}
	}
	b.insert(at, n)
}

func (b *block) insert(at int, n *entry) {
	b.entries = append(b.entries, nil)
	copy(b.entries[at+1:], b.entries[at:])
	b.entries[at] = n
}

// section is the first run of entries of a group without a blank line in it.
func (b *block) section(group int) (from, to int) {
	for from = 0; from < len(b.entries) && b.entries[from].group != group; from++ {
	}
	for to = from; to < len(b.entries) && b.entries[to].group == group && b.entries[to].section == b.entries[from].section; to++ {
	}
	return from, to
}

// addSection adds the first import of a group: behind the earlier groups.
func (b *block) addSection(n *entry) {
	at := 0
	for i, e := range b.entries {
		if e.group < n.group {
			at = i + 1
		}
	}
	switch {
	case !b.divided() && len(b.entries) > 0:
		n.section = b.entries[min(at, len(b.entries)-1)].section
	default:
		n.section = -1 - len(b.entries) // a section of its own
	}
	b.insert(at, n)
}

// divided reports whether the block keeps its groups apart by blank lines, as
// it should; a block of one group says nothing against it.
func (b *block) divided() bool {
	for i := 1; i < len(b.entries); i++ {
		p, e := b.entries[i-1], b.entries[i]
		if p.group != e.group && p.section == e.section {
			return false
		}
	}
	return true
}

// sorted reports whether entries are in order, and whether in the order that
// does not tell plain imports from from-imports.
func sorted(entries []*entry) (mixed, ok bool) {
	inOrder := func(mixed bool) bool {
		for i := 1; i < len(entries); i++ {
			if entries[i-1].key(mixed) > entries[i].key(mixed) {
				return false
			}
		}
		return true
	}
	if inOrder(false) {
		return false, true
	}
	return true, inOrder(true)
}

// write emits the edits for new and removed entries.
func (b *block) write() []source.Edit {
	var out []source.Edit
	for i := 0; i < len(b.entries); i++ {
		e := b.entries[i]
		switch {
		case e.isNew():
			end := i + 1
			for end < len(b.entries) && b.entries[end].isNew() && (i == 0 || !b.opensNext(end)) {
				end++
			}
			out = append(out, b.writeRun(i, end))
			i = end - 1
		case e.removed:
			out = append(out, source.Edit{Span: b.removal(i)})
		}
	}
	return out
}

// opensNext reports whether new entry i is the first of the section of the existing one
// behind it.
func (b *block) opensNext(i int) bool {
	next := i
	for next < len(b.entries) && b.entries[next].isNew() {
		next++
	}
	return next < len(b.entries) && b.entries[i].section != b.entries[i-1].section && b.entries[i].section == b.entries[next].section
}

// writeRun emits the new entries from i to end, between their neighbours.
func (b *block) writeRun(i, end int) source.Edit {
	var text strings.Builder
	for j := i; j < end; j++ {
		if j > i && b.entries[j].section != b.entries[j-1].section {
			text.WriteString("\n")
		}
		text.WriteString(b.entries[j].text + "\n")
	}
	first, last := b.entries[i], b.entries[end-1]
	if i > 0 && (end == len(b.entries) || b.entries[i-1].section == first.section || b.entries[end].section != last.section) {
		return b.behind(b.entries[i-1], first, last, end, text.String())
	}
	if end < len(b.entries) {
		return b.before(b.entries[end], last, text.String())
	}
	return b.top(text.String())
}

// behind writes new imports after an existing one.
func (b *block) behind(prev, first, last *entry, end int, text string) source.Edit {
	at := b.file.LineEnd(prev.stmt.Abs().End)
	if prev.section != first.section && !prev.removed {
		text = "\n" + text
	}
	if at == uint32(len(b.file.Text)) && at > 0 && b.file.Text[at-1] != '\n' && b.file.Text[at-1] != '\r' {
		text = "\n" + strings.TrimSuffix(text, "\n")
	}
	if end < len(b.entries) && b.entries[end].section != last.section && !b.file.blankAt(at) {
		text += "\n"
	}
	return source.Edit{Span: source.Span{Start: at, End: at}, New: text}
}

// before writes new imports above an existing one and the comments on it.
func (b *block) before(next, last *entry, text string) source.Edit {
	at := b.file.LineStart(next.stmt.Abs().Start)
	if next.section != last.section {
		at = b.file.aboveComments(at, b.header)
		text += "\n"
	}
	return source.Edit{Span: source.Span{Start: at, End: at}, New: text}
}

// aboveComments moves up over the comment lines directly above off.
func (f *File) aboveComments(off, limit uint32) uint32 {
	for off > limit {
		prev := f.LineStart(off - 1)
		if !strings.HasPrefix(strings.TrimLeft(f.Source(f.line(prev)), " \t"), "#") || prev < limit {
			return off
		}
		off = prev
	}
	return off
}

func (f *File) blankAt(off uint32) bool {
	return off < uint32(len(f.Text)) && strings.TrimSpace(f.Source(f.line(off))) == ""
}

// top writes the first imports of a file.
func (b *block) top(text string) source.Edit {
	f, at := b.file, b.header
	if at > 0 && f.Text[at-1] != '\n' && f.Text[at-1] != '\r' { // the header ends the file
		return source.Edit{Span: source.Span{Start: at, End: at}, New: "\n\n" + strings.TrimSuffix(text, "\n")}
	}
	if at == 0 && len(f.Text) >= 3 && string(f.Text[:3]) == "\ufeff" {
		at = 3
	}
	blanks := 0
	next := at
	for next < uint32(len(f.Text)) && strings.TrimSpace(f.Source(f.line(next))) == "" {
		next = f.LineEnd(next)
		blanks++
	}
	if at > 0 && at != 3 {
		text = "\n" + text
	}
	if want := f.blanksBefore(next); blanks < want && next < uint32(len(f.Text)) {
		text += strings.Repeat("\n", want-blanks)
	}
	return source.Edit{Span: source.Span{Start: at, End: at}, New: text}
}

// blanksBefore is how many empty lines stand above the statement at off:
// two above a definition, one above the rest.
func (f *File) blanksBefore(off uint32) int {
	for _, u := range f.Tree.Units {
		if u.Start >= off && (u.Class != syntax.Comment) {
			if u.Class == syntax.Statement {
				return 1
			}
			return 2
		}
	}
	return 1
}

// removal is the line of a removed import, with the empty lines that would be
// left over when its section has nothing else.
func (b *block) removal(i int) source.Span {
	f, e := b.file, b.entries[i]
	s := source.Span{Start: f.LineStart(e.stmt.Abs().Start), End: f.LineEnd(e.stmt.Abs().End)}
	for j, o := range b.entries {
		if j != i && o.section == e.section && (!o.removed || o.isNew()) {
			return s
		}
	}
	lastInFile := i+1 == len(b.entries)
	if !lastInFile && b.entries[i+1].isNew() && (i > 0 || !b.opensNext(i+1)) {
		return s
	}
	if lastInFile && i > 0 && b.entries[i-1].isNew() {
		return s
	}
	if lastInFile && i > 0 {
		for s.Start > 0 && f.blankAt(f.LineStart(s.Start-1)) {
			s.Start = f.LineStart(s.Start - 1)
		}
		return s
	}
	for f.blankAt(s.End) && (!lastInFile || s.Start == 0) {
		s.End = f.LineEnd(s.End)
	}
	return s
}
