package lsp_test

import (
	"fmt"
	"slices"
	"testing"

	"pavise/lsp/lsptest"
)

// withHints is a client that knows inlay hints.
func withHints(params map[string]any) {
	caps := params["capabilities"].(map[string]any)
	caps["textDocument"].(map[string]any)["inlayHint"] = map[string]any{}
	caps["workspace"].(map[string]any)["inlayHint"] = map[string]any{"refreshSupport": true}
}

// hints are those of the lines from one to another, as "line:column text".
func hints(t *testing.T, e *lsptest.Editor, name string, from, to int) []string {
	t.Helper()
	var got []struct {
		Position lsptest.Position `json:"position"`
		Label    string           `json:"label"`
	}
	params := map[string]any{
		"textDocument": map[string]any{"uri": e.URI(name)},
		"range":        lsptest.Range{Start: lsptest.Position{Line: from}, End: lsptest.Position{Line: to}},
	}
	if err := e.Call("textDocument/inlayHint", params, &got); err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range got {
		out = append(out, fmt.Sprintf("%d:%d %s", h.Position.Line+1, h.Position.Character+1, h.Label))
	}
	return out
}

func TestInlayHints(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Params: withHints})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	if got := hints(t, e, "app.py", 0, 99); len(got) > 0 {
		t.Errorf("off by default, but there are %q", got)
	}
	e = start(t, lsptest.Config{Dir: t.TempDir(), Params: withHints, Settings: map[string]any{"pavise": map[string]any{"inlay-hints": true}}})
	e.Asked("workspace/inlayHint/refresh") // once the settings have come
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	at, sink := e.Find("app.py", "request.args", 0), e.Find("app.py", "eval(request.args[\"expr\"])", 0)
	want := []string{
		fmt.Sprintf("%d:%d untrusted", at.End.Line+1, at.End.Character+1),
		fmt.Sprintf("%d:%d untrusted: request.args", sink.End.Line+1, sink.End.Character+1),
	}
	if got := hints(t, e, "app.py", 0, 99); !slices.Equal(got, want) {
		t.Errorf("the hints are %q, want %q", got, want)
	}
	if got := hints(t, e, "app.py", 0, 3); len(got) > 0 {
		t.Errorf("where there is nothing: %q", got)
	}
	e.Open("other.py", "x = 1\n")
	if got := hints(t, e, "other.py", 0, 9); len(got) > 0 {
		t.Errorf("in a file without findings: %q", got)
	}
}
