package poc

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/models"
)

// Test is a test that fails while a finding is there and passes once it is
// repaired.
type Test struct {
	Path string // tests/security/test_<rule>_<function>.py, from root, in slashes
	Text string
}

// Folder is where tests for findings are put, from the root of the project.
const Folder = "tests/security"

// TestFor writes the test for a finding. The error says in a plain sentence why
// there is none. Root is the absolute folder of the project.
func TestFor(s *engine.Snapshot, f *analysis.Finding, root string) (Test, error) {
	w, ok := watchFor(f.Kinds)
	if !ok {
		return Test{}, errors.New("a test is written for SQL, shell commands, HTML, redirects, paths and addresses only")
	}
	r, ok := RequestOf(s, f)
	if !ok {
		return Test{}, errors.New("no request is known that leads here")
	}
	if r.has(Cookie) || r.Param.In == Header && w.kind != models.HTML && w.kind != models.SQL {
		return Test{}, fmt.Errorf("the data comes from a %s, which cannot carry what the test would send", r.Param.In)
	}
	if r.Param.In == Path && !r.Param.Whole && w.slashes {
		return Test{}, errors.New("this part of the path takes no slash, which the test would have to send")
	}
	t := &testWriter{s: s, f: f, root: root, r: &r, w: w, p: projectOf(s)}
	setup, err := t.setup()
	if err != nil {
		return Test{}, err
	}
	name := strings.ReplaceAll(f.Rule.ID, "-", "_") + "_" + testable(r.handler.name)
	t.name = name
	return Test{Path: Folder + "/test_" + name + ".py", Text: t.text(setup)}, nil
}

var notWord = regexp.MustCompile(`\W+`)

func testable(name string) string { return strings.Trim(notWord.ReplaceAllString(name, "_"), "_") }

// watch is how a test sees the fault.
type watch struct {
	kind    models.Kind
	slashes bool   // what is sent holds some
	purpose string // what the client must not be able to do
	imports []string
	needs   []string // fixtures
	code    string   // of the module, before the test
	body    string   // of the test; send(value) makes the request
}

type testWriter struct {
	s    *engine.Snapshot
	f    *analysis.Finding
	root string
	name string
	r    *Request
	w    watch
	p    *project
}

// setup is the part of a test that is the framework's.
type setup struct {
	imports []string
	before  string // the part of the module before the test
	send    string // def send(value), indented for the test
	modules []string
	paths   []string // folders of modules, from root in slashes
}

func (t *testWriter) setup() (setup, error) {
	switch t.r.Framework {
	case "flask", "fastapi", "starlette":
		return t.served()
	case "django":
		return t.django()
	}
	return setup{}, errors.New("a test is written for Flask, FastAPI, Starlette and Django only")
}

// served is for the frameworks whose application is an object.
func (t *testWriter) served() (setup, error) {
	app, ok := t.p.application(t.r, t.root)
	if !ok {
		return setup{}, errors.New("the application that serves this function was not found: no variable holds it, and no function makes it without arguments")
	}
	r := *t.r
	r.Pattern = app.prefix + r.Pattern
	dir, module := moduleOf(app.file.path, t.root)
	var s setup
	if err := t.addPath(&s, dir, app.file.path); err != nil {
		return s, err
	}
	get := fmt.Sprintf("    from %s import %s\n", module, app.name)
	made := app.name
	if app.made {
		made += "()"
	}
	s.modules = t.modules()
	if r.Framework == "flask" {
		s.send = get + "\n    client = " + made + ".test_client()\n\n    def send(value):\n" +
			"        response = client.open(" + t.arguments(&r, "query_string") + ")\n" +
			"        return response.headers, response.get_data(as_text=True)\n"
		return s, nil
	}
	s.imports = []string{"from starlette.testclient import TestClient"}
	s.send = get + "\n    client = TestClient(" + made + ", raise_server_exceptions=False, follow_redirects=False)\n\n    def send(value):\n" +
		"        response = client.request(" + t.arguments(&r, "params") + ")\n" +
		"        return response.headers, response.text\n"
	return s, nil
}

// arguments are those of a client that takes the parts of a request apart.
func (t *testWriter) arguments(r *Request, query string) string {
	out := t.url(r)
	verb := "method=" + quote(r.Method)
	if query == "params" {
		out = quote(r.Method) + ", " + out
		verb = ""
	}
	for _, part := range []struct {
		in   Place
		name string
	}{{Query, query}, {Form, "data"}, {JSON, "json"}, {Header, "headers"}} {
		if dict := r.dict(part.in); dict != "" {
			out += ", " + part.name + "=" + dict
		}
	}
	if verb != "" {
		out += ", " + verb
	}
	return out
}

