package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

var (
	fence  = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")
	marked = regexp.MustCompile(`# found: ([\w-]+)$`)
)

// projectOf writes files to a folder of their own, with a repository's mark.
func projectOf(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// parsed is a configuration by its text.
func parsed(t *testing.T, dir, text string) *config.Config {
	t.Helper()
	c, err := config.Parse(filepath.Join(dir, config.FileName), []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// python are the names of the Python files.
func python(files []txtar.File) []string {
	var out []string
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".py") {
			out = append(out, f.Name)
		}
	}
	return out
}

// foundMarks are the lines that a comment marks, as "file:line rule".
func foundMarks(files []txtar.File) []string {
	var out []string
	for _, f := range files {
		for i, line := range strings.Split(string(f.Data), "\n") {
			if m := marked.FindStringSubmatch(line); m != nil {
				out = append(out, fmt.Sprintf("%s:%d %s", f.Name, i+1, m[1]))
			}
		}
	}
	slices.Sort(out)
	return out
}

// foundLines are the findings of a snapshot, as "file:line rule".
func foundLines(name string, s *engine.Snapshot) []string {
	var out []string
	for _, f := range s.Findings() {
		out = append(out, fmt.Sprintf("%s:%d %s", name, s.File().LineAt(f.Span.Start)+1, f.Rule.ID))
	}
	return out
}

// batchFinds is what a batch finds in files, of which each has a configuration.
func batchFinds(t *testing.T, dir string, names []string, cfg func(name string) *config.Config) []string {
	t.Helper()
	b := engine.NewBatch()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.Add(source.New(path, text), engine.Options{Config: cfg(name)})
	}
	if err := b.Run(t.Context(), 2, nil); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range names {
		out = append(out, foundLines(name, b.Snapshot(filepath.Join(dir, filepath.FromSlash(name))))...)
	}
	slices.Sort(out)
	return out
}

// sessionFinds is what a session finds in files that are all open.
func sessionFinds(t *testing.T, s *engine.Session, dir string, names []string) []string {
	t.Helper()
	var out []string
	s.Ripple()
	for _, name := range names {
		out = append(out, foundLines(name, s.Snapshot(filepath.Join(dir, filepath.FromSlash(name))))...)
	}
	slices.Sort(out)
	return out
}

func opened(t *testing.T, c *config.Config, dir string, names []string) *engine.Session {
	t.Helper()
	s := engine.NewSession(engine.Options{Config: c})
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s.Open(path, text)
	}
	return s
}

// TestModelsPage runs the examples of the page about models: each TOML with the
// Python files after it. It finds what the comments say, and something else
// without the TOML.
func TestModelsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples []*txtar.Archive
	for _, m := range fence.FindAllSubmatch(page, -1) {
		if string(m[1]) == "toml" {
			examples = append(examples, &txtar.Archive{Comment: m[2]})
			continue
		}
		first, _, _ := strings.Cut(string(m[2]), "\n")
		last := examples[len(examples)-1]
		last.Files = append(last.Files, txtar.File{Name: strings.TrimPrefix(first, "# "), Data: m[2]})
	}
	if len(examples) < 5 {
		t.Fatalf("there are %d examples", len(examples))
	}
	for i, x := range examples {
		// as a package, and as a folder of modules
		for _, more := range [][]txtar.File{nil, {{Name: "shop/__init__.py"}}} {
			files := append(x.Files[:len(x.Files):len(x.Files)], more...)
			dir := projectOf(t, files)
			taught, plain := parsed(t, dir, string(x.Comment)), parsed(t, dir, "")
			names, want := python(files), foundMarks(files)
			if got := batchFinds(t, dir, names, func(string) *config.Config { return taught }); !slices.Equal(got, want) {
				t.Errorf("example %d, in a batch: %v, want %v", i+1, got, want)
			}
			if got := batchFinds(t, dir, names, func(string) *config.Config { return plain }); slices.Equal(got, want) {
				t.Errorf("example %d finds the same without its models: %v", i+1, got)
			}
			s := opened(t, taught, dir, names)
			if got := sessionFinds(t, s, dir, names); !slices.Equal(got, want) {
				t.Errorf("example %d, in a session: %v, want %v", i+1, got, want)
			}
		}
	}
}

// TestModelNames wants an entry to hold for a function by whatever import it is
// reached, and for no other one.
func TestModelNames(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/models/names.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := projectOf(t, archive.Files)
	text, err := os.ReadFile(filepath.Join(dir, "pavise.toml"))
	if err != nil {
		t.Fatal(err)
	}
	c := parsed(t, dir, string(text))
	names, want := python(archive.Files), foundMarks(archive.Files)
	if got := batchFinds(t, dir, names, func(string) *config.Config { return c }); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

var twoFiles = []txtar.File{
	{Name: "a/util.py", Data: []byte("def clean(x):\n    return x\n")},
	{Name: "a/views.py", Data: []byte("from flask import Flask, request\nfrom util import clean\napp = Flask(__name__)\n@app.route('/')\ndef v():\n    return '<p>' + clean(request.args['q'])\n")},
	{Name: "b/util.py", Data: []byte("def clean(x):\n    return x\n")},
	{Name: "b/views.py", Data: []byte("from flask import Flask, request\nfrom util import clean\napp = Flask(__name__)\n@app.route('/')\ndef v():\n    return '<p>' + clean(request.args['q'])\n")},
}

const cleanEntry = "[[models.cleans]]\ncall = \"util.clean\"\nclears = \"html\"\n"

// TestModelsOfOneConfiguration wants the models of one configuration to say
// nothing of files under another, in one batch, and a session to follow a
// change of its configuration.
func TestModelsOfOneConfiguration(t *testing.T) {
	dir := projectOf(t, twoFiles)
	taught, plain := parsed(t, dir, cleanEntry), parsed(t, dir, "")
	names := python(twoFiles)
	got := batchFinds(t, dir, names, func(name string) *config.Config {
		if name[0] == 'a' {
			return taught
		}
		return plain
	})
	if want := []string{"b/views.py:6 reflected-xss"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s := opened(t, plain, dir, names[:2])
	for i, c := range []*config.Config{plain, taught, plain, taught} {
		s.Configure(c)
		if got := sessionFinds(t, s, dir, names[:2]); len(got) != 1-i%2 {
			t.Errorf("configuration %d: %v", i, got)
		}
	}
}

// TestModelsAtOnce uses many configurations from several goroutines.
func TestModelsAtOnce(t *testing.T) {
	dir := projectOf(t, twoFiles)
	path := filepath.Join(dir, "a", "views.py")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 12 {
		c := parsed(t, dir, cleanEntry+fmt.Sprintf("[[models.cleans]]\ncall = \"util.f%d\"\nclears = \"sql\"\n", i))
		group.Go(func() {
			if found := engine.Check(source.New(path, text), engine.Options{Config: c}).Findings(); len(found) > 0 {
				t.Errorf("configuration %d: %s", i, found[0].Message)
			}
		})
	}
	group.Wait()
}
