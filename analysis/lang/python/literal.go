package python

import (
	"bytes"
	"unicode/utf8"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// String is a string expression: one token, or several that Python joins
// because they follow each other.
type String struct{ Tokens []StringToken }

// StringToken is one quoted token with its prefix.
type StringToken struct {
	Node   syntax.Node
	Span   source.Span // of the token, relative to its unit
	Prefix string      // letters before the quote as written: "", "f", "Rb"
	Quote  string      // ", ', """ or '''
	Raw    bool        // r: a backslash stands for itself
	Bytes  bool        // b
	Format bool        // f or t: braces are replacement fields
	Lazy   bool        // t: a template string, not a str
	Closed bool        // the closing quote is there
	Parts  []StringPart
}

// StringPart is a stretch of literal text, or a replacement field.
type StringPart struct {
	Span source.Span // in the source, relative to the unit; of a field with its braces
	Text string      // decoded value of literal text
	// Expr is the expression of a replacement field; no node for literal text.
	Expr  syntax.Node
	Conv  string // "!r", "!s", "!a" or ""
	Spec  string // format specification without its colon, as written
	Debug bool   // {name=}: the text holds the expression's source as well
	// SpecExprs are the expressions of fields nested in Spec.
	SpecExprs []syntax.Node
}

// IsHole reports whether the part is a replacement field.
func (p *StringPart) IsHole() bool { return p.Expr.OK() }

// ParseString takes a string or concatenated_string node apart; ok is false
// for any other node.
func ParseString(n syntax.Node) (s String, ok bool) {
	if !n.OK() {
		return String{}, false
	}
	switch n.Kind() {
	case syntax.KindString:
		return String{Tokens: []StringToken{parseToken(n)}}, true
	case syntax.KindConcatenatedString:
		for c := range n.NamedChildren() {
			if c.Kind() == syntax.KindString {
				s.Tokens = append(s.Tokens, parseToken(c))
			}
		}
		return s, len(s.Tokens) > 0
	}
	return String{}, false
}

// Const is the value of a string without replacement fields.
func (s String) Const() (value string, ok bool) {
	if len(s.Tokens) == 1 && len(s.Tokens[0].Parts) <= 1 {
		if len(s.Tokens[0].Parts) == 0 {
			return "", true
		}
		p := &s.Tokens[0].Parts[0]
		return p.Text, !p.IsHole()
	}
	var b []byte
	for i := range s.Tokens {
		for j := range s.Tokens[i].Parts {
			p := &s.Tokens[i].Parts[j]
			if p.IsHole() {
				return "", false
			}
			b = append(b, p.Text...)
		}
	}
	return string(b), true
}

// IsBytes reports whether the expression is a bytes object.
func (s String) IsBytes() bool { return len(s.Tokens) > 0 && s.Tokens[0].Bytes }

func parseToken(n syntax.Node) StringToken {
	t := StringToken{Node: n, Span: n.Span()}
	text := n.Unit().Text
	at := t.readOpening(text)
	end := t.Span.End
	if len(t.Quote) > 0 && end >= at+uint32(len(t.Quote)) && closes(n) {
		t.Closed = true
		end -= uint32(len(t.Quote))
	}
	for c := range n.NamedChildren() {
		if c.Kind() != syntax.KindInterpolation {
			continue
		}
		s := c.Span()
		t.addText(text, source.Span{Start: at, End: s.Start})
		t.Parts = append(t.Parts, field(c))
		at = s.End
	}
	t.addText(text, source.Span{Start: at, End: end})
	return t
}

// closes reports whether the grammar found the closing quote, and not only
// inserted it to recover from an error.
func closes(n syntax.Node) bool {
	last := syntax.Node{}
	for c := range n.NamedChildren() {
		last = c
	}
	return last.OK() && last.Kind() == syntax.KindStringEnd && last.Span().Len() > 0
}

// readOpening sets prefix and quote and returns the offset behind them.
func (t *StringToken) readOpening(text []byte) uint32 {
	at := t.Span.Start
	for ; at < t.Span.End && text[at] != '"' && text[at] != '\''; at++ {
		switch text[at] | 0x20 {
		case 'r':
			t.Raw = true
		case 'b':
			t.Bytes = true
		case 'f':
			t.Format = true
		case 't':
			t.Format, t.Lazy = true, true
		}
	}
	t.Prefix = string(text[t.Span.Start:at])
	if at == t.Span.End {
		return at
	}
	size := uint32(1)
	if at+3 <= t.Span.End && text[at+1] == text[at] && text[at+2] == text[at] {
		size = 3
	}
	t.Quote = string(text[at : at+size])
	return at + size
}

func (t *StringToken) addText(text []byte, s source.Span) {
	if s.End <= s.Start {
		return
	}
	t.Parts = append(t.Parts, StringPart{Span: s, Text: t.Decode(text[s.Start:s.End])})
}

func field(n syntax.Node) StringPart {
	p := StringPart{Span: n.Span(), Expr: n.Child(syntax.FieldExpression)}
	if c := n.Child(syntax.FieldTypeConversion); c.OK() {
		p.Conv = c.Str()
	}
	if spec := n.Child(syntax.FieldFormatSpecifier); spec.OK() {
		p.Spec = string(bytes.TrimPrefix(spec.Text(), []byte(":")))
		for c := range spec.NamedChildren() {
			if e := c.Child(syntax.FieldExpression); e.OK() {
				p.SpecExprs = append(p.SpecExprs, e)
			}
		}
	}
	if !p.Expr.OK() { // {} and other errors: keep it a hole
		p.Expr = n
		return p
	}
	text := n.Unit().Text
	rest := text[p.Expr.Span().End:p.Span.End]
	p.Debug = len(bytes.TrimLeft(rest, " \t\r\n")) > 0 && bytes.TrimLeft(rest, " \t\r\n")[0] == '='
	return p
}

// Decode is the value of literal source text of the token.
func (t *StringToken) Decode(raw []byte) string {
	special := "\\\r"
	if t.Format {
		special = "\\\r{}"
	}
	if !bytes.ContainsAny(raw, special) {
		return string(raw)
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		var n int
		out, n = t.step(out, raw)
		raw = raw[n:]
	}
	return string(out)
}

// SourceOffset is the offset in the unit of the i-th byte of the decoded text
// of p, a literal part of t. For i == len(p.Text) it is the end of the part.
// An escape sequence starts where its backslash stands.
func (t *StringToken) SourceOffset(p *StringPart, i int) uint32 {
	if i >= len(p.Text) {
		return p.Span.End
	}
	text := t.Node.Unit().Text
	at := p.Span.Start
	var buf [utf8.UTFMax]byte
	for i > 0 && at < p.Span.End {
		out, n := t.step(buf[:0], text[at:p.Span.End])
		if len(out) > i {
			break
		}
		i -= len(out)
		at += uint32(n)
	}
	return at
}

// step appends what the sequence at the start of raw stands for and returns
// how many bytes of raw it takes, at least one.
func (t *StringToken) step(out, raw []byte) ([]byte, int) {
	switch c := raw[0]; {
	case c == '\r' && len(raw) > 1 && raw[1] == '\n':
		return append(out, '\n'), 2
	case c == '\r':
		return append(out, '\n'), 1
	case c == '\\' && !t.Raw && len(raw) > 1:
		return t.escape(out, raw)
	case t.Format && (c == '{' || c == '}') && len(raw) > 1 && raw[1] == c:
		return append(out, c), 2
	case c < utf8.RuneSelf:
		return append(out, c), 1
	}
	_, n := utf8.DecodeRune(raw)
	return append(out, raw[:n]...), n
}

// plainEscapes are the one-letter escapes and their values.
const (
	escapeLetters = `\'"abfnrtv`
	escapeValues  = "\\'\"\a\b\f\n\r\t\v"
)

// escape decodes the backslash sequence at the start of raw, which is at least
// two bytes long. What is no valid sequence stands for itself, as in Python.
func (t *StringToken) escape(out, raw []byte) ([]byte, int) {
	c := raw[1]
	if i := bytes.IndexByte([]byte(escapeLetters), c); i >= 0 {
		return append(out, escapeValues[i]), 2
	}
	switch {
	case c == '\n':
		return out, 2
	case c == '\r' && len(raw) > 2 && raw[2] == '\n':
		return out, 3
	case c == '\r':
		return out, 2
	case c >= '0' && c <= '7':
		v, n := digits(raw[1:], 8, 3)
		return t.appendChar(out, v), 1 + n
	case c == 'x':
		return t.hexEscape(out, raw, 2)
	case c == 'u' && !t.Bytes:
		return t.hexEscape(out, raw, 4)
	case c == 'U' && !t.Bytes:
		return t.hexEscape(out, raw, 8)
	case c == 'N' && !t.Bytes && len(raw) > 3 && raw[2] == '{':
		// The character's name is not looked up: any character will do.
		if end := bytes.IndexByte(raw, '}'); end > 3 {
			return utf8.AppendRune(out, utf8.RuneError), end + 1
		}
	}
	return append(out, '\\'), 1
}

func (t *StringToken) hexEscape(out, raw []byte, want int) ([]byte, int) {
	v, n := digits(raw[2:], 16, want)
	if n != want {
		return append(out, '\\'), 1
	}
	return t.appendChar(out, v), 2 + n
}

func (t *StringToken) appendChar(out []byte, v uint32) []byte {
	if t.Bytes {
		return append(out, byte(v))
	}
	return utf8.AppendRune(out, rune(v))
}

// digits reads at most limit digits of a number and says how many there were.
func digits(raw []byte, base uint32, limit int) (v uint32, n int) {
	for n < limit && n < len(raw) {
		d := digit(raw[n])
		if d >= base {
			break
		}
		v = v*base + d
		n++
	}
	return v, n
}

func digit(c byte) uint32 {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0')
	case c >= 'a' && c <= 'f':
		return uint32(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return uint32(c-'A') + 10
	}
	return 99
}