// url is the expression of the request's URL.
func (t *testWriter) url(r *Request) string {
	const mark = "pavisevalue"
	path := r.path(mark)
	if before, after, ok := strings.Cut(path, mark); ok {
		return quote(before) + " + quote(value, safe=\"\")" + plus(after)
	}
	return quote(path)
}

func plus(text string) string {
	if text == "" {
		return ""
	}
	return " + " + quote(text)
}

// dict is the dict of the values in a place, "" if there are none.
func (r *Request) dict(in Place) string {
	var items []string
	for _, p := range append([]Param{r.Param}, r.Others...) {
		if p.In != in {
			continue
		}
		v := `"1"`
		if p == r.Param {
			v = "value"
		}
		items = append(items, quote(p.Name)+": "+v)
	}
	if len(items) == 0 {
		return ""
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// quote is a text as a literal of Python.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}

// addPath takes in the folders that an import of the application needs: that of
// its outermost package, and its own, from which scripts import.
func (t *testWriter) addPath(s *setup, dirs ...string) error {
	for _, d := range dirs {
		if strings.HasSuffix(d, ".py") {
			d = filepath.Dir(d)
		}
		rel, err := filepath.Rel(t.root, d)
		if err != nil || !filepath.IsLocal(rel) {
			return fmt.Errorf("the application lies outside %s", t.root)
		}
		if rel = filepath.ToSlash(rel); !slices.Contains(s.paths, rel) {
			s.paths = append(s.paths, rel)
		}
	}
	return nil
}

// modules are the names of those that the data goes through.
func (t *testWriter) modules() []string {
	var list []string
	paths := []string{t.f.Path}
	for _, st := range t.f.Steps {
		paths = append(paths, st.Path)
	}
	for _, path := range paths {
		abs, err := filepath.Abs(path)
		if err != nil || !strings.HasSuffix(abs, ".py") {
			continue
		}
		_, name := moduleOf(abs, t.root)
		name, _, _ = strings.Cut(name, ".")
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// text puts the test together.
func (t *testWriter) text(s setup) string {
	var b strings.Builder
	place := (&writer{s: t.s, f: t.f, root: t.root}).path(t.f.Path)
	fmt.Fprintf(&b, "\"\"\"The client of %s() must not be able to %s.\n\n", t.r.handler.name, t.w.purpose)
	fmt.Fprintf(&b, "For the finding %s at %s:%d. The test fails while the fault is there and\npasses once it is repaired. If it passes at once, the request does not get that far:\nlog in, or add what it needs.\n\"\"\"\n\n",
		t.f.Rule.ID, place, t.s.File().LineAt(t.f.Span.Start)+1)
	std := append([]string{"import contextlib", "import sys", "from pathlib import Path"}, t.w.imports...)
	if t.r.Param.In == Path {
		std = append(std, "from urllib.parse import quote")
	}
	var third []string
	for _, line := range s.imports {
		if strings.Contains(line, "urllib") || line == "import os" || line == "import json" {
			std = append(std, line)
		} else {
			third = append(third, line)
		}
	}
	sortImports(std)
	b.WriteString(strings.Join(slices.Compact(std), "\n") + "\n\n")
	if len(third) > 0 {
		b.WriteString(strings.Join(third, "\n") + "\n\n")
	}
	b.WriteString("ROOT = Path(__file__).resolve().parents[2]\n")
	for _, path := range slices.Backward(s.paths) {
		if path == "." {
			b.WriteString("sys.path.insert(0, str(ROOT))\n")
			continue
		}
		fmt.Fprintf(&b, "sys.path.insert(0, str(ROOT / %s))\n", quote(path))
	}
	if s.before != "" {
		b.WriteString(s.before)
	}
	b.WriteString(t.w.code)
	fixtures := slices.Clone(t.w.needs)
	if len(s.modules) > 0 && !slices.Contains(fixtures, "monkeypatch") {
		fixtures = append(fixtures, "monkeypatch")
	}
	fmt.Fprintf(&b, "\n\ndef test_%s(%s):\n", t.name, strings.Join(fixtures, ", "))
	if len(s.modules) > 0 {
		fmt.Fprintf(&b, "    for name in list(sys.modules):  # another test may have imported the application\n        if name.partition(\".\")[0] in %s:\n            monkeypatch.delitem(sys.modules, name)\n\n", pyTuple(s.modules))
	}
	b.WriteString(strings.Replace(t.w.body, "@send\n", s.send+"\n", 1))
	return b.String()
}

func pyTuple(list []string) string {
	var quoted []string
	for _, x := range list {
		quoted = append(quoted, quote(x))
	}
	if len(quoted) == 1 {
		return "(" + quoted[0] + ",)"
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// sortImports puts import statements before from statements, each by name.
func sortImports(list []string) {
	slices.SortFunc(list, func(a, b string) int {
		if x, y := strings.HasPrefix(a, "from"), strings.HasPrefix(b, "from"); x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
}
