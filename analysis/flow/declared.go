package flow

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// declared is data seen through the fields that a form or schema declares in
// its class: a dict with a value for each. The methods that check one are run, if
// src names them. What is not declared is data as it came.
func (f *frame) declared(obj, data *Value, src *models.Source) *Value {
	out := &Value{Type: "dict", parts: []part{}, rest: data}
	if obj.cls == nil {
		return out
	}
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	f.declaredIn(out, obj.cls, data, 0)
	if src != nil && src.Checks != "" && !src.Bound && f.depth < maxDepth {
		for i := range out.parts {
			p := &out.parts[i]
			p.v = f.checked(obj, src.Checks+p.key.name, out, p)
		}
	}
	return ofMany(obj, out)
}

// ofMany is a list of one where a form is made for many.
func ofMany(form, one *Value) *Value {
	if many := form.Attr("many"); many != nil {
		if yes, _ := many.Bool(); yes {
			return &Value{Type: "list", rest: one}
		}
	}
	return one
}

const maxDeclared = 4 // forms in forms, classes above classes

func (f *frame) declaredIn(out *Value, c *Class, data *Value, depth int) {
	if depth > maxDeclared || c.unit == nil {
		return
	}
	for _, b := range c.bases {
		if b.cls != nil {
			f.declaredIn(out, b.cls, data, depth+1)
		}
	}
	f.run.deps.add(c.a.dep(c.name))
	for _, o := range c.a.m.body[c.name] {
		st := c.a.m.units[o]
		if st.unit.Class != syntax.Statement || st.unit.Kind != syntax.KindExpressionStatement {
			continue
		}
		for _, name := range st.scope.Names {
			if v := f.run.classBody(c.a.m, c.name, name, -1); v != nil && len(out.parts) < maxParts {
				if x := f.fieldValue(v, data, depth); x != nil {
					*out = *out.with(partKey{kind: keyPart, name: name}, x)
				}
			}
		}
	}
}

// fieldValue is what a declared field lets through; nil if decl is no field.
func (f *frame) fieldValue(decl, data *Value, depth int) *Value {
	kind := decl.Type
	if kind == "" {
		kind = decl.Name // the class itself
	}
	if decl.cls != nil {
		kind = ""
		for _, b := range decl.cls.externalBases(0) {
			if f.m.set.Field(b) != nil {
				kind = b
				break
			}
		}
	}
	x := f.m.set.Field(kind)
	if x == nil {
		return nil
	}
	if decl.cls != nil && x.Element == "self" { // a schema in a schema
		inner := &Value{Type: "dict", parts: []part{}, rest: data}
		f.declaredIn(inner, decl.cls, data, depth+1)
		return ofMany(decl, inner)
	}
	v := data.cleaned(x.Cleared())
	if x.Pattern != "" {
		v = underPattern(v, attrAny(decl, x.Pattern), x.Match)
	}
	if x.Checks != "" {
		v = f.underChecks(v, attrAny(decl, x.Checks))
	}
	if x.Element != "" && x.Element != "self" {
		if inner := attrAny(decl, x.Element); inner != nil && depth < maxDeclared {
			if y := f.fieldValue(inner, v, depth+1); y != nil && x.Type == "list" {
				return &Value{Type: "list", rest: y}
			} else if y != nil {
				return y
			}
		}
		return v
	}
	switch {
	case harmlessType(x.Type):
		return typed(x.Type)
	case x.Type != "":
		return retyped(v, x.Type)
	}
	return v
}

// attrAny is the first of a list of arguments that an object was made with.
func attrAny(obj *Value, which string) *Value {
	for w := range strings.SplitSeq(which, ",") {
		if v := obj.Attr(strings.TrimSpace(w)); v != nil {
			return v
		}
	}
	return nil
}

// underPattern is v where a regular expression is searched for in it, or
// matched at its start.
func underPattern(v, pattern *Value, match bool) *Value {
	if pattern == nil {
		return v
	}
	if pattern.Type == "re.Pattern" {
		pattern = pattern.Attr("pattern")
	}
	if s, ok := pattern.Str(); ok {
		how := "search"
		if match {
			how = "match"
		}
		kinds, weak := judgePattern(how, s)
		return v.cleaned(kinds).weakened(weak)
	}
	return v
}

// underChecks is v after a list of validators, or one.
func (f *frame) underChecks(v, checks *Value) *Value {
	if checks == nil {
		return v
	}
	one := func(c *Value) {
		if x := f.m.set.Field(c.Type); x != nil {
			v = v.cleaned(x.Cleared())
			if x.Pattern != "" {
				v = underPattern(v, attrAny(c, x.Pattern), x.Match)
			}
		}
		for _, g := range f.m.set.Guards(c.Name) {
			if g.On == "return" && !g.Weak {
				v = v.cleaned(g.Kinds())
			}
		}
	}
	one(checks)
	for _, p := range checks.parts {
		if p.key.kind == indexPart {
			one(p.v)
		}
	}
	return v
}

// checked is the value of a field after the method of its form that checks it.
func (f *frame) checked(obj *Value, method string, fields *Value, p *part) *Value {
	m := f.classAttr(obj, method, obj.cls.node)
	if m == nil || m.fn == nil || f.run.inStack(m.fn.node) {
		return p.v
	}
	self := obj
	var args []Arg
	if len(python.Params(m.fn.node)) > 1 {
		args = []Arg{{Value: p.v}}
	} else { // it reads its own
		self = obj.with(partKey{kind: attrPart, name: "cleaned_data"}, fields)
	}
	v := f.inline(m.fn.node, m.fn, self, args)
	if v == neverReturns || v.IsNone() {
		return p.v
	}
	return v
}

// instanceOf is an instance of the class that an attribute of obj names.
func (f *frame) instanceOf(x *models.Instance, obj *Value, n syntax.Node) *Value {
	if obj != nil && obj.cls != nil && x.Of != "" {
		if c := f.classAttr(obj, x.Of, n); c != nil && c.cls != nil && !c.inst {
			return f.instance(c.cls)
		}
	}
	return typed(x.Type)
}

// through is data seen through a class of the program, as a pass says.
func (f *frame) through(p *models.Pass, recv, data *Value) *Value {
	switch {
	case p.As == "declared":
		return f.declared(recv, data, nil)
	case recv.cls != nil:
		return f.byLocalClass(recv.cls, data, 0)
	case recv.aliased().OK():
		return f.home(recv.aliased()).byType(recv.aliased(), data, 0)
	}
	return data
}

// home is a frame in which an expression of any file can be evaluated.
func (f *frame) home(n syntax.Node) *frame {
	if st := f.m.a.units[n.Unit()]; st != nil {
		return f.in(st.a)
	}
	return f
}

// checkedParam is the parameter of a method that checks a declared field; nil
// if it is none.
func (f *frame) checkedParam(fn *Func, p python.Param) *Value {
	method := fn.node.Child(syntax.FieldName).Str()
	for _, b := range fn.class.externalBases(0) {
		src, field := f.m.set.Checked(b, method)
		if src == nil {
			continue
		}
		decl := f.classAttr(&Value{cls: fn.class}, field, p.Node)
		if decl == nil {
			return nil
		}
		if src.Bound {
			return decl
		}
		return f.fieldValue(decl, &Value{Origins: []Origin{{Tier: src.Grade(), Label: p.Name, Node: p.Node}}}, 0)
	}
	return nil
}
