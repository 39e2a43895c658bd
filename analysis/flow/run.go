package flow

import (
	"slices"
	"strconv"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// result runs a unit, unless its result still holds or it is running now.
func (m *Module) result(i int) *Result {
	st := m.units[i]
	if st.result != nil {
		return st.result
	}
	if st.busy {
		return nil
	}
	st.busy = true
	m.a.runs++
	r := &run{unit: st, deps: m.a.newDeps(), observed: m.a.observed}
	res := &Result{}
	r.runUnit(res)
	r.tests()
	res.Events = r.finish()
	if g := m.givenByCallers(r); g != nil {
		again := &run{unit: st, deps: r.deps, given: g, observed: r.observed}
		*res = Result{}
		again.runUnit(res)
		again.partial, r = again.partial || r.partial, again
		res.Events = r.finish()
	}
	res.Over, res.steps = r.over, r.steps
	res.deps = m.a.gathered(r.deps)
	m.a.used(res.deps)
	res.routes = r.routes
	if st.facts.limits {
		res.routes = append(res.routes, Registration{Handler: limitKey, Pattern: strconv.FormatUint(st.unit.Hash, 16), From: m.a.path})
	}
	st.busy = false
	if r.partial && m.partials < maxPartials {
		m.partials++ // it asked for a unit that was running: good for now, not to be kept
		if m.a.tracing {
			m.a.loose = append(m.a.loose, res.deps...)
		}
		return res
	}
	st.result = res
	if len(res.routes) > 0 {
		m.a.register(res.routes)
	}
	return res
}

func (r *run) runUnit(res *Result) {
	u, m := r.unit.unit, r.unit.a.m
	f := &frame{m: m, run: r, scope: r.unit.scope, env: &env{vars: make([]*Value, len(r.unit.scope.Names))}}
	switch u.Class {
	case syntax.Function:
		fn := m.function(r.unit)
		f.scope, f.env = noNames, &env{}
		f.evalDecorators(fn.node)
		f.entry(fn)
	case syntax.ClassHeader:
		f.scope, f.env = noNames, &env{}
		r.header(f)
	case syntax.Statement:
		r.prepare(f)
		f.stmt(u.Root())
		res.globals = f.globals()
		if f.env != nil {
			res.facts = f.env.facts
		}
		f.runNested()
	}
}

// prepare gives a compound statement the values that its names had before it,
// so that a branch that does not bind a name keeps the old value.
func (r *run) prepare(f *frame) {
	switch r.unit.unit.Kind {
	case syntax.KindIfStatement, syntax.KindTryStatement, syntax.KindForStatement,
		syntax.KindWhileStatement, syntax.KindWithStatement, syntax.KindMatchStatement:
	case syntax.KindExpressionStatement:
		// an augmented assignment reads its own name
		if a := r.unit.unit.Root().NamedChild(0); !a.OK() || a.Kind() != syntax.KindAugmentedAssignment {
			return
		}
	default:
		return
	}
	for i, name := range f.scope.Names {
		r.deps.add(f.m.a.dep(name))
		if len(f.m.binds[name]) > 1 || r.unit.unit.Parent != "" {
			if v := r.bound(f.m, name, r.unit.ord); v != nil {
				f.env.vars[i] = v
			}
		}
	}
}

// globals are the names that a module-level unit binds, at its end.
func (f *frame) globals() map[string]*Value {
	e := f.env
	if e == nil {
		e = f.last
	}
	out := make(map[string]*Value, len(f.scope.Names))
	for i, name := range f.scope.Names {
		v := unknown
		if e != nil && e.vars[i] != nil {
			v = e.vars[i]
		}
		out[name] = v
	}
	return out
}

// runNested runs the functions that were defined in the scope by themselves,
// with what the scope's variables hold in the end.
func (f *frame) runNested() {
	if f.env == nil {
		f.env = f.last
	}
	if f.env == nil {
		f.env = &env{vars: make([]*Value, len(f.scope.Names))}
	}
	for i := range len(f.nested) {
		if f.run.over {
			return
		}
		before := f.run.given
		if g := f.givenByScope(f.nested[i]); g != nil {
			f.run.given = g
		}
		f.entry(f.nested[i])
		f.run.given = before
	}
}

// global finds a name outside every function.
func (f *frame) global(name string) *Value {
	r, m := f.run, f.m
	r.deps.add(m.a.dep(name))
	before := -1
	if r.unit.a == m.a {
		if class := r.classKey(); class != "" {
			if v := r.classBody(m, class, name, r.unit.ord); v != nil {
				return v
			}
		}
		if r.unit.unit.Class == syntax.Statement && r.unit.unit.Parent == "" {
			before = r.unit.ord
		}
	}
	if v := r.bound(m, name, before); v != nil {
		if before < 0 {
			v = r.rebound(m, name, v)
		}
		return v
	}
	if before >= 0 {
		// used above its binding: in a function that runs later, or a fault
		if v := r.bound(m, name, -1); v != nil {
			return v
		}
	}
	return r.refined(m, f.unbound(name), -1, before)
}

// classKey is the class in whose body the running statement stands.
func (r *run) classKey() string {
	if r.unit.unit.Class == syntax.Statement {
		return r.unit.unit.Parent
	}
	return ""
}

// bound is the value of a module-level name: as the last binding before a unit
// left it, or, with before -1, any of its bindings.
func (r *run) bound(m *Module, name string, before int) *Value {
	ords := m.binds[name]
	if before >= 0 {
		for _, ord := range slices.Backward(ords) {
			if ord < before {
				return r.refined(m, r.export(m, ord, name), ord, before)
			}
		}
		return nil
	}
	var out *Value
	for _, o := range ords {
		if o == r.unit.ord && m.a == r.unit.a && r.unit.unit.Class == syntax.Statement {
			continue
		}
		out = join(out, r.export(m, o, name))
	}
	return out
}

// rebound is a name of the module as the functions that declare it global may
// have left it.
func (r *run) rebound(m *Module, name string, v *Value) *Value {
	if r.shallow != nil {
		return v
	}
	for i, o := range m.writers[name] {
		st := m.units[o]
		if st.unit.Class != syntax.Function || i >= maxWriters {
			continue
		}
		r.deps.add(st.a.dep(st.unit.Key))
		fields := m.fields(st)
		r.inherit(fields, fields.deps)
		if x := fields.globals[name]; x != nil {
			v = join(v, x)
		}
	}
	return v
}

// maxWriters bounds the functions that are asked for a name of the module.
const maxWriters = 8

// export is the value that a unit gives a name.
func (r *run) export(m *Module, ord int, name string) *Value {
	st := m.units[ord]
	switch st.unit.Class {
	case syntax.Function:
		fn := m.function(st)
		if st.unit.Kind != syntax.KindDecoratedDefinition {
			return r.taughtFunc(m.a, name, fn, fn.plain)
		}
		g := &frame{m: m, run: r, scope: noNames, env: &env{}}
		return g.taughtFunc(m.a, name, fn)
	case syntax.ClassHeader:
		return r.taught(m.a, name, r.class(st))
	}
	res := m.result(ord)
	if res == nil {
		r.partial = true
		return unknown
	}
	if deps := st.given[name]; deps != nil {
		r.inherit(imported{res, name}, deps)
	} else {
		r.inherit(res, res.deps)
	}
	if v := res.globals[name]; v != nil {
		return r.taught(m.a, name, v)
	}
	return unknown
}

// imported is one name of an import.
type imported struct {
	result *Result
	name   string
}

// inherit takes over what another answer depends on: the same answer only once.
func (r *run) inherit(answer any, deps []depID) {
	if r.taken[answer] {
		return
	}
	if r.taken == nil {
		r.taken = map[any]bool{}
	}
	r.taken[answer] = true
	r.deps.addAll(deps)
}

// unbound is a name that the file does not bind: a builtin, a name from a star
// import, the well-known name of a fragment pasted without its imports, or a
// value of unknown origin.
func (f *frame) unbound(name string) *Value {
	r, m := f.run, f.m
	for _, star := range m.stars {
		if v := f.fromStar(star, name); v != nil {
			return v
		}
	}
	if v := builtinValues[name]; v != nil {
		return v
	}
	if strings.HasPrefix(name, "__") {
		return typed("str")
	}
	if q := m.set.Unbound(name); q != "" {
		return r.symbol(q)
	}
	if len(m.stars) > 0 {
		return unknown
	}
	v := m.a.unbound[name]
	if v == nil {
		v = &Value{Origins: []Origin{{Tier: models.Unknown, Label: name}}}
		m.a.unbound[name] = v
	}
	return v
}

// refined is v as the statements between its binding and a unit left it: those
// that end the program unless v is harmless.
func (r *run) refined(m *Module, v *Value, from, before int) *Value {
	if before < 0 || !v.tainted(models.Unknown) {
		return v
	}
	r.deps.add(m.a.dep(depFacts))
	for i := from + 1; i < before; i++ {
		st := m.units[i]
		if !st.tests() {
			continue
		}
		if res := m.result(i); res != nil {
			r.inherit(res, res.deps)
			for _, x := range res.facts {
				if x.base.id() == v.id() {
					v = x.apply(v)
				}
			}
		}
	}
	return v
}

// imported is what an import binds: something of the project or of a library.
func (f *frame) imported(target string) *Value {
	if q := f.m.set.Canonical(target); !f.m.set.Speaks(q) || f.m.set.Own(q) {
		if v := f.ofProject(target); v != nil {
			return v
		}
	}
	return f.run.symbol(target)
}

// symbol is what the dotted name of something outside the project stands for.
func (r *run) symbol(target string) *Value {
	set := r.unit.a.set
	q := set.Canonical(target)
	if v := wellKnown[q]; v != nil {
		return v
	}
	if strings.HasPrefix(q, ".") {
		return &Value{Name: "~" + q}
	}
	v := &Value{Name: q, Type: set.TypeOf(q)}
	if s := set.Value(q); s != nil {
		v.Origins = []Origin{{Tier: s.Grade(), Label: q[strings.LastIndexByte(q, '.')+1:]}}
		v.Clean = s.Cleared()
		if s.Type != "" {
			v.Type = s.Type
		}
	}
	return v
}

// function of a unit.
func (m *Module) function(st *unitState) *Func {
	if st.fn == nil {
		st.fn = &Func{a: m.a, node: python.Undecorated(st.unit.Root()), name: st.unit.Key}
	}
	return st.fn
}

// dependOn notes that a function of the file was looked into.
func (r *run) dependOn(fn *Func) {
	r.deps.add(fn.a.dep(fn.name))
}

func (r *run) inStack(node syntax.Node) bool { return slices.Contains(r.stack, node) }

// defaultValue of a parameter: constants and names of the module.
func (r *run) defaultValue(g *frame, n syntax.Node) *Value {
	switch n.Kind() {
	case syntax.KindNone, syntax.KindTrue, syntax.KindFalse, syntax.KindInteger, syntax.KindFloat:
		return g.eval(n) // wherever that is
	}
	f := &frame{m: g.m, run: r, scope: noNames, env: &env{}, parent: g.parent, depth: g.depth}
	return f.eval(n)
}

// builtinValues are those of all builtins.
var builtinValues = func() map[string]*Value {
	all := make(map[string]*Value, len(builtins))
	for name := range builtins {
		all[name] = &Value{Name: name}
	}
	return all
}()

var builtins = wordset.Of(`abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr
		classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float
		format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license
		list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round
		set setattr slice sorted staticmethod str sum super tuple type vars zip __import__ unicode xrange basestring raw_input
		reduce execfile file long unichr reload
		BaseException Exception ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError
		BufferError ChildProcessError ConnectionError EOFError EnvironmentError FileExistsError FileNotFoundError
		FloatingPointError GeneratorExit IOError ImportError IndentationError IndexError InterruptedError
		IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError
		NotADirectoryError NotImplementedError NotImplemented OSError OverflowError PermissionError ProcessLookupError
		RecursionError ReferenceError RuntimeError StopAsyncIteration StopIteration SyntaxError SystemError SystemExit
		TabError TimeoutError TypeError UnboundLocalError UnicodeError UnicodeDecodeError UnicodeEncodeError
		ValueError Warning DeprecationWarning UserWarning ZeroDivisionError ExceptionGroup Ellipsis`)
