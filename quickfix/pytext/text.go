// Package pytext takes Python expressions that put a text together apart, and
// rewrites them: f-strings, %, str.format, +, and strings that follow each
// other. A text is a row of pieces, literal stretches and holes, in the order
// in which they stand in the result.
package pytext

import (
	"pavise/analysis/lang/python"
	"pavise/analysis/lang/sql"
	"pavise/quickfix/pyedit"
)

// Style is the way in which a hole is put into a text.
type Style uint8

const (
	Field   Style = iota // {x} in an f-string
	Percent              // %s
	Format               // {} of str.format
	Operand              // + x
)

// Token is a string token at its place in the file.
type Token struct {
	python.StringToken
	Base uint32
	// Fixed tokens may not be changed: other code reads them too.
	Fixed bool
}

// Piece is a literal stretch of a text, or a hole.
type Piece struct {
	Text  string // of a literal, as it is in the result
	Token *Token // that it stands in; nil for an Operand
	part  *python.StringPart
	off   int // place in the part's decoded text
	size  int // bytes there; more than len(Text) for an escape such as %% or {{
	wraps []*Formatting

	Hole  bool
	Style Style
	Expr  pyedit.At // of a hole
	// Term is the whole operand of an Operand hole: str(x) where Expr is x.
	Term pyedit.At
	Conv string // "!r", "%d", ":>10"; "" for the plain text of the value
	// Suffix is what the field adds to the argument: ".name", "[0]". Key is the
	// key of a %(key)s whose mapping, Expr, is no display.
	Suffix, Key string
	own         *Formatting // of a Percent or Format hole
	arg         int         // which argument of own
	// Known is the constant text of a hole that is known.
	Known   string
	IsKnown bool
	// Group tells the expressions of a joined text apart.
	Group int
}

// Formatting is a % or .format around a text.
type Formatting struct {
	Node    pyedit.At // the binary operator or call
	Operand pyedit.At // the text it is applied to
	Percent bool
	args    []argument
	tuple   pyedit.At // right side of % if that is a tuple
	mapping bool      // right side of % is read by keys
}

type argument struct {
	node pyedit.At
	name string
}

// Text is an expression taken apart.
type Text struct {
	Node        pyedit.At
	Pieces      []Piece
	Tokens      []*Token
	Formattings []*Formatting
}

// Join makes one text of several that follow each other in the result, each a
// group of its own.
func Join(texts ...*Text) *Text {
	all := &Text{}
	for i, t := range texts {
		if i == 0 {
			all.Node = t.Node
		}
		for _, p := range t.Pieces {
			p.Group = i
			all.Pieces = append(all.Pieces, p)
		}
		all.Tokens = append(all.Tokens, t.Tokens...)
		all.Formattings = append(all.Formattings, t.Formattings...)
	}
	return all
}

// Spaced is the text that sep.join makes of texts.
func Spaced(sep string, texts ...*Text) *Text {
	var all []*Text
	for i, t := range texts {
		if i > 0 {
			all = append(all, &Text{Pieces: []Piece{{Text: sep, size: len(sep)}}})
		}
		all = append(all, t)
	}
	return Join(all...)
}

// Whole is a text that is nothing but the value of an expression.
func Whole(at pyedit.At) *Text {
	return &Text{Node: at, Pieces: []Piece{{Hole: true, Style: Operand, Expr: at, Term: at}}}
}

// SQL gives the pieces to the SQL scanner, index by index. Holes that are
// known are literal text there.
func (t *Text) SQL() []sql.Piece {
	out := make([]sql.Piece, len(t.Pieces))
	for i := range t.Pieces {
		p := &t.Pieces[i]
		switch {
		case !p.Hole:
			out[i].Text = p.Text
		case p.IsKnown:
			out[i].Text = p.Known
		default:
			out[i].Hole = true
		}
	}
	return out
}

// Holes are the indexes of the holes that are not known.
func (t *Text) Holes() []int {
	var out []int
	for i := range t.Pieces {
		if t.Pieces[i].Hole && !t.Pieces[i].IsKnown {
			out = append(out, i)
		}
	}
	return out
}

// Const is the whole text, if it has no hole of unknown value.
func (t *Text) Const() (string, bool) {
	var b []byte
	for i := range t.Pieces {
		p := &t.Pieces[i]
		switch {
		case !p.Hole:
			b = append(b, p.Text...)
		case p.IsKnown:
			b = append(b, p.Known...)
		default:
			return "", false
		}
	}
	return string(b), true
}

// offset is the place in the file of a byte of a literal piece.
func (p *Piece) offset(i int) uint32 {
	at := p.off + i
	if i == len(p.Text) {
		at = p.off + p.size
	}
	return p.Token.SourceOffset(p.part, at) + p.Token.Base
}

// escaped reports whether the piece is written longer than it is read.
func (p *Piece) escaped() bool { return p.size != len(p.Text) }
