package pavise_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/analysis/rules"
)

// sections are those of a rule's page, in this order.
var sections = []string{"What", "Why", "Example", "Instead", "When to ignore", "References"}

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// homeFaults lists what is not where the ID of its rule says. The ID is the
// path: weak-hash of class crypto is the variable WeakHash of
// analysis/rules/crypto/weak_hash.go, its page is weak_hash.md beside it and its
// archive testdata/rules/crypto/weak-hash.txtar.
func homeFaults(root fs.FS, all []*analysis.Rule) []string {
	var out []string
	fault := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }

	ids, pages, archives, vars := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range all {
		if !kebab.MatchString(r.ID) {
			fault("%q: an ID is made of small letters, digits and single hyphens", r.ID)
			continue
		}
		if ids[r.ID] {
			fault("%s: two rules have this ID", r.ID)
		}
		ids[r.ID] = true

		stem := path.Join("analysis/rules", r.Class, strings.ReplaceAll(r.ID, "-", "_"))
		source, page, archive := stem+".go", stem+".md", path.Join("testdata/rules", r.Class, r.ID+".txtar")
		pages[page], archives[archive] = true, true

		name := ruleVariable(root, source, r.ID)
		if name == "" {
			fault("%s: %s declares no rule of this name", r.ID, source)
		}
		vars[path.Dir(source)+" "+name] = true
		if text, err := fs.ReadFile(root, page); err != nil {
			fault("%s: no page %s", r.ID, page)
		} else {
			if string(text) != r.Page {
				fault("%s: its page is not the text of %s", r.ID, page)
			}
			for _, s := range pageFaults(r.ID, string(text)) {
				fault("%s: %s", page, s)
			}
		}
		if text, err := fs.ReadFile(root, archive); err != nil {
			fault("%s: no archive %s", r.ID, archive)
		} else if len(txtar.Parse(text).Files) == 0 {
			fault("%s: %s holds no files", r.ID, archive)
		}
	}

	for dir, known := range map[string]map[string]bool{"analysis/rules": pages, "testdata/rules": archives} {
		for _, p := range filesBelow(root, dir) {
			if e := path.Ext(p); (e == ".md" || e == ".txtar") && !known[p] {
				fault("%s belongs to no rule", p)
			}
		}
	}
	for _, p := range filesBelow(root, "analysis/rules") {
		if path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
			continue
		}
		for _, name := range ruleVariables(root, p) {
			if !vars[path.Dir(p)+" "+name] {
				fault("%s: %s is not listed in analysis/rules", p, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// ruleVariables lists the variables of a Go file that are set to an
// &analysis.Rule.
func ruleVariables(root fs.FS, file string) []string {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return nil
	}
	tree, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range tree.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for i, value := range v.Values {
				if i < len(v.Names) && isRule(value) {
					out = append(out, v.Names[i].Name)
				}
			}
		}
	}
	return out
}

func isRule(e ast.Expr) bool {
	u, ok := e.(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return false
	}
	lit, ok := u.X.(*ast.CompositeLit)
	if !ok {
		return false
	}
	sel, ok := lit.Type.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "analysis" && sel.Sel.Name == "Rule"
}

// ruleVariable is the exported variable of a file that an ID names: SQLInjection
// or SqlInjection for sql-injection. It is empty if there is none.
func ruleVariable(root fs.FS, file, id string) string {
	for _, name := range ruleVariables(root, file) {
		if ast.IsExported(name) && strings.EqualFold(name, strings.ReplaceAll(id, "-", "")) {
			return name
		}
	}
	return ""
}

// pageFaults lists what a rule's page lacks.
func pageFaults(id, text string) []string {
	var out []string
	first, _, _ := strings.Cut(text, "\n")
	if first != "# "+id {
		out = append(out, fmt.Sprintf("the first line is %q, not %q", first, "# "+id))
	}
	var got []string
	body := map[string]string{}
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if name, ok := strings.CutPrefix(line, "## "); ok && !fenced {
			got = append(got, strings.TrimSpace(name))
		} else if len(got) > 0 {
			body[got[len(got)-1]] += line
		}
	}
	if fenced {
		out = append(out, "a code block is not closed")
	}
	if !slices.Equal(got, sections) {
		out = append(out, fmt.Sprintf("its sections are %q, not %q", got, sections))
		return out
	}
	for _, s := range sections {
		if strings.TrimSpace(body[s]) == "" {
			out = append(out, fmt.Sprintf("section %s is empty", s))
		}
	}
	return out
}

func filesBelow(root fs.FS, dir string) []string {
	var out []string
	_ = fs.WalkDir(root, dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, p)
		}
		return nil
	})
	return out
}

