package flow

import (
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Func is a function, method or lambda of the program.
type Func struct {
	a       *Analyzer   // of its file
	node    syntax.Node // function_definition or lambda
	name    string      // qualified within the file: "C.m"
	closure *frame      // where it was defined, nil for module-level functions and methods
	class   *Class      // it is a method of
}

// Class of the program.
type Class struct {
	a       *Analyzer // of its file
	name    string    // qualified within the file
	node    syntax.Node
	unit    *unitState // of its header; nil for a class inside a function
	closure *frame
	bases   []*Value
	attrs   map[string]*Value // of a class inside a function
}

// env holds the variables of one scope at one point of the program.
type env struct {
	vars []*Value
	over *overlay // variables of the comprehensions around this point
	// facts are what was learnt at module level of values that may be held by
	// names of other units.
	facts []fact
	mime  *Value // what the content type of the response was said to be; nil: not said
}

func (e *env) clone() *env {
	c := &env{vars: make([]*Value, len(e.vars)), over: e.over, facts: e.facts[:len(e.facts):len(e.facts)], mime: e.mime}
	copy(c.vars, e.vars)
	return c
}

// local is a variable of the scope by name, nil if it is not bound or, in code
// that Python would refuse, not local.
func (e *env) local(s *python.Scope, name string) *Value {
	if i := s.Slot(name); i >= 0 {
		return e.vars[i]
	}
	return nil
}

// setLocal binds a parameter.
func (f *frame) setLocal(name string, v *Value) {
	if i := f.scope.Slot(name); i >= 0 {
		f.env.vars[i] = v
	}
}

// merge is the environment that is either a or b; nil is unreachable.
func merge(a, b *env) *env {
	switch {
	case a == nil:
		return b
	case b == nil || a == b:
		return a
	}
	for i, v := range a.vars {
		if v != b.vars[i] {
			a.vars[i] = joinVar(v, b.vars[i])
		}
	}
	a.facts = commonFacts(a.facts, b.facts)
	a.mime = mergeMime(a.mime, b.mime)
	for o := a.over; o != b.over; o = o.prev {
		if o == nil || o.depth() <= b.over.depth() {
			a.over = b.over // b is the one with less learnt
			break
		}
		a.over = o.prev
	}
	return a
}

// commonFacts are those that hold on both ways.
func commonFacts(a, b []fact) []fact {
	var out []fact
	for _, x := range a {
		for _, y := range b {
			if x.base.id() == y.base.id() {
				x.kinds &= y.kinds
				x.weak &= y.weak
				x.marks &= y.marks
				out = append(out, x)
			}
		}
	}
	return out
}

// joinVar joins a variable over two branches; one that is unbound in a branch
// keeps the other's value.
func joinVar(a, b *Value) *Value {
	if a == nil {
		return b
	}
	return join(a, b)
}

// overlay holds the variables of a comprehension or lambda around which the
// scope's own stay visible.
type overlay struct {
	prev *overlay
	name string
	v    *Value
	n    int
}

func (o *overlay) depth() int {
	if o == nil {
		return 0
	}
	return o.n
}

func (e *env) push(name string, v *Value) {
	e.over = &overlay{prev: e.over, name: name, v: v, n: e.over.depth() + 1}
}

// frame is one run of one scope.
type frame struct {
	m        *Module
	run      *run
	scope    *python.Scope
	env      *env   // nil when the code that follows cannot be reached
	parent   *frame // the scope around it, for closures
	fn       *Func  // nil at module level and in class bodies
	route    *models.Route
	wraps    *wrapped // the decorator that renders what it returns, or nil
	view     bool     // one of its parameters is a request
	pattern  string   // of its URL
	syntax   string   // of the pattern
	depth    int      // of inlined calls
	self     string
	ret      *Value
	yields   *Value
	breaks   []*env // of the innermost loop
	conts    []*env
	catch    *env // joined states inside the innermost try body
	inTry    bool
	nested   []*Func
	watched  []*Value  // identities of the parameters of an inlined call
	outcomes []outcome // of its returns
	last     *env      // joined environments of its returns
}

// Limits of one run, in steps so that the result never depends on the machine.
const (
	maxSteps    = 120_000 // nodes evaluated for one unit, its inlined callees included
	maxDepth    = 6       // inlined calls that outside data goes into
	maxPlain    = 8_000   // steps in all other inlined calls of a unit
	plainDepth  = 4       // inlined calls that no outside data goes into
	maxPartials = 200
	maxNest     = 150 // depth of one expression or block
	maxRounds   = 2   // of a loop body
)

// run is the evaluation of one unit with all that it calls.
type run struct {
	unit      *unitState
	steps     int
	nest      int
	events    []Event
	consumed  map[*Value]bool // texts that went on to a sink, a log or a larger text
	deps      map[dep]bool
	routes    []Registration
	chain     int           // modules that a name is being looked for through
	stack     []syntax.Node // functions being inlined
	selfAttrs map[string]*Value
	shallow   *unitState     // the method whose fields are looked for, or nil
	plain     int            // steps spent in calls that no outside data goes into
	over      bool           // ran out of steps
	partial   bool           // asked for a unit that was running
	quiet     int            // no events while a loop is not in its last round
	indirect  syntax.Node    // the call through which another is made
	made      map[*Value]int // events of responses whose content type may still be set
}

func (f *frame) step() bool {
	f.run.steps++
	if f.run.steps > maxSteps {
		f.run.over = true
		return false
	}
	return true
}

// load finds a variable by name.
func (f *frame) load(name string) *Value {
	for g := f; g != nil; g = g.parent {
		if g.scope == nil || g.env == nil {
			continue
		}
		for o := g.env.over; o != nil; o = o.prev {
			if o.name == name {
				return o.v
			}
		}
		if i := g.scope.Slot(name); i >= 0 {
			if v := g.env.vars[i]; v != nil {
				return v
			}
			if g.fn != nil {
				return unknown
			}
		}
	}
	v := f.global(name)
	if f.env != nil && v.worthFollowing() {
		f.env.push(name, v) // so that a test of it can say something
	}
	return v
}

// store binds a variable of this scope.
func (f *frame) store(name string, v *Value) {
	for o := f.env.over; o != nil; o = o.prev {
		if o.name == name {
			f.env.push(name, v)
			return
		}
	}
	for g := f; g != nil; g = g.parent {
		if g.scope == nil || g.env == nil {
			continue
		}
		if i := g.scope.Slot(name); i >= 0 {
			g.env.vars[i] = v
			return
		}
		if !f.scope.Global[name] {
			return
		}
	}
}

// refine replaces every variable that holds v (or a copy of it) by what better
// says of it.
func (f *frame) refine(v *Value, better func(*Value) *Value) {
	if v == nil || v == unknown || f.env == nil {
		return
	}
	id := v.id()
	for i, x := range f.env.vars {
		if x == nil || x == unknown {
			continue
		}
		if x.id() == id {
			f.env.vars[i] = better(x)
			continue
		}
		f.refineParts(i, x, id, better)
	}
	for o := f.env.over; o != nil; o = o.prev {
		if o.v != nil && o.v != unknown && o.v.id() == id {
			f.env.push(o.name, better(o.v))
			return
		}
	}
}

// refineParts looks one level into attributes and keys: self.x, d["k"].
func (f *frame) refineParts(slot int, x, id *Value, better func(*Value) *Value) {
	for _, p := range x.parts {
		if p.v != unknown && p.v.id() == id {
			f.env.vars[slot] = f.env.vars[slot].with(p.key, better(p.v))
		}
	}
}
