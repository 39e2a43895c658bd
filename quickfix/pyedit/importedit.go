package pyedit

import (
	"slices"
	"sort"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// importEdits turns the wanted and dropped imports into edits.
func (e *Edits) importEdits() []source.Edit {
	if len(e.want) == 0 && len(e.drop) == 0 {
		return nil
	}
	b := e.file.leadingBlock()
	names := e.file.NewEdits() // edits within statements that stay
	e.remove(b, names)
	e.extend(b, names)
	out := names.list
	for _, x := range b.write() {
		out = append(out, source.Edit{Span: x.Span, New: e.lineEnds(x.New)})
	}
	return out
}

// extend adds each wanted import: to a from-import of its module if there is
// one, else as a statement of its own.
func (e *Edits) extend(b *block, names *Edits) {
	fresh := map[string][]string{} // new from-imports by module
	var modules []string
	for _, w := range e.want {
		if w.name == "" {
			text := "import " + w.module
			if w.alias != "" {
				text += " as " + w.alias
			}
			b.add(&entry{module: w.module, text: text})
			continue
		}
		if b.extendFrom(names, w) {
			continue
		}
		if fresh[w.module] == nil {
			modules = append(modules, w.module)
		}
		fresh[w.module] = append(fresh[w.module], w.name)
	}
	for _, m := range modules {
		list := fresh[m]
		sort.Slice(list, func(i, j int) bool { return nameKey(list[i]) < nameKey(list[j]) })
		b.add(&entry{from: true, module: m, text: "from " + m + " import " + strings.Join(list, ", ")})
	}
}

// extendFrom adds a name to a statement "from module import ...".
func (b *block) extendFrom(e *Edits, w request) bool {
	for _, x := range b.entries {
		if x.isNew() || x.removed || !x.from || x.module != w.module || x.stmt.HasError() {
			continue
		}
		l := importedNames(x.stmt)
		if len(l.items) == 0 || l.items[0].Kind() == syntax.KindWildcardImport {
			continue
		}
		at := len(l.items)
		if namesSorted(l.items) {
			for at = 0; at < len(l.items) && nameKey(l.items[at].Str()) <= nameKey(w.name); at++ {
			}
		}
		l.insert(e, at, w.name)
		return true
	}
	return false
}

// importedNames is the list behind "import" of a statement.
func importedNames(stmt At) commaList {
	l := newList(stmt)
	module := stmt.Child(syntax.FieldModuleName)
	items := l.items[:0]
	for _, n := range l.items {
		if n != module {
			items = append(items, n)
		}
	}
	l.items = items
	return l
}

// nameKey sorts imported names as isort does: constants, classes, the rest.
func nameKey(name string) string {
	name, _, _ = strings.Cut(name, " ")
	class := "2"
	switch {
	case len(name) > 1 && strings.ToUpper(name) == name && strings.ToLower(name) != name:
		class = "0"
	case name != "" && name[0] >= 'A' && name[0] <= 'Z':
		class = "1"
	}
	return class + strings.ToLower(name)
}

func namesSorted(items []syntax.Node) bool {
	for i := 1; i < len(items); i++ {
		if nameKey(items[i-1].Str()) > nameKey(items[i].Str()) {
			return false
		}
	}
	return true
}

// remove takes away the dropped imports that nothing uses any more.
func (e *Edits) remove(b *block, names *Edits) {
	if len(e.drop) == 0 || e.keepsImports() {
		return
	}
	for _, x := range b.entries {
		if x.from && x.module == "__future__" || e.noqa(x.stmt) || e.shared(x.stmt) {
			continue
		}
		l := importedNames(x.stmt)
		if len(l.items) == 0 {
			continue
		}
		var gone []int
		for i, im := range python.Imports(x.stmt.Node) {
			if e.drops(im.Name) && !e.used(im.Name) && i < len(l.items) {
				gone = append(gone, i)
			}
		}
		switch {
		case len(gone) == 0:
		case len(gone) == len(l.items):
			x.removed = true
		default:
			l.removeSome(names, gone)
		}
	}
}

// removeSome takes several items of a list away, but not all. An item that
// cannot go without a comment stays.
func (l *commaList) removeSome(e *Edits, gone []int) {
	if len(gone) == 1 {
		l.remove(e, gone[0])
		return
	}
	var kept []string
	next := 0
	for i, n := range l.items {
		if next < len(gone) && gone[next] == i {
			next++
			continue
		}
		kept = append(kept, n.Str())
	}
	all := source.Span{Start: l.abs(l.items[0]).Start, End: l.abs(l.items[len(l.items)-1]).End}
	if !l.comments(all) {
		e.Replace(all, strings.Join(kept, ", "))
	}
}

// keepsImports reports whether the file may be imported for its imports.
func (e *Edits) keepsImports() bool {
	path := e.file.Tree.File.Path()
	return e.file.Tree.HasError || e.file.Tree.Partial != "" || strings.HasSuffix(path, "__init__.py") || e.file.BoundInModule("__all__") > 0
}

// noqa reports whether a comment on the statement's line keeps it.
func (e *Edits) noqa(stmt At) bool {
	s := stmt.Abs()
	rest := e.file.Source(source.Span{Start: s.End, End: e.file.LineEnd(s.End)})
	_, comment, ok := strings.Cut(rest, "#")
	if !ok {
		return false
	}
	comment = strings.ToLower(comment)
	if !strings.Contains(comment, "noqa") {
		return false
	}
	_, codes, listed := strings.Cut(comment, "noqa:")
	return !listed || strings.Contains(codes, "f401")
}

// shared reports whether another statement or a comment stands on the lines
// of the import, so that it cannot be removed with its line.
func (e *Edits) shared(stmt At) bool {
	s := stmt.Abs()
	f := e.file
	before := f.Source(source.Span{Start: f.LineStart(s.Start), End: s.Start})
	after := f.Source(source.Span{Start: s.End, End: f.LineEnd(s.End)})
	after = strings.TrimSpace(after)
	return strings.TrimSpace(before) != "" || after != "" && !strings.HasPrefix(after, "#")
}

func (e *Edits) drops(name string) bool { return slices.Contains(e.drop, name) }

// used reports whether anything but imports names the import after the edits.
func (e *Edits) used(name string) bool {
	if e.writes(name) {
		return true
	}
	for _, u := range e.file.Tree.Units {
		for i := 0; i < u.Len(); i++ {
			n := u.At(i)
			switch n.Kind() {
			case syntax.KindImportStatement, syntax.KindImportFromStatement:
				if Function(n).OK() || typeChecking(n) {
					continue // an inner import of the same name is no use, but its statement is walked
				}
				i = n.End() - 1
			case syntax.KindStringContent:
				if strings.Contains(n.Str(), name+".") && HasWord(n.Str(), name) && !e.gone(n.Span().Shift(u.Start), name) {
					return true // an annotation in quotes, a doctest
				}
			case syntax.KindIdentifier:
				if n.Str() == name && names(n) && !e.gone(n.Span().Shift(u.Start), name) {
					return true
				}
			}
		}
	}
	return false
}

// names reports whether an identifier is a name, not an attribute or keyword.
func names(n syntax.Node) bool {
	switch n.Parent().Kind() {
	case syntax.KindAttribute:
		return n.Field() != syntax.FieldAttribute
	case syntax.KindKeywordArgument:
		return n.Field() != syntax.FieldName
	}
	return true
}
