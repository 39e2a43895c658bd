package cli

import (
	"strings"
	"testing"
)

func TestAddHooks(t *testing.T) {
	all := []hook{{"one", "- repo: a\n  hooks:\n    - id: one\n"}, {"two", "- repo: b\n  hooks:\n    - id: two\n"}}
	const added = "- repo: a\n  hooks:\n    - id: one\n- repo: b\n  hooks:\n    - id: two\n"
	indented := "  " + strings.ReplaceAll(strings.TrimSuffix(added, "\n"), "\n", "\n  ") + "\n"
	for _, c := range []struct{ name, before, after string }{
		{"at the end", "repos:\n- repo: x\n  hooks: []\n", "repos:\n- repo: x\n  hooks: []\n" + added},
		{"no last line end", "repos:\n- repo: x", "repos:\n- repo: x\n" + added},
		{"indented", "repos:\n  - repo: x\n", "repos:\n  - repo: x\n" + indented},
		{
			"before another key", "repos:\n  - repo: x\n\n# of it\n\nfail_fast: true\n",
			"repos:\n  - repo: x\n" + indented + "\n# of it\n\nfail_fast: true\n",
		},
		{
			"a text that looks like a comment", "repos:\n- repo: x\n  k: |\n    # text\n\nfail_fast: true\n",
			"repos:\n- repo: x\n  k: |\n    # text\n" + added + "\nfail_fast: true\n",
		},
		{"windows", "repos:\r\n- repo: x\r\n", "repos:\r\n- repo: x\r\n" + strings.ReplaceAll(added, "\n", "\r\n")},
		{"one is there", "repos:\n- hooks: [{id: one}]\n", "repos:\n- hooks: [{id: one}]\n" + all[1].text},
		{"a variant is there", "repos:\n- hooks: [{id: two-docker}]\n", "repos:\n- hooks: [{id: two-docker}]\n" + all[0].text},
		{"both are there", "repos:\n- hooks: [{id: one}, {id: two}]\n", ""},
		{"empty list", "repos: []\n", ""},
		{"empty file", "", ""},
		{"no repos", "fail_fast: true\n", ""},
		{"a list", "- repo: x\n", ""},
		{"repos is a text", "repos: x\n", ""},
		{"the end of the document", "repos:\n- repo: x\n...\n", ""},
		{"two documents", "repos:\n- repo: x\n---\na: b\n", ""},
		{"dash on its own line", "repos:\n-\n  repo: x\n", ""},
	} {
		after, why, byHand := addHooks([]byte(c.before), all)
		if string(after) != c.after {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, after, c.after)
		}
		if (c.after == "") != (why != "") {
			t.Errorf("%s: the reason is %q", c.name, why)
		}
		if c.after == "" && c.name != "both are there" && byHand == "" {
			t.Errorf("%s: it does not say what to add", c.name)
		}
	}
}
