package pytext

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"pavise/analysis/lang/sql"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Pos is a place in a text: before the byte at Offset of a piece. A hole is one
// byte long.
type Pos = sql.Pos

// Rewrite collects changes to a text and writes them into the tokens it
// stands in. Everything else in the tokens keeps its spelling.
type Rewrite struct {
	t    *Text
	cuts []cut
}

// cut puts text in the place of what is between two places.
type cut struct {
	from, to Pos
	text     string
}

// Rewrite starts a list of changes.
func (t *Text) Rewrite() *Rewrite { return &Rewrite{t: t} }

// Replace writes text in the place of a part of the text.
func (r *Rewrite) Replace(from, to Pos, text string) {
	r.cuts = append(r.cuts, cut{from, to, text})
}

// Insert writes text at a place.
func (r *Rewrite) Insert(at Pos, text string) { r.Replace(at, at, text) }

func less(a, b Pos) bool {
	return a.Piece < b.Piece || a.Piece == b.Piece && a.Offset < b.Offset
}

// removed reports whether hole i goes away.
func (r *Rewrite) removed(i int) bool {
	for _, c := range r.cuts {
		if !less(Pos{Piece: i}, c.from) && !less(c.to, Pos{Piece: i, Offset: 1}) {
			return true
		}
	}
	return false
}

// writer turns the changes of a Rewrite into edits.
type writer struct {
	*Rewrite
	e        *pyedit.Edits
	kept     map[*Formatting]bool // formattings that keep a hole
	holes    map[*Token]bool      // f-strings that keep a field
	merged   map[int]bool         // cuts that were written as one edit
	skipFrom map[*Token]uint32    // content from here on belongs to a merged edit
	skipTo   map[*Token]uint32    // content up to here belongs to a merged edit
	reason   string
}

// Write adds the edits of all changes to e. A reason is returned, and nothing
// may be done with e, if they cannot be written.
func (r *Rewrite) Write(e *pyedit.Edits) (reason string) {
	sort.SliceStable(r.cuts, func(i, j int) bool { return less(r.cuts[i].from, r.cuts[j].from) })
	for i := 1; i < len(r.cuts); i++ {
		if less(r.cuts[i].from, r.cuts[i-1].to) {
			return "two changes of the text overlap"
		}
	}
	w := writer{Rewrite: r, e: e, kept: map[*Formatting]bool{}, holes: map[*Token]bool{}, merged: map[int]bool{},
		skipFrom: map[*Token]uint32{}, skipTo: map[*Token]uint32{}}
	for i := range r.t.Pieces {
		p := &r.t.Pieces[i]
		if !p.Hole || r.removed(i) {
			continue
		}
		if p.Style == Field && p.Token != nil {
			w.holes[p.Token] = true
		}
		if p.own != nil {
			w.kept[p.own] = true
		}
	}
	w.moveOperands()
	w.merge()
	for _, tok := range r.t.Tokens {
		w.token(tok)
	}
	w.operands()
	w.formattings()
	return w.reason
}

func (w *writer) fail(reason string) {
	if w.reason == "" {
		w.reason = reason
	}
}

// moveOperands lets a change that begins at an operand of + write its text at
// the end of the literal before it.
func (w *writer) moveOperands() {
	for i := range w.cuts {
		c := &w.cuts[i]
		at := c.from
		if at.Piece >= len(w.t.Pieces) || w.t.Pieces[at.Piece].Style != Operand || !w.t.Pieces[at.Piece].Hole || c.text == "" {
			continue
		}
		if at.Piece > 0 && !w.t.Pieces[at.Piece-1].Hole && w.t.Pieces[at.Piece-1].Group == w.t.Pieces[at.Piece].Group {
			c.from = Pos{Piece: at.Piece - 1, Offset: len(w.t.Pieces[at.Piece-1].Text)}
			continue
		}
		w.fail("there is no text in front of a value")
	}
}

// merge writes changes that take an operand out from between two literals of
// one line as one edit: "a" + x + "b" becomes "a?b".
func (w *writer) merge() {
	for i := range w.cuts {
		c := w.cuts[i]
		if c.from.Piece == c.to.Piece || c.to.Piece >= len(w.t.Pieces) {
			continue
		}
		to := c.to
		if w.t.Pieces[to.Piece].Hole {
			if to.Offset == 0 || to.Piece+1 >= len(w.t.Pieces) {
				continue
			}
			to = Pos{Piece: to.Piece + 1}
		}
		a, b := &w.t.Pieces[c.from.Piece], &w.t.Pieces[to.Piece]
		if a.Hole || b.Hole || a.Token == b.Token || !w.mergeable(a, b, c.from.Piece, to.Piece) {
			continue
		}
		span := source.Span{Start: a.offset(c.from.Offset), End: b.offset(to.Offset)}
		w.e.Replace(span, w.encode(a.Token, a.wraps, c.text))
		w.merged[i] = true
		w.skipFrom[a.Token], w.skipTo[b.Token] = span.Start, span.End
	}
}

