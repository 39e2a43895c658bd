package sqli

import (
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// list makes parameters of the values that a join puts behind IN: the join
// gets a placeholder for each value in their place. Where the join stands in a
// literal, it is what ends and begins the quotes of the values: "','".join(x).
func (b *binding) list(v value, h *pytext.Piece, quote string) {
	if b.style != question && b.style != percent {
		b.refuse("A list stands in " + b.say(v.holes) + ": pass it as one array parameter (= ANY) or as an expanding parameter.")
		return
	}
	j, _ := joinOf(b.p, h)
	if j.fixed {
		b.refuse("The list in " + b.say(v.holes) + " is also used by other code.")
		return
	}
	if b.rebound(j.At, source.Span{Start: j.whole.Abs().End, End: b.p.call.Abs().Start}) {
		b.refuse("The values in " + b.say(v.holes) + " change before the statement is run.")
		return
	}
	args := pyedit.Args(j.At.Node)
	sep := j.On(j.Child(syntax.FieldFunction).Child(syntax.FieldObject))
	between, ok := b.p.site.Constant(sep)
	inner, cut := strings.CutPrefix(between, quote+j.quote)
	inner, cut2 := strings.CutSuffix(inner, quote+j.quote)
	if !ok || !cut || !cut2 || strings.TrimSpace(inner) != "," || len(args) != 1 {
		b.refuse("The list in " + b.say(v.holes) + " is put together in a way that cannot be followed.")
		return
	}
	v.many, v.quoted = true, quote != ""
	if !b.elements(&v, j.On(args[0].Value), marks(sep.Node, h)) {
		b.refuse("The values of the list in " + b.say(v.holes) + " cannot be told apart.")
		return
	}
	if quote+j.quote != "" {
		b.unquote(&v, j, sep, inner)
	}
	b.add(v)
}

// join is a call of str.join that a hole of a statement is, here or where its
// name was assigned.
type join struct {
	pyedit.At
	whole pyedit.At // the expression that puts quotes around it: "'" + "','".join(x) + "'"
	quote string    // that it puts there
	fixed bool      // other code reads it too
}

// joinOf finds the join of a hole.
func joinOf(p *plan, h *pytext.Piece) (j join, ok bool) {
	j.At = h.Expr
	if j.Kind() == syntax.KindIdentifier {
		if def, fixed, ok := p.site.Definition(j.At); ok {
			j.At, j.fixed = def, fixed
		}
	}
	j.whole = j.At
	if t, _ := pytext.Parse(j.At, nil); t != nil && len(t.Pieces) == 3 {
		open, hole, end := &t.Pieces[0], &t.Pieces[1], &t.Pieces[2]
		if !open.Hole && hole.Hole && hole.Plain() && !end.Hole && open.Text == "'" && end.Text == "'" {
			j.At, j.quote = hole.Expr, "'"
		}
	}
	fn := j.Child(syntax.FieldFunction)
	return j, j.Kind() == syntax.KindCall && fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "join"
}

// unquote takes the quotes away that the literal around a join and its
// separator put around the values. A list without values was one empty text, and stays
// one: few databases take an empty list.
func (b *binding) unquote(v *value, j join, sep pyedit.At, between string) {
	if sep.Kind() != syntax.KindString {
		b.refuse("The list in " + b.say(v.holes) + " is put together in a way that cannot be followed.")
		return
	}
	mark := marks(sep.Node, v.holes[0])
	open, end := "", " or "+pyedit.Quote("''", mark)
	switch j.whole.Parent().Kind() {
	case syntax.KindAssignment, syntax.KindInterpolation, syntax.KindParenthesizedExpression, syntax.KindArgumentList:
	default:
		open, end = "(", end+")"
	}
	v.edits = append(v.edits,
		source.Edit{Span: sep.Abs(), New: pyedit.Quote(between, mark)},
		source.Edit{Span: source.Span{Start: j.whole.Abs().Start, End: j.Abs().Start}, New: open},
		source.Edit{Span: source.Span{Start: j.Abs().End, End: j.whole.Abs().End}, New: end})
	v.sure = !v.texts // an element of a join is text
}

// marks is the quote for a text beside a separator: one that the string around
// the join, if it stands in an f-string, does not end at.
func marks(sep syntax.Node, h *pytext.Piece) string {
	if lit, ok := python.ParseString(sep); ok && len(lit.Tokens) > 0 {
		return lit.Tokens[0].Quote[:1]
	}
	if h.Token != nil && h.Style == pytext.Field {
		return pyedit.OtherQuote(h.Token.Quote[:1])
	}
	return `"`
}

// elements turns the argument of a join into one placeholder for each value,
// and finds an expression for the values.
func (b *binding) elements(v *value, at pyedit.At, quote string) bool {
	mark := pyedit.Quote(b.placeholder(*v, 0), quote)
	f := b.p.site.File
	switch at.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute:
		if b.consumed(at) {
			return false
		}
		v.edits = []source.Edit{{Span: at.Abs(), New: mark + " for _ in " + at.Str()}}
		v.expr = "*" + at.Str()
		return true
	case syntax.KindCall: // map(str, ids)
		if name := at.Child(syntax.FieldFunction).Str(); name == "sorted" || name == "list" || name == "set" || name == "tuple" {
			if b.consumed(at) || b.takesOnce(at) {
				return false
			}
			v.edits = []source.Edit{{Span: at.Abs(), New: mark + " for _ in " + f.Source(at.Abs())}}
			v.expr = "*" + f.Source(at.Abs())
			return true
		}
		args := pyedit.Args(at.Node)
		if at.Child(syntax.FieldFunction).Str() != "map" || len(args) != 2 || args[0].Value.Str() != "str" || args[1].Name != "" || b.consumed(at.On(args[1].Value)) {
			return false
		}
		iterable := f.Source(at.On(args[1].Value).Abs())
		v.edits = []source.Edit{{Span: at.Abs(), New: mark + " for _ in " + iterable}}
		v.expr, v.texts = "*"+iterable, true
		return true
	case syntax.KindGeneratorExpression, syntax.KindListComprehension:
		body := at.On(at.Child(syntax.FieldBody))
		element, ok := b.element(body)
		if !ok {
			return false
		}
		v.edits = []source.Edit{{Span: body.Abs(), New: mark}}
		v.expr = b.comprehended(at, body, element, f)
		v.texts = element != f.Source(body.Abs())
		return v.expr != ""
	}
	return false
}

