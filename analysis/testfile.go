package analysis

import (
	"path/filepath"
	"strings"
)

// TestFile reports whether a file holds tests, where fixed keys and weak
// settings do no harm: by its name, or that of its folder. Folders farther up
// say nothing: a whole project may lie under one that is called test.
func TestFile(path string) bool {
	dir, name := filepath.Split(strings.ToLower(filepath.ToSlash(path)))
	switch filepath.Base(dir) {
	case "test", "tests", "testing":
		return true
	}
	switch name {
	case "conftest.py", "tests.py", "test.py":
		return true
	}
	return strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test.py") ||
		strings.Contains(name, "test_settings") || strings.Contains(name, "settings_test")
}