func mapFS(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func replace(files map[string]string, name, old, now string) {
	files[name] = strings.Replace(files[name], old, now, 1)
}

func TestRuleHomes(t *testing.T) {
	for _, s := range homeFaults(os.DirFS("."), rules.All()) {
		t.Error(s)
	}
}

const goodPage = `# weak-hash

A broken hash.

## What

Flags md5.

## Why

It is broken.

## Example

` + "```python bad\n## no heading\nhashlib.md5(x)\n```" + `

## Instead

SHA-256.

## When to ignore

Never.

## References

CWE-328
`

// TestHomeFaults shows that every fault is seen.
func TestHomeFaults(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(map[string]string, *analysis.Rule)
		want string
	}{
		{"all as it should be", func(map[string]string, *analysis.Rule) {}, ""},
		{"initials", func(f map[string]string, _ *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.go", "WeakHash =", "WEAKHash =")
		}, ""},
		{"no source", func(f map[string]string, _ *analysis.Rule) { delete(f, "analysis/rules/crypto/weak_hash.go") }, "declares no rule of this name"},
		{"other variable", func(f map[string]string, _ *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.go", "WeakHash =", "WeakDigest =")
		}, "analysis/rules/crypto/weak_hash.go declares no rule of this name"},
		{"variable not exported", func(f map[string]string, _ *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.go", "WeakHash =", "weakHash =")
		}, "declares no rule of this name"},
		{"other class", func(_ map[string]string, r *analysis.Rule) { r.Class = "tokens" }, "analysis/rules/tokens/weak_hash.go declares no rule"},
		{"ID with an underscore", func(_ map[string]string, r *analysis.Rule) { r.ID = "weak_hash" }, "an ID is made of small letters"},
		{"no page", func(f map[string]string, _ *analysis.Rule) { delete(f, "analysis/rules/crypto/weak_hash.md") }, "no page analysis/rules/crypto/weak_hash.md"},
		{"page not embedded", func(_ map[string]string, r *analysis.Rule) { r.Page = "" }, "its page is not the text of"},
		{"page of other title", func(f map[string]string, r *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.md", "# weak-hash", "# Weak hash")
			r.Page = f["analysis/rules/crypto/weak_hash.md"]
		}, `the first line is "# Weak hash"`},
		{"section missing", func(f map[string]string, r *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.md", "## Instead", "### Instead")
			r.Page = f["analysis/rules/crypto/weak_hash.md"]
		}, "its sections are"},
		{"section empty", func(f map[string]string, r *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.md", "It is broken.", "")
			r.Page = f["analysis/rules/crypto/weak_hash.md"]
		}, "section Why is empty"},
		{"code block open", func(f map[string]string, r *analysis.Rule) {
			replace(f, "analysis/rules/crypto/weak_hash.md", "CWE-328", "```")
			r.Page = f["analysis/rules/crypto/weak_hash.md"]
		}, "a code block is not closed"},
		{"no archive", func(f map[string]string, _ *analysis.Rule) { delete(f, "testdata/rules/crypto/weak-hash.txtar") }, "no archive testdata/rules/crypto/weak-hash.txtar"},
		{"empty archive", func(f map[string]string, _ *analysis.Rule) { f["testdata/rules/crypto/weak-hash.txtar"] = "Nothing.\n" }, "holds no files"},
		{"page of nobody", func(f map[string]string, _ *analysis.Rule) { f["analysis/rules/crypto/old.md"] = "# old" }, "analysis/rules/crypto/old.md belongs to no rule"},
		{"archive of nobody", func(f map[string]string, _ *analysis.Rule) { f["testdata/rules/crypto/old.txtar"] = "x" }, "testdata/rules/crypto/old.txtar belongs to no rule"},
		{"rule that is not listed", func(f map[string]string, _ *analysis.Rule) {
			f["analysis/rules/crypto/weak_random.go"] = "package crypto\nvar (\n\tn = 1\n\tWeakRandom = &analysis.Rule{}\n)\n"
		}, "analysis/rules/crypto/weak_random.go: WeakRandom is not listed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{
				"analysis/rules/crypto/weak_hash.go":    "package crypto\n\nvar WeakHash = &analysis.Rule{ID: \"weak-hash\"}\n",
				"analysis/rules/crypto/weak_hash.md":    goodPage,
				"testdata/rules/crypto/weak-hash.txtar": "Words.\n-- a.py --\nx = 1\n",
			}
			r := &analysis.Rule{ID: "weak-hash", Class: "crypto", Page: goodPage}
			c.edit(files, r)
			got := homeFaults(mapFS(files), []*analysis.Rule{r})
			if c.want == "" && len(got) > 0 {
				t.Errorf("faults in good code: %q", got)
			}
			if c.want != "" && !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
				t.Errorf("got %q, want a fault with %q", got, c.want)
			}
		})
	}

	r := &analysis.Rule{ID: "weak-hash", Class: "crypto", Page: goodPage}
	got := homeFaults(mapFS(nil), []*analysis.Rule{r, r})
	if !slices.Contains(got, "weak-hash: two rules have this ID") {
		t.Errorf("a repeated ID is not seen: %q", got)
	}
}
