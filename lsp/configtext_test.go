package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pavise/lsp"
	"pavise/lsp/lsptest"
)

// links are those of a file, as "the text: target".
func links(t *testing.T, e *lsptest.Editor, name string) []string {
	t.Helper()
	var got []struct {
		Range   lsptest.Range `json:"range"`
		Target  string
		Tooltip string
	}
	if err := e.Call("textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}}, &got); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(e.Text(name), "\n")
	out := []string{}
	for _, l := range got {
		out = append(out, fmt.Sprintf("%s: %s", lines[l.Range.Start.Line][l.Range.Start.Character:l.Range.End.Character], l.Target))
	}
	return out
}

const configured = `profile = "strict"
ignore = [
  "weak-hash", "crypto", # "sql-injection"
  "no-such-rule",
]
exclude = ["old.py", "gone.py", "*.py"]
[per-file-ignores]
"tests/a.py" = ["sql-injection"]
`

func TestLinksInConfiguration(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"old.py", "tests/a.py"} {
		write(t, dir, name, "")
	}
	e := start(t, lsptest.Config{Dir: dir, Server: lsp.Options{PageURL: pageURL}, Params: func(params map[string]any) {
		params["capabilities"].(map[string]any)["textDocument"].(map[string]any)["documentLink"] = map[string]any{}
	}})
	if e.Capabilities["documentLinkProvider"] == nil {
		t.Error("links are not offered")
	}
	want := []string{
		"weak-hash: https://example.invalid/rules/weak-hash",
		"old.py: " + e.URI("old.py"),
		"tests/a.py: " + e.URI("tests/a.py"),
		"sql-injection: https://example.invalid/rules/sql-injection",
	}
	e.Open("pavise.toml", configured)
	if got := links(t, e, "pavise.toml"); !slices.Equal(got, want) {
		t.Errorf("pavise.toml has %q, want %q", got, want)
	}
	e.Open("pyproject.toml", "[tool.ruff]\nselect = [\"S\"]\n[tool.pavise]\nselect = [\"weak-hash\"]\n")
	if got := links(t, e, "pyproject.toml"); !slices.Equal(got, want[:1]) {
		t.Errorf("pyproject.toml has %q", got)
	}
	e.Open("other.toml", configured)
	if got := links(t, e, "other.toml"); len(got) > 0 {
		t.Errorf("a file that is no configuration has %q", got)
	}
}

func TestHoverInConfiguration(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Server: lsp.Options{PageURL: pageURL}})
	e.Open("pavise.toml", configured)
	for word, want := range map[string][]string{
		"weak-hash": {"(`weak-hash`, ", "(https://example.invalid/rules/weak-hash)"}, "crypto": {"`weak-hash`", "`weak-cipher`"},
	} {
		h := e.Hover("pavise.toml", e.Find("pavise.toml", `"`+word, 0).End)
		for _, w := range want {
			if !strings.Contains(h, w) {
				t.Errorf("over %s lacks %s: %s", word, w, h)
			}
		}
	}
	for _, word := range []string{"profile", "sql-injection\"\n", "no-such", "old"} {
		if h := e.Hover("pavise.toml", e.Find("pavise.toml", word, 0).Start); h != "" {
			t.Errorf("over %s: %s", word, h)
		}
	}
}

func TestCompletionInConfiguration(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	for text, want := range map[string]string{ // | is the cursor
		"ignore = [\"weak-|":                     "ignore = [\"weak-hash",
		"ignore = [\"weak-|\"]\n":                "ignore = [\"weak-hash\"]\n",
		"ignore = [|]\n":                         "ignore = [\"weak-hash\"]\n",
		"ignore = [\"sqli\", |\n":                "ignore = [\"sqli\", \"weak-hash\"\n",
		"ignore = [\"weak-hash\", \"|\"]\n":      "",
		"[per-file-ignores]\nx = [\n  \"|x\"\n]": "[per-file-ignores]\nx = [\n  \"weak-hash\"\n]",
		"exclude = [\"|\"]\n":                    "",
		"# pavise: ignore[|]\n":                  "",
		"ignore = [\"weak-|\nprofile = 1\n":      "ignore = [\"weak-hash\nprofile = 1\n",
	} {
		e.Open("pavise.toml", strings.Replace(text, "|", "", 1))
		before, _, _ := strings.Cut(text, "|")
		at := lsptest.Position{Line: strings.Count(before, "\n"), Character: len(before) - strings.LastIndexByte(before, '\n') - 1}
		got := ""
		for _, c := range e.Complete("pavise.toml", at) {
			if c.Label == "weak-hash" {
				e.Change("pavise.toml", lsptest.TextEdit{Range: c.TextEdit.Range, NewText: c.TextEdit.NewText})
				got = e.Text("pavise.toml")
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		e.Close("pavise.toml")
	}
}
