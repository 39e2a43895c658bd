package flow

import (
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/lang/template"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Files finds and reads the files of a project. Its answers for a path must
// stay the same until [Program.Reload] or [Program.Moved] is
// called.
type Files interface {
	// Locate finds the file that a dotted import target leads to, seen from the
	// file at path; the target of a relative import begins with its dots. Of
	// "shop.models.User", file is that of the module shop.models and rest "User".
	// File is "" for what is not of the project.
	Locate(path, target string) (file, rest string)
	// Tree is the parsed file, nil if it cannot be read.
	Tree(path string) *syntax.Tree
	// FindTemplate finds the template that the file at path renders by a name, ""
	// if there is none. Folders are those that the code names as holding
	// templates.
	FindTemplate(path, name string, folders []string) string
	// Template is a file that FindTemplate found, nil if it cannot be read.
	Template(path string) *template.File
}

// Program is the files of a project, whose values flow into each other. It has
// one owner.
type Program struct {
	*Index
	files    Files
	modules  map[string]*Analyzer        // by path; nil for what cannot be read
	units    map[*syntax.Unit]*unitState // of all modules
	unbound  map[string]*Value           // the one value of each name that no file binds
	routes   map[routeKey][]Registration // handlers that another file registers
	table    depTable
	located  map[string]map[string]string // folder -> target -> file NUL rest
	tracing  bool                         // keep what Inputs tells
	observed bool                         // see Observe
	runs     int                          // of units, since the program was made
	asking   bool                         // the units that may register handlers are being run
	also     []*Analyzer                  // in which something was soiled by the way
}

// NewProgram returns a program without files; files may be nil for one that
// never looks into another file.
func NewProgram(ix *Index, files Files) *Program {
	return &Program{
		Index: ix, files: files, modules: map[string]*Analyzer{}, units: map[*syntax.Unit]*unitState{},
		unbound: map[string]*Value{}, located: map[string]map[string]string{},
	}
}

// Runs counts the runs of units, for measuring what an edit costs.
func (p *Program) Runs() int { return p.runs }

// Module is the file at path, read if need be; nil if it cannot be.
func (p *Program) module(path string) *Analyzer {
	a, ok := p.modules[path]
	if ok {
		return a
	}
	if tree := p.files.Tree(path); tree != nil {
		a = &Analyzer{Program: p, path: path}
		p.modules[path] = a
		a.update(tree)
		return a
	}
	p.modules[path] = nil
	return nil
}

// open is the module at a path that something in the file leads to.
func (a *Analyzer) open(path string) *Analyzer {
	b := a.module(path)
	if b == nil {
		a.looked(unreadable+path, "")
	}
	return b
}

// template is the template at path, nil if it cannot be read.
func (p *Program) template(path string) *Analyzer {
	a, ok := p.modules[path]
	if !ok {
		a = &Analyzer{Program: p, path: path}
		if a.page = p.files.Template(path); a.page == nil {
			a = nil
		} else {
			a.update(a.page.Tree)
		}
		p.modules[path] = a
	}
	if a == nil || a.page == nil {
		return nil
	}
	return a
}

// read is the present text of a file, nil if there is none.
func (p *Program) read(a *Analyzer) *syntax.Tree {
	page := p.files.Template(a.path)
	if a.page == nil && page == nil {
		return p.files.Tree(a.path)
	}
	if page == nil {
		page = template.Parse(source.New(a.path, nil))
	}
	a.page = page
	return page.Tree
}

// File is the analyzer of a file, which is given its text by Update.
func (p *Program) File(path string) *Analyzer {
	a := p.modules[path]
	if a == nil {
		a = &Analyzer{Program: p, path: path}
		p.modules[path] = a
	}
	return a
}

// Reload reads a file anew that was open or has changed on the disk, if it was
// looked into. Results that depend on what changed in it are forgotten.
func (p *Program) Reload(path string) {
	a := p.modules[path]
	if a == nil {
		delete(p.modules, path) // it may be readable now
		return
	}
	tree := p.read(a)
	if tree == nil {
		tree = &syntax.Tree{File: source.New(path, nil)}
	}
	a.update(tree)
	a.m.awake = nil // its own results are not asked for
}

// Moved forgets every result that depends on where imports lead, after files
// came or went.
func (p *Program) Moved() {
	p.located = map[string]map[string]string{}
	for path, a := range p.modules {
		if a == nil {
			delete(p.modules, path) // it may be readable now
			continue
		}
		p.spread(dirtied(a, depImports), []*Analyzer{a})
	}
}

// Where is the file and the byte offset in it of a unit; ok is false if the
// unit is no longer there.
func (p *Program) Where(u *syntax.Unit) (path string, start uint32, ok bool) {
	st := p.units[u]
	if st == nil {
		return "", 0, false
	}
	return st.a.path, st.a.m.tree.Units[st.ord].Start, true
}

// Reads reports whether a result may depend on the file at path.
func (p *Program) Reads(path string) bool { return p.modules[path] != nil }

// Tree is the version of a file that the program holds, nil if it holds none.
func (p *Program) Tree(path string) *syntax.Tree {
	if a := p.modules[path]; a != nil && a.m != nil {
		return a.m.tree
	}
	return nil
}

// locate is Files.Locate, remembered.
func (p *Program) locate(a *Analyzer, target string) (file, rest string) {
	if p.files == nil || a.path == "" {
		return "", ""
	}
	dir, name := filepath.Split(a.path)
	in := p.located[dir]
	if in == nil {
		in = map[string]string{}
		p.located[dir] = in
	}
	key := target
	if strings.HasPrefix(target, strings.TrimSuffix(name, ".py")) {
		key = name + "\x00" + target // a module does not import itself
	}
	got, ok := in[key]
	if !ok {
		got = answer(p.files.Locate(a.path, target))
		in[key] = got
	}
	a.looked(target, got)
	file, rest, _ = strings.Cut(got, "\x00")
	return file, rest
}

// ofProject is what an import target of the project stands for; nil if it
// leads out of it.
func (f *frame) ofProject(target string) *Value {
	a := f.m.a
	f.run.deps.add(a.dep(depImports))
	file, rest := a.locate(a, target)
	if file == "" {
		return nil
	}
	b := a.open(file)
	if b == nil {
		return nil
	}
	f.holdsOn(b)
	v := &Value{mod: b}
	for name := range strings.SplitSeq(rest, ".") {
		if name == "" {
			continue
		}
		if v.mod == nil {
			v = f.attr(v, name, syntax.Node{})
		} else if v = f.ofModule(v.mod, name); v == nil {
			return nil
		}
	}
	return v
}

// holdsOn notes that values of this run, and so of its file, are a module
// itself: it is not to be let go of.
func (f *frame) holdsOn(b *Analyzer) {
	b.usedBy(f.m.a)
	b.usedBy(f.run.unit.a)
}

// in is a frame for what stands at the top of another module: defaults and
// annotations of its functions, bases and fields of its classes.
func (f *frame) in(a *Analyzer) *frame {
	if a == f.m.a {
		return f
	}
	return &frame{m: a.m, run: f.run, scope: noNames, env: &env{}, depth: f.depth}
}

// maxChain bounds the modules that a name is looked for through.
const maxChain = 12

// ofModule is what a module of the project has under a name; nil if it does
// not say. Modules with several star imports lead to each other in many ways:
// where a name was not found, or is being looked for, it is not looked for again.
func (f *frame) ofModule(b *Analyzer, name string) *Value {
	r := f.run
	id := b.dep(name)
	r.deps.add(id)
	if r.chain >= maxChain {
		return nil
	}
	if r.chain == 0 {
		r.inVain = map[depID]bool{}
	}
	if r.inVain[id] {
		return nil
	}
	r.inVain[id] = true
	r.chain++
	v := f.lookIn(b, name)
	r.chain--
	if v != nil {
		delete(r.inVain, id)
	}
	return v
}

func (f *frame) lookIn(b *Analyzer, name string) *Value {
	r := f.run
	if v := r.bound(b.m, name, -1); v != nil {
		if v == unknown {
			return &Value{Name: "~." + name}
		}
		return v
	}
	g := &frame{m: b.m, run: r, env: &env{}}
	for _, star := range b.m.stars {
		if v := g.fromStar(star, name); v != nil {
			return v
		}
	}
	r.deps.add(b.dep(depImports))
	if filepath.Base(b.path) == "__init__.py" {
		if file, rest := b.locate(b, "."+name); file != "" && rest == "" && file != b.path {
			if c := b.open(file); c != nil {
				f.holdsOn(c)
				return &Value{mod: c}
			}
		}
	}
	return nil
}

// fromStar is what a star import gives a name, nil if it does not.
func (f *frame) fromStar(target, name string) *Value {
	set := f.m.set
	if q := set.Canonical(target + "." + name); set.Modelled(q) {
		if set.Own(q) {
			if v := f.ofProject(target + "." + name); v != nil {
				return v
			}
		}
		if set.Known(q) {
			return f.run.symbol(q)
		}
		return nil
	}
	f.run.deps.add(f.m.a.dep(depImports))
	if file, rest := f.m.a.locate(f.m.a, target); file != "" && rest == "" {
		b := f.m.a.open(file)
		if b == nil || !f.run.gives(b, name) {
			return nil
		}
		return f.ofModule(b, name)
	}
	return f.ofProject(target + "." + name)
}

// gives reports whether a star import of a module gives a name, if the module
// has it: __all__ says so, else the name's first letter.
func (r *run) gives(b *Analyzer, name string) bool {
	r.deps.add(b.dep("__all__"))
	private := strings.HasPrefix(name, "_")
	if len(b.m.binds["__all__"]) != 1 {
		return !private
	}
	v := r.bound(b.m, "__all__", -1)
	if v == nil {
		return !private
	}
	list, ok := items(v)
	for _, x := range list {
		s, known := x.Str()
		if s == name && known {
			return true
		}
		ok = ok && known
	}
	return !ok && !private
}

// uses notes that results of b look into a.
func (a *Analyzer) usedBy(b *Analyzer) {
	if a != b && !slices.Contains(a.users, b) {
		a.users = append(a.users, b)
	}
}

// spread forgets every result that depends on what is dirty, in the modules to
// look at and in those that use what is forgotten there.
func (p *Program) spread(dirty *depSet, queue []*Analyzer) {
	queued := map[*Analyzer]bool{}
	for _, a := range queue {
		queued[a] = true
	}
	add := func(a *Analyzer) {
		for _, b := range append([]*Analyzer{a}, a.users...) {
			if !queued[b] {
				queued[b] = true
				queue = append(queue, b)
			}
		}
	}
	for _, a := range slices.Clone(queue) {
		add(a)
	}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		delete(queued, a)
		if a.m != nil && a.forgetResults(dirty) {
			add(a)
		}
		for _, b := range p.also {
			if !queued[b] {
				queued[b] = true
				queue = append(queue, b)
			}
		}
		p.also = nil
	}
}

