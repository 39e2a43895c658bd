package quickfix

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

const proofCase = `import requests

import sqlite3


def find(cur: sqlite3.Cursor, name: str):
    requests.get("https://api.github.com")
    cur.execute(f"SELECT id FROM users WHERE name = '{name}'")
`

// replacing is the edit that puts one text in the place of another.
func replacing(t *testing.T, old, with string) []source.Edit {
	t.Helper()
	i := strings.Index(proofCase, old)
	if i < 0 {
		t.Fatalf("%q is not in the case", old)
	}
	return []source.Edit{{Span: source.Span{Start: uint32(i), End: uint32(i + len(old))}, New: with}}
}

func TestOnlyProvenEditsAreOffered(t *testing.T) {
	s := engine.Check(source.New("case.py", []byte(proofCase)), engine.Options{})
	list := s.Findings()
	if len(list) != 2 || list[1].Rule.ID != "sql-dynamic-query" {
		t.Fatalf("findings: %v", list)
	}
	for _, c := range []struct{ old, with, want string }{
		{`f"SELECT id FROM users WHERE name = '{name}'"`, `"SELECT id FROM users WHERE name = ?", (name,)`, ""},
		{`f"SELECT id FROM users WHERE name = '{name}'"`, `"SELECT id FROM users WHERE name = ?", (name,`, brokenResult},
		{`f"SELECT`, `f"SELECT DISTINCT`, stillThere},
		{`cur.execute`, `x = 1; cur.execute`, stillThere},
		{`cur.execute(f"SELECT id FROM users WHERE name = '{name}'")`, `requests.get("https://api.github.com")`, somethingNew},
		{`    requests.get("https://api.github.com")`, `    repr(name)`, stillThere},
	} {
		p := prover{before: s}
		if got := p.prove(&list[1], replacing(t, c.old, c.with)); got != c.want {
			t.Errorf("%s -> %s: %q, want %q", c.old, c.with, got, c.want)
		}
	}
	other := list[1]
	other.Span.Start++
	if got := (&prover{before: s}).prove(&other, replacing(t, "f\"", "f\"")); got != changedSince {
		t.Errorf("a finding of another version: %q", got)
	}
}

func TestMapperAndInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		text := []byte(strings.Repeat("abcdefgh", 6))
		var edits []source.Edit
		for range r.IntN(5) {
			i, j := r.IntN(len(text)), r.IntN(len(text))
			edits = append(edits, source.Edit{Span: source.Span{Start: uint32(min(i, j)), End: uint32(min(min(i, j)+3, max(i, j)))}, New: strings.Repeat("X", r.IntN(4))})
		}
		edits, _ = source.Merge(edits)
		after := source.Apply(text, edits)
		m := mapper{edits: edits}
		for off := range after {
			if r.IntN(4) == 0 {
				off = r.IntN(off + 1) // not in order
			}
			before, inside := m.back(uint32(off))
			if inside != (after[off] == 'X') || !inside && text[before] != after[off] {
				t.Fatalf("%v: %d in %q is %d in %q", edits, off, after, before, text)
			}
		}
		if back := source.Apply(after, inverse(text, edits)); string(back) != string(text) {
			t.Fatalf("%v: undone to %q", edits, back)
		}
		seq := source.New("t", text)
		seq, err := seq.Edit(sequential(edits)...)
		if err != nil || string(seq.Text()) != string(after) {
			t.Fatalf("%v: one after the other gives %q, want %q", edits, seq.Text(), after)
		}
	}
}
