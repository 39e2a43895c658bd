package pytext

import (
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Lookup says what a name stands for, as far as a text needs it.
type Lookup interface {
	// Definition is the expression that an identifier's value was put together
	// by. Fixed says that it may be read but not changed.
	Definition(id pyedit.At) (def pyedit.At, fixed, ok bool)
	// Constant is the text of an expression that is always the same.
	Constant(expr pyedit.At) (string, bool)
}

// Parse takes an expression apart. The reason is set, and the text nil, if it
// puts no text together or does so in a way that cannot be followed.
func Parse(at pyedit.At, l Lookup) (t *Text, reason string) {
	p := parser{text: &Text{Node: at}, lookup: l}
	pieces, ok := p.expr(at, 0)
	if !ok {
		if p.reason == "" {
			p.reason = "its text is not put together here"
		}
		return nil, p.reason
	}
	p.text.Pieces = pieces
	return p.text, ""
}

type parser struct {
	text   *Text
	lookup Lookup
	fixed  bool
	reason string
}

func (p *parser) fail(reason string) ([]Piece, bool) {
	if p.reason == "" {
		p.reason = reason
	}
	return nil, false
}

// deepest is how far names are followed into their definitions.
const deepest = 4

// expr takes an expression that is a text apart; ok is false if it is none.
func (p *parser) expr(at pyedit.At, depth int) ([]Piece, bool) {
	switch at.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		return p.literal(at)
	case syntax.KindParenthesizedExpression:
		return p.expr(at.On(at.NamedChild(0)), depth)
	case syntax.KindBinaryOperator:
		switch at.Op() {
		case "+":
			return p.sum(at, depth)
		case "%":
			return p.percent(at, depth)
		}
	case syntax.KindCall:
		if fn := at.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "format" {
			return p.format(at, fn, depth)
		}
	case syntax.KindIdentifier:
		return p.name(at, depth)
	}
	return nil, false
}

// name follows an identifier to its definition.
func (p *parser) name(at pyedit.At, depth int) ([]Piece, bool) {
	if p.lookup == nil || depth >= deepest {
		return nil, false
	}
	def, fixed, ok := p.lookup.Definition(at)
	if !ok {
		return nil, false
	}
	was := p.fixed
	p.fixed = p.fixed || fixed
	pieces, ok := p.expr(def, depth+1)
	p.fixed = was
	return pieces, ok
}

func (p *parser) literal(at pyedit.At) ([]Piece, bool) {
	s, ok := python.ParseString(at.Node)
	if !ok {
		return nil, false
	}
	if s.IsBytes() {
		return p.fail("the text is a bytes literal")
	}
	var out []Piece
	for i := range s.Tokens {
		tok := &Token{StringToken: s.Tokens[i], Base: at.Base, Fixed: p.fixed}
		if tok.Lazy {
			return p.fail("the text is a template string")
		}
		if !tok.Closed {
			return p.fail("a string is not closed")
		}
		p.text.Tokens = append(p.text.Tokens, tok)
		for j := range tok.Parts {
			out = append(out, p.part(tok, &tok.Parts[j]))
		}
	}
	return out, true
}

func (p *parser) part(tok *Token, part *python.StringPart) Piece {
	if !part.IsHole() {
		return Piece{Text: part.Text, Token: tok, part: part, size: len(part.Text)}
	}
	h := Piece{Hole: true, Token: tok, part: part, Style: Field, Expr: pyedit.At{Node: part.Expr, Base: tok.Base}, Conv: part.Conv}
	if part.Spec != "" {
		h.Conv += ":" + part.Spec
	}
	if part.Debug {
		h.Conv = "=" + h.Conv
	}
	if h.Conv == "!s" {
		h.Conv = ""
	}
	p.unstr(&h)
	p.known(&h)
	return h
}

// unstr peels str(x) around a value that becomes text anyway.
func (p *parser) unstr(h *Piece) {
	if h.Conv != "" || h.Suffix != "" {
		return
	}
	n := h.Expr
	for n.Kind() == syntax.KindParenthesizedExpression {
		n = n.On(n.NamedChild(0))
	}
	if n.Kind() != syntax.KindCall || n.Child(syntax.FieldFunction).Str() != "str" {
		return
	}
	if args := pyedit.Args(n.Node); len(args) == 1 && args[0].Name == "" && args[0].Value.Kind() != syntax.KindGeneratorExpression {
		h.Expr = n.On(args[0].Value)
	}
}

func (p *parser) known(h *Piece) {
	if p.lookup == nil || h.Conv != "" || h.Suffix != "" || h.Key != "" {
		return
	}
	h.Known, h.IsKnown = p.lookup.Constant(h.Expr)
}

// sum takes a + b apart. One side at least must be a text.
func (p *parser) sum(at pyedit.At, depth int) ([]Piece, bool) {
	left, right := at.On(at.Child(syntax.FieldLeft)), at.On(at.Child(syntax.FieldRight))
	a, aText := p.expr(left, depth)
	if p.reason != "" {
		return nil, false
	}
	b, bText := p.expr(right, depth)
	if p.reason != "" || !aText && !bText {
		return nil, false
	}
	if !aText {
		a = []Piece{p.operand(left)}
	}
	if !bText {
		b = []Piece{p.operand(right)}
	}
	return append(a, b...), true
}

func (p *parser) operand(at pyedit.At) Piece {
	h := Piece{Hole: true, Style: Operand, Expr: at, Term: at}
	for h.Expr.Kind() == syntax.KindParenthesizedExpression {
		h.Expr = at.On(h.Expr.NamedChild(0))
	}
	p.unstr(&h)
	p.known(&h)
	return h
}
