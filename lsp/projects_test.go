package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pavise/lsp/lsptest"
)

// write makes a file, or replaces it in one step: the server may be reading it.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
	return path
}

// folder is a new one, without links in its path.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func changed(e *lsptest.Editor, names ...string) {
	var changes []any
	for _, n := range names {
		changes = append(changes, map[string]any{"uri": e.URI(n), "type": 2})
	}
	e.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": changes})
}

func showing(want string) (string, func([]lsptest.Diagnostic) bool) {
	return "codes " + want, func(all []lsptest.Diagnostic) bool { return codes(all) == want }
}

func wait(e *lsptest.Editor, name, want string) []lsptest.Diagnostic {
	what, ok := showing(want)
	return e.DiagnosticsWhere(name, what, ok)
}

func TestConfigurationFile(t *testing.T) {
	dir := folder(t)
	write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
	e := start(t, lsptest.Config{Dir: dir})
	e.Asked("client/registerCapability", "**/pavise.toml", "**/pyproject.toml")
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", "code-injection")

	write(t, dir, "pavise.toml", `ignore = ["code-injection"]`)
	changed(e, "pavise.toml")
	wait(e, "app.py", "weak-hash")

	if err := os.Remove(filepath.Join(dir, "pavise.toml")); err != nil {
		t.Fatal(err)
	}
	changed(e, "pavise.toml")
	wait(e, "app.py", both)

	write(t, dir, "pyproject.toml", "[tool.pavise]\nselect = [\"weak-hash\"]\n")
	changed(e, "pyproject.toml")
	wait(e, "app.py", "weak-hash")

	write(t, dir, "pyproject.toml", "[tool.pavise]\nexclude = [\"app.py\"]\n")
	changed(e, "pyproject.toml")
	wait(e, "app.py", "")
	e.Change("app.py", lsptest.Insert(lsptest.Position{}, "\n"))
	wantCodes(t, e, "app.py", "")
	if h := e.Hover("app.py", e.Find("app.py", "eval(", 0).Start); h != "" {
		t.Errorf("an excluded file hovers %q", h)
	}
	write(t, dir, "pyproject.toml", "")
	changed(e, "pyproject.toml")
	all := wait(e, "app.py", both)
	if all[0].Range.Start.Line != 10 {
		t.Errorf("the edit of an excluded file was lost: line %d", all[0].Range.Start.Line)
	}
}

