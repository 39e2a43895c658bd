package syntax

import "pavise/analysis/source"

// KindHole is the kind of the nodes of a [Flat] unit: places in a text that is
// not Python, such as the expressions of a template.
const KindHole Kind = KindError - 1

// Place is a node of a [Flat] unit.
type Place struct {
	Span source.Span
	Kind Kind // KindHole or KindComment
}

// Flat makes a unit of a text that is not Python. Its root stands for the whole
// text; node i+1 is places[i], a child of the root whatever it overlaps with.
// Places outside the text are cut to it.
func Flat(key string, text []byte, places []Place) *Unit {
	n := uint32(len(text))
	u := &Unit{Class: Comment, Kind: KindHole, Key: key, Text: text, recs: make([]rec, 0, len(places)+1)}
	u.recs = append(u.recs, rec{end: n, parent: -1, after: int32(len(places) + 1), kind: KindHole, flags: recNamed})
	for i, p := range places {
		r := rec{start: min(p.Span.Start, n), end: min(p.Span.End, n), after: int32(i + 2), kind: p.Kind, flags: recNamed}
		r.end = max(r.start, r.end)
		u.recs = append(u.recs, r)
	}
	return u
}

// IsFlat reports whether the unit was made by [Flat].
func (u *Unit) IsFlat() bool { return u.Kind == KindHole }
