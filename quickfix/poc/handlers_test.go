package poc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix/poc"
)

// Above each handler of the archives stands what is said of it, after "#:".
func TestHandlers(t *testing.T) {
	list, err := filepath.Glob("../../testdata/handlers/*.txtar")
	if err != nil || len(list) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range list {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range archive.Files {
				at := filepath.Join(root, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(root, ".git"), 0o755); err != nil {
				t.Fatal(err)
			}
			session := engine.NewSession(engine.Options{Config: config.Default()})
			for _, f := range archive.Files {
				if config.IsSource(f.Name) {
					session.Open(filepath.Join(root, filepath.FromSlash(f.Name)), f.Data)
				}
			}
			for more := true; more; {
				_, more = session.RippleStep()
			}
			for _, f := range archive.Files {
				if !config.IsSource(f.Name) {
					continue
				}
				snap := session.Snapshot(filepath.Join(root, filepath.FromSlash(f.Name)))
				got, want := said(poc.Handlers(snap, root), snap.File()), wanted(string(f.Data))
				if !slices.Equal(got, want) {
					t.Errorf("%s has\n%s\nwant\n%s", f.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		})
	}
}

func said(list []poc.Entry, f *source.File) []string {
	var out []string
	for _, e := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s: %s; %d; %s; %s", f.Text()[e.Name.Start:e.Name.End],
			strings.Join(e.Routes, ", "), e.Inputs, strings.Join(e.Guards, " "), strings.Join(e.Reaches.Names(), " "))))
	}
	return out
}

func wanted(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#: "); ok {
			out = append(out, strings.TrimSpace(rest))
		}
	}
	return out
}
