package sqli

import (
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// list makes parameters of the values that a join puts behind IN: the join
// gets a placeholder for each value in their place.
func (b *binding) list(v value, h *pytext.Piece) {
	if b.style != question && b.style != percent {
		b.refuse("A list stands in " + b.say(v.holes) + ": pass it as one array parameter (= ANY) or as an expanding parameter.")
		return
	}
	join := h.Expr
	if join.Kind() == syntax.KindIdentifier {
		def, fixed, ok := b.p.site.Definition(join)
		if !ok || fixed {
			b.refuse("The list in " + b.say(v.holes) + " is also used by other code.")
			return
		}
		join = def
	}
	args := pyedit.Args(join.Node)
	if sep, ok := b.p.site.Constant(join.On(join.Child(syntax.FieldFunction).Child(syntax.FieldObject))); !ok || strings.TrimSpace(sep) != "," || len(args) != 1 {
		b.refuse("The list in " + b.say(v.holes) + " is put together in a way that cannot be followed.")
		return
	}
	v.many = true
	if !b.elements(&v, join.On(args[0].Value)) {
		b.refuse("The values of the list in " + b.say(v.holes) + " cannot be told apart.")
		return
	}
	b.add(v)
}

// elements turns the argument of a join into one placeholder for each value,
// and finds an expression for the values.
func (b *binding) elements(v *value, at pyedit.At) bool {
	mark := pyedit.Quote(b.placeholder(*v, 0), `"`)
	f := b.p.site.File
	switch at.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute:
		if b.consumed(at) {
			return false
		}
		v.edits = []source.Edit{{Span: at.Abs(), New: mark + " for _ in " + at.Str()}}
		v.expr = "*" + at.Str()
		return true
	case syntax.KindGeneratorExpression, syntax.KindListComprehension:
		body := at.On(at.Child(syntax.FieldBody))
		element, ok := b.element(body)
		if !ok {
			return false
		}
		v.edits = []source.Edit{{Span: body.Abs(), New: mark}}
		v.expr = b.comprehended(at, body, element, f)
		return v.expr != ""
	}
	return false
}

// element is the value that one element of the list puts into the text: x of
// str(x), of f"'{x}'", of "'" + x + "'".
func (b *binding) element(body pyedit.At) (string, bool) {
	if t, _ := pytext.Parse(body, b.p.site); t != nil {
		holes := t.Holes()
		if len(holes) != 1 {
			return "", false
		}
		for i := range t.Pieces {
			if p := &t.Pieces[i]; !p.Hole && strings.Trim(p.Text, "'") != "" {
				return "", false
			}
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

// consumed reports whether an iterable may give its elements only once, so
// that they would be gone when the parameters are passed.
func (b *binding) consumed(at pyedit.At) bool {
	n := at
	if n.Kind() == syntax.KindIdentifier {
		if def, _, ok := b.p.site.Definition(n); ok {
			n = def
		}
	}
	switch n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindList, syntax.KindTuple, syntax.KindSet, syntax.KindListComprehension, syntax.KindSubscript:
		return false
	case syntax.KindCall:
		name := n.Child(syntax.FieldFunction).Str()
		name = name[strings.LastIndexByte(name, '.')+1:]
		return name != "getlist" && name != "list" && name != "sorted" && name != "split" && name != "get" && name != "set" && name != "tuple"
	}
	return true
}
