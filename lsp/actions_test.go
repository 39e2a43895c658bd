package lsp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

func has(t *testing.T, actions []lsptest.Action, words string) lsptest.Action {
	t.Helper()
	i := slices.IndexFunc(actions, func(a lsptest.Action) bool { return strings.Contains(a.Title, words) })
	if i < 0 {
		t.Fatalf("no %q among %q", words, lsptest.Titles(actions))
	}
	return actions[i]
}

// Each client gets actions in the form that it announced, can take one, and is
// rid of the finding.
func TestActionsByClient(t *testing.T) {
	for _, client := range lsptest.Clients() {
		t.Run(client, func(t *testing.T) {
			e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
			e.Open("app.py", app)
			e.Sync()
			caps := e.InitializeParams()["capabilities"].(map[string]any)
			document, _ := caps["textDocument"].(map[string]any)
			announced, _ := document["codeAction"].(map[string]any)
			workspace, _ := caps["workspace"].(map[string]any)
			workspaceEdit, _ := workspace["workspaceEdit"].(map[string]any)
			all := e.Actions("app.py", e.Find("app.py", "hashlib.md5", 0), "quickfix")
			if client == "bare" || client == "pull-only" {
				if len(all) != 1 || !strings.HasPrefix(all[0].Title, "Explain") {
					t.Errorf("a client that can do nothing is offered %q", lsptest.Titles(all))
				}
				return
			}
			var fix lsptest.Action
			for _, a := range all {
				if a.Disabled == nil && strings.Contains(a.Title, "ha") && !strings.HasPrefix(a.Title, "Ignore") && !strings.HasPrefix(a.Title, "Explain") {
					fix = a
					break
				}
			}
			if fix.Title == "" {
				t.Fatalf("no fix among %q", lsptest.Titles(all))
			}
			literal := announced["codeActionLiteralSupport"] != nil
			if got := fix.Kind == "quickfix"; got != literal {
				t.Errorf("a literal: %v, want %v", got, literal)
			}
			lazy := announced["resolveSupport"] != nil && announced["dataSupport"] == true
			if got := len(fix.Data) > 0; got != lazy {
				t.Errorf("to be resolved: %v, want %v", got, lazy)
			}
			if fix.IsPreferred != nil && announced["isPreferredSupport"] != true {
				t.Error("isPreferred was not announced")
			}
			ignore := slices.IndexFunc(all, func(a lsptest.Action) bool { return strings.HasPrefix(a.Title, "Ignore") })
			if (ignore >= 0) != literal {
				t.Errorf("offers %q", lsptest.Titles(all))
			}
			if ignore >= 0 {
				if versioned := len(all[ignore].Edit.DocumentChanges) > 0; versioned != (workspaceEdit["documentChanges"] == true) {
					t.Errorf("documentChanges: %v", versioned)
				}
			}
			e.Take(all, fix.Title)
			e.Sync()
			text := e.Text("app.py")
			if text == app {
				t.Error("the text is as before")
			}
			e.Change("app.py", lsptest.Insert(lsptest.Position{}, "#\n"))
			wantCodes(t, e, "app.py", "code-injection")
		})
	}
}

func TestActionsFollowTheRange(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	at := e.Find("app.py", "hashlib.md5", 0)
	whole := lsptest.Range{Start: lsptest.Position{Line: at.Start.Line}, End: lsptest.Position{Line: at.Start.Line + 1}}
	for name, r := range map[string]lsptest.Range{
		"finding": at, "caret": {Start: at.Start, End: at.Start}, "whole line": whole,
		"caret behind": {Start: e.Find("app.py", "(data)", 1).End, End: e.Find("app.py", "(data)", 1).End},
	} {
		found := e.Actions("app.py", r)
		has(t, found, "Ignore weak-hash on this line")
		if strings.Contains(strings.Join(lsptest.Titles(found), "|"), "code-injection") {
			t.Errorf("%s: offers %q", name, lsptest.Titles(found))
		}
	}
	if found := e.Actions("app.py", lsptest.Range{}); len(found) > 0 {
		t.Errorf("where nothing is wrong: %q", lsptest.Titles(found))
	}
	if found := e.Actions("app.py", lsptest.Range{End: lsptest.Position{Line: 99}}); len(found) < 6 {
		t.Errorf("for the whole file: %q", lsptest.Titles(found))
	}
	if found := e.Actions("other.py", at); len(found) > 0 {
		t.Errorf("for a file that is not open: %q", lsptest.Titles(found))
	}
}

// loading has two findings with a safe fix.
const loading = "import yaml\n\n\ndef one(text):\n    return yaml.load(text)\n\n\n# between\ndef two(text):\n    return yaml.load(text)\n"

