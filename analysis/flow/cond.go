package flow

import (
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// cond evaluates a condition and gives the environments in which it holds and
// does not hold; nil where that cannot be.
func (f *frame) cond(n syntax.Node) (yes, no *env) {
	if !n.OK() || f.env == nil {
		return f.env, f.env
	}
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return f.cond(n.NamedChild(0))
	case syntax.KindNotOperator:
		yes, no = f.cond(n.Child(syntax.FieldArgument))
		return no, yes
	case syntax.KindBooleanOperator:
		return f.shortCircuit(n)
	}
	v := f.eval(n)
	if n.Kind() != syntax.KindComparisonOperator {
		f.decided(n, "", Arg{Node: n, Value: v})
	}
	f.testing = n
	return f.split(v)
}

// shortCircuit is the condition a and b, a or b.
func (f *frame) shortCircuit(n syntax.Node) (yes, no *env) {
	and := n.Child(syntax.FieldOperator).Str() == "and"
	y1, n1 := f.cond(n.Child(syntax.FieldLeft))
	if and {
		if y1 == nil {
			return nil, n1
		}
		f.env = y1
		y2, n2 := f.cond(n.Child(syntax.FieldRight))
		return y2, merge(n1, n2)
	}
	if n1 == nil {
		return y1, nil
	}
	f.env = n1
	y2, n2 := f.cond(n.Child(syntax.FieldRight))
	return merge(y1, y2), n2
}

// split gives the environments by the truth of a value.
func (f *frame) split(v *Value) (yes, no *env) {
	if f.env == nil {
		return nil, nil
	}
	if t, ok := truth(v); ok {
		if t {
			return f.env, nil
		}
		return nil, f.env
	}
	yes, no = f.env.clone(), f.env
	if len(v.Origins) > 0 && (v.rel == nil || v.rel.how == "same" || v.rel.how == "default") && v.parts == nil && v.rest == nil {
		f.env = no
		f.refine(v, func(x *Value) *Value { return x.cleaned(models.All) }) // empty, or None
	}
	if v.rel != nil && v.rel.how == "test" {
		for _, side := range []bool{true, false} {
			if side {
				f.env = yes
			} else {
				f.env = no
			}
			for _, x := range v.rel.facts {
				if x.onTrue == side {
					f.learn(x)
				}
			}
		}
	}
	if v.rel != nil && v.rel.how == "length" {
		f.env = no
		f.learn(fact{base: v.rel.base, kinds: models.All}) // it is empty
	}
	if v.rel != nil && v.rel.how == "netloc" {
		// `if not urlparse(x).netloc`: still open to //host and other schemes
		f.env = no
		f.learn(fact{base: v.rel.base, weak: addressKinds, how: NetlocEmpty, node: f.testing, marks: noNetloc})
	}
	if v.rel != nil && v.rel.how == "scheme" {
		f.env = no
		f.learn(fact{base: v.rel.base, marks: noScheme})
	}
	return yes, no
}

func (f *frame) learn(x fact) {
	if f.fn == nil && f.env != nil && x.base != nil && x.base != unknown {
		f.env.facts = append(f.env.facts, x)
	}
	f.refine(x.base, x.apply)
	f.note(x)
	if x.base != nil && x.base.rel != nil && x.base.rel.how == "default" {
		x.base = x.base.rel.base // what holds of x or "" holds of x
		f.refine(x.base, x.apply)
		f.note(x)
	}
	f.learnWhole(x)
	f.learnParts(x)
}

// learnParts tells of what an address was taken apart into, what was learnt of it:
// of parts, where parts = urlsplit(url), of parts.hostname in a variable.
func (f *frame) learnParts(x fact) {
	x.kinds &= addressKinds
	x.weak &= addressKinds
	if x.base == nil || x.base == unknown || f.env == nil || x.kinds|x.weak == 0 {
		return
	}
	id := x.base.id()
	for i, v := range f.env.vars {
		if v == nil || v.rel == nil || v.rel.base == nil || v.rel.whole != nil || v.rel.base.id() != id {
			continue
		}
		switch v.rel.how {
		case "parsed", "hostname", "netloc":
			f.env.vars[i] = x.apply(v)
		}
	}
}

// learnWhole tells of an address what was learnt of its host.
func (f *frame) learnWhole(x fact) {
	x.kinds &= addressKinds
	x.weak &= addressKinds
	for range 3 {
		if x.base == nil || x.base.rel == nil || x.kinds|x.weak == 0 {
			return
		}
		switch x.base.rel.how {
		case "hostname", "netloc", "same":
			x.base = x.base.rel.base
			f.refine(x.base, x.apply)
		default:
			return
		}
	}
}

