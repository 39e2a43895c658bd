package pyedit

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// Binding is a name that an import binds.
type Binding struct {
	Name   string // in this file
	Target string // what it stands for: "subprocess", "flask.request"
	Module string // what is imported, where that is more than Target: "urllib.parse"
	At     At     // the dotted name or aliased import
	Stmt   At     // the import statement
	// Inner is set for imports within functions and under TYPE_CHECKING: they
	// name things but bind nothing at run time for the rest of the module.
	Inner bool
}

// Imports are all imports of the file in order.
func (f *File) Imports() []Binding {
	if f.read {
		return f.imports
	}
	f.read = true
	for _, u := range f.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindImportStatement && n.Kind() != syntax.KindImportFromStatement {
				continue
			}
			stmt := At{n, u.Start}
			inner := u.Parent != "" || u.Class != syntax.Statement || Function(n).OK() || typeChecking(n)
			for _, im := range python.Imports(n) {
				b := Binding{Name: im.Name, Target: im.Target, Module: im.Target, At: stmt.On(im.Node), Stmt: stmt, Inner: inner}
				if n.Kind() == syntax.KindImportStatement && im.Node.Kind() == syntax.KindDottedName {
					b.Module = squeeze(im.Node.Str())
				}
				f.imports = append(f.imports, b)
			}
		}
	}
	return f.imports
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// typeChecking reports whether a statement runs for type checkers only.
func typeChecking(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindIfStatement && strings.Contains(p.Child(syntax.FieldCondition).Str(), "TYPE_CHECKING") {
			return true
		}
	}
	return false
}

// ImportsRoot reports whether the file imports the module or something in it.
func (f *File) ImportsRoot(module string) bool {
	for _, b := range f.Imports() {
		if b.Module == module || strings.HasPrefix(b.Module, module+".") {
			return true
		}
	}
	return false
}

// Resolve is the dotted name of an expression with imported names written
// out: sp.run after "import subprocess as sp" is "subprocess.run". It is ""
// for what is no dotted name; a name that no import binds stands for itself.
func (f *File) Resolve(n syntax.Node) string {
	switch n.Kind() {
	case syntax.KindIdentifier:
		name := n.Str()
		for _, b := range f.Imports() {
			if b.Name == name {
				return b.Target
			}
		}
		return name
	case syntax.KindAttribute:
		object := f.Resolve(n.Child(syntax.FieldObject))
		if object == "" {
			return ""
		}
		return object + "." + n.Child(syntax.FieldAttribute).Str()
	case syntax.KindParenthesizedExpression:
		return f.Resolve(n.NamedChild(0))
	}
	return ""
}

// bound finds an expression that names module.name (or the module, for name
// "") in the file at run time, through the imports that are there.
func (f *File) bound(at At, module, name string) string {
	for _, b := range f.Imports() {
		if b.Inner || f.ShadowedAt(at, b.Name) || f.reboundBesides(b) {
			continue
		}
		switch {
		case name != "" && b.Target == module+"."+name && b.Module == b.Target:
			return b.Name
		case b.Target == module:
			return dotted(b.Name, name)
		case b.Module == module && b.Module != b.Target: // import urllib.parse
			return dotted(module, name)
		}
	}
	return ""
}

// reboundBesides reports whether the module binds the name of an import again
// in other ways than by importing the same.
func (f *File) reboundBesides(b Binding) bool {
	same := 0
	units := map[uint32]bool{}
	for _, o := range f.Imports() {
		if o.Name == b.Name && o.Target == b.Target && !o.Inner && !units[o.Stmt.Base] {
			units[o.Stmt.Base] = true
			same++
		}
	}
	return f.BoundInModule(b.Name) > same
}

func dotted(a, b string) string {
	if b == "" {
		return a
	}
	return a + "." + b
}

// Style is the form of an import that is added.
type Style uint8

const (
	Plain Style = iota // import module
	From               // from module import name
)

// request is an import that the edits need.
type request struct {
	module string
	name   string // "" for the module itself
	alias  string
}

// Use returns an expression that names module.name at a place, adding an
// import if none of the file's gives it. With name "" it is the module.
func (e *Edits) Use(at At, module, name string, style Style) string {
	f := e.file
	if have := f.bound(at, module, name); have != "" {
		return have
	}
	for _, w := range e.want {
		if w.module == module && w.name == name {
			return w.bind()
		}
		if w.module == module && w.name == "" {
			return dotted(w.bind(), name)
		}
	}
	if style == From && name != "" && !f.importsStar() && f.free(at, name, module+"."+name) {
		e.want = append(e.want, request{module: module, name: name})
		return name
	}
	w := request{module: module}
	if root, _, _ := strings.Cut(module, "."); !f.free(at, root, root) && !f.bindsOnly(at, root) {
		w.alias = f.Unique(strings.ReplaceAll(module, ".", "_") + "_module")
	}
	e.want = append(e.want, w)
	return dotted(w.bind(), name)
}

// importsStar reports whether the file imports names that are not written in it, which may
// take the place of others.
func (f *File) importsStar() bool {
	for _, u := range f.Tree.Units {
		if u.Parent != "" || u.Class != syntax.Statement || u.Root().Kind() != syntax.KindImportFromStatement {
			continue
		}
		for c := range u.Root().NamedChildren() {
			if c.Kind() == syntax.KindWildcardImport {
				return true
			}
		}
	}
	return false
}

func (w request) bind() string {
	switch {
	case w.alias != "":
		return w.alias
	case w.name != "":
		return w.name
	}
	return w.module
}

// free reports whether a module-level name can be bound to target for use at a
// place: nothing binds it but imports of the same for type checkers.
func (f *File) free(at At, name, target string) bool {
	units := map[uint32]bool{}
	for _, b := range f.Imports() {
		if b.Name == name && b.Target == target && b.Inner && typeChecking(b.Stmt.Node) {
			units[b.Stmt.Base] = true
		}
	}
	return f.BoundInModule(name) == len(units) && !f.ShadowedAt(at, name) && !keywords[name]
}

// bindsOnly reports whether the name stands for the root module of the same
// name wherever it is bound: "import urllib.parse" beside "urllib.request".
func (f *File) bindsOnly(at At, root string) bool {
	if f.ShadowedAt(at, root) {
		return false
	}
	for _, b := range f.Imports() {
		if b.Name == root && b.Target == root && !b.Inner {
			return !f.reboundBesides(b)
		}
	}
	return false
}

// DropImport removes the imports that bind these names, if the edits leave
// them without a use and nothing else may want them.
func (e *Edits) DropImport(names ...string) { e.drop = append(e.drop, names...) }
