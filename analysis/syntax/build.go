package syntax

import (
	"bytes"
	"fmt"
	"slices"

	"pavise/analysis/source"
)

// maxRecords is how many nodes the units of one file may have together: 80 MB
// of records, which takes text of some megabytes of nothing but operators.
const maxRecords = 4 << 20

// builder makes trees of units out of C trees. It belongs to one Document or
// Parser and keeps its buffers, so that a keystroke allocates little.
type builder struct {
	pool  pool
	trust trust

	entries []entry
	ctx     int     // how many entries at the start are headers around the window
	stand   []*Unit // for each entry the unit of the previous tree that it is known to be, or nil
	matches []int32 // for each entry the unit of the previous tree's window at its place, or noMatch, or isDebris
	slots   []slot
	slotOf  []int32 // for each entry its slot, or -1
	taken   []bool  // which units of the previous tree's window are in the new one
	cands   []candidate
	recs    []rec
	seen    map[string]int
	headers map[string]int32
}

const (
	noMatch  = -1
	isDebris = -2 // the entry gives way to stale units
)

// slot is a place in the tree that is being built.
type slot struct {
	unit   *Unit
	around *Unit // the class header around it, if that is outside the window
	key    string
	start  uint32
	entry  int32 // -1 for a unit kept from the previous tree
	parent int32 // slot of the class header around it, or noParent, or ownParent
	stale  bool
	fresh  bool // unit was made in this build and may still be written to

	suspect bool // as in Placed
}

const (
	noParent  = -1
	ownParent = -2 // the unit's own Parent stands
)

// build makes the tree of f, whose parse is ct. Units of prev, of which change
// c has made f, are reused; prev may be nil. While typing, intact units of prev
// also stand in for what a broken region swallowed.
func (b *builder) build(ct cTree, f *source.File, prev *Tree, c change, typing bool) *Tree {
	t := &Tree{File: f, HasError: ct.hasError()}
	b.trust = trustIntact
	switch {
	case !t.HasError:
		b.trust = trustProven
	case !typing:
		b.trust = trustNone
	}
	w := b.look(ct, prev, c, typing)
	var all []Placed
	if prev != nil {
		all = prev.Units
	}
	old := all[w.a:w.z]
	b.match(old, c)
	b.cands = b.cands[:0]
	if typing && t.HasError {
		b.findCandidates(old, c)
	}
	b.layout(old)
	for i := range old {
		if !b.taken[i] {
			b.retire(old[i : i+1])
		}
	}
	t.Partial = b.fill(ct, f, old)
	if typing {
		b.keepParents()
	}
	t.loose = b.isLoose()
	if !b.nameAsBefore(old) {
		b.widen(all, w, c)
		w = window{0, len(all)}
		b.nameAnew()
	}
	t.Units = b.place(all, w, c)
	clear(b.stand)
	return t
}

// retire puts vanished units into the pool.
func (b *builder) retire(units []Placed) {
	for _, p := range units {
		if !p.HasError {
			b.pool.put(p.Unit, p.suspect)
		}
	}
}

// match finds for each entry the unit of old that stood at its place with the
// same kind and class.
func (b *builder) match(old []Placed, c change) {
	b.taken = resize(b.taken, len(old))
	b.matches = resize(b.matches, len(b.entries))
	j := 0
	for i := b.ctx; i < len(b.entries); i++ {
		e := &b.entries[i]
		b.matches[i] = noMatch
		for ; j < len(old); j++ {
			if at, ok := c.moved(old[j].Span()); ok && at >= e.start {
				break
			}
		}
		for k := j; k < len(old); k++ {
			at, ok := c.moved(old[k].Span())
			if !ok {
				continue
			}
			if at != e.start {
				break
			}
			if !b.taken[k] && e.is(old[k].Unit, at) {
				b.matches[i] = int32(k)
				b.taken[k] = true
				break
			}
		}
	}
}

// broken is HasError of the unit that e becomes.
func (e *entry) broken() bool { return e.flags&(entryHasError|entryLeftover) != 0 }

// is reports whether e has the place, kind and state of u, which is now at
// start.
func (e *entry) is(u *Unit, start uint32) bool {
	return e.start == start && int(e.end-e.start) == len(u.Text) && e.kind == u.Kind && e.class == u.Class && e.broken() == u.HasError
}

// trust is what it takes for a unit of the same text and kind to be reused
// without a look at its nodes.
type trust uint8

const (
	trustNone   trust = iota // nothing does: the tree must be that of a fresh parse, errors and all
	trustProven              // a parse without errors has shown the unit
	trustIntact              // no error in the unit: while typing, repairs elsewhere are not followed up
)

// trusts reports whether a unit, suspect or not, can stand for e unseen.
func (b *builder) trusts(e *entry, suspect bool) bool {
	switch {
	case e.broken():
		return false
	case b.trust == trustIntact:
		return e.flags&entryInError == 0 || e.class != Statement
	}
	return b.trust == trustProven && !suspect
}

