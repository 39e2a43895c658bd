// Package syntax parses Python and keeps what it parsed as frozen units of
// plain Go memory. It is the only package that knows tree-sitter.
//
// A file is a list of units: its top-level statements, and the header and the
// statements of each class body. A unit is immutable and its offsets are its
// own, so while a file is edited a unit stays the same object as long as its
// text and its place in the naming stay the same: whatever was computed for it
// can be kept under its pointer.
package syntax

import (
	"sort"

	"pavise/analysis/source"
)

//go:generate go test -run TestKindsFresh -update-kinds

// Class of a unit: what part of the file it is.
type Class uint8

const (
	Statement   Class = iota // any top-level or class-body statement that is not one of the below
	Function                 // a def, async def, or a decorated one, at top level or in a class body
	ClassHeader              // decorators, name and bases of a class; its body's statements are units of their own
	Comment                  // a comment between units
)

// Unit is one frozen piece of a file: a top-level statement, a class header,
// or a statement or method of a class body (nested classes too). It is
// immutable, self-contained (it owns a copy of its text) and all its offsets
// are relative to its own start, so that it stays the same object however the
// text around it moves.
type Unit struct {
	Class  Class
	Kind   Kind   // of its root node
	Name   string // of the function or class; else ""
	Key    string // stable name within the file: "f", "C.m", "C", with "#2" for a second one of the same name; "" for statements and comments
	Parent string // Key of the class header it stands in, "" at top level
	Text   []byte
	Hash   uint64 // of Text and Kind
	// HasError says that the unit holds an ERROR or MISSING node, or is a piece
	// of an ERROR node that is no statement by itself.
	HasError bool

	recs []rec
}

// Placed is a unit at its place in a file.
type Placed struct {
	*Unit
	Start uint32 // byte offset in the file
	Stale bool   // kept from an earlier parse because its text still stands inside a broken or not yet parsed region

	// suspect says that no parse without errors has shown the unit's nodes yet:
	// repairs elsewhere in a file can change how intact text is read (a tuple as a
	// pattern, say).
	suspect bool
}

// End is the offset behind the unit.
func (p Placed) End() uint32 { return p.Start + uint32(len(p.Text)) }

// Span is the unit's place in the file.
func (p Placed) Span() source.Span { return source.Span{Start: p.Start, End: p.End()} }

// Tree is the frozen parse of one version of a file. It may be shared between
// goroutines.
type Tree struct {
	File     *source.File
	Units    []Placed // in file order, none overlapping; a class header comes before its body's units
	HasError bool
	Partial  string // why the parse is not complete ("" when it is): over budget, over size, NUL bytes

	loose bool // some units are stale, or stand in an ERROR node
}

// At is the index of the unit that holds the byte at off or ends there, -1 if
// none does.
func (t *Tree) At(off uint32) int {
	i := sort.Search(len(t.Units), func(i int) bool { return t.Units[i].Start > off }) - 1
	if i < 0 || t.Units[i].End() < off {
		return -1
	}
	return i
}
