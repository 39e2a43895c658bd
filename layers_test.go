// Package pavise_test holds what is true of the whole module: its layers and
// the home of every rule.
package pavise_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

const module = "pavise"

// layers is the architecture, bottom up. An import points to a lower line;
// packages of one line do not import each other. A new package needs a place
// here.
var layers = []string{
	"testdata/*", // embeds files, holds no code
	"analysis/source analysis/wordset",
	"analysis/syntax",
	"analysis/lang/*",
	"analysis/models analysis/advisory analysis/secrets",
	"analysis/flow",
	"analysis",
	"analysis/suppress analysis/config",
	"analysis/rules/*",
	"analysis/rules",
	"analysis/engine",
	"quickfix/pyedit",
	"quickfix/pytext",
	"quickfix/fix",
	"quickfix/fixes/*",
	"quickfix/fixes",
	"quickfix",
	"quickfix/poc",
	"lsp",
	"lsp/lsptest",
	"cmd/internal/report cmd/internal/version",
	"cmd/internal/demo cmd/internal/gen cmd/internal/dist",
	"cmd/internal/cli",
	"cmd/*",
}

// homes says what is imported in few places only. A name that ends in a slash
// stands for everything below it. The homes are packages, with all below them.
var homes = []struct {
	imports string
	homes   string
	tests   bool // tests are held to it too
	why     string
}{
	{"github.com/smacker/ github.com/tree-sitter/ C unsafe", "analysis/syntax", true, "nobody else sees a C tree"},
	{"go.lsp.dev/ go.uber.org/zap/", "lsp cmd", true, "analysis and quickfix know no protocol and write no log"},
	{"log log/", "", false, "lsp and cmd log with zap, nothing else logs"},
	{"net net/http net/http/ net/rpc net/rpc/ net/smtp crypto/tls", "", false, "nothing is sent anywhere"},
	{"os/exec plugin", "cmd", false, "nothing below the command line starts a program"},
	{"pavise/testdata/", "cmd lsp/lsptest", false, "it is data for the demo and for tests"},
}

// folders are those that hold Go. The root holds the tests of the whole only.
var folders = []string{"analysis", "cmd", "lsp", "quickfix", "testdata"}

type goFile struct {
	path    string // from the root of the module, with slashes
	test    bool
	imports []string
}

func (f goFile) pkg() string { return path.Dir(f.path) }

// goFiles reads the imports of every Go file, whatever system it is for.
func goFiles(root fs.FS) ([]goFile, error) {
	var out []goFile
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if n := d.Name(); p != "." && (strings.HasPrefix(n, ".") || n == "bin" || n == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		f := goFile{path: p, test: strings.HasSuffix(p, "_test.go")}
		for _, spec := range tree.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return fmt.Errorf("%s: import %s: %w", p, spec.Path.Value, err)
			}
			f.imports = append(f.imports, name)
		}
		out = append(out, f)
		return nil
	})
	return out, err
}

// layerOf is the line of a package in layers, -1 if it has none. An exact name
// wins over a pattern.
func layerOf(pkg string) int {
	at := -1
	for i, line := range layers {
		for name := range strings.FieldsSeq(line) {
			if name == pkg {
				return i
			}
			if ok, _ := path.Match(name, pkg); ok {
				at = i
			}
		}
	}
	return at
}

func top(pkg string) string {
	name, _, _ := strings.Cut(pkg, "/")
	return name
}

// names tells whether a list of homes names an import.
func names(list, imported string) bool {
	for name := range strings.FieldsSeq(list) {
		if imported == strings.TrimSuffix(name, "/") || strings.HasSuffix(name, "/") && strings.HasPrefix(imported, name) {
			return true
		}
	}
	return false
}

func within(list, pkg string) bool {
	for home := range strings.FieldsSeq(list) {
		if pkg == home || strings.HasPrefix(pkg, home+"/") {
			return true
		}
	}
	return false
}

