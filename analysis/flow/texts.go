package flow

import (
	"slices"
	"strconv"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// text evaluates a string expression: constant, or literals and holes.
func (f *frame) text(n syntax.Node) *Value {
	if v := f.run.literals[n]; v != nil {
		return v
	}
	s, ok := python.ParseString(n)
	if !ok {
		return unknown
	}
	if len(s.Tokens) > 0 && s.Tokens[0].Lazy {
		// a template string keeps values apart from text: whoever takes it binds them
		for i := range s.Tokens {
			for j := range s.Tokens[i].Parts {
				if p := &s.Tokens[i].Parts[j]; p.IsHole() {
					f.eval(p.Expr)
				}
			}
		}
		return typed("string.templatelib.Template")
	}
	if c, ok := s.Const(); ok {
		kind := StrConst
		if len(s.Tokens) > 0 && s.Tokens[0].Bytes {
			kind = BytesConst
		}
		v := constant(Const{Kind: kind, S: c})
		if f.depth > 0 || f.run.quiet > 0 { // most likely met again
			if f.run.literals == nil {
				f.run.literals = map[syntax.Node]*Value{}
			}
			f.run.literals[n] = v
		}
		return v
	}
	var pieces []Piece
	for i := range s.Tokens {
		t := &s.Tokens[i]
		for j := range t.Parts {
			p := &t.Parts[j]
			if !p.IsHole() {
				pieces = append(pieces, Piece{Text: p.Text, Node: t.Node})
				continue
			}
			conv := p.Conv
			if p.Spec != "" {
				conv += ":" + p.Spec
			}
			for _, e := range p.SpecExprs {
				f.eval(e)
			}
			pieces = append(pieces, Piece{Hole: formatted(f.eval(p.Expr), p.Spec), Node: p.Expr, Conv: conv})
		}
	}
	return f.built(n, assemble(pieces))
}

// formatted is a hole's value after its format specification: a number format
// leaves only a number.
func formatted(v *Value, spec string) *Value {
	if spec != "" && strings.ContainsRune("bcdeEfFgGnoxX%", rune(spec[len(spec)-1])) {
		return typed("float")
	}
	return v
}

// assemble makes the value of a text put together, folded where it can be.
func assemble(pieces []Piece) *Value {
	var b strings.Builder
	folded := true
	for i := range pieces {
		p := &pieces[i]
		switch {
		case p.Hole == nil:
			b.WriteString(p.Text)
		case len(p.Hole.Consts) == 1 && p.Hole.Consts[0].Kind != BytesConst && plainConv(p) && b.Len() < maxConstText:
			b.WriteString(p.Hole.Consts[0].text())
		default:
			folded = false
		}
		if !folded {
			break
		}
	}
	if folded && b.Len() <= maxConstText {
		return strValue(b.String())
	}
	v := &Value{Type: "str", Pieces: pieces, Clean: models.All, Weak: models.All, fixed: true}
	for i := range pieces {
		h := pieces[i].Hole
		if h == nil {
			continue
		}
		v.fixed = v.fixed && (h.Consts != nil || h.fixed)
		h = whole(h)
		v.Origins = joinOrigins(v.Origins, h.Origins)
		if len(h.Origins) > 0 || !h.Harmless() {
			v.Clean &= h.cleanIn()
			v.Weak &= h.weakIn()
		}
	}
	v.Weak &^= v.Clean
	return v
}

// plainConv reports whether a hole's conversion gives str() of a constant.
func plainConv(p *Piece) bool {
	switch p.Conv {
	case "", "!s", "%s":
		return true
	case "%d", "%i":
		return p.Hole.Consts[0].Kind == IntConst
	}
	return false
}

// formatMethod is "...".format(args).
func (f *frame) formatMethod(n syntax.Node, recv *Value, args []Arg) *Value {
	s, ok := recv.Str()
	if !ok {
		return carry(recv, args, false)
	}
	node := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	pieces, ok := formatPieces(s, node, args)
	if !ok {
		return f.built(n, retyped(carry(recv, args, false), "str"))
	}
	return f.built(n, assemble(pieces))
}

// formatPieces splits a format text into literals and the arguments that fill it.
func formatPieces(s string, node syntax.Node, args []Arg) ([]Piece, bool) {
	var pieces []Piece
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			pieces = append(pieces, Piece{Text: lit.String(), Node: node})
			lit.Reset()
		}
	}
	auto := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c {
			lit.WriteByte(c)
			i++
			continue
		}
		if c != '{' {
			lit.WriteByte(c)
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return nil, false
		}
		field := s[i+1 : i+end]
		i += end
		name, conv := field, ""
		if j := strings.IndexAny(field, "!:"); j >= 0 {
			name, conv = field[:j], field[j:]
		}
		if strings.ContainsAny(conv, "{") {
			return nil, false
		}
		base := name
		if j := strings.IndexAny(name, ".["); j >= 0 {
			base = name[:j]
		}
		if base == "" {
			base = string(rune('0' + auto))
			auto++
		}
		a := FindArg(args, base)
		if a == nil || auto > 9 {
			return nil, false
		}
		flush()
		v := a.Value
		if base != name && name != "" {
			v = formatField(v, name[len(base):])
		}
		spec := strings.TrimPrefix(conv, ":")
		if spec == conv {
			spec = ""
		}
		pieces = append(pieces, Piece{Hole: formatted(v, spec), Node: a.Node, Conv: conv})
	}
	flush()
	return pieces, true
}

