package syntax

import "testing"

func BenchmarkOutline(b *testing.B) {
	d := open(b, string(realistic(b, 10_000)))
	b.Log(len(d.tree.Units), d.ct.count(), d.tree.File.Len())
	for b.Loop() {
		d.b.entries, _ = d.ct.outline(0, 1<<30, d.b.entries)
	}
}
