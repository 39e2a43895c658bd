package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// attribute evaluates obj.name.
func (f *frame) attribute(n syntax.Node) *Value {
	objNode, name := n.Child(syntax.FieldObject), n.Child(syntax.FieldAttribute).Str()
	obj := f.eval(objNode)
	v := f.attr(obj, name, n)
	if obj.parts != nil && !obj.inst && f.env != nil && !isCallee(n) {
		f.disturb(obj) // a method that is called later
	}
	if obj.cls != nil && obj.inst && v.fn == nil && v.tainted(models.Unknown) && !givenAt(v, n) && objNode.Kind() == syntax.KindIdentifier && f.env != nil {
		// so that a test of it can say something
		if i := f.scope.Slot(objNode.Str()); i >= 0 && f.env.vars[i] == obj && obj.Attr(name) == nil && len(obj.parts) < maxParts {
			c := obj.with(partKey{kind: attrPart, name: name}, v)
			c.root = obj.id()
			f.env.vars[i] = c
		}
	}
	return v
}

// givenAt reports whether a value is a source of a framework's that was read at n.
func givenAt(v *Value, n syntax.Node) bool {
	return len(v.Origins) > 0 && v.Origins[0].Node == n
}

// isCallee reports whether an expression is what a call calls.
func isCallee(n syntax.Node) bool {
	p := n.Parent()
	return p.OK() && p.Kind() == syntax.KindCall && n.Field() == syntax.FieldFunction
}

// attr is the attribute of a value; n is the expression, for origins.
func (f *frame) attr(obj *Value, name string, n syntax.Node) *Value {
	if v := obj.part(partKey{kind: attrPart, name: name}); v != nil {
		return v
	}
	if v := addressTest(obj, name); v != nil {
		return at(v, n)
	}
	if ofRequest(obj) {
		f.run.deps.add(f.m.a.dep(perRequest + name))
		if v := f.run.rebound(f.m, perRequest+name, nil); v != nil {
			return v
		}
	}
	if obj.rel != nil && obj.rel.how == "super" {
		if v := f.classAttrDepth(obj.rel.base, obj.cls, name, n, 0); v != nil {
			return v
		}
	}
	if obj.cls != nil {
		if q := f.taughtMember(obj.cls, name, 0); q != "" {
			return f.named(q, obj, n)
		}
		if v := f.classAttr(obj, name, n); v != nil {
			return v
		}
		if v := f.inherited(obj, name, n); v != nil {
			return v
		}
		if m := f.dunder(obj, "__getattr__"); m != nil && name != "__getattr__" {
			return f.inlineOn(syntax.Node{}, m, obj, []Arg{{Node: n, Value: strValue(name)}})
		}
	}
	if v := f.sourceMember(obj, n); v != nil {
		return v
	}
	if obj.Type == "dict" {
		if v := obj.Key(name); v != nil && !dictMethods[name] {
			return v // one whose keys are attributes too
		}
	}
	if obj.mod != nil {
		if v := f.ofModule(obj.mod, name); v != nil {
			return v
		}
		return &Value{Name: "~." + name}
	}
	if obj.Type == "enum.Enum" {
		return typed("enum.Enum")
	}
	if v := f.altAttr(obj, name, n); v != nil {
		return v
	}
	if name == "__dict__" && obj.cls != nil && obj.inst {
		return f.fieldDict(obj)
	}
	if q := obj.Type + "." + name; f.m.a.wantTypes[obj.Type] && f.m.a.wants[q] {
		return f.member(q, obj, n)
	}
	if obj.Type == "pathlib.Path" || obj.Type == "pathlib.PurePath" {
		switch name {
		case "name", "stem", "suffix":
			return retyped(whole(obj), "str").cleaned(models.Path)
		case "parents":
			return &Value{Type: "list", rest: typed("pathlib.Path"), rel: &relation{how: "parents", base: obj}}
		}
	}
	if obj.Type != "" {
		if q := f.m.set.Member(obj.Type, name); q != "" {
			return f.member(q, obj, n)
		}
		if t := f.m.set.TypeOf(obj.Type + ".*"); t != "" {
			return &Value{Name: obj.Type + "." + name, recv: obj, Type: t}
		}
	}
	if obj.Name != "" && obj.Type == "" && obj.Name[0] != '.' && len(obj.Origins) == 0 {
		q := f.m.set.Canonical(obj.Name + "." + name)
		if v := wellKnown[q]; v != nil {
			return v
		}
		if !f.m.set.Modelled(q) {
			// an object of the project or of a library without a model
			return &Value{Name: q, recv: obj, Origins: obj.Origins, Clean: obj.Clean, Weak: obj.Weak}
		}
		return f.named(q, nil, n)
	}
	return f.unknownAttr(obj, name)
}

