package pyedit

import (
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// commaList is a list of items with commas between them: arguments, elements
// of a tuple, imported names.
type commaList struct {
	base  uint32
	owner syntax.Node
	items []syntax.Node
	open  syntax.Node // the bracket, no node if there is none
	close syntax.Node
}

// newList reads the items of a node between its brackets: all named children.
func newList(a At) commaList {
	l := commaList{base: a.Base, owner: a.Node}
	for c := range a.Children() {
		switch {
		case c.Extra():
		case c.Named():
			l.items = append(l.items, c)
		case len(c.Text()) == 1 && c.Text()[0] == '(' || len(c.Text()) == 1 && c.Text()[0] == '[' || len(c.Text()) == 1 && c.Text()[0] == '{':
			l.open = c
		case len(c.Text()) == 1 && (c.Text()[0] == ')' || c.Text()[0] == ']' || c.Text()[0] == '}'):
			l.close = c
		}
	}
	return l
}

func (l *commaList) abs(n syntax.Node) source.Span { return n.Span().Shift(l.base) }

// comma is the comma token after item i, no node if there is none.
func (l *commaList) comma(i int) syntax.Node {
	for n := l.items[i].Next(); n.OK(); n = n.Next() {
		if n.Named() && !n.Extra() {
			return syntax.Node{}
		}
		if !n.Named() && n.Str() == "," {
			return n
		}
	}
	return syntax.Node{}
}

// spread reports whether the list has a line for each item: its first item
// and its closing bracket stand on lines of their own.
func (l *commaList) spread(f *File) bool {
	if len(l.items) == 0 || !l.open.OK() || !l.close.OK() {
		return false
	}
	return !f.SameLine(l.abs(l.open).Start, l.abs(l.items[0]).Start) &&
		!f.SameLine(l.abs(l.items[len(l.items)-1]).End, l.abs(l.close).Start)
}

// insert puts an item at position i, from 0 to len(items).
func (l *commaList) insert(e *Edits, i int, text string) {
	if len(l.items) == 0 {
		e.Insert(l.abs(l.open).End, text)
		return
	}
	spread := l.spread(e.file)
	if i < len(l.items) {
		at := l.abs(l.items[i]).Start
		sep := ", "
		if spread && e.file.firstOnLine(at) {
			sep = ",\n" + e.file.Indent(at)
		}
		e.Insert(at, text+sep)
		return
	}
	last := len(l.items) - 1
	end := l.abs(l.items[last]).End
	comma := l.comma(last)
	if !spread {
		if comma.OK() {
			e.Insert(l.abs(comma).Start, ", "+text) // f(a,) keeps its comma at the end
			return
		}
		e.Insert(end, ", "+text)
		return
	}
	l.insertLine(e, last, comma, text)
}

// insertLine adds the last item of a list that has a line for each item; a
// comment behind the last item so far stays with it.
func (l *commaList) insertLine(e *Edits, last int, comma syntax.Node, text string) {
	end := l.abs(l.items[last]).End
	tail := ""
	if comma.OK() {
		tail = ","
	} else if len(l.items) == 1 {
		tail = ","
	}
	at := end
	if comma.OK() {
		at = l.abs(comma).End
	}
	at = l.behindComment(e.file, at)
	line := "\n" + e.file.Indent(l.abs(l.items[last]).Start) + text + tail
	if comma.OK() {
		e.Insert(at, line)
		return
	}
	if at == end {
		e.Insert(end, ","+line)
		return
	}
	e.Insert(end, ",")
	e.Insert(at, line)
}

// behindComment is the end of a comment that follows off on its line, or off.
func (l *commaList) behindComment(f *File, off uint32) uint32 {
	for c := range l.owner.Children() {
		s := l.abs(c)
		if c.Kind() == syntax.KindComment && s.Start >= off && f.SameLine(off, s.Start) {
			return s.Start + uint32(len(strings.TrimRight(f.Source(s), "\r\n"))) // it may hold half a line end
		}
	}
	return off
}

// remove takes item i away with its comma. It is false if a comment would be
// lost.
func (l *commaList) remove(e *Edits, i int) bool {
	item := l.abs(l.items[i])
	cut := item
	switch {
	case i+1 < len(l.items):
		cut.End = l.abs(l.items[i+1]).Start
	case i > 0:
		cut.Start = l.abs(l.items[i-1]).End
	case l.comma(i).OK():
		cut.End = l.abs(l.comma(i)).End
	}
	if l.comments(cut) {
		return l.removeLine(e, i)
	}
	e.Delete(cut)
	return true
}

func (l *commaList) comments(s source.Span) bool {
	for c := range l.owner.Children() {
		if c.Kind() == syntax.KindComment && s.Contains(l.abs(c)) {
			return true
		}
	}
	return false
}

// removeLine takes away an item that has a line for itself.
func (l *commaList) removeLine(e *Edits, i int) bool {
	item := l.abs(l.items[i])
	if c := l.comma(i); c.OK() {
		item.End = l.abs(c).End
	}
	line := source.Span{Start: e.file.LineStart(item.Start), End: e.file.LineEnd(item.End)}
	rest := source.Span{Start: item.End, End: line.End}
	if !e.file.firstOnLine(item.Start) || strings.TrimSpace(e.file.Source(rest)) != "" {
		return false
	}
	e.Delete(line)
	return true
}

// firstOnLine reports whether only white space stands before off on its line.
func (f *File) firstOnLine(off uint32) bool {
	return uint32(len(f.Indent(off))) == off-f.LineStart(off)
}
