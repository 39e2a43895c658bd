package pytext

import (
	"strconv"
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// format takes text.format(values) apart.
func (p *parser) format(at pyedit.At, fn syntax.Node, depth int) ([]Piece, bool) {
	object := at.On(fn.Child(syntax.FieldObject))
	pieces, ok := p.expr(object, depth)
	if !ok {
		return nil, false
	}
	f := &Formatting{Node: at, Operand: object}
	if pyedit.Unpacks(at.Node) {
		return p.fail("the values of format() come from * or **")
	}
	for _, a := range pyedit.Args(at.Node) {
		f.args = append(f.args, argument{node: at.On(a.Value), name: a.Name})
	}
	s := splitter{p: p, f: f}
	for _, x := range pieces {
		if x.Hole {
			x.wraps = append(x.wraps, f)
			s.out = append(s.out, x)
			continue
		}
		if !s.fields(x) {
			return p.fail("a field of format() cannot be followed")
		}
	}
	p.text.Formattings = append(p.text.Formattings, f)
	return s.out, true
}

// fields cuts a piece at its replacement fields.
func (s *splitter) fields(x Piece) bool {
	if x.escaped() {
		s.lit(x, 0, len(x.Text))
		return x.Text != "{" && x.Text != "}"
	}
	text, from := x.Text, 0
	for {
		i := strings.IndexAny(text[from:], "{}")
		if i < 0 {
			s.lit(x, from, len(text))
			return true
		}
		i += from
		s.lit(x, from, i)
		if i+1 < len(text) && text[i+1] == text[i] {
			s.escape(x, i)
			from = i + 2
			continue
		}
		size := strings.IndexByte(text[i:], '}') + 1
		if text[i] == '}' || size == 0 || !s.field(x, i, i+size) {
			return false
		}
		from = i + size
	}
}

// field emits the replacement field that is bytes i to j.
func (s *splitter) field(x Piece, i, j int) bool {
	inside := x.Text[i+1 : j-1]
	if strings.ContainsAny(inside, "{\n") {
		return false
	}
	h := Piece{Style: Format}
	name, spec, hasSpec := strings.Cut(inside, ":")
	name, conv, hasConv := strings.Cut(name, "!")
	if hasConv && conv != "s" {
		h.Conv = "!" + conv
	}
	if hasSpec && spec != "" {
		h.Conv += ":" + spec
	}
	base := name
	if k := strings.IndexAny(name, ".["); k >= 0 {
		base, h.Suffix = name[:k], name[k:]
	}
	if h.Suffix != "" && !suffix(&h.Suffix) {
		return false
	}
	n, ok := s.argument(base)
	if !ok {
		return false
	}
	s.hole(x, i, j, h)
	s.value(len(s.out)-1, n)
	return true
}

// argument finds the argument that a field names.
func (s *splitter) argument(name string) (int, bool) {
	n := s.auto
	if name == "" {
		s.auto++
	} else if v, err := strconv.Atoi(name); err == nil {
		n = v
	} else {
		for i, a := range s.f.args {
			if a.name == name {
				return i, true
			}
		}
		return 0, false
	}
	return n, n < len(s.f.args) && s.f.args[n].name == ""
}

// suffix writes .attr and [key] of a field as Python has them.
func suffix(text *string) bool {
	var b strings.Builder
	rest := *text
	for rest != "" {
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			if !identifier(rest[1:end]) {
				return false
			}
			b.WriteString(rest[:end])
			rest = rest[end:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 2 {
				return false
			}
			key := rest[1:end]
			if _, err := strconv.Atoi(key); err != nil {
				key = pyedit.Quote(key, `"`)
			}
			b.WriteString("[" + key + "]")
			rest = rest[end+1:]
		default:
			return false
		}
	}
	*text = b.String()
	return true
}

func identifier(s string) bool {
	for i, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && !pyedit.IsKeyword(s)
}