// inherited is what a class of the project, not an instance of it, has from the
// library class that it derives from: Tea.query, Book.objects; nil if nothing
// is known of it.
func (f *frame) inherited(class *Value, name string, n syntax.Node) *Value {
	if class.inst {
		return nil // typed by its base
	}
	for _, b := range class.cls.externalBases(0) {
		if q := f.m.set.Member(b, name); q != "" {
			return f.named(q, class, n)
		}
	}
	return nil
}

// member is a known member q of an instance.
func (f *frame) member(q string, obj *Value, n syntax.Node) *Value {
	v := f.named(q, obj, n)
	if len(v.Origins) == 0 && len(obj.Origins) > 0 {
		c := *v
		c.Origins, c.Clean, c.Weak = obj.Origins, obj.Clean, obj.Weak
		v = &c
	}
	return v
}

// programNames are attributes that hold names of the program's own, whatever
// object has them.
var programNames = wordset.Of("_meta __tablename__ __table__ __name__ __qualname__ __module__")

// unknownAttr is an attribute that nothing is known of: it carries the data of
// its object, and may be a method.
func (f *frame) unknownAttr(obj *Value, name string) *Value {
	if programNames[name] {
		return &Value{Name: "." + name}
	}
	if name == "__class__" {
		return unknown // its name is no data
	}
	v := &Value{Name: "." + name, recv: obj, Origins: obj.Origins, Clean: obj.Clean, Weak: obj.Weak}
	if obj.rel != nil {
		v.rel = obj.rel
	}
	if obj == unknown || len(obj.Origins) == 0 {
		v.rel = nil
	}
	switch name {
	case "__dict__":
		v.Type = "__dict__"
	case "parents":
		return &Value{Type: "list", rest: unknown, rel: &relation{how: "parents", base: obj}}
	case "host":
		if len(obj.Origins) > 0 {
			v.rel = &relation{how: "hostname", base: obj}
		}
	case "hostname", "netloc", "scheme", "path", "port", "query":
		if obj.rel == nil && len(obj.Origins) > 0 && (name == "hostname" || name == "scheme") {
			v.rel = &relation{how: name, base: obj}
		}
		if obj.rel != nil && obj.rel.how == "parsed" {
			v.rel = obj.rel.part(name)
			if name == "path" { // of "////host" it is "//host"
				v.Clean = v.Clean&^models.Redirect | models.URL
				v.Weak |= models.Redirect
			}
		}
	}
	return v
}

// named is what a qualified name stands for.
func (f *frame) named(q string, recv *Value, n syntax.Node) *Value {
	if v := wellKnown[q]; v != nil {
		return v
	}
	v := &Value{Name: q, recv: recv, Type: f.m.set.TypeOf(q)}
	if s := f.m.set.Value(q); s != nil {
		v.Origins = []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}
		v.Clean = s.Cleared()
		if s.Type != "" {
			v.Type = s.Type
		}
		if s.Declared && recv != nil {
			if x := f.fieldValue(recv, v, 0); x != nil && recv.cls == nil {
				return x
			}
			return f.declared(recv, v, s)
		}
	}
	if recv != nil && recv.rel != nil && recv.rel.how == "parsed" {
		if i := strings.LastIndexByte(q, '.'); i >= 0 {
			v.rel = recv.rel.part(q[i+1:])

		}
	}
	return v
}

// label is the user's own text for an expression, cut to a readable length.
func label(n syntax.Node) string { return Label(n) }

// Label is the text of an expression on one line, cut to a readable length.
func Label(n syntax.Node) string {
	s := strings.Join(strings.Fields(n.Str()), " ")
	if len(s) > 48 {
		s = s[:45] + "..."
	}
	return s
}
