package syntax

import (
	"math"

	"pavise/analysis/source"
)

// change is how a text differs from the one before: the bytes from start to
// oldEnd have become those from start to newEnd.
type change struct{ start, oldEnd, newEnd uint32 }

// noChange lies behind every text.
var noChange = change{math.MaxUint32, math.MaxUint32, math.MaxUint32}

// moved is where a span that the change leaves alone now starts. One that only
// touches the change is left alone: its bytes are the same.
func (c change) moved(s source.Span) (uint32, bool) {
	switch {
	case s.End <= c.start:
		return s.Start, true
	case s.Start >= c.oldEnd:
		return s.Start - c.oldEnd + c.newEnd, true
	}
	return 0, false
}

// touches reports whether the change borders on s or lies in it.
func (c change) touches(s source.Span) bool { return s.End >= c.start && s.Start <= c.oldEnd }

// candidate is an intact unit of the previous tree that the new parse does not
// show although its text still stands.
type candidate struct {
	old        int32
	start, end uint32
	dropped    bool
}

// findCandidates decides what a broken parse may take away. While a quote or
// bracket is open the parser finds giant strings and scattered pieces where
// definitions stood; the units of before whose text is unchanged are truer than
// those. So an entry that overlaps such units is debris, unless it is plainly
// one of them grown at one end.
func (b *builder) findCandidates(old []Placed, c change) {
	for i := range old {
		s := old[i].Span()
		if b.taken[i] || old[i].HasError || len(old[i].Text) == 0 || c.touches(s) {
			continue
		}
		at, _ := c.moved(s)
		b.cands = append(b.cands, candidate{old: int32(i), start: at, end: at + s.Len()})
	}
	first := 0 // the first candidate that may still overlap
	for i := b.ctx; i < len(b.entries); i++ {
		if b.matches[i] >= 0 {
			continue
		}
		e := &b.entries[i]
		for first < len(b.cands) && b.cands[first].end <= e.start {
			first++
		}
		last := first
		for last < len(b.cands) && b.cands[last].start < e.end {
			last++
		}
		if b.giveWay(e, b.cands[first:last], old) {
			b.matches[i] = isDebris
		}
	}
}

// giveWay reports whether e is debris among the candidates that it overlaps,
// and drops those that it replaces.
func (b *builder) giveWay(e *entry, over []candidate, old []Placed) bool {
	var code *candidate
	n := 0
	for i := range over {
		if old[over[i].old].Class != Comment {
			code = &over[i]
			n++
		}
	}
	grown := n == 1 && !e.broken() && old[code.old].Class == e.class &&
		(code.start == e.start && code.end < e.end || code.end == e.end && code.start > e.start)
	if n > 0 && !grown {
		return true
	}
	for i := range over {
		over[i].dropped = true
	}
	return false
}
