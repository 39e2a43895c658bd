package lsp

import (
	"os"
	"path/filepath"
	"testing"
)

func TestImportedAs(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"pkg/__init__.py", "pkg/sub/__init__.py", "src/lib/__init__.py"} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"util.py":             "util",
		"app/util.py":         "app.util",
		"pkg/sub/m.py":        "pkg.sub.m",
		"pkg/sub/__init__.py": "pkg.sub",
		"src/lib/m.py":        "lib.m",
		"src/m.py":            "m",
		"my-app/core/m.py":    "core.m",
		"my-app/m.py":         "m",
		"my-script.py":        "",
	} {
		if got := importedAs(filepath.Join(root, path), root); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if got := importedAs("/elsewhere/m.py", root); got != "m" {
		t.Errorf("outside of the project: got %q", got)
	}
}