// element is the value that one element of the list puts into the text: x of
// str(x), of f"'{x}'", of "'" + x + "'".
func (b *binding) element(body pyedit.At) (string, bool) {
	if t, _ := pytext.Parse(body, b.p.site); t != nil {
		holes := t.Holes()
		if len(holes) != 1 || escapes(t.Pieces[holes[0]].Expr) {
			return "", false
		}
		for i := range t.Pieces {
			if p := &t.Pieces[i]; !p.Hole && strings.Trim(p.Text, "'") != "" {
				return "", false
			}
		}
		if inner, ok := undoubled(&t.Pieces[holes[0]]); ok {
			return b.p.site.Source(inner), true
		}
		return t.Pieces[holes[0]].Value(b.p.site.File)
	}
	if body.Kind() == syntax.KindCall && body.Child(syntax.FieldFunction).Str() == "str" {
		if a, ok := pyedit.Positional(body.Node, 0); ok {
			return b.p.site.Source(body.On(a.Value)), true
		}
	}
	switch body.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript:
		return b.p.site.Source(body), true
	case syntax.KindCall:
		return b.p.site.Source(body), pureCall(body.Node) && !escapes(body)
	}
	return "", false
}

// comprehended is the expression of the values of a comprehension: its source
// where each element is an element of that, else the comprehension itself.
func (b *binding) comprehended(at, body pyedit.At, element string, f *pyedit.File) string {
	var loop syntax.Node
	clauses := 0
	for c := range at.NamedChildren() {
		if c.Kind() == syntax.KindForInClause {
			loop = c
		}
		if c != body.Node {
			clauses++
		}
	}
	if !loop.OK() {
		return ""
	}
	iterable := at.On(loop.Child(syntax.FieldRight))
	if b.consumed(iterable) {
		return ""
	}
	if clauses == 1 && loop.Child(syntax.FieldLeft).Str() == element {
		return "*" + f.Source(iterable.Abs())
	}
	rest := f.Source(source.Span{Start: body.Abs().End, End: at.Abs().End - 1})
	if strings.ContainsAny(rest, "\r\n#") {
		return ""
	}
	return "*[" + element + rest + "]"
}

