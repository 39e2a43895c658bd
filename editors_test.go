package pavise_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"pavise/analysis/config"
	"pavise/lsp"
)

// lspconfigFaults lists what nvim-lspconfig's own checks would not take in a
// file lsp/NAME.lua.
func lspconfigFaults(text string) []string {
	var out []string
	lines := strings.Split(text, "\n")
	if lines[0] != "---@brief" {
		out = append(out, "the first line is not ---@brief")
	}
	at := slices.Index(lines, "---@type vim.lsp.Config")
	if at < 0 || at+1 >= len(lines) || lines[at+1] != "return {" {
		out = append(out, "---@type vim.lsp.Config does not stand over the table")
	}
	for _, key := range []string{"cmd", "filetypes", "root_markers"} {
		if !regexp.MustCompile(`(?m)^  ` + key + ` = \{`).MatchString(text) {
			out = append(out, "no "+key)
		}
	}
	for _, word := range []string{"lspconfig", "single_file_support", "nvim_create_user_command", "vim.lsp.enable"} {
		if strings.Contains(text, word) {
			out = append(out, word+" has no place here")
		}
	}
	for i, line := range lines {
		if strings.Contains(line, "\t") || strings.HasSuffix(line, " ") || len(line) > 120 {
			out = append(out, fmt.Sprintf("line %d: a tab, a space at the end, or more than 120 columns", i+1))
		}
	}
	return out
}

func TestNeovimConfig(t *testing.T) {
	text, err := os.ReadFile("editors/neovim/lsp/pavise.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range lspconfigFaults(string(text)) {
		t.Errorf("editors/neovim/lsp/pavise.lua: %s", s)
	}
	bad := "return {\n\tcmd = {},\n  single_file_support = true,\n  filetypes = { 'python' },\n}\n"
	want := []string{
		"the first line is not ---@brief", "---@type vim.lsp.Config does not stand over the table", "no cmd", "no root_markers",
		"single_file_support has no place here", "line 2: a tab, a space at the end, or more than 120 columns",
	}
	if got := lspconfigFaults(bad); !slices.Equal(got, want) {
		t.Errorf("faults of a bad file: %q, want %q", got, want)
	}
}

// fits holds a JSON file to a schema.
func fits(t *testing.T, file, schema string) error {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = text.Close() }()
	doc, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestJetBrainsTemplate(t *testing.T) {
	const dir = "editors/jetbrains/"
	if err := fits(t, dir+"pavise/template.json", dir+"template.schema.json"); err != nil {
		t.Error(err)
	}
	if err := fits(t, dir+"pavise/settings.json", dir+"pavise/settings.schema.json"); err != nil {
		t.Error(err)
	}
	if err := fits(t, dir+"pavise/clientSettings.json", dir+"template.schema.json"); err == nil {
		t.Error("the schema takes what is no template")
	}
}

// Pages for editors that the tests cannot run say so at their head. Their blocks
// are JSON, and hold settings that there are.
func TestPagesOfEditorsThatWereNotRun(t *testing.T) {
	known := map[string]bool{}
	for _, k := range append(config.Keys(), lsp.Keys()...) {
		known[k.Name] = true
	}
	block := regexp.MustCompile("(?ms)^```json\n(.*?)^```$")
	for _, c := range []struct {
		name string
		at   []string // where the settings of the server stand
	}{
		{"zed", []string{"lsp", "pylsp", "initialization_options"}},
		{"sublime", []string{"clients", "pavise", "initializationOptions"}},
	} {
		text, err := os.ReadFile("editors/" + c.name + "/README.md")
		if err != nil {
			t.Fatal(err)
		}
		if head, _, _ := strings.Cut(string(text), "```"); !strings.Contains(head, "**This was not run.**") {
			t.Errorf("the page for %s does not say that it was not run", c.name)
		}
		if _, err := os.Stat("editors/" + c.name + "/e2e"); err == nil {
			t.Errorf("%s is run by now", c.name)
		}
		blocks := block.FindAllSubmatch(text, -1)
		if len(blocks) == 0 {
			t.Errorf("the page for %s has no block", c.name)
		}
		for _, b := range blocks {
			var v any
			if err := json.Unmarshal(b[1], &v); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			for _, key := range c.at {
				m, _ := v.(map[string]any)
				v = m[key]
			}
			settings, _ := v.(map[string]any)
			if len(settings) == 0 {
				t.Errorf("%s: there are no settings at %q", c.name, c.at)
			}
			for name := range settings {
				if !known[name] {
					t.Errorf("%s: there is no setting %q", c.name, name)
				}
			}
		}
	}
}

// The VSIX carries the licence, so the extension has a copy.
func TestLicenceOfExtension(t *testing.T) {
	ours, err := os.ReadFile("LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	copied, err := os.ReadFile("editors/vscode/LICENSE")
	if err != nil || !bytes.Equal(ours, copied) {
		t.Errorf("editors/vscode/LICENSE is not the licence of the project: %v", err)
	}
}
