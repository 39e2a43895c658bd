package flow

import (
	"pavise/analysis/syntax"
)

// unlistedKeys is the part of a dict that holds its keys that are no constants.
var unlistedKeys = partKey{kind: attrPart, name: "\x00keys"}

// withKey is a dict that has one more key, if nothing vouches for the key.
func (v *Value) withKey(k *Value) *Value {
	if v.Type != "dict" || k.Harmless() {
		return v
	}
	return v.with(unlistedKeys, join(v.part(unlistedKeys), k))
}

// containerMethod is a method of list, dict or set.
func (f *frame) containerMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	known := recv.Type != ""
	a := argValue(args, 0)
	switch name {
	case "append", "add", "insert", "appendleft":
		if a == nil {
			return nil
		}
		f.update(obj, grow(recv, name, args))
		return noneValue
	case "extend", "update":
		if a == nil && len(args) == 0 {
			return nil
		}
		for _, x := range args {
			recv = extendWith(recv, x)
		}
		f.update(obj, recv)
		return noneValue
	case "get", "pop", "setdefault":
		return f.getItem(name, obj, recv, args)
	}
	if !known {
		return nil
	}
	switch name {
	case "keys":
		return &Value{Type: "list", rest: f.iterate(recv), Origins: recv.Origins, Clean: recv.Clean}
	case "values":
		return &Value{Type: "list", rest: elementOf(recv)}
	case "items":
		key := f.iterate(recv)
		return &Value{Type: "list", rest: &Value{Type: "tuple", parts: []part{
			{partKey{kind: indexPart, i: 0}, key}, {partKey{kind: indexPart, i: 1}, elementOf(recv)},
		}}}
	case "copy":
		return recv
	case "clear":
		f.update(obj, &Value{Type: recv.Type, parts: []part{}})
		return noneValue
	case "remove", "sort", "reverse", "discard":
		return noneValue
	case "index", "count":
		return typed("int")
	}
	return nil
}

// grow is a list after append or insert.
func grow(recv *Value, name string, args []Arg) *Value {
	x := argValue(args, 0)
	if name == "insert" {
		if y := argValue(args, 1); y != nil {
			return recv.withRest(y)
		}
	}
	if name != "append" || recv.rest != nil || recv.Type != "list" {
		return recv.withRest(x)
	}
	n := 0
	for _, p := range recv.parts {
		if p.key.kind == indexPart {
			n++
		}
	}
	return recv.with(partKey{kind: indexPart, i: n}, x)
}

func extendWith(recv *Value, x Arg) *Value {
	if x.Name != "" && x.Name[0] != '*' {
		return recv.with(partKey{kind: keyPart, name: x.Name}, x.Value)
	}
	if recv.Type == "dict" && x.Value.Type == "dict" && x.Value.parts != nil {
		for _, p := range x.Value.parts {
			recv = recv.with(p.key, p.v)
		}
		if x.Value.rest != nil {
			recv = recv.withRest(x.Value.rest)
		}
		return recv
	}
	return extend(recv, x.Value)
}

// extend is a list followed by another.
func extend(a, b *Value) *Value {
	if b.parts != nil && b.rest == nil && a.rest == nil && a.Type == "list" {
		for _, p := range b.parts {
			a = grow(a, "append", []Arg{{Value: p.v}})
		}
		return a
	}
	return a.withRest(elementOf(b))
}

// getItem is d.get(k, default), d.pop(k), l.pop(i).
func (f *frame) getItem(name string, obj syntax.Node, recv *Value, args []Arg) *Value {
	if recv.Type == "" && recv.parts == nil && recv.rest == nil {
		return nil
	}
	key := argValue(args, 0)
	if recv.Type == "list" && name == "pop" {
		return f.popList(obj, recv, key)
	}
	if key == nil {
		return nil
	}
	var v *Value
	if s, ok := key.Str(); ok {
		v = recv.part(partKey{kind: keyPart, name: s})
		if v == nil && recv.rest == nil && recv.Type == "dict" && recv.parts != nil && len(recv.Origins) == 0 {
			v = noneValue
			if d := argValue(args, 1); d != nil {
				return d
			}
			return v
		}
	}
	if v == nil {
		v = f.item(recv, key)
	}
	d := argValue(args, 1)
	if d == nil {
		d = FindValue(args, "default")
	}
	if name != "setdefault" {
		v = f.typedItem(recv, v)
	}
	if d == nil {
		return v
	}
	return join(v, d)
}

// FindValue is the value of a keyword argument, nil if it is not given.
func FindValue(args []Arg, name string) *Value {
	if a := FindArg(args, name); a != nil {
		return a.Value
	}
	return nil
}

// popList removes an element at a known place and closes the gap.
func (f *frame) popList(obj syntax.Node, recv, key *Value) *Value {
	n := len(recv.parts)
	i := n - 1
	if key != nil {
		k, ok := key.Int()
		if !ok {
			return elementOf(recv)
		}
		i = int(k)
		if i < 0 {
			i += n
		}
	}
	if recv.rest != nil || i < 0 || i >= n {
		return elementOf(recv)
	}
	gone := recv.part(partKey{kind: indexPart, i: i})
	if gone == nil {
		return elementOf(recv)
	}
	left := &Value{Type: "list", parts: []part{}}
	for j := range n {
		if p := recv.part(partKey{kind: indexPart, i: j}); p != nil && j != i {
			left.parts = append(left.parts, part{partKey{kind: indexPart, i: len(left.parts)}, p})
		}
	}
	f.update(obj, left)
	return gone
}
