package lsp_test

import (
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

func TestHoverOnFinding(t *testing.T) {
	cfg := lsptest.Config{Client: "vscode", Dir: t.TempDir()}
	cfg.Server.PageURL = pageURL
	e := start(t, cfg)
	e.Open("app.py", app)
	message := wantCodes(t, e, "app.py", both)[0].Message
	h := e.Hover("app.py", e.Find("app.py", "eval(", 0).Start)
	for _, want := range []string{
		"**", "`code-injection`", "CWE-", message,
		"1. [line 10](" + e.URI("app.py") + "#L10): ", "2. [line 10](",
		"- Fix: ", "(https://example.invalid/rules/code-injection)",
	} {
		if !strings.Contains(h, want) {
			t.Errorf("lacks %q:\n%s", want, h)
		}
	}
	h = e.Hover("app.py", e.Find("app.py", "hashlib.md5", 0).Start)
	if !strings.Contains(h, "- Fix: ") {
		t.Errorf("lacks the fixes:\n%s", h)
	}
	if h := e.Hover("app.py", lsptest.Position{}); h != "" {
		t.Errorf("where nothing is wrong: %s", h)
	}
	if h := e.Hover("other.py", lsptest.Position{}); h != "" {
		t.Errorf("in a file that is not open: %s", h)
	}
}

func TestHoverInPlainText(t *testing.T) {
	e := start(t, lsptest.Config{Client: "eglot-1.17", Dir: t.TempDir()})
	e.Open("app.py", app)
	h := e.Hover("app.py", e.Find("app.py", "eval(", 0).Start)
	if strings.Contains(h, "**") || strings.Contains(h, "](") || strings.Contains(h, "```") || !strings.Contains(h, "(code-injection, ") || !strings.Contains(h, "1. line 10: ") {
		t.Errorf("shows\n%s", h)
	}
}

func TestHoverOnIgnore(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", "x = 1  # pavise: ignore[weak-hash, code-injection]\n# pavise: ignore-file[no-such-rule]\n")
	for word, want := range map[string]string{"weak-hash": "weak-hash", "code-injection": "code-injection"} {
		h := e.Hover("app.py", e.Find("app.py", word, 0).Start)
		if !strings.Contains(h, "(`"+want+"`, ") {
			t.Errorf("over %s: %s", word, h)
		}
	}
	if h := e.Hover("app.py", e.Find("app.py", "x", 0).Start); h != "" {
		t.Errorf("over code: %s", h)
	}
	e.Open("other.py", "x = 1  # pavise: ignore[sqli]\ny = 2  # nosec B608, B307\nz = 3  # noqa: S324\n")
	for word, want := range map[string][]string{
		"sqli": {"`sql-injection`", "`sql-dynamic-query`"}, "B608": {"`sql-injection`"}, "B307": {"`code-injection`"}, "S324": {"`weak-hash`"},
	} {
		h := e.Hover("other.py", e.Find("other.py", word, 0).Start)
		for _, w := range want {
			if !strings.Contains(h, w) {
				t.Errorf("over %s lacks %s: %s", word, w, h)
			}
		}
	}
}
