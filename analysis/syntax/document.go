package syntax

import (
	"time"

	"pavise/analysis/source"
)

// Budget bounds what parsing one file may cost. Zero fields take the value that
// DefaultBudget has.
type Budget struct {
	// Parse is the time for a parse from scratch. Garbage takes 70 microseconds
	// a byte, so that without a bound 20 KB of it take two seconds.
	Parse time.Duration
	// Edit is the time for a parse after an edit; one that takes longer is put
	// off until Settle.
	Edit time.Duration
	// MaxBytes is the longest text that is parsed at all; the C tree takes about
	// 20 times as much.
	MaxBytes uint32
}

// DefaultBudget is for an editor on a slow machine: a 50,000-line file takes
// 0.15 seconds to parse and is 1.8 MB.
var DefaultBudget = Budget{Parse: 2 * time.Second, Edit: 30 * time.Millisecond, MaxBytes: 2 << 20}

func (b Budget) withDefaults() Budget {
	if b.Parse <= 0 {
		b.Parse = DefaultBudget.Parse
	}
	if b.Edit <= 0 {
		b.Edit = DefaultBudget.Edit
	}
	if b.MaxBytes == 0 {
		b.MaxBytes = DefaultBudget.MaxBytes
	}
	return b
}

// Document is an open file. It keeps the C tree, about 20 times the size of the
// text, so that an edit costs an incremental parse. It has one owner: not safe
// for concurrent use. The trees that it returns may be shared freely.
type Document struct {
	// Interrupted, if set, is asked every few milliseconds of a parse, from
	// another goroutine; true ends the parse, because a newer edit is waiting.
	Interrupted func() bool

	budget  Budget
	parser  cParser
	ct      cTree // of the current text, or of an earlier one and edited since; zero if there is none
	tree    *Tree
	settled bool // tree is what a fresh Document would have
	b       builder
}

// NewDocument opens f and parses it. Close must be called at the end.
func NewDocument(f *source.File, b Budget) *Document {
	d := &Document{budget: b.withDefaults(), parser: newCParser(), settled: true}
	d.tree = &Tree{File: f, Partial: unfit(f, d.budget)}
	if d.tree.Partial == "" {
		ct, why := d.parser.parse(cTree{}, f, d.budget.Parse, d.Interrupted)
		if why != "" {
			d.tree.Partial = why
		} else {
			d.ct = ct
			d.tree = d.b.build(ct, f, nil, noChange, false)
		}
	}
	return d
}

// Tree is the current tree.
func (d *Document) Tree() *Tree { return d.tree }

// Close frees what C holds. The trees stay valid; the document does not.
func (d *Document) Close() {
	d.ct.close()
	d.parser.close()
}

// Change goes on to f, the current file after edits (sequential, as for
// source.File.Edit). If the parse does not end within the budget, or f cannot be
// parsed, the units of before are returned at their new places, all stale and
// without those that an edit touches, and Partial says why.
func (d *Document) Change(f *source.File, edits []source.Edit) *Tree {
	prev := d.tree
	c := d.follow(prev.File, f, edits)
	d.settled = false
	why := unfit(f, d.budget)
	if why != "" {
		d.ct.close()
		d.tree = d.b.shift(prev, f, c, why)
		return d.tree
	}
	ct, why := d.parser.parse(d.ct, f, d.budget.Edit, d.Interrupted)
	if why != "" {
		d.tree = d.b.shift(prev, f, c, why)
		return d.tree
	}
	d.ct.close()
	d.ct = ct
	d.tree = d.b.build(ct, f, prev, c, true)
	d.settled = !d.tree.HasError && d.tree.Partial == ""
	return d.tree
}

// Settle makes the tree what a fresh Document of the same text would have: it
// parses from scratch unless that is known to change nothing, and gives up
// stale units. It returns the same Tree if nothing changes. A parse that is over
// budget or interrupted leaves the units as they are.
func (d *Document) Settle() *Tree {
	if d.settled {
		return d.tree
	}
	f := d.tree.File
	if why := unfit(f, d.budget); why != "" {
		d.settled = true
		d.b.retire(d.tree.Units)
		d.tree = &Tree{File: f, Partial: why}
		return d.tree
	}
	ct, why := d.parser.parse(cTree{}, f, d.budget.Parse, d.Interrupted)
	if why == interrupted {
		return d.tree
	}
	d.settled = true
	if why != "" {
		t := *d.tree
		t.Partial = why
		d.tree = &t
		return d.tree
	}
	d.ct.close()
	d.ct = ct
	t := d.b.build(ct, f, d.tree, noChange, false)
	if !sameTree(t, d.tree) {
		d.tree = t
	}
	return d.tree
}

// sameTree reports whether two trees of one file hold the same units.
func sameTree(a, b *Tree) bool {
	if len(a.Units) != len(b.Units) || a.HasError != b.HasError || a.Partial != b.Partial {
		return false
	}
	for i := range a.Units {
		if x, y := a.Units[i], b.Units[i]; x.Unit != y.Unit || x.Start != y.Start || x.Stale != y.Stale {
			return false
		}
	}
	return true
}

// shift makes the tree of f, which is not parsed: the units of prev, moved to
// where their text now stands.
func (b *builder) shift(prev *Tree, f *source.File, c change, why string) *Tree {
	t := &Tree{File: f, HasError: prev.HasError, Partial: why, loose: true, Units: make([]Placed, 0, len(prev.Units))}
	for i, p := range prev.Units {
		if c.touches(p.Span()) {
			b.retire(prev.Units[i : i+1])
			continue
		}
		p.Start, _ = c.moved(p.Span())
		p.Stale = true
		t.Units = append(t.Units, p)
	}
	return t
}

// Settled reports whether the tree is what a fresh Document would have.
func (d *Document) Settled() bool { return d.settled }
