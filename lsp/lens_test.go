package lsp_test

import (
	"fmt"
	"slices"
	"testing"

	"pavise/lsp/lsptest"
)

// withLenses is a client that knows code lenses.
func withLenses(params map[string]any) {
	caps := params["capabilities"].(map[string]any)
	caps["textDocument"].(map[string]any)["codeLens"] = map[string]any{}
	caps["workspace"].(map[string]any)["codeLens"] = map[string]any{"refreshSupport": true}
}

// lenses are those of a file, as "line title".
func lenses(t *testing.T, e *lsptest.Editor, name string) []string {
	t.Helper()
	var got []struct {
		Range   lsptest.Range `json:"range"`
		Command struct{ Title string }
	}
	if err := e.Call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}}, &got); err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, l := range got {
		out = append(out, fmt.Sprintf("%d %s", l.Range.Start.Line+1, l.Command.Title))
	}
	return out
}

const shop = `import sqlite3
from flask import Flask, request
from flask_login import login_required
from store import look

app = Flask(__name__)

@app.route("/login", methods=["POST"])
def login():
    db = sqlite3.connect("x.db")
    return str(db.execute("SELECT 1 FROM u WHERE a = ? AND b = ?", (request.form["a"], request.form["b"])).fetchone())

@app.get("/look")
@login_required
def show():
    return open(look(request.args["name"])).read()

@app.get("/health")
def health():
    return {"ok": True}
`

const store = "def look(name):\n    return \"x\"\n"

func TestCodeLenses(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Params: withLenses})
	e.Open("app.py", shop)
	e.Diagnostics("app.py")
	if got := lenses(t, e, "app.py"); len(got) > 0 {
		t.Errorf("off by default, but there are %q", got)
	}
	dir := t.TempDir()
	write(t, dir, "store.py", store)
	e = start(t, lsptest.Config{Dir: dir, Params: withLenses, Settings: map[string]any{"pavise": map[string]any{"code-lenses": true}}})
	e.Asked("workspace/codeLens/refresh") // once the settings have come
	e.Open("store.py", store)
	e.Open("app.py", shop)
	e.Diagnostics("app.py")
	want := []string{
		"9 POST /login · 2 inputs · no guard here · reaches SQL",
		"15 GET /look · 1 input · login_required",
		"19 GET /health · no inputs · no guard here",
	}
	if got := lenses(t, e, "app.py"); !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	// An edit of another file changes a finding here, and the lens with it.
	asked := e.Count("workspace/codeLens/refresh")
	e.Replace("store.py", `"x"`, "name")
	e.DiagnosticsWhere("app.py", "path-traversal", func(list []lsptest.Diagnostic) bool { return len(list) > 0 })
	for range 100 {
		if e.Count("workspace/codeLens/refresh") > asked {
			break
		}
		e.Sync()
	}
	if e.Count("workspace/codeLens/refresh") == asked {
		t.Error("the lenses are not asked for again")
	}
	if got := lenses(t, e, "app.py"); len(got) != 3 || got[1] != "15 GET /look · 1 input · login_required · reaches files" {
		t.Errorf("after the edit: %q", got)
	}
	e.Open("templates/x.html", "{{ x }}")
	if got := lenses(t, e, "templates/x.html"); len(got) > 0 {
		t.Errorf("in a template: %q", got)
	}
}
