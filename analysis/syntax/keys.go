package syntax

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"pavise/analysis/source"
)

// This file gives the units of all slots their Key and Parent. A unit that has
// others is replaced by a copy that shares its text and records, because units
// never change.

func isDefinition(u *Unit) bool { return u.Class == Function || u.Class == ClassHeader }

// keepParents lets an intact unit that error recovery has torn out of its class
// stay in it while the file is being typed in.
func (b *builder) keepParents() {
	for i := range b.slots {
		s := &b.slots[i]
		if s.entry < 0 || s.fresh || s.unit.HasError || s.unit.Parent == "" {
			continue
		}
		e := &b.entries[s.entry]
		lost := s.parent == noParent && s.around == nil && e.parent >= 0 // its header is debris
		if e.flags&entryInError != 0 && s.parent == noParent || lost {
			s.parent, s.stale = ownParent, true
		}
	}
}

// parentKey is the Key of the class header around s, which has been named.
func (b *builder) parentKey(s *slot) string {
	switch {
	case s.around != nil:
		return s.around.Key
	case s.parent == noParent:
		return ""
	case s.parent == ownParent:
		return s.unit.Parent
	}
	return b.slots[s.parent].key
}

// nameAsBefore names the slots as the units of old, if both hold the same
// definitions in the same order: then no other unit's name is affected.
func (b *builder) nameAsBefore(old []Placed) bool {
	next := func() *Unit {
		for len(old) > 0 {
			u := old[0].Unit
			old = old[1:]
			if isDefinition(u) {
				return u
			}
		}
		return nil
	}
	for i := range b.slots {
		s := &b.slots[i]
		s.key = ""
		if !isDefinition(s.unit) {
			continue
		}
		o := next()
		if o == nil || o != s.unit && o.Name != s.unit.Name || o.Parent != b.parentKey(s) {
			return false
		}
		s.key = o.Key
	}
	if next() != nil {
		return false
	}
	for i := range b.slots {
		b.rename(&b.slots[i])
	}
	return true
}

// widen makes slots for the units outside the window.
func (b *builder) widen(all []Placed, w window, c change) {
	inner := b.slots
	b.slots = make([]slot, 0, w.a+len(inner)+len(all)-w.z)
	kept := func(units []Placed, c change) {
		for _, p := range units {
			at, _ := c.moved(source.Span{Start: p.Start, End: p.Start})
			b.slots = append(b.slots, slot{unit: p.Unit, start: at, entry: -1, parent: ownParent, stale: p.Stale, suspect: p.suspect})
		}
	}
	kept(all[:w.a], noChange)
	for _, s := range inner {
		if s.parent >= 0 {
			s.parent += int32(w.a)
		}
		b.slots = append(b.slots, s)
	}
	kept(all[w.z:], c)
	if len(b.slots) == len(inner) {
		return
	}
	// Keys of before find the headers of what is outside: what stands, stands in
	// a class whose header stands.
	if b.headers == nil {
		b.headers = map[string]int32{}
	}
	clear(b.headers)
	for i := range b.slots {
		s := &b.slots[i]
		around := ""
		if s.around != nil {
			around, s.around = s.around.Key, nil
		} else if s.entry < 0 && !s.stale {
			around = s.unit.Parent
		}
		if around != "" {
			s.parent = b.headers[around]
		}
		if s.unit.Class == ClassHeader && !s.fresh {
			b.headers[s.unit.Key] = int32(i)
		}
	}
}

// nameAnew counts equal names from the start of the file.
func (b *builder) nameAnew() {
	if b.seen == nil {
		b.seen = map[string]int{}
	}
	clear(b.seen)
	for i := range b.slots {
		s := &b.slots[i]
		s.key = ""
		if isDefinition(s.unit) {
			s.key = plainKey(s.unit, b.parentKey(s))
			b.seen[s.key]++
			if n := b.seen[s.key]; n > 1 {
				s.key += "#" + strconv.Itoa(n)
			}
		}
		b.rename(s)
	}
}

// plainKey is the key of u in parent as if it were the first of its name.
func plainKey(u *Unit, parent string) string {
	name := u.Name
	if name == "" {
		name = "?" // error recovery made the name up
	}
	if parent == "" {
		return name
	}
	if u.Parent == parent && u.Key != "" {
		if i := strings.LastIndexByte(u.Key, '#'); i <= len(parent) {
			return u.Key // saves putting the same string together again
		}
	}
	return parent + "." + name
}

// rename makes the unit of s one with the key of s and its parent's.
func (b *builder) rename(s *slot) {
	key, parent := s.key, b.parentKey(s)
	u := s.unit
	if u.Key == key && u.Parent == parent {
		return
	}
	if !s.fresh {
		b.pool.put(u, s.suspect)
		same, _ := b.pool.take(keyOf(u), func(v *Unit, suspect bool) bool {
			return v.Key == key && v.Parent == parent && suspect == s.suspect && bytes.Equal(v.Text, u.Text) && slices.Equal(v.recs, u.recs)
		})
		if same != nil {
			s.unit = same
			return
		}
		twin := *u
		s.unit, s.fresh = &twin, true
	}
	s.unit.Key, s.unit.Parent = key, parent
}
