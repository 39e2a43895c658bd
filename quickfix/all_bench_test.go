package quickfix_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix"
)

// sites are texts of modules with n sites of safe fixes, in several shapes.
var sites = []struct {
	name string
	text func(n int) string
}{
	{"timeouts in functions", func(n int) string {
		return "import requests\n" + repeated(n, "\n\ndef f%[1]d():\n    return requests.get(\"https://example.org/%[1]d\").text\n")
	}},
	{"timeouts in one function", func(n int) string {
		return "import requests\n\n\ndef f():\n" + repeated(n, "    requests.get(\"https://example.org/%d\")\n")
	}},
	{"timeouts of a module", func(n int) string {
		return "import requests\n\n" + repeated(n, "requests.get(\"https://example.org/%d\")\n")
	}},
	{"statements in methods", func(n int) string {
		return "import sqlite3\n\n\nclass Store:\n    def __init__(self, cur: sqlite3.Cursor):\n        self.cur = cur\n" +
			repeated(n, "\n    def f%[1]d(self, cur: sqlite3.Cursor, name: str):\n        cur.execute(f\"SELECT id FROM t%[1]d WHERE name = '{name}'\")\n")
	}},
	{"documents in functions", func(n int) string {
		return "import yaml\n" + repeated(n, "\n\ndef f%[1]d(text):\n    return yaml.load(text, Loader=yaml.Loader)\n")
	}},
}

func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// BenchmarkFixAll makes the safe fixes of a thousand sites, in one file and in a
// hundred.
func BenchmarkFixAll(b *testing.B) {
	const all, files = 1000, 100
	for _, x := range sites {
		b.Run(strings.ReplaceAll(x.name, " ", "_"), func(b *testing.B) {
			text := []byte(x.text(all))
			for b.Loop() {
				made(b, engine.Check(source.New("case.py", text), engine.Options{}), all)
			}
		})
	}
	b.Run("files", func(b *testing.B) {
		for b.Loop() {
			batch := engine.NewBatch()
			for i := range files {
				x := sites[i%len(sites)]
				batch.Add(source.New(fmt.Sprintf("/project/case%d.py", i), []byte(x.text(all/files))), engine.Options{})
			}
			if err := batch.Run(context.Background(), 1, nil); err != nil {
				b.Fatal(err)
			}
			for i := range files {
				made(b, batch.Snapshot(fmt.Sprintf("/project/case%d.py", i)), all/files)
			}
		}
	})
}

func made(b *testing.B, s *engine.Snapshot, n int) {
	b.Helper()
	if r := quickfix.All(s, quickfix.Choice{}); len(r.Applied) != n {
		b.Fatalf("%d fixes made of %d, %d skipped, of %d findings", len(r.Applied), n, len(r.Skipped), len(s.Findings()))
	}
}
