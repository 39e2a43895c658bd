package lsp_test

import (
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

const view = `from flask import Flask, render_template, request

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("page.html", q=request.args["q"])
`

// codeList names the rules of diagnostics.
func codeList(found []lsptest.Diagnostic) string {
	var out []string
	for _, d := range found {
		out = append(out, d.Code)
	}
	return strings.Join(out, " ")
}

func waitCodes(t *testing.T, e *lsptest.Editor, name, want string) {
	t.Helper()
	e.DiagnosticsWhere(name, "["+want+"]", func(found []lsptest.Diagnostic) bool { return codeList(found) == want })
}

// TestTemplateOfClosedView edits a template while the view that renders it is
// known from a scan alone: it is run again in the background.
func TestTemplateOfClosedView(t *testing.T) {
	for _, client := range []string{"vscode", "nvim-0.12"} {
		t.Run(client, func(t *testing.T) {
			dir := folder(t)
			write(t, dir, "pyproject.toml", "")
			write(t, dir, "app.py", view)
			write(t, dir, "templates/page.html", "<p>{{ q|safe }}</p>\n")
			write(t, dir, "left.html", "<p>{{ q|safe }}</p>\n")
			e := start(t, lsptest.Config{Client: client, Dir: dir})
			if r := scan(t, e, nil); r.Findings != 1 {
				t.Errorf("the scan found %+v", r)
			}
			waitCodes(t, e, "templates/page.html", "template-safe-filter")
			e.Open("templates/page.html", "<p>{{ q }}</p>\n<b>{{ q|safe }}</b>\n")
			waitCodes(t, e, "templates/page.html", "template-safe-filter")
			e.Replace("templates/page.html", "{{ q }}</p>", "{{ q|safe }}</p>")
			waitCodes(t, e, "templates/page.html", "template-safe-filter template-safe-filter")
			e.Replace("templates/page.html", "<p>{{ q|safe }}</p>", "<p>{{ q }}</p>")
			waitCodes(t, e, "templates/page.html", "template-safe-filter")
			e.Replace("templates/page.html", "{{ q|safe }}", "{{ q }}")
			waitCodes(t, e, "templates/page.html", "")
			e.Close("templates/page.html") // without having been saved
			waitCodes(t, e, "templates/page.html", "template-safe-filter")
			if r := scan(t, e, nil); r.Findings != 1 {
				t.Errorf("the second scan found %+v", r)
			}
			waitCodes(t, e, "templates/page.html", "template-safe-filter")
			write(t, dir, "templates/page.html", "<p>{{ q }}</p>\n")
			e.Notify("workspace/didChangeWatchedFiles", map[string]any{
				"changes": []any{map[string]any{"uri": e.URI("templates/page.html"), "type": 2}},
			})
			waitCodes(t, e, "templates/page.html", "")
			if n := len(e.Pushes("left.html")); n > 0 {
				t.Errorf("a page that nothing renders was spoken of %d times", n)
			}
		})
	}
}

// TestTemplatesAreKnown opens the same text under the names and languages that
// editors have for templates, and for what is none.
func TestTemplatesAreKnown(t *testing.T) {
	const text = "<p title={{ q }}>\n"
	for _, c := range []struct {
		name, language string
		known          bool
	}{
		{"page.html", "html", true}, {"page.html", "jinja", true}, {"page.html", "django-html", true},
		{"page.html", "htmldjango", true}, {"page.html.j2", "jinja2", true}, {"page.html.j2", "plaintext", true},
		{"page.tpl", "jinja-html", true}, {"page.tpl", "html.j2", true}, {"page.tpl", "plaintext", false}, {"page.tpl", "python", false},
	} {
		dir := folder(t)
		write(t, dir, "app.py", strings.Replace(view, "page.html", c.name, 1))
		write(t, dir, "templates/"+c.name, "<p></p>\n")
		e := start(t, lsptest.Config{Client: "vscode", Dir: dir})
		e.Open("app.py", strings.Replace(view, "page.html", c.name, 1))
		wantCodes(t, e, "app.py", "")
		uri := e.URI("templates/" + c.name)
		e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
			"uri": uri, "languageId": c.language, "version": 1, "text": text,
		}})
		e.Sync()
		said := false
		for _, p := range e.PushesOf(uri) {
			said = said || codeList(p.Diagnostics) == "template-unquoted-attribute"
		}
		if said != c.known {
			t.Errorf("%s in the language %s: known %t, want %t", c.name, c.language, said, c.known)
		}
	}
}
