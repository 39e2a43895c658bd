package flow

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// probeModel is the library that the tables import: a source, and a sink for
// each of some kinds.
const probeModel = `
library: probe
sources:
  - {call: probe.source}
sinks:
  - {call: probe.sink, kind: code}
  - {call: probe.sql, kind: sql}
  - {call: probe.html, kind: html}
  - {call: probe.cmd, kind: command}
  - {call: probe.path, kind: path}
  - {call: probe.url, kind: url}
  - {call: probe.redirect, kind: redirect}
  - {call: probe.log, kind: log}
`

var probeIndex = func() *Index {
	fsys := fstest.MapFS{"data/probe.yaml": {Data: []byte(probeModel)}}
	names, err := filepath.Glob("../models/data/*.yaml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		fsys["data/"+filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	set, err := models.Load(fsys)
	if err != nil {
		panic(err)
	}
	return NewIndex(set, map[string]bool{})
}()

// results runs every unit of a text.
func results(t testing.TB, text string) (*Analyzer, []*Result) {
	t.Helper()
	p := syntax.NewParser()
	p.Budget.Parse = time.Minute // however busy the machine is
	defer p.Close()
	tree := p.Parse(source.New("case.py", []byte(text)))
	a := NewProgram(probeIndex, nil).File("case.py")
	a.Update(tree)
	out := make([]*Result, a.Len())
	for i := range out {
		out[i] = a.Result(i)
	}
	return a, out
}

// reached is what the sinks of a text got, by line from 1.
func reached(t testing.TB, text string) map[int][]Reach {
	t.Helper()
	a, all := results(t, text)
	out := map[int][]Reach{}
	for i, r := range all {
		if r == nil {
			continue
		}
		if r.Over {
			t.Errorf("unit %d ran out of steps", i)
		}
		for _, e := range r.Events {
			if !strings.HasPrefix(e.Name, "probe.") {
				continue
			}
			_, start, ok := a.Where(e.Node.Unit())
			if !ok {
				t.Fatalf("an event of a unit that is not there: %s", e.Name)
			}
			line := 1 + strings.Count(text[:start+e.Node.Span().Start], "\n")
			out[line] = append(out[line], e.Reaches(e.Sinks[0])...)
			if out[line] == nil {
				out[line] = []Reach{}
			}
		}
	}
	return out
}

// verdict is what the marks of the tables say: dead is a sink that is never
// reached, clean one that only gets harmless data, weak one whose data was
// half checked, vague one whose data went through a call that nobody knows.
func verdict(list []Reach) string {
	if list == nil {
		return "dead"
	}
	best := "clean"
	rank := []string{"clean", "unknown", "stored", "weak", "vague", "tainted"}
	for _, r := range list {
		is := "tainted"
		switch {
		case r.Origin.Tier < models.Operator:
			is = "unknown"
		case r.Weak:
			is = "weak"
		case r.Origin.Tier == models.Stored:
			is = "stored"
		case r.Origin.Vague:
			is = "vague"
		}
		if slices.Index(rank, is) > slices.Index(rank, best) {
			best = is
		}
	}
	return best
}

var markOf = regexp.MustCompile(`#\s*(clean|tainted|weak|vague|dead|stored|unknown)\b`)

func tables(t *testing.T) []string {
	names, err := filepath.Glob("testdata/tables/*.py")
	if err != nil || len(names) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	return names
}

// TestTables holds the analysis to the mark at each sink.
func TestTables(t *testing.T) {
	for _, name := range tables(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".py"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := reached(t, string(data))
			marks, silent := 0, 0
			for i, line := range strings.Split(string(data), "\n") {
				m := markOf.FindStringSubmatch(line)
				if m == nil {
					continue
				}
				marks++
				if m[1] == "clean" || m[1] == "dead" {
					silent++
				}
				v := verdict(got[i+1])
				if v != m[1] && !(m[1] == "dead" && v == "clean") {
					t.Errorf("%s:%d: %s, want %s: %s", filepath.Base(name), i+1, v, m[1], strings.TrimSpace(line))
				}
			}
			if marks == 0 || silent == 0 || silent == marks {
				t.Errorf("%d of %d marks are silent: a table needs both kinds", silent, marks)
			}
		})
	}
}

// TestTablesAreTrue runs the tables with Python: data that is marked as clean
// must be so for every payload, and what is marked as tainted must be so for one.
func TestTablesAreTrue(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	args := []string{"-W", "ignore", "testdata/probe.py", "testdata/tables"}
	for _, name := range tables(t) {
		args = append(args, strings.TrimSuffix(filepath.Base(name), ".py"))
	}
	c := exec.Command(python, args...)
	c.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ran := map[string]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		if f[0] == "skip" {
			t.Logf("not run: %s", strings.TrimSpace(line))
			ran[f[1]+".py"] = "skip"
			continue
		}
		ran[f[0]+":"+f[1]] = f[2]
	}
	for _, name := range tables(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		if ran[base] == "skip" || strings.Contains(string(data), "\n# not run\n") {
			continue
		}
		for i, line := range strings.Split(string(data), "\n") {
			m := markOf.FindStringSubmatch(line)
			if m == nil || !strings.Contains(line, "(") {
				continue
			}
			got, seen := ran[fmt.Sprintf("%s:%d", base, i+1)]
			bad := false
			switch m[1] {
			case "clean":
				bad = !seen || got != "clean"
			case "dead":
				bad = seen
			case "tainted", "vague":
				bad = got != "dirty"
			}
			// where a path or an address leads cannot be seen from its text
			if k := kindCall.FindStringSubmatch(line); k != nil && (k[1] == "path" || k[1] == "url" || k[1] == "redirect" || k[1] == "log") {
				bad = bad && m[1] == "dead"
			}
			if bad && !strings.Contains(line, "# not run") && !strings.Contains(line, "by design") {
				t.Errorf("%s:%d: Python says %q: %s", base, i+1, got, strings.TrimSpace(line))
			}
		}
	}
}

var kindCall = regexp.MustCompile(`\b(sink|sql|html|cmd|path|url|redirect|log)\(`)

// trail is the way of a value as a finding shows it.
func trail(o Origin) []string {
	var out []string
	for s := o.Steps; s != nil; s = s.Prev {
		out = append(out, s.Text)
	}
	slices.Reverse(out)
	return out
}

func TestTrails(t *testing.T) {
	for _, c := range []struct{ text, label, trail string }{
		{"from probe import sink, source\nsink(source())\n", "source()", ""},
		{"from probe import sink, source\ndef f():\n    x = source()\n    y = x.strip()\n    sink(y)\n", "source()", "assigned to x; assigned to y"},
		{"from probe import sink, source\ndef g(a):\n    return a + '!'\ndef f():\n    sink(g(source()))\n", "source()", "passed to g() as a; returned by g()"},
		{"from flask import request\nfrom probe import sink\ndef f():\n    d = {'k': request.args['q']}\n    sink(d['k'])\n", "request.args", "assigned to d"},
	} {
		for _, list := range reached(t, c.text) {
			if len(list) != 1 {
				t.Errorf("%q: %d reaches", c.text, len(list))
				continue
			}
			o := list[0].Origin
			if got := strings.Join(trail(o), "; "); o.Label != c.label || got != c.trail {
				t.Errorf("%q: from %q by %q, want %q by %q", c.text, o.Label, got, c.label, c.trail)
			}
		}
		if len(reached(t, c.text)) == 0 {
			t.Errorf("%q: nothing reached", c.text)
		}
	}
}
