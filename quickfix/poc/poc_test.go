package poc_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix"
	"pavise/quickfix/poc"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata/poc")

// application is an archive of testdata/poc: the files of a project, and below
//
//	want/requests   the request of each finding, or why no test is written
//	want/tests/...  some of the tests
//	fixed/...       the project's files once they are repaired, where our own
//	                fixes do not do it
type application struct {
	name    string
	archive *txtar.Archive
	root    string
	batch   *engine.Batch
	paths   []string // of Python files
}

func applications(t *testing.T, fn func(t *testing.T, a *application)) {
	list, err := filepath.Glob("../../testdata/poc/*.txtar")
	if err != nil || len(list) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range list {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			a := &application{name: path, archive: archive, root: root}
			for _, f := range archive.Files {
				if !strings.HasPrefix(f.Name, "want/") && !strings.HasPrefix(f.Name, "fixed/") {
					a.write(t, f.Name, f.Data)
					if config.IsSource(f.Name) {
						a.paths = append(a.paths, filepath.Join(root, f.Name))
					}
				}
			}
			a.analyse(t)
			fn(t, a)
		})
	}
}

func (a *application) write(t *testing.T, name string, text []byte) {
	path := filepath.Join(a.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (a *application) analyse(t *testing.T) {
	a.batch = engine.NewBatch()
	for _, path := range a.paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		a.batch.Add(source.New(path, text), engine.Options{Config: config.Default().In(a.root)})
	}
	if err := a.batch.Run(context.Background(), 1, nil); err != nil {
		t.Fatal(err)
	}
}

// findings calls fn for the findings that follow data.
func (a *application) findings(fn func(s *engine.Snapshot, f *analysis.Finding)) {
	for _, path := range a.paths {
		s := a.batch.Snapshot(path)
		for i := range s.Findings() {
			if f := &s.Findings()[i]; len(f.Steps) > 0 {
				fn(s, f)
			}
		}
	}
}

func TestRequestsAndTests(t *testing.T) {
	applications(t, func(t *testing.T, a *application) {
		got := map[string]string{}
		var requests strings.Builder
		a.findings(func(s *engine.Snapshot, f *analysis.Finding) {
			rel, _ := filepath.Rel(a.root, f.Path)
			fmt.Fprintf(&requests, "%s:%d %s\n", filepath.ToSlash(rel), s.File().LineAt(f.Span.Start)+1, f.Rule.ID)
			_, proof, _ := strings.Cut(poc.Finding(s, f, a.root), "## Proof of Concept\n\n")
			proof, _, _ = strings.Cut(proof, "\n\n## ")
			for line := range strings.Lines(proof) {
				if line = strings.TrimRight(line, "\n"); line != "```http" && line != "```" && line != "" {
					requests.WriteString("\t" + line + "\n")
				}
			}
			test, err := poc.TestFor(s, f, a.root)
			if err != nil {
				requests.WriteString("\tno test: " + err.Error() + "\n")
				return
			}
			requests.WriteString("\t" + test.Path + "\n")
			got["want/"+test.Path] = test.Text
		})
		got["want/requests"] = requests.String()
		changed := false
		for i := range a.archive.Files {
			f := &a.archive.Files[i]
			if !strings.HasPrefix(f.Name, "want/") || string(f.Data) == got[f.Name] {
				continue
			}
			if *update {
				f.Data, changed = []byte(got[f.Name]), true
				continue
			}
			t.Errorf("%s: got\n%s", f.Name, got[f.Name])
		}
		if changed {
			if err := os.WriteFile(a.name, txtar.Format(a.archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestTestsRun runs the tests with the frameworks themselves: each fails before
// its finding is repaired and passes afterwards. PAVISE_PYTHON names a Python
// that has them; make e2e makes one.
func TestTestsRun(t *testing.T) {
	python := os.Getenv("PAVISE_PYTHON")
	if python == "" {
		t.Skip("NOT RUN: PAVISE_PYTHON names no Python with the frameworks; bash testdata/poc/run.sh makes one and runs this (part of make e2e)")
	}
	applications(t, func(t *testing.T, a *application) {
		written := map[string]bool{}
		a.findings(func(s *engine.Snapshot, f *analysis.Finding) {
			if test, err := poc.TestFor(s, f, a.root); err == nil {
				a.write(t, test.Path, []byte(test.Text))
				written[test.Path] = true
			}
		})
		for path := range written {
			if out, err := a.pytest(python, path); err == nil || !strings.Contains(out, "AssertionError") && !strings.Contains(out, "E       assert") {
				t.Errorf("%s does not fail before the repair:\n%s", path, out)
			}
		}
		a.repair(t)
		for path := range written {
			if out, err := a.pytest(python, path); err != nil {
				t.Errorf("%s fails after the repair:\n%s", path, out)
			}
		}
		// And all together, as a project runs them.
		if out, err := a.pytest(python, poc.Folder); err != nil {
			t.Errorf("together:\n%s", out)
		}
		t.Log(len(written), "tests")
	})
}

func (a *application) pytest(python, path string) (string, error) {
	cmd := exec.Command(python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", path)
	cmd.Dir = a.root
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// repair fixes what our fixes can, and puts the repaired files of the archive in
// the place of the others.
func (a *application) repair(t *testing.T) {
	for _, path := range a.paths {
		fixed := quickfix.All(a.batch.Snapshot(path), quickfix.Choice{Review: true, Fixes: quickfix.Names()})
		if len(fixed.Applied) > 0 {
			rel, _ := filepath.Rel(a.root, path)
			a.write(t, rel, fixed.Text)
		}
	}
	for _, f := range a.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "fixed/"); ok {
			a.write(t, name, f.Data)
		}
	}
	a.analyse(t)
	var left []string
	a.findings(func(_ *engine.Snapshot, f *analysis.Finding) { left = append(left, f.Path+" "+f.Rule.ID) })
	slices.Sort(left)
	if len(left) > 0 {
		t.Logf("left: %q", left)
	}
}