// A broken configuration is reported with its place, once, and the last good
// one stays in force.
func TestBrokenConfiguration(t *testing.T) {
	dir := folder(t)
	write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
	e := start(t, lsptest.Config{Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", "code-injection")

	for _, broken := range []string{"ignore = [\n", "x = 1\nseverity = \"hihg\"\n", "ignore = [\"no-such-rule\"]\n"} {
		write(t, dir, "pavise.toml", broken)
		changed(e, "pavise.toml")
		changed(e, "pavise.toml")
		faults := e.DiagnosticsWhere("pavise.toml", "a fault", func(all []lsptest.Diagnostic) bool { return len(all) > 0 })
		if faults[0].Severity != 1 || faults[0].Message == "" || faults[0].Source != "pavise" {
			t.Errorf("%q: shows\n%s", broken, lsptest.Describe(faults))
		}
		e.Change("app.py", lsptest.Insert(lsptest.Position{}, "\n"))
		wantCodes(t, e, "app.py", "code-injection")

		write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
		changed(e, "pavise.toml")
		wait(e, "pavise.toml", "")
	}
	e.Sync()
	if n := e.Count("window/showMessage"); n != 3 {
		t.Errorf("%d messages for 3 faults", n)
	}
}

func TestBrokenFromTheStart(t *testing.T) {
	dir := folder(t)
	write(t, dir, "pavise.toml", "# broken\nseverity = \"hihg\"\n")
	e := start(t, lsptest.Config{Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	e.Note("window/showMessage", "pavise.toml:2:", "hihg", "high")
	all := e.DiagnosticsWhere("pavise.toml", "a fault", func(all []lsptest.Diagnostic) bool { return len(all) > 0 })
	if all[0].Range.Start.Line != 1 {
		t.Errorf("shows\n%s", lsptest.Describe(all))
	}
}

// Clients that do not watch files have theirs looked at when something is saved.
func TestConfigurationWithoutWatching(t *testing.T) {
	dir := folder(t)
	e := start(t, lsptest.Config{Client: "nvim-0.7", Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	path := write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
	e.Save("app.py")
	wait(e, "app.py", "code-injection")
	write(t, dir, "pavise.toml", `ignore = ["code-injection"]`)
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	e.Save("app.py")
	wait(e, "app.py", "weak-hash")
	if n := e.Count("client/registerCapability"); n > 0 {
		t.Errorf("registered %d times with a client that cannot", n)
	}
}

// The nearest configuration counts, in the workspace and without one.
func TestNestedConfigurations(t *testing.T) {
	dir := folder(t)
	write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
	write(t, dir, "sub/pavise.toml", `ignore = ["code-injection"]`)
	for _, cfg := range []lsptest.Config{{Dir: dir}, {Client: "helix"}} {
		e := start(t, cfg)
		for name, want := range map[string]string{"app.py": "code-injection", "sub/app.py": "weak-hash", "sub/deep/app.py": "weak-hash"} {
			if cfg.Dir == "" {
				name = lsptest.URI(filepath.Join(dir, name))
			}
			e.Open(name, app)
			wantCodes(t, e, name, want)
		}
	}
}

func TestFolders(t *testing.T) {
	a, b := folder(t), folder(t)
	write(t, b, "pavise.toml", `ignore = ["weak-hash"]`)
	settings := map[string]any{
		"pavise":                        map[string]any{"select": []string{"code-injection"}},
		"pavise@" + lsptest.URI(b):      map[string]any{"select": []string{}},
		"pavise@" + lsptest.URI(b+"zz"): nil,
	}
	e := start(t, lsptest.Config{Client: "vscode", Dir: a, Settings: settings})
	inA, inB := lsptest.URI(a+"/app.py"), lsptest.URI(b+"/app.py")
	e.Open(inA, app)
	e.Open(inB, app)
	wait(e, inA, "code-injection")
	wait(e, inB, "code-injection")
	folders := func(added, removed []any) {
		e.Notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": added, "removed": removed}})
	}
	write(t, b, "pavise.toml", `ignore = ["code-injection"]`)
	folders([]any{map[string]any{"uri": lsptest.URI(b), "name": "b"}}, nil)
	wait(e, inB, "weak-hash")
	wait(e, inA, "code-injection")
	folders(nil, []any{map[string]any{"uri": lsptest.URI(b), "name": "b"}})
	wait(e, inB, "code-injection") // what the client selects is on, whatever the file ignores
}

func TestClientSettings(t *testing.T) {
	for _, client := range []string{"vscode", "eglot-1.17", "lsp4ij", "lsp-mode"} {
		e := start(t, lsptest.Config{Client: client, Dir: t.TempDir(), Settings: map[string]any{"pavise": map[string]any{"ignore": []string{"weak-hash"}}}})
		e.Open("app.py", app)
		wait(e, "app.py", "code-injection")
		e.Set("pavise", map[string]any{"severity": "medium", "ignore": nil})
		wait(e, "app.py", both)
		e.Set("pavise", map[string]any{"severity": "nonsense", "ignore": []string{"code-injection"}})
		wait(e, "app.py", "weak-hash")
		e.Note("window/showMessage", "nonsense")
	}
	for _, client := range []string{"nvim-0.7", "ale", "kate", "bare"} { // cannot be asked
		e := start(t, lsptest.Config{Client: client, Options: map[string]any{"ignore": []string{"weak-hash"}}})
		e.Open("app.py", app)
		wantCodes(t, e, "app.py", "code-injection")
		for _, tc := range []struct {
			settings any
			want     string
		}{
			{map[string]any{"pavise": map[string]any{"ignore": []string{"code-injection"}}}, "weak-hash"},
			{nil, "weak-hash"}, {7, "weak-hash"},
			{map[string]any{"pavise": map[string]any{}}, both},
			{map[string]any{"ignore": []string{"code-injection"}}, "weak-hash"},
		} {
			e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": tc.settings})
			wait(e, "app.py", tc.want)
		}
		if n := e.Count("workspace/configuration"); n > 0 {
			t.Errorf("%s: asked %d times for settings", client, n)
		}
	}
}

// The settings of an editor come over those of the file.
func TestSettingsOverFile(t *testing.T) {
	dir := folder(t)
	write(t, dir, "pavise.toml", `select = ["weak-hash"]`)
	e := start(t, lsptest.Config{Client: "vscode", Dir: dir, Settings: map[string]any{"pavise": map[string]any{"select": []string{"code-injection"}}}})
	e.Open("app.py", app)
	wait(e, "app.py", "code-injection")
	e.Set("pavise", nil)
	e.Set("pavise", map[string]any{"profile": "default"})
	wait(e, "app.py", "weak-hash")
}

// A client that never answers is served all the same.
func TestMuteClient(t *testing.T) {
	e := start(t, lsptest.Config{Client: "vscode", Dir: t.TempDir(), Mute: true})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
}

func TestReload(t *testing.T) {
	dir := folder(t)
	e := start(t, lsptest.Config{Client: "kate", Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	write(t, dir, "pavise.toml", `ignore = ["weak-hash"]`)
	if err := e.Call("workspace/executeCommand", map[string]any{"command": "pavise.reload"}, nil); err != nil {
		t.Fatal(err)
	}
	wait(e, "app.py", "code-injection")
	if !strings.Contains(e.Text("app.py"), "md5") {
		t.Error("the text has changed")
	}
}
