package engine_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// view is a module of some length: views, classes and helpers that call each
// other and the helpers of another module.
func view(lines int) []byte {
	var b bytes.Buffer
	b.WriteString("import os\nimport subprocess\n\nfrom flask import Flask, request\n\nfrom shared import tidy, Store\n\napp = Flask(__name__)\n")
	for i := 0; bytes.Count(b.Bytes(), []byte("\n")) < lines; i++ {
		fmt.Fprintf(&b, `

class Report%[1]d(Store):
    limit = %[1]d

    def __init__(self, name, rows):
        self.name = name
        self.rows = rows

    def total(self, kind="all"):
        found = 0
        for row in self.rows:
            if row.get("kind") == kind and found < self.limit:
                found += row["amount"]
        return found


def find_%[1]d(name, folder="reports"):
    path = os.path.join(folder, %[2]s(name))
    if not os.path.exists(path):
        return None
    with open(path) as f:
        return [line.strip().split(",") for line in f]


@app.route("/report/%[1]d")
def show_%[1]d():
    name = request.args.get("name", "")
    rows = find_%[1]d(name)
    subprocess.run("convert " + name, shell=True)
    return str(Report%[1]d(name, rows).total())
`, i, [4]string{"tidy", "str", "os.path.basename", "repr"}[i%4])
	}
	return b.Bytes()
}

const shared = `class Store:
    kind = "store"

    def load(self, key):
        return open(key).read()


def tidy(name):
    mark = 1
    return name.strip() + str(mark)
`

// project writes a project of modules to a folder and has a session know what
// was found in it.
func project(b *testing.B, s *engine.Session, dir string, modules int) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(dir, "shared.py"), []byte(shared), 0o600); err != nil {
		b.Fatal(err)
	}
	if modules == 0 {
		return
	}
	batch := engine.NewBatch()
	for i := range modules {
		path := filepath.Join(dir, fmt.Sprintf("module%d.py", i))
		text := view(300)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			b.Fatal(err)
		}
		batch.Add(source.New(path, text), engine.Options{})
	}
	if err := batch.Run(b.Context(), runtime.GOMAXPROCS(0), nil); err != nil {
		b.Fatal(err)
	}
	s.Contribute(batch.Contributions())
	s.Ripple()
}

// BenchmarkKeystroke types a character in the middle of a file, alone and in a
// project, with all that other files have to say of it.
func BenchmarkKeystroke(b *testing.B) {
	for _, lines := range []int{1000, 10000} {
		for _, modules := range []int{0, 1000} {
			b.Run(fmt.Sprintf("lines=%d/modules=%d", lines, modules), func(b *testing.B) {
				dir := b.TempDir()
				s := engine.NewSession(engine.Options{})
				project(b, s, dir, modules)
				text := view(lines)
				path := filepath.Join(dir, "edited.py")
				s.Open(path, text)
				s.Ripple()
				mark := []byte(`    subprocess.run("convert `)
				mid := bytes.Index(text[len(text)/2:], mark) + len(text)/2 + len(mark)
				typeAt(b, s, path, uint32(mid))
			})
		}
	}
}

// BenchmarkHelper types in a function that a hundred open files use, until all
// of them are up to date.
func BenchmarkHelper(b *testing.B) {
	dir := b.TempDir()
	s := engine.NewSession(engine.Options{})
	project(b, s, dir, 0)
	for i := range 100 {
		s.Open(filepath.Join(dir, fmt.Sprintf("module%d.py", i)), view(300))
	}
	path := filepath.Join(dir, "shared.py")
	s.Open(path, []byte(shared))
	s.Ripple()
	typeAt(b, s, path, uint32(bytes.Index([]byte(shared), []byte("mark = 1"))+len("mark = 1")))
}

// typeAt types a digit and takes it back, again and again.
func typeAt(b *testing.B, s *engine.Session, path string, at uint32) {
	b.Helper()
	type edit = []source.Edit
	in := edit{{Span: source.Span{Start: at, End: at}, New: "1"}}
	out := edit{{Span: source.Span{Start: at, End: at + 1}}}
	runs, shown := s.Runs(), 0
	for i := 0; b.Loop(); i++ {
		what := in
		if i%2 == 1 {
			what = out
		}
		if _, err := s.Change(path, what); err != nil {
			b.Fatal(err)
		}
		shown += len(s.Ripple())
	}
	b.ReportMetric(float64(s.Runs()-runs)/float64(b.N), "units/op")
	b.ReportMetric(float64(shown)/float64(b.N), "rippled/op")
}
