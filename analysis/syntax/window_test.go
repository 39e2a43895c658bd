package syntax

import (
	"bytes"
	"fmt"
	"testing"

	"pavise/analysis/source"
)

// TestKeystrokeLooksNear holds the cost of a keystroke to the edit: in a large
// file few units are listed and little is allocated.
func TestKeystrokeLooksNear(t *testing.T) {
	text := realistic(t, 3_000)
	d := open(t, string(text))
	all := len(d.Tree().Units)
	at := uint32(len(text)/2) + uint32(bytes.Index(text[len(text)/2:], []byte("rows = ")))
	for name, piece := range map[string]string{"a letter": "x", "a line": "y = 1\n        ", "an open bracket": "f(", "a stray token": ") "} {
		t.Run(name, func(t *testing.T) {
			tree := change1(t, d, source.Edit{Span: source.Span{Start: at, End: at}, New: piece})
			check(t, tree)
			if n := len(d.b.entries); n > firstLook {
				t.Errorf("%d of %d units were listed", n, all)
			}
			tree = change1(t, d, source.Edit{Span: source.Span{Start: at, End: at + uint32(len(piece))}})
			check(t, tree)
			if tree.HasError || len(tree.Units) != all {
				t.Errorf("taken back: error %v, %d units, want %d", tree.HasError, len(tree.Units), all)
			}
		})
	}
	insert := source.Edit{Span: source.Span{Start: at, End: at}, New: "x"}
	remove := source.Edit{Span: source.Span{Start: at, End: at + 1}}
	allocs := testing.AllocsPerRun(20, func() {
		change1(t, d, insert)
		change1(t, d, remove)
	})
	if allocs > 40 {
		t.Errorf("two keystrokes make %v allocations", allocs)
	}
}

// TestEditsAtTheEnds edits where there is nothing before or behind.
func TestEditsAtTheEnds(t *testing.T) {
	d := open(t, "def f(): pass\n\nclass C:\n    def m(self): pass\n")
	for _, piece := range []string{"import os\n", "# note\n", "@d\n", "class B:\n    x = 1\n\n"} {
		change1(t, d, source.Edit{New: piece})
		end := d.Tree().File.Len()
		change1(t, d, source.Edit{Span: source.Span{Start: end, End: end}, New: "\n    def n(self): pass\n"})
		check(t, d.Tree())
		if diff := sameAs(d.Tree(), open(t, string(d.Tree().File.Text())).Tree()); diff != "" {
			t.Errorf("%q: %s", piece, diff)
		}
	}
	tree := change1(t, d, source.Edit{Span: source.Span{End: d.Tree().File.Len()}})
	if len(tree.Units) != 0 || tree.HasError {
		t.Errorf("an empty file has units:\n%s", show(tree))
	}
}

func TestPool(t *testing.T) {
	var p pool
	made := func(text, key string) *Unit {
		return &Unit{Key: key, Text: []byte(text), Hash: source.Hash([]byte(text))}
	}
	all := func(*Unit, bool) bool { return true }
	first, second := made("x", "a"), made("x", "b")
	p.put(first, true)
	p.put(second, false)
	if u, suspect := p.take(keyOf(first), all); u != first || !suspect {
		t.Error("units do not come back in order")
	}
	if u, suspect := p.take(keyOf(first), all); u != second || suspect {
		t.Error("units do not come back in order")
	}
	if u, _ := p.take(keyOf(first), all); u != nil || p.count != 0 || p.nbytes != 0 || p.first != nil || p.last != nil || len(p.byText) != 0 {
		t.Error("the pool is not empty")
	}
	for i := range 3 * poolUnits {
		p.put(made(fmt.Sprint(i%1000), ""), false)
		if p.count > poolUnits || p.nbytes > poolBytes {
			t.Fatalf("the pool holds %d units, %d bytes", p.count, p.nbytes)
		}
	}
	p.put(&Unit{Text: make([]byte, poolBytes)}, false)
	if p.count != 0 {
		t.Errorf("a unit over size leaves %d", p.count)
	}
	for i := range 100 {
		if u, _ := p.take(keyOf(made(fmt.Sprint(i), "")), all); u != nil {
			t.Error("a dropped unit came back")
		}
	}
}