// forgetResults forgets the results of a module that depend on what is dirty,
// and soils what they gave; it reports whether it soiled anything.
func (a *Analyzer) forgetResults(dirty *depSet) (soiled bool) {
	for again := true; again; {
		again = false
		for _, st := range a.m.units {
			if st.fields != nil && dirty.meets(st.fields.deps) {
				st.fields = nil
			}
			if st.calls != nil && dirty.meets(st.calls.deps) {
				st.calls = nil
			}
			if st.cls != nil && dirty.meets(st.clsDeps) {
				st.cls = nil
				again = a.soil(st, dirty) || again
			}
			for n, deps := range st.given {
				if dirty.meets(deps) {
					again = dirty.soils(a, n) || again
				}
			}
			if st.result == nil || !dirty.meets(st.result.deps) {
				continue
			}
			a.forgetResult(st, dirty)
			if st.unit.Class != syntax.Function {
				again = a.soil(st, dirty) || again
			}
		}
		soiled = soiled || again
	}
	return soiled
}

// soil notes that what a unit binds may be something else now, but for what
// depends on less than the unit.
func (a *Analyzer) soil(st *unitState, dirty *depSet) (more bool) {
	for _, n := range st.names() {
		if st.given[n] == nil {
			more = dirty.soils(a, n) || more
		}
	}
	return more
}

// forgetResult makes a unit run again when it is asked for next.
func (a *Analyzer) forgetResult(st *unitState, dirty *depSet) {
	if st.result != nil {
		a.unregister(st.result.routes, dirty)
	}
	st.result, st.cls = nil, nil
	a.stale = true
}

// names are what a unit binds and is asked for by.
func (st *unitState) names() []string {
	names := append(st.scope.Names[:len(st.scope.Names):len(st.scope.Names)], st.facts.globals...)
	for _, k := range []string{st.unit.Key, st.unit.Parent} {
		if k != "" {
			names = append(names[:len(names):len(names)], k)
		}
	}
	if st.facts.filters {
		names = append(names[:len(names):len(names)], depFilters)
	}
	if st.tests() {
		names = append(names[:len(names):len(names)], depFacts)
	}
	return names
}

// tests reports whether a statement may end the program unless a test holds.
func (st *unitState) tests() bool {
	return st.unit.Parent == "" && (st.unit.Kind == syntax.KindIfStatement || st.unit.Kind == syntax.KindAssertStatement)
}