// formatField is the part of an argument that a format field such as {x[k].a}
// names.
func formatField(v *Value, path string) *Value {
	for path != "" {
		end := strings.IndexAny(path[1:], ".[") + 1
		if end == 0 {
			end = len(path)
		}
		step := path[:end]
		path = path[end:]
		var x *Value
		if step[0] == '.' {
			x = v.Attr(step[1:])
		} else if name := strings.TrimSuffix(step[1:], "]"); true {
			if x = v.Key(name); x == nil {
				if i, err := strconv.Atoi(name); err == nil {
					x = v.Element(i)
				}
			}
		}
		if x == nil {
			w := whole(v)
			return &Value{Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
		}
		v = x
	}
	return v
}

// joinMethod is sep.join(items).
func (f *frame) joinMethod(n syntax.Node, recv *Value, args []Arg) *Value {
	list := argValue(args, 0)
	if list == nil {
		return nil
	}
	between := Piece{Hole: recv, Node: n}
	if sep, ok := recv.Str(); ok {
		between = Piece{Text: sep, Node: n}
	}
	var pieces []Piece
	add := func(v *Value) {
		if len(pieces) > 0 {
			pieces = append(pieces, between)
		}
		pieces = append(pieces, Piece{Hole: v, Node: args[0].Node})
	}
	if list.cls != nil || list.Type == "dict" {
		list = f.spread(f.iterable(list))
	}
	if elements, ok := items(list); ok {
		for _, v := range elements {
			add(v)
		}
		if len(pieces) == 0 {
			return emptyStr
		}
		return f.built(n, assemble(pieces))
	}
	if list.rest == nil && list.parts == nil {
		v := elementOf(list)
		if list.Harmless() {
			return typed("str")
		}
		add(retyped(v, "str"))
		if !recv.Harmless() {
			add(v)
		}
		return f.built(n, assemble(pieces))
	}
	for _, p := range list.parts {
		if p.key.kind == indexPart {
			add(p.v)
		}
	}
	if list.rest != nil {
		add(list.rest)
		if list.rest.Consts != nil && len(pieces) == 1 && recv.Harmless() {
			// a repeated constant, such as placeholders, of unknown number
			return &Value{Type: "str", Pieces: []Piece{{Text: list.rest.Consts[0].text(), Node: n}}, Clean: models.All, fixed: true}
		}
		if !recv.Harmless() && len(pieces) == 1 {
			add(list.rest)
		}
	}
	v := assemble(pieces)
	if v.Consts != nil { // of unknown number
		c := *v
		c.Consts, c.fixed, c.Pieces = nil, true, pieces
		return &c
	}
	return f.built(n, v)
}

// binary is a op b.
func (f *frame) binary(op string, a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	if len(a.Consts) == 1 && len(b.Consts) == 1 {
		if c, ok := fold(op, a.Consts[0], b.Consts[0]); ok {
			return constant(c)
		}
	}
	if a.cls != nil || b.cls != nil {
		if v := f.operator(op, a, b, bn); v != nil {
			return v
		}
	}
	if op != "/" && (a.fixed || a.Consts != nil) && (b.fixed || b.Consts != nil) && (a.Type == "str" || b.Type == "str") && (op != "%" || len(a.Consts) != 1) {
		return f.foldMany(op, a, b)
	}
	if a.Type == "markupsafe.Markup" {
		return carry(a, []Arg{{Value: whole(b).cleaned(models.HTML)}}, false).as(a.Type) // it escapes what is put in
	}
	switch op {
	case "+":
		return f.plus(a, an, b, bn)
	case "%":
		if s, ok := a.Str(); ok {
			return f.built(an.Parent(), percent(s, an, b, bn))
		}
		if a.Type == "str" || a.Pieces != nil {
			return f.built(an.Parent(), retyped(carry(a, []Arg{{Value: b}}, false), "str"))
		}
	case "/":
		if a.Type == "pathlib.Path" || b.Type == "pathlib.Path" || a.Type != "int" && (a.Type == "str" || b.Type == "str" || b.tainted(models.Unknown)) {
			return retyped(assemblePath(a, an, b, bn), "pathlib.Path")
		}
	case "*":
		if b.Type == "list" || b.Type == "tuple" || b.Type == "str" && len(b.Consts) == 1 {
			a, an, b = b, bn, a
		}
		if a.Type == "list" || a.Type == "tuple" {
			list, ok := items(a)
			if times, isInt := b.Int(); ok && isInt && times*int64(len(list)) <= maxParts && times <= maxParts {
				return sequenceOf(a.Type, slices.Repeat(list, int(max(times, 0))))
			}
			return &Value{Type: a.Type, rest: elementOf(a), parts: []part{}, maybe: true}
		}
		if a.Type == "str" && len(a.Consts) == 1 {
			return &Value{Type: "str", Pieces: []Piece{{Text: a.Consts[0].S, Node: an}}, Clean: models.All, fixed: true}
		}
	case "|":
		if a.Type == "dict" {
			return copied(f.extendDict(a, Arg{Name: "**", Value: b}))
		}
		if a.Type == "set" {
			return copied(a.withRest(f.iterate(b)))
		}
	case "&":
		if a.Type == "set" || b.Type == "set" {
			return intersection(a, b)
		}
	case "-":
		if a.Type == "set" {
			out := copied(a)
			if list := subset(a, b, false); list != nil {
				out.parts, out.rel = nil, &relation{how: "test", facts: list}
				out.rest = elementOf(a)
			}
			return out
		}
	case "^":
		if a.Type == "set" {
			return copied(a.withRest(f.iterate(b)))
		}
	}
	if harmlessType(a.Type) && harmlessType(b.Type) {
		return typed(a.Type)
	}
	if op == "-" || op == "//" || op == "**" || op == "&" || op == "^" || op == "<<" || op == ">>" {
		return typed("int")
	}
	return carry(a, []Arg{{Value: b}}, false)
}

func assemblePath(a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	v := assemble([]Piece{{Hole: a, Node: an}, {Text: "/", Node: an, Conv: joinedPath}, {Hole: b, Node: bn}})
	if v.Consts != nil {
		return v
	}
	c := *v
	return &c
}

// foldMany computes an operator over texts that have few alternatives.
func (f *frame) foldMany(op string, a, b *Value) *Value {
	var out []Const
	for _, x := range a.Consts {
		for _, y := range b.Consts {
			if len(out) > maxConsts {
				break
			}
			if c, ok := fold(op, x, y); ok && !slices.Contains(out, c) {
				out = append(out, c)
			} else if !ok {
				return &Value{Type: "str", fixed: true}
			}
		}
	}
	if len(out) == 0 || len(out) > maxConsts {
		return &Value{Type: "str", fixed: true}
	}
	return &Value{Type: "str", Consts: out}
}

// plus concatenates texts and lists.
func (f *frame) plus(a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	if a.Type == "list" || a.Type == "tuple" {
		return copied(f.extend(a, b))
	}
	if harmlessType(a.Type) && harmlessType(b.Type) {
		return typed(a.Type)
	}
	// one side known to be a text makes it a concatenation
	if a.Type == "str" || b.Type == "str" || a.Pieces != nil || b.Pieces != nil || a.tainted(models.Unknown) || b.tainted(models.Unknown) {
		v := assemble([]Piece{{Hole: a, Node: an}, {Hole: b, Node: bn}})
		if p := an.Parent(); p.OK() {
			return f.built(p, v)
		}
		return v
	}
	return unknown
}

// percent is "..." % x.
func percent(s string, an syntax.Node, b *Value, bn syntax.Node) *Value {
	var values []*Value
	var nodes []syntax.Node
	if b.Type == "tuple" && b.rest == nil {
		i := 0
		var list []syntax.Node
		inner := bn
		for inner.OK() && inner.Kind() == syntax.KindParenthesizedExpression {
			inner = inner.NamedChild(0)
		}
		for c := range inner.NamedChildren() {
			list = append(list, c)
		}
		for _, p := range b.parts {
			values = append(values, p.v)
			if i < len(list) && inner.Kind() == syntax.KindTuple {
				nodes = append(nodes, list[i])
			} else {
				nodes = append(nodes, bn)
			}
			i++
		}
	}
	return percentOf(s, an, b, bn, values, nodes)
}

// percentOf is "..." % (values), each with its expression; b stands for them
// all where they are not known one by one.
func percentOf(s string, an syntax.Node, b *Value, bn syntax.Node, values []*Value, nodes []syntax.Node) *Value {
	var pieces []Piece
	next := 0
	lit := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '%' {
			pieces = append(pieces, Piece{Text: s[lit : i+1], Node: an})
			i++
			lit = i + 1
			continue
		}
		j := i + 1
		key := ""
		if j < len(s) && s[j] == '(' {
			if end := strings.IndexByte(s[j:], ')'); end > 0 {
				key = s[j+1 : j+end]
				j += end + 1
			}
		}
		for j < len(s) && strings.IndexByte("#0- +.123456789*", s[j]) >= 0 {
			j++
		}
		if j >= len(s) {
			break
		}
		if i > lit {
			pieces = append(pieces, Piece{Text: s[lit:i], Node: an})
		}
		v, node := b, bn
		switch {
		case key != "":
			if p := b.Key(key); p != nil {
				v = p
			} else {
				v = elementOf(b)
			}
		case next < len(values):
			v, node = values[next], nodes[next]
			next++
		case len(values) > 0 || b.Type == "tuple":
			v = elementOf(b)
		}
		if strings.IndexByte("diouxXeEfFgGc", s[j]) >= 0 && len(v.Consts) != 1 {
			v = typed("int")
		}
		pieces = append(pieces, Piece{Hole: v, Node: node, Conv: s[i : j+1]})
		i = j
		lit = j + 1
	}
	if lit < len(s) {
		pieces = append(pieces, Piece{Text: s[lit:], Node: an})
	}
	return assemble(pieces)
}
