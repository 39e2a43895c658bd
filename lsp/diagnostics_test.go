package lsp_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pavise/analysis"
	"pavise/lsp"
	"pavise/lsp/lsptest"
)

func pageURL(r *analysis.Rule) string { return "https://example.invalid/rules/" + r.ID }

func TestDiagnosticsForRichClient(t *testing.T) {
	e := start(t, lsptest.Config{Client: "vscode", Dir: t.TempDir(), Server: lsp.Options{PageURL: pageURL}})
	e.Open("app.py", app)
	all := wantCodes(t, e, "app.py", both)
	d := all[0]
	if d.Source != "pavise" || d.Severity != 1 || d.Message == "" {
		t.Errorf("diagnostic is %+v", d)
	}
	if d.CodeDescription == nil || d.CodeDescription.Href != "https://example.invalid/rules/code-injection" {
		t.Errorf("codeDescription is %+v", d.CodeDescription)
	}
	if len(d.Related) < 2 {
		t.Fatalf("the way from source to sink has %d steps", len(d.Related))
	}
	for _, r := range d.Related {
		if r.Location.URI != e.URI("app.py") || r.Location.Range.Start.Line != 9 || r.Message == "" {
			t.Errorf("step is %+v", r)
		}
	}
	var data struct {
		Rule, Fingerprint string
		Version           int
	}
	if err := json.Unmarshal(d.Data, &data); err != nil || data.Rule != "code-injection" || data.Fingerprint == "" || data.Version != 1 {
		t.Errorf("data is %s: %v", d.Data, err)
	}
	if strings.Contains(d.Message, "\n") {
		t.Errorf("the message holds the way too: %q", d.Message)
	}
}

func TestDiagnosticsForPlainClient(t *testing.T) {
	e := start(t, lsptest.Config{Client: "command-only", Dir: t.TempDir(), Server: lsp.Options{PageURL: pageURL}})
	e.Open("app.py", app)
	d := wantCodes(t, e, "app.py", both)[0]
	if d.CodeDescription != nil || d.Related != nil || d.Data != nil {
		t.Errorf("the client did not ask for all of %+v", d)
	}
	if !strings.Contains(d.Message, "\n  line 10: ") {
		t.Errorf("the message lacks the way: %q", d.Message)
	}
}

func TestPushIsTheDefault(t *testing.T) {
	for client, pulls := range map[string]bool{
		"vscode": false, "nvim-0.12": false, "helix": false, "lsp4ij": false, "kate": false, "bare": false, "pull-only": true,
	} {
		e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
		if _, offered := e.Capabilities["diagnosticProvider"]; offered != pulls {
			t.Errorf("%s: pull offered: %v, want %v", client, offered, pulls)
		}
		e.Open("app.py", app)
		e.Sync()
		if pushed := len(e.Pushes("app.py")) > 0; pushed == pulls {
			t.Errorf("%s: pushed: %v", client, pushed)
		}
	}
}

func TestPull(t *testing.T) {
	e := start(t, lsptest.Config{Client: "vscode", Dir: t.TempDir(), Options: map[string]any{"diagnostics": "pull"}})
	if e.Capabilities["diagnosticProvider"] == nil {
		t.Fatal("pull is not offered")
	}
	pull := func(previous any) (r struct {
		Kind, ResultID string
		Items          []lsptest.Diagnostic
	}) {
		t.Helper()
		if err := e.Call("textDocument/diagnostic", map[string]any{
			"textDocument": map[string]any{"uri": e.URI("app.py")}, "identifier": "pavise", "previousResultId": previous,
		}, &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	e.Open("app.py", app)
	first := pull(nil)
	if first.Kind != "full" || codes(first.Items) != both || first.ResultID == "" {
		t.Fatalf("first pull: %+v", first)
	}
	if again := pull(first.ResultID); again.Kind != "unchanged" || again.ResultID != first.ResultID || again.Items != nil {
		t.Errorf("second pull: %+v", again)
	}
	e.Change("app.py", lsptest.Insert(lsptest.Position{}, "\n"))
	if moved := pull(first.ResultID); moved.Kind != "full" || moved.Items[0].Range.Start.Line != 10 {
		t.Errorf("after an edit: %+v", moved)
	}
	var w struct {
		Items []struct {
			Kind, URI string
			Version   *int
			Items     []lsptest.Diagnostic
		}
	}
	if err := e.Call("workspace/diagnostic", map[string]any{"previousResultIds": []any{}}, &w); err != nil {
		t.Fatal(err)
	}
	if len(w.Items) != 1 || w.Items[0].URI != e.URI("app.py") || *w.Items[0].Version != 2 || codes(w.Items[0].Items) != both {
		t.Errorf("workspace: %+v", w)
	}
	if n := len(e.Pushes("app.py")); n > 0 {
		t.Errorf("pushed %d times to a client that pulls", n)
	}
	e.Close("app.py")
	if closed := pull(nil); len(closed.Items) > 0 {
		t.Errorf("after closing: %+v", closed)
	}
}

// What cannot be analysed to its end says so in the file.
func TestNote(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", "x = '\x00'\n"+strings.Repeat("y = 1\n", 10))
	all := e.Diagnostics("app.py")
	if len(all) != 1 || all[0].Severity != 3 || all[0].Message == "" || all[0].Source != "pavise" {
		t.Errorf("shows\n%s", lsptest.Describe(all))
	}
}

// An ignore that hides nothing is shown faded by clients that can.
func TestUnusedIgnoreIsTagged(t *testing.T) {
	for client, tagged := range map[string]bool{"vscode": true, "kate": false} {
		e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
		e.Open("app.py", "x = 1  # pavise: ignore[weak-hash]\n"+loading)
		all := e.Diagnostics("app.py")
		if codes(all) != "unused-suppression yaml-unsafe-load yaml-unsafe-load" {
			t.Fatalf("shows %q", codes(all))
		}
		if got := slices.Equal(all[0].Tags, []int{1}); got != tagged || len(all[1].Tags) > 0 {
			t.Errorf("%s: tags %v and %v", client, all[0].Tags, all[1].Tags)
		}
	}
}
