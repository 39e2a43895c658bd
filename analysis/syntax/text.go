package syntax

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"pavise/analysis/source"
)

// unfit says why f is not given to the parser, "" if it is.
func unfit(f *source.File, b Budget) string {
	if f.Len() > b.MaxBytes {
		return fmt.Sprintf("the file is not parsed: its %d bytes are more than %d", f.Len(), b.MaxBytes)
	}
	if i := bytes.IndexByte(f.Text(), 0); i >= 0 {
		return fmt.Sprintf("the file is not parsed: line %d holds a NUL byte, so it is not Python source", f.LineAt(uint32(i))+1)
	}
	return ""
}

// parserText is the text that the grammar sees. It knows no lone \r as a line
// end, Python does: they become \n, which keeps all offsets, and makes rows in C
// equal to the lines of f.
func parserText(f *source.File) []byte {
	text := f.Text()
	if !f.HasLoneCR() {
		return text
	}
	out := bytes.Clone(text)
	for i, b := range out {
		if b == '\r' && (i+1 == len(out) || text[i+1] != '\n') {
			out[i] = '\n'
		}
	}
	return out
}

// maxTreeEdits is how many edits of one change are told to the C tree one by
// one; each costs a copy of the text, because rows and columns are those of the
// text between the edits. More are told as one that covers them all.
const maxTreeEdits = 32

// follow tells the C tree that was has become f, and returns how they differ.
// It does not rely on edits: if they do not lead from the one to the other, the
// texts are compared.
func (d *Document) follow(was, f *source.File, edits []source.Edit) change {
	c := cover(edits)
	if !c.leads(was.Text(), f.Text()) {
		c = change{0, was.Len(), f.Len()}
		edits = nil
	}
	c = c.trim(was.Text(), f.Text())
	if d.ct.c == nil {
		return c
	}
	if len(edits) > 1 && len(edits) <= maxTreeEdits && d.followEach(was, f, edits) {
		return c
	}
	if c != noChange {
		d.tell(was, f, c)
	}
	return c
}

// followEach tells the C tree each edit by itself. It reports false, with the
// tree as it was, if they do not lead to f.
func (d *Document) followEach(was, f *source.File, edits []source.Edit) bool {
	files := []*source.File{was}
	for _, e := range edits {
		next, err := files[len(files)-1].Edit(e)
		if err != nil {
			return false
		}
		files = append(files, next)
	}
	if !bytes.Equal(files[len(files)-1].Text(), f.Text()) {
		return false
	}
	for i, e := range edits {
		d.tell(files[i], files[i+1], change{e.Start, e.End, e.Start + uint32(len(e.New))})
	}
	return true
}

// tell tells the C tree, which is of was, of one change.
func (d *Document) tell(was, f *source.File, c change) {
	// Whether a \r before the change is a line end of its own may have changed.
	if c.start > 0 && was.Text()[c.start-1] == '\r' {
		c.start--
	}
	at := func(f *source.File, off uint32) point {
		line := f.LineAt(off)
		return point{line, off - f.LineStart(off)}
	}
	d.ct.edit(inputEdit{
		c.start, c.oldEnd, c.newEnd,
		at(was, c.start), at(was, c.oldEnd), at(f, c.newEnd),
	})
}

// cover is the one change that holds all edits; each is measured in the text
// that the one before it left.
func cover(edits []source.Edit) change {
	if len(edits) == 0 {
		return change{}
	}
	c := change{edits[0].Start, edits[0].Start, edits[0].Start}
	for _, e := range edits {
		c.start = min(c.start, e.Start)
		if e.End > c.newEnd {
			c.oldEnd += e.End - c.newEnd
			c.newEnd = e.End
		}
		c.newEnd += uint32(len(e.New)) - e.Len()
	}
	return c
}

// leads reports whether the change makes b out of a: all outside it is equal.
func (c change) leads(a, b []byte) bool {
	if c.start > c.oldEnd || c.start > c.newEnd || uint64(c.oldEnd) > uint64(len(a)) || uint64(c.newEnd) > uint64(len(b)) {
		return false
	}
	return bytes.Equal(a[:c.start], b[:c.start]) && bytes.Equal(a[c.oldEnd:], b[c.newEnd:])
}

// trim leaves out of the change what is equal at its ends. What is left of
// equal texts is noChange.
func (c change) trim(a, b []byte) change {
	x, y := a[c.start:c.oldEnd], b[c.start:c.newEnd]
	n := commonPrefix(x, y)
	c.start += uint32(n)
	x, y = x[n:], y[n:]
	n = commonSuffix(x, y)
	c.oldEnd -= uint32(n)
	c.newEnd -= uint32(n)
	if c.start == c.oldEnd && c.start == c.newEnd {
		return noChange
	}
	return c
}

func commonPrefix(a, b []byte) int {
	n, i := min(len(a), len(b)), 0
	for i+8 <= n && binary.NativeEndian.Uint64(a[i:]) == binary.NativeEndian.Uint64(b[i:]) {
		i += 8
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

func commonSuffix(a, b []byte) int {
	n, i := min(len(a), len(b)), 0
	for i+8 <= n && binary.NativeEndian.Uint64(a[len(a)-i-8:]) == binary.NativeEndian.Uint64(b[len(b)-i-8:]) {
		i += 8
	}
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return i
}
