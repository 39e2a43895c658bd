package flow

import (
	"slices"
	"strconv"

	"pavise/analysis/syntax"
)

// assignment runs a = b, a: T = b and chains a = b = c.
func (f *frame) assignment(n syntax.Node) {
	right := n.Child(syntax.FieldRight)
	left := n.Child(syntax.FieldLeft)
	if !right.OK() { // a: T
		if t := typeNode(n); t.OK() && left.Kind() == syntax.KindIdentifier {
			f.store(left.Str(), f.annotated(t, unknown))
		}
		return
	}
	var v *Value
	if right.Kind() == syntax.KindAssignment {
		f.assignment(right)
		v = f.eval(right.Child(syntax.FieldLeft))
	} else {
		v = f.eval(right)
	}
	if t := typeNode(n); t.OK() && v.Type == "" && v.Consts == nil {
		v = f.annotated(t, v)
	}
	f.assign(left, v, n)
}

func typeNode(n syntax.Node) syntax.Node {
	t := n.Child(syntax.FieldType)
	if t.OK() && t.Kind() == syntax.KindType {
		return t.NamedChild(0)
	}
	return t
}

// assign binds v to a target. at is the whole statement, for steps and events.
func (f *frame) assign(target syntax.Node, v *Value, at syntax.Node) {
	if f.env == nil || !target.OK() {
		return
	}
	switch target.Kind() {
	case syntax.KindIdentifier:
		name := target.Str()
		f.assignedName(name, v, at)
		f.store(name, v.step(at, "assigned to "+name))
	case syntax.KindAttribute:
		f.assignAttr(target, v, at)
	case syntax.KindSubscript:
		f.assignItem(target, v, at)
	case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern,
		syntax.KindTuple, syntax.KindList, syntax.KindExpressionList:
		f.unpack(target, v, at)
	case syntax.KindListSplatPattern, syntax.KindListSplat:
		f.assign(target.NamedChild(0), &Value{Type: "list", rest: elementOf(v), Origins: v.Origins, Clean: v.Clean}, at)
	case syntax.KindParenthesizedExpression, syntax.KindAsPatternTarget:
		f.assign(target.NamedChild(0), v, at)
	}
}

