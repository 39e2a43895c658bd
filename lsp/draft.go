package lsp

import (
	"slices"
	"sort"

	"pavise/analysis/source"
)

// textual is what positions are measured in: a [source.File] or a draft of one.
type textual interface {
	Text() []byte
	Offset(p source.Position, enc source.Encoding) uint32
}

// draft is a file under edits that are not analysed one by one: a burst of
// them, or the many of one message. It is edited in place, and hands over only
// what became of all edits together.
type draft struct {
	text   []byte
	lines  []uint32 // offsets of the first bytes of lines, as in source.File
	pieces []piece  // what differs from the file, in order, none touching another
}

// piece says that the bytes of base in the file are now those of here in the
// draft.
type piece struct{ base, here source.Span }

func newDraft(f *source.File) *draft {
	d := &draft{text: slices.Clone(f.Text()), lines: make([]uint32, f.Lines(), f.Lines()+64)}
	for i := range d.lines {
		d.lines[i] = f.LineSpan(i).Start
	}
	return d
}

func (d *draft) Text() []byte { return d.text }

// Offset is [source.File.Offset] for the draft.
func (d *draft) Offset(p source.Position, enc source.Encoding) uint32 {
	if uint64(p.Line) >= uint64(len(d.lines)) {
		return uint32(len(d.text))
	}
	start, end := d.lines[p.Line], uint32(len(d.text))
	if int(p.Line)+1 < len(d.lines) {
		end = d.lines[p.Line+1] - 1
		if end > start && d.text[end] == '\n' && d.text[end-1] == '\r' {
			end--
		}
	}
	line := source.New("", d.text[start:end:end])
	return start + line.Offset(source.Position{Column: p.Column}, enc)
}

// replace makes an edit that is in range.
func (d *draft) replace(e source.Edit) {
	grown := int64(len(e.New)) - int64(e.Len())
	// A line starts or not depending on the bytes before and, after a \r, at it.
	w := e.Span
	if w.Start > 0 && d.text[w.Start-1] == '\r' {
		w.Start--
	}
	if w.End < uint32(len(d.text)) && d.text[w.End] == '\n' {
		w.End++
	}
	first := sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > w.Start })
	last := sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > w.End })
	d.text = slices.Replace(d.text, int(e.Start), int(e.End), []byte(e.New)...)
	for i := last; i < len(d.lines); i++ {
		d.lines[i] = moved(d.lines[i], grown)
	}
	d.lines = slices.Replace(d.lines, first, last, d.lineStarts(source.Span{Start: w.Start, End: moved(w.End, grown)})...)
	d.note(e.Span, grown)
}

// lineStarts are the lines that begin behind a line end inside span.
func (d *draft) lineStarts(span source.Span) []uint32 {
	var starts []uint32
	for i := span.Start; i < span.End; i++ {
		c := d.text[i]
		if c == '\n' || c == '\r' && (int(i)+1 == len(d.text) || d.text[i+1] != '\n') {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// note joins a replaced span with the pieces it touches.
func (d *draft) note(span source.Span, grown int64) {
	first := sort.Search(len(d.pieces), func(i int) bool { return d.pieces[i].here.End >= span.Start })
	last := first
	for last < len(d.pieces) && d.pieces[last].here.Start <= span.End {
		last++
	}
	// Between pieces the file and the draft are the same, some bytes apart.
	p := piece{base: span, here: span}
	if first > 0 {
		before := d.pieces[first-1]
		shift := int64(before.base.End) - int64(before.here.End)
		p.base = source.Span{Start: moved(span.Start, shift), End: moved(span.End, shift)}
	}
	if first < last {
		a, z := d.pieces[first], d.pieces[last-1]
		p.base = source.Span{
			Start: a.base.Start - (a.here.Start - min(a.here.Start, span.Start)),
			End:   z.base.End + (max(z.here.End, span.End) - z.here.End),
		}
		p.here = source.Span{Start: min(a.here.Start, span.Start), End: max(z.here.End, span.End)}
	}
	p.here.End = moved(p.here.End, grown)
	for i := last; i < len(d.pieces); i++ {
		here := &d.pieces[i].here
		here.Start, here.End = moved(here.Start, grown), moved(here.End, grown)
	}
	d.pieces = slices.Replace(d.pieces, first, last, p)
}

// edits are all edits together, from the end of the file to its start, so that
// each is right in the file and in the text that the one before it left.
func (d *draft) edits() []source.Edit {
	out := make([]source.Edit, 0, len(d.pieces))
	for _, p := range slices.Backward(d.pieces) {
		out = append(out, source.Edit{Span: p.base, New: string(d.text[p.here.Start:p.here.End])})
	}
	return out
}

func moved(off uint32, by int64) uint32 { return uint32(int64(off) + by) }
