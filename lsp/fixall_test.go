package lsp_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

const (
	allInFile    = "Fix all yaml-unsafe-load in this file"
	allInFolders = "Fix all yaml-unsafe-load in the workspace"
)

// waiting has a finding with a safe fix, of a rule that loading has not.
const waiting = "import requests\n\n\ndef fetch():\n    return requests.get('https://example.com/list')\n"

// oneLoad has one finding with a safe fix.
const oneLoad = "import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n"

func at(actions []lsptest.Action, words string) int {
	return slices.IndexFunc(actions, func(a lsptest.Action) bool { return strings.HasPrefix(a.Title, words) })
}

func TestFixAllOfRule(t *testing.T) {
	// Resolved later, given at once, and made by a command.
	for _, client := range []string{"vscode", "ale", "command-only"} {
		t.Run(client, func(t *testing.T) {
			e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
			e.Open("app.py", loading+waiting)
			wantCodes(t, e, "app.py", "yaml-unsafe-load yaml-unsafe-load request-without-timeout")
			all := e.Actions("app.py", e.Find("app.py", "yaml.load", 1))
			i := at(all, allInFile)
			if i < 1 || at(all, "Read YAML with safe_load") != i-1 {
				t.Fatalf("offers %q", lsptest.Titles(all))
			}
			if next := all[i+1:]; client != "command-only" && at(next, "Ignore") < 0 {
				t.Errorf("behind it come %q", lsptest.Titles(next))
			}
			if a := all[i]; client != "command-only" && (a.Kind != "quickfix" || a.IsPreferred != nil || codes(a.Diagnostics) != "yaml-unsafe-load") {
				t.Errorf("the action is %+v", a)
			}
			if lazy := all[i].Edit == nil; lazy != (client != "ale") {
				t.Errorf("without its edit: %v", lazy)
			}
			e.Take(all, allInFile)
			wantCodes(t, e, "app.py", "request-without-timeout")
			if got, want := e.Text("app.py"), strings.ReplaceAll(loading, "yaml.load", "yaml.safe_load")+waiting; got != want {
				t.Errorf("became\n%s", got)
			}
		})
	}
}

func TestFixAllOfRuleIsNotOffered(t *testing.T) {
	e := start(t, lsptest.Config{Client: "vscode", Dir: t.TempDir()})
	e.Open("app.py", loading)
	for _, only := range []string{"source", "source.fixAll", "source.fixAll.pavise"} {
		if all := e.Actions("app.py", e.Find("app.py", "yaml.load", 0), only); at(all, allInFile) >= 0 {
			t.Errorf("for %s it offers %q", only, lsptest.Titles(all))
		}
	}
	for name, text := range map[string]string{
		"one finding":           oneLoad + waiting,
		"fixes to be looked at": "import hashlib\n\na = hashlib.md5(b'').hexdigest()\nb = hashlib.md5(b'').hexdigest()\n",
	} {
		e.Open(name+".py", text)
		e.Diagnostics(name + ".py")
		all := e.Actions(name+".py", lsptest.Range{End: lsptest.Position{Line: 99}}, "quickfix")
		if at(all, "Fix all") >= 0 {
			t.Errorf("%s: offers %q", name, lsptest.Titles(all))
		}
		if at(all, "Ignore") < 0 {
			t.Errorf("%s: there is no finding", name)
		}
	}
}