// apply is v with what the fact says of it.
func (x *fact) apply(v *Value) *Value {
	if x.kinds != 0 {
		v = v.cleaned(x.kinds)
	}
	if x.weak != 0 {
		v = v.weakened(x.weak&^v.Clean).checked(x.node, x.how, x.weak)
	}
	if x.marks != 0 {
		v = v.marked(x.marks)
	}
	return v
}

// truth is the truth value that all alternatives share.
func truth(v *Value) (val, ok bool) {
	if v.Consts != nil {
		t := v.Consts[0].truth()
		for _, c := range v.Consts[1:] {
			if c.truth() != t {
				return false, false
			}
		}
		return t, true
	}
	if v.fn != nil || (v.cls != nil && !v.inst) {
		return true, true
	}
	if v.Type != "bytes" && v.Type != "str" && v.rel == nil && !v.canBeNone() {
		if n, ok := length(v); ok {
			return n > 0, true
		}
		if positional[v.Type] && len(v.parts) > 0 && !v.maybe && len(v.Origins) == 0 {
			return true, true
		}
	}
	return false, false
}

// logic evaluates and, or, not and comparisons where their value is used.
func (f *frame) logic(n syntax.Node) *Value {
	switch n.Kind() {
	case syntax.KindNotOperator:
		return at(negate(f.eval(n.Child(syntax.FieldArgument))), n)
	case syntax.KindComparisonOperator:
		return f.comparison(n)
	}
	left := n.Child(syntax.FieldLeft)
	and := n.Child(syntax.FieldOperator).Str() == "and"
	a := f.eval(left)
	yes, no := f.split(a)
	go1, skip := yes, no
	if !and {
		go1, skip = no, yes
	}
	if go1 == nil {
		f.env = skip
		return a
	}
	f.env = go1
	b := f.eval(n.Child(syntax.FieldRight))
	f.env = merge(f.env, skip)
	if skip == nil {
		return b
	}
	if isTest(a) && isTest(b) {
		return test(combine(and, factsOf(a), factsOf(b))...)
	}
	if and && b.rel != nil && b.rel.how == "test" && a.parts == nil && a.rest == nil { // x and x in y: b, or nothing
		return test(combine(true, nil, factsOf(b))...)
	}
	v := join(b, decided(a, !and))
	if !and && b.Harmless() && v != b && v.rel == nil && a.rel == nil && len(a.Origins) > 0 && a.parts == nil && a.rest == nil && a.obj == nil {
		c := *v // x or "": a test of it says something of x
		c.root, c.rel = nil, &relation{how: "default", base: a}
		return &c
	}
	return v
}

// decided is a as the value of `a or b`, where it is truthy, or of `a and b`,
// where it is falsy: then only the emptiness of a text remains of it.
func decided(a *Value, truthy bool) *Value {
	if a.Consts != nil {
		var kept []Const
		for _, c := range a.Consts {
			if c.truth() == truthy {
				kept = append(kept, c)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		c := *a
		c.Consts, c.root, c.rel = kept, nil, nil
		return &c
	}
	switch {
	case truthy || a.Type == "bool" || a.parts != nil || a.rest != nil || a.cls != nil:
		return a
	case a.Type == "str":
		return emptyStr
	}
	return noneValue
}

// isTest reports whether a value is the truth of some test.
func isTest(v *Value) bool { return v.Type == "bool" || v.rel != nil && v.rel.how == "test" }

// factsOf is what the truth of a value says.
func factsOf(v *Value) []fact {
	if v.rel != nil && v.rel.how == "test" {
		return v.rel.facts
	}
	return nil
}

// combine is what `a and b` and `a or b` say: all that both sides say where
// both must hold, and what they agree on where one is enough.
func combine(and bool, a, b []fact) []fact {
	var out []fact
	for _, list := range [][]fact{a, b} {
		for _, x := range list {
			if x.onTrue == and {
				out = append(out, x)
			}
		}
	}
	out = append(out, either(a, b, !and)...)
	if len(out) > maxFacts {
		out = out[:maxFacts]
	}
	return out
}

// maxFacts bounds what one test says.
const maxFacts = 24

func negate(v *Value) *Value {
	if t, ok := truth(v); ok {
		return boolValue(!t)
	}
	if v.rel != nil && v.rel.how == "netloc" {
		return test(fact{base: v.rel.base, weak: addressKinds, how: NetlocEmpty, marks: noNetloc, onTrue: true})
	}
	if v.rel != nil && v.rel.how == "scheme" {
		return test(fact{base: v.rel.base, marks: noScheme, onTrue: true})
	}
	if v.rel != nil && v.rel.how == "test" {
		facts := make([]fact, len(v.rel.facts))
		for i, x := range v.rel.facts {
			x.onTrue = !x.onTrue
			facts[i] = x
		}
		return test(facts...)
	}
	return typed("bool")
}
