// Package python says what a Python module's syntax means: imports, scopes,
// parameters, decorators, calls and literals. It works on the frozen nodes of
// one unit at a time and knows nothing of libraries.
package python

import (
	"strings"

	"pavise/analysis/syntax"
)

// Import is one name that an import statement binds.
type Import struct {
	Name string // bound in the module: "np"; "*" for a star import
	// Target is the dotted name it stands for: "numpy", "flask.request". A
	// relative import keeps its leading dots: "..db.conn".
	Target string
	Node   syntax.Node // the dotted name or aliased import
}

// Imports lists what an import statement binds; nil for other statements.
func Imports(n syntax.Node) []Import {
	switch n.Kind() {
	case syntax.KindImportStatement:
		return plainImports(n)
	case syntax.KindImportFromStatement:
		return fromImports(n)
	}
	return nil
}

func plainImports(n syntax.Node) []Import {
	var out []Import
	for c := range n.NamedChildren() {
		switch c.Kind() {
		case syntax.KindDottedName:
			// import a.b.c binds a
			full := dotted(c)
			name, _, _ := strings.Cut(full, ".")
			out = append(out, Import{Name: name, Target: name, Node: c})
		case syntax.KindAliasedImport:
			out = append(out, Import{Name: c.Child(syntax.FieldAlias).Str(), Target: dotted(c.Child(syntax.FieldName)), Node: c})
		}
	}
	return out
}

func fromImports(n syntax.Node) []Import {
	from := n.Child(syntax.FieldModuleName)
	base := dotted(from)
	if base != "" && !strings.HasSuffix(base, ".") {
		base += "."
	}
	var out []Import
	for c := range n.NamedChildren() {
		if c == from {
			continue
		}
		switch c.Kind() {
		case syntax.KindDottedName:
			name := dotted(c)
			out = append(out, Import{Name: name, Target: base + name, Node: c})
		case syntax.KindAliasedImport:
			out = append(out, Import{Name: c.Child(syntax.FieldAlias).Str(), Target: base + dotted(c.Child(syntax.FieldName)), Node: c})
		case syntax.KindWildcardImport:
			out = append(out, Import{Name: "*", Target: strings.TrimSuffix(base, "."), Node: c})
		}
	}
	return out
}

// dotted is the text of a dotted name or relative import without white space.
func dotted(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	t := n.Str()
	if strings.ContainsAny(t, " \t\r\n\\") {
		t = strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n\\", r) {
				return -1
			}
			return r
		}, t)
	}
	return t
}
