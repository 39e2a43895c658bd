package flow

import "slices"

// dep is something that a result depends on: a name that a module binds, or
// one of the special names below.
type dep struct {
	a    *Analyzer
	name string
}

const (
	depFilters = "\x00filters" // which template filters the module registers
	depFacts   = "\x00facts"   // what the module's statements test
	depRoots   = "\x00roots"   // which libraries the module imports
	depImports = "\x00imports" // where imports of the module lead
	depText    = "\x00text"    // what the file's text mentions
	depRoute   = "\x00route:"  // with a handler's name: what it is registered as
)

// depID stands for a dep in its program: results depend on many, and mostly on
// the same.
type depID uint32

// depTable gives deps their numbers.
type depTable struct {
	all  []dep
	idle []*depSet // empty
}

// dep is the number of a name of the file.
func (a *Analyzer) dep(name string) depID {
	id, ok := a.deps[name]
	if !ok {
		id = depID(len(a.table.all))
		a.table.all = append(a.table.all, dep{a, name})
		if a.deps == nil {
			a.deps = map[string]depID{}
		}
		a.deps[name] = id
	}
	return id
}

// forgetDeps is for a file on which nothing depends any more.
func (a *Analyzer) forgetDeps() {
	for _, id := range a.deps {
		a.table.all[id] = dep{}
	}
	a.deps = nil
}

// depSet is a set of deps that grows.
type depSet struct {
	in   []uint64 // bit by number
	list []depID
}

func (s *depSet) has(id depID) bool {
	i := int(id >> 6)
	return i < len(s.in) && s.in[i]&(1<<(id&63)) != 0
}

// add reports whether it was not in the set.
func (s *depSet) add(id depID) bool {
	i, bit := int(id>>6), uint64(1)<<(id&63)
	if i >= len(s.in) {
		s.in = append(s.in, make([]uint64, i+1-len(s.in)+len(s.in)/4)...)
	}
	if s.in[i]&bit != 0 {
		return false
	}
	s.in[i] |= bit
	s.list = append(s.list, id)
	return true
}

func (s *depSet) addAll(list []depID) {
	for _, id := range list {
		s.add(id)
	}
}

// soils adds a name of a file if anything depends on it, and reports whether
// that is new.
func (s *depSet) soils(a *Analyzer, name string) bool {
	id, ok := a.deps[name]
	return ok && s.add(id)
}

// meets reports whether one of a list is in the set.
func (s *depSet) meets(list []depID) bool { return slices.ContainsFunc(list, s.has) }

// newDeps is an empty set.
func (p *Program) newDeps() *depSet {
	t := &p.table
	if n := len(t.idle); n > 0 {
		s := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return s
	}
	return &depSet{}
}

// gathered is what is in a set that nobody adds to any more.
func (p *Program) gathered(s *depSet) []depID {
	out := make([]depID, len(s.list))
	for i, id := range s.list {
		out[i] = id
		s.in[id>>6] = 0
	}
	s.list = s.list[:0]
	p.table.idle = append(p.table.idle, s)
	return out
}

// used notes that results of a file depend on deps.
func (a *Analyzer) used(list []depID) {
	var last *Analyzer
	for _, id := range list {
		if b := a.table.all[id].a; b != last {
			b.usedBy(a)
			last = b
		}
	}
}

// dirtied is a set of one name.
func dirtied(a *Analyzer, name string) *depSet {
	s := &depSet{}
	s.soils(a, name)
	return s
}
