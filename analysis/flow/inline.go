package flow

import (
	"bytes"
	"slices"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// outcome is what held when an inlined function returned.
type outcome struct {
	truth int    // 0 false, 1 true, 2 not known
	held  []held // by the watched parameters
	facts []fact
}

// held is what is known of a parameter at a return.
type held struct {
	clean models.Kind
	weak  models.Kind // half clean for
	by    fact        // the test that says so
	marks mark
}

// inline runs a function of the program with the arguments of one call.
func (f *frame) inline(n syntax.Node, fn *Func, self *Value, args []Arg) *Value {
	obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	if n.OK() && n == f.run.indirect {
		obj = syntax.Node{} // that of another method
	}
	return f.follow(n, obj, fn, self, args)
}

// inlineOn runs a special method of the object that an expression stands for.
func (f *frame) inlineOn(obj syntax.Node, fn *Func, self *Value, args []Arg) *Value {
	if f.depth > 0 && !argsTainted(self, args) {
		f.run.dependOn(fn)
		return unknown
	}
	return f.follow(obj, obj, fn, self, args)
}

func (f *frame) follow(n, obj syntax.Node, fn *Func, self *Value, args []Arg) *Value {
	f.run.dependOn(fn)
	f.noteCall(n, fn, self, args)
	if f.run.captures(fn) {
		return f.run.capture.note(args)
	}
	for i := range args {
		f.run.passOn(args[i].Value)
	}
	w := worthOf(self, args)
	if f.run.over || f.run.inStack(fn.node) || !f.affords(w) {
		if w == plain && f.run.inStack(fn.node) {
			return nothing // what a recursive call adds to the others: nothing
		}
		f.escape(self, args)
		if self != nil {
			args = append([]Arg{{Value: self}}, args...)
		}
		// which parts of an object it uses is not known
		vague := !slices.ContainsFunc(args, func(a Arg) bool { return len(a.Value.Origins) > 0 })
		return carry(nil, args, vague)
	}
	defer f.spend(w, f.run.steps)
	g := f.enter(fn)
	g.caller, g.site, g.passedIn, g.bound = f, n, args, self != nil && !f.m.isStatic(fn)
	params := g.scope.Params
	f.bindArgs(g, fn, params, self, args)
	g.watch(params)
	f.run.stack = append(f.run.stack, fn.node)
	v := g.body()
	f.run.stack = f.run.stack[:len(f.run.stack)-1]
	if g.last != nil {
		g.env = g.last // for the functions that were defined in it
	}
	if v == neverReturns {
		return v
	}
	if escapes(fn.node) && !v.Harmless() {
		v = v.cleaned(models.HTML)
	}
	if f.env != nil && g.last != nil {
		f.env.mime = g.last.mime
	}
	v = f.learnFrom(g, v)
	f.writeBack(obj, g, params, self, args)
	if !n.OK() || !v.steps() {
		return v
	}
	return v.returnedBy(fn, n)
}

// watch notes which values the parameters hold, so that the outcomes tell what
// is learnt of them.
func (f *frame) watch(params []python.Param) {
	f.watched = make([]*Value, len(params))
	for i := range params {
		if v := f.env.local(f.scope, params[i].Name); v != nil && v != unknown {
			f.watched[i] = v.id()
		}
	}
}

// escapes recognises a function that replaces the characters of HTML itself.
func escapes(fn syntax.Node) bool {
	text := fn.Text()
	return len(text) < 2000 && bytes.Contains(text, []byte("&lt;")) && bytes.Contains(text, []byte("&amp;")) &&
		(bytes.Contains(text, []byte("&quot;")) || bytes.Contains(text, []byte("&#34;")))
}

// worth says how far a call is worth following.
type worth uint8

const (
	plain    worth = iota // no data from outside goes into it
	inner                 // data of the operator, or what an exception says
	outer                 // data of a client, or second-hand
	worthies = int(outer) + 1
)

// worthOf is that of a call by what goes into it.
func worthOf(self *Value, args []Arg) worth {
	w := plain
	see := func(v *Value) {
		switch {
		case w == outer || v == nil || !v.followed():
		case v.tainted(models.Stored):
			w = outer
		default:
			w = inner
		}
	}
	see(self)
	for i := range args {
		see(args[i].Value)
	}
	return w
}

// affords reports whether one more call may be followed.
func (f *frame) affords(w worth) bool {
	r := f.run
	switch {
	case w == outer:
		return f.depth < maxDepth
	case w == inner:
		return f.depth < maxDepth && r.spent[inner] < maxInner
	case r.shallow != nil:
		return f.depth < 2 && r.spent[plain] < maxPlain
	}
	return f.depth == 0 && r.spent[plain] < maxPlain || f.depth < plainDepth && r.deep < maxDeep
}

// spend notes what a call took since there were fewer steps.
func (f *frame) spend(w worth, before int) {
	took := f.run.steps - before
	f.run.spent[w] += took
	if w == plain && f.depth > 0 {
		f.run.deep += took
	}
}

// enter makes the frame of a call.
func (f *frame) enter(fn *Func) *frame {
	m := fn.a.m
	scope := m.scope(fn.node)
	g := &frame{
		m: m, run: f.run, scope: scope, fn: fn, parent: fn.closure, depth: f.depth + 1, pattern: f.pattern, syntax: f.syntax,
		env: &env{vars: make([]*Value, len(scope.Names))},
	}
	if f.env != nil {
		g.env.mime = f.env.mime
	}
	return g
}

// body runs a function's body and gives what it returns.
func (f *frame) body() *Value {
	node := f.fn.node
	body := node.Child(syntax.FieldBody)
	if node.Kind() == syntax.KindLambda {
		return f.eval(body)
	}
	f.block(body)
	if f.env != nil {
		f.ret = joinReturn(f.ret)
		f.outcomes = append(f.outcomes, f.outcome(noneValue))
		f.last = merge(f.last, f.env)
	}
	if f.yields != nil {
		return &Value{Type: "generator", rest: f.yields}
	}
	if f.ret == nil {
		if f.run.over {
			return unknown
		}
		return neverReturns
	}
	return f.ret
}

func joinReturn(ret *Value) *Value {
	if ret == nil {
		return noneValue
	}
	return join(ret, noneValue)
}

// bindArgs binds the parameters of g to the arguments of a call.
func (f *frame) bindArgs(g *frame, fn *Func, params []python.Param, self *Value, args []Arg) {
	set := func(p python.Param, v *Value, at syntax.Node) {
		if at.OK() && v.steps() {
			v = v.step(at, "passed to "+fn.name+"() as "+p.Name)
		}
		g.setLocal(p.Name, v)
	}
	i := 0
	if self != nil && len(params) > 0 && !f.m.isStatic(fn) {
		set(params[0], self, syntax.Node{})
		if fn.class != nil {
			g.self = params[0].Name
		}
		i = 1
	}
	var rest *Value
	var list []*Value  // positional arguments that are left over
	more := noKeywords // those that are left over
	spread := false
	for _, a := range f.spreadArgs(args) {
		switch a.Name {
		case "":
			for i < len(params) && params[i].Kind != python.Positional {
				if params[i].Kind == python.Star {
					break
				}
				i++
			}
			if i < len(params) && params[i].Kind == python.Positional {
				set(params[i], a.Value, a.Node)
				i++
			} else {
				list = append(list, a.Value)
			}
		case "*":
			spread = true
			rest = join(rest, elementOf(a.Value))
		case "**":
			more = more.withRest(elementOf(a.Value))
		default:
			if p := paramNamed(params, a.Name); p != nil {
				set(*p, a.Value, a.Node)
			} else {
				more = more.with(partKey{kind: keyPart, name: a.Name}, a.Value)
			}
		}
	}
	if more != noKeywords {
		more.obj = nil
	}
	f.bindMissing(g, params, rest, list, more, spread)
}

var noKeywords = &Value{Type: "dict", parts: []part{}}

// spreadArgs gives the elements of *args whose number is known as arguments of
// their own.
func (f *frame) spreadArgs(args []Arg) []Arg {
	if FindArg(args, "*") == nil {
		return args
	}
	var out []Arg
	for _, a := range args {
		if a.Name == "*" {
			if list, ok := items(a.Value); ok {
				for _, v := range list {
					out = append(out, Arg{Node: a.Node, Value: v})
				}
				continue
			}
		}
		out = append(out, a)
	}
	return out
}

// bindMissing gives the parameters without an argument their defaults.
func (f *frame) bindMissing(g *frame, params []python.Param, rest *Value, list []*Value, more *Value, spread bool) {
	for _, p := range params {
		slot := g.scope.Slot(p.Name)
		if slot < 0 || g.env.vars[slot] != nil {
			continue
		}
		var v *Value
		switch {
		case p.Kind == python.Star:
			v = sequenceOf("tuple", list)
			if spread {
				v = anyOrder("tuple", v).withRest(rest)
			}
		case p.Kind == python.DoubleStar:
			v = copied(more)
		case spread && rest != nil && p.Kind == python.Positional:
			v = rest
		case more.rest != nil:
			v = more.rest
		case p.Default.OK():
			v = f.run.defaultValue(g, p.Default)
		default:
			v = unknown
		}
		g.env.vars[slot] = v
	}
}

func paramNamed(params []python.Param, name string) *python.Param {
	for i := range params {
		if params[i].Name == name && (params[i].Kind == python.Positional || params[i].Kind == python.KeywordOnly) {
			return &params[i]
		}
	}
	return nil
}

// outcome notes what holds of the watched parameters at a return of v.
func (f *frame) outcome(v *Value) outcome {
	o := outcome{truth: 2, held: make([]held, len(f.watched))}
	if t, ok := truth(v); ok {
		o.truth = 0
		if t {
			o.truth = 1
		}
	}
	if v.rel != nil && v.rel.how == "test" {
		o.facts = v.rel.facts
	}
	for i, id := range f.watched {
		if id == nil {
			continue
		}
		for _, x := range f.env.vars {
			if x != nil && x.id() == id {
				h := &o.held[i]
				h.clean |= x.Clean
				h.marks |= x.marks
				h.weak |= x.Weak
				h.by = lastCheck(x, h.by)
			}
		}
	}
	return o
}

// learnFrom tells the caller what a returned call says of its arguments: a
// helper that raises unless..., or one that is true only if...
func (f *frame) learnFrom(g *frame, v *Value) *Value {
	var facts []fact
	for i, id := range g.watched {
		if id == nil || len(g.outcomes) == 0 {
			continue
		}
		always, ifTrue, ifFalse := models.All, models.All, models.All
		half := [3]half{allHalf, allHalf, allHalf}
		canTrue, canFalse := false, false
		for _, o := range g.outcomes {
			h := &o.held[i]
			always &= h.clean
			half[0].with(h.weak|h.clean, h.marks, h.by)
			if o.truth != 0 {
				t, marks := o.cleanFor(i, id, true)
				ifTrue &= t
				weak, by := o.weakFor(i, id, true)
				half[1].with(weak|t, marks, by)
				canTrue = true
			}
			if o.truth != 1 {
				e, marks := o.cleanFor(i, id, false)
				ifFalse &= e
				weak, by := o.weakFor(i, id, false)
				half[2].with(weak|e, marks, by)
				canFalse = true
			}
		}
		base := id
		if x := half[0].fact(base, always); always&^base.Clean != 0 || x.weak&^base.Weak != 0 || x.marks != 0 {
			f.learn(x)
		}
		if canTrue && canFalse {
			if x := half[1].fact(base, ifTrue); ifTrue&^always != 0 || x.weak&^half[0].kinds != 0 {
				x.onTrue = true
				facts = append(facts, x)
			}
			if x := half[2].fact(base, ifFalse); ifFalse&^always != 0 || x.weak&^half[0].kinds != 0 {
				facts = append(facts, x)
			}
		}
	}
	if len(facts) == 0 || (v.rel != nil && v.rel.how != "test") {
		return v
	}
	c := *v
	c.root = nil
	c.rel = &relation{how: "test", facts: facts}
	return &c
}

// writeBack stores what the callee did to its arguments: an object whose
// attributes or elements it set. obj is the expression of self.
func (f *frame) writeBack(obj syntax.Node, g *frame, params []python.Param, self *Value, args []Arg) {
	if f.env == nil || g.last == nil {
		return
	}
	i := 0
	if self != nil && len(params) > 0 && !f.m.isStatic(g.fn) {
		i = 1
		v := g.last.local(g.scope, params[0].Name)
		switch {
		case v == nil || v == self || v.object() != self.object():
		case obj.OK():
			f.update(obj, v)
		default:
			f.env.hold(self.object(), v)
		}
	}
	for _, a := range args {
		var p *python.Param
		switch {
		case a.Name != "":
			p = paramNamed(params, a.Name)
		case i < len(params) && params[i].Kind == python.Positional:
			p = &params[i]
			i++
		}
		if p == nil || !mutable(a.Value) && !streams[a.Value.Type] {
			continue
		}
		v := g.last.local(g.scope, p.Name)
		if v != nil && v.id() != a.Value.id() && v.object() == a.Value.object() {
			f.update(a.Node, v)
		}
	}
	if g.m == f.m {
		f.takeOver(g)
	}
}

// takeOver takes over what a callee did to objects and variables of the module.
func (f *frame) takeOver(g *frame) {
	var done []string
	for o := g.last.over; o != nil; o = o.prev {
		if o.name == "" || o.name[0] == 0 || !g.scope.Global[o.name] && o.v.obj == nil || slices.Contains(done, o.name) {
			continue
		}
		done = append(done, o.name)
		if f.fn == nil || f.scope.Slot(o.name) < 0 {
			f.env.push(o.name, o.v)
		}
	}
}

func mutable(v *Value) bool {
	return v.Type == "list" || v.Type == "dict" || v.Type == "set" || v.inst
}
