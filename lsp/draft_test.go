package lsp

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pavise/analysis/source"
)

// A draft ends where the same edits, made one by one, end: in text, in places,
// and in what it hands over.
func TestDraft(t *testing.T) {
	alphabet := []string{"a", "b = 1", "\n", "\r", "\r\n", "é", "𝒳", "", "# x\n\ny", "\xff"}
	rng := rand.New(rand.NewPCG(7, 7))
	pick := func() string {
		s := ""
		for range rng.IntN(4) {
			s += alphabet[rng.IntN(len(alphabet))]
		}
		return s
	}
	for range 3000 {
		var text []byte
		for range rng.IntN(20) {
			text = append(text, pick()...)
		}
		base := source.New("x.py", text)
		d, file := newDraft(base), base
		for range 1 + rng.IntN(12) {
			enc := source.Encoding(rng.IntN(3))
			a := source.Position{Line: uint32(rng.IntN(file.Lines() + 1)), Column: uint32(rng.IntN(9))}
			b := source.Position{Line: a.Line + uint32(rng.IntN(2)), Column: uint32(rng.IntN(9))}
			span := source.Span{Start: file.Offset(a, enc), End: file.Offset(b, enc)}
			if got := (source.Span{Start: d.Offset(a, enc), End: d.Offset(b, enc)}); got != span {
				t.Fatalf("%v to %v of %q is %v, want %v", a, b, file.Text(), got, span)
			}
			if span.Start > span.End {
				continue
			}
			e := source.Edit{Span: span, New: pick()}
			next, err := file.Edit(e)
			if err != nil {
				t.Fatal(err)
			}
			file = next
			d.replace(e)
			if !bytes.Equal(d.Text(), file.Text()) {
				t.Fatalf("draft is %q, want %q", d.Text(), file.Text())
			}
		}
		edits := d.edits()
		got, err := base.Edit(edits...)
		if err != nil || !bytes.Equal(got.Text(), file.Text()) {
			t.Fatalf("%v make %q of %q, want %q (%v)", edits, got.Text(), text, file.Text(), err)
		}
		for i := 1; i < len(edits); i++ {
			if edits[i].End >= edits[i-1].Start {
				t.Fatalf("edits touch: %v", edits)
			}
		}
	}
}

func TestReplacement(t *testing.T) {
	for _, tc := range []struct {
		old, text string
		want      source.Edit
	}{
		{"abc", "abc", source.Edit{Span: source.Span{Start: 3, End: 3}}},
		{"aXc", "aYc", source.Edit{Span: source.Span{Start: 1, End: 2}, New: "Y"}},
		{"", "abc", source.Edit{New: "abc"}},
		{"abc", "", source.Edit{Span: source.Span{Start: 0, End: 3}}},
		{"aa", "aaa", source.Edit{Span: source.Span{Start: 2, End: 2}, New: "a"}},
		{"aaa", "aa", source.Edit{Span: source.Span{Start: 2, End: 3}}},
	} {
		if got := replacement(source.New("x", []byte(tc.old)), tc.text); got != tc.want {
			t.Errorf("%q to %q: %+v, want %+v", tc.old, tc.text, got, tc.want)
		}
	}
}

func TestLineEdits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	lines := []string{"a\n", "b\n", "c\r\n", "d\r", "", "e\n"}
	random := func() []byte {
		var b []byte
		for range rng.IntN(30) {
			b = append(b, lines[rng.IntN(len(lines))]...)
		}
		if rng.IntN(2) == 0 {
			b = append(b, "end"...)
		}
		return b
	}
	for range 3000 {
		a, b := random(), random()
		file := source.New("x", a)
		edits := source.LineEdits(file, b)
		if got := source.Apply(a, edits); !bytes.Equal(got, b) {
			t.Fatalf("%v make %q of %q, want %q", edits, got, a, b)
		}
	}
	var a []byte
	for i := range 4000 {
		a = append(a, byte('a'+i%26), '\n')
	}
	b := bytes.ReplaceAll(a, []byte("c\n"), []byte("C\n"))
	b = append([]byte("first\n"), b...)
	if edits := source.LineEdits(source.New("x", a), b); len(edits) != 155 {
		t.Errorf("%d edits for 155 changes", len(edits))
	}
	if edits := source.LineEdits(source.New("x", a), bytes.ToUpper(b)); len(edits) != 1 {
		t.Errorf("%d edits for a text that differs everywhere", len(edits))
	}
}