// layerFaults lists what breaks the layers. A test may look up within its own
// folder (that of a rule runs the engine) and not out of it; the tests at the
// root see everything.
func layerFaults(files []goFile) []string {
	var out []string
	fault := func(format string, a ...any) {
		if s := fmt.Sprintf(format, a...); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, f := range files {
		pkg := f.pkg()
		if pkg == "." {
			if !f.test {
				fault("%s: the root of the module holds tests only", f.path)
			}
			continue
		}
		if !slices.Contains(folders, top(pkg)) {
			fault("%s: Go stands in %s only", f.path, strings.Join(folders, ", "))
			continue
		}
		layer := layerOf(pkg)
		if layer < 0 {
			fault("%s is in no layer: give it its place in layers_test.go", pkg)
			continue
		}
		for _, imported := range f.imports {
			for _, h := range homes {
				if names(h.imports, imported) && !within(h.homes, pkg) && (h.tests || !f.test) {
					fault("%s imports %s: %s", f.path, imported, h.why)
				}
			}
			local, ok := strings.CutPrefix(imported, module+"/")
			if !ok {
				continue
			}
			below := layerOf(local)
			switch {
			case below < 0: // said where the package itself is met
			case f.test && top(local) == top(pkg):
			case local != pkg && below >= layer:
				fault("%s imports %s: imports point down, and %s stands no lower than %s", f.path, local, local, pkg)
			}
		}
	}
	return out
}

func TestLayers(t *testing.T) {
	files, err := goFiles(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d Go files found: is this the root of the module?", len(files))
	}
	for _, s := range layerFaults(files) {
		t.Error(s)
	}
}

// tree makes a file system of an archive's text.
func tree(archive string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		out[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	return out
}

// TestLayerFaults shows that every fault is seen.
func TestLayerFaults(t *testing.T) {
	for _, c := range []struct{ name, files, want string }{
		{"all as it should be", `
-- layers_test.go --
package pavise_test
import _ "pavise/cmd/internal/cli"
-- analysis/source/source.go --
package source
import "bytes"
-- analysis/syntax/ctree.go --
package syntax
import (
	"C"
	"pavise/analysis/source"
	sitter "github.com/smacker/go-tree-sitter"
)
-- analysis/engine/engine.go --
package engine
import ("pavise/analysis/rules"; "pavise/analysis/config")
-- analysis/rules/crypto/page_test.go --
package crypto_test
import ("pavise/analysis/engine"; "os/exec")
-- lsp/server_test.go --
package lsp_test
import ("pavise/lsp"; "pavise/lsp/lsptest"; "go.lsp.dev/protocol"; "net/url")
-- cmd/pavise/main.go --
package main
import ("pavise/cmd/internal/cli"; "os/exec"; "go.uber.org/zap"; "pavise/testdata/demo")
-- testdata/demo/embed.go --
package demo
import "embed"
-- .cache/x.go --
package x
import "pavise/lsp"
`, ""},
		{"up", "-- analysis/flow/a.go --\npackage flow\nimport _ \"pavise/analysis\"\n",
			"analysis/flow/a.go imports analysis: imports point down"},
		{"a class that knows another", "-- analysis/rules/sqli/a.go --\npackage sqli\nimport _ \"pavise/analysis/rules/crypto\"\n",
			"analysis/rules/sqli/a.go imports analysis/rules/crypto: imports point down"},
		{"a rule that knows the list", "-- analysis/rules/sqli/a.go --\npackage sqli\nimport _ \"pavise/analysis/rules\"\n",
			"imports analysis/rules: imports point down"},
		{"analysis knows the fixes", "-- analysis/engine/a.go --\npackage engine\nimport _ \"pavise/quickfix\"\n",
			"analysis/engine/a.go imports quickfix: imports point down"},
		{"quickfix knows the editor", "-- quickfix/a.go --\npackage quickfix\nimport _ \"pavise/lsp\"\n", "quickfix/a.go imports lsp: imports point down"},
		{"lsp knows the command", "-- lsp/a.go --\npackage lsp\nimport _ \"pavise/cmd/internal/report\"\n", "lsp/a.go imports cmd/internal/report"},
		{"a test that looks out of its folder", "-- analysis/engine/a_test.go --\npackage engine\nimport _ \"pavise/lsp\"\n",
			"analysis/engine/a_test.go imports lsp: imports point down"},
		{"a file of another system", "-- analysis/config/a_windows.go --\n//go:build windows\npackage config\nimport _ \"pavise/analysis/engine\"\n",
			"analysis/config/a_windows.go imports analysis/engine"},
		{"no layer", "-- analysis/util/a.go --\npackage util\n", "analysis/util is in no layer"},
		{"too deep for its layer", "-- analysis/rules/sqli/x/a.go --\npackage x\n", "analysis/rules/sqli/x is in no layer"},
		{"a new folder", "-- internal/a.go --\npackage internal\n", "internal/a.go: Go stands in analysis, cmd, lsp, quickfix, testdata only"},
		{"Go in editors", "-- editors/a.go --\npackage editors\n", "editors/a.go: Go stands in"},
		{"Go at the root", "-- main.go --\npackage pavise\n", "main.go: the root of the module holds tests only"},
		{"a tree outside syntax", "-- analysis/flow/a.go --\npackage flow\nimport _ \"github.com/smacker/go-tree-sitter\"\n", "nobody else sees a C tree"},
		{"a grammar in a test", "-- lsp/a_test.go --\npackage lsp\nimport _ \"github.com/tree-sitter/tree-sitter-python/bindings/go\"\n", "nobody else sees a C tree"},
		{"cgo elsewhere", "-- analysis/source/a.go --\npackage source\nimport \"C\"\n", "analysis/source/a.go imports C: nobody else"},
		{"protocol in quickfix", "-- quickfix/a.go --\npackage quickfix\nimport _ \"go.lsp.dev/protocol\"\n", "know no protocol"},
		{"zap in analysis", "-- analysis/engine/a.go --\npackage engine\nimport _ \"go.uber.org/zap/zapcore\"\n", "write no log"},
		{"log in lsp", "-- lsp/a.go --\npackage lsp\nimport _ \"log/slog\"\n", "lsp and cmd log with zap"},
		{"the network", "-- cmd/internal/cli/a.go --\npackage cli\nimport _ \"net/http\"\n", "nothing is sent anywhere"},
		{"a program", "-- lsp/a.go --\npackage lsp\nimport _ \"os/exec\"\n", "nothing below the command line starts a program"},
		{"demo data in the engine", "-- analysis/engine/a.go --\npackage engine\nimport _ \"pavise/testdata/demo\"\n", "it is data for the demo"},
		{"testdata that knows the program", "-- testdata/demo/a.go --\npackage demo\nimport _ \"pavise/analysis\"\n", "testdata/demo/a.go imports analysis: imports point down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, err := goFiles(tree(c.files))
			if err != nil {
				t.Fatal(err)
			}
			got := layerFaults(files)
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("faults in good code: %q", got)
				}
				return
			}
			if len(got) != 1 || !strings.Contains(got[0], c.want) {
				t.Errorf("got %q, want one fault with %q", got, c.want)
			}
		})
	}
}
