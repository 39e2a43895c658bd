package source

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sameFile compares an edited file with one made afresh.
func sameFile(t *testing.T, got *File, text string) {
	t.Helper()
	want := New(got.Path(), []byte(text))
	if string(got.Text()) != text {
		t.Fatalf("text is %q, want %q", got.Text(), text)
	}
	if !slices.Equal(got.lines, want.lines) || got.loneCR != want.loneCR || got.wide != want.wide || got.Hash() != want.Hash() {
		t.Fatalf("%q has lines %v, %d lone \\r, %d wide; want %v, %d, %d", text, got.lines, got.loneCR, got.wide, want.lines, want.loneCR, want.wide)
	}
}

func TestEdit(t *testing.T) {
	tests := []struct {
		name, text string
		edits      []Edit
		want       string
	}{
		{"none", "abc", nil, "abc"},
		{"insert", "abc", []Edit{at(1, 1, "\n")}, "a\nbc"},
		{"delete all", "a\nb", []Edit{at(0, 3, "")}, ""},
		{"into nothing", "", []Edit{at(0, 0, "a\r")}, "a\r"},
		{"split a line end", "a\r\nb", []Edit{at(2, 2, "x")}, "a\rx\nb"},
		{"join a line end", "a\rx\nb", []Edit{at(2, 3, "")}, "a\r\nb"},
		{"complete a line end", "a\rb", []Edit{at(2, 2, "\n")}, "a\r\nb"},
		{"lone \\r before \\n", "a\nb", []Edit{at(1, 1, "\r")}, "a\r\nb"},
		{"take half a line end", "a\r\nb", []Edit{at(1, 2, "")}, "a\nb"},
		{"half a character", "é", []Edit{at(1, 2, "x")}, "\xc3x"},
		{"each in the text of the one before", "abc", []Edit{at(0, 1, "xyz"), at(2, 4, ""), at(2, 2, "Q")}, "xyQc"},
		{"from the end", "a b c", []Edit{at(4, 5, "C"), at(2, 3, "BB"), at(0, 1, "AAA")}, "AAA BB C"},
		{"from the start", "a b c", []Edit{at(0, 1, "AAA"), at(4, 5, "BB"), at(7, 8, "C")}, "AAA BB C"},
		{"twice at one place", "ab", []Edit{at(1, 1, "x"), at(1, 1, "y")}, "ayxb"},
		{"one after the other", "ab", []Edit{at(1, 1, "\r"), at(2, 2, "\n")}, "a\r\nb"},
		{"into what was put in", "ab", []Edit{at(1, 1, "xyz"), at(2, 3, "")}, "axzb"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := file(test.text)
			got, err := f.Edit(test.edits...)
			if err != nil {
				t.Fatal(err)
			}
			sameFile(t, got, test.want)
			sameFile(t, f, test.text)
		})
	}
}

func TestEditErrors(t *testing.T) {
	f := file("abc")
	for _, edits := range [][]Edit{
		{at(2, 1, "")}, {at(0, 4, "")}, {at(4, 4, "x")}, {at(0, 3, ""), at(1, 1, "x")}, {at(1<<32-1, 1<<32-1, "")},
	} {
		if got, err := f.Edit(edits...); err == nil {
			t.Errorf("%v made %q", edits, got.Text())
		}
	}
	sameFile(t, f, "abc")
}

// TestEditsAreAsCounted compares random edits, one by one and in any order,
// with files made afresh.
func TestEditsAreAsCounted(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 5_000 {
		f := file(randomText(rng, 12))
		text := string(f.Text())
		var edits []Edit
		for range 1 + rng.IntN(4) {
			start := rng.IntN(len(text) + 1)
			end := start + rng.IntN(len(text)-start+1)
			e := at(uint32(start), uint32(end), randomText(rng, 3))
			edits = append(edits, e)
			text = text[:start] + e.New + text[end:]
		}
		got, err := f.Edit(edits...)
		if err != nil {
			t.Fatal(err)
		}
		sameFile(t, got, text)
	}
}

