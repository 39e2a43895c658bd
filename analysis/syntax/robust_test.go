package syntax

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"pavise/analysis/source"
)

// hostileTexts are texts that no one writes, by name.
func hostileTexts() map[string]string {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(n int, alphabet string) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[rng.IntN(len(alphabet))]
		}
		return string(b)
	}
	var ascii, all []byte
	for i := range 256 {
		if i > 0 {
			all = append(all, byte(i))
		}
		if i >= 32 && i < 127 {
			ascii = append(ascii, byte(i))
		}
	}
	var nested strings.Builder
	for i := range 400 {
		nested.WriteString(strings.Repeat(" ", i) + "class C:\n")
	}
	return map[string]string{
		"open parentheses":     strings.Repeat("(", 100_000),
		"nested parentheses":   "x = " + strings.Repeat("(", 100_000) + strings.Repeat(")", 100_000),
		"nested lists":         strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000),
		"one long string":      "x = '" + strings.Repeat("a", 1_500_000) + "'",
		"one long list":        "x = [" + strings.Repeat("1, ", 100_000) + "]",
		"one line":             strings.Repeat("x=1;", 50_000),
		"over size":            "x = '" + strings.Repeat("a", 5_000_000) + "'",
		"random ASCII":         noise(20_000, string(ascii)),
		"random bytes":         noise(20_000, string(all)),
		"random brackets":      noise(20_000, "()[]{}:,='\"\n #"),
		"quotes":               noise(20_000, "'\"f{}\n"),
		"comments":             "x = 1" + strings.Repeat("\n# c", 4_000),
		"line continuations":   strings.Repeat("\\\n", 4_000),
		"nested classes":       nested.String(),
		"UTF-16":               "\xff\xfei\x00m\x00p\x00o\x00r\x00t\x00",
		"invalid UTF-8":        "# caf\xe9\nx = 'caf\xe9'\ncaf\xe9 = 1\n",
		"decorators":           strings.Repeat("@d\n", 20_000),
		"carriage returns":     strings.Repeat("\r", 20_000),
		"byte order marks":     strings.Repeat("\ufeff", 5_000),
		"unary operators":      strings.Repeat("-", 50_000) + "1",
		"attributes":           "x" + strings.Repeat(".a", 50_000),
		"conditional":          strings.Repeat("a if b else ", 20_000) + "c",
		"elif":                 "if a: pass\n" + strings.Repeat("elif a: pass\n", 5_000),
		"half a method":        "class C:\n" + strings.Repeat("    def m(self\n", 1_000),
		"nested interpolation": strings.Repeat(`f"{`, 5_000),
	}
}

// TestHostileText parses what no one writes. Nothing may crash, recurse by
// depth, or take longer than its budget by much.
func TestHostileText(t *testing.T) {
	budget := Budget{Parse: 200 * time.Millisecond, Edit: 40 * time.Millisecond}
	for name, text := range hostileTexts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			d := NewDocument(source.New("a.py", []byte(text)), budget)
			defer d.Close()
			check(t, d.Tree())
			at := uint32(len(text) / 2)
			for _, e := range []source.Edit{
				{Span: source.Span{Start: at, End: at}, New: "("},
				{Span: source.Span{Start: at, End: at + 1}, New: ""},
				{Span: source.Span{Start: 0, End: 0}, New: "def f(): pass\n"},
			} {
				check(t, change1(t, d, e))
			}
			check(t, d.Settle())
			if took := time.Since(begin); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestMemory makes many changes and expects C to keep nothing of them.
func TestMemory(t *testing.T) {
	if _, err := residentKB(); err != nil {
		t.Skip("the resident size is only read on Linux")
	}
	d := open(t, readText(t, "shop.py"))
	at := uint32(strings.Index(string(d.Tree().File.Text()), "rows = "))
	run := func(n int) int {
		for i := range n {
			e := source.Edit{Span: source.Span{Start: at, End: at}, New: "x"}
			if i%2 == 1 {
				e = source.Edit{Span: source.Span{Start: at, End: at + 1}}
			}
			change1(t, d, e)
			if i%100 == 0 {
				open(t, "def f(: pass").Close()
			}
		}
		kb, _ := residentKB()
		return kb
	}
	n := 4_000
	before := run(n)
	if after := run(n); after > before+16<<10 {
		t.Errorf("%d changes took %d KB", n, after-before)
	}
}

func residentKB() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	kb := 0
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	_, err = fmt.Sscan(string(rest), &kb)
	return kb, err
}

// FuzzDocument opens any text, makes any edit of it, and holds every tree to
// what trees promise.
func FuzzDocument(f *testing.F) {
	for _, name := range []string{"shop.py", "service.py"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:1500], uint32(700), uint32(3), "\"\"\"")
	}
	f.Add([]byte("class C:\n    @d\n#  c\n    def m(self):\n        return f'{a'\n\rx=1"), uint32(9), uint32(0), "\r\n")
	f.Add([]byte("\xef\xbb\xbfx = 'é'"), uint32(1), uint32(2), "\x00")
	f.Fuzz(func(t *testing.T, text []byte, at, n uint32, insert string) {
		if len(text)+len(insert) > 5_000 {
			return
		}
		budget := Budget{Parse: 300 * time.Millisecond, Edit: 300 * time.Millisecond}
		d := NewDocument(source.New("a.py", bytes.Clone(text)), budget)
		defer d.Close()
		check(t, d.Tree())
		at %= uint32(len(text)) + 1
		e := source.Edit{Span: source.Span{Start: at, End: at + min(n, uint32(len(text))-at)}, New: insert}
		check(t, change1(t, d, e))
		back := source.Edit{Span: source.Span{Start: at, End: at + uint32(len(insert))}, New: string(text[e.Start:e.End])}
		tree := change1(t, d, back)
		check(t, tree)
		settled := d.Settle()
		check(t, settled)
		p := NewParser()
		defer p.Close()
		p.Budget = budget
		if fresh := p.Parse(settled.File); fresh.Partial == "" && settled.Partial == "" {
			if diff := sameAs(settled, fresh); diff != "" {
				t.Error(diff)
			}
		}
	})
}
