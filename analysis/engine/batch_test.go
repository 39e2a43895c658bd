package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// projects are the archives of testdata/projects, each a project of files.
func projects(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testdata, "projects", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no projects", err)
	}
	out := map[string]*txtar.Archive{}
	for _, p := range paths {
		ar, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(p), ".txtar")] = ar
	}
	return out
}

// unpack writes a project to a folder of its own.
func unpack(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range ar.Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// batch checks the files of a folder together.
func batch(t *testing.T, dir string, names []string, o engine.Options, workers int) *engine.Batch {
	t.Helper()
	b := engine.NewBatch()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if config.IsSource(name) {
			b.Add(source.New(path, text), o)
		} else {
			b.AddText(source.New(path, text), o)
		}
	}
	if err := b.Run(context.Background(), workers, nil); err != nil {
		t.Fatal(err)
	}
	return b
}

func fileNames(ar *txtar.Archive) []string {
	var out []string
	for _, f := range ar.Files {
		if strings.HasSuffix(f.Name, ".py") {
			out = append(out, f.Name)
		}
	}
	return out
}

// allNames are the names of the Python files and the templates.
func allNames(ar *txtar.Archive) []string {
	out := fileNames(ar)
	for _, f := range ar.Files {
		if strings.Contains(f.Name, "templates/") && !strings.HasSuffix(f.Name, ".py") {
			out = append(out, f.Name)
		}
	}
	return out
}

// TestProjects holds the projects to their marks.
func TestProjects(t *testing.T) {
	for name, ar := range projects(t) {
		t.Run(name, func(t *testing.T) { compareProject(t, ar) })
	}
}

// compareProject holds the files of an archive, templates among them, to their
// marks.
func compareProject(t *testing.T, ar *txtar.Archive) {
	t.Helper()
	dir := unpack(t, ar)
	o := options(t)
	o.Config = nil
	var names []string
	for _, f := range ar.Files {
		names = append(names, f.Name)
	}
	b := batch(t, dir, names, o, 2)
	others := map[string]*engine.Snapshot{}
	for _, s := range b.Others() {
		others[s.File().Path()] = s
	}
	ts := texts{}
	for _, f := range ar.Files {
		ts[filepath.Join(dir, filepath.FromSlash(f.Name))] = f.Data
	}
	for path, text := range ts {
		s := b.Snapshot(path)
		if s == nil {
			s = others[path]
		}
		if s != nil {
			ts.hold(t, path, s, "")
		} else if missed := wanted(text); len(missed) > 0 {
			t.Errorf("%s: missed %v", path, missed)
		}
	}
}