// takesOnce reports whether a call of list, sorted and the like reads an iterable that may
// give its elements only once.
func (b *binding) takesOnce(call pyedit.At) bool {
	a, ok := pyedit.Positional(call.Node, 0)
	if !ok {
		return true
	}
	inner := call.On(a.Value)
	if inner.Kind() == syntax.KindCall && !b.consumed(inner) {
		switch inner.Child(syntax.FieldFunction).Str() {
		case "sorted", "list", "set", "tuple":
			return b.takesOnce(inner)
		}
	}
	return inner.Kind() == syntax.KindGeneratorExpression || b.consumed(inner)
}

// holdsJoin reports whether a hole, or what its name was assigned, puts a list together
// somewhere within.
func holdsJoin(p *plan, h *pytext.Piece) bool {
	return within(p, h, func(d syntax.Node) bool {
		fn := d.Child(syntax.FieldFunction)
		return d.Kind() == syntax.KindCall && fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "join"
	})
}

// endsLiteral reports whether a hole in a literal has text that ends it: "','" of a join or
// a replace.
func endsLiteral(p *plan, h *pytext.Piece, quote string) bool {
	if _, ok := undoubled(h); ok {
		return false
	}
	return within(p, h, func(d syntax.Node) bool {
		return d.Kind() == syntax.KindStringContent && strings.Contains(d.Str(), quote)
	})
}

// within looks for a node in the expression of a hole and in those that its names were
// assigned.
func within(p *plan, h *pytext.Piece, is func(syntax.Node) bool) bool {
	for d := range h.Expr.Descendants() {
		if is(d) {
			return true
		}
		if d.Kind() != syntax.KindIdentifier || d.Field() == syntax.FieldAttribute {
			continue
		}
		if def, _, ok := p.site.Definition(h.Expr.On(d)); ok {
			for x := range def.Descendants() {
				if is(x) {
					return true
				}
			}
		}
	}
	return false
}

// consumed reports whether an iterable may give its elements only once, so
// that they would be gone when the parameters are passed.
func (b *binding) consumed(at pyedit.At) bool {
	n := at
	if n.Kind() == syntax.KindIdentifier {
		v := b.p.site.File.Var(n)
		return v != nil && slices.ContainsFunc(v.Binds, func(x pyedit.Bind) bool {
			return x.Value.OK() && (x.Value.Kind() == syntax.KindIdentifier || b.consumed(x.Value)) && !x.Value.Abs().Contains(at.Abs())
		})
	}
	switch n.Kind() {
	case syntax.KindAttribute, syntax.KindList, syntax.KindTuple, syntax.KindSet, syntax.KindListComprehension, syntax.KindSubscript:
		return false
	case syntax.KindCall:
		name := n.Child(syntax.FieldFunction).Str()
		name = name[strings.LastIndexByte(name, '.')+1:]
		return name != "getlist" && name != "list" && name != "sorted" && name != "split" && name != "get" && name != "set" && name != "tuple"
	}
	return true
}
