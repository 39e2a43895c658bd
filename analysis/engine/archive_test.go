package engine_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/source"
)

const testdata = "../../testdata"

// check analyses a text and fails the test if a rule panics.
func check(t *testing.T, name string, text []byte, c *config.Config) *engine.Snapshot {
	t.Helper()
	return engine.Check(source.New(name, text), engine.Options{Config: c, OnPanic: func(r *analysis.Rule, path string, v any, stack []byte) {
		t.Errorf("%s: %s panicked: %v\n%s", path, r.ID, v, stack)
	}})
}

var want = regexp.MustCompile(`#\s*want\s+([\w, -]+)`)

// wanted lists the marks of a text as "line rule", sorted.
func wanted(text []byte) []string {
	var out []string
	for i, line := range strings.Split(string(text), "\n") {
		m := want.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for id := range strings.SplitSeq(m[1], ",") {
			out = append(out, fmt.Sprintf("%d %s", i+1, strings.TrimSpace(id)))
		}
	}
	slices.Sort(out)
	return out
}

func found(s *engine.Snapshot) []string {
	var out []string
	for _, f := range s.Findings() {
		out = append(out, fmt.Sprintf("%d %s", s.File().LineAt(f.Span.Start)+1, f.Rule.ID))
	}
	slices.Sort(out)
	return out
}

// compare fails the test for every finding that was not wanted and every want
// that was not found.
func compare(t *testing.T, name string, text []byte) {
	t.Helper()
	compareFound(t, name, text, found(check(t, name, text, config.Default())))
}

// foundBy is what a rule finds in a text: all that is found, or for a rule of
// the audit profile what it says itself there.
func foundBy(t *testing.T, r *analysis.Rule, name string, text []byte) []string {
	t.Helper()
	if !r.Audit {
		return found(check(t, name, text, config.Default()))
	}
	audit := config.Default().With(config.Settings{Profile: config.ProfileAudit})
	return slices.DeleteFunc(found(check(t, name, text, audit)), func(s string) bool { return !strings.HasSuffix(s, " "+r.ID) })
}

func compareFound(t *testing.T, name string, text []byte, got []string) {
	t.Helper()
	wants := wanted(text)
	for _, w := range wants {
		if !slices.Contains(got, w) {
			t.Errorf("%s: missed %s: %s", name, w, lineOf(text, w))
		}
	}
	for _, g := range got {
		if !slices.Contains(wants, g) {
			t.Errorf("%s: false %s: %s", name, g, lineOf(text, g))
		}
	}
}

func lineOf(text []byte, mark string) string {
	var n int
	fmt.Sscanf(mark, "%d", &n)
	lines := strings.Split(string(text), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}

// TestRuleArchives holds every rule to its archive.
func TestRuleArchives(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			path := filepath.Join(testdata, "rules", r.Class, r.ID+".txtar")
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fires, silent := 0, 0
			for _, f := range ar.Files {
				if strings.Contains(f.Name, "@") {
					continue
				}
				compareFound(t, f.Name, f.Data, foundBy(t, r, f.Name, f.Data))
				if n := len(wanted(f.Data)); n > 0 {
					fires += n
				} else {
					silent++
				}
			}
			if fires == 0 || silent == 0 {
				t.Errorf("%s has %d firing and %d silent cases: it needs both", path, fires, silent)
			}
		})
	}
}

// TestApps holds the small applications to their marks.
func TestApps(t *testing.T) { compareTree(t, "apps") }

// TestClean wants silence on code that a careful reviewer would pass.
func TestClean(t *testing.T) { compareTree(t, "clean") }

func compareTree(t *testing.T, folder string) {
	root := filepath.Join(testdata, folder)
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		compare(t, rel, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Errorf("%s holds no Python file", root)
	}
}

var block = regexp.MustCompile("(?ms)^```python (bad|good)\n(.*?)^```$")

// TestPages runs the examples of every rule's page.
func TestPages(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			bad, good := 0, 0
			for _, m := range block.FindAllStringSubmatch(r.Page, -1) {
				got := foundBy(t, r, "example.py", []byte(m[2]))
				if m[1] == "good" {
					good++
					if len(got) > 0 {
						t.Errorf("good example %d: %v\n%s", good, got, m[2])
					}
					continue
				}
				bad++
				fires := slices.ContainsFunc(got, func(g string) bool { return strings.HasSuffix(g, " "+r.ID) })
				if !fires {
					t.Errorf("bad example %d does not fire: %v\n%s", bad, got, m[2])
				}
			}
			if bad == 0 || good == 0 {
				t.Errorf("the page has %d bad and %d good examples: it needs both", bad, good)
			}
		})
	}
}
