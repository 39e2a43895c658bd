package flow

import (
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// class of a class header unit, with its bases.
func (r *run) class(st *unitState) *Value {
	r.deps.add(st.a.dep(st.unit.Key))
	if st.cls != nil {
		r.inherit(st.cls, st.clsDeps)
		return st.cls
	}
	c := &Class{a: st.a, name: st.unit.Key, node: python.Undecorated(st.unit.Root()), unit: st}
	c.known = st.a.taught(c.name)
	st.cls = &Value{cls: c}
	f := &frame{m: st.a.m, run: r, scope: noNames, env: &env{}}
	outer, taken := r.deps, r.taken
	r.deps, r.taken = st.a.newDeps(), nil
	c.bases = f.bases(c.node)
	st.clsDeps = st.a.gathered(r.deps)
	r.deps, r.taken = outer, taken
	r.inherit(st.cls, st.clsDeps)
	return st.cls
}

// bases evaluates the base classes of a class definition.
func (f *frame) bases(def syntax.Node) []*Value {
	list := def.Child(syntax.FieldSuperclasses)
	if !list.OK() {
		return nil
	}
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	var out []*Value
	for c := range list.NamedChildren() {
		if k := c.Kind(); k == syntax.KindKeywordArgument || k == syntax.KindListSplat {
			continue
		}
		out = append(out, f.eval(c))
	}
	return out
}

// externalBases are the library classes that a class derives from, and classes
// of the program of which the configuration speaks, itself included.
func (c *Class) externalBases(depth int) []string {
	var out []string
	if c.known != "" {
		out = append(out, c.known)
	}
	for _, b := range c.bases {
		switch {
		case b.cls != nil && depth < 8:
			out = append(out, b.cls.externalBases(depth+1)...)
		case b.Name != "" && b.cls == nil:
			out = append(out, b.Name)
		}
	}
	return out
}

// instance of a class: typed by the first library class it derives from.
func (f *frame) instance(c *Class) *Value {
	v := &Value{cls: c, inst: true}
	for _, b := range c.externalBases(0) {
		if v.Type == "" || !f.m.set.Known(v.Type) {
			v.Type = b
		}
		if strings.HasPrefix(b, "enum.") {
			return typed("enum.Enum")
		}
	}
	return v
}

// classAttr finds an attribute of a class of this file, or of its instance;
// nil if the class does not say.
func (f *frame) classAttr(obj *Value, name string, n syntax.Node) *Value {
	if obj.cls == nil {
		return nil // an instance of an enumeration is none of its class
	}
	return f.classAttrDepth(obj, obj.cls, name, n, 0)
}

func (f *frame) classAttrDepth(obj *Value, c *Class, name string, n syntax.Node, depth int) *Value {
	if depth > 8 {
		return nil
	}
	if c.unit == nil {
		if v := c.attrs[name]; v != nil {
			return f.bind(obj, v, n)
		}
	} else if v := f.unitClassAttr(obj, c, name, n); v != nil {
		return v
	}
	for _, b := range c.bases {
		if b.cls != nil {
			if v := f.classAttrDepth(obj, b.cls, name, n, depth+1); v != nil {
				return v
			}
		}
	}
	return nil
}

func (f *frame) unitClassAttr(obj *Value, c *Class, name string, n syntax.Node) *Value {
	key := c.name + "." + name
	m := c.a.m
	f.run.deps.add(c.a.dep(c.name))
	if i, ok := m.byKey[key]; ok {
		st := m.units[i]
		f.run.deps.add(c.a.dep(key))
		if st.unit.Class == syntax.ClassHeader {
			return f.run.class(st)
		}
		fn := m.function(st)
		fn.class = c
		return f.bind(obj, f.taughtFunc(c.a, key, fn), n)
	}
	var out *Value
	if v := f.run.classBody(m, c.name, name, -1); v != nil {
		out = v
		if enumLike(c) {
			return typed("enum.Enum")
		}
	}
	if obj.inst {
		if v := f.run.classField(c, name); v != nil {
			out = join(out, v)
		}
	}
	return out
}

func enumLike(c *Class) bool {
	for _, b := range c.externalBases(0) {
		if strings.HasPrefix(b, "enum.") {
			return true
		}
	}
	return false
}

// bind makes a method of a function found in a class; a property is called.
func (f *frame) bind(obj *Value, v *Value, n syntax.Node) *Value {
	if v.fn == nil {
		return v
	}
	decorated := false
	for _, d := range python.Decorators(v.fn.node) {
		switch name := d.Str(); {
		case name == "property" || strings.HasSuffix(name, "cached_property"):
			if f.m.set.Judges(v.Name) {
				return f.judged(n, &Value{Name: v.Name, fn: v.fn, recv: obj}, nil)
			}
			return f.inline(n, v.fn, obj, nil)
		case name == "staticmethod":
			return v
		case name == "classmethod":
			decorated = true
		}
	}
	if !obj.inst && !decorated {
		return v
	}
	c := *v
	c.recv = obj
	return &c
}

// isStatic reports whether a method takes no self.
func (m *Module) isStatic(fn *Func) bool {
	for _, d := range python.Decorators(fn.node) {
		if d.Str() == "staticmethod" {
			return true
		}
	}
	return false
}

// classBody is the value that the statements of a class body give a name;
// before limits them to those above a unit, -1 for all.
func (r *run) classBody(m *Module, class, name string, before int) *Value {
	r.deps.add(m.a.dep(class))
	var out *Value
	for _, o := range m.members(class).binds[name] {
		if m.units[o] == r.unit || before >= 0 && o >= before {
			continue
		}
		out = join(out, r.export(m, o, name))
	}
	return out
}

// classField is what the methods of a class assign to self.name, as shallow
// runs of them see it.
func (r *run) classField(c *Class, name string) *Value {
	if r.shallow != nil && r.shallow.isInit() {
		return nil
	}
	var out *Value
	m := c.a.m
	for _, o := range m.members(c.name).assigns[name] {
		st := m.units[o]
		if st == r.shallow || r.shallow != nil && !st.isInit() {
			continue
		}
		r.deps.add(c.a.dep(st.unit.Key))
		fields := m.fields(st)
		r.inherit(fields, fields.deps)
		if v := fields.attrs[name]; v != nil {
			out = join(out, v)
		}
	}
	return out
}

// fields is what one function assigns to attributes of self, and to names of
// the module.
type fields struct {
	attrs   map[string]*Value
	globals map[string]*Value
	deps    []depID
}

func (st *unitState) isInit() bool {
	switch st.unit.Name {
	case "__init__", "__new__", "__post_init__", "setUp", "initialize", "prepare", "connect", "open":
		return true
	}
	return false
}

// fields runs a method shallowly: into few of the functions that it calls, and
// with no attributes of self but those of the initializer. So the cost of all
// fields of a class is bounded by the size of its methods.
func (m *Module) fields(st *unitState) *fields {
	if st.fields != nil {
		return st.fields
	}
	st.fields = &fields{} // stands for itself while it runs
	r := &run{unit: st, deps: m.a.newDeps(), shallow: st, quiet: 1}
	f := &frame{m: m, run: r, scope: noNames, env: &env{}}
	f.entry(m.function(st))
	st.fields = &fields{attrs: r.selfAttrs, globals: r.wrote, deps: m.a.gathered(r.deps)}
	m.a.used(st.fields.deps)
	return st.fields
}

// members is what a class body says of names.
type members struct {
	binds   map[string][]int // name -> statements of the body that bind it
	assigns map[string][]int // attribute of self -> methods that assign it
}

// members of a class, looked through once.
func (m *Module) members(class string) *members {
	in := m.classes[class]
	if in != nil {
		return in
	}
	in = &members{binds: map[string][]int{}, assigns: map[string][]int{}}
	for _, o := range m.body[class] {
		switch st := m.units[o]; st.unit.Class {
		case syntax.Statement:
			for _, name := range st.scope.Names {
				in.binds[name] = append(in.binds[name], o)
			}
		case syntax.Function:
			for _, name := range st.selfAttrs() {
				in.assigns[name] = append(in.assigns[name], o)
			}
		}
	}
	if m.classes == nil {
		m.classes = map[string]*members{}
	}
	m.classes[class] = in
	return in
}

// selfAttrs are the attributes of self that a method assigns, each once.
func (st *unitState) selfAttrs() []string {
	if st.attrs == nil {
		names := slices.Clone(st.a.m.scope(python.Undecorated(st.unit.Root())).SelfAttrs)
		slices.Sort(names)
		st.attrs = append([]string{}, slices.Compact(names)...)
	}
	return st.attrs
}

// selfAttr notes what a method assigns to an attribute of self.
func (r *run) selfAttr(f *frame, name string, v *Value) {
	if f.depth > 0 || f.fn == nil || f.fn.class == nil || f.fn.class.unit == nil {
		return
	}
	if r.selfAttrs == nil {
		r.selfAttrs = map[string]*Value{}
	}
	r.selfAttrs[name] = join(r.selfAttrs[name], v)
}

// instantiate calls a class of this file.
func (f *frame) instantiate(n syntax.Node, c *Class, args []Arg) *Value {
	if enumLike(c) {
		if v := argValue(args, 0); v != nil && f.env != nil {
			f.learn(fact{base: v, kinds: models.All}) // else it would have raised
		}
		return typed("enum.Enum")
	}
	obj := f.instance(c)
	if obj.Type == "typing.TypedDict" || obj.Type == "typing_extensions.TypedDict" {
		return makeDict(f, n, args)
	}
	if init := f.classAttr(obj, "__init__", n); init != nil && init.fn != nil {
		return f.initialize(obj, init.fn, args)
	}
	for _, b := range c.externalBases(0) {
		if sinks := f.m.set.Sinks(b); len(sinks) > 0 && sinks[0].Kinds()&models.SQL != 0 {
			f.called(n, b, nil, args) // an expression of the ORM: the constructor is the library's
		}
	}
	return f.construct(obj, c, args)
}

// initialize runs __init__ or the like and gives the object as it leaves it.
func (f *frame) initialize(obj *Value, init *Func, args []Arg) *Value {
	f.run.dependOn(init)
	w := worthOf(obj, args)
	if f.run.inStack(init.node) || !f.affords(w) {
		f.escape(nil, args)
		return obj
	}
	defer f.spend(w, f.run.steps)
	g := f.enter(init)
	params := g.scope.Params
	f.bindArgs(g, init, params, obj, args)
	f.run.stack = append(f.run.stack, init.node)
	v := g.body()
	f.run.stack = f.run.stack[:len(f.run.stack)-1]
	if g.last != nil {
		g.env = g.last
	}
	if v == neverReturns {
		return v
	}
	f.writeBack(syntax.Node{}, g, params, obj, args)
	if len(params) > 0 && g.last != nil {
		if v := g.last.local(g.scope, params[0].Name); v != nil && v.inst {
			return v
		}
	}
	return obj
}

// construct fills the fields of a class without __init__: dataclasses,
// pydantic models, named tuples. Fields take the order of their annotations.
func (f *frame) construct(obj *Value, c *Class, args []Arg) *Value {
	if c.unit == nil && c.fields == nil {
		return obj
	}
	fields := f.fieldNames(c, 0)
	v := obj
	i := 0
	for _, a := range f.spreadArgs(args) {
		name := a.Name
		if name == "" && i < len(fields) {
			name = fields[i]
			i++
		}
		if name == "" || name[0] == '*' {
			v = v.withRest(elementOf(a.Value))
			continue
		}
		v = v.with(partKey{kind: attrPart, name: name}, f.fieldOf(obj, c, name, a.Value))
	}
	if m := f.dunder(v, "__post_init__"); m != nil {
		return f.initialize(v, m, nil)
	}
	return v
}

// fieldOf is what a class keeps of a value for a field: models that validate
// make it an instance of the annotation.
func (f *frame) fieldOf(obj *Value, c *Class, name string, v *Value) *Value {
	if c.unit == nil || !validates[obj.Type] {
		return v
	}
	for _, o := range c.a.m.body[c.name] {
		u := c.a.m.units[o].unit
		if field, t := annotatedField(u); field == name && t.OK() {
			g := f.in(c.a)
			return f.validated(&validators{of: c, home: g}, name, u, g.annotated(t, v))
		}
	}
	return v
}

var validates = wordset.Of("pydantic.BaseModel sqlmodel.SQLModel ninja.Schema pydantic_settings.BaseSettings")

// localClass is a class defined inside a function.
func (f *frame) localClass(def syntax.Node, qual string) *Value {
	c := &Class{a: f.m.a, name: qual, node: def, closure: f, attrs: map[string]*Value{}}
	c.bases = f.bases(def)
	for s := range def.Child(syntax.FieldBody).NamedChildren() {
		d := python.Undecorated(s)
		switch d.Kind() {
		case syntax.KindFunctionDefinition:
			name := d.Child(syntax.FieldName).Str()
			fn := &Func{a: f.m.a, node: d, name: qual + "." + name, closure: f, class: c}
			c.attrs[name] = &Value{fn: fn}
			f.nested = append(f.nested, fn)
		case syntax.KindExpressionStatement:
			if a := s.NamedChild(0); a.OK() && a.Kind() == syntax.KindAssignment {
				left := a.Child(syntax.FieldLeft)
				if right := a.Child(syntax.FieldRight); right.OK() && left.Kind() == syntax.KindIdentifier {
					v := f.eval(right)
					f.assignedName(left.Str(), v, a)
					c.attrs[left.Str()] = v
				}
			}
		}
	}
	return &Value{cls: c}
}

// entered is what `with v as x` binds to x.
func (f *frame) entered(v *Value) *Value {
	if v.cls != nil && v.inst {
		for _, name := range []string{"__enter__", "__aenter__"} {
			if m := f.dunder(v, name); m != nil {
				return f.inlineOn(syntax.Node{}, m, v, nil)
			}
		}
	}
	if v.Type != "" {
		if q := f.m.set.Member(v.Type, "__enter__"); q != "" {
			if t := f.m.set.TypeOf(q + "()"); t != "" {
				c := *v
				c.Type = t
				return &c
			}
		}
	}
	if v.Type == "generator" {
		return v.rest // a generator used as a context manager
	}
	return v
}

// header evaluates the decorators and bases of a class for what they call.
func (r *run) header(f *frame) {
	def := python.Undecorated(r.unit.unit.Root())
	f.evalDecorators(def)
	if list := def.Child(syntax.FieldSuperclasses); list.OK() {
		f.args(list)
		r.inheritedHandlers(f)
	}
}

// inheritedHandlers runs the handlers that a class has from other classes of
// the program on an object of its own, since it may override what they call.
func (r *run) inheritedHandlers(f *frame) {
	c := r.class(r.unit).cls
	if len(f.m.body[c.name]) == 0 {
		return
	}
	var routes []*models.Route
	for _, b := range c.externalBases(0) {
		if x := f.m.set.RouteBase(b); x != nil {
			routes = append(routes, x)
		}
	}
	own := map[string]bool{}
	for _, o := range f.m.body[c.name] {
		own[f.m.units[o].unit.Name] = true
	}
	if len(routes) > 0 {
		f.handlersOf(c, c.bases, routes, own, 0)
	}
}

// handlersOf runs those that the bases of a class have, but for what it has
// already.
func (f *frame) handlersOf(c *Class, bases []*Value, routes []*models.Route, have map[string]bool, depth int) {
	for _, b := range bases {
		base := b.cls
		if base == nil || base.unit == nil || depth > 8 {
			continue
		}
		f.run.deps.add(base.a.dep(base.name))
		for _, o := range base.a.m.body[base.name] {
			st := base.a.m.units[o]
			name := st.unit.Name
			i := slices.IndexFunc(routes, func(x *models.Route) bool { return among(x.Methods, name) })
			if i < 0 || have[name] || st.unit.Class != syntax.Function {
				continue
			}
			have[name] = true
			f.run.deps.add(base.a.dep(st.unit.Key))
			fn := *base.a.m.function(st)
			fn.class = c
			how := routed{route: routes[i]}
			var r *models.Route
			if r, how.pattern = f.registered(c.name, &fn); r != nil {
				how.syntax = r.Syntax
			}
			f.in(base.a).runAs(&fn, how)
		}
		f.handlersOf(c, base.bases, routes, have, depth+1)
	}
}
