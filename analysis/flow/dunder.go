package flow

import (
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// dunder is a special method of an instance of a class of the program, nil if
// the class has none.
func (f *frame) dunder(v *Value, name string) *Func {
	if v.cls == nil || !v.inst {
		return nil
	}
	if m := f.classAttr(v, name, v.cls.node); m != nil {
		return m.fn
	}
	return nil
}

// localItem is obj[key] of a class of the program or an instance of one; nil
// if the class does not say.
func (f *frame) localItem(n syntax.Node, obj, key *Value) *Value {
	if !obj.inst {
		if enumLike(obj.cls) {
			f.learn(fact{base: key, kinds: models.All}) // else it would have raised
			return typed("enum.Enum")
		}
		return nil
	}
	if m := f.dunder(obj, "__getitem__"); m != nil {
		return f.inlineOn(n.Child(syntax.FieldValue), m, obj, []Arg{{Node: n.Child(syntax.FieldSubscript), Value: key}})
	}
	if i, ok := key.Int(); ok {
		if list := f.fieldValues(obj); i >= 0 && i < int64(len(list)) {
			return list[i]
		}
	}
	return nil
}

// localItems is one item of iterating over an instance of a class of the
// program, or over an enumeration; nil if the class does not say.
func (f *frame) localItems(v *Value) *Value {
	if !v.inst {
		if enumLike(v.cls) {
			return typed("enum.Enum")
		}
		return nil
	}
	for _, name := range []string{"__iter__", "__aiter__"} {
		m := f.dunder(v, name)
		if m == nil {
			continue
		}
		it := f.inlineOn(syntax.Node{}, m, v, nil)
		if it.cls == nil {
			return f.iterate(it)
		}
		for _, next := range []string{"__next__", "__anext__"} {
			if m := f.dunder(it, next); m != nil {
				return f.inlineOn(syntax.Node{}, m, it, nil)
			}
		}
		if it.cls != v.cls {
			return f.iterate(it)
		}
	}
	if m := f.dunder(v, "__getitem__"); m != nil {
		return f.inlineOn(syntax.Node{}, m, v, []Arg{{Value: typed("int")}})
	}
	var out *Value
	for _, x := range f.fieldValues(v) {
		out = join(out, x)
	}
	return out
}

// operator is a op b for an instance of a class of the program; nil if the
// class does not say.
func (f *frame) operator(op string, a, b *Value, bn syntax.Node) *Value {
	name := operatorMethods[op]
	if m := f.dunder(a, "__"+name+"__"); m != nil {
		return f.inlineOn(syntax.Node{}, m, a, []Arg{{Node: bn, Value: b}})
	}
	if m := f.dunder(b, "__r"+name+"__"); m != nil {
		return f.inlineOn(syntax.Node{}, m, b, []Arg{{Node: bn, Value: a}})
	}
	return nil
}

var operatorMethods = map[string]string{
	"+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "|": "or", "&": "and",
	"^": "xor", "<<": "lshift", ">>": "rshift", "**": "pow", "@": "matmul",
}

// altAttr is an attribute of a value that may be one of several objects of the
// program.
func (f *frame) altAttr(obj *Value, name string, n syntax.Node) *Value {
	var out *Value
	for _, a := range obj.alts {
		if a.cls == nil {
			return nil
		}
	}
	for _, a := range obj.alts {
		out = join(out, f.attr(a, name, n))
	}
	return out
}

// fieldNames lists the annotated fields of a class in order, those of its
// bases first.
func (f *frame) fieldNames(c *Class, depth int) []string {
	if c.fields != nil || c.unit == nil || depth > 6 {
		return c.fields
	}
	var out []string
	for _, b := range c.bases {
		if b.cls != nil {
			out = append(out, f.fieldNames(b.cls, depth+1)...)
		}
	}
	f.run.deps.add(c.a.dep(c.name))
	for _, o := range c.a.m.body[c.name] {
		if name, t := annotatedField(c.a.m.units[o].unit); t.OK() {
			out = append(out, name)
		}
	}
	return out
}

// annotatedField is the name and type of a field `name: type`; the type is not
// OK for any other unit.
func annotatedField(u *syntax.Unit) (string, syntax.Node) {
	if u.Class != syntax.Statement || u.Kind != syntax.KindExpressionStatement {
		return "", syntax.Node{}
	}
	a := u.Root().NamedChild(0)
	if !a.OK() || a.Kind() != syntax.KindAssignment {
		return "", syntax.Node{}
	}
	return a.Child(syntax.FieldLeft).Str(), typeNode(a)
}

// fieldValues are the values of the fields of a named tuple or the like.
func (f *frame) fieldValues(v *Value) []*Value {
	if v.cls == nil || !v.inst {
		return nil
	}
	var out []*Value
	for _, name := range f.fieldNames(v.cls, 0) {
		x := v.Attr(name)
		if x == nil {
			if x = f.classAttr(v, name, v.cls.node); x == nil {
				x = unknown
			}
		}
		out = append(out, x)
	}
	return out
}

// fieldDict is a dict of the fields and attributes of an object.
func (f *frame) fieldDict(v *Value) *Value {
	d := &Value{Type: "dict", parts: []part{}, Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
	if v.cls != nil {
		list := f.fieldValues(v)
		for i, name := range f.fieldNames(v.cls, 0) {
			d.parts = append(d.parts, part{partKey{kind: keyPart, name: name}, list[i]})
		}
	}
	for _, p := range v.parts {
		if p.key.kind == attrPart {
			d = d.with(partKey{kind: keyPart, name: p.key.name}, p.v)
		}
	}
	d.obj, d.rest = nil, v.rest
	return d
}

// objectMethod is a method that data classes, models and named tuples have.
func (f *frame) objectMethod(name string, recv *Value, args []Arg) *Value {
	switch name {
	case "model_dump", "dict", "_asdict", "to_dict":
		return f.fieldDict(recv)
	case "_replace", "model_copy":
		out := copied(recv)
		if u := FindValue(args, "update"); u != nil {
			for _, p := range u.parts {
				out = out.with(partKey{kind: attrPart, name: p.key.name}, p.v)
			}
			return copied(out)
		}
		return copied(withAttrs(out, args))
	}
	return nil
}

func withAttrs(v *Value, args []Arg) *Value {
	for _, a := range args {
		if a.Name != "" && a.Name[0] != '*' {
			v = v.with(partKey{kind: attrPart, name: a.Name}, a.Value)
		}
	}
	return v
}

// setAttr is setattr(obj, name, value).
func setAttr(f *frame, _ syntax.Node, args []Arg) *Value {
	obj, name, v := argValue(args, 0), argValue(args, 1), argValue(args, 2)
	if obj == nil || name == nil || v == nil {
		return nil
	}
	if s, ok := name.Str(); ok {
		f.update(args[0].Node, obj.with(partKey{kind: attrPart, name: s}, v))
	}
	return noneValue
}

// asDict is dataclasses.asdict(obj), attrs.asdict(obj) or vars(obj).
func asDict(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil && v.cls != nil && v.inst {
		return f.fieldDict(v)
	}
	return nil
}

func asTuple(f *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil && v.cls != nil && v.inst {
		return sequenceOf("tuple", f.fieldValues(v))
	}
	return nil
}

func replaceFields(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil && v.cls != nil && v.inst {
		return copied(withAttrs(copied(v), args))
	}
	return nil
}

// defaultField is the default of dataclasses.field(...) and the like.
func defaultField(f *frame, n syntax.Node, args []Arg) *Value {
	for _, a := range args {
		switch a.Name {
		case "default":
			return a.Value
		case "default_factory", "factory":
			return f.indirectly(n, a.Value, nil)
		}
	}
	return nil
}

// namedTuple is a class made by collections.namedtuple(name, fields).
func namedTuple(f *frame, n syntax.Node, args []Arg) *Value {
	names := argValue(args, 1)
	if names == nil {
		if names = FindValue(args, "field_names"); names == nil {
			return nil
		}
	}
	c := &Class{a: f.m.a, name: label(n), node: n, attrs: map[string]*Value{}, fields: []string{}}
	if s, ok := names.Str(); ok {
		c.fields = splitNames(s)
		return &Value{cls: c}
	}
	list, ok := items(names)
	if !ok {
		return nil
	}
	for _, x := range list {
		s, ok := x.Str()
		if !ok {
			if p, isPair := items(x); isPair && len(p) == 2 { // typing.NamedTuple
				s, ok = p[0].Str()
			}
		}
		if !ok {
			return nil
		}
		c.fields = append(c.fields, s)
	}
	return &Value{cls: c}
}

// superValue is super(): the object seen as one of the bases of the class.
func superValue(f *frame, _ syntax.Node, _ []Arg) *Value {
	if f.fn == nil || f.fn.class == nil {
		return nil
	}
	params := f.fn.params()
	if len(params) == 0 {
		return unknown
	}
	self := f.load(params[0].Name)
	own := f.fn.class
	base := &Class{a: own.a, name: own.name, node: own.node, bases: own.bases, closure: own.closure}
	v := f.instance(base)
	local := false
	for _, b := range own.bases {
		local = local || b.cls != nil
	}
	if !local || self.cls == nil {
		if v.Type != "" {
			return typed(v.Type)
		}
		return unknown
	}
	v.rel = &relation{how: "super", base: self}
	return v
}

// fromQuerySet is a class of Django's managers with the methods of a query set.
func fromQuerySet(f *frame, n syntax.Node, args []Arg) *Value {
	query := argValue(args, 0)
	if query == nil || query.cls == nil {
		return nil
	}
	f.run.quiet++
	manager := f.eval(n.Child(syntax.FieldFunction).Child(syntax.FieldObject))
	f.run.quiet--
	return &Value{cls: &Class{a: query.cls.a, name: query.cls.name, node: query.cls.node, bases: []*Value{manager, query}}}
}

// asManager is a manager with the methods of a query set.
func asManager(f *frame, n syntax.Node, _ []Arg) *Value {
	f.run.quiet++
	query := f.eval(n.Child(syntax.FieldFunction).Child(syntax.FieldObject))
	f.run.quiet--
	if query.cls == nil {
		return nil
	}
	return f.instance(query.cls)
}