// layout puts entries and stale units in file order.
func (b *builder) layout(old []Placed) {
	b.slots = b.slots[:0]
	b.slotOf = resize(b.slotOf, len(b.entries))
	next := 0
	for i := b.ctx; i < len(b.entries); i++ {
		e := &b.entries[i]
		for ; next < len(b.cands) && b.cands[next].start <= e.start; next++ {
			b.keep(b.cands[next], old)
		}
		b.slotOf[i] = -1
		if b.matches[i] == isDebris {
			continue
		}
		b.slotOf[i] = int32(len(b.slots))
		s := slot{start: e.start, entry: int32(i), parent: noParent}
		switch {
		case e.parent >= int32(b.ctx):
			s.parent = b.parentSlot(e)
		case e.parent >= 0:
			s.around = b.stand[e.parent]
		}
		b.slots = append(b.slots, s)
	}
	for ; next < len(b.cands); next++ {
		b.keep(b.cands[next], old)
	}
}

// keep adds the slot of a stale unit.
func (b *builder) keep(c candidate, old []Placed) {
	if c.dropped {
		return
	}
	b.taken[c.old] = true
	o := old[c.old]
	b.slots = append(b.slots, slot{unit: o.Unit, start: c.start, entry: -1, parent: ownParent, stale: true, suspect: o.suspect})
}

// parentSlot is the slot of the class header around e. If that was dropped as
// debris, a stale header at its place is the one.
func (b *builder) parentSlot(e *entry) int32 {
	if s := b.slotOf[e.parent]; s >= 0 {
		return s
	}
	at := b.entries[e.parent].start
	for i := len(b.slots) - 1; i >= 0 && b.slots[i].start >= at; i-- {
		if s := &b.slots[i]; s.stale && s.unit.Class == ClassHeader && s.start == at {
			return int32(i)
		}
	}
	return noParent
}

// fill gives every slot its unit. It returns why some got none.
func (b *builder) fill(ct cTree, f *source.File, old []Placed) string {
	total := 0
	for i := range b.slots {
		s := &b.slots[i]
		if s.entry >= 0 {
			e := &b.entries[s.entry]
			var was Placed
			if m := b.matches[s.entry]; m >= 0 {
				was = old[m]
			}
			if total+int(e.nodes) > maxRecords {
				b.slots = b.slots[:i]
				return fmt.Sprintf("the file has more than %d syntax nodes: what lies behind is not looked at", maxRecords)
			}
			b.fillOne(s, e, ct, f, was)
		}
		total += len(s.unit.recs)
	}
	return ""
}

// fillOne gives s, of entry e, its unit: that of was, which stood at its place,
// if it is the same, or one from the pool, or a new one.
func (b *builder) fillOne(s *slot, e *entry, ct cTree, f *source.File, was Placed) {
	if was.Unit != nil && b.trusts(e, was.suspect) {
		s.unit, s.suspect = was.Unit, was.suspect
		return
	}
	text := f.Text()[e.start:e.end]
	k := poolKey{source.Hash(text) ^ uint64(e.kind)*0x9e3779b97f4a7c15, e.kind, e.class}
	if was.Unit == nil {
		s.unit, s.suspect = b.pool.take(k, func(u *Unit, suspect bool) bool {
			return b.trusts(e, suspect) && bytes.Equal(u.Text, text)
		})
		if s.unit != nil {
			return
		}
	}
	b.recs = ct.flatten(e, b.recs)
	if was.Unit != nil && slices.Equal(was.recs, b.recs) {
		s.unit, s.suspect = was.Unit, was.suspect
	} else if !e.broken() {
		s.unit, s.suspect = b.pool.take(k, func(u *Unit, _ bool) bool {
			return slices.Equal(u.recs, b.recs) && bytes.Equal(u.Text, text)
		})
		if was.Unit != nil {
			b.pool.put(was.Unit, was.suspect)
		}
	}
	if s.unit != nil {
		s.suspect = s.suspect && b.trust != trustProven
		return
	}
	s.fresh, s.suspect = true, b.trust != trustProven
	s.unit = &Unit{
		Class: e.class, Kind: e.kind, Text: bytes.Clone(text), Hash: k.hash, HasError: e.broken(),
		recs: slices.Clone(b.recs),
	}
	if isDefinition(s.unit) {
		s.unit.Name = s.unit.definition().Child(FieldName).Str()
	}
}

// definition is the function or class node of a unit that is one.
func (u *Unit) definition() Node {
	root := u.Root()
	if root.Kind() == KindDecoratedDefinition {
		return root.Child(FieldDefinition)
	}
	return root
}

// isLoose reports whether some slots are not simply those of the parse.
func (b *builder) isLoose() bool {
	for i := range b.slots {
		if s := &b.slots[i]; s.stale || b.entries[s.entry].flags&entryInError != 0 {
			return true
		}
	}
	return false
}

// place makes the list of units: the slots in place of the window.
func (b *builder) place(all []Placed, w window, c change) []Placed {
	units := make([]Placed, 0, w.a+len(b.slots)+len(all)-w.z)
	units = append(units, all[:w.a]...)
	for i := range b.slots {
		s := &b.slots[i]
		units = append(units, Placed{Unit: s.unit, Start: s.start, Stale: s.stale, suspect: s.suspect})
		*s = slot{} // holds on to nothing
	}
	tail := len(units)
	units = append(units, all[w.z:]...)
	for i := range units[tail:] {
		units[tail+i].Start += c.newEnd - c.oldEnd
	}
	return units
}

// resize is a slice of n zero values, in s if it is large enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	s = s[:n]
	clear(s)
	return s
}
