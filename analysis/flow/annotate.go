package flow

import (
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// annotated is v seen through a type annotation.
func (f *frame) annotated(t syntax.Node, v *Value) *Value {
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	return f.byType(t, v, 0)
}

func (f *frame) byType(t syntax.Node, v *Value, depth int) *Value {
	if !t.OK() || depth > 6 {
		return v
	}
	switch t.Kind() {
	case syntax.KindType, syntax.KindParenthesizedExpression:
		return f.byType(t.NamedChild(0), v, depth+1)
	case syntax.KindString:
		name := strings.Trim(t.Str(), `"'`)
		if one := optional(name); isDottedName(one) {
			name = one
			return f.byTypeValue(f.lookupDotted(name), v, depth)
		}
		return v
	case syntax.KindIdentifier, syntax.KindAttribute:
		return f.byTypeValue(f.eval(t), v, depth)
	case syntax.KindGenericType, syntax.KindSubscript:
		return f.byGeneric(t, v, depth)
	case syntax.KindBinaryOperator, syntax.KindUnionType:
		var list []syntax.Node
		for c := range t.NamedChildren() {
			list = append(list, c)
		}
		return f.byUnion(list, v, depth)
	case syntax.KindCall: // conint(ge=0), constr(pattern=...)
		if isHarmlessPydantic(f.eval(t.Child(syntax.FieldFunction)).Name) {
			return typed("int")
		}
		return f.constrained(t, v)
	}
	return v
}

// optional is X of a quoted "X | None" or "Optional[X]".
func optional(text string) string {
	if in, ok := strings.CutPrefix(strings.TrimPrefix(text, "typing."), "Optional["); ok {
		return strings.TrimSuffix(in, "]")
	}
	a, b, union := strings.Cut(text, "|")
	switch a, b = strings.TrimSpace(a), strings.TrimSpace(b); {
	case union && b == "None":
		return a
	case union && a == "None":
		return b
	}
	return text
}

// byUnion is X | Y: typed if all but None agree, or none can do harm.
func (f *frame) byUnion(list []syntax.Node, v *Value, depth int) *Value {
	var out *Value
	for _, c := range list {
		if c.Str() == "None" {
			continue
		}
		x := f.byType(c, v, depth+1)
		switch {
		case out == nil || out.Harmless() && x.Harmless():
			out = x
		case out.Type != x.Type || out.cls != x.cls:
			return v
		}
	}
	if out == nil {
		return v
	}
	return out
}

// typeArgs are the arguments of a generic type.
func typeArgs(t syntax.Node) []syntax.Node {
	var out []syntax.Node
	head := t.NamedChild(0)
	for c := range t.NamedChildren() {
		switch {
		case c.Index() == head.Index():
		case c.Kind() == syntax.KindTypeParameter:
			for p := range c.NamedChildren() {
				out = append(out, p)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// byGeneric is X[...]: Optional, Annotated, Literal, list...
func (f *frame) byGeneric(t syntax.Node, v *Value, depth int) *Value {
	head := t.NamedChild(0)
	name := head.Str()
	name = name[strings.LastIndexByte(name, '.')+1:]
	if t.Kind() == syntax.KindSubscript {
		name = head.Str()
		name = name[strings.LastIndexByte(name, '.')+1:]
	}
	arg := t.NamedChild(1)
	if arg.OK() && arg.Kind() == syntax.KindTypeParameter {
		arg = arg.NamedChild(0)
	}
	switch name {
	case "Annotated":
		v = f.byType(arg, v, depth+1)
		for d := range t.Descendants() {
			if d.Kind() == syntax.KindCall {
				v = f.constrained(d, v)
			}
		}
		return v
	case "Optional", "Final", "ClassVar", "Required", "NotRequired", "Mapped":
		return f.byType(arg, v, depth+1)
	case "Union":
		return f.byUnion(typeArgs(t), v, depth+1)
	case "Literal":
		return typed("enum.Enum")
	case "list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "Iterable", "frozenset", "FrozenSet", "Collection", "Iterator":
		x := f.byType(arg, v, depth+1)
		if x == v {
			return v
		}
		return &Value{Type: "list", rest: x}
	case "dict", "Dict", "Mapping", "MutableMapping":
		return v
	}
	return f.byType(head, v, depth+1)
}

// constrained is v under the pattern that Query(pattern=...) and the like ask for.
func (f *frame) constrained(call syntax.Node, v *Value) *Value {
	if !call.OK() || call.Kind() != syntax.KindCall {
		return v
	}
	args := f.args(call.Child(syntax.FieldArguments))
	for _, name := range []string{"pattern", "regex"} {
		p := FindValue(args, name)
		if p == nil {
			continue
		}
		if s, ok := p.Str(); ok {
			// the pattern is searched for, and $ matches at the very end only
			kinds, _ := judgePattern("fullmatch", s)
			if strings.HasPrefix(s, "^") && (strings.HasSuffix(s, "$") || strings.HasSuffix(s, `\z`)) {
				return v.cleaned(kinds)
			}
		}
	}
	return v
}

// byTypeValue is v as an instance of the class that c names.
func (f *frame) byTypeValue(c, v *Value, depth int) *Value {
	switch {
	case c.aliased().OK():
		return f.home(c.aliased()).byType(c.aliased(), v, depth+1)
	case c.cls != nil && v.inst && v.cls == c.cls:
		return v
	case c.cls != nil && !c.inst:
		return f.byLocalClass(c.cls, v, depth)
	case harmlessType(c.Name):
		return typed(c.Name)
	case c.Name == "str" || c.Name == "bytes":
		return retyped(v, c.Name)
	case c.Name == "" || builtins[c.Name] || strings.HasPrefix(c.Name, "~") || strings.HasPrefix(c.Name, "."):
		return v
	case strings.HasPrefix(c.Name, "typing."):
		return v
	case strings.HasPrefix(c.Name, "pydantic."):
		if isHarmlessPydantic(c.Name) {
			return typed("int")
		}
		return retyped(v, "str")
	}
	// an object of a library: its own members say what is from outside
	out := typed(c.Name)
	if s := f.m.set.Value(c.Name); s != nil {
		w := *out
		w.Origins = v.Origins
		return &w
	}
	if !f.m.set.HasMembers(c.Name) {
		w := *out
		w.Origins, w.Clean = v.Origins, v.Clean
		return &w
	}
	return out
}

func isHarmlessPydantic(name string) bool {
	n := name[strings.LastIndexByte(name, '.')+1:]
	for _, p := range []string{"conint", "Positive", "Negative", "NonNegative", "NonPositive", "UUID", "confloat", "Past", "Future", "StrictInt", "StrictBool", "StrictFloat", "IPvAny", "condecimal", "ByteSize"} {
		if strings.HasPrefix(n, p) {
			return true
		}
	}
	return false
}

// byLocalClass is an instance of a class of this file whose fields come from
// where v comes from, each by its own annotation.
func (f *frame) byLocalClass(c *Class, v *Value, depth int) *Value {
	if enumLike(c) {
		return typed("enum.Enum")
	}
	obj := f.instance(c)
	if len(v.Origins) == 0 || c.unit == nil || depth > 3 {
		return obj
	}
	out := *obj
	f.fieldsOf(&out, c, v, depth)
	if out.Type == "typing.TypedDict" || out.Type == "typing_extensions.TypedDict" {
		d := &Value{Type: "dict", parts: slices.Clone(out.parts)}
		for i := range d.parts {
			d.parts[i].key.kind = keyPart
		}
		return d
	}
	return &out
}

func (f *frame) fieldsOf(out *Value, c *Class, v *Value, depth int) {
	for _, b := range c.bases {
		if b.cls != nil && b.cls.unit != nil && depth < 6 {
			f.fieldsOf(out, b.cls, v, depth+1)
		}
	}
	f.run.deps.add(c.a.dep(c.name))
	g := f.in(c.a)
	checks := validators{of: c, home: g}
	for _, o := range c.a.m.body[c.name] {
		u := c.a.m.units[o].unit
		name, t := annotatedField(u)
		if !t.OK() {
			continue
		}
		field := &Value{Origins: make([]Origin, len(v.Origins)), Clean: v.Clean}
		for i, x := range v.Origins {
			x.Label += "." + name
			field.Origins[i] = x
		}
		if len(out.parts) < maxParts {
			out.set(partKey{kind: attrPart, name: name}, f.validated(&checks, name, u, g.byType(t, field, depth+1)))
		}
	}
}

// validated is a field's value after the pattern of its Field(...) and the
// validators of its class.
func (f *frame) validated(checks *validators, name string, u *syntax.Unit, v *Value) *Value {
	if v.Harmless() {
		return v
	}
	g := checks.home
	f.run.quiet++
	defer func() { f.run.quiet-- }()
	if right := u.Root().NamedChild(0).Child(syntax.FieldRight); right.OK() {
		v = g.constrained(right, v)
	}
	if !checks.read {
		checks.read = true
		g.readValidators(checks)
	}
	for _, x := range checks.list {
		if !slices.Contains(x.fields, name) && !slices.Contains(x.fields, "*") {
			continue
		}
		if x := f.follow(syntax.Node{}, syntax.Node{}, x.fn, &Value{cls: checks.of}, []Arg{{Node: u.Root(), Value: v}}); x != neverReturns {
			v = x
		}
	}
	return v
}

// validators are the methods of a class that check its fields, read when they
// are first asked for.
type validators struct {
	of   *Class
	home *frame // in its file
	read bool
	list []validator
}

type validator struct {
	fn     *Func
	fields []string // "*" for all
}

// readValidators finds the methods that are decorated as validators.
func (f *frame) readValidators(checks *validators) {
	c := checks.of
	for _, o := range c.a.m.body[c.name] {
		st := c.a.m.units[o]
		if st.unit.Class != syntax.Function {
			continue
		}
		if fields := f.validates(st); len(fields) > 0 {
			fn := c.a.m.function(st)
			fn.class = c
			checks.list = append(checks.list, validator{fn, fields})
		}
	}
}

// validates are the fields that a method is a validator of.
func (f *frame) validates(st *unitState) (fields []string) {
	for _, d := range python.Decorators(st.unit.Root()) {
		if d.Kind() != syntax.KindCall {
			continue
		}
		name := f.eval(d.Child(syntax.FieldFunction)).Name
		if name = name[strings.LastIndexByte(name, '.')+1:]; name != "field_validator" && name != "validator" {
			continue
		}
		for _, a := range f.args(d.Child(syntax.FieldArguments)) {
			if s, ok := a.Value.Str(); ok && a.Name == "" {
				fields = append(fields, s)
			}
		}
	}
	return fields
}

func (f *frame) lookupDotted(name string) *Value {
	first, rest, more := strings.Cut(name, ".")
	v := f.load(first)
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ".")
		v = f.attr(v, part, syntax.Node{})
	}
	return v
}

func isDottedName(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if !isWordByte(s[i]) && s[i] != '.' {
			return false
		}
	}
	return true
}