// mergeable reports whether two literal tokens can become one.
func (w *writer) mergeable(a, b *Piece, i, j int) bool {
	x, y := a.Token, b.Token
	if a.Group != b.Group || x.Fixed || y.Fixed || x.Quote != y.Quote || x.Prefix != y.Prefix || x.Format || x.Base != y.Base || len(a.wraps) != len(b.wraps) {
		return false
	}
	for k := i + 1; k < j; k++ {
		if !w.t.Pieces[k].Hole || w.t.Pieces[k].Style != Operand {
			return false
		}
	}
	f := w.e.File()
	if !f.SameLine(x.Span.End+x.Base, y.Span.Start+y.Base) {
		return false
	}
	between := f.Source(source.Span{Start: x.Span.End + x.Base, End: y.Span.Start + y.Base})
	for k := i + 1; k < j; k++ {
		between = strings.Replace(between, f.Source(w.t.Pieces[k].Term.Abs()), "", 1)
	}
	return strings.Trim(between, " \t+") == ""
}

// segment is what stands in a row in a token: source that stays, or new text.
type segment struct {
	keep source.Span
	text string
	new  bool
}

// token writes the edits of one string token.
func (w *writer) token(tok *Token) {
	s := tok.Span.Shift(tok.Base)
	open := s.Start + uint32(len(tok.Prefix)+len(tok.Quote))
	end := s.End - uint32(len(tok.Quote))
	if at, ok := w.skipTo[tok]; ok {
		open = at
	}
	if at, ok := w.skipFrom[tok]; ok {
		end = at
	}
	segments := w.segments(tok)
	if len(segments) == 0 && s.Len() > uint32(len(tok.Prefix)+2*len(tok.Quote)) && w.dropToken(tok) {
		return
	}
	at := open
	text := ""
	flush := func(to uint32) {
		if to > at || text != "" {
			w.change(tok, source.Span{Start: at, End: to}, text)
		}
		text = ""
	}
	for _, g := range segments {
		if g.new {
			text += g.text
			continue
		}
		if g.keep.End <= open || g.keep.Start >= end {
			continue
		}
		g.keep.Start, g.keep.End = max(g.keep.Start, open), min(g.keep.End, end)
		flush(g.keep.Start)
		at = g.keep.End
	}
	flush(max(end, at))
	if tok.Format && !w.holes[tok] {
		w.dropPrefix(tok)
	}
}

func (w *writer) change(tok *Token, s source.Span, text string) {
	if w.e.File().Source(s) == text {
		return
	}
	if tok.Fixed {
		w.fail("the text is also used by other code")
		return
	}
	w.e.Replace(s, text)
}

// segments is the new content of a token.
func (w *writer) segments(tok *Token) []segment {
	var out []segment
	for i := range w.t.Pieces {
		p := &w.t.Pieces[i]
		if p.Token != tok {
			continue
		}
		if p.Hole {
			out = append(out, w.startingAt(tok, p, Pos{Piece: i})...)
			if !w.removed(i) {
				out = append(out, segment{keep: p.Place()})
			}
			continue
		}
		out = w.literal(out, tok, p, i)
	}
	return out
}

// Place is what stands for a hole in its token: "{x!r}", "%s", "{0}".
func (p *Piece) Place() source.Span {
	if p.Style == Field {
		return p.part.Span.Shift(p.Token.Base)
	}
	return source.Span{Start: p.Token.SourceOffset(p.part, p.off) + p.Token.Base, End: p.Token.SourceOffset(p.part, p.off+p.size) + p.Token.Base}
}

// startingAt are the new texts of changes that begin exactly at a place.
func (w *writer) startingAt(tok *Token, p *Piece, at Pos) []segment {
	var out []segment
	for i, c := range w.cuts {
		if c.from == at && !w.merged[i] && c.text != "" {
			out = append(out, segment{new: true, text: w.encode(tok, p.wraps, c.text)})
		}
	}
	return out
}

// literal appends the segments of literal piece i.
func (w *writer) literal(out []segment, tok *Token, p *Piece, i int) []segment {
	at := 0
	for k, c := range w.cuts {
		if c.to.Piece < i || c.from.Piece > i {
			continue
		}
		from, to := 0, len(p.Text)
		if c.from.Piece == i {
			from = c.from.Offset
		}
		if c.to.Piece == i {
			to = c.to.Offset
		}
		out = append(out, w.stay(tok, p, at, from)...)
		if c.from.Piece == i && c.text != "" && !w.merged[k] {
			out = append(out, segment{new: true, text: w.encode(tok, p.wraps, c.text)})
		}
		at = max(at, to)
	}
	return append(out, w.stay(tok, p, at, len(p.Text))...)
}