func TestMerge(t *testing.T) {
	tests := []struct {
		name             string
		in, out, skipped []Edit
	}{
		{"none", nil, nil, nil},
		{"sorted", []Edit{at(5, 6, "b"), at(1, 2, "a")}, []Edit{at(1, 2, "a"), at(5, 6, "b")}, nil},
		{"equal", []Edit{at(1, 2, "a"), at(3, 3, "i"), at(1, 2, "a"), at(3, 3, "i")}, []Edit{at(1, 2, "a"), at(3, 3, "i")}, nil},
		{"overlap", []Edit{at(4, 8, "a"), at(1, 5, "b"), at(7, 9, "c"), at(5, 6, "d"), at(4, 8, "e")}, []Edit{at(4, 8, "a")},
			[]Edit{at(1, 5, "b"), at(7, 9, "c"), at(5, 6, "d"), at(4, 8, "e")}},
		{"around", []Edit{at(4, 5, "a"), at(1, 9, "b")}, []Edit{at(4, 5, "a")}, []Edit{at(1, 9, "b")}},
		{"touching", []Edit{at(4, 8, "a"), at(1, 4, "b"), at(8, 9, "c")}, []Edit{at(1, 4, "b"), at(4, 8, "a"), at(8, 9, "c")}, nil},
		{"insertions keep their order", []Edit{at(3, 3, "z"), at(3, 3, "a"), at(3, 3, "m"), at(3, 3, "a")}, []Edit{at(3, 3, "z"), at(3, 3, "a"), at(3, 3, "m")}, nil},
		{"insertion at the ends", []Edit{at(3, 6, "r"), at(6, 6, "e"), at(3, 3, "s")}, []Edit{at(3, 3, "s"), at(3, 6, "r"), at(6, 6, "e")}, nil},
		{"insertion inside", []Edit{at(3, 6, "r"), at(4, 4, "i")}, []Edit{at(3, 6, "r")}, []Edit{at(4, 4, "i")}},
		{"replacement around an insertion", []Edit{at(4, 4, "i"), at(3, 6, "r")}, []Edit{at(4, 4, "i")}, []Edit{at(3, 6, "r")}},
		{"inverted", []Edit{at(6, 3, "r")}, nil, []Edit{at(6, 3, "r")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := slices.Clone(test.in)
			out, skipped := Merge(test.in)
			if !slices.Equal(out, test.out) || !slices.Equal(skipped, test.skipped) {
				t.Errorf("merged %v, skipped %v", out, skipped)
			}
			if !slices.Equal(in, test.in) {
				t.Error("Merge changed its argument")
			}
		})
	}
}

func TestApply(t *testing.T) {
	text := []byte("0123456789")
	tests := []struct {
		edits []Edit
		want  string
	}{
		{nil, "0123456789"},
		{[]Edit{at(0, 0, "<"), at(2, 4, "two"), at(4, 4, "|"), at(10, 10, ">")}, "<01two|456789>"},
		{[]Edit{at(0, 10, "")}, ""},
		{[]Edit{at(5, 6, "x"), at(2, 3, "out of order"), at(7, 6, "inverted"), at(9, 11, "out of range")}, "01234x6789"},
	}
	for _, test := range tests {
		if got := Apply(text, test.edits); string(got) != test.want {
			t.Errorf("%v makes %q", test.edits, got)
		}
	}
}

// TestMergeThenApply holds for random edits that what is merged can be applied,
// and that each edit is either in the result or skipped.
func TestMergeThenApply(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 3_000 {
		text := []byte(strings.Repeat("x", rng.IntN(20)))
		var edits []Edit
		for range rng.IntN(8) {
			start := rng.IntN(len(text) + 1)
			end := start + rng.IntN(min(4, len(text)-start)+1)
			edits = append(edits, at(uint32(start), uint32(end), string(rune('a'+rng.IntN(3)))))
		}
		merged, skipped := Merge(edits)
		size := len(text)
		for i, e := range merged {
			size += len(e.New) - int(e.Len())
			if i > 0 && e.Start < merged[i-1].End {
				t.Fatalf("%v overlap", merged)
			}
		}
		out := Apply(text, merged)
		if len(out) != size {
			t.Fatalf("%v makes %q of %d bytes", merged, out, len(text))
		}
		for _, e := range edits {
			if !slices.Contains(merged, e) && !slices.Contains(skipped, e) {
				t.Fatalf("%v is lost", e)
			}
		}
	}
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte("a\r\nb"), uint32(2), uint32(0), "\r", uint32(0), uint32(1), "\n")
	f.Fuzz(func(t *testing.T, text []byte, start1, n1 uint32, new1 string, start2, n2 uint32, new2 string) {
		src := New("a.py", bytes.Clone(text))
		e1, e2 := at(start1, start1+n1, new1), at(start2, start2+n2, new2)
		got, err := src.Edit(e1, e2)
		if err != nil {
			return
		}
		one := string(text[:e1.Start]) + new1 + string(text[e1.End:])
		sameFile(t, got, one[:e2.Start]+new2+one[e2.End:])
	})
}
