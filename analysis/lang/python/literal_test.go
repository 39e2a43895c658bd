package python

import (
	"os/exec"
	"strings"
	"testing"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// stringsOf parses source and returns its outermost string expressions.
func stringsOf(t testing.TB, text string) []String {
	t.Helper()
	p := syntax.NewParser()
	defer p.Close()
	tree := p.Parse(source.New("t.py", []byte(text)))
	var out []String
	for _, u := range tree.Units {
		for i := 0; i < u.Len(); {
			n := u.At(i)
			if s, ok := ParseString(n); ok {
				out = append(out, s)
				i = n.End()
				continue
			}
			i++
		}
	}
	return out
}

// shape writes literal text as it is and fields as <expr conv :spec>.
func shape(s String) string {
	var b strings.Builder
	for i, tok := range s.Tokens {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, p := range tok.Parts {
			if !p.IsHole() {
				b.WriteString(p.Text)
				continue
			}
			b.WriteByte('<')
			b.WriteString(p.Expr.Str())
			if p.Debug {
				b.WriteByte('=')
			}
			b.WriteString(p.Conv)
			if p.Spec != "" {
				b.WriteString(":" + p.Spec)
			}
			for _, e := range p.SpecExprs {
				b.WriteString(" " + e.Str())
			}
			b.WriteByte('>')
		}
	}
	return b.String()
}

func TestParseString(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`'plain'`, "plain"},
		{`""`, ""},
		{`"a\n\t\\\"\x41\u00e9\U0001F600\101\0"`, "a\n\t\\\"A\u00e9\U0001F600A\x00"},
		{`"\N{BULLET}x"`, "\ufffdx"},
		{`"\d \q"`, `\d \q`},
		{`r"\n\x41"`, `\n\x41`},
		{`b"\xff\u0041"`, "\xff" + `\u0041`},
		{`Rb'\xff'`, `\xff`},
		{"'a\\\nb'", "ab"},
		{"'a\\\r\nb'", "ab"},
		{"'''a\r\nb'''", "a\nb"},
		{`f"{{x}} {y}"`, "{x} <y>"},
		{`f"{a!r:>{w}} {b=} {c:%Y-%m}"`, "<a!r:>{w} w> <b=> <c:%Y-%m>"},
		{`f"{a != b}"`, "<a != b>"},
		{`t"{x}"`, "<x>"},
		{`fr"\d{x}\{{"`, `\d<x>\{`},
		{`"a" 'b' f"{c}d"`, "a|b|<c>d"},
		{`f'{d["k"]}' r'\'`, `<d["k"]>`},
		{`"{x}"`, "{x}"},
		{`u"x"`, "x"},
		{`f"""a '{b}' "q" {c}"""`, `a '<b>' "q" <c>`},
		{`f"{x}{y}"`, "<x><y>"},
		{`f"{x, y}"`, "<x, y>"},
	} {
		list := stringsOf(t, "v = "+c.source+"\n")
		if len(list) == 0 {
			t.Errorf("%s: no string found", c.source)
			continue
		}
		if got := shape(list[0]); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.source, got, c.want)
		}
	}
}

func TestStringFlags(t *testing.T) {
	s := stringsOf(t, `v = Rb'''x'''`)[0].Tokens[0]
	if s.Prefix != "Rb" || s.Quote != "'''" || !s.Raw || !s.Bytes || s.Format || !s.Closed {
		t.Errorf("%+v", s)
	}
	if v, ok := stringsOf(t, `v = "a" "b"`)[0].Const(); v != "ab" || !ok {
		t.Errorf("const is %q, %v", v, ok)
	}
	if _, ok := stringsOf(t, `v = "a" f"{b}"`)[0].Const(); ok {
		t.Error("a string with a field is no constant")
	}
}

func TestSourceOffset(t *testing.T) {
	text := `v = f"a\n{{b\x41\N{DASH}c{x}é\
d"`
	s := stringsOf(t, text)[0].Tokens[0]
	for i := range s.Parts {
		p := &s.Parts[i]
		if p.IsHole() {
			continue
		}
		for j := range len(p.Text) + 1 {
			from, to := s.SourceOffset(p, j), s.SourceOffset(p, len(p.Text))
			if p.Text[j:] == "" && from != p.Span.End {
				t.Errorf("the end of part %d is at %d", i, from)
			}
			if !isRuneStart(p.Text, j) {
				continue
			}
			if got := s.Decode([]byte(text)[from:to]); got != p.Text[j:] {
				t.Errorf("part %d from %d: source %q decodes to %q, want %q", i, j, text[from:to], got, p.Text[j:])
			}
		}
	}
}

func isRuneStart(s string, i int) bool { return i == len(s) || s[i]&0xc0 != 0x80 }

// TestDecodeAgreesWithPython compares the decoded values with what a Python on
// this machine makes of the same literals.
func TestDecodeAgreesWithPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on this machine: the decoder is not compared with it")
	}
	literals := []string{
		`'\a\b\f\n\r\t\v\\\'\"'`, `'\1\12\123\1234\8'`, `'\x4a\u12aB\U0001f600'`, `r'\'x'`, `'\e\%'`, `f'{{}}\x7b'`, `rf'\n{{'`,
		"'''a\r\nb\rc'''", "'x\\\r\ny'", `b'\x00\xff\u1234'`, `"\377\400"`, `'a' "b" r'\c'`, `f'{{{{'`,
	}
	program := "import sys\nfor l in sys.stdin.buffer.read().split(b'\\0'):\n" +
		" v = eval(l)\n v = v if isinstance(v, bytes) else v.encode('utf-8', 'replace')\n sys.stdout.write(v.hex() + '\\n')\n"
	cmd := exec.Command(python, "-W", "ignore", "-c", program)
	cmd.Stdin = strings.NewReader(strings.Join(literals, "\x00"))
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("python3 does not run: %v", err)
	}
	for i, want := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		v, ok := stringsOf(t, "v = "+literals[i]+"\n")[0].Const()
		if got := hexOf(v); !ok || got != want {
			t.Errorf("%q is %q (%s), python says %s", literals[i], v, got, want)
		}
	}
}

func hexOf(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}

func FuzzParseString(f *testing.F) {
	f.Add(`f"a{b!r:>{w}}c\N{x}" r'\'`)
	f.Add("'\\\r\n\\x4'")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range stringsOf(t, text) {
			for i := range s.Tokens {
				tok := &s.Tokens[i]
				at := tok.Span.Start
				for j := range tok.Parts {
					p := &tok.Parts[j]
					if p.Span.Start < at || p.Span.End > tok.Span.End {
						t.Fatalf("%q: part %d is at %v, outside of its token", text, j, p.Span)
					}
					at = p.Span.End
					for k := range len(p.Text) + 1 {
						if o := tok.SourceOffset(p, k); o < p.Span.Start || o > p.Span.End {
							t.Fatalf("%q: offset %d", text, o)
						}
					}
				}
			}
		}
	})
}
