package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"pavise/analysis/config"
)

// TestPassedOnNames follows names through modules of a project that only pass
// them on: relative, absolute, renamed, by star, and in a package's __init__.
func TestPassedOnNames(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("shop/__init__.py", "from .compat import req\n")
	write("shop/compat.py", "from flask import request as req\nfrom os import system\n")
	write("shop/everything.py", "from shop.compat import *\n")
	write("shop/loop.py", "from .loop import x\n")
	body := "\n\ndef view():\n    run(data.args['q'])\n"
	for name, c := range map[string]struct {
		head  string
		found int
	}{
		"relative":       {"from .compat import req as data, system as run", 1},
		"absolute":       {"from shop.compat import req as data, system as run", 1},
		"package":        {"from shop import req as data\nfrom .compat import system as run", 1},
		"package by dot": {"from . import req as data\nfrom .compat import system as run", 1},
		"star":           {"from .everything import system as run, req as data", 1},
		"own module":     {"from .missing import req as data, system as run", 0},
		"loop":           {"from .loop import x as data\nfrom .loop import x as run", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := check(t, filepath.Join(dir, "shop", "views.py"), []byte(c.head+body), config.Default())
			if n := len(s.Findings()); n != c.found {
				t.Errorf("%d findings, want %d: %v", n, c.found, found(s))
			}
		})
	}
}
