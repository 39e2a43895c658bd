package sqli

import (
	"slices"
	"strconv"
	"strings"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// suitsRows refuses what cannot be passed with each row of executemany.
func (b *binding) suitsRows(has bool) {
	switch {
	case !has || len(b.given) == 0:
		b.refuse("executemany takes its values from rows of parameters, and this statement has no placeholder for them.")
	case b.p.grown != nil:
		b.refuse("The statement grows and is run for several rows: pass its values by hand.")
	case b.inClassBody():
		b.refuse("The rows are put together in the body of a class: do it in a function.")
	case b.p.text.OK() || b.d.wrap:
		b.refuse("executemany is the driver's own here, and which one that is cannot be told.")
	}
	for _, v := range b.values {
		if v.many {
			b.refuse("A list stands in " + b.say(v.holes) + ", and the statement is run once for each row.")
		}
		for _, h := range v.holes {
			if !b.steady(h, source.Span{}) {
				b.refuse(b.say(v.holes) + " would be computed anew for each row: put it in a name first.")
			}
		}
	}
}

// inClassBody reports whether the call runs when a class is made, where a comprehension does
// not see the names of the class.
func (b *binding) inClassBody() bool {
	tree := b.p.site.File.Tree
	i := tree.At(b.p.call.Abs().Start)
	return i >= 0 && tree.Units[i].Parent != "" && !pyedit.Function(b.p.call.Node).OK()
}

// passRows adds the values to each row that executemany gets: to the rows that
// are written out, to the element of a comprehension, else to a copy of each row.
func (b *binding) passRows(e *pyedit.Edits, rows pyedit.At) {
	at := rows
	if at.Kind() == syntax.KindIdentifier {
		if def, fixed, ok := b.p.site.Definition(at); ok && !fixed && b.steadySince(def) {
			at = def
		}
	}
	if list := b.rowDisplays(at); list != nil {
		for _, row := range list {
			if b.style == named {
				b.mergeKeys(e, row)
			} else {
				b.mergeDisplay(e, row)
			}
		}
		return
	}
	if len(b.given) == 1 && b.d.bare {
		b.refuse("A row may be a single value here, to which no other can be added: make the rows tuples first.")
		return
	}
	row := "row"
	for b.mentions(row) {
		row += "_"
	}
	b.copied = true
	e.ReplaceNode(rows, "["+b.copyOf(row)+" for "+row+" in "+e.File().Source(rows.Abs())+"]")
}

// steadySince reports whether the values are the same where the rows are put
// together.
func (b *binding) steadySince(def pyedit.At) bool {
	moved := source.Span{Start: pyedit.Statement(def).Abs().Start, End: b.p.call.Abs().Start}
	for _, v := range b.values {
		for _, h := range v.holes {
			if !b.steady(h, moved) {
				return false
			}
		}
	}
	return true
}

// mentions reports whether a value reads a name.
func (b *binding) mentions(name string) bool {
	return slices.ContainsFunc(b.values, func(v value) bool { return pyedit.HasWord(v.expr, name) })
}

// mentionsAny reports whether a value reads a name that a target binds.
func (b *binding) mentionsAny(target syntax.Node) bool {
	if target.Kind() == syntax.KindIdentifier {
		return b.mentions(target.Str())
	}
	for d := range target.Descendants() {
		if d.Kind() == syntax.KindIdentifier && b.mentions(d.Str()) {
			return true
		}
	}
	return false
}

// rowDisplays are the displays that rows are made by, nil if they come from
// elsewhere.
func (b *binding) rowDisplays(rows pyedit.At) []pyedit.At {
	var out []pyedit.At
	switch rows.Kind() {
	case syntax.KindList, syntax.KindTuple:
		for c := range rows.NamedChildren() {
			if c.Kind() != syntax.KindComment {
				out = append(out, rows.On(c))
			}
		}
	case syntax.KindListComprehension, syntax.KindGeneratorExpression:
		out = append(out, rows.On(rows.Child(syntax.FieldBody)))
		for d := range rows.Descendants() {
			if d.Kind() == syntax.KindForInClause && b.mentionsAny(d.Child(syntax.FieldLeft)) {
				return nil
			}
		}
	}
	for _, row := range out {
		switch row.Kind() {
		case syntax.KindTuple, syntax.KindList:
			if b.style == named || row.NamedCount() != len(b.given) || holdsSplat(row.Node) {
				return nil
			}
		case syntax.KindDictionary:
			if b.style != named {
				return nil
			}
		default:
			return nil
		}
	}
	return out
}

// copyOf is a row with the values in it, in the order of the placeholders.
func (b *binding) copyOf(row string) string {
	if b.style == named {
		var items []string
		for _, v := range b.values {
			items = append(items, pyedit.Quote(v.name, b.quote())+": "+v.expr)
		}
		return "{**" + row + ", " + strings.Join(items, ", ") + "}"
	}
	var items []string
	from := 0
	given := func(to int) {
		low, high := "", ""
		if from > 0 {
			low = strconv.Itoa(from)
		}
		if to < len(b.given) {
			high = strconv.Itoa(to)
		}
		if part := row + "[" + low + ":" + high + "]"; to > from {
			items = append(items, "*"+strings.TrimSuffix(part, "[:]"))
		}
		from = to
	}
	for _, v := range b.values {
		if b.style == numbered {
			continue
		}
		given(b.before(v))
		items = append(items, v.expr)
	}
	given(len(b.given))
	for _, v := range b.values {
		if b.style == numbered {
			items = append(items, v.expr)
		}
	}
	return "(" + strings.Join(items, ", ") + ")"
}
