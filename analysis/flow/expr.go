package flow

import (
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// neverReturns is the value of a call that always raises or exits.
var neverReturns = &Value{Type: "NoReturn"}

// eval gives the value of an expression; never nil.
func (f *frame) eval(n syntax.Node) *Value {
	if !n.OK() || !f.step() || f.env == nil || f.run.nest > maxNest {
		return unknown
	}
	f.run.nest++
	v := f.expr(n)
	f.run.nest--
	if f.run.observed {
		f.received(n, v)
	}
	if f.env != nil && f.env.recalls {
		if k := n.Kind(); k == syntax.KindCall || k == syntax.KindSubscript || k == syntax.KindAttribute {
			return f.recalled(n, v)
		}
	}
	return v
}

func (f *frame) expr(n syntax.Node) *Value {
	switch n.Kind() {
	case syntax.KindIdentifier:
		return f.load(n.Str())
	case syntax.KindAttribute:
		return f.attribute(n)
	case syntax.KindCall:
		return f.call(n)
	case syntax.KindString, syntax.KindConcatenatedString:
		return f.text(n)
	case syntax.KindInteger, syntax.KindFloat:
		if c, ok := parseNumber(n.Str()); ok {
			if c.Kind == IntConst {
				return intValue(c.I)
			}
			return constant(c)
		}
		return typed("int")
	case syntax.KindTrue:
		return trueValue
	case syntax.KindFalse:
		return falseValue
	case syntax.KindNone:
		return noneValue
	case syntax.KindBinaryOperator:
		l, r := n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
		a := f.eval(l)
		return f.binary(n.Child(syntax.FieldOperator).Str(), a, l, f.eval(r), r)
	case syntax.KindSubscript:
		return f.subscript(n)
	case syntax.KindParenthesizedExpression, syntax.KindType, syntax.KindFormatExpression:
		return f.eval(n.NamedChild(0))
	case syntax.KindAwait:
		return f.eval(n.NamedChild(0))
	case syntax.KindList, syntax.KindTuple, syntax.KindSet, syntax.KindExpressionList:
		return f.sequence(n)
	case syntax.KindDictionary:
		return f.dictionary(n)
	case syntax.KindBooleanOperator, syntax.KindNotOperator, syntax.KindComparisonOperator:
		return f.logic(n)
	case syntax.KindConditionalExpression:
		return f.conditional(n)
	case syntax.KindNamedExpression:
		v := f.eval(n.Child(syntax.FieldValue))
		f.assign(n.Child(syntax.FieldName), v, n)
		return v
	case syntax.KindListComprehension, syntax.KindSetComprehension,
		syntax.KindGeneratorExpression, syntax.KindDictionaryComprehension:
		return f.comprehension(n)
	case syntax.KindLambda:
		return &Value{fn: &Func{a: f.m.a, node: n, name: "lambda", closure: f}}
	case syntax.KindUnaryOperator:
		return f.unary(n)
	case syntax.KindYield:
		return f.yield(n)
	case syntax.KindListSplat, syntax.KindDictionarySplat, syntax.KindParenthesizedListSplat:
		return f.eval(n.NamedChild(0))
	case syntax.KindAsPattern:
		v := f.eval(n.NamedChild(0))
		f.asPattern(n, v)
		return v
	case syntax.KindSlice:
		for c := range n.NamedChildren() {
			f.eval(c)
		}
	}
	return unknown
}

func (f *frame) sequence(n syntax.Node) *Value {
	v := &Value{Type: "list"}
	switch n.Kind() {
	case syntax.KindTuple, syntax.KindExpressionList:
		v.Type = "tuple"
	case syntax.KindSet:
		v.Type = "set"
	}
	i := 0
	add := func(x *Value) {
		if i >= maxParts || v.rest != nil {
			v.rest = join(v.rest, x)
			return
		}
		v.parts = append(v.parts, part{partKey{kind: indexPart, i: i}, x})
		i++
	}
	for c := range n.NamedChildren() {
		x := f.eval(c)
		if c.Kind() != syntax.KindListSplat {
			add(x)
			continue
		}
		if list, ok := items(x); ok {
			for _, e := range list {
				add(e)
			}
			continue
		}
		v.rest = join(v.rest, f.iterate(x))
	}
	if i == 0 && v.rest == nil {
		v.parts = []part{}
	}
	if i >= 2 && v.Type == "tuple" {
		f.pair(v)
	}
	return v
}

func (f *frame) dictionary(n syntax.Node) *Value {
	v := &Value{Type: "dict", parts: []part{}}
	for c := range n.NamedChildren() {
		if c.Kind() != syntax.KindPair {
			v = f.extendDict(v, Arg{Name: "**", Value: f.eval(c)})
			continue
		}
		k := f.eval(c.Child(syntax.FieldKey))
		x := f.eval(c.Child(syntax.FieldValue))
		if len(k.Consts) == 1 && len(v.parts) >= maxParts && v.part(constKey(k.Consts[0])) == nil {
			v.rest = join(v.rest, x)
			continue
		}
		v = withItem(v, k, x)
	}
	v.obj = nil // each display is an object of its own
	return v
}

func (f *frame) conditional(n syntax.Node) *Value {
	yes, no := f.cond(n.NamedChild(1))
	var out *Value
	f.env = yes
	if yes != nil {
		out = f.eval(n.NamedChild(0))
	}
	yes = f.env
	f.env = no
	if no != nil {
		out = join(out, f.eval(n.NamedChild(2)))
	}
	f.env = merge(yes, f.env)
	if out == nil {
		return unknown
	}
	return out
}

func (f *frame) unary(n syntax.Node) *Value {
	v := f.eval(n.Child(syntax.FieldArgument))
	if len(v.Consts) == 1 {
		if c, ok := foldUnary(n.Op(), v.Consts[0]); ok {
			return constant(c)
		}
	}
	return &Value{Type: v.Type, Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
}

func (f *frame) yield(n syntax.Node) *Value {
	for c := range n.NamedChildren() {
		v := f.eval(c)
		f.yielded(c, v)
		f.yields = join(f.yields, v)
	}
	return unknown
}

// comprehension evaluates a list, set, dict or generator.
func (f *frame) comprehension(n syntax.Node) *Value {
	before := f.env
	f.env = f.env.clone()
	v := &Value{Type: "list", maybe: true}
	switch n.Kind() {
	case syntax.KindGeneratorExpression:
		v.Type = "generator"
	case syntax.KindDictionaryComprehension:
		v.Type = "dict"
	case syntax.KindSetComprehension:
		v.Type = "set"
	}
	clauses, filters := 0, 0 // v.maybe: it may be empty
	var over *Value
	for c := range n.NamedChildren() {
		switch c.Kind() {
		case syntax.KindForInClause:
			if clauses++; clauses > 1 {
				v.maybe = true
			}
			right := c.Child(syntax.FieldRight)
			over = f.eval(right)
			if size, ok := length(over); ok && size == 0 {
				f.env = before
				return &Value{Type: v.Type, parts: []part{}}
			}
			if size, ok := length(over); (ok && size > 0 || addresses(over)) && clauses == 1 {
				v.maybe = false
			}
			f.bindOver(c.Child(syntax.FieldLeft), itemOf(f.items(right, over), over))
		case syntax.KindIfClause:
			filters++
			v.maybe = true
			yes, _ := f.cond(c.NamedChild(0))
			if yes == nil {
				f.env = before
				return &Value{Type: v.Type, parts: []part{}}
			}
			f.env = yes
		}
	}
	body := n.Child(syntax.FieldBody)
	if body.Kind() == syntax.KindPair {
		k := f.eval(body.Child(syntax.FieldKey))
		x := f.eval(body.Child(syntax.FieldValue))
		v.rest = x
		if !k.Harmless() {
			v.parts = []part{{unlistedKeys, k}}
		} else if filters == 0 && len(k.Consts) > 0 {
			v.rest, v.parts = nil, nil
			for _, c := range k.Consts {
				v.parts = append(v.parts, part{constKey(c), x})
			}
		}
	} else if v.rest = f.eval(body); clauses == 1 && filters == 0 && v.rest.rel == nil && over != nil {
		if size, ok := length(over); ok && v.Type != "set" && size <= maxParts && v.rest.Consts == nil {
			list := make([]*Value, size)
			for i := range list {
				list[i] = v.rest
			}
			v = sequenceOf(v.Type, list)
		}
	}
	if f.env != nil {
		f.keepWalrus(before)
	}
	f.env = before
	return v
}

// itemOf ties an item to the container that it stands for every element of.
func itemOf(item, over *Value) *Value {
	if item.rel != nil || !item.tainted(models.Unknown) {
		return item
	}
	c := *item
	c.root = item.id()
	c.rel = &relation{how: "item", base: over}
	return &c
}

// keepWalrus takes over what := in a comprehension bound in the scope around it.
func (f *frame) keepWalrus(before *env) {
	for i, x := range f.env.vars {
		if x != nil && before.vars[i] == nil {
			before.vars[i] = x
		}
	}
}

// bindOver binds the variables of a comprehension without touching the scope.
func (f *frame) bindOver(target syntax.Node, v *Value) {
	switch target.Kind() {
	case syntax.KindIdentifier:
		f.env.push(target.Str(), v)
	case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern, syntax.KindTuple:
		i := 0
		for c := range target.NamedChildren() {
			x := indexed(v, int64(i))
			if x == nil {
				x = elementOf(v)
			}
			f.bindOver(c, x)
			i++
		}
	}
}

// iterate is one item of iterating over a value.
func (f *frame) iterate(v *Value) *Value {
	if s, ok := v.Str(); ok {
		var out *Value
		for i, r := range s {
			if i > maxConsts*4 {
				return &Value{Type: "str", fixed: true}
			}
			out = join(out, strValue(string(r)))
		}
		if out != nil {
			return out
		}
	}
	if v.Type == "dict" && (v.parts != nil || v.rest != nil) {
		var out *Value
		for _, p := range v.parts {
			switch {
			case p.key == unlistedKeys:
				out = join(out, p.v)
			case p.key.kind != attrPart:
				out = join(out, keyConst(p.key))
			}
		}
		if out != nil && (v.rest == nil || v.part(unlistedKeys) != nil) {
			return v.orOutside(out)
		}
		return unknown
	}
	if v.cls != nil {
		if x := f.localItems(v); x != nil {
			return x
		}
	}
	return elementOf(v)
}
