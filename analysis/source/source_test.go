package source

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"
)

func file(text string) *File { return New("a.py", []byte(text)) }

func at(start, end uint32, text string) Edit { return Edit{Span{start, end}, text} }

func TestLines(t *testing.T) {
	tests := []struct {
		text  string
		lines []string
	}{
		{"", []string{""}},
		{"a", []string{"a"}},
		{"a\n", []string{"a", ""}},
		{"\n\n", []string{"", "", ""}},
		{"a\r\nb\rc\nd", []string{"a", "b", "c", "d"}},
		{"\r\r\n\n\r", []string{"", "", "", "", ""}},
		{"a\x0bb\u2028c\u0085d", []string{"a\x0bb\u2028c\u0085d"}},
	}
	for _, test := range tests {
		f := file(test.text)
		var got []string
		for i := range f.Lines() {
			s := f.LineSpan(i)
			got = append(got, test.text[s.Start:s.End])
		}
		if !slices.Equal(got, test.lines) {
			t.Errorf("%q has lines %q", test.text, got)
		}
	}
	f := file("ab\r\nc\n")
	for off, want := range []uint32{0, 0, 0, 0, 1, 1, 2, 2, 2} {
		if got := f.LineAt(uint32(off)); got != want {
			t.Errorf("offset %d is in line %d, want %d", off, got, want)
		}
	}
	if f.LineSpan(-1) != (Span{6, 6}) || f.LineSpan(3) != (Span{6, 6}) {
		t.Error("a line that does not exist is not the end of the text")
	}
	if f.LineStart(5) != 4 || f.LineStart(99) != 6 {
		t.Error("LineStart is off")
	}
}

func TestPositions(t *testing.T) {
	text := "aé日🙂z\r\n\xff\xc3\n\ufeffx"
	f := file(text)
	tests := []struct {
		off                   uint32
		utf8, utf16, utf32    Position
		back8, back16, back32 uint32
	}{
		{0, Position{0, 0}, Position{0, 0}, Position{0, 0}, 0, 0, 0},
		{1, Position{0, 1}, Position{0, 1}, Position{0, 1}, 1, 1, 1},
		{2, Position{0, 1}, Position{0, 1}, Position{0, 1}, 1, 1, 1}, // inside é
		{3, Position{0, 3}, Position{0, 2}, Position{0, 2}, 3, 3, 3},
		{5, Position{0, 3}, Position{0, 2}, Position{0, 2}, 3, 3, 3}, // inside 日
		{6, Position{0, 6}, Position{0, 3}, Position{0, 3}, 6, 6, 6},
		{9, Position{0, 6}, Position{0, 3}, Position{0, 3}, 6, 6, 6}, // inside 🙂
		{10, Position{0, 10}, Position{0, 5}, Position{0, 4}, 10, 10, 10},
		{11, Position{0, 11}, Position{0, 6}, Position{0, 5}, 11, 11, 11},
		{12, Position{0, 11}, Position{0, 6}, Position{0, 5}, 11, 11, 11}, // between \r and \n
		{13, Position{1, 0}, Position{1, 0}, Position{1, 0}, 13, 13, 13},
		{14, Position{1, 1}, Position{1, 1}, Position{1, 1}, 14, 14, 14}, // not UTF-8: one unit a byte
		{15, Position{1, 2}, Position{1, 2}, Position{1, 2}, 15, 15, 15},
		{16, Position{2, 0}, Position{2, 0}, Position{2, 0}, 16, 16, 16},
		{19, Position{2, 3}, Position{2, 1}, Position{2, 1}, 19, 19, 19},
		{20, Position{2, 4}, Position{2, 2}, Position{2, 2}, 20, 20, 20},
		{99, Position{2, 4}, Position{2, 2}, Position{2, 2}, 20, 20, 20}, // past the end
	}
	for _, test := range tests {
		for _, enc := range []struct {
			enc  Encoding
			want Position
			back uint32
		}{{UTF8, test.utf8, test.back8}, {UTF16, test.utf16, test.back16}, {UTF32, test.utf32, test.back32}} {
			got := f.Position(test.off, enc.enc)
			if got != enc.want {
				t.Errorf("offset %d in encoding %d is at %v, want %v", test.off, enc.enc, got, enc.want)
			}
			if back := f.Offset(got, enc.enc); back != enc.back {
				t.Errorf("%v in encoding %d is at %d, want %d", got, enc.enc, back, enc.back)
			}
		}
	}
}

func TestOffsetsClamp(t *testing.T) {
	f := file("a🙂b\r\ncd")
	tests := []struct {
		p    Position
		enc  Encoding
		want uint32
	}{
		{Position{0, 2}, UTF16, 1}, // between the surrogates
		{Position{0, 3}, UTF16, 5},
		{Position{0, 3}, UTF8, 1}, // inside the sequence
		{Position{0, 2}, UTF32, 5},
		{Position{0, 100}, UTF16, 6},
		{Position{0, 1<<32 - 1}, UTF8, 6},
		{Position{1, 100}, UTF32, 10},
		{Position{2, 0}, UTF16, 10},
		{Position{1<<32 - 1, 1<<32 - 1}, UTF16, 10},
	}
	for _, test := range tests {
		if got := f.Offset(test.p, test.enc); got != test.want {
			t.Errorf("%v in encoding %d is at %d, want %d", test.p, test.enc, got, test.want)
		}
	}
	if got := file("ab\nc").Offset(Position{0, 9}, UTF16); got != 2 {
		t.Errorf("in an ASCII file the end of the line is at %d", got)
	}
}

