package source

import (
	"fmt"
	"slices"
	"sort"
)

// Edit returns the file after edits, each measured in the text that the one
// before it left. The line table is carried over: an edit costs one copy of
// the text and of the table plus a scan of what it touches. An edit out of
// range or inverted is an error; f itself never changes.
func (f *File) Edit(edits ...Edit) (*File, error) {
	if len(edits) == 0 {
		return f, nil
	}
	size := int64(f.Len())
	for i, e := range edits {
		if e.Start > e.End || int64(e.End) > size {
			return nil, fmt.Errorf("edit %d of %s: bytes %d to %d are not a range of a text of %d bytes", i, f.path, e.Start, e.End, size)
		}
		size += int64(len(e.New)) - int64(e.Len())
		if size > maxLen {
			return nil, fmt.Errorf("edit %d of %s: the text grows over 4 GiB", i, f.path)
		}
	}
	if at, ok := simultaneous(edits); ok {
		return f.replace(at), nil
	}
	for _, e := range edits {
		f = f.replace([]Edit{e})
	}
	return f, nil
}

// simultaneous rewrites sequential edits as edits of the one original text,
// sorted and not touching each other. It knows the two orders that editors
// send, from the end to the start and from the start to the end, and reports
// false for any other.
func simultaneous(edits []Edit) ([]Edit, bool) {
	if len(edits) == 1 {
		return edits, true
	}
	down, up := true, true
	for i := 1; i < len(edits); i++ {
		prev, e := edits[i-1], edits[i]
		down = down && e.End <= prev.Start
		up = up && uint64(e.Start) >= uint64(prev.Start)+uint64(len(prev.New))
	}
	if !down && !up {
		return nil, false
	}
	out := slices.Clone(edits)
	if down {
		slices.Reverse(out)
	} else {
		var grown int64 // by how much the edits so far have moved what follows
		for i := range out {
			e := &out[i]
			n := int64(len(e.New)) - int64(e.Len())
			e.Start, e.End = uint32(int64(e.Start)-grown), uint32(int64(e.End)-grown)
			grown += n
		}
	}
	return joinTouching(out), true
}

// joinTouching makes one edit of edits that touch. The list is sorted.
func joinTouching(edits []Edit) []Edit {
	out := edits[:1]
	for _, e := range edits[1:] {
		last := &out[len(out)-1]
		if e.Start == last.End {
			last.End, last.New = e.End, last.New+e.New
			continue
		}
		out = append(out, e)
	}
	return out
}

// replace applies simultaneous edits: sorted, in range, not touching.
func (f *File) replace(edits []Edit) *File {
	n := &File{path: f.path, text: Apply(f.text, edits), loneCR: f.loneCR, wide: f.wide}
	if len(n.text) == 0 {
		n.text = []byte{}
	}
	n.lines = make([]uint32, 1, len(f.lines)+16)
	var shift int64 // new offset minus old offset behind the last edit
	next := 1       // the first line of f that is not yet dealt with
	for _, e := range edits {
		// A line start depends on the byte before it and, after a \r, on the
		// byte at it: take in the halves of a \r\n that the edit may split or join.
		w := e.Span
		if w.Start > 0 && f.text[w.Start-1] == '\r' {
			w.Start--
		}
		if w.End < f.Len() && f.text[w.End] == '\n' {
			w.End++
		}
		next = n.keepLines(f, next, w.Start, shift)
		at := Span{uint32(int64(w.Start) + shift), 0}
		shift += int64(len(e.New)) - int64(e.Len())
		at.End = uint32(int64(w.End) + shift)
		n.lines = appendLines(n.lines, n.text, at)
		next += sort.Search(len(f.lines)-next, func(i int) bool { return f.lines[next+i] > w.End })
		oldCR, oldWide := countSpecial(f.text[w.Start:w.End])
		newCR, newWide := countSpecial(n.text[at.Start:at.End])
		n.loneCR += newCR - oldCR
		n.wide += newWide - oldWide
	}
	n.keepLines(f, next, f.Len(), shift)
	return n
}

// keepLines carries over the lines of old from the next-th on that start at or
// before end, and returns the first that does not.
func (f *File) keepLines(old *File, next int, end uint32, shift int64) int {
	stop := next + sort.Search(len(old.lines)-next, func(i int) bool { return old.lines[next+i] > end })
	for _, at := range old.lines[next:stop] {
		f.lines = append(f.lines, uint32(int64(at)+shift))
	}
	return stop
}

// Merge sorts simultaneous edits of one text so that [Apply] can take them.
// Equal edits become one; of edits that overlap the one that came first stays
// and the others are returned as skipped, as are inverted ones. Insertions at
// one point keep their order, and stand before a replacement that starts there.
func Merge(edits []Edit) (merged, skipped []Edit) {
	for _, e := range edits {
		if e.Start > e.End {
			skipped = append(skipped, e)
			continue
		}
		// i is behind everything that starts before e or equals its span.
		i := sort.Search(len(merged), func(i int) bool {
			m := merged[i]
			return m.Start > e.Start || m.Start == e.Start && m.End > e.End
		})
		if holds(merged[:i], e) {
			continue
		}
		if i > 0 && overlap(merged[i-1].Span, e.Span) || i < len(merged) && overlap(e.Span, merged[i].Span) {
			skipped = append(skipped, e)
			continue
		}
		merged = slices.Insert(merged, i, e)
	}
	return merged, skipped
}

// holds reports whether e is among the last of sorted that have its span.
func holds(sorted []Edit, e Edit) bool {
	for i := len(sorted) - 1; i >= 0 && sorted[i].Span == e.Span; i-- {
		if sorted[i].New == e.New {
			return true
		}
	}
	return false
}

// overlap reports whether two edits, a sorted before b, cannot both be made:
// they share a byte, or b inserts inside of a.
func overlap(a, b Span) bool { return b.Start < a.End }

// Apply makes the edits that [Merge] returned, all measured in text, and
// returns the new text. Edits that are out of range or out of order are left
// out.
func Apply(text []byte, edits []Edit) []byte {
	size := len(text)
	for _, e := range edits {
		size += len(e.New)
		if e.End >= e.Start {
			size -= int(e.Len())
		}
	}
	out := make([]byte, 0, max(size, 0))
	var at uint32
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || uint64(e.End) > uint64(len(text)) {
			continue
		}
		out = append(out, text[at:e.Start]...)
		out = append(out, e.New...)
		at = e.End
	}
	return append(out, text[at:]...)
}
