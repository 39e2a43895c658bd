package flow

import (
	"slices"
	"strconv"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// unlistedKeys is the part of a dict that holds its keys that are no constants.
var unlistedKeys = partKey{kind: attrPart, name: "\x00keys"}

// constKey is the part that a constant key stands for: true and 1 are the same.
func constKey(c Const) partKey {
	switch c.Kind {
	case BoolConst, IntConst:
		return partKey{kind: indexPart, i: int(c.I)}
	case StrConst:
		return partKey{kind: keyPart, name: c.S}
	}
	return partKey{kind: keyPart, name: "\x00" + strconv.Itoa(int(c.Kind)) + c.text()}
}

// keyConst is the constant that a key or position of a dict stands for.
func keyConst(k partKey) *Value {
	switch {
	case k.kind == indexPart:
		return intValue(int64(k.i))
	case k.name != "" && k.name[0] == 0:
		return &Value{fixed: true}
	}
	return strValue(k.name)
}

// items lists the elements of a list or tuple in order; ok is false if their
// number or places are not known.
func items(v *Value) (list []*Value, ok bool) {
	if v.parts == nil || v.rest != nil || v.maybe || v.Type != "list" && v.Type != "tuple" {
		return nil, false
	}
	n := 0
	for _, p := range v.parts {
		if p.key.kind == indexPart {
			n++
		}
	}
	list = make([]*Value, n)
	for _, p := range v.parts {
		if p.key.kind == indexPart {
			if p.key.i < 0 || p.key.i >= n {
				return nil, false
			}
			list[p.key.i] = p.v
		}
	}
	return list, !slices.Contains(list, nil)
}

// sequenceOf is a new list or tuple of elements.
func sequenceOf(t string, list []*Value) *Value {
	v := &Value{Type: t, parts: make([]part, 0, min(len(list), maxParts))}
	for i, x := range list {
		if i >= maxParts {
			v.rest = join(v.rest, x)
			continue
		}
		v.parts = append(v.parts, part{partKey{kind: indexPart, i: i}, x})
	}
	return v
}

// filled is v, a list, with other elements.
func (v *Value) filled(list []*Value) *Value {
	c := v.changed()
	x := sequenceOf(v.Type, list)
	c.parts, c.rest, c.maybe = x.parts, x.rest, false
	return c
}

// anyOrder is a container of the elements of v at places that are not known.
func anyOrder(t string, v *Value) *Value {
	if list, ok := items(v); ok && len(list) == 0 {
		return sequenceOf(t, nil)
	}
	return &Value{Type: t, rest: elementOf(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
}

// length is the number of elements, if it is known.
func length(v *Value) (int, bool) {
	if s, ok := v.Text(); ok {
		if v.Type == "bytes" {
			return len(s), true
		}
		return len([]rune(s)), true
	}
	switch v.Type {
	case "list", "tuple":
		list, ok := items(v)
		return len(list), ok
	case "dict", "set":
		if v.parts == nil || v.rest != nil || v.maybe || len(v.Origins) > 0 || v.part(unlistedKeys) != nil {
			return 0, false
		}
		if v.Type == "set" && len(v.parts) > 1 {
			return 0, false // equal elements count once
		}
		return len(v.parts), true
	}
	return 0, false
}

// withItem is obj after obj[key] = v.
func withItem(obj, key, v *Value) *Value {
	if len(key.Consts) == 1 {
		k := constKey(key.Consts[0])
		if k.kind == indexPart && obj.Type != "dict" {
			if list, ok := items(obj); ok && k.i < 0 {
				k.i += len(list)
			}
			if k.i < 0 || k.i >= maxParts {
				return obj.withRest(v)
			}
		}
		return obj.with(k, v)
	}
	out := obj.withRest(v)
	if obj.Type == "dict" && !key.Harmless() {
		out = out.with(unlistedKeys, join(obj.part(unlistedKeys), key))
	}
	return out
}

// setItem runs obj[key] = v, where n stands for obj.
func (f *frame) setItem(n syntax.Node, obj, key, v *Value) {
	if obj.cls != nil && obj.inst {
		if m := f.classAttr(obj, "__setitem__", n); m != nil && m.fn != nil {
			f.inlineOn(n, m.fn, obj, []Arg{{Node: n, Value: key}, {Node: n, Value: v}})
			return
		}
	}
	f.update(n, withItem(obj, key, v))
}

// containerMethod is a method of list, dict or set; a receiver of no known type
// may be one.
func (f *frame) containerMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	switch name {
	case "get", "pop", "setdefault":
		if recv.Type != "list" && recv.Type != "set" {
			return f.getItem(name, obj, recv, args)
		}
	case "update":
		if recv.Type != "set" {
			return f.updateDict(obj, recv, args)
		}
	}
	a := argValue(args, 0)
	if recv.Type == "" {
		switch name {
		case "append", "add", "insert", "appendleft", "extend":
			if a == nil {
				return nil
			}
			if name == "insert" && argValue(args, 1) != nil {
				a = argValue(args, 1)
			}
			if name == "extend" {
				a = elementOf(a)
			}
			f.update(obj, recv.withRest(a))
			return noneValue
		}
		return nil
	}
	if name == "copy" {
		return copied(recv)
	}
	if name == "clear" {
		c := recv.changed()
		c.parts, c.rest, c.maybe = []part{}, nil, false
		f.update(obj, c)
		return noneValue
	}
	switch recv.Type {
	case "dict":
		return f.dictMethod(obj, name, recv)
	case "set":
		return f.setMethod(obj, name, recv, args)
	}
	return f.listMethod(obj, name, recv, args)
}

// copied is a new object with the same parts.
func copied(v *Value) *Value {
	c := *v
	c.obj, c.root = nil, nil
	return &c
}

// listMethod is a method of list, tuple or deque.
func (f *frame) listMethod(obj syntax.Node, name string, recv *Value, args []Arg) *Value {
	list, known := items(recv)
	a := argValue(args, 0)
	set := func(list []*Value) *Value {
		f.update(obj, recv.filled(list))
		return noneValue
	}
	switch name {
	case "append", "appendleft", "insert":
		if a == nil {
			return nil
		}
		at, x := len(list), a
		switch name {
		case "appendleft":
			at = 0
		case "insert":
			i, ok := a.Int()
			if x = argValue(args, 1); x == nil {
				return nil
			}
			known = known && ok
			if i < 0 {
				i += int64(len(list))
			}
			at = int(min(max(i, 0), int64(len(list))))
		}
		if known && len(list) < maxParts {
			return set(slices.Insert(list, at, x))
		}
		if name == "append" {
			f.update(obj, prefix(recv).withRest(x))
		} else {
			f.update(obj, anyOrder(recv.Type, recv).of(recv).withRest(x))
		}
		return noneValue
	case "extend", "extendleft":
		if a == nil {
			return nil
		}
		more, ok := items(a)
		if known && ok && name == "extend" && len(list)+len(more) <= maxParts {
			return set(append(list, more...))
		}
		if name == "extend" {
			f.update(obj, prefix(recv).withRest(f.iterate(a)))
		} else {
			f.update(obj, anyOrder(recv.Type, recv).of(recv).withRest(f.iterate(a)))
		}
		return noneValue
	case "pop", "popleft":
		return f.popList(obj, name, recv, a)
	case "remove":
		if known && a != nil {
			for i, x := range list {
				if len(x.Consts) != 1 || len(a.Consts) != 1 {
					break
				}
				if x.Consts[0] == a.Consts[0] {
					return set(slices.Delete(list, i, i+1))
				}
			}
		}
		f.update(obj, anyOrder(recv.Type, recv).of(recv))
		return noneValue
	case "reverse":
		if known {
			slices.Reverse(list)
			return set(list)
		}
		return noneValue
	case "sort":
		f.update(obj, anyOrder(recv.Type, recv).of(recv))
		return noneValue
	case "index":
		if a != nil && !recv.tainted(models.Stored) {
			f.learn(fact{base: a, kinds: models.All}) // else it would have raised
		}
		return typed("int")
	case "count":
		return typed("int")
	}
	return nil
}

// of makes v a later state of an object.
func (v *Value) of(obj *Value) *Value {
	c := *v
	c.obj = obj.object()
	return &c
}

// popList removes an element at a known place and closes the gap.
func (f *frame) popList(obj syntax.Node, name string, recv, key *Value) *Value {
	list, known := items(recv)
	i := len(list) - 1
	if name == "popleft" {
		i = 0
	} else if key != nil {
		k, ok := key.Int()
		known = known && ok
		if i = int(k); i < 0 {
			i += len(list)
		}
	}
	if !known || i < 0 || i >= len(list) {
		f.update(obj, anyOrder(recv.Type, recv).of(recv))
		return elementOf(recv)
	}
	gone := list[i]
	f.update(obj, recv.filled(slices.Delete(list, i, i+1)))
	return gone
}

// dictMethod is a method of dict that takes no key.
func (f *frame) dictMethod(obj syntax.Node, name string, recv *Value) *Value {
	switch name {
	case "keys":
		return &Value{Type: "list", rest: f.iterate(recv), Clean: recv.Clean, rel: &relation{how: "items", base: recv}}
	case "values":
		if v := elementOrNil(recv); v != nil || len(recv.Origins) == 0 && recv.parts != nil {
			return &Value{Type: "list", rest: v, maybe: true, parts: []part{}}
		}
		return &Value{Type: "list", rest: elementOf(recv)}
	case "items":
		if recv.rest == nil && recv.part(unlistedKeys) == nil && len(recv.Origins) == 0 && len(recv.parts) > 0 && !recv.maybe {
			var pairs []*Value
			for _, p := range recv.parts {
				if p.key.kind != attrPart {
					pairs = append(pairs, pair(keyConst(p.key), p.v))
				}
			}
			return sequenceOf("list", pairs)
		}
		return &Value{Type: "list", rest: pair(f.iterate(recv), elementOf(recv))}
	case "popitem":
		c := recv.changed()
		c.maybe = true
		f.update(obj, c)
		return pair(f.iterate(recv), elementOf(recv))
	}
	return nil
}

func pair(a, b *Value) *Value { return sequenceOf("tuple", []*Value{a, b}) }

// setMethod is a method of set.
func (f *frame) setMethod(obj syntax.Node, name string, recv *Value, args []Arg) *Value {
	a := argValue(args, 0)
	switch name {
	case "add":
		if a != nil {
			f.update(obj, addTo(recv, a))
		}
		return noneValue
	case "update", "symmetric_difference_update":
		for _, x := range args {
			recv = recv.withRest(f.iterate(x.Value))
		}
		f.update(obj, recv)
		return noneValue
	case "intersection", "__and__":
		if a != nil {
			return intersection(recv, a)
		}
	case "difference":
		return copied(recv)
	case "union", "symmetric_difference":
		out := copied(recv)
		for _, x := range args {
			out = copied(out.withRest(f.iterate(x.Value)))
		}
		return out
	case "issubset":
		if a != nil {
			return test(subset(recv, a, true)...)
		}
	case "issuperset":
		if a != nil {
			return test(subset(a, recv, true)...)
		}
	case "isdisjoint":
		return typed("bool")
	case "pop":
		return elementOf(recv)
	case "discard", "remove", "intersection_update", "difference_update":
		return noneValue
	}
	return nil
}

// addTo is a set with one element more.
func addTo(set, x *Value) *Value {
	if set.rest != nil || set.parts == nil || set.maybe || len(set.parts) >= maxParts {
		return set.withRest(x)
	}
	return set.with(partKey{kind: indexPart, i: len(set.parts)}, x)
}

// intersection holds only elements that are in both: those of the side that is
// the program's own.
func intersection(a, b *Value) *Value {
	if a.tainted(models.Opaque) && !b.tainted(models.Opaque) {
		a = b
	}
	return &Value{Type: "set", rest: elementOf(a), Origins: a.Origins, Clean: a.Clean, Weak: a.Weak}
}

// updateDict is d.update(...).
func (f *frame) updateDict(obj syntax.Node, recv *Value, args []Arg) *Value {
	if len(args) == 0 {
		return nil
	}
	for _, x := range args {
		recv = f.extendDict(recv, x)
	}
	f.update(obj, recv)
	return noneValue
}

// extendDict is a dict into which an argument of update() or dict() has gone:
// another dict, pairs, or one key.
func (f *frame) extendDict(recv *Value, x Arg) *Value {
	v := x.Value
	if x.Name != "" && x.Name[0] != '*' {
		return recv.with(partKey{kind: keyPart, name: x.Name}, v)
	}
	if pairs, ok := items(v); ok && recv.Type == "dict" {
		for _, p := range pairs {
			if kv, ok := items(p); ok && len(kv) == 2 {
				recv = withItem(recv, kv[0], kv[1])
			} else {
				recv = recv.withRest(elementOf(p))
			}
		}
		return recv
	}
	if v.inst && v.parts != nil && f.dunder(v, "__iter__") == nil { // an object's fields
		v = f.fieldDict(v)
	}
	if recv.Type == "dict" && v.Type == "dict" && v.parts != nil {
		for _, p := range v.parts {
			x := p.v
			if v.maybe || p.key == unlistedKeys {
				x = join(x, recv.part(p.key))
			}
			recv = recv.with(p.key, x)
		}
		if v.rest != nil {
			recv = recv.withRest(v.rest)
		}
		return recv
	}
	key, item := f.iterate(v), elementOf(v)
	if v.Type != "dict" {
		if list, ok := items(key); ok && len(list) == 2 { // of pairs
			key, item = list[0], list[1]
		}
	}
	return withItem(recv, key, item)
}

// extend is a list followed by another.
func (f *frame) extend(a, b *Value) *Value {
	x, ok1 := items(a)
	y, ok2 := items(b)
	if ok1 && ok2 && len(x)+len(y) <= maxParts {
		return a.filled(append(x, y...))
	}
	return prefix(a).withRest(f.iterate(b))
}

// prefix is a list as the beginning of a longer one: its elements keep their
// places.
func prefix(v *Value) *Value {
	if v.maybe {
		return anyOrder(v.Type, v).of(v)
	}
	return v
}

// getItem is d.get(k, default), d.pop(k), d.setdefault(k, v).
func (f *frame) getItem(name string, obj syntax.Node, recv *Value, args []Arg) *Value {
	if recv.Type == "" && recv.parts == nil && recv.rest == nil {
		return nil
	}
	key := argValue(args, 0)
	if key == nil {
		return nil
	}
	d := argValue(args, 1)
	if d == nil {
		d = FindValue(args, "default")
	}
	if d == nil && name != "pop" {
		d = noneValue
	}
	var k partKey
	if len(key.Consts) == 1 {
		k = constKey(key.Consts[0])
		if x := recv.partOr(k); x != nil {
			if name == "pop" && recv.Type == "dict" {
				f.update(obj, recv.without(k))
			}
			if recv.maybe {
				return join(x, d)
			}
			return x
		}
		if recv.rest == nil && recv.Type == "dict" && recv.parts != nil && len(recv.Origins) == 0 && recv.part(unlistedKeys) == nil {
			if name == "setdefault" {
				f.update(obj, recv.with(k, d))
			}
			if d == nil {
				return unknown
			}
			return d
		}
	}
	v := f.item(recv, key)
	if name == "setdefault" {
		f.update(obj, withItem(recv, key, d))
	}
	if name != "setdefault" {
		v = f.typedItem(recv, v)
	}
	if d == nil || d == noneValue && recv.Type != "dict" {
		return v
	}
	if d == noneValue {
		return f.lookedUp(v, key, recv)
	}
	return join(v, d)
}

// lookedUp is what d.get(key) gives: that it is not None says that the key is
// one of the dict's own.
func (f *frame) lookedUp(v, key, recv *Value) *Value {
	out := join(v, noneValue)
	if out.rel != nil || !key.tainted(models.Unknown) || !ownKeys(recv) {
		return out
	}
	c := *out
	c.root = nil
	c.rel = &relation{how: "test", facts: []fact{{base: key, kinds: models.All, onTrue: true}}}
	return &c
}

// ownKeys reports whether all keys of a dict are the program's own constants.
func ownKeys(v *Value) bool {
	if v.Type != "dict" || len(v.parts) == 0 || len(v.Origins) > 0 || v.part(unlistedKeys) != nil {
		return false
	}
	return v.rest == nil
}

// FindValue is the value of a keyword argument, nil if it is not given.
func FindValue(args []Arg, name string) *Value {
	if a := FindArg(args, name); a != nil {
		return a.Value
	}
	return nil
}

// sliced is v[lo:hi:step] of a list or tuple.
func sliced(v, lo, hi, step *Value) *Value {
	list, ok := items(v)
	if !ok {
		return &Value{Type: v.Type, rest: elementOf(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
	}
	from, to, by, ok := bounds(lo, hi, step, len(list))
	if !ok {
		return &Value{Type: v.Type, rest: elementOf(v), parts: []part{}, maybe: true}
	}
	var out []*Value
	for i := from; by > 0 && i < to || by < 0 && i > to; i += by {
		out = append(out, list[i])
	}
	return sequenceOf(v.Type, out)
}

// bounds are the places that a slice of n elements takes; nil stands for a
// bound that is not given.
func bounds(lo, hi, step *Value, n int) (from, to, by int, ok bool) {
	by = 1
	if step != nil && !step.IsNone() {
		s, isInt := step.Int()
		if !isInt || s == 0 || s > maxConstText || s < -maxConstText {
			return 0, 0, 0, false
		}
		by = int(s)
	}
	place := func(v *Value, none, low, high int) (int, bool) {
		if v == nil || v.IsNone() {
			return none, true
		}
		i, isInt := v.Int()
		if !isInt {
			return 0, false
		}
		if i < 0 {
			i += int64(n)
		}
		return int(min(max(i, int64(low)), int64(high))), true
	}
	first, last := 0, n
	low, high := 0, n
	if by < 0 {
		first, last = n-1, -1
		low, high = -1, n-1
	}
	from, ok1 := place(lo, first, low, high)
	to, ok2 := place(hi, last, low, high)
	return from, to, by, ok1 && ok2
}

// sliceBounds evaluates the bounds of a slice; nil for one that is not given.
func (f *frame) sliceBounds(n syntax.Node) (lo, hi, step *Value) {
	at := 0
	out := [3]*Value{}
	for c := range n.Children() {
		if !c.Named() {
			at++ // a colon
			continue
		}
		if c.Extra() || at > 2 {
			continue
		}
		out[at] = f.eval(c)
	}
	return out[0], out[1], out[2]
}