// naivePosition and naiveOffset count from the start of the text.
func naivePosition(text []byte, off uint32, enc Encoding) Position {
	var p Position
	for i := 0; i < len(text); {
		size, units, end := naiveChar(text, i, enc)
		if uint32(i+size) > off {
			return p
		}
		i += size
		if end {
			p = Position{p.Line + 1, 0}
		} else {
			p.Column += units
		}
	}
	return p
}

func naiveOffset(text []byte, p Position, enc Encoding) uint32 {
	var at Position
	for i := 0; i < len(text); {
		size, units, end := naiveChar(text, i, enc)
		if at.Line == p.Line && (end || at.Column+units > p.Column) {
			return uint32(i)
		}
		i += size
		if end {
			at = Position{at.Line + 1, 0}
		} else {
			at.Column += units
		}
	}
	return uint32(len(text))
}

// naiveChar measures the character or line end at byte i.
func naiveChar(text []byte, i int, enc Encoding) (size int, units uint32, end bool) {
	if text[i] == '\n' || text[i] == '\r' {
		if bytes.HasPrefix(text[i:], []byte("\r\n")) {
			return 2, 0, true
		}
		return 1, 0, true
	}
	r, size := utf8.DecodeRune(text[i:])
	switch {
	case enc == UTF8:
		return size, uint32(size), false
	case enc == UTF16 && r > 0xffff:
		return size, 2, false
	}
	return size, 1, false
}

// samePositions compares f with the naive count, both ways, everywhere.
func samePositions(t *testing.T, f *File) {
	t.Helper()
	for _, enc := range []Encoding{UTF16, UTF8, UTF32} {
		for off := range f.Len() + 3 {
			if got, want := f.Position(off, enc), naivePosition(f.Text(), off, enc); got != want {
				t.Fatalf("offset %d of %q in encoding %d is at %v, want %v", off, f.Text(), enc, got, want)
			}
		}
		for line := range uint32(f.Lines()) + 2 {
			for col := range f.LineSpan(int(line)).Len() + 3 {
				p := Position{line, col}
				if got, want := f.Offset(p, enc), naiveOffset(f.Text(), p, enc); got != want {
					t.Fatalf("%v of %q in encoding %d is at %d, want %d", p, f.Text(), enc, got, want)
				}
			}
		}
	}
}

var pieces = []string{"a", "bc", "\n", "\r", "\r\n", "é", "日", "🙂", "\xff", "\xe6\x97", "\ufeff", " ", ""}

func randomText(rng *rand.Rand, n int) string {
	var b []byte
	for range rng.IntN(n + 1) {
		b = append(b, pieces[rng.IntN(len(pieces))]...)
	}
	return string(b)
}

func TestPositionsAreAsCounted(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1_000 {
		samePositions(t, file(randomText(rng, 20)))
	}
}

func FuzzPositions(f *testing.F) {
	f.Add([]byte("aé日🙂z\r\n\xff\xc3\n\ufeffx\r"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < 500 {
			samePositions(t, New("a.py", bytes.Clone(text)))
		}
	})
}

func TestHash(t *testing.T) {
	a, b := file("x = 1"), file("x = 2")
	if a.Hash() != file("x = 1").Hash() || a.Hash() == b.Hash() || a.Hash() != Hash([]byte("x = 1")) {
		t.Error("hashes do not follow the text")
	}
	if a.Path() != "a.py" || a.Len() != 5 || !a.IsASCII() || file("é").IsASCII() {
		t.Error("properties are off")
	}
}

func TestSpans(t *testing.T) {
	s := Span{2, 5}
	if s.Len() != 3 || s.Shift(10) != (Span{12, 15}) {
		t.Error("Len or Shift is off")
	}
	for other, want := range map[Span][2]bool{
		{2, 5}: {true, true}, {3, 3}: {true, true}, {5, 5}: {true, true}, {5, 9}: {false, true}, {0, 2}: {false, true}, {6, 9}: {false, false}, {0, 1}: {false, false},
	} {
		if s.Contains(other) != want[0] || s.Touches(other) != want[1] {
			t.Errorf("%v against %v: contains %v, touches %v", s, other, s.Contains(other), s.Touches(other))
		}
	}
}

func BenchmarkEdit10k(b *testing.B) {
	var text []byte
	for i := range 10_000 {
		text = fmt.Appendf(text, "    value_%d = request.args.get(%d)\n", i, i)
	}
	f := New("a.py", text)
	e := at(uint32(len(text)/2), uint32(len(text)/2), "x")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Edit(e); err != nil {
			b.Fatal(err)
		}
	}
}
