package syntax

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pavise/analysis/source"
)

// patient is a budget that no test runs into by chance on a busy machine.
var patient = Budget{Parse: time.Minute, Edit: time.Minute, MaxBytes: 64 << 20}

func open(t testing.TB, text string) *Document {
	t.Helper()
	d := NewDocument(source.New("a.py", []byte(text)), patient)
	t.Cleanup(d.Close)
	return d
}

// edit replaces the only occurrence of old in the document.
func edit(t testing.TB, d *Document, old, next string) *Tree {
	t.Helper()
	text := d.Tree().File.Text()
	if n := bytes.Count(text, []byte(old)); n != 1 {
		t.Fatalf("%q stands %d times in the text", old, n)
	}
	at := uint32(bytes.Index(text, []byte(old)))
	return change1(t, d, source.Edit{Span: source.Span{Start: at, End: at + uint32(len(old))}, New: next})
}

func change1(t testing.TB, d *Document, edits ...source.Edit) *Tree {
	t.Helper()
	f, err := d.Tree().File.Edit(edits...)
	if err != nil {
		t.Fatal(err)
	}
	return d.Change(f, edits)
}

// unit is the unit with this key, or for statements with this text.
func unit(t testing.TB, tree *Tree, key string) Placed {
	t.Helper()
	p, ok := find(tree, key)
	if !ok {
		t.Fatalf("no unit %q in\n%s", key, show(tree))
	}
	return p
}

func find(tree *Tree, key string) (Placed, bool) {
	for _, p := range tree.Units {
		if p.Key == key || p.Key == "" && string(p.Text) == key {
			return p, true
		}
	}
	return Placed{}, false
}

// show lists a tree's units, a line each.
func show(tree *Tree) string {
	var b strings.Builder
	for _, p := range tree.Units {
		fmt.Fprintf(&b, "%d-%d %s %q in %q %s", p.Start, p.End(), classNames[p.Class], p.Key, p.Parent, KindName(p.Kind))
		if p.HasError {
			b.WriteString(" error")
		}
		if p.Stale {
			b.WriteString(" stale")
		}
		fmt.Fprintf(&b, " %.60q\n", p.Text)
	}
	if tree.Partial != "" {
		b.WriteString(tree.Partial + "\n")
	}
	return b.String()
}

var classNames = [...]string{"statement", "function", "class", "comment"}

// sameAs reports the first difference between two trees of one text, "" if
// there is none.
func sameAs(got, want *Tree) string {
	if got.HasError != want.HasError || got.Partial != want.Partial || len(got.Units) != len(want.Units) {
		return fmt.Sprintf("error %v, %d units, %q; want error %v, %d units, %q", got.HasError, len(got.Units), got.Partial, want.HasError, len(want.Units), want.Partial)
	}
	for i, g := range got.Units {
		w := want.Units[i]
		same := g.Class == w.Class && g.Kind == w.Kind && g.Name == w.Name && g.Key == w.Key && g.Parent == w.Parent && g.HasError == w.HasError &&
			g.Hash == w.Hash && g.Start == w.Start && g.Stale == w.Stale && bytes.Equal(g.Text, w.Text)
		if !same {
			return fmt.Sprintf("unit %d is %+v, want %+v", i, brief(g), brief(w))
		}
		if !slices.Equal(g.recs, w.recs) {
			return fmt.Sprintf("unit %d, %q, has other nodes:\n%s\nwant\n%s", i, g.Text, dumpNode(g.Unit), dumpNode(w.Unit))
		}
	}
	return ""
}

func brief(p Placed) string {
	return show(&Tree{Units: []Placed{p}})
}

// check fails on a tree that breaks what every tree promises.
func check(t testing.TB, tree *Tree) {
	t.Helper()
	text := tree.File.Text()
	var end uint32
	keys := map[string]bool{"": true}
	units := map[*Unit]bool{}
	for i, p := range tree.Units {
		if units[p.Unit] {
			t.Fatalf("unit %d is in the tree twice:\n%s", i, show(tree))
		}
		units[p.Unit] = true
		if p.Start < end {
			t.Fatalf("unit %d overlaps the one before it:\n%s", i, show(tree))
		}
		end = p.End()
		if int(end) > len(text) || !bytes.Equal(p.Text, text[p.Start:end]) {
			t.Fatalf("unit %d does not have the text at its place:\n%s", i, show(tree))
		}
		if isDefinition(p.Unit) == (p.Key == "") || p.Key != "" && keys[p.Key] {
			t.Fatalf("unit %d has the key %q:\n%s", i, p.Key, show(tree))
		}
		keys[p.Key] = true
		checkUnit(t, p.Unit)
	}
}

func checkUnit(t testing.TB, u *Unit) {
	t.Helper()
	if u.Len() == 0 || u.Root().Span() != (source.Span{End: uint32(len(u.Text))}) || u.Root().Kind() != u.Kind || u.Root().End() != u.Len() {
		t.Fatalf("the root of %q is %v", u.Text, u.Root().Span())
	}
	for n := range u.Root().Descendants() {
		p := n.Parent()
		if p.OK() == (n.Index() == 0) {
			t.Fatalf("node %d of %q has no parent", n.Index(), u.Text)
		}
		if p.OK() && (!p.Span().Contains(n.Span()) || n.Index() <= p.Index() || n.End() > p.End()) {
			t.Fatalf("node %d of %q is not inside its parent", n.Index(), u.Text)
		}
		if s := n.Next(); s.OK() && (s.Parent() != p || s.Span().Start < n.Span().End) {
			t.Fatalf("node %d of %q stands before its sibling", s.Index(), u.Text)
		}
	}
}

