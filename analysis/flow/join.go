package flow

import (
	"slices"

	"pavise/analysis/models"
)

const (
	maxOrigins = 4
	maxAlts    = 4
	maxChoices = 16 // functions and objects of the program that one variable may hold
)

// maxJoined bounds the parts, and parts of parts, that one join looks at.
const maxJoined = 2000

// join is the value that is either a or b; nil stands for "not bound there".
func join(a, b *Value) *Value {
	budget := maxJoined
	return joinDepth(a, b, 0, &budget)
}

func joinDepth(a, b *Value, depth int, budget *int) *Value {
	switch {
	case a == b || b == nil:
		return a
	case a == nil:
		return b
	case a.mod != nil && b.mod == nil && len(b.Origins) == 0:
		return a // of a module of the project and what may stand in for it
	case b.mod != nil && a.mod == nil && len(a.Origins) == 0:
		return b
	case a.id() == b.id() && sameParts(a, b):
		return joinCopies(a, b)
	}
	if *budget--; depth > 6 || *budget < 0 {
		a, b = flat(a), flat(b)
	}
	clean, weak := a.cleanIn()&b.cleanIn(), a.weakIn()&b.weakIn()
	switch { // a side of which nothing is known says nothing about the other's data
	case len(a.Origins) == 0 && len(b.Origins) > 0:
		clean, weak = b.cleanAmong(), b.weakIn()
	case len(b.Origins) == 0 && len(a.Origins) > 0:
		clean, weak = a.cleanAmong(), a.weakIn()
	}
	v := &Value{Origins: joinOrigins(a.Origins, b.Origins), Clean: clean, Weak: weak &^ clean}
	if o := a.object(); o == b.object() {
		v.obj = o
	}
	if x, y := a.rel, b.rel; x != nil && y != nil && x.how == y.how && x.base != nil && y.base != nil && x.base.id() == y.base.id() && x.how != "test" {
		v.rel = x // made of the same on both ways
	} else if ofOther(x, b) {
		v.rel = x // term[1:] or term
	} else if ofOther(y, a) {
		v.rel = y
	}
	if a.Type == b.Type || b.IsNone() {
		v.Type = a.Type
	} else if a.IsNone() {
		v.Type = b.Type
	}
	if a.Name == b.Name {
		v.Name = a.Name
	} else if a.IsNone() {
		v.Name = b.Name
	} else if b.IsNone() {
		v.Name = a.Name
	}
	v.Consts = joinConsts(a.Consts, b.Consts)
	if v.Consts == nil {
		v.fixed = (a.Consts != nil || a.fixed) && (b.Consts != nil || b.fixed)
		if !alike(a, b) {
			v.alts = joinAlts(a, b)
		}
	}
	joinParts(v, a, b, depth, budget)
	if v.alts == nil && v.parts != nil && (a.canBeNone() || b.canBeNone()) {
		v.maybe = true
	}
	v.fn, v.cls, v.inst, v.recv = pickLocal(a, b)
	return v
}

// ofOther reports whether a relation makes a text of another value that a test of
// either says something of.
func ofOther(r *relation, other *Value) bool {
	return r != nil && (r.how == "same" || r.how == "behind") && r.base.id() == other.id()
}

// joinCopies joins two copies of one value that differ in what was learnt.
func joinCopies(a, b *Value) *Value {
	if a.Clean == b.Clean && a.Weak == b.Weak && a.marks == b.marks {
		return a
	}
	c := *a
	c.root = a.id()
	c.marks = a.marks & b.marks
	c.Clean = a.Clean & b.Clean
	c.Weak = (a.Weak | a.Clean) & (b.Weak | b.Clean) &^ c.Clean
	c.Origins = joinChecks(a.Origins, b.Origins)
	return &c
}

// cleanIn is what the value is clean for in a join: constants are clean.
func (v *Value) cleanIn() models.Kind {
	if v.Harmless() {
		return models.All
	}
	return v.cleanAmong()
}

// cleanAmong is what the data of a value is clean for among that of others: only
// the texts of exceptions tell of the inside.
func (v *Value) cleanAmong() models.Kind {
	if len(v.Origins) > 0 && !slices.ContainsFunc(v.Origins, func(o Origin) bool { return o.Tier == models.Error }) {
		return v.Clean | models.Detail
	}
	return v.Clean
}

func (v *Value) weakIn() models.Kind {
	if v.Harmless() {
		return models.All
	}
	return v.Weak | v.Clean
}

func joinOrigins(a, b []Origin) []Origin {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	out := a[:len(a):len(a)] // is copied if something is added
	for _, o := range b {
		if len(out) >= maxOrigins {
			break
		}
		if !slices.ContainsFunc(out, func(x Origin) bool { return x.Node == o.Node && x.Tier == o.Tier }) {
			out = append(out, o)
		}
	}
	return out
}

