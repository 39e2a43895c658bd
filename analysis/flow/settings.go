package flow

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// productionModules are the modules beside one with settings that are named for
// production and may derive from it; %s stands for the module's own name.
var productionModules = []string{
	"production", "prod", "live", "deploy", "deployment", "heroku", "prd",
	"%s_production", "%s_prod", "production_%s", "prod_%s",
}

// ForProduction reports whether a name of a module or class says that it is
// what production runs with.
func ForProduction(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "prod") || strings.HasSuffix(name, "prod") || strings.Contains(name, "production") ||
		strings.HasPrefix(name, "live") || strings.HasPrefix(name, "deploy") || strings.HasPrefix(name, "heroku")
}

// isOverridden reports whether a variable of the module, or of a class, that an
// assignment gives a value gets another one for production.
func (f *frame) isOverridden(name string, at syntax.Node) bool {
	r, m := f.run, f.m
	if m.a.page != nil || r.unit.a != m.a {
		return false
	}
	r.deps.add(m.a.dep(name))
	class := at.Unit().Parent
	binds := m.binds
	if class != "" {
		binds = m.members(class).binds
	}
	for _, ord := range binds[name] {
		if ord > r.unit.ord && !augments(m.units[ord].unit) {
			return true
		}
	}
	if class != "" && r.derivedForProduction(m, class, name) {
		return true
	}
	return f.moduleForProduction(class, name)
}

// augments reports whether a statement only adds to what a name has.
func augments(u *syntax.Unit) bool {
	if u.Kind != syntax.KindExpressionStatement {
		return false
	}
	a := u.Root().NamedChild(0)
	return a.OK() && a.Kind() == syntax.KindAugmentedAssignment
}

// derivedForProduction reports whether a class for production that derives from
// class gives a name of its body another value.
func (r *run) derivedForProduction(m *Module, class, name string) bool {
	for _, st := range m.units {
		u := st.unit
		if u.Class != syntax.ClassHeader || u.Key == class || !ForProduction(u.Name) || len(m.members(u.Key).binds[name]) == 0 {
			continue
		}
		r.deps.add(m.a.dep(u.Key))
		if m.derives(u.Key, class, 0) {
			return true
		}
	}
	return false
}

// derives reports whether a class derives from another one of the same file.
func (m *Module) derives(class, from string, depth int) bool {
	ord, ok := m.byKey[class]
	if !ok || depth > 8 {
		return false
	}
	for b := range python.Undecorated(m.units[ord].unit.Root()).Child(syntax.FieldSuperclasses).NamedChildren() {
		if base := b.Str(); base == from || m.derives(base, from, depth+1) {
			return true
		}
	}
	return false
}

// moduleForProduction reports whether a module for production, beside this one,
// takes over what stands here but for the name.
func (f *frame) moduleForProduction(class, name string) bool {
	return f.productionBeside(func(b *Analyzer) bool {
		f.run.deps.add(b.dep(name))
		if class != "" {
			return b.m.bindsInClass(name)
		}
		return len(b.m.binds[name]) > 0 && f.takesOver(b, f.m.a, 0)
	})
}

// productionBeside reports whether something is true of a module for production
// in the folder of this one.
func (f *frame) productionBeside(is func(b *Analyzer) bool) bool {
	a := f.m.a
	if a.files == nil || a.path == "" {
		return false
	}
	own := strings.TrimSuffix(filepath.Base(a.path), ".py")
	f.run.deps.add(a.dep(depImports))
	for _, other := range productionModules {
		file, rest := a.locate(a, "."+strings.Replace(other, "%s", own, 1))
		if file == "" || rest != "" || file == a.path {
			continue
		}
		b := a.open(file)
		if b == nil {
			continue
		}
		f.run.deps.add(b.dep(depImports))
		if is(b) {
			return true
		}
	}
	return false
}

// bindsInClass reports whether the body of some class binds a name.
func (m *Module) bindsInClass(name string) bool {
	for _, st := range m.units {
		if st.unit.Parent != "" && st.unit.Class == syntax.Statement && slices.Contains(st.scope.Names, name) {
			return true
		}
	}
	return false
}

