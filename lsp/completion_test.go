package lsp_test

import (
	"slices"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

func TestCompletionInIgnore(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	const text = `import hashlib, pickle

def a(data):
    # pavise: ignore[
    return pickle.loads(data)

def b(data):
    return hashlib.md5(data)  # pavise: ignore[deser, weak-h, sqli]

# pavise: ignore-file[
x = "# pavise: ignore"
`
	e.Open("app.py", text)
	at := func(word string) lsptest.Position { return e.Find("app.py", word, 0).End }
	labels := func(list []lsptest.Completion) []string {
		var out []string
		for _, c := range list {
			out = append(out, c.Label)
		}
		return out
	}
	got := e.Complete("app.py", at("# pavise: ignore["))
	if l := labels(got); len(l) < 50 || l[0] != "pickle-load" || !slices.Contains(l, "deser") || !slices.Contains(l, "sql-injection") {
		t.Errorf("behind the bracket: %q", l)
	}
	got = e.Complete("app.py", at("deser, weak-"))
	l := labels(got)
	if slices.Contains(l, "deser") || slices.Contains(l, "sqli") {
		t.Errorf("what stands there already is offered: %q", l)
	}
	i := slices.Index(l, "weak-hash")
	if i < 0 || got[i].TextEdit.Range != e.Find("app.py", "weak-h", 0) || got[i].TextEdit.NewText != "weak-hash" {
		t.Fatalf("the word is not replaced: %+v", got)
	}
	if l := labels(e.Complete("app.py", at("ignore-file["))); len(l) < 2 || !slices.Contains(l[:2], "pickle-load") || !slices.Contains(l[:2], "weak-hash") {
		t.Errorf("for the file: %q", l)
	}
	for _, word := range []string{"import ", "# pavise: ig", "sqli]", "x = \"# pavise: ignore"} {
		if l := e.Complete("app.py", at(word)); len(l) > 0 {
			t.Errorf("behind %q there is %s...", word, l[0].Label)
		}
	}
	if l := e.Complete("other.py", lsptest.Position{}); len(l) > 0 {
		t.Error("in a file that is not open")
	}
	if strings.Contains(got[i].Detail, "\n") || got[i].Detail == "" {
		t.Errorf("detail %q", got[i].Detail)
	}
}
