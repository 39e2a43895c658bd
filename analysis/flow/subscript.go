package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

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