// takesOver reports whether star imports of b lead to a.
func (f *frame) takesOver(b, a *Analyzer, depth int) bool {
	if depth > 4 {
		return false
	}
	for _, star := range b.m.stars {
		file, rest := b.locate(b, star)
		if file == "" || rest != "" {
			continue
		}
		if file == a.path {
			return true
		}
		if c := b.open(file); c != nil {
			f.run.deps.add(c.dep(depImports))
			if f.takesOver(c, a, depth+1) {
				return true
			}
		}
	}
	return false
}

// Overview is what a file as a whole says, for rules about what is missing in
// it. It is asked for on behalf of a unit, which is looked at again when an
// answer changes.
type Overview struct {
	frame
	at *unitState
}

// Overview is the file on behalf of one of its units, nil if it is none of them.
func (a *Analyzer) Overview(u *syntax.Unit) *Overview {
	st := a.units[u]
	if st == nil || st.a != a {
		return nil
	}
	o := &Overview{at: st}
	o.frame = frame{m: a.m, run: &run{unit: st, deps: a.newDeps()}, scope: noNames, env: &env{}}
	return o
}

// Value is what the module gives a name in the end, by its own statements or by
// a star import; nil if it does not bind it.
func (o *Overview) Value(name string) *Value {
	a := o.m.a
	o.run.deps.add(a.dep(name))
	if v := o.run.bound(o.m, name, len(o.m.units)); v != nil {
		return v
	}
	for _, star := range o.m.stars {
		if v := o.fromStar(star, name); v != nil {
			return v
		}
	}
	return nil
}

// Complete reports whether every star import of the module, and of those that
// it leads to, is of a module of the project.
func (o *Overview) Complete() bool { return o.complete(o.m.a, 0) }

func (o *Overview) complete(a *Analyzer, depth int) bool {
	o.run.deps.add(a.dep(depImports))
	for _, star := range a.m.stars {
		file, rest := a.locate(a, star)
		if file == "" || rest != "" || depth > 4 {
			return false
		}
		if b := a.open(file); b == nil || file != a.path && !o.complete(b, depth+1) {
			return false
		}
	}
	return true
}

// Path is the file's path.
func (o *Overview) Path() string { return o.m.a.path }

// maxMentioned bounds the imported files in which a text is looked for.
const maxMentioned = 24

// Mentions reports whether one of some texts stands in the file or in a file of
// the project that it imports, outside comments of whole lines.
func (o *Overview) Mentions(list ...string) bool { return o.mentions(list) }

func (f *frame) mentions(list []string) bool {
	for i, a := range f.neighbours() {
		if i > 0 {
			f.run.deps.add(a.dep(depText))
		}
		text := a.m.tree.File.Text()
		for _, t := range list {
			if mentions(text, t) {
				return true
			}
		}
	}
	return false
}

func mentions(text []byte, what string) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(what))
		if i < 0 {
			return false
		}
		i += at
		line := text[bytes.LastIndexByte(text[:i], '\n')+1 : i]
		if !bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) {
			return true
		}
		at = i + len(what)
	}
}