// stay are the segments of bytes a to b of a piece, which stay in the text.
func (w *writer) stay(tok *Token, p *Piece, a, b int) []segment {
	if a >= b {
		return nil
	}
	if p.escaped() {
		for _, f := range p.wraps {
			if !w.kept[f] && f.Percent == (p.Text == "%") {
				return []segment{{new: true, text: w.encode(tok, p.wraps, p.Text)}}
			}
		}
	}
	s := source.Span{Start: p.offset(a), End: p.offset(b)}
	if !tok.Format || w.holes[tok] {
		return []segment{{keep: s}}
	}
	return w.singleBraces(tok, s)
}

// singleBraces undoes the doubled braces of an f-string that stops being one.
func (w *writer) singleBraces(tok *Token, s source.Span) []segment {
	text := w.e.File().Text
	var out []segment
	from := s.Start
	for i := s.Start; i < s.End; i++ {
		if text[i] == '\\' && !tok.Raw && i+2 < s.End && text[i+1] == 'N' && text[i+2] == '{' {
			if end := bytes.IndexByte(text[i:s.End], '}'); end > 0 {
				i += uint32(end)
			}
			continue
		}
		if text[i] == '\\' && !tok.Raw && i+1 < s.End && text[i+1] != '{' && text[i+1] != '}' {
			i++
			continue
		}
		if (text[i] == '{' || text[i] == '}') && i+1 < s.End && text[i+1] == text[i] {
			out = append(out, segment{keep: source.Span{Start: from, End: i + 1}})
			i++
			from = i + 1
		}
	}
	return append(out, segment{keep: source.Span{Start: from, End: s.End}})
}

// encode writes text so that it comes out of the token and its formattings.
func (w *writer) encode(tok *Token, wraps []*Formatting, text string) string {
	for _, f := range slices.Backward(wraps) {
		if !w.kept[f] {
			continue
		}
		if f.Percent {
			text = strings.ReplaceAll(text, "%", "%%")
		} else {
			text = strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
		}
	}
	if tok.Raw {
		if strings.ContainsAny(text, "\\\n"+tok.Quote[:1]) {
			w.fail("the new text does not fit into a raw string")
		}
		if w.holes[tok] {
			text = strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
		}
		return text
	}
	return pyedit.Escape(text, tok.Quote, w.holes[tok])
}

// dropPrefix takes the f away from a token without fields.
func (w *writer) dropPrefix(tok *Token) {
	for i, c := range tok.Prefix {
		if c == 'f' || c == 'F' {
			at := tok.Span.Start + tok.Base + uint32(i)
			w.change(tok, source.Span{Start: at, End: at + 1}, "")
		}
	}
}

// operands takes removed operands of + away.
func (w *writer) operands() {
	for i := range w.t.Pieces {
		p := &w.t.Pieces[i]
		if p.Hole && p.Style == Operand && w.removed(i) && !w.inMerged(i) {
			w.removeOperand(p.Term)
		}
	}
}

// dropToken takes a literal away that became empty, if it is the right side of
// a + and no merged edit takes part of it.
func (w *writer) dropToken(tok *Token) bool {
	_, to := w.skipTo[tok]
	_, from := w.skipFrom[tok]
	p := tok.Node.Parent()
	if to || from || tok.Fixed || p.Kind() != syntax.KindBinaryOperator || p.Op() != "+" || p.Child(syntax.FieldRight) != tok.Node {
		return false
	}
	w.removeOperand(pyedit.At{Node: tok.Node, Base: tok.Base})
	return true
}

func (w *writer) inMerged(i int) bool {
	for k, c := range w.cuts {
		if w.merged[k] && c.from.Piece < i && (i < c.to.Piece || i == c.to.Piece && c.to.Offset > 0) {
			return true
		}
	}
	return false
}

// removeOperand deletes one side of a +.
func (w *writer) removeOperand(term pyedit.At) {
	p := term.On(term.Parent())
	if p.Kind() != syntax.KindBinaryOperator || p.Op() != "+" {
		w.fail("a value cannot be taken out of its expression")
		return
	}
	left, right := p.On(p.Child(syntax.FieldLeft)).Abs(), p.On(p.Child(syntax.FieldRight)).Abs()
	cut := source.Span{Start: left.End, End: right.End}
	if p.Child(syntax.FieldLeft) == term.Node {
		cut = source.Span{Start: left.Start, End: right.Start}
	}
	if hasComment(p, cut) {
		w.fail("a comment stands beside a value")
		return
	}
	w.e.Delete(cut)
}

// hasComment reports whether a comment under a node stands in the span.
func hasComment(n pyedit.At, s source.Span) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindComment && s.Contains(n.On(d).Abs()) {
			return true
		}
	}
	return false
}