// A folder with findings of a rule in files that are open, that are not, that have
// changed unseen, and that are none of the project.
func manyFiles(t *testing.T) string {
	dir := folder(t)
	for _, name := range []string{"app.py", "closed.py", "pkg/open.py", "stale.py", "out/excluded.py"} {
		write(t, dir, name, oneLoad)
	}
	write(t, dir, "marked.py", "\ufeff"+oneLoad)
	write(t, dir, "other.py", waiting)
	write(t, dir, "pavise.toml", `exclude = ["out"]`)
	return dir
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFixAllInWorkspace(t *testing.T) {
	for _, client := range []string{"vscode", "nvim-0.12", "eglot-1.17", "command-only"} {
		t.Run(client, func(t *testing.T) {
			dir := manyFiles(t)
			e := start(t, lsptest.Config{Client: client, Dir: dir})
			e.Open("app.py", oneLoad)
			e.Open("pkg/open.py", "# new\n"+oneLoad)
			e.Sync()
			place := e.Find("app.py", "yaml.load", 0)
			if all := e.Actions("app.py", place); at(all, allInFolders) >= 0 {
				t.Errorf("before a scan it offers %q", lsptest.Titles(all))
			}
			scan(t, e, nil)
			write(t, dir, "stale.py", "#\n"+oneLoad)
			all := e.Actions("app.py", place)
			has(t, all, allInFolders)
			if at(all, allInFile) >= 0 {
				t.Errorf("for one finding in the file it offers %q", lsptest.Titles(all))
			}
			e.Take(all, allInFolders)
			e.Sync()
			fixed := strings.ReplaceAll(oneLoad, "yaml.load", "yaml.safe_load")
			for name, got := range map[string]string{"app.py": e.Text("app.py"), "pkg/open.py": strings.TrimPrefix(e.Text("pkg/open.py"), "# new\n"), "closed.py": read(t, dir, "closed.py")} {
				if got != fixed {
					t.Errorf("%s is\n%s", name, got)
				}
			}
			for name, want := range map[string]string{"stale.py": "#\n" + oneLoad, "marked.py": "\ufeff" + oneLoad, "out/excluded.py": oneLoad, "other.py": waiting} {
				if got := read(t, dir, name); got != want {
					t.Errorf("%s is\n%s", name, got)
				}
			}
			if n := e.Count("workspace/applyEdit"); n != 1 {
				t.Errorf("%d edits", n)
			}
			var asked struct{ Edit lsptest.WorkspaceEdit }
			if err := json.Unmarshal([]byte(e.Asked("workspace/applyEdit")), &asked); err != nil {
				t.Fatal(err)
			}
			if client != "vscode" {
				wantNotes(t, e, asked.Edit, nil)
				return
			}
			wantNotes(t, e, asked.Edit, map[string]string{
				"app.py": allInFolders, "closed.py": allInFolders + " (to be confirmed)", "pkg/open.py": allInFolders + " (to be confirmed)",
			})
		})
	}
}

// The cells of a notebook are one file, and one of the workspace.
func TestFixAllOfRuleInNotebook(t *testing.T) {
	dir := manyFiles(t)
	e := start(t, lsptest.Config{Client: "vscode", Dir: dir, Params: lsptest.NotebookParams})
	cells := []lsptest.CellText{{Name: "a", Text: "import yaml\na = yaml.load(x)"}, {Name: "b", Text: "b = yaml.load(x)"}}
	a, b := e.CellURI("nb.ipynb", "a"), e.CellURI("nb.ipynb", "b")
	fixed := []string{"import yaml\na = yaml.safe_load(x)", "b = yaml.safe_load(x)"}
	e.OpenNotebook("nb.ipynb", cells...)
	e.Take(e.Actions(b, e.Find(b, "yaml.load", 0)), allInFile)
	if got := []string{e.Text(a), e.Text(b)}; !slices.Equal(got, fixed) {
		t.Errorf("the cells are %q", got)
	}
	e.CloseNotebook("nb.ipynb", "a", "b")
	e.OpenNotebook("nb.ipynb", cells...)
	e.Open("app.py", oneLoad)
	scan(t, e, nil)
	e.Take(e.Actions("app.py", e.Find("app.py", "yaml.load", 0)), allInFolders)
	if got := []string{e.Text(a), e.Text(b)}; !slices.Equal(got, fixed) {
		t.Errorf("from another file, the cells are %q", got)
	}
}

// Where nothing is left to be fixed the user is told so.
func TestFixAllInWorkspaceOfNothing(t *testing.T) {
	dir := manyFiles(t)
	e := start(t, lsptest.Config{Client: "vscode", Dir: dir})
	e.Open("app.py", oneLoad)
	e.Diagnostics("app.py")
	ticket := map[string]any{"uri": e.URI("app.py"), "rule": "weak-hash", "fix": "**"}
	execute := map[string]any{"command": "pavise.applyFix", "arguments": []any{ticket}}
	if err := e.Call("workspace/executeCommand", execute, nil); err != nil {
		t.Fatal(err)
	}
	e.Note("window/showMessage", "no safe fix of weak-hash")
	ticket["rule"] = "no-such-rule"
	if got := code(e.Call("workspace/executeCommand", execute, nil)); got != -32602 {
		t.Errorf("for a rule that is not there: code %d", got)
	}
	if n := e.Count("workspace/applyEdit"); n > 0 {
		t.Errorf("%d edits", n)
	}
}

// wantNotes compares the annotations of an edit, by the files that it changes.
func wantNotes(t *testing.T, e *lsptest.Editor, edit lsptest.WorkspaceEdit, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	note := func(uri, id string) {
		if id == "" {
			return
		}
		a := edit.Annotations[id]
		said := a.Label
		if a.NeedsConfirmation {
			said += " (to be confirmed)"
		}
		if a.Description == "" {
			t.Errorf("annotation %s has no description", id)
		}
		got[strings.TrimPrefix(uri, strings.TrimSuffix(e.URI("x"), "x"))] = said
	}
	for _, c := range edit.DocumentChanges {
		note(c.URI, c.AnnotationID)
		for _, x := range c.Edits {
			note(c.TextDocument.URI, x.AnnotationID)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("annotated are %q, want %q", got, want)
	}
	if want == nil && edit.Annotations != nil {
		t.Errorf("annotations %v", edit.Annotations)
	}
}

// A fix that reaches into other files is annotated for the clients that know it; one
// that does not is made at once.
func TestAnnotations(t *testing.T) {
	const key = "from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = \"s3cr3t-value\"\n"
	const title = "Read the key from the environment variable SECRET_KEY"
	forget := func(params map[string]any) {
		workspace := params["capabilities"].(map[string]any)["workspace"].(map[string]any)
		delete(workspace["workspaceEdit"].(map[string]any), "changeAnnotationSupport")
	}
	for name, cfg := range map[string]lsptest.Config{
		"vscode": {Client: "vscode"}, "vscode without": {Client: "vscode", Params: forget}, "nvim": {Client: "nvim-0.12"}, "kate": {Client: "kate"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t)
			write(t, dir, "pyproject.toml", "[project]\nname = 'shop'\n")
			write(t, dir, ".gitignore", "*.pyc\n")
			cfg.Dir = dir
			e := start(t, cfg)
			e.Open("app.py", key+loading)
			e.Diagnostics("app.py")
			wantNotes(t, e, *e.Edit(e.Actions("app.py", e.Find("app.py", "yaml.load", 0)), allInFile), nil)
			all := e.Actions("app.py", e.Find("app.py", "s3cr3t", 0))
			edit := e.Edit(all, title)
			if name != "vscode" {
				wantNotes(t, e, *edit, nil)
			} else {
				confirmed := title + " (to be confirmed)"
				wantNotes(t, e, *edit, map[string]string{"app.py": confirmed, ".env.example": confirmed, ".gitignore": confirmed})
			}
			e.Take(all, title)
			e.Sync()
			if got := read(t, dir, ".gitignore"); got != "*.pyc\n.env\n" {
				t.Errorf(".gitignore is %q", got)
			}
		})
	}
}
