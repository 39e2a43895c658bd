package flow

import (
	"slices"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Func is a function, method or lambda of the program.
type Func struct {
	a       *Analyzer   // of its file
	node    syntax.Node // function_definition or lambda
	name    string      // qualified within the file: "C.m"
	value   *Value      // the function, undecorated
	closure *frame      // where it was defined, nil for module-level functions and methods
	class   *Class      // it is a method of
}

func (fn *Func) params() []python.Param { return fn.a.m.scope(fn.node).Params }

// Class of the program.
type Class struct {
	a       *Analyzer // of its file
	name    string    // qualified within the file
	node    syntax.Node
	unit    *unitState // of its header; nil for a class inside a function
	closure *frame
	bases   []*Value
	known   string            // the name under which the configuration speaks of it, or ""
	attrs   map[string]*Value // of a class inside a function
	fields  []string          // of a class made by namedtuple()
}

// env holds the variables of one scope at one point of the program.
type env struct {
	vars []*Value
	over *overlay // variables of the comprehensions around this point
	// facts are what was learnt at module level of values that may be held by
	// names of other units.
	facts []fact
	// recalls says that over holds values of expressions.
	recalls bool
	mime    *Value // what the content type of the response was said to be; nil: not said
}

func (e *env) clone() *env {
	c := &env{vars: make([]*Value, len(e.vars)), over: e.over, recalls: e.recalls, facts: e.facts[:len(e.facts):len(e.facts)], mime: e.mime}
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
	said := correlated(a, b)
	for i, v := range a.vars {
		if v != b.vars[i] {
			a.vars[i] = joinVar(v, b.vars[i])
		}
	}
	for i, facts := range said {
		c := *a.vars[i]
		c.root, c.rel = nil, &relation{how: "test", facts: facts}
		a.vars[i] = &c
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

// forget drops what is kept for expressions that begin with a variable.
func (e *env) forget(name string) {
	for o := e.over; o != nil; o = o.prev {
		if len(o.name) > len(name)+1 && o.name[0] == 0 && o.name[1:len(name)+1] == name && !isWordByte(o.name[len(name)+1]) {
			e.over = withoutRecalls(e.over)
			e.recalls = false
			return
		}
	}
}

// withoutRecalls is the overlay without the values of expressions.
func withoutRecalls(o *overlay) *overlay {
	var kept []*overlay
	for ; o != nil; o = o.prev {
		if o.name == "" || o.name[0] != 0 {
			kept = append(kept, o)
		}
	}
	e := &env{}
	for _, o := range slices.Backward(kept) {
		e.push(o.name, o.v)
	}
	return e.over
}

// correlated finds variables whose truth says on which way the program came,
// and with it what was learnt there of other variables: flags and error lists.
func correlated(a, b *env) map[int][]fact {
	var learnt []int
	for i, x := range a.vars {
		y := b.vars[i]
		if x != y && x != nil && y != nil && x.Clean != y.Clean && x.id() == y.id() {
			learnt = append(learnt, i)
		}
	}
	if len(learnt) == 0 || len(learnt) > 8 {
		return nil
	}
	var out map[int][]fact
	for i, x := range a.vars {
		y := b.vars[i]
		if x == nil || y == nil || x == y || !flagLike(x) || !flagLike(y) {
			continue
		}
		for _, j := range learnt {
			base := a.vars[j].id()
			both := a.vars[j].Clean & b.vars[j].Clean
			for _, side := range []bool{true, false} {
				k := cleanIf(a, i, j, side) & cleanIf(b, i, j, side)
				if k&^both == 0 {
					continue
				}
				if out == nil {
					out = map[int][]fact{}
				}
				out[i] = append(out[i], fact{base: base, kinds: k, onTrue: side})
			}
		}
	}
	return out
}

// flagLike reports whether a value is one whose truth programs test.
func flagLike(v *Value) bool {
	return v.Consts != nil || v.rel != nil && v.rel.how == "test" || positional[v.Type] || v.Type == "dict"
}

// cleanIf is what the variable j is clean for if the truth of i is side.
func cleanIf(e *env, i, j int, side bool) models.Kind {
	flag, v := e.vars[i], e.vars[j]
	if t, ok := truth(flag); ok && t != side {
		return models.All // it is not
	}
	k := v.Clean
	for _, x := range factsOf(flag) {
		if x.onTrue == side && x.base.id() == v.id() {
			k |= x.kinds
		}
	}
	return k
}

// clean is what an environment knows a value to be clean for.
func (e *env) clean(v *Value) models.Kind {
	id, k := v.id(), v.Clean
	for _, x := range e.vars {
		if x != nil && x.id() == id {
			k |= x.Clean
		}
	}
	return k
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
	wraps    *wrapped    // the decorator that renders what it returns, or nil
	view     bool        // one of its parameters is a request
	pattern  string      // of its URL
	syntax   string      // of the pattern
	depth    int         // of inlined calls
	caller   *frame      // of an inlined call: who makes it,
	site     syntax.Node // where,
	passedIn []Arg       // with what,
	bound    bool        // and whether the first parameter is the object it is a method of
	self     string
	ret      *Value
	yields   *Value
	breaks   []*env // of the innermost loop
	conts    []*env
	catch    *env // joined states inside the innermost try body
	inTry    bool
	thrown   *Value // by the innermost try body
	nested   []*Func
	watched  []*Value    // identities of the parameters of an inlined call
	outcomes []outcome   // of its returns
	last     *env        // joined environments of its returns
	testing  syntax.Node // the condition that is split
}

// noNames is the scope of code that binds nothing.
var noNames = &python.Scope{}

// Limits of one run, in steps so that the result never depends on the machine.
const (
	maxSteps    = 120_000 // nodes evaluated for one unit, its inlined callees included
	maxDepth    = 6       // inlined calls that outside data goes into
	maxInner    = 20_000  // steps in inlined calls of a unit that only data of the operator goes into
	maxPlain    = 6_000   // steps in all other inlined calls of a unit
	maxDeep     = 2_000   // of those, in calls that inlined functions make
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
	deps      *depSet
	taken     map[any]bool // answers whose dependencies are in deps
	routes    []Registration
	literals  map[syntax.Node]*Value
	wrapped   map[*Func]*Value // what decorators of the program put in place of functions
	wrapping  []*Func
	capture   *capture
	chain     int            // modules that a name is being looked for through
	inVain    map[depID]bool // names that these do not have
	stack     []syntax.Node  // functions being inlined
	selfAttrs map[string]*Value
	wrote     map[string]*Value     // to names of the module
	shallow   *unitState            // the method whose fields are looked for, or nil
	spent     [worthies]int         // steps in followed calls, by their worth
	deep      int                   // of those, in plain calls that followed calls make
	over      bool                  // ran out of steps
	partial   bool                  // asked for a unit that was running
	given     *given                // parameters that callers give
	calls     map[syntax.Node]*call // of private functions; nil unless they are asked for
	nested    map[syntax.Node]*call // of functions in functions
	quiet     int                   // no events while a loop is not in its last round
	indirect  syntax.Node           // the call through which another is made
	oneOf     bool                  // the call is one of several functions of libraries
	made      map[*Value]int        // events of responses whose content type may still be set
	notes     []weakNote            // half measures
	strict    []strictNote          // checks that hold
	handler   syntax.Node           // the function that a framework calls which is run
	observed  bool                  // see Program.Observe
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
	if f.env.recalls {
		f.env.forget(name)
	}
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
	if f.scope.Global[name] {
		f.env.push(name, v)
		f.run.write(name, v)
	}
}

// write notes what a function leaves in a name of the module.
func (r *run) write(name string, v *Value) {
	if r.wrote == nil {
		r.wrote = map[string]*Value{}
	}
	r.wrote[name] = join(r.wrote[name], v)
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
	var done []string
	for o := f.env.over; o != nil; o = o.prev {
		if o.v != nil && o.v != unknown && o.v.id() == id && !slices.Contains(done, o.name) {
			f.env.push(o.name, better(o.v))
			done = append(done, o.name)
		}
	}
}

// holds reports whether a variable or a part of one holds a value.
func (e *env) holds(v *Value) bool {
	id := v.id()
	for _, x := range e.vars {
		if x == nil {
			continue
		}
		if x.id() == id {
			return true
		}
		for _, p := range x.parts {
			if p.v.id() == id {
				return true
			}
		}
	}
	return false
}

// refineParts looks one level into attributes and keys: self.x, d["k"].
func (f *frame) refineParts(slot int, x, id *Value, better func(*Value) *Value) {
	var c *Value // the same object, better known
	for i, p := range x.parts {
		if p.v == unknown || p.v.id() != id {
			continue
		}
		if c == nil {
			y := *x
			c = &y
			c.root = x.id()
			c.parts = slices.Clone(x.parts)
		}
		c.parts[i].v = better(p.v)
	}
	if c != nil {
		f.env.vars[slot] = c
	}
}
