package source

import (
	"bytes"
	"slices"
)

// The bounds of the work of LineEdits: lines between the first and the last
// difference, and lines that differ. Beyond them there is one edit.
const (
	diffLimit = 20_000
	diffDepth = 1000
)

// LineEdits are the edits that make text of file: whole lines, as few as
// possible, so that an editor keeps its marks and cursors in between.
func LineEdits(file *File, text []byte) []Edit {
	a, b := splitLines(file.Text()), splitLines(text)
	start := 0
	for start < len(a) && start < len(b) && bytes.Equal(a[start], b[start]) {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && bytes.Equal(a[len(a)-1-end], b[len(b)-1-end]) {
		end++
	}
	offset := uint32(0)
	for _, l := range a[:start] {
		offset += uint32(len(l))
	}
	var edits []Edit
	a, b = a[start:len(a)-end], b[start:len(b)-end]
	for _, h := range hunks(a, b) {
		e := Edit{New: string(bytes.Join(b[h.b0:h.b1], nil))}
		e.Start = offset + size(a[:h.a0])
		e.End = e.Start + size(a[h.a0:h.a1])
		edits = append(edits, e)
	}
	return edits
}

// splitLines cuts a text behind each line end.
func splitLines(text []byte) [][]byte {
	var lines [][]byte
	start := 0
	for i, c := range text {
		if c == '\n' || c == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			lines = append(lines, text[start:i+1])
			start = i + 1
		}
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

func size(lines [][]byte) uint32 {
	n := 0
	for _, l := range lines {
		n += len(l)
	}
	return uint32(n)
}

// hunk says that the lines a0 to a1 became b0 to b1.
type hunk struct{ a0, a1, b0, b1 int }

// hunks compares by Myers' algorithm: the furthest line reached on each
// diagonal with d differences, until the end is reached.
func hunks(a, b [][]byte) []hunk {
	n, m := len(a), len(b)
	if n == 0 && m == 0 {
		return nil
	}
	whole := []hunk{{0, n, 0, m}}
	if n == 0 || m == 0 || n+m > diffLimit {
		return whole
	}
	mid := n + m + 1
	reach := make([]int, 2*mid+1) // reach[k+mid] is the line of a on diagonal k
	var trace [][]int             // of each d, what reach was on the diagonals -d-1 to d+1
	for d := 0; ; d++ {
		if d > diffDepth {
			return whole
		}
		trace = append(trace, slices.Clone(reach[mid-d-1:mid+d+2]))
		for k := -d; k <= d; k += 2 {
			x := advance(reach, k, d, mid)
			y := x - k
			for x < n && y < m && bytes.Equal(a[x], b[y]) {
				x, y = x+1, y+1
			}
			reach[k+mid] = x
			if x >= n && y >= m {
				return backtrack(trace, n, m)
			}
		}
	}
}

// advance is where diagonal k starts with d differences: behind a deletion on
// the diagonal below or an insertion on the one above.
func advance(reach []int, k, d, mid int) int {
	if k == -d || k != d && reach[k-1+mid] < reach[k+1+mid] {
		return reach[k+1+mid]
	}
	return reach[k-1+mid] + 1
}

// backtrack walks from the end to the start and joins neighbouring changes.
func backtrack(trace [][]int, n, m int) []hunk {
	var out []hunk
	x, y := n, m
	for d := len(trace) - 1; d > 0; d-- {
		reach, k, mid := trace[d], x-y, d+1
		var h hunk
		if k == -d || k != d && reach[k-1+mid] < reach[k+1+mid] {
			x = reach[k+1+mid]
			y = x - (k + 1)
			h = hunk{x, x, y, y + 1}
		} else {
			x = reach[k-1+mid]
			y = x - (k - 1)
			h = hunk{x, x + 1, y, y}
		}
		if last := len(out) - 1; last >= 0 && out[last].a0 == h.a1 && out[last].b0 == h.b1 {
			out[last].a0, out[last].b0 = h.a0, h.b0
		} else {
			out = append(out, h)
		}
	}
	slices.Reverse(out)
	return out
}
