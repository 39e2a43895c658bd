package pytext

import (
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// Source is the expression of a hole's value, conversion left out.
func (p *Piece) Source(f *pyedit.File) string {
	text := f.Source(p.Expr.Abs())
	if p.Key == "" && p.Suffix == "" {
		return text
	}
	if !atom(p.Expr.Node) {
		text = "(" + text + ")"
	}
	if p.Key != "" {
		return text + "[" + pyedit.Quote(p.Key, `"`) + "]"
	}
	return text + p.Suffix
}

// atom reports whether an expression needs no parentheses before a dot.
func atom(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindCall, syntax.KindSubscript, syntax.KindString,
		syntax.KindTuple, syntax.KindList, syntax.KindDictionary, syntax.KindParenthesizedExpression:
		return true
	}
	return false
}

// Starred reports whether an expression cannot stand alone as an argument or
// element: a walrus, a yield, a bare generator, several values.
func Starred(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindNamedExpression, syntax.KindYield, syntax.KindExpressionList, syntax.KindListSplat, syntax.KindGeneratorExpression:
		return true
	}
	return false
}

// Plain reports whether the hole's value is put in as str() makes it.
func (p *Piece) Plain() bool { return p.Conv == "" }

// Value is an expression for what the hole puts in, as a value of its own:
// numbers stay numbers where the text did not force them to be something else.
// ok is false if the conversion cannot be written as an expression.
func (p *Piece) Value(f *pyedit.File) (text string, ok bool) {
	text = p.Source(f)
	switch p.Conv {
	case "":
		if Starred(p.Expr.Node) {
			return "(" + text + ")", p.Expr.Kind() == syntax.KindNamedExpression
		}
		return text, true
	case "%d":
		if p.Expr.Kind() == syntax.KindCall && p.Expr.Child(syntax.FieldFunction).Str() == "int" {
			return text, true
		}
		return "int(" + text + ")", true
	case "%f":
		return "float(" + text + ")", true
	}
	return "", false
}

// Part is literal text or a hole of a text to be written anew.
type Part struct {
	Text string
	Hole *Piece
}

// Slice are the parts of the text between two places.
func (t *Text) Slice(from, to Pos) []Part {
	var out []Part
	for i := from.Piece; i <= to.Piece && i < len(t.Pieces); i++ {
		p := &t.Pieces[i]
		if p.Hole {
			if i == from.Piece && from.Offset > 0 || i == to.Piece && to.Offset == 0 {
				continue
			}
			out = append(out, Part{Hole: p})
			continue
		}
		a, b := 0, len(p.Text)
		if i == from.Piece {
			a = from.Offset
		}
		if i == to.Piece {
			b = to.Offset
		}
		if a >= b {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Hole == nil {
			out[n-1].Text += p.Text[a:b]
			continue
		}
		out = append(out, Part{Text: p.Text[a:b]})
	}
	return out
}

// Compose writes an expression for a text of its own: a literal, the value of
// its only hole, or an f-string. The quote is that of the author's text.
func Compose(f *pyedit.File, parts []Part, quote string) (string, bool) {
	if len(quote) == 3 {
		quote = quote[:1]
	}
	if len(parts) == 0 {
		return pyedit.Quote("", quote), true
	}
	if len(parts) == 1 {
		if parts[0].Hole == nil {
			return pyedit.Quote(parts[0].Text, quote), true
		}
		if v, ok := parts[0].Hole.Value(f); ok {
			return v, true
		}
	}
	for _, q := range []string{quote, pyedit.OtherQuote(quote), `"""`} {
		if text, ok := formatted(f, parts, q); ok {
			return text, true
		}
	}
	return "", false
}

// formatted writes an f-string that every Python since 3.6 reads.
func formatted(f *pyedit.File, parts []Part, quote string) (string, bool) {
	var b strings.Builder
	b.WriteString("f" + quote)
	for _, p := range parts {
		if p.Hole == nil {
			b.WriteString(pyedit.Escape(p.Text, quote, true))
			continue
		}
		field, ok := p.Hole.field(f)
		if !ok || strings.ContainsAny(field, "\\\n\r#") || strings.Contains(field, quote) || len(quote) == 3 && strings.Contains(field, quote[:1]+quote[:1]) {
			return "", false
		}
		b.WriteString("{" + field + "}")
	}
	b.WriteString(quote)
	return b.String(), true
}

// field is the inside of a replacement field for the hole.
func (p *Piece) field(f *pyedit.File) (string, bool) {
	text := p.Source(f)
	switch p.Expr.Kind() {
	case syntax.KindLambda, syntax.KindNamedExpression, syntax.KindDictionary, syntax.KindSet, syntax.KindDictionaryComprehension,
		syntax.KindSetComprehension, syntax.KindYield, syntax.KindConditionalExpression, syntax.KindExpressionList:
		text = "(" + text + ")"
	}
	switch {
	case p.Conv == "":
		return text, true
	case p.Conv == "%d":
		v, ok := p.Value(f)
		return v, ok
	case p.Conv == "%r":
		return text + "!r", true
	case p.Conv == "%a":
		return text + "!a", true
	case p.Conv[0] == '%':
		spec := p.Conv[1:]
		if strings.ContainsAny(spec, "-# hlLs") {
			return "", false
		}
		return text + ":" + spec, true
	case p.Conv[0] == '=':
		return "", false
	}
	return text + p.Conv, true
}

// Quote is the quote of the first token of the text, " if it has none.
func (t *Text) Quote() string {
	if len(t.Tokens) == 0 {
		return `"`
	}
	return t.Tokens[0].Quote
}