func TestActionKinds(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", loading)
	at := e.Find("app.py", "yaml.load", 0)
	for only, want := range map[string]string{
		"quickfix": "quickfix", "": "quickfix source.fixAll.pavise", "source": "source.fixAll.pavise",
		"source.fixAll": "source.fixAll.pavise", "source.fixAll.pavise": "source.fixAll.pavise",
		"source.fixAll.ruff": "", "source.organizeImports": "", "refactor": "", "quick": "", "source.fixAll.pavise.x": "",
	} {
		kinds := map[string]bool{}
		for _, a := range e.Actions("app.py", at, only) {
			kinds[a.Kind] = true
		}
		var got []string
		for k := range kinds {
			got = append(got, k)
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("only %q: got %q, want %q", only, s, want)
		}
	}
}

func TestFixAll(t *testing.T) {
	for _, client := range []string{"vscode", "ale"} { // resolved later, and given at once
		e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
		e.Open("app.py", loading+app)
		wantCodes(t, e, "app.py", "yaml-unsafe-load yaml-unsafe-load "+both)
		all := e.Actions("app.py", lsptest.Range{}, "source.fixAll.pavise")
		if len(all) != 1 {
			t.Fatalf("offered %q", lsptest.Titles(all))
		}
		e.Take(all, "")
		wantCodes(t, e, "app.py", both)
		if got, want := e.Text("app.py"), strings.ReplaceAll(loading, "yaml.load", "yaml.safe_load")+app; got != want {
			t.Errorf("became\n%s", got)
		}
		if all := e.Actions("app.py", lsptest.Range{}, "source.fixAll"); len(all) > 0 {
			t.Errorf("then offers %q", lsptest.Titles(all))
		}
	}
}

// An action of an older text is not made in a newer one.
func TestOutdatedAction(t *testing.T) {
	e := start(t, lsptest.Config{Client: "nvim-0.10", Dir: t.TempDir()})
	e.Open("app.py", app)
	all := e.Actions("app.py", e.Find("app.py", "hashlib.md5", 0))
	fix := all[0]
	e.Change("app.py", lsptest.Insert(lsptest.Position{}, "\n\n"))
	before := e.Text("app.py")
	e.Take(all, fix.Title)
	e.Sync()
	if e.Text("app.py") != before {
		t.Errorf("it was made:\n%s", e.Text("app.py"))
	}
}

// table is a query with a hole that cannot be bound.
const table = `import sqlite3

from flask import Flask, request

app = Flask(__name__)


@app.get("/rows")
def rows():
    db = sqlite3.connect("app.db")
    return {"rows": db.execute(f"SELECT * FROM {request.args['table']}").fetchall()}
`

func TestRefusalIsShown(t *testing.T) {
	e := start(t, lsptest.Config{Client: "vscode", Dir: t.TempDir()})
	e.Open("app.py", table)
	at := e.Find("app.py", "db.execute", 0)
	refused := 0
	for _, a := range e.Actions("app.py", at) {
		if a.Disabled != nil {
			refused++
			if a.Disabled.Reason == "" || a.Title == "" || a.Edit != nil || a.Data != nil {
				t.Errorf("refused action is %+v", a)
			}
		}
	}
	if refused == 0 {
		t.Error("nothing says why there is no fix")
	}
	if h := e.Hover("app.py", at.Start); !strings.Contains(h, "- No automatic fix: ") {
		t.Errorf("hover does not say why there is no fix:\n%s", h)
	}
	e = start(t, lsptest.Config{Client: "nvim-0.12", Dir: t.TempDir()}) // does not know disabled actions
	e.Open("app.py", table)
	for _, a := range e.Actions("app.py", at) {
		if a.Disabled != nil {
			t.Errorf("offers %q, disabled", a.Title)
		}
	}
}

