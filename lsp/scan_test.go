package lsp_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

type scanned struct {
	Files, Findings int
	Complete        bool
}

func scan(t *testing.T, e *lsptest.Editor, params map[string]any) (r scanned) {
	t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	params["command"] = "pavise.scanWorkspace"
	if err := e.Call("workspace/executeCommand", params, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestScan(t *testing.T) {
	dir := folder(t)
	write(t, dir, "a.py", app)
	write(t, dir, "pkg/b.py", app)
	write(t, dir, "pkg/clean.py", "x = 1\n")
	write(t, dir, "out/c.py", app)
	write(t, dir, "left/d.py", app)
	write(t, dir, ".git/x.py", app)
	write(t, dir, ".gitignore", "left/\n")
	write(t, dir, "pavise.toml", `exclude = ["out"]`)
	write(t, dir, "binary.py", "\x00\xff\xfe")
	write(t, dir, "secret.py", app)
	if err := os.Chmod(filepath.Join(dir, "secret.py"), 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(dir, "pkg", "loop")); err != nil {
		t.Log("no loop:", err)
	}
	if err := os.Symlink("nowhere.py", filepath.Join(dir, "dangling.py")); err != nil {
		t.Log("no dangling link:", err)
	}
	e := start(t, lsptest.Config{Client: "vscode", Dir: dir})
	e.Open("a.py", "x = 1\n") // the editor's text wins over the file's
	wantCodes(t, e, "a.py", "")
	r := scan(t, e, nil)
	if !r.Complete || r.Findings < 2 {
		t.Errorf("the scan found %+v", r)
	}
	wait(e, "pkg/b.py", both)
	wantCodes(t, e, "a.py", "")
	for _, name := range []string{"out/c.py", "left/d.py", ".git/x.py", "pkg/loop/a.py", "pkg/clean.py"} {
		if n := len(e.Pushes(name)); n > 0 {
			t.Errorf("%s was reported", name)
		}
	}
	e.Asked("window/workDoneProgress/create")
	e.Note("$/progress", `"kind":"begin"`, `"cancellable":true`)
	e.Note("$/progress", `"kind":"end"`)

	// From then on files are followed on disk and in the editor.
	e.Asked("client/registerCapability", "**/*.py")
	write(t, dir, "pkg/b.py", "x = 1\n")
	write(t, dir, "pkg/new.py", app)
	changed(e, "pkg/b.py", "pkg/new.py", "out/c.py")
	wait(e, "pkg/b.py", "")
	wait(e, "pkg/new.py", both)
	e.Open("pkg/new.py", "y = 1\n")
	wantCodes(t, e, "pkg/new.py", "")
	e.Close("pkg/new.py")
	wait(e, "pkg/new.py", both)
	if err := os.Remove(filepath.Join(dir, "pkg/new.py")); err != nil {
		t.Fatal(err)
	}
	changed(e, "pkg/new.py")
	wait(e, "pkg/new.py", "")
	e.Close("a.py")
	wait(e, "a.py", both)
	write(t, dir, "a.py", "x = 1\n")
	scan(t, e, nil)
	wait(e, "a.py", "")
	if n := len(e.Pushes("out/c.py")); n > 0 {
		t.Error("an excluded file was reported after a change")
	}
}

func TestScanAtStart(t *testing.T) {
	dir := folder(t)
	write(t, dir, "a.py", app)
	e := start(t, lsptest.Config{Client: "nvim-0.12", Dir: dir, Options: map[string]any{"scan": "workspace"}})
	wait(e, "a.py", both)
	e.Notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{
		"added": []any{}, "removed": []any{map[string]any{"uri": lsptest.URI(dir)}},
	}})
	wait(e, "a.py", "")
}

func TestScanOfNoFolder(t *testing.T) {
	e := start(t, lsptest.Config{Client: "helix"})
	if r := scan(t, e, nil); r != (scanned{}) {
		t.Errorf("the scan found %+v", r)
	}
	e.Note("window/showMessage", "no folder")
}

