package syntax

import (
	"math"
	"sort"
)

// window is the part of a tree that an edit can have changed: the units a to
// z of the previous tree give way to those that are listed, all others stand.
type window struct{ a, z int }

// An edit is first expected to have changed not more than firstLook units. The
// look grows by lookGrowth until it meets what was there before; all units are
// listed if it does not within maxLook.
const (
	firstLook  = 24
	lookGrowth = 8
	maxLook    = 24 * 8 * 8
)

// look lists the units of ct as far as the change may have affected them, in
// b.entries from b.ctx on. Listing all units of a 10,000-line file takes as long
// as the incremental parse, so that it is avoided where it can be.
//
// What makes that right: when a unit is done, the parser is in one state for
// each nesting, and what comes next depends on that and on the text alone. So
// units that are complete before the change are the same, and from where the
// new parse first shows a unit of before at its old place, it goes on as before.
// Repairs of broken text do not keep to that: all units are listed where such
// have moved some about, and when the last error is gone.
func (b *builder) look(ct cTree, prev *Tree, c change, typing bool) window {
	mended := prev != nil && prev.HasError && !ct.hasError()
	if typing && !mended && !prev.loose && prev.Partial == "" && c != noChange && !ct.isError() {
		for limit := firstLook; limit <= maxLook; limit *= lookGrowth {
			w, ok, more := b.lookNear(ct, prev, c, limit)
			if ok {
				return w
			}
			if !more {
				break
			}
		}
	}
	b.entries, _ = ct.outline(0, math.MaxInt, b.entries)
	b.ctx = 0
	if prev == nil {
		return window{}
	}
	return window{0, len(prev.Units)}
}

// lookNear lists up to limit units from before the change on. It reports
// whether they join up with those of before, and if not whether more would be
// of use.
func (b *builder) lookNear(ct cTree, prev *Tree, c change, limit int) (w window, ok, more bool) {
	old := prev.Units
	w.a = firstAffected(old, c)
	if w.a < 0 {
		return w, false, false
	}
	from := old[w.a].Start
	var done bool
	b.entries, done = ct.outline(from, limit, b.entries)
	if !b.findContext(old, from) || b.ctx == len(b.entries) {
		return w, false, !done
	}
	// The first must stand as it did: then nothing before it has changed.
	if b.standIn(b.ctx, old[w.a], c) == nil {
		return w, false, false
	}
	end, z := b.rejoin(old, c, ct.hasError())
	switch {
	case z >= 0:
		b.entries = b.entries[:end]
		w.z = z
	case done:
		w.z = len(old)
	default:
		return w, false, true
	}
	return w, true, false
}

// firstAffected is the index of the unit from which on the change may show, -1
// if that is the first. The last two units before the change count: one may go
// on in the new text, with the comments behind it, and one is there to see that
// nothing before has changed.
func firstAffected(old []Placed, c change) int {
	i := sort.Search(len(old), func(i int) bool { return old[i].End() >= c.start })
	for range 2 {
		i--
		for i >= 0 && old[i].Class == Comment {
			i--
		}
	}
	return max(i, -1)
}

// findContext counts the class headers at the start of b.entries that lie
// before byte from, and finds the units that they stand for. It reports false
// if one has changed or if anything else stands across from.
func (b *builder) findContext(old []Placed, from uint32) bool {
	b.stand = resize(b.stand, len(b.entries))
	for b.ctx = 0; b.ctx < len(b.entries); b.ctx++ {
		e := &b.entries[b.ctx]
		if e.start >= from {
			break
		}
		i := sort.Search(len(old), func(i int) bool { return old[i].Start >= e.start })
		if e.class != ClassHeader || i == len(old) || b.standIn(b.ctx, old[i], noChange) == nil {
			return false
		}
	}
	return true
}

// standIn is the unit of p if entry i is just that: moved by the change, but
// untouched, intact and in the same class. It is nil otherwise.
func (b *builder) standIn(i int, p Placed, c change) *Unit {
	e := &b.entries[i]
	at, ok := c.moved(p.Span())
	if !ok || !e.is(p.Unit, at) || e.broken() || e.flags&entryInError != 0 {
		return nil
	}
	around := ""
	if e.parent >= 0 {
		u := b.stand[e.parent]
		if u == nil {
			return nil
		}
		around = u.Key
	}
	if p.Parent != around {
		return nil
	}
	b.stand[i] = p.Unit
	return p.Unit
}

// rejoin finds where the entries come back to what was there before, and returns
// the entry and the unit of old behind that place, or -1. One unit at its old
// place shows it; two are asked for in a broken file, where one may be chance.
func (b *builder) rejoin(old []Placed, c change, broken bool) (end, z int) {
	need := 1
	if broken {
		need = 2
	}
	j := sort.Search(len(old), func(i int) bool { return old[i].Start > c.oldEnd })
	met := 0
	for i := b.ctx; i < len(b.entries); i++ {
		e := &b.entries[i]
		if e.class == Comment {
			continue
		}
		if e.end < c.start { // before the change, but perhaps a header of what comes
			k := sort.Search(len(old), func(k int) bool { return old[k].Start >= e.start })
			if k < len(old) {
				b.standIn(i, old[k], c)
			}
			continue
		}
		if e.start <= c.newEnd {
			continue
		}
		for j < len(old) {
			if at, _ := c.moved(old[j].Span()); at >= e.start {
				break
			}
			if old[j].Class != Comment {
				met = 0
			}
			j++
		}
		if j == len(old) {
			break
		}
		if b.standIn(i, old[j], c) == nil {
			met = 0
			continue
		}
		j++
		if met++; met == need {
			return i + 1, j
		}
	}
	return 0, -1
}
