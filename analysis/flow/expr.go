package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
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

// subscript evaluates obj[key].
func (f *frame) subscript(n syntax.Node) *Value {
	obj := f.eval(n.Child(syntax.FieldValue))
	keyNode := n.Child(syntax.FieldSubscript)
	if strings.HasPrefix(obj.Name, "typing.") {
		return &Value{Name: "typing.Alias", rel: &relation{how: "alias", alias: n}}
	}
	if keyNode.Kind() == syntax.KindSlice {
		return headed(f.slice(obj, keyNode), obj, keyNode)
	}
	key := f.eval(keyNode)
	if obj.cls != nil {
		if v := f.localItem(n, obj, key); v != nil {
			return v
		}
	}
	if obj.Type == "dict" {
		if v := f.missing(obj, key, n); v != nil {
			return v
		}
	}
	if f.env != nil && key.tainted(models.Unknown) && ownKeys(obj) {
		f.learn(fact{base: key, kinds: models.All}) // else it would have raised
	}
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
	if obj.Name == "sys.version_info" {
		if i, ok := key.Int(); ok && i == 0 {
			return intValue(3)
		}
		return typed("int")
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
var ofBrowser = wordset.Of("referer referrer http_referer http_referrer origin host http_host http_origin")

// ofServer are keys of a request's environment that the server fills in.
var ofServer = wordset.Of(`SCRIPT_NAME REMOTE_ADDR REMOTE_PORT SERVER_NAME SERVER_PORT SERVER_PROTOCOL SERVER_SOFTWARE REQUEST_METHOD
	GATEWAY_INTERFACE DOCUMENT_ROOT wsgi.url_scheme`)

// ofHeader is what stands under a key, if that is of a request's headers or
// environment.
func ofHeader(key string, v *Value) *Value {
	switch {
	case ofServer[key]:
		return v.cleaned(models.All)
	case ofBrowser[strings.ToLower(key)]:
		return v.cleaned(models.Link)
	}
	return v
}

// item is the element of obj under a key.
func (f *frame) item(obj, key *Value) *Value {
	if len(key.Consts) != 1 {
		return elementOf(obj)
	}
	c := key.Consts[0]
	if c.Kind == IntConst || c.Kind == BoolConst {
		if v := indexed(obj, c.I); v != nil {
			return v
		}
	}
	if c.Kind == StrConst && obj.Type == "re.Match" {
		return matchGroup(obj, key)
	}
	if v := obj.partOr(constKey(c)); v != nil && c.Kind != IntConst {
		return v
	}
	if c.Kind == StrConst && len(obj.parts) > 0 && (obj.rest != nil || len(obj.Origins) > 0) {
		// none of those that are known
		other := obj.rest
		if len(obj.Origins) > 0 {
			other = join(other, someOf(obj))
		}
		return ofHeader(c.S, other)
	}
	if c.Kind == StrConst {
		return ofHeader(c.S, elementOf(obj))
	}
	return elementOf(obj)
}

// indexed is the element of a text or sequence at a place; nil if unknown.
func indexed(obj *Value, i int64) *Value {
	if obj.Type == "re.Match" {
		return matchGroup(obj, intValue(i))
	}
	if obj.Type == "dict" {
		return obj.partOr(partKey{kind: indexPart, i: int(i)})
	}
	if s, ok := obj.Str(); ok {
		r := []rune(s)
		if i < 0 {
			i += int64(len(r))
		}
		if i >= 0 && i < int64(len(r)) {
			return strValue(string(r[i]))
		}
		return nil
	}
	if obj.Pieces != nil {
		if i >= 0 {
			return slicedText(obj, intValue(i), intValue(i+1))
		}
		if i == -1 {
			return slicedText(obj, intValue(i), nil)
		}
		return slicedText(obj, intValue(i), intValue(i+1))
	}
	if i < 0 {
		list, ok := items(obj)
		if !ok {
			return nil
		}
		i += int64(len(list))
	}
	if obj.maybe && obj.rest != nil {
		return nil
	}
	return obj.partOr(partKey{kind: indexPart, i: int(i)})
}

// elementOf is any element of a container, or a value derived from an opaque one.
func elementOf(v *Value) *Value {
	if v.rel != nil && v.rel.how == "address" {
		return v
	}
	if out := elementOrNil(v); out != nil {
		return v.orOutside(out)
	}
	if len(v.Origins) == 0 {
		if (v.Consts != nil || v.fixed) && (v.Type == "str" || v.Type == "bytes") {
			return &Value{Type: v.Type, fixed: true}
		}
		if v.Type == "str" {
			return v
		}
		return unknown
	}
	return someOf(v)
}

// someOf is a part of a value of which only the data is known.
func someOf(v *Value) *Value {
	return &Value{Origins: v.Origins, Clean: v.Clean, Weak: v.Weak, rel: &relation{how: "item", base: v}}
}

// whole is a container seen as one value: with the data of all its parts.
func whole(v *Value) *Value {
	if v.parts == nil && v.rest == nil {
		return v
	}
	budget := maxLooked
	return wholeDepth(v, 0, &budget)
}

// maxLooked bounds the parts, and parts of parts, that one question looks at.
const maxLooked = 4000

func wholeDepth(v *Value, depth int, budget *int) *Value {
	if *budget--; v.parts == nil && v.rest == nil || depth > 3 || *budget < 0 {
		return v
	}
	out := &Value{Clean: models.All, Weak: models.All, Type: v.Type}
	out.mix(v)
	add := func(x *Value) {
		if x = wholeDepth(x, depth+1, budget); !x.Harmless() {
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
		v.Clean, v.Weak = x.cleanAmong(), x.Weak|x.Clean
	default:
		v.Clean &= x.cleanAmong()
		v.Weak &= x.Weak | x.cleanAmong()
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

// slice is obj[a:b].
func (f *frame) slice(obj *Value, n syntax.Node) *Value {
	lo, hi, step := f.sliceBounds(n)
	if obj.cls != nil && obj.inst {
		return whole(obj)
	}
	if obj.Type == "list" || obj.Type == "tuple" {
		return sliced(obj, lo, hi, step)
	}
	if s, ok := obj.Str(); ok {
		return slicedConst(s, lo, hi, step)
	}
	if step == nil {
		if lo, ok := intOf(lo, 0); ok {
			if hi, ok := intOf(hi, -1); ok && lo == hi {
				return emptyStr
			}
		}
		if obj.Pieces != nil {
			if v := slicedText(obj, lo, hi); v != nil {
				return v
			}
		}
	}
	v := &Value{Type: obj.Type, Origins: obj.Origins, Clean: obj.Clean, Weak: obj.Weak, rest: obj.rest, fixed: obj.fixed}
	if obj.Name == "sys.version_info" {
		v.Name = obj.Name
	}
	return v
}

func intOf(v *Value, none int64) (int64, bool) {
	if v == nil || v.IsNone() {
		return none, true
	}
	return v.Int()
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