// unpack binds the targets of a, *b, c = v.
func (f *frame) unpack(target syntax.Node, v *Value, at syntax.Node) {
	if v.cls != nil || v.Type == "generator" {
		v = f.spread(v)
	}
	n, star := 0, -1
	for c := range target.NamedChildren() {
		if k := c.Kind(); k == syntax.KindListSplatPattern || k == syntax.KindListSplat {
			star = n
		}
		n++
	}
	list, known := items(v)
	known = known && (star < 0 && len(list) == n || star >= 0 && len(list) >= n-1)
	i := 0
	for c := range target.NamedChildren() {
		var x *Value
		switch {
		case i == star && known:
			x = sequenceOf("list", list[i:i+len(list)-n+1])
		case i == star:
			x = &Value{Type: "list", rest: elementOf(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
		case known && star >= 0 && i > star:
			x = list[i+len(list)-n]
		case known:
			x = list[i]
		default:
			x = elementOf(v)
			if p := v.partOr(partKey{kind: indexPart, i: i}); p != nil && (star < 0 || i < star) {
				x = p
			} else if t := f.m.set.TypeOf(v.Type + "[" + strconv.Itoa(i) + "]"); v.Type != "" && t != "" {
				x = x.as(t)
			}
		}
		if i == star {
			c = c.NamedChild(0)
		}
		f.assign(c, x, at)
		i++
	}
}

// spread is a list of the elements of a value.
func (f *frame) spread(v *Value) *Value {
	if _, ok := items(v); ok {
		return v
	}
	if x := f.iterable(v); x != v {
		return x
	}
	return &Value{Type: "list", rest: f.iterate(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
}

// assignAttr runs obj.name = v.
func (f *frame) assignAttr(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldObject)
	name := target.Child(syntax.FieldAttribute).Str()
	obj := f.eval(objNode)
	f.assignedMember(obj, name, "", v, at)
	if v.steps() {
		v = v.step(at, "stored in "+target.Str())
	}
	f.update(objNode, obj.with(partKey{kind: attrPart, name: name}, v))
	if f.self != "" && objNode.Str() == f.self {
		f.run.selfAttr(f, name, v)
	}
	if ofRequest(obj) && f.fn != nil && f.depth == 0 {
		f.run.write(perRequest+name, v)
	}
}

// assignItem runs obj[key] = v.
func (f *frame) assignItem(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldValue)
	obj := f.eval(objNode)
	keyNode := target.Child(syntax.FieldSubscript)
	if keyNode.Kind() == syntax.KindSlice {
		f.assignSlice(objNode, obj, keyNode, v)
		return
	}
	key := f.eval(keyNode)
	if s, ok := key.Str(); ok {
		f.assignedMember(obj, "", s, v, at)
	} else {
		f.assignedAnyKey(obj, key, v, at)
	}
	f.setItem(objNode, obj, key, v)
}

// assignSlice runs obj[a:b] = v.
func (f *frame) assignSlice(objNode syntax.Node, obj *Value, bound syntax.Node, v *Value) {
	lo, hi, step := f.sliceBounds(bound)
	list, ok1 := items(obj)
	more, ok2 := items(v)
	from, to, by, ok3 := bounds(lo, hi, step, len(list))
	if ok1 && ok2 && ok3 && by == 1 && len(list)+len(more) <= maxParts {
		f.update(objNode, obj.filled(slices.Replace(slices.Clone(list), from, max(from, to), more...)))
		return
	}
	f.update(objNode, anyOrder(obj.Type, obj).of(obj).withRest(f.iterate(v)))
}

// update stores a changed object back where it came from, a variable or the
// attribute or key of one, and in all else that holds the same object.
func (f *frame) update(n syntax.Node, v *Value) {
	switch n.Kind() {
	case syntax.KindIdentifier:
		f.mutate(n.Str(), v)
	case syntax.KindParenthesizedExpression, syntax.KindAwait:
		f.update(n.NamedChild(0), v)
	case syntax.KindCall:
		if n.Child(syntax.FieldFunction).Str() == "super" && f.self != "" {
			c := *v
			if self := f.load(f.self); self.cls != nil {
				c.cls = self.cls
			}
			f.mutate(f.self, &c)
		}
	case syntax.KindAttribute, syntax.KindSubscript:
		f.run.quiet++
		defer func() { f.run.quiet-- }()
		objNode := n.Child(syntax.FieldObject)
		if n.Kind() == syntax.KindSubscript {
			objNode = n.Child(syntax.FieldValue)
		}
		if k := objNode.Kind(); k != syntax.KindIdentifier && k != syntax.KindAttribute && k != syntax.KindSubscript {
			return
		}
		obj := f.eval(objNode)
		if f.env == nil {
			return
		}
		if n.Kind() == syntax.KindSubscript {
			f.update(objNode, withItem(obj, f.eval(n.Child(syntax.FieldSubscript)), v))
			return
		}
		name := n.Child(syntax.FieldAttribute).Str()
		f.update(objNode, obj.with(partKey{kind: attrPart, name: name}, v))
		if f.self != "" && objNode.Str() == f.self {
			f.run.selfAttr(f, name, v)
		}
	}
}

// mutate gives the variable of this or an outer scope, and every variable and
// part that holds the same object, the object's later state.
func (f *frame) mutate(name string, v *Value) {
	if f.env == nil {
		return
	}
	if f.env.recalls {
		f.env.forget(name)
	}
	obj := v.object()
	shared := obj != unknown && obj != result && v.Name == "" && !obj.Harmless()
	if shared {
		f.env.hold(obj, v)
	}
	for _, p := range v.parts { // what it holds may have changed on the way
		if p.v.obj != nil && p.key.kind == attrPart && mutable(p.v) {
			f.env.hold(p.v.obj, p.v)
		}
	}
	for o := f.env.over; o != nil; o = o.prev {
		if o.name == name {
			f.env.push(name, v)
			return
		}
	}
	for g := f; g != nil; g = g.parent {
		if g.scope == nil || g.env == nil {
			continue
		}
		i := g.scope.Slot(name)
		if i < 0 {
			continue
		}
		if g == f || f.depth > 0 {
			g.env.vars[i] = v
			if shared {
				g.env.hold(obj, v)
			}
		}
		return
	}
	if f.run.unit.unit.Class == syntax.Function || f.fn != nil {
		f.env.push(name, v) // an object of the module
	}
}

// hold replaces an object by its later state wherever a variable or a part of
// one holds it.
func (e *env) hold(obj, v *Value) {
	for i, x := range e.vars {
		if x == nil || x == v {
			continue
		}
		if x.object() == obj {
			e.vars[i] = v
			continue
		}
		var c *Value // x with the later state in its parts
		for j, p := range x.parts {
			if p.v == v || p.v.object() != obj {
				continue
			}
			if c == nil {
				c = x.changed()
				c.parts = slices.Clone(x.parts)
			}
			c.parts[j].v = v
		}
		if c != nil {
			e.vars[i] = c
		}
	}
}

// augmented runs a += b and the like.
func (f *frame) augmented(n syntax.Node) {
	left := n.Child(syntax.FieldLeft)
	old := f.eval(left)
	right := n.Child(syntax.FieldRight)
	add := f.eval(right)
	op := n.Child(syntax.FieldOperator).Str()
	if len(op) > 1 {
		op = op[:len(op)-1]
	}
	var v *Value
	switch {
	case old.Type == "list" && op == "+":
		if left.Kind() == syntax.KindIdentifier {
			f.assignedName(left.Str(), add, n)
		}
		f.update(left, f.extend(old, add))
		return
	case old.Type == "dict" && op == "|":
		f.update(left, f.extendDict(old, Arg{Value: add}))
		return
	case old.Type == "set" && op == "|":
		f.update(left, old.withRest(f.iterate(add)))
		return
	}
	v = f.binary(op, old, left, add, right)
	f.assign(left, v, n)
}
