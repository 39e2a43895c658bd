// Package flow follows values through functions. It interprets the frozen
// syntax of each unit directly, with what is known of each variable, runs the
// functions of the file that a unit calls with the very arguments of the call,
// and reports as events what happened at the places that models and rules name.
//
// The results of a unit are kept until its own text or a name that it asked
// for changes, so that an edit costs what depends on it.
package flow

import (
	"maps"
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Analyzer follows the values of one file of a program through its versions.
type Analyzer struct {
	*Program
	path  string
	m     *Module
	gen   int         // of the current version
	users []*Analyzer // modules with results that may depend on this one
	stale bool        // a result was forgotten since Settle

	page *template.File // if it is a template and not Python

	lookups *Lookups         // what was looked for from the file, if the program traces
	loose   []depID          // of results that were not kept, likewise
	deps    map[string]depID // of what the file has, once something depends on it
}

func classesOf(names map[string]bool) map[string]bool {
	out := map[string]bool{}
	for n := range names {
		n = strings.TrimPrefix(n, "=")
		if i := strings.LastIndexByte(n, '.'); i > 0 {
			out[n[:i]] = true
		}
	}
	return out
}

// Module is one version of a file.
type Module struct {
	a       *Analyzer
	set     *models.Set
	tree    *syntax.Tree
	units   []*unitState
	binds   map[string][]int    // module-level name -> units that bind it
	byKey   map[string]int      // function, method or class -> unit
	body    map[string][]int    // class key -> units of its body
	classes map[string]*members // by key: those that were asked for
	// writers are the units with a function that binds a name of the module.
	writers map[string][]int
	stars   []string        // modules of star imports
	roots   map[string]bool // root modules that are imported

	awake *awake

	registers []int            // units that may register handlers; nil: not looked for
	filters   map[string]*Func // template filters that it registers, nil before they are asked for

	partials int // results that were not kept because units ask for each other
}

// unitState is what is kept for a unit from version to version.
type unitState struct {
	a       *Analyzer
	gen     int // the last version that it was part of
	unit    *syntax.Unit
	ord     int
	scope   *python.Scope
	scopes  map[int]*python.Scope // of functions inside, by node index
	result  *Result
	busy    bool
	fields  *fields  // what it assigns to attributes of self, if it is a method
	attrs   []string // whose names these are; nil before they are asked for
	targets []string // what it imports; nil before that is asked for
	fn      *Func
	woken   bool // something that rules look at may happen in it
	facts   facts
	cls     *Value
	clsDeps []depID            // of cls
	calls   *calls             // of private functions, once they are asked for
	given   map[string][]depID // of an import: what each name that it binds depends on
}

// Result of running one unit.
type Result struct {
	Events []Event
	Over   bool // ran out of steps: what follows was not looked at

	facts   []fact // what holds after it of values that it tested
	steps   int    // that it took
	told    bool   // the rules have seen the events
	globals map[string]*Value
	deps    []depID
	routes  []Registration
}

// Update takes the next version of the file and forgets the results that it
// makes invalid, in this file and in others.
func (a *Analyzer) Update(tree *syntax.Tree) {
	a.page = nil // if it was read as a template before
	gone, fresh := a.update(tree)
	a.m.wake(gone, fresh)
}

// update is Update for a file whose own results nobody asks for. It returns
// the units that went and came, both nil if all must be looked at.
func (a *Analyzer) update(tree *syntax.Tree) (gone, fresh []*unitState) {
	old := a.m
	a.gen++
	m := &Module{a: a, set: a.set, tree: tree, units: make([]*unitState, len(tree.Units))}
	fresh = make([]*unitState, 0, 8)
	for i := range tree.Units {
		u := tree.Units[i].Unit
		var st *unitState
		if old != nil && i < len(old.units) && old.units[i].unit == u {
			st = old.units[i]
		} else if st = a.units[u]; st == nil {
			st = &unitState{a: a, unit: u, scope: python.UnitScope(u), facts: a.readFacts(u)}
			a.units[u] = st
			fresh = append(fresh, st)
		}
		st.ord, st.gen = i, a.gen
		m.units[i] = st
	}
	a.m = m
	if old == nil {
		m.index()
		return nil, nil
	}
	for _, st := range old.units {
		if st.gen != a.gen {
			gone = append(gone, st)
			delete(a.units, st.unit)
		}
	}
	same := sameShape(old, m, gone, fresh)
	if same {
		m.binds, m.byKey, m.body, m.stars, m.roots, m.awake = old.binds, old.byKey, old.body, old.stars, old.roots, old.awake
		m.writers = old.writers
		m.keepMembers(old)
		m.keepRegisters(old)
	} else {
		m.index()
	}
	a.invalidate(append(gone[:len(gone):len(gone)], fresh...), maps.Equal(old.roots, m.roots) && slices.Equal(old.stars, m.stars))
	if !same || m.awake == nil {
		return nil, nil
	}
	return gone, fresh
}

// sameShape reports whether the new version binds the same names at the same
// places, so that the index still holds.
func sameShape(old, m *Module, gone, fresh []*unitState) bool {
	if len(old.units) != len(m.units) || len(gone) != len(fresh) {
		return false
	}
	for i, st := range m.units {
		o := old.units[i]
		if o == st {
			continue
		}
		if o.unit.Key != st.unit.Key || o.unit.Parent != st.unit.Parent || o.unit.Class != st.unit.Class ||
			!slices.Equal(o.scope.Names, st.scope.Names) || !slices.Equal(o.facts.globals, st.facts.globals) || isImport(o.unit) || isImport(st.unit) {
			return false
		}
	}
	return true
}

// keepMembers takes over what is known of the classes of the version before,
// but for those of which a method assigns other attributes now.
func (m *Module) keepMembers(old *Module) {
	m.classes = old.classes
	for i, st := range m.units {
		o := old.units[i]
		if o != st && m.classes[st.unit.Parent] != nil && st.unit.Class == syntax.Function && !slices.Equal(o.selfAttrs(), st.selfAttrs()) {
			delete(m.classes, st.unit.Parent)
		}
	}
}

func isImport(u *syntax.Unit) bool {
	return u.Class == syntax.Statement && (u.Kind == syntax.KindImportStatement || u.Kind == syntax.KindImportFromStatement)
}

// index maps names to the units that bind them.
func (m *Module) index() {
	m.binds, m.byKey, m.body = map[string][]int{}, map[string]int{}, map[string][]int{}
	m.roots, m.writers = map[string]bool{}, map[string][]int{}
	m.stars = nil
	for i, st := range m.units {
		u := st.unit
		for _, name := range st.facts.globals {
			m.writers[name] = append(m.writers[name], i)
		}
		if u.Class == syntax.Function || u.Class == syntax.ClassHeader {
			m.byKey[u.Key] = i
		}
		if u.Parent != "" {
			m.body[u.Parent] = append(m.body[u.Parent], i)
			continue
		}
		for _, name := range st.scope.Names {
			m.binds[name] = append(m.binds[name], i)
		}
		m.noteImports(u)
	}
}

func (m *Module) noteImports(u *syntax.Unit) {
	if u.Class != syntax.Statement {
		return
	}
	for d := range u.Root().Descendants() {
		for _, im := range python.Imports(d) {
			if im.Name == "*" {
				m.stars = append(m.stars, im.Target)
			}
			root := im.Target
			for i := range len(root) {
				if root[i] == '.' && i > 0 {
					root = root[:i]
					break
				}
			}
			m.roots[root] = true
		}
	}
}

// invalidate forgets every result that asked for a name bound by a unit that
// came, went or must run again.
func (a *Analyzer) invalidate(changed []*unitState, sameRoots bool) {
	if len(changed) == 0 {
		return
	}
	a.stale = true
	dirty := &depSet{}
	dirty.soils(a, depText)
	if !sameRoots {
		dirty.soils(a, depRoots)
		dirty.soils(a, depImports)
	}
	for _, st := range changed {
		if st.gen != a.gen && st.result != nil {
			a.unregister(st.result.routes, dirty)
		}
		if isImport(st.unit) {
			dirty.soils(a, depImports)
		}
		for _, n := range st.names() {
			dirty.soils(a, n)
		}
		for _, n := range st.facts.private {
			dirty.soils(a, depCalls+n)
		}
	}
	a.spread(dirty, []*Analyzer{a})
}

// Len is the number of units.
func (a *Analyzer) Len() int { return len(a.m.units) }

// Result runs a unit of the current version, unless its result still holds.
// It is nil for a unit in which nothing happens that rules look at.
func (a *Analyzer) Result(i int) *Result {
	if !a.m.units[i].woken {
		return nil
	}
	return a.m.result(i)
}

// imports lists what an import statement binds.
func (m *Module) imports(n syntax.Node) []python.Import { return python.Imports(n) }

// scope of a function, computed once for each unit.
func (m *Module) scope(fn syntax.Node) *python.Scope {
	st := m.a.units[fn.Unit()]
	if st == nil {
		return python.FunctionScope(fn)
	}
	s := st.scopes[fn.Index()]
	if s == nil {
		s = python.FunctionScope(fn)
		if st.scopes == nil {
			st.scopes = map[int]*python.Scope{}
		}
		st.scopes[fn.Index()] = s
	}
	return s
}

// known reports whether a model says something of a name.
func (m *Module) known(name string) bool { return m.set.Known(name) }

// Stale reports whether a result was forgotten since Settle was last called, by
// a change of this file or of another one.
func (a *Analyzer) Stale() bool { return a.stale }

// Settle is called before all results are asked for.
func (a *Analyzer) Settle() { a.stale = false }

// Asked lists the other files of the program that results of this one looked
// into, sorted.
func (a *Analyzer) Asked() []string {
	in := map[string]bool{}
	for _, st := range a.m.units {
		if st.result == nil {
			continue
		}
		for _, id := range st.result.deps {
			if b := a.table.all[id].a; b != a {
				in[b.path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(in))
}

// Imports reports whether the file imports a root module.
func (a *Analyzer) Imports(root string) bool { return a.m.roots[root] }

// Skip gives a unit an empty result, after running it has panicked.
func (a *Analyzer) Skip(i int) {
	for _, st := range a.m.units {
		if st.busy { // the unit, and those that it was waiting for
			st.busy = false
			st.result = &Result{}
		}
	}
	a.m.units[i].result = &Result{}
}

// Quiet reports whether the run had nothing to say.
func (r *Result) Quiet() bool { return len(r.Events) == 0 && !r.Over && !r.told }

// Forget drops the events, once the rules have seen them.
func (r *Result) Forget() {
	r.told = true
	r.Events = nil
}

// Release drops what only the file's own rules needed, once they have seen all
// results. A file that no other one has looked into is forgotten; the next that
// asks for it reads it anew.
func (a *Analyzer) Release() {
	if len(a.users) == 0 {
		for _, st := range a.m.units {
			delete(a.units, st.unit)
		}
		delete(a.modules, a.path)
		a.forgetDeps()
		return
	}
	for _, st := range a.m.units {
		if st.unit.Class == syntax.Function {
			st.result, st.scopes, st.calls = nil, nil, nil
		}
	}
}
