package analysis

import "strings"

// InTests reports whether a file holds tests or what they need.
func InTests(path string) bool {
	path = "/" + strings.ToLower(strings.ReplaceAll(path, "\\", "/"))
	name := path[strings.LastIndexByte(path, '/')+1:]
	if strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test.py") || strings.HasSuffix(name, "_tests.py") || name == "tests.py" || name == "conftest.py" {
		return true
	}
	for _, dir := range []string{"/tests/", "/test/", "/testing/", "/unittests/"} {
		if strings.Contains(path, dir) {
			return true
		}
	}
	return false
}
