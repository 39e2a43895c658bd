package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

func TestCopyFinding(t *testing.T) {
	cfg := lsptest.Config{Client: "vscode", Dir: t.TempDir()}
	cfg.Server.PageDir = filepath.Join(t.TempDir(), "pages")
	e := start(t, cfg)
	e.Open("app.py", app)
	actions := e.Actions("app.py", e.Find("app.py", "eval(", 0))
	e.Take(actions, "Copy as security finding: code-injection")
	e.Asked("window/showDocument", "code-injection-")
	found, err := filepath.Glob(filepath.Join(cfg.Server.PageDir, "code-injection-*.md"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# Security Finding: ", "**Severity**: Critical", "**OWASP**: A03:2021-Injection", "**CWE**: CWE-", "`app.py:10` - `",
		"## Description\n", "The way of the data:\n\n1. `app.py:10`: ", "## Proof of Concept\n\n```http\nGET /", " HTTP/1.1\nHost: localhost\n",
		"## Remediation\n", "## References\n", "https://cwe.mitre.org/data/definitions/",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	for _, arg := range []any{7, map[string]any{"uri": "nowhere"}, map[string]any{"uri": e.URI("app.py"), "rule": "code-injection", "fingerprint": "0"}} {
		if err := e.Call("workspace/executeCommand", map[string]any{"command": "pavise.copyFinding", "arguments": []any{arg}}, nil); err == nil {
			t.Errorf("%v: no error", arg)
		}
	}
}

// A client that shows no documents is told where the report is.
func TestCopyFindingInOldClient(t *testing.T) {
	cfg := lsptest.Config{Client: "nvim-0.7", Dir: t.TempDir()}
	cfg.Server.PageDir = filepath.Join(t.TempDir(), "pages")
	e := start(t, cfg)
	e.Open("app.py", app)
	e.Take(e.Actions("app.py", e.Find("app.py", "eval(", 0)), "Copy as security finding: code-injection")
	e.Note("window/showMessage", "the report is in "+cfg.Server.PageDir)
}
