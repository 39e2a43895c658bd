// Package source holds the text of files: immutable bytes, edits, and the
// mapping between byte offsets and editor positions. Offsets are bytes into
// the text; lines and columns count from zero.
package source

// Span is a half-open range of byte offsets.
type Span struct{ Start, End uint32 }

// Len is the number of bytes in the span.
func (s Span) Len() uint32 { return s.End - s.Start }

// Shift moves the span by base bytes: from unit-relative to file offsets.
func (s Span) Shift(base uint32) Span { return Span{s.Start + base, s.End + base} }

// Contains reports whether t lies inside s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Touches reports whether s and t share a byte or an end point.
func (s Span) Touches(t Span) bool { return s.Start <= t.End && t.Start <= s.End }

// Edit replaces the bytes of Span, measured in the text before the edit.
type Edit struct {
	Span
	New string
}

// Encoding is the unit in which a column is counted.
type Encoding uint8

// The three encodings of the Language Server Protocol 3.17 and later.
const (
	UTF16 Encoding = iota // the protocol's default
	UTF8
	UTF32
)

// Position is a line and a column in some Encoding, both from zero.
type Position struct{ Line, Column uint32 }
