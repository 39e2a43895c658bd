package flow

import (
	"strings"

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

// attribute evaluates obj.name.
func (f *frame) attribute(n syntax.Node) *Value {
	obj := f.eval(n.Child(syntax.FieldObject))
	return f.attr(obj, n.Child(syntax.FieldAttribute).Str(), n)
}

// attr is the attribute of a value; n is the expression, for origins.
func (f *frame) attr(obj *Value, name string, n syntax.Node) *Value {
	if v := obj.part(partKey{kind: attrPart, name: name}); v != nil {
		return v
	}
	if obj.cls != nil {
		if v := f.classAttr(obj, name, n); v != nil {
			return v
		}
		if v := f.inherited(obj, name, n); v != nil {
			return v
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
var programNames = words("_meta __tablename__ __table__ __name__ __qualname__ __module__")

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
			v.rel = &relation{how: name, base: obj.rel.base}
		}
	}
	return v
}

// named is what a qualified name stands for.
func (f *frame) named(q string, recv *Value, n syntax.Node) *Value {
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
			v.rel = &relation{how: q[i+1:], base: recv.rel.base}
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

// subscript evaluates obj[key].
func (f *frame) subscript(n syntax.Node) *Value {
	obj := f.eval(n.Child(syntax.FieldValue))
	keyNode := n.Child(syntax.FieldSubscript)
	if strings.HasPrefix(obj.Name, "typing.") {
		return &Value{Name: "typing.Alias", alias: n}
	}
	if keyNode.Kind() == syntax.KindSlice {
		f.eval(keyNode)
		return headed(f.slice(obj, keyNode), obj, keyNode)
	}
	key := f.eval(keyNode)
	for _, owner := range [2]string{obj.Name, obj.Type} {
		if call := f.m.set.Item(owner); call != "" {
			f.called(n, call, obj, []Arg{{Node: keyNode, Value: key}})
			break
		}
	}
	if v := f.keyed(obj, key, n); v != nil {
		return v
	}
	if t := key.Attr("type"); t != nil && key.Type == "aiohttp.web.AppKey" {
		return f.byTypeValue(t, unknown, 0)
	}
	if v := f.pathParam(obj, key); v != nil {
		return v
	}
	if s, ok := key.Str(); ok && obj.cls != nil && obj.inst { // form["name"]
		if v := f.classAttr(obj, s, n); v != nil && f.m.set.Field(v.Type) != nil {
			return v
		}
	}
	if s := f.m.set.Value(obj.Type + "[]"); s != nil && obj.Type != "" && len(obj.Origins) == 0 {
		return &Value{Type: s.Type, Clean: s.Cleared(), Origins: []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}}
	}
	return headed(f.typedItem(obj, f.item(obj, key)), obj, keyNode)
}

// typedItem is an element of obj with the class that the models know of it.
func (f *frame) typedItem(obj, item *Value) *Value {
	t := f.elementType(obj)
	if t == "" || item.Type == t || item.Consts != nil {
		return item
	}
	v := *item
	v.Type, v.root = t, nil
	return &v
}

// elementType is the class of the elements of a container of a library.
func (f *frame) elementType(obj *Value) string {
	if obj.Name != "" {
		if t := f.m.set.TypeOf(obj.Name + "[]"); t != "" {
			return t
		}
	}
	if obj.Type == "" {
		return ""
	}
	return f.m.set.TypeOf(obj.Type + "[]")
}

// ofElements is the result of a call as a container whose elements have a class.
func (f *frame) ofElements(call string, v *Value) *Value {
	t := f.m.set.TypeOf(call + "()[]")
	if t == "" {
		return v
	}
	x := &Value{Type: t, Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
	if strings.HasSuffix(call, ".items") {
		key := &Value{Type: "str", Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
		x = &Value{Type: "tuple", parts: []part{{partKey{kind: indexPart}, key}, {partKey{kind: indexPart, i: 1}, x}}}
	}
	c := *v
	c.Type, c.root, c.rest = "list", nil, x
	return &c
}

// ofBrowser are header fields that hold addresses of pages, as browsers fill
// them in.
var ofBrowser = words("referer referrer http_referer http_referrer origin host http_host http_origin")

// ofServer are keys of a request's environment that the server fills in.
var ofServer = words(`SCRIPT_NAME REMOTE_ADDR REMOTE_PORT SERVER_NAME SERVER_PORT SERVER_PROTOCOL SERVER_SOFTWARE REQUEST_METHOD
	GATEWAY_INTERFACE DOCUMENT_ROOT wsgi.url_scheme`)

// item is the element of obj under a key.
func (f *frame) item(obj, key *Value) *Value {
	if s, ok := key.Str(); ok {
		if v := obj.part(partKey{kind: keyPart, name: s}); v != nil {
			return v
		}
		if ofServer[s] {
			return elementOf(obj).cleaned(models.All)
		}
		if ofBrowser[strings.ToLower(s)] {
			return elementOf(obj).cleaned(models.Link)
		}
	}
	if i, ok := key.Int(); ok {
		if v := indexed(obj, i); v != nil {
			return v
		}
	}
	if obj.Type == "dict" && allParts(obj, func(v *Value) bool { return v.Consts != nil || v.fn != nil }) {
		// a lookup in a table of the program's own constants
		return elementOf(obj)
	}
	return elementOf(obj)
}

func indexed(obj *Value, i int64) *Value {
	if s, ok := obj.Str(); ok {
		if i < 0 {
			i += int64(len(s))
		}
		if i >= 0 && i < int64(len(s)) && s[i] < 0x80 {
			return strValue(s[i : i+1])
		}
		return nil
	}
	if i < 0 {
		n := 0
		for _, p := range obj.parts {
			if p.key.kind == indexPart {
				n++
			}
		}
		if obj.rest != nil {
			return nil
		}
		i += int64(n)
	}
	return obj.part(partKey{kind: indexPart, i: int(i)})
}

func allParts(v *Value, ok func(*Value) bool) bool {
	if v.rest != nil && !ok(v.rest) {
		return false
	}
	for _, p := range v.parts {
		if p.key.kind != attrPart && !ok(p.v) {
			return false
		}
	}
	return len(v.parts) > 0 || v.rest != nil
}

// elementOf is any element of a container, or a value derived from an opaque one.
func elementOf(v *Value) *Value {
	var out *Value
	for _, p := range v.parts {
		if p.key.kind != attrPart {
			out = join(out, p.v)
		}
	}
	out = join(out, v.rest)
	if out != nil {
		return out
	}
	if len(v.Origins) == 0 {
		if v.Consts != nil && (v.Type == "str" || v.Type == "bytes") {
			return typed(v.Type)
		}
		return unknown
	}
	return &Value{Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
}

// whole is a container seen as one value: with the data of all its parts.
func whole(v *Value) *Value { return wholeDepth(v, 0) }

func wholeDepth(v *Value, depth int) *Value {
	if (v.parts == nil && v.rest == nil) || depth > 3 {
		return v
	}
	out := &Value{Clean: models.All, Weak: models.All, Type: v.Type}
	out.mix(&Value{Origins: v.Origins, Clean: v.Clean, Weak: v.Weak})
	add := func(x *Value) {
		if x = wholeDepth(x, depth+1); !x.Harmless() {
			out.mix(x)
		}
	}
	for _, p := range v.parts {
		add(p.v)
	}
	if v.rest != nil {
		add(v.rest)
	}
	if len(out.Origins) == 0 {
		out.Clean, out.Weak = 0, 0
	}
	return out
}

// mix adds the data of x to a new value that holds that of several. It is clean
// for what all of it is clean for; but where a client's data is among it, second
// hand data and that of the operator, which harms less, does not count.
func (v *Value) mix(x *Value) {
	if len(x.Origins) == 0 {
		return // what is not known says nothing of the rest
	}
	old, more := v.worst(), x.worst()
	v.Origins = joinOrigins(v.Origins, x.Origins)
	switch {
	case old == models.Remote && (more == models.Stored || more == models.Operator):
	case more == models.Remote && (old == models.Stored || old == models.Operator):
		v.Clean, v.Weak = x.Clean, x.Weak|x.Clean
	default:
		v.Clean &= x.Clean
		v.Weak &= x.Weak | x.Clean
	}
}

// worst is the most dangerous tier of the data in a value.
func (v *Value) worst() models.Tier {
	worst := models.Constant
	for i := range v.Origins {
		worst = max(worst, v.Origins[i].Tier)
	}
	return worst
}

// slice keeps a text's constant if its bounds are constants.
func (f *frame) slice(obj *Value, _ syntax.Node) *Value {
	if obj.Type == "list" || obj.Type == "tuple" {
		return &Value{Type: obj.Type, rest: elementOf(obj), Origins: obj.Origins, Clean: obj.Clean, Weak: obj.Weak}
	}
	return &Value{Type: obj.Type, Origins: obj.Origins, Clean: obj.Clean, Weak: obj.Weak, rest: obj.rest}
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
	for c := range n.NamedChildren() {
		x := f.eval(c)
		if k := c.Kind(); k == syntax.KindListSplat || v.Type == "set" || i >= maxParts || v.rest != nil {
			if k == syntax.KindListSplat {
				x = f.iterate(x)
			}
			v.rest = join(v.rest, x)
			continue
		}
		v.parts = append(v.parts, part{partKey{kind: indexPart, i: i}, x})
		i++
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
			x := f.eval(c)
			for _, p := range x.parts {
				v = v.with(p.key, p.v)
			}
			if x.rest != nil || x.parts == nil {
				v.rest = join(v.rest, elementOf(x))
			}
			continue
		}
		k := f.eval(c.Child(syntax.FieldKey))
		x := f.eval(c.Child(syntax.FieldValue))
		if s, ok := k.Str(); ok && len(v.parts) < maxParts {
			v = v.with(partKey{kind: keyPart, name: s}, x)
			continue
		}
		v.rest = join(v.rest, x)
		v = v.withKey(k)
	}
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
	if len(v.Consts) == 1 && n.Op() == "-" {
		c := v.Consts[0]
		switch c.Kind {
		case IntConst:
			return intValue(-c.I)
		case FloatConst:
			c.F = -c.F
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
	for c := range n.NamedChildren() {
		switch c.Kind() {
		case syntax.KindForInClause:
			seq := c.Child(syntax.FieldRight)
			item := f.items(seq, f.eval(seq))
			f.bindOver(c.Child(syntax.FieldLeft), item)
		case syntax.KindIfClause:
			yes, _ := f.cond(c.NamedChild(0))
			if yes == nil {
				f.env = before
				return &Value{Type: "list", parts: []part{}}
			}
			f.env = yes
		}
	}
	body := n.Child(syntax.FieldBody)
	v := &Value{Type: "list"}
	if n.Kind() == syntax.KindGeneratorExpression {
		v.Type = "generator"
	}
	if body.Kind() == syntax.KindPair {
		k := f.eval(body.Child(syntax.FieldKey))
		v.Type = "dict"
		v.rest = f.eval(body.Child(syntax.FieldValue))
		v = v.withKey(k)
	} else {
		v.rest = f.eval(body)
	}
	f.env = before
	return v
}

// bindOver binds the variables of a comprehension without touching the scope.
func (f *frame) bindOver(target syntax.Node, v *Value) {
	switch target.Kind() {
	case syntax.KindIdentifier:
		f.env.push(target.Str(), v)
	case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern, syntax.KindTuple:
		i := 0
		for c := range target.NamedChildren() {
			x := elementOf(v)
			if p := v.part(partKey{kind: indexPart, i: i}); p != nil {
				x = p
			}
			f.bindOver(c, x)
			i++
		}
	}
}

// iterate is one item of iterating over a value.
func (f *frame) iterate(v *Value) *Value {
	if s, ok := v.Str(); ok && len(s) <= maxConsts {
		var out *Value
		for _, r := range s {
			out = join(out, strValue(string(r)))
		}
		if out != nil {
			return out
		}
	}
	if v.Type == "dict" && (v.parts != nil || v.rest != nil) {
		var out *Value
		for _, p := range v.parts {
			if p.key.kind == keyPart {
				out = join(out, strValue(p.key.name))
			}
		}
		if v.rest == nil && out != nil {
			return out
		}
		return unknown
	}
	return elementOf(v)
}