func joinConsts(a, b []Const) []Const {
	if a == nil || b == nil {
		return nil
	}
	out := a[:len(a):len(a)]
	for _, c := range b {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(out) > maxConsts {
		return nil
	}
	return out
}

// joinAlts keeps both sides apart so that each is judged by its own text.
func joinAlts(a, b *Value) []*Value {
	out := make([]*Value, 0, max(1, len(a.alts))+max(1, len(b.alts)))
	for _, v := range [2]*Value{a, b} {
		if v.alts == nil {
			out = appendOther(out, v)
		}
		for _, x := range v.alts { // what was learnt of the whole holds for each
			out = appendOther(out, x.cleaned(v.Clean).weakened(v.Weak&^v.Clean).marked(v.marks).along(v))
		}
	}
	if len(out) > maxAlts && (len(out) > maxChoices || slices.ContainsFunc(out, func(x *Value) bool { return !x.Local() })) {
		out = slices.DeleteFunc(out, func(x *Value) bool { return !x.tainted(models.Unknown) })
		if len(out) <= maxAlts && len(out) > 0 {
			return out
		}
		return nil // the joined origins speak for all of them
	}
	return out
}

// appendOther adds an alternative to a list, or to the copy of it there.
func appendOther(list []*Value, x *Value) []*Value {
	for i, y := range list {
		if y.id() == x.id() && sameParts(y, x) {
			list[i] = joinCopies(y, x)
			return list
		}
	}
	return append(list, x)
}

// alike reports whether two values are containers or objects of one class: then
// their joined parts say it all.
func alike(a, b *Value) bool {
	return a.canBeNone() == b.canBeNone() && a.cls == b.cls && a.inst == b.inst && a.fn == nil && b.fn == nil && a.Type == b.Type &&
		(a.parts != nil || a.rest != nil) && (b.parts != nil || b.rest != nil)
}

// canBeNone reports whether None is one of the alternatives.
func (v *Value) canBeNone() bool {
	return v.IsNone() || slices.ContainsFunc(v.alts, (*Value).IsNone)
}

// sameParts reports whether two copies of a value hold the same parts.
func sameParts(a, b *Value) bool {
	return a.rest == b.rest && len(a.parts) == len(b.parts) && (len(a.parts) == 0 || &a.parts[0] == &b.parts[0])
}

// flat is a container without its parts, for what is nested too deep.
func flat(v *Value) *Value {
	if v.parts == nil && v.rest == nil && v.alts == nil && v.Pieces == nil {
		return v
	}
	c := *whole(v)
	c.parts, c.rest, c.alts, c.Pieces = nil, nil, nil, nil
	return &c
}

func joinParts(v, a, b *Value, depth int, budget *int) {
	if a.parts == nil && b.parts == nil && a.rest == nil && b.rest == nil {
		return
	}
	v.rest = joinDepth(a.rest, b.rest, depth+1, budget)
	v.maybe = a.maybe || b.maybe
	if a.IsNone() || b.IsNone() { // whoever uses it as a container finds what the other holds
		v.parts = a.parts
		if a.parts == nil {
			v.parts = b.parts
		}
		return
	}
	if positional[a.Type] && a.Type == b.Type && a.rest != nil && b.rest != nil && !v.maybe {
		joinPlaces(v, a, b, depth, budget)
		return
	}
	if positional[a.Type] && a.Type == b.Type && !sameLength(a, b) {
		// elements stand at other places on the other way
		v.maybe = true
		v.rest = joinDepth(elementOrNil(a), elementOrNil(b), depth+1, budget)
		if v.rest == nil {
			v.parts = []part{}
		}
		return
	}
	if n := max(len(a.parts), len(b.parts)); n > 0 || a.parts != nil && b.parts != nil {
		v.parts = make([]part, 0, n)
	}
	for _, p := range a.parts {
		other := b.part(p.key)
		v.maybe = v.maybe || other == nil
		v.parts = append(v.parts, part{p.key, joinDepth(p.v, other, depth+1, budget)})
	}
	for _, p := range b.parts {
		if a.part(p.key) != nil {
			continue
		}
		v.maybe = true
		if len(v.parts) >= maxParts {
			v.rest = joinDepth(v.rest, p.v, depth+1, budget)
			continue
		}
		v.parts = append(v.parts, p)
	}
}

// joinPlaces joins lists of which not all elements are known by their places:
// one that is not may stand at any.
func joinPlaces(v, a, b *Value, depth int, budget *int) {
	for _, p := range a.parts {
		other := b.part(p.key)
		if other == nil && p.key.kind != attrPart {
			other = b.rest
		}
		v.parts = append(v.parts, part{p.key, joinDepth(p.v, other, depth+1, budget)})
	}
	for _, p := range b.parts {
		if a.part(p.key) != nil {
			continue
		}
		if len(v.parts) >= maxParts {
			v.rest = joinDepth(v.rest, p.v, depth+1, budget)
			continue
		}
		if p.key.kind != attrPart {
			p.v = joinDepth(a.rest, p.v, depth+1, budget)
		}
		v.parts = append(v.parts, p)
	}
}

// positional are the types whose parts are counted.
var positional = map[string]bool{"list": true, "tuple": true, "set": true}

func sameLength(a, b *Value) bool {
	return (a.rest == nil) == (b.rest == nil) && len(a.parts) == len(b.parts)
}

// elementOrNil is any element of a container, nil if it has none.
func elementOrNil(v *Value) *Value {
	out := v.rest
	for _, p := range v.parts {
		if p.key.kind != attrPart {
			out = join(out, p.v)
		}
	}
	return out
}

func pickLocal(a, b *Value) (*Func, *Class, bool, *Value) {
	if a.fn == b.fn && a.cls == b.cls {
		return a.fn, a.cls, a.inst, a.recv
	}
	if a.fn == nil && a.cls == nil {
		return b.fn, b.cls, b.inst, b.recv
	}
	if b.fn == nil && b.cls == nil {
		return a.fn, a.cls, a.inst, a.recv
	}
	return nil, nil, false, nil
}