// dumpNode prints a unit's nodes, indented.
func dumpNode(u *Unit) string {
	var b strings.Builder
	depth := make([]int, u.Len())
	for n := range u.Root().Descendants() {
		if p := n.Parent(); p.OK() {
			depth[n.Index()] = depth[p.Index()] + 1
		}
		fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", depth[n.Index()]+1), KindName(n.Kind()))
		if n.Field() != 0 {
			fmt.Fprintf(&b, " .%s", NameOfField(n.Field()))
		}
		fmt.Fprintf(&b, " %v", n.Span())
		if !n.First().OK() {
			fmt.Fprintf(&b, " %q", n.Str())
		}
		if n.HasError() {
			b.WriteString(" error")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// mutator makes random edits like those of someone typing.
type mutator struct {
	rng  *rand.Rand
	undo []source.Edit
}

var pieces = []string{
	"x", "q1", " ", "\n", "    ", "\n    ", "(", ")", "[", "]", "{", "}", "\"", "'", `"""`, "'''", `f"`, `f"{`, "#", "# note\n", ",", ":", "=", ".",
	"é", "日本", "🙂", "\r\n", "\r", "\t", "\\\n", "@dec\n", "if a:\n", "else:\n", "class K:\n", "def f():\n", "return ", "await ", "lambda: 0", "*", "...",
	"def pasted(a, b=1):\n    return a + b\n\n\n", "class Pasted(Base):\n    def m(self):\n        return 1\n\n", "    def method(self, x):\n        self.x = x\n\n", "import os\n", "x = 1\n", "pass\n", "\x00", "\xff",
}

// next makes up an edit of text: mostly a few bytes, now and then a line, a
// paste or taking back an earlier edit.
func (m *mutator) next(text []byte) source.Edit {
	n := uint32(len(text))
	at := m.rng.Uint32N(n + 1)
	var e source.Edit
	switch k := m.rng.IntN(20); {
	case k < 7 && len(m.undo) > 0:
		e = m.undo[len(m.undo)-1]
		m.undo = m.undo[:len(m.undo)-1]
	case k < 13:
		e = source.Edit{Span: source.Span{Start: at, End: at}, New: pieces[m.rng.IntN(len(pieces))]}
	case k < 16:
		e = source.Edit{Span: source.Span{Start: at, End: min(n, at+1+m.rng.Uint32N(3))}}
	case k < 18:
		e = source.Edit{Span: source.Span{Start: at, End: min(n, at+1+m.rng.Uint32N(40))}, New: pieces[m.rng.IntN(len(pieces))]}
	default: // a whole line
		from := uint32(bytes.LastIndexByte(text[:at], '\n') + 1)
		to := n
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			to = at + uint32(i) + 1
		}
		e = source.Edit{Span: source.Span{Start: from, End: to}}
		if m.rng.IntN(2) == 0 {
			e.New = strings.Repeat(string(text[from:to]), 2)
		}
	}
	if e.End > n || e.Start > e.End {
		e = source.Edit{}
	}
	return e
}

// gentle makes up an edit of the kind that mostly leaves a valid file: of whole
// units and of single letters.
func (m *mutator) gentle(tree *Tree) source.Edit {
	text := tree.File.Text()
	if len(tree.Units) == 0 || m.rng.IntN(12) == 0 && len(m.undo) > 0 {
		return m.next(text)
	}
	u := tree.Units[m.rng.IntN(len(tree.Units))]
	line := uint32(bytes.LastIndexByte(text[:u.Start], '\n') + 1)
	indent := string(text[line:u.Start])
	if strings.Trim(indent, " ") != "" {
		indent, line = " ", u.Start
	}
	insert := func(at uint32, s string) source.Edit {
		return source.Edit{Span: source.Span{Start: at, End: at}, New: s}
	}
	n := m.rng.IntN(1000)
	switch m.rng.IntN(14) {
	case 0:
		return source.Edit{Span: u.Span()} // leaves a blank line
	case 1:
		return source.Edit{Span: source.Span{Start: line, End: min(u.End()+1, uint32(len(text)))}}
	case 2:
		return insert(line, indent+string(u.Text)+"\n")
	case 3:
		return insert(line, fmt.Sprintf("%sdef f%d(a):\n%s    return a\n", indent, n%7, indent))
	case 4:
		return insert(line, fmt.Sprintf("%sclass K%d:\n%s    y = 1\n\n%s    def m(self): pass\n", indent, n%5, indent, indent))
	case 5:
		return insert(line, fmt.Sprintf("%s# note %d é\n", indent, n))
	case 6:
		return insert(line, fmt.Sprintf("%sx%d = %d\n", indent, n, n))
	case 7:
		return insert(line, indent+"@dec\n")
	case 8:
		return insert(u.End(), fmt.Sprintf("  # tail %d", n))
	case 9:
		return insert(u.End(), "\n"+indent+"    pass")
	case 10:
		return insert(line, indent+"if a:\n    ")
	case 11:
		return insert(u.End(), "\n"+indent+"else:\n"+indent+"    pass")
	}
	// A letter more or less in some name.
	for range 20 {
		node := u.At(m.rng.IntN(u.Len()))
		if node.Kind() != KindIdentifier {
			continue
		}
		at := node.Span().Shift(u.Start)
		if at.Len() > 1 && n%2 == 0 {
			return source.Edit{Span: source.Span{Start: at.End - 1, End: at.End}}
		}
		return insert(at.End, "q")
	}
	return insert(line, "\n")
}

// took remembers how to take e back.
func (m *mutator) took(text []byte, e source.Edit) {
	m.undo = append(m.undo, source.Edit{Span: source.Span{Start: e.Start, End: e.Start + uint32(len(e.New))}, New: string(text[e.Start:e.End])})
	if len(m.undo) > 8 {
		m.undo = m.undo[1:]
	}
}
