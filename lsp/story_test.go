package lsp_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

var update = flag.Bool("update", false, "rewrite the goldens of testdata/lsp")

func TestStories(t *testing.T) {
	paths, err := filepath.Glob("../testdata/lsp/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			lsptest.Story(t, path, *update)
		})
	}
}