// A client that gives a token is shown progress under it, whatever its type.
func TestScanWithToken(t *testing.T) {
	dir := folder(t)
	write(t, dir, "a.py", app)
	e := start(t, lsptest.Config{Client: "ale", Dir: dir})
	for _, token := range []any{"mine", 7} {
		scan(t, e, map[string]any{"workDoneToken": token})
		e.Note("$/progress", fmt.Sprintf(`"token":%s`, quote(token)), `"kind":"end"`)
	}
	scan(t, e, nil)
	if n := e.Count("window/workDoneProgress/create"); n > 0 {
		t.Error("a client that shows no progress was asked to")
	}
}

func TestScanCancelled(t *testing.T) {
	dir := folder(t)
	big := strings.Repeat(app, 20)
	for i := range 60 {
		write(t, dir, fmt.Sprintf("f%d.py", i), big)
	}
	for _, way := range []string{"progress", "request"} {
		e := start(t, lsptest.Config{Client: "vscode", Dir: dir})
		id := e.Request("workspace/executeCommand", map[string]any{"command": "pavise.scanWorkspace", "workDoneToken": "t"})
		e.Note("$/progress", `"kind":"begin"`)
		var r scanned
		if way == "progress" {
			e.Notify("window/workDoneProgress/cancel", map[string]any{"token": "t"})
			if err := e.Reply(id, &r); err != nil || r.Complete {
				t.Errorf("ended with %+v, %v", r, err)
			}
		} else {
			e.Cancel(id)
			if got := code(e.Reply(id, nil)); got != -32800 {
				t.Errorf("code %d, want -32800", got)
			}
		}
		e.Note("$/progress", `"kind":"end"`)
		if r := scan(t, e, nil); !r.Complete { // it can be made again
			t.Errorf("then ended with %+v", r)
		}
	}
}

func TestScanForPullingClient(t *testing.T) {
	dir := folder(t)
	write(t, dir, "a.py", app)
	e := start(t, lsptest.Config{Client: "pull-only", Dir: dir, Options: map[string]any{"scan": "workspace"}})
	e.Asked("workspace/diagnostic/refresh")
	var w struct {
		Items []struct {
			URI     string
			Version *int
			Items   []lsptest.Diagnostic
		}
	}
	if err := e.Call("workspace/diagnostic", map[string]any{"previousResultIds": []any{}}, &w); err != nil {
		t.Fatal(err)
	}
	if len(w.Items) != 1 || w.Items[0].URI != e.URI("a.py") || w.Items[0].Version != nil || codes(w.Items[0].Items) != both {
		t.Errorf("workspace: %+v", w)
	}
	if n := len(e.Pushes("a.py")); n > 0 {
		t.Error("pushed")
	}
}

// TestScanUnderNewModels wants the findings of closed files to follow what a
// configuration says of the project's code: a new one, and a changed one.
func TestScanUnderNewModels(t *testing.T) {
	dir := folder(t)
	write(t, dir, "helpers.py", "def bold(text):\n    return text\n")
	write(t, dir, "views.py", "from flask import Flask, request\nfrom helpers import bold\napp = Flask(__name__)\n"+
		"@app.route('/')\ndef v():\n    return '<p>' + bold(request.args['q'])\n")
	entry := "[[models.cleans]]\ncall = \"helpers.bold\"\nclears = \"%s\"\n"
	e := start(t, lsptest.Config{Client: "vscode", Dir: dir})
	e.Open("other.py", "x = 1\n")
	scan(t, e, nil)
	wait(e, "views.py", "reflected-xss")
	for _, step := range []struct{ kinds, want string }{{"html", ""}, {"sql", "reflected-xss"}, {"sql, html", ""}} {
		write(t, dir, "pavise.toml", fmt.Sprintf(entry, step.kinds))
		changed(e, "pavise.toml")
		wait(e, "views.py", step.want)
	}
}
