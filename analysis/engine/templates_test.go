package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

const rendering = `
-- app.py --
from flask import Flask, render_template, request

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("page.html", q=request.args["q"])
-- templates/page.html --
<p>{{ q }}</p>
{% include "part.html" %}
`

// TestTemplatesChange follows a template through changes on the disk while the
// view that renders it is open.
func TestTemplatesChange(t *testing.T) {
	dir := unpack(t, txtar.Parse([]byte(rendering)))
	app, page, part := filepath.Join(dir, "app.py"), filepath.Join(dir, "templates", "page.html"), filepath.Join(dir, "templates", "part.html")
	text, err := os.ReadFile(app)
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(options(t))
	s.Open(app, text)
	s.Ripple()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when, path string, findings ...string) {
		t.Helper()
		s.Look()
		s.Ripple()
		var got []string
		if snap := s.Closed(path); snap != nil {
			got = found(snap)
		}
		if strings.Join(got, ", ") != strings.Join(findings, ", ") {
			t.Errorf("%s: %s has %q, want %q", when, filepath.Base(path), got, findings)
		}
	}
	want("at first", page)
	write(page, "<p>{{ q|safe }}</p>\n{% include 'part.html' %}\n")
	want("marked safe", page, "1 template-safe-filter")
	write(page, "\n<p>{{ q|safe }}</p>\n{% include 'part.html' %}\n")
	want("moved", page, "2 template-safe-filter")
	write(part, "<p id={{ q }}>")
	want("a new include", part, "1 template-unquoted-attribute")
	want("beside it", page, "2 template-safe-filter")
	write(part, "<p id='{{ q }}'>")
	want("quoted", part)
	write(page, "<p>{{ q }}</p>")
	want("escaped again", page)
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	want("gone", page)
	write(page, "<p>{{ q|safe }}</p>")
	want("back", page, "1 template-safe-filter")
}

// TestTemplatesCutAnywhere analyses the templates of the archives cut at any
// place: nothing may panic, and places stay within the text.
func TestTemplatesCutAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	ar, err := txtar.ParseFile(filepath.Join(testdata, "rules", "xss", "template-safe-filter.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	view := `from flask import Flask, render_template, request

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("cut.html", term=request.args["q"], rows=[request.args["r"]], q=request.args["q"])
`
	for _, f := range ar.Files {
		if strings.HasSuffix(f.Name, ".py") {
			continue
		}
		for cut := 0; cut < len(f.Data); cut += 17 {
			one := &txtar.Archive{Files: []txtar.File{{Name: "app.py", Data: []byte(view)}, {Name: "templates/cut.html", Data: f.Data[:cut]}}}
			b := batch(t, unpack(t, one), []string{"app.py"}, options(t), 1)
			for _, s := range b.Others() {
				for _, x := range s.Findings() {
					if int(x.Span.End) > cut {
						t.Fatalf("%s cut at %d: a finding at %v", f.Name, cut, x.Span)
					}
				}
			}
		}
	}
}

// TestOpenTemplate follows an open template: its text counts, and not that on
// the disk.
func TestOpenTemplate(t *testing.T) {
	dir := unpack(t, txtar.Parse([]byte(rendering)))
	app, page, part := filepath.Join(dir, "app.py"), filepath.Join(dir, "templates", "page.html"), filepath.Join(dir, "templates", "part.html")
	text, err := os.ReadFile(app)
	if err != nil {
		t.Fatal(err)
	}
	s := engine.NewSession(options(t))
	want := func(when string, snap *engine.Snapshot, findings ...string) {
		t.Helper()
		if got := found(snap); strings.Join(got, ", ") != strings.Join(findings, ", ") {
			t.Errorf("%s there is %q, want %q", when, got, findings)
		}
	}
	change := func(path, old, text string) *engine.Snapshot {
		t.Helper()
		at := uint32(strings.Index(string(s.Snapshot(path).File().Text()), old))
		snap, err := s.Change(path, []source.Edit{{Span: source.Span{Start: at, End: at + uint32(len(old))}, New: text}})
		if err != nil {
			t.Fatal(err)
		}
		return snap
	}
	want("alone", s.OpenTemplate(page, []byte("<p>{{ q|safe }}</p>\n{% include 'part.html' %}")))
	s.Open(app, text)
	s.Ripple()
	want("with its view", s.Snapshot(page), "1 template-safe-filter")
	want("after a line above it", change(page, "<p>", "\n<p>"), "2 template-safe-filter")
	want("escaped", change(page, "|safe", ""))
	want("marked again", change(page, "q }}", "q|safe }}"), "2 template-safe-filter")
	want("a new part", s.OpenTemplate(part, []byte("<b id={{ q }}>")), "1 template-unquoted-attribute")
	want("beside the part", s.Snapshot(page), "2 template-safe-filter")
	want("the view gives a number", change(app, `request.args["q"]`, `int(request.args["q"])`), "3 security-headers-missing")
	s.Ripple()
	want("then the page", s.Snapshot(page))
	change(app, `int(request.args["q"])`, `request.args["q"]`)
	s.Ripple()
	want("the part again", s.Snapshot(part), "1 template-unquoted-attribute")
	s.Close(part)
	s.Close(page)
	s.Ripple()
	want("closed, as on the disk", s.Closed(page))
	want("closed, not on the disk", s.Closed(part))
	s.OpenTemplate(page, []byte("{{ q|safe }}"))
	s.Open(page, []byte("import os\n")) // the client has changed its mind
	s.Ripple()
	want("read as Python", s.Snapshot(page))
	want("read as a template again", s.OpenTemplate(page, []byte("{{ q|safe }}")), "1 template-safe-filter")
}

// TestHostileTemplates opens and renders texts that are made to hurt: they say
// nothing, and cost little.
func TestHostileTemplates(t *testing.T) {
	for name, text := range map[string]string{
		"large":   strings.Repeat("<p>{{ q|safe }}</p>\n", 5<<20/20),
		"binary":  "\x00\xff\xfe<p>{{ q|safe }}",
		"cycle":   `{% include "page.html" %}{% extends "page.html" %}{% import "page.html" as p %}`,
		"outside": `{% include "../../../../etc/passwd" %}{% include "/etc/passwd" %}{% extends "../app.py" %}`,
		"deep":    strings.Repeat("{% if q %}", 3000) + "{{ q }}" + strings.Repeat("{% endif %}", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			dir := unpack(t, txtar.Parse([]byte(rendering)))
			app, page := filepath.Join(dir, "app.py"), filepath.Join(dir, "templates", "page.html")
			view, err := os.ReadFile(app)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			s := engine.NewSession(options(t))
			s.Open(app, view)
			s.OpenTemplate(page, []byte(text))
			for range 20 {
				if _, err := s.Change(page, []source.Edit{{New: " "}}); err != nil {
					t.Fatal(err)
				}
				s.Ripple()
			}
			if got := found(s.Snapshot(page)); len(got) > 0 {
				t.Errorf("it has %v", got)
			}
			if note := s.Snapshot(page).Note(); note != "" {
				t.Errorf("it is noted that %s", note)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
			if got := batch(t, dir, []string{"app.py"}, options(t), 1).Others(); len(got) > 0 {
				t.Errorf("a batch speaks of %d other files", len(got))
			}
		})
	}
}
