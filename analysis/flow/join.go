package flow

import (
	"slices"

	"pavise/analysis/models"
)

const (
	maxOrigins = 4
	maxAlts    = 4
)

// join is the value that is either a or b; nil stands for "not bound there".
func join(a, b *Value) *Value {
	switch {
	case a == b || b == nil:
		return a
	case a == nil:
		return b
	case a.id() == b.id():
		return joinCopies(a, b)
	}
	clean, weak := a.cleanIn()&b.cleanIn(), a.weakIn()&b.weakIn()
	switch { // a side of which nothing is known says nothing about the other's data
	case len(a.Origins) == 0 && len(b.Origins) > 0:
		clean, weak = b.Clean, b.weakIn()
	case len(b.Origins) == 0 && len(a.Origins) > 0:
		clean, weak = a.Clean, a.weakIn()
	}
	v := &Value{Origins: joinOrigins(a.Origins, b.Origins), Clean: clean, Weak: weak &^ clean}
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
		v.alts = joinAlts(a, b)
	}
	joinParts(v, a, b)
	v.fn, v.cls, v.inst, v.recv = pickLocal(a, b)
	return v
}

// joinCopies joins two copies of one value that differ in what was learnt.
func joinCopies(a, b *Value) *Value {
	if a.Clean == b.Clean && a.Weak == b.Weak && a.marks == b.marks {
		return a
	}
	c := *a
	c.marks = a.marks & b.marks
	c.Clean = a.Clean & b.Clean
	c.Weak = (a.Weak | a.Clean) & (b.Weak | b.Clean) &^ c.Clean
	return &c
}

// cleanIn is what the value is clean for in a join: constants are clean.
func (v *Value) cleanIn() models.Kind {
	if v.Harmless() {
		return models.All
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
	out := slices.Clone(a)
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
	out := slices.Clone(a)
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
	var out []*Value
	for _, v := range []*Value{a, b} {
		list := v.alts
		if list == nil {
			list = []*Value{v}
		}
		for _, x := range list {
			if v.alts != nil { // what was learnt of the whole holds for each
				x = x.cleaned(v.Clean).weakened(v.Weak &^ v.Clean).along(v)
			}
			if !slices.ContainsFunc(out, func(y *Value) bool { return y.id() == x.id() }) {
				out = append(out, x)
			}
		}
	}
	if len(out) > maxAlts {
		out = slices.DeleteFunc(out, func(x *Value) bool { return !x.tainted(models.Unknown) })
	}
	if len(out) > maxAlts || len(out) == 0 {
		return nil // the joined origins speak for all of them
	}
	return out
}

func joinParts(v, a, b *Value) {
	if a.parts == nil && b.parts == nil && a.rest == nil && b.rest == nil {
		return
	}
	v.rest = join(a.rest, b.rest)
	for _, p := range a.parts {
		v.parts = append(v.parts, part{p.key, join(p.v, b.partOr(p.key))})
	}
	for _, p := range b.parts {
		if len(v.parts) >= maxParts {
			v.rest = join(v.rest, p.v)
			continue
		}
		if a.part(p.key) == nil {
			v.parts = append(v.parts, part{p.key, join(a.partOr(p.key), p.v)})
		}
	}
}

// partOr is a part of a value, or what any part of it holds if it is outside
// data of which no more is known.
func (v *Value) partOr(k partKey) *Value {
	if x := v.part(k); x != nil || len(v.Origins) == 0 || k.kind == attrPart || v.parts != nil || v.rest != nil {
		return x
	}
	return elementOf(v)
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