func TestIgnore(t *testing.T) {
	const head = "from flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.route('/x')\ndef f():\n    x = request.args['x']\n"
	for name, tc := range map[string]struct{ before, after string }{
		"plain line": {
			"    return eval(x)\n",
			"    return eval(x)  # pavise: ignore[code-injection]\n"},
		"behind a comment": {
			"    return eval(x)  # noted\n",
			"    return eval(x)  # noted  # pavise: ignore[code-injection]\n"},
		"into an ignore": {
			"    return eval(x)  # pavise: ignore[other] why not\n",
			"    return eval(x)  # pavise: ignore[other, code-injection] why not\n"},
		"into an empty ignore": {
			"    return eval(x)  # pavise: ignore[]\n",
			"    return eval(x)  # pavise: ignore[code-injection]\n"},
		"into an ignore above": {
			"    # pavise: ignore[other]\n    return eval(x)\n",
			"    # pavise: ignore[other, code-injection]\n    return eval(x)\n"},
		"many lines": {
			"    return print(\n        1,\n        eval(x),\n    )\n",
			"    return print(\n        1,\n        eval(x),  # pavise: ignore[code-injection]\n    )\n"},
		"string that starts on the line": {
			"    return eval(x + \"\"\"\n  text\n\"\"\")\n",
			"    # pavise: ignore[code-injection]\n    return eval(x + \"\"\"\n  text\n\"\"\")\n"},
		"string that ends on the line": {
			"    return f(\"\"\"\n  # text\n\"\"\", eval(x))\n",
			"    return f(\"\"\"\n  # text\n\"\"\", eval(x))  # pavise: ignore[code-injection]\n"},
		"string around the line": {
			"    return f\"\"\"\n  {eval(x)}\n\"\"\"\n",
			"    # pavise: ignore[code-injection]\n    return f\"\"\"\n  {eval(x)}\n\"\"\"\n"},
		"backslash": {
			"    return eval(x) + \\\n        1\n",
			"    # pavise: ignore[code-injection]\n    return eval(x) + \\\n        1\n"},
		"backslash before": {
			"    return 1 + \\\n        eval(x)\n",
			"    return 1 + \\\n        eval(x)  # pavise: ignore[code-injection]\n"},
		"head of a compound statement": {
			"    if eval(x):\n        return 1\n",
			"    if eval(x):  # pavise: ignore[code-injection]\n        return 1\n"},
		"end of the file": {
			"    return eval(x)",
			"    return eval(x)  # pavise: ignore[code-injection]"},
		"CRLF": {
			"    return eval(x + \"\"\"\r\n\"\"\")\r\n",
			"    # pavise: ignore[code-injection]\r\n    return eval(x + \"\"\"\r\n\"\"\")\r\n"},
		"string of one line": {
			"    return eval(x + '#')\n",
			"    return eval(x + '#')  # pavise: ignore[code-injection]\n"},
		"comment that ends in a backslash": {
			"    return eval(x)  # c:\\\n",
			"    return eval(x)  # c:\\  # pavise: ignore[code-injection]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, lsptest.Config{Dir: t.TempDir()})
			e.Open("app.py", head+tc.before)
			if got := codes(e.Diagnostics("app.py")); !strings.Contains(got, "code-injection") {
				t.Fatalf("shows %q", got)
			}
			e.Take(e.Actions("app.py", e.Find("app.py", "eval(", 0)), "Ignore code-injection on this line")
			if got := strings.TrimPrefix(e.Text("app.py"), head); got != tc.after {
				t.Errorf("got\n%s\nwant\n%s", got, tc.after)
			}
			if got := codes(e.Diagnostics("app.py")); strings.Contains(got, "code-injection") {
				t.Errorf("still shows %q", got)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	e := start(t, lsptest.Config{Client: "nvim-0.7", Dir: t.TempDir()})
	e.Open("app.py", app)
	e.Take(e.Actions("app.py", e.Find("app.py", "hashlib.md5", 0)), "Explain weak-hash")
	e.Note("window/showMessage", "weak-hash: ")
	var page string
	for _, arg := range []any{"weak-hash", map[string]any{"rule": "weak-hash"}} {
		if err := e.Call("workspace/executeCommand", map[string]any{"command": "pavise.explain", "arguments": []any{arg}}, &page); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(page, "# weak-hash\n") {
			t.Errorf("the page is %q", page)
		}
	}
	for _, params := range []map[string]any{
		{"command": "pavise.explain", "arguments": []any{"no-such-rule"}}, {"command": "pavise.explain"},
		{"command": "pavise.nothing"}, {"command": 7}, {}, {"command": "pavise.applyFix", "arguments": []any{7}},
	} {
		if got := code(e.Call("workspace/executeCommand", params, nil)); got != -32602 {
			t.Errorf("%v: code %d, want -32602", params, got)
		}
	}
}

// A client that can show a document is shown the page itself, from a file.
func TestExplainOpensPage(t *testing.T) {
	cfg := lsptest.Config{Client: "vscode", Dir: t.TempDir()}
	cfg.Server.PageDir = filepath.Join(t.TempDir(), "new", "pages")
	e := start(t, cfg)
	e.Open("app.py", app)
	e.Take(e.Actions("app.py", e.Find("app.py", "hashlib.md5", 0)), "Explain weak-hash")
	path := filepath.Join(cfg.Server.PageDir, "weak-hash.md")
	e.Asked("window/showDocument", lsptest.URI(path))
	page, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(page), "# weak-hash\n") {
		t.Errorf("the page is %q: %v", page, err)
	}
	if n := e.Count("window/showMessage"); n > 0 {
		t.Errorf("%d messages besides", n)
	}
}
