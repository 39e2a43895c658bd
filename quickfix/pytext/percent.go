package pytext

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// percent takes text % values apart.
func (p *parser) percent(at pyedit.At, depth int) ([]Piece, bool) {
	left := at.On(at.Child(syntax.FieldLeft))
	pieces, ok := p.expr(left, depth)
	if !ok {
		return nil, false
	}
	f := &Formatting{Node: at, Operand: left, Percent: true}
	right := at.On(at.Child(syntax.FieldRight))
	for right.Kind() == syntax.KindParenthesizedExpression {
		right = at.On(right.NamedChild(0))
	}
	s := splitter{p: p, f: f}
	for _, x := range pieces {
		if x.Hole {
			x.wraps = append(x.wraps, f)
			s.out = append(s.out, x)
			continue
		}
		if !s.percents(x) {
			return p.fail("a % conversion in the text cannot be followed")
		}
	}
	if !s.bindPercent(right) {
		return p.fail("the values right of % cannot be told apart")
	}
	p.text.Formattings = append(p.text.Formattings, f)
	return s.out, true
}

// splitter cuts literal pieces at the fields of a formatting.
type splitter struct {
	p    *parser
	f    *Formatting
	out  []Piece
	auto int // next argument of {} and %s
}

// lit emits bytes i to j of a literal piece.
func (s *splitter) lit(x Piece, i, j int) {
	if i >= j {
		return
	}
	y := x
	y.Text, y.off, y.size = x.Text[i:j], x.off+i, j-i
	if x.escaped() {
		y.off, y.size = x.off, x.size
	}
	y.wraps = append(y.wraps[:len(y.wraps):len(y.wraps)], s.f)
	s.out = append(s.out, y)
}

// escape emits bytes i to i+2, which stand for one sign.
func (s *splitter) escape(x Piece, i int) {
	y := x
	y.Text, y.off, y.size = x.Text[i:i+1], x.off+i, 2
	y.wraps = append(y.wraps[:len(y.wraps):len(y.wraps)], s.f)
	s.out = append(s.out, y)
}

// hole emits the field that is bytes i to j.
func (s *splitter) hole(x Piece, i, j int, h Piece) {
	h.Hole, h.Token, h.part, h.off, h.size, h.own = true, x.Token, x.part, x.off+i, j-i, s.f
	h.wraps = append(x.wraps[:len(x.wraps):len(x.wraps)], s.f)
	s.out = append(s.out, h)
}

// percents cuts a piece at its % conversions.
func (s *splitter) percents(x Piece) bool {
	if x.escaped() {
		s.lit(x, 0, len(x.Text))
		return x.Text != "%"
	}
	text, from := x.Text, 0
	for {
		i := strings.IndexByte(text[from:], '%')
		if i < 0 {
			s.lit(x, from, len(text))
			return true
		}
		i += from
		s.lit(x, from, i)
		if i+1 < len(text) && text[i+1] == '%' {
			s.escape(x, i)
			from = i + 2
			continue
		}
		key, conv, size := conversion(text[i:])
		if size == 0 {
			return false
		}
		if conv == "s" {
			conv = ""
		} else {
			conv = "%" + conv
		}
		s.hole(x, i, i+size, Piece{Style: Percent, Conv: conv, Key: key})
		from = i + size
	}
}

// conversion reads a % conversion: its key, its flags, width and letter, and
// its size, 0 if it is none or takes its width from the values.
func conversion(text string) (key, conv string, size int) {
	i := 1
	if i < len(text) && text[i] == '(' {
		end := strings.IndexByte(text, ')')
		if end < 0 {
			return "", "", 0
		}
		key, i = text[2:end], end+1
	}
	from := i
	for i < len(text) && strings.IndexByte("#0- +.123456789hlL", text[i]) >= 0 {
		i++
	}
	if i == len(text) || strings.IndexByte("diouxXeEfFgGcrsa", text[i]) < 0 {
		return "", "", 0
	}
	conv = text[from : i+1]
	if conv == "i" || conv == "u" {
		conv = "d"
	}
	return key, conv, i + 1
}

// bindPercent gives the holes their values from the right side of %.
func (s *splitter) bindPercent(right pyedit.At) bool {
	var holes []int
	keys := 0
	for i := range s.out {
		h := &s.out[i]
		if h.Hole && h.own == s.f {
			holes = append(holes, i)
			if h.Key != "" {
				keys++
			}
		}
	}
	switch {
	case keys > 0 && keys < len(holes):
		return false
	case keys > 0:
		return s.bindKeys(holes, right)
	case right.Kind() == syntax.KindTuple:
		s.f.tuple = right
		for c := range right.NamedChildren() {
			if c.Kind() == syntax.KindListSplat {
				return false
			}
			s.f.args = append(s.f.args, argument{node: right.On(c)})
		}
		if len(s.f.args) != len(holes) {
			return false
		}
	case len(holes) == 1 && right.Kind() != syntax.KindDictionary:
		s.f.args = []argument{{node: right}}
	default:
		return len(holes) == 0 && right.Kind() == syntax.KindTuple
	}
	for n, i := range holes {
		s.value(i, n)
	}
	return true
}

// value gives hole i the n-th argument.
func (s *splitter) value(i, n int) {
	h := &s.out[i]
	h.arg, h.Expr = n, s.f.args[n].node
	for h.Expr.Kind() == syntax.KindParenthesizedExpression {
		h.Expr = h.Expr.On(h.Expr.NamedChild(0))
	}
	s.p.unstr(h)
	s.p.known(h)
}

// bindKeys reads %(key)s from a dict display or another mapping.
func (s *splitter) bindKeys(holes []int, right pyedit.At) bool {
	s.f.mapping = true
	if right.Kind() != syntax.KindDictionary {
		s.f.args = []argument{{node: right}}
		for _, i := range holes {
			s.out[i].arg, s.out[i].Expr = 0, right
		}
		return true
	}
	byKey := map[string]int{}
	for c := range right.NamedChildren() {
		if c.Kind() != syntax.KindPair {
			return false
		}
		k, ok := python.ParseString(c.Child(syntax.FieldKey))
		if !ok {
			return false
		}
		key, ok := k.Const()
		if !ok {
			return false
		}
		byKey[key] = len(s.f.args)
		s.f.args = append(s.f.args, argument{node: right.On(c.Child(syntax.FieldValue)), name: key})
	}
	for _, i := range holes {
		n, ok := byKey[s.out[i].Key]
		if !ok {
			return false
		}
		s.out[i].Key = ""
		s.value(i, n)
	}
	return true
}
