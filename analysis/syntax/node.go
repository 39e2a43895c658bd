package syntax

import (
	"iter"

	"pavise/analysis/source"
)

// Kind is the grammar symbol of a node. The named kinds are constants in
// kinds.go, generated from the grammar; anonymous tokens have kinds too but no
// constants: compare their text.
type Kind uint16

// Field is the grammar's field id of a node within its parent, 0 for none.
type Field uint8

// KindName is the grammar's name of k: "call", or for an anonymous token its
// text. It is "" for a number that is no kind.
func KindName(k Kind) string {
	switch {
	case k == KindError:
		return "ERROR"
	case int(k) < len(kindNames):
		return kindNames[k]
	}
	return ""
}

// NameOfField is the grammar's name of f, "" for none.
func NameOfField(f Field) string {
	if int(f) < len(fieldNames) {
		return fieldNames[f]
	}
	return ""
}

// rec is one node of a unit. The records of a unit are its nodes in pre-order,
// hold no pointers (the garbage collector skips them) and never change.
type rec struct {
	start, end uint32 // bytes from the unit's start
	parent     int32  // index of the parent, -1 for the root
	after      int32  // index behind the node's subtree
	kind       Kind
	field      Field
	flags      recFlags
}

type recFlags uint8

const (
	recNamed   recFlags = 1 << iota // not an anonymous token
	recMissing                      // put in by the parser; empty
	recExtra                        // allowed anywhere: a comment, a line continuation, skipped text
	recError                        // holds an ERROR or MISSING node
)

// Node is one node of a unit. It is a small value: pass and compare it as such.
// The zero Node is "no node"; every question may be put to it, and is answered
// with another no node, an empty span, false or "".
type Node struct {
	u *Unit
	i int32
}

// Root is the unit's outermost node.
func (u *Unit) Root() Node { return u.At(0) }

// Len is the number of nodes in the unit.
func (u *Unit) Len() int { return len(u.recs) }

// At is the i-th node of the unit in pre-order.
func (u *Unit) At(i int) Node {
	if i < 0 || i >= len(u.recs) {
		return Node{}
	}
	return Node{u, int32(i)}
}

// Covering is the innermost named node that covers span (unit-relative); no
// node if the unit does not.
func (u *Unit) Covering(span source.Span) Node {
	best := Node{}
	for i := int32(0); i < int32(len(u.recs)); {
		r := &u.recs[i]
		if !(source.Span{Start: r.start, End: r.end}).Contains(span) {
			i = r.after
			continue
		}
		if r.flags&recNamed != 0 {
			best = Node{u, i}
		}
		i++
	}
	return best
}

func (n Node) rec() *rec { return &n.u.recs[n.i] }

// OK reports whether n is a node.
func (n Node) OK() bool { return n.u != nil }

// Index is the node's place in the pre-order of its unit, -1 for no node.
func (n Node) Index() int {
	if n.u == nil {
		return -1
	}
	return int(n.i)
}

// End is the index behind the node's subtree: its descendants, itself
// included, are At(Index()) to At(End()-1).
func (n Node) End() int {
	if n.u == nil {
		return -1
	}
	return int(n.rec().after)
}

// Unit is the unit that the node is part of.
func (n Node) Unit() *Unit { return n.u }

// Kind is the node's kind; 0, which no node has, for no node.
func (n Node) Kind() Kind {
	if n.u == nil {
		return 0
	}
	return n.rec().kind
}

// Field is the node's role in its parent, 0 if it has none.
func (n Node) Field() Field {
	if n.u == nil {
		return 0
	}
	return n.rec().field
}

// Span is the node's place in its unit's text. Shift it by Placed.Start to get
// offsets in the file.
func (n Node) Span() source.Span {
	if n.u == nil {
		return source.Span{}
	}
	r := n.rec()
	return source.Span{Start: r.start, End: r.end}
}

// Text is the node's source, a part of the unit's text that must not be
// changed.
func (n Node) Text() []byte {
	if n.u == nil {
		return nil
	}
	r := n.rec()
	return n.u.Text[r.start:r.end:r.end]
}

// Str is Text as a string.
func (n Node) Str() string { return string(n.Text()) }

func (n Node) has(f recFlags) bool { return n.u != nil && n.rec().flags&f != 0 }

// Named reports whether n is more than an anonymous token.
func (n Node) Named() bool { return n.has(recNamed) }

// Missing reports whether the parser put n in where the text lacks it.
func (n Node) Missing() bool { return n.has(recMissing) }

// Extra reports whether n may stand anywhere: a comment, a line continuation.
func (n Node) Extra() bool { return n.has(recExtra) }

// HasError reports whether n is or holds an ERROR or a missing node.
func (n Node) HasError() bool { return n.has(recError) }

// IsError reports whether n is text that the parser could make no sense of.
func (n Node) IsError() bool { return n.Kind() == KindError }

// Parent is the node around n, no node for the root of the unit.
func (n Node) Parent() Node {
	if n.u == nil || n.rec().parent < 0 {
		return Node{}
	}
	return Node{n.u, n.rec().parent}
}

// Next is the next sibling of n, tokens and comments included.
func (n Node) Next() Node {
	if n.u == nil {
		return Node{}
	}
	r := n.rec()
	if int(r.after) < len(n.u.recs) && n.u.recs[r.after].parent == r.parent {
		return Node{n.u, r.after}
	}
	return Node{}
}

// First is the first child of n, tokens and comments included.
func (n Node) First() Node {
	if n.u == nil || n.rec().after == n.i+1 {
		return Node{}
	}
	return Node{n.u, n.i + 1}
}

// Child is the first child with field f.
func (n Node) Child(f Field) Node {
	if n.u == nil {
		return Node{}
	}
	recs, after := n.u.recs, n.rec().after
	for i := n.i + 1; i < after; i = recs[i].after {
		if recs[i].field == f {
			return Node{n.u, i}
		}
	}
	return Node{}
}

// Children are the children of n in order, tokens and comments included.
func (n Node) Children() iter.Seq[Node] { return n.children(0, 0) }

// NamedChildren are the children of n without tokens, comments and other
// extras.
func (n Node) NamedChildren() iter.Seq[Node] { return n.children(recNamed|recExtra, recNamed) }

// children are the children whose flags under mask are want.
func (n Node) children(mask, want recFlags) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.u == nil {
			return
		}
		recs, after := n.u.recs, n.rec().after
		for i := n.i + 1; i < after; i = recs[i].after {
			if recs[i].flags&mask == want && !yield(Node{n.u, i}) {
				return
			}
		}
	}
}

// NamedChild is the i-th of NamedChildren.
func (n Node) NamedChild(i int) Node {
	for c := range n.NamedChildren() {
		if i == 0 {
			return c
		}
		i--
	}
	return Node{}
}

// NamedCount is how many NamedChildren there are.
func (n Node) NamedCount() int {
	count := 0
	for range n.NamedChildren() {
		count++
	}
	return count
}

// Descendants are n and all nodes under it in pre-order: a run over
// consecutive records.
func (n Node) Descendants() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.u == nil {
			return
		}
		for i, after := n.i, n.rec().after; i < after; i++ {
			if !yield(Node{n.u, i}) {
				return
			}
		}
	}
}

// Op is the text of the first anonymous child: the operator of a binary,
// unary, boolean or augmented expression. Operators of two words (not in, is
// not) are one token.
func (n Node) Op() string {
	for c := range n.children(recNamed, 0) {
		return c.Str()
	}
	return ""
}
