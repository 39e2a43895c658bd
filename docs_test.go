package pavise_test

import (
	"os"
	"strings"
	"testing"

	"pavise/analysis/config"
	"pavise/analysis/rules"
)

// TestExamplesOfTheConfiguration reads every example of the page on the
// configuration as Pavise would.
func TestExamplesOfTheConfiguration(t *testing.T) {
	page, err := os.ReadFile("docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	known := config.Names(rules.All())
	blocks := strings.Split(string(page), "```")
	n := 0
	for i := 1; i < len(blocks); i += 2 {
		head, text, _ := strings.Cut(blocks[i], "\n")
		file := map[string]string{"toml": config.FileName, "toml pyproject": config.PyProject}[head]
		if file == "" {
			continue
		}
		n++
		if _, err := config.Parse(file, []byte(text), known); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
	}
	if n < 4 {
		t.Errorf("only %d examples found", n)
	}
}
