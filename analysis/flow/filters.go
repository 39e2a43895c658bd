package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/lang/template"
	"pavise/analysis/syntax"
)

// projectFilter runs a filter that the project defines: in the module of the
// view, or in one that the template loads. It is nil if none is found.
func (r *rendering) projectFilter(e *template.Expr, x *Value, args []Arg) *Value {
	f := r.f
	modules := []*Analyzer{f.m.a}
	for _, n := range r.page.file.Body {
		if n.Kind != template.Tag || n.Name != "load" || f.m.a.files == nil {
			continue
		}
		for _, a := range n.Args {
			if a.Kind != template.Name {
				continue
			}
			f.run.deps.add(f.m.a.dep(depImports))
			file, rest := f.m.a.locate(f.m.a, ".templatetags."+a.Name)
			if b := f.m.a.moduleAt(file, rest); b != nil && len(modules) < maxNames {
				modules = append(modules, b)
			}
		}
	}
	for _, b := range modules {
		f.run.deps.add(b.dep(depFilters))
		fn := b.m.filter(e.Name)
		if fn == nil {
			continue
		}
		// what it does with the value is said in it
		f.run.quiet--
		v := f.inline(r.call, fn, nil, append([]Arg{{Node: r.at(e), Value: x}}, args...))
		f.run.quiet++
		return v
	}
	return nil
}

// at is the place of an expression, or of the call where the template is a text.
func (r *rendering) at(e *template.Expr) syntax.Node {
	if r.page.inline {
		return r.call
	}
	return e.At
}

// moduleAt is the module at a path, if the whole of a target led there.
func (a *Analyzer) moduleAt(file, rest string) *Analyzer {
	if file == "" || rest != "" {
		return nil
	}
	return a.open(file)
}

// filter is the function that a module registers as a template filter.
func (m *Module) filter(name string) *Func {
	if m.filters == nil {
		m.filters = map[string]*Func{}
		for _, st := range m.units {
			if st.facts.filters {
				m.readFilters(st)
			}
		}
	}
	return m.filters[name]
}

// readFilters notes the filters that a unit registers: by a decorator, by a
// call, or as an item of an environment's filters.
func (m *Module) readFilters(st *unitState) {
	root := st.unit.Root()
	if st.unit.Class == syntax.Function && st.unit.Parent == "" {
		for _, d := range python.Decorators(python.Undecorated(root)) {
			if name, ok := filterName(d, st.unit.Name); ok {
				m.filters[name] = m.function(st)
			}
		}
	}
	for d := range root.Descendants() {
		switch d.Kind() {
		case syntax.KindAssignment: // env.filters["name"] = function
			left := d.Child(syntax.FieldLeft)
			if left.Kind() != syntax.KindSubscript || !strings.HasSuffix(left.Child(syntax.FieldValue).Str(), ".filters") {
				continue
			}
			m.addFilter(literal(left.Child(syntax.FieldSubscript)), d.Child(syntax.FieldRight))
		case syntax.KindCall: // app.add_template_filter(function, "name"), register.filter("name", function)
			var name string
			var fn syntax.Node
			for a := range d.Child(syntax.FieldArguments).NamedChildren() {
				if a.Kind() == syntax.KindKeywordArgument {
					a = a.Child(syntax.FieldValue)
				}
				switch a.Kind() {
				case syntax.KindIdentifier:
					fn = a
				case syntax.KindString:
					name = literal(a)
				}
			}
			if callee := d.Child(syntax.FieldFunction).Str(); fn.OK() && (strings.HasSuffix(callee, "template_filter") || callee == "register.filter") {
				if name == "" {
					name = fn.Str()
				}
				m.addFilter(name, fn)
			}
		}
	}
}

func (m *Module) addFilter(name string, fn syntax.Node) {
	if name == "" || fn.Kind() != syntax.KindIdentifier {
		return
	}
	if i, ok := m.byKey[fn.Str()]; ok && m.units[i].unit.Class == syntax.Function {
		m.filters[name] = m.function(m.units[i])
	}
}

// filterName is the name under which a decorator registers a function.
func filterName(d syntax.Node, function string) (string, bool) {
	callee := d
	if d.Kind() == syntax.KindCall {
		callee = d.Child(syntax.FieldFunction)
	}
	text := callee.Str()
	if !strings.HasSuffix(text, "template_filter") && !strings.HasSuffix(text, "register.filter") {
		return "", false
	}
	if d.Kind() == syntax.KindCall {
		for a := range d.Child(syntax.FieldArguments).NamedChildren() {
			if a.Kind() == syntax.KindKeywordArgument {
				if a.Child(syntax.FieldName).Str() != "name" {
					continue
				}
				a = a.Child(syntax.FieldValue)
			}
			if s := literal(a); s != "" {
				return s, true
			}
		}
	}
	return function, true
}

// literal is the text of a constant text, "" for anything else.
func literal(n syntax.Node) string {
	s, ok := python.ParseString(n)
	if !ok {
		return ""
	}
	text, _ := s.Const()
	return text
}
