package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/engine"
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