// neighbours are the file and those of the project that it imports, also those
// from which the packages that it imports collect their names.
func (f *frame) neighbours() []*Analyzer {
	a := f.m.a
	out := []*Analyzer{a}
	f.run.deps.add(a.dep(depImports))
	for i := 0; i < len(out) && i <= maxMentioned; i++ {
		from := out[i]
		if i > 0 {
			if filepath.Base(from.path) != "__init__.py" {
				continue
			}
			f.run.deps.add(from.dep(depImports))
		}
		for _, target := range from.m.targets() {
			file, _ := from.locate(from, target)
			if file == "" || len(out) > maxMentioned {
				continue
			}
			if b := from.open(file); b != nil && !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
	}
	return out
}

// setterNear reports whether an attribute of this name has a setter, a validator or
// a type of its own in the file or one that it imports, which makes of a value what
// is kept.
func (f *frame) setterNear(attr string) bool {
	f.run.deps.add(f.m.a.dep(depText))
	list := []string{"@" + attr + ".setter", `validates("` + attr + `"`, "validates('" + attr + "'", attr + ` = Column(PasswordType`, attr + " = db.Column(PasswordType"}
	return f.mentions(list)
}

// targets are all that the module imports, and the names by which it loads
// configurations.
func (m *Module) targets() []string {
	var out []string
	for _, st := range m.units {
		if st.targets == nil {
			st.targets = append([]string{}, targetsIn(st.unit)...)
		}
		out = append(out, st.targets...)
	}
	return out
}

func targetsIn(u *syntax.Unit) (out []string) {
	for i := range u.Len() {
		n := u.At(i)
		switch n.Kind() {
		case syntax.KindImportStatement, syntax.KindImportFromStatement:
			for _, im := range python.Imports(n) {
				out = append(out, im.Target)
			}
		case syntax.KindCall:
			if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "from_object" {
				if s, ok := python.ParseString(n.Child(syntax.FieldArguments).NamedChild(0)); ok {
					if name, ok := s.Const(); ok {
						out = append(out, name)
					}
				}
			}
		}
	}
	return out
}

// Settle makes the unit depend on what was asked.
func (o *Overview) Settle() {
	asked := o.m.a.gathered(o.run.deps)
	res := o.at.result
	if res == nil || res.deps == nil {
		return
	}
	have := &depSet{}
	have.addAll(res.deps)
	from := len(have.list)
	have.addAll(asked)
	if more := have.list[from:]; len(more) > 0 {
		res.deps = append(res.deps[:len(res.deps):len(res.deps)], more...)
		o.m.a.used(more)
	}
}

// ConstTexts are the constant texts that the elements of a list, tuple or set can be,
// or that a value is itself.
func ConstTexts(v *Value) []string {
	var out []string
	for _, p := range Parts(v) {
		for _, c := range p.Consts {
			if c.Kind == StrConst {
				out = append(out, c.S)
			}
		}
	}
	return out
}

// Known reports whether nothing of a value comes from outside the program.
func (v *Value) Known() bool {
	return !v.tainted(models.Opaque) && (len(v.Consts) > 0 || v.parts != nil || v.Type == "list" || v.Type == "tuple" || v.Type == "dict")
}

// ClassOf is the definition of the class that a method belongs to; no node if it
// is none.
func (o *Overview) ClassOf(method syntax.Node) syntax.Node {
	if c := o.classOf(method); c != nil {
		return c.node
	}
	return syntax.Node{}
}

func (o *Overview) classOf(method syntax.Node) *Class {
	if i, ok := o.m.byKey[method.Unit().Parent]; ok && method.Unit().Parent != "" {
		return o.run.class(o.m.units[i]).cls
	}
	return nil
}

// Member is what the class of a method, or one of the program that it derives from,
// gives an attribute; nil if none does.
func (o *Overview) Member(method syntax.Node, name string) *Value {
	if c := o.classOf(method); c != nil {
		return o.classAttr(&Value{cls: c}, name, method)
	}
	return nil
}

// Bases names what the class of a method derives from, itself first: classes of the program
// as they are called there, those of libraries by their qualified names.
func (o *Overview) Bases(method syntax.Node) []string {
	c := o.classOf(method)
	if c == nil {
		return nil
	}
	var out []string
	var add func(c *Class, depth int)
	add = func(c *Class, depth int) {
		out = append(out, c.name)
		for _, b := range c.bases {
			switch {
			case b.cls != nil && depth < 8:
				add(b.cls, depth+1)
			case b.Name != "":
				out = append(out, b.Name)
			}
		}
	}
	add(c, 0)
	return out
}

// Last is the last statement of the module that binds a name, and does not only
// add to it; nil if none does.
func (o *Overview) Last(name string) *syntax.Unit {
	for _, ord := range slices.Backward(o.m.binds[name]) {
		if u := o.m.units[ord].unit; !augments(u) {
			return u
		}
	}
	return nil
}

// Base reports whether a module for production beside this one takes it over.
func (o *Overview) Base() bool {
	return o.productionBeside(func(b *Analyzer) bool { return o.takesOver(b, o.m.a, 0) })
}
