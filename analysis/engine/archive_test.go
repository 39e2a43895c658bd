package engine_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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

// A mark stands in a comment of Python (# want rule) or of a template
// ({# want rule #} and <!-- want rule -->).
var (
	wantMark = regexp.MustCompile(`(?:#|<!--)\s*want\s+([\w, -]+)`)
	atMark   = regexp.MustCompile(`(?:#|<!--)\s*at\s+([\w -]+)`)
)

// mark says that a rule must report on a line: "# want rule", or with the way of
// the data "# want rule via a b": past the lines that are marked "# at a" and
// "# at b", in this order, and on to the finding's own line; and from there, where
// that only hands the data on, "to c".
type mark struct {
	line int
	rule string
	told bool     // whether the way is told
	via  []string // names of lines
	to   []string
}

func (m mark) String() string { return fmt.Sprintf("%d %s", m.line, m.rule) }

// marks lists the wants of a text.
func marks(text []byte) []mark {
	var out []mark
	for i, line := range strings.Split(string(text), "\n") {
		m := wantMark.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for one := range strings.SplitSeq(m[1], ",") {
			words := strings.Fields(one)
			w := mark{line: i + 1, rule: words[0]}
			if len(words) > 1 && words[1] == "via" {
				w.told, w.via = true, words[2:]
				if i := slices.Index(w.via, "to"); i >= 0 {
					w.via, w.to = w.via[:i], w.via[i+1:]
				}
			}
			out = append(out, w)
		}
	}
	return out
}

// wanted lists the wants of a text as "line rule", sorted.
func wanted(text []byte) []string {
	var out []string
	for _, m := range marks(text) {
		out = append(out, m.String())
	}
	slices.Sort(out)
	return out
}

func found(s *engine.Snapshot) []string {
	var out []string
	for _, f := range s.Findings() {
		out = append(out, reported(s, f).String())
	}
	slices.Sort(out)
	return out
}

func reported(s *engine.Snapshot, f analysis.Finding) mark {
	return mark{line: int(s.File().LineAt(f.Span.Start)) + 1, rule: f.Rule.ID}
}

// texts are the files of one application by their paths.
type texts map[string][]byte

// at is the line that a name is the mark of, as "path:line": in the file
// itself, else in another of the application. A name must not stand twice.
func (ts texts) at(t *testing.T, path, name string) string {
	t.Helper()
	in := func(path string) (out []string) {
		for i, line := range strings.Split(string(ts[path]), "\n") {
			if m := atMark.FindStringSubmatch(line); m != nil && slices.Contains(strings.Fields(m[1]), name) {
				out = append(out, fmt.Sprintf("%s:%d", path, i+1))
			}
		}
		return out
	}
	places := in(path)
	if len(places) == 0 {
		for _, other := range slices.Sorted(maps.Keys(ts)) {
			places = append(places, in(other)...)
		}
	}
	if len(places) != 1 {
		t.Errorf("%s: %q is the mark of %d lines: %v", path, name, len(places), places)
		return name
	}
	return places[0]
}

// way lists the lines that a finding's steps stand on, as "path:line".
func (ts texts) way(f analysis.Finding) []string {
	var out []string
	for _, st := range f.Steps {
		line := 1 + bytes.Count(ts[st.Path][:st.Span.Start], []byte("\n"))
		out = append(out, fmt.Sprintf("%s:%d", st.Path, line))
	}
	return slices.Compact(out)
}

// hold fails the test for every finding in a file that was not wanted, every
// want that was not found, and every want that was found by another way. Only is
// the one rule whose findings count, "" for all.
func (ts texts) hold(t *testing.T, path string, s *engine.Snapshot, only string) {
	t.Helper()
	wants := marks(ts[path])
	got := map[string]analysis.Finding{}
	for _, f := range s.Findings() {
		g := reported(s, f)
		if only != "" && g.rule != only {
			continue
		}
		got[g.String()] = f
		if !slices.ContainsFunc(wants, func(w mark) bool { return w.String() == g.String() }) {
			t.Errorf("%s: false %s: %s", path, g, lineOf(ts[path], g.line))
		}
	}
	for _, w := range wants {
		f, ok := got[w.String()]
		if !ok {
			t.Errorf("%s: missed %s: %s", path, w, lineOf(ts[path], w.line))
			continue
		}
		if !w.told {
			continue
		}
		var way []string
		for _, name := range w.via {
			way = append(way, ts.at(t, path, name))
		}
		way = append(way, fmt.Sprintf("%s:%d", path, w.line))
		for _, name := range w.to {
			way = append(way, ts.at(t, path, name))
		}
		way = slices.Compact(way)
		if went := ts.way(f); !slices.Equal(way, went) {
			t.Errorf("%s: %s by another way:%s", path, w, ts.show(went, f))
		}
	}
}

