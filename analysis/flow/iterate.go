package flow

import (
	"slices"
	"strings"

	"pavise/analysis/syntax"
)

func asList(t string) special {
	return func(f *frame, _ syntax.Node, args []Arg) *Value {
		v := argValue(args, 0)
		if v == nil {
			return &Value{Type: t, parts: []part{}}
		}
		v = f.iterable(v)
		if list, ok := items(v); ok {
			if t == "list" || t == "tuple" {
				out := sequenceOf(t, list)
				out.Clean, out.Weak = v.Clean, v.Weak
				return out
			}
			out := sequenceOf(t, list)
			out.rel = &relation{how: "items", base: v}
			return out
		}
		if v.Type == "set" && t == "set" {
			return copied(v)
		}
		out := &Value{Type: t, rest: f.iterate(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
		if t == "set" || v.Type == "dict" {
			out.rel = &relation{how: "items", base: v}
		}
		return out
	}
}

// iterable is v, or the list that iterating over it gives where that is known.
func (f *frame) iterable(v *Value) *Value {
	if v.Type == "dict" && len(v.parts) > 0 && v.rest == nil && !v.maybe && v.part(unlistedKeys) == nil && len(v.Origins) == 0 {
		var keys []*Value
		for _, p := range v.parts {
			if p.key.kind != attrPart {
				keys = append(keys, keyConst(p.key))
			}
		}
		return sequenceOf("list", keys)
	}
	if v.cls != nil && v.inst {
		if list := f.fieldValues(v); list != nil && f.dunder(v, "__iter__") == nil {
			return sequenceOf("tuple", list)
		}
	}
	return v
}

// inOrder is sorted(x).
func inOrder(f *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	return &Value{Type: "list", rest: f.iterate(v), Clean: v.Clean, Weak: v.Weak, Origins: v.Origins}
}

// inReverse is reversed(x).
func inReverse(f *frame, n syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	list, ok := items(f.iterable(v))
	if !ok {
		return inOrder(f, n, args)
	}
	slices.Reverse(list)
	return sequenceOf("list", list)
}

// smallest is min or max.
func smallest(f *frame, n syntax.Node, args []Arg) *Value {
	if v := extreme(calledName(n), args); v != nil {
		return v
	}
	return anyElement(f, n, args)
}

func makeDict(f *frame, _ syntax.Node, args []Arg) *Value {
	v := &Value{Type: "dict", parts: []part{}}
	for _, a := range args {
		v = f.extendDict(v, a)
	}
	return copied(v)
}

func enumerate(f *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	if list, ok := items(f.iterable(v)); ok && len(args) == 1 {
		for i, x := range list {
			list[i] = pair(intValue(int64(i)), x)
		}
		return sequenceOf("list", list)
	}
	return &Value{Type: "list", rest: pair(typed("int"), f.iterate(v))}
}

func zipped(f *frame, n syntax.Node, args []Arg) *Value {
	var columns [][]*Value
	exact := calledName(n) == "zip"
	tuple := &Value{Type: "tuple", parts: []part{}}
	for _, a := range args {
		if a.Name != "" {
			continue
		}
		tuple.parts = append(tuple.parts, part{partKey{kind: indexPart, i: len(tuple.parts)}, f.iterate(a.Value)})
		list, ok := items(f.iterable(a.Value))
		exact = exact && ok && (len(columns) == 0 || len(list) == len(columns[0]))
		columns = append(columns, list)
	}
	if !exact || len(columns) == 0 {
		return &Value{Type: "list", rest: tuple}
	}
	rows := make([]*Value, len(columns[0]))
	for i := range rows {
		row := make([]*Value, len(columns))
		for j, c := range columns {
			row[j] = c[i]
		}
		rows[i] = sequenceOf("tuple", row)
	}
	return sequenceOf("list", rows)
}

func mapped(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq := argValue(args, 0), argValue(args, 1)
	if fn == nil || seq == nil {
		return nil
	}
	call := make([]Arg, 0, len(args)-1)
	for _, a := range args[1:] {
		call = append(call, Arg{Node: a.Node, Value: f.iterate(a.Value)})
	}
	return &Value{Type: "list", rest: f.applyTo(n, fn, call)}
}

// applyTo calls a function that a call was given; a method of a builtin type is
// called on its first argument.
func (f *frame) applyTo(n syntax.Node, fn *Value, args []Arg) *Value {
	if short, ok := strings.CutPrefix(fn.Name, "str."); ok && len(args) > 0 {
		if v := f.textMethod(n, short, args[0].Value, args[1:]); v != nil {
			return v
		}
		return pieceOf(args[0].Value)
	}
	return f.indirectly(n, fn, args)
}

func filtered(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq := argValue(args, 0), argValue(args, 1)
	if fn == nil || seq == nil {
		return nil
	}
	item := f.iterate(seq)
	if fn.IsNone() {
		return &Value{Type: "list", rest: item}
	}
	if t := f.applyTo(n, fn, []Arg{{Node: args[1].Node, Value: item}}); t.rel != nil {
		for _, x := range t.rel.facts {
			if x.onTrue && x.base.id() == item.id() {
				item = x.apply(item)
			}
		}
	}
	return &Value{Type: "list", rest: item}
}

func anyElement(f *frame, _ syntax.Node, args []Arg) *Value {
	var out *Value
	for i, a := range args {
		switch {
		case a.Name == "default" || len(args) > 1 && i > 0:
			out = join(out, a.Value)
		case a.Name == "" && len(args) > 1 && a.Value.Type != "list" && a.Value.Type != "generator":
			out = join(out, a.Value)
		case a.Name == "":
			out = join(out, f.iterate(a.Value))
		}
	}
	return out
}

// nextOf is next(x): the first of a list that is known.
func nextOf(f *frame, n syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		if list, ok := items(v); ok && len(list) > 0 {
			return list[0]
		}
	}
	return anyElement(f, n, args)
}
