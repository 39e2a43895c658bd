package syntax

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"pavise/analysis/source"
)

// realistic is a Python file of about this many lines, without equal units.
func realistic(t testing.TB, lines int) []byte {
	t.Helper()
	var parts [][]byte
	for _, name := range []string{"shop", "views"} {
		text, err := os.ReadFile("testdata/" + name + ".py")
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, bytes.ReplaceAll(text, []byte("from __future__ import annotations\n"), nil))
	}
	var b bytes.Buffer
	for n, i := 0, 0; n < lines; i++ {
		text := parts[i%len(parts)]
		for _, name := range []string{"def ", "class "} {
			text = bytes.ReplaceAll(text, []byte(name), fmt.Appendf(nil, "%sn%d_", name, i))
		}
		b.Write(text)
		n += bytes.Count(text, []byte("\n"))
	}
	return b.Bytes()
}

func BenchmarkKeystroke1k(b *testing.B)  { benchmarkKeystroke(b, 1_000) }
func BenchmarkKeystroke10k(b *testing.B) { benchmarkKeystroke(b, 10_000) }
func BenchmarkKeystroke50k(b *testing.B) { benchmarkKeystroke(b, 50_000) }

// benchmarkKeystroke types and deletes one letter of an identifier in the
// middle of a file, and reports what of it the C parser takes.
func benchmarkKeystroke(b *testing.B, lines int) {
	text := realistic(b, lines)
	d := open(b, string(text))
	if d.Tree().HasError {
		b.Fatal("the file has errors")
	}
	typeLetter(b, d)
}

// BenchmarkKeystrokeBroken10k types in a file that another place of has an
// unclosed bracket or quote.
func BenchmarkKeystrokeBroken10k(b *testing.B) {
	for name, piece := range map[string]string{"bracket": "x = f(\n", "method": "class X:\n    @dec\n#   c\n    def m(self): pass\n", "quote": "x = f'{a\n", "triple": "x = \"\"\"\n"} {
		b.Run(name, func(b *testing.B) {
			text := realistic(b, 10_000)
			d := open(b, string(text))
			at := uint32(bytes.Index(text[len(text)/3:], []byte("\n\n\ndef "))+len(text)/3) + 1
			tree := change1(b, d, source.Edit{Span: source.Span{Start: at, End: at}, New: piece})
			if !tree.HasError {
				b.Fatal("the file has no errors")
			}
			stale := 0
			for _, p := range tree.Units {
				if p.Stale {
					stale++
				}
			}
			b.ReportMetric(float64(stale), "stale")
			typeLetter(b, d)
		})
	}
}

// typeLetter types and deletes one letter in the middle of the file.
func typeLetter(b *testing.B, d *Document) {
	text := d.Tree().File.Text()
	at := uint32(len(text)/2) + uint32(bytes.Index(text[len(text)/2:], []byte("rows = "))) + 1
	insert := source.Edit{Span: source.Span{Start: at, End: at}, New: "x"}
	remove := source.Edit{Span: source.Span{Start: at, End: at + 1}}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		e := insert
		if i%2 == 1 {
			e = remove
		}
		f, err := d.Tree().File.Edit(e)
		if err != nil {
			b.Fatal(err)
		}
		d.Change(f, []source.Edit{e})
	}
}

// BenchmarkKeystrokeParse10k is the part of BenchmarkKeystroke10k that is the
// C parser's own.
func BenchmarkKeystrokeParse10k(b *testing.B) {
	text := realistic(b, 10_000)
	d := open(b, string(text))
	at := uint32(len(text)/2) + uint32(bytes.Index(text[len(text)/2:], []byte("rows = "))) + 1
	insert := source.Edit{Span: source.Span{Start: at, End: at}, New: "x"}
	remove := source.Edit{Span: source.Span{Start: at, End: at + 1}}
	was := d.Tree().File
	now, err := was.Edit(insert)
	if err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		if i%2 == 0 {
			d.follow(was, now, []source.Edit{insert})
		} else {
			d.follow(now, was, []source.Edit{remove})
		}
		f := now
		if i%2 == 1 {
			f = was
		}
		ct, _ := d.parser.run(d.ct, f.Text(), patient.Edit)
		d.ct.close()
		d.ct = ct
	}
}

func BenchmarkOpen(b *testing.B) {
	f := source.New("a.py", realistic(b, 10_000))
	b.ReportAllocs()
	for b.Loop() {
		d := NewDocument(f, patient)
		d.Close()
	}
}

// BenchmarkBuild is the part of BenchmarkOpen that makes the units.
func BenchmarkBuild(b *testing.B) {
	d := open(b, string(realistic(b, 10_000)))
	b.ReportAllocs()
	for b.Loop() {
		d.b.build(d.ct, d.tree.File, nil, noChange, false)
	}
}

// BenchmarkWalk visits all nodes of a file, as a rule does.
func BenchmarkWalk(b *testing.B) {
	tree := open(b, string(realistic(b, 10_000))).Tree()
	b.ReportAllocs()
	nodes, calls := 0, 0
	for b.Loop() {
		nodes, calls = 0, 0
		for _, p := range tree.Units {
			for n := range p.Root().Descendants() {
				nodes++
				if n.Kind() == KindCall && n.Child(FieldFunction).Kind() == KindAttribute {
					calls++
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*nodes), "ns/node")
}

// BenchmarkChildren does it by way of children.
func BenchmarkChildren(b *testing.B) {
	tree := open(b, string(realistic(b, 10_000))).Tree()
	b.ReportAllocs()
	nodes := 0
	for b.Loop() {
		nodes = 0
		for _, p := range tree.Units {
			for n := range p.Root().Descendants() {
				for c := range n.NamedChildren() {
					if c.Kind() == KindString {
						nodes++
					}
				}
			}
		}
	}
}