// show is the real way of a finding, to be read.
func (ts texts) show(way []string, f analysis.Finding) string {
	var b strings.Builder
	for _, at := range way {
		path, n, _ := strings.Cut(at, ":")
		line, _ := strconv.Atoi(n)
		fmt.Fprintf(&b, "\n\t%s: %s", at, lineOf(ts[path], line))
	}
	for _, st := range f.Steps {
		fmt.Fprintf(&b, "\n\t%s", st.Text)
	}
	return b.String()
}

// checkBy analyses a text for a rule: one of the audit profile needs that on,
// and only what it says itself counts.
func checkBy(t *testing.T, r *analysis.Rule, name string, text []byte) (s *engine.Snapshot, only string) {
	t.Helper()
	if !r.Audit {
		return check(t, name, text, config.Default()), ""
	}
	return check(t, name, text, config.Default().With(config.Settings{Profile: config.ProfileAudit})), r.ID
}

// compare holds a text that stands alone to its marks.
func compare(t *testing.T, name string, text []byte) {
	t.Helper()
	texts{name: text}.hold(t, name, check(t, name, text, config.Default()), "")
}

func lineOf(text []byte, n int) string {
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
			isProject := slices.ContainsFunc(ar.Files, func(f txtar.File) bool { return !strings.HasSuffix(f.Name, ".py") })
			if isProject {
				compareProject(t, ar)
			}
			for _, f := range ar.Files {
				if strings.Contains(f.Name, "@") {
					continue
				}
				if !isProject {
					s, only := checkBy(t, r, f.Name, f.Data)
					texts{f.Name: f.Data}.hold(t, f.Name, s, only)
				}
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

// TestApps holds the small applications to their marks. The files of one are
// checked together.
func TestApps(t *testing.T) {
	apps, err := filepath.Glob(filepath.Join(testdata, "apps", "*"))
	if err != nil || len(apps) == 0 {
		t.Fatal("no applications", err)
	}
	for _, app := range apps {
		t.Run(filepath.Base(app), func(t *testing.T) {
			t.Parallel()
			ts := pythonFiles(t, app)
			o := options(t)
			o.Config = nil
			b := batch(t, ".", slices.Sorted(maps.Keys(ts)), o, 1)
			for path := range ts {
				ts.hold(t, path, b.Snapshot(path), "")
			}
		})
	}
}

// TestClean wants silence on code that a careful reviewer would pass.
func TestClean(t *testing.T) {
	for path, text := range pythonFiles(t, filepath.Join(testdata, "clean")) {
		compare(t, path, text)
	}
}

func pythonFiles(t *testing.T, root string) texts {
	t.Helper()
	out := texts{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		out[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no Python file", root)
	}
	return out
}

var block = regexp.MustCompile("(?ms)^```(python|html) (bad|good)\n(.*?)^```$")

// TestPages runs the examples of every rule's page.
func TestPages(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			bad, good := 0, 0
			for _, m := range block.FindAllStringSubmatch(r.Page, -1) {
				s, only := checkBy(t, r, "example.py", []byte(m[3]))
				if m[1] == "html" {
					s = engine.CheckText(source.New("example.html", []byte(m[3])), engine.Options{})
				}
				got := found(s)
				if only != "" {
					got = slices.DeleteFunc(got, func(g string) bool { return !strings.HasSuffix(g, " "+only) })
				}
				if m[2] == "good" {
					good++
					if len(got) > 0 {
						t.Errorf("good example %d: %v\n%s", good, got, m[3])
					}
					continue
				}
				bad++
				fires := slices.ContainsFunc(got, func(g string) bool { return strings.HasSuffix(g, " "+r.ID) })
				if !fires {
					t.Errorf("bad example %d does not fire: %v\n%s", bad, got, m[3])
				}
			}
			if bad == 0 || good == 0 {
				t.Errorf("the page has %d bad and %d good examples: it needs both", bad, good)
			}
		})
	}
}
