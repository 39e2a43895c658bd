package flow

import (
	"slices"

	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Value is what is known of a value. It is immutable and shared; a nil slice
// means "nothing known", and the zero Value is a value of unknown origin.
type Value struct {
	Origins []Origin    // where its data comes from; none for the program's own constants
	Clean   models.Kind // kinds it was properly cleaned for
	Weak    models.Kind // kinds it was half cleaned for
	Consts  []Const     // the literal values it can have; nil when unknown
	Pieces  []Piece     // a text put together: literals and holes; nil when not known
	Type    string      // qualified class of an instance: "sqlite3.Cursor", "str", "int"; "" unknown
	Name    string      // qualified name of a module, function, class or object: "os.system"

	alts  []*Value  // exclusive alternatives, where a join would lose their texts
	parts []part    // attributes, constant keys and positions
	rest  *Value    // every other element
	fn    *Func     // a function of the program
	cls   *Class    // a class of the program; with inst, an instance of it
	mod   *Analyzer // a module of the program
	inst  bool
	fixed bool // one of the program's own constants, too many to list
	maybe bool // some of the parts need not be there
	marks mark // what is known of a redirect target
	// doubled is the quote that was doubled in a text, so that it cannot end a
	// quoted name: x.replace('"', '""').
	doubled byte
	pre     *[]Arg // that a partial call holds already
	obj     *Value // the object that this is a later state of
	recv    *Value // receiver of a bound method
	root    *Value // the value that this one is a copy of, with another trail
	rel     *relation
}

// Origin is one place where data enters.
type Origin struct {
	Tier  models.Tier
	Label string      // in the user's words: "request.args", "name"
	Node  syntax.Node // the expression or parameter
	Steps *Trail      // how it went on from there
	Vague bool        // went through a call that nobody knows

	checks *WeakCheck // half measures that it went through, last first
}

// Trail is the way of a value so far, last step first.
type Trail struct {
	Prev *Trail
	Node syntax.Node
	Text string
	fn   *Func // that it came back from
	len  int
}

// Function is the function of the program that a value came back from: the
// file it is defined in and its name there, "Store.run"; both empty if it did
// not, or from one that no name leads to.
func (t *Trail) Function() (path, name string) {
	if t.fn == nil || t.fn.closure != nil {
		return "", ""
	}
	return t.fn.a.path, t.fn.name
}

// maxTrail bounds the steps that a finding shows.
const maxTrail = 20

// Piece is a literal part or a hole of a text put together.
type Piece struct {
	Text string      // of a literal part, decoded
	Hole *Value      // nil for a literal part
	Node syntax.Node // string token of a literal, expression of a hole
	Conv string      // "!r", ":>10", "%d"... of a hole, "" for plain text
}

type partKind uint8

const (
	attrPart partKind = iota
	keyPart
	indexPart
)

type partKey struct {
	kind partKind
	name string
	i    int
}

type part struct {
	key partKey
	v   *Value
}

// maxParts bounds the keys and attributes that are kept apart.
const maxParts = 48

// relation ties a value to the one it was computed from, for guards.
type relation struct {
	// how is "parsed", "hostname", "netloc", "scheme", "resolved", "commonpath",
	// "same", "behind" the first sign of base, "default" where base is empty, "test", "item" of base, "items" of base, "length" of base, "encoded"
	how   string
	codec string      // that undoes the encoding
	alias syntax.Node // of "alias", a name of a type: Annotated[...], Optional[...]
	base  *Value
	whole *Value // of "joined netloc": the absolute URL that base was made; of "commonpath": the other path
	facts []fact // of a test: what its outcome says
}

// aliased is the type that a name stands for, not OK for any other value.
func (v *Value) aliased() syntax.Node {
	if v.rel == nil {
		return syntax.Node{}
	}
	return v.rel.alias
}

// mark is one thing known of an address or path that says something together
// with others.
type mark uint16

const (
	noNetloc mark = 1 << iota
	noScheme
	leadingSlash
	noSlashSlash
	noBackslash
	webScheme   // http or https
	hostAllowed // its host is one of a list
	hostPublic  // its host's address is not a private one
	noDots      // a path without ".."
	relative    // a path that does not begin with a slash
	below       // a path that begins with a folder's name
	separated   // a resolved path with a separator at a place of its own
	noLineFeed  // no line end of the one kind is in a text
	noReturn    // nor of the other
)

// local reports whether the marks together keep a redirect on this host:
// browsers read a backslash as a slash, and // begins another host.
func (m mark) local() bool {
	if m&(noSlashSlash|noBackslash) != noSlashSlash|noBackslash {
		return false
	}
	return m&leadingSlash != 0 || m&(noNetloc|noScheme) == noNetloc|noScheme
}

// clean are the kinds that a value is clean for by its marks.
func (m mark) clean() models.Kind {
	var k models.Kind
	if m.local() {
		k |= models.Redirect
	}
	if m&noDots != 0 && m&(relative|below) != 0 || m&(below|separated) == below|separated {
		k |= models.Path
	}
	return k
}

// fact is what the outcome of a test says of a value.
type fact struct {
	marks  mark
	base   *Value
	kinds  models.Kind // it is clean for
	weak   models.Kind // it is half clean for
	how    Weakness    // why only half
	node   syntax.Node // of the test that is a half measure
	holds  bool        // the outcome of node with which it holds
	onTrue bool        // when the test holds; else when it does not
}

// test is a truth value whose outcome says something.
func test(facts ...fact) *Value {
	return &Value{Type: "bool", rel: &relation{how: "test", facts: facts}}
}

// unknown is the value that nothing is known of, result the same for what a
// call gave.
var (
	unknown = &Value{}
	result  = &Value{}
	nothing = &Value{fixed: true}
)

func typed(t string) *Value { return &Value{Type: t} }

// id is the value itself under all its copies.
func (v *Value) id() *Value {
	if v.root != nil {
		return v.root
	}
	return v
}

// harmlessType reports whether values of a type cannot carry an attack into a
// text.
func harmlessType(t string) bool {
	switch t {
	case "int", "float", "bool", "complex", "None",
		"uuid.UUID", "decimal.Decimal", "datetime.datetime", "datetime.date",
		"datetime.time", "datetime.timedelta", "enum.Enum", "range",
		"ipaddress.IPv4Address", "ipaddress.IPv6Address", "fractions.Fraction":
		return true
	}
	return false
}

// Harmless reports whether the value can only be a number, a constant or the like.
func (v *Value) Harmless() bool {
	return v.Consts != nil || v.fixed || harmlessType(v.Type) || v.fn != nil || (v.cls != nil && !v.inst)
}

// Str is the only text that the value can be.
func (v *Value) Str() (string, bool) {
	if len(v.Consts) == 1 && v.Consts[0].Kind == StrConst {
		return v.Consts[0].S, true
	}
	return "", false
}

// Bool is the only truth value that the value can be.
func (v *Value) Bool() (val, ok bool) {
	if len(v.Consts) == 1 && v.Consts[0].Kind == BoolConst {
		return v.Consts[0].I != 0, true
	}
	return false, false
}

// Int is the only whole number that the value can be.
func (v *Value) Int() (int64, bool) {
	if len(v.Consts) == 1 && v.Consts[0].Kind == IntConst {
		return v.Consts[0].I, true
	}
	return 0, false
}

// IsNone reports whether the value is None for certain.
func (v *Value) IsNone() bool { return len(v.Consts) == 1 && v.Consts[0].Kind == NoneConst }

// Key is the element under a constant text key of a dict display, nil if unknown.
func (v *Value) Key(name string) *Value {
	return v.partOr(partKey{kind: keyPart, name: name})
}

// Attr is what is known of an attribute, such as one that a keyword argument of
// the constructor set; nil if nothing is.
func (v *Value) Attr(name string) *Value {
	return v.part(partKey{kind: attrPart, name: name})
}

// Local reports whether the value is a function or class of this file.
func (v *Value) Local() bool { return v.fn != nil || v.cls != nil }

// values are those of the parts in order.
func (v *Value) values() []*Value {
	out := make([]*Value, len(v.parts))
	for i := range v.parts {
		out[i] = v.parts[i].v
	}
	return out
}

func (v *Value) part(k partKey) *Value {
	for i := range v.parts {
		if v.parts[i].key == k {
			return v.parts[i].v
		}
	}
	return nil
}

// partOr is an element as it is read; nil if it is not known.
func (v *Value) partOr(k partKey) *Value {
	x := v.part(k)
	if x == nil {
		return nil
	}
	return v.orOutside(x)
}

// orOutside is x, an element, or a part of the outside data that the container
// is on another way.
func (v *Value) orOutside(x *Value) *Value {
	if !v.maybe || len(v.Origins) == 0 {
		return x
	}
	return join(x, someOf(v))
}

// with returns a copy that has one part replaced or added.
func (v *Value) with(k partKey, x *Value) *Value {
	c := v.changed()
	i := slices.IndexFunc(v.parts, func(p part) bool { return p.key == k })
	switch {
	case i >= 0:
		c.parts = slices.Clone(v.parts)
		c.parts[i].v = x
	case len(v.parts) >= maxParts:
		c.rest = join(c.rest, x)
	default:
		c.parts = make([]part, len(v.parts)+1)
		c.parts[copy(c.parts, v.parts)] = part{k, x}
	}
	return c
}

// set replaces or adds one part of a fresh value, which nobody else holds yet and
// whose parts are its own.
func (v *Value) set(k partKey, x *Value) {
	v.obj = v.object()
	if i := slices.IndexFunc(v.parts, func(p part) bool { return p.key == k }); i >= 0 {
		v.parts[i].v = x
		return
	}
	v.parts = append(v.parts, part{k, x})
}

// changed returns a copy that is a later state of the same object.
func (v *Value) changed() *Value {
	c := *v
	c.obj, c.root, c.rel = v.object(), nil, nil
	c.Consts, c.Pieces, c.alts, c.fixed = nil, nil, nil, false
	return &c
}

// object is the object under all its states.
func (v *Value) object() *Value {
	if v.obj != nil {
		return v.obj
	}
	return v.id()
}

// without returns a copy that lacks one part.
func (v *Value) without(k partKey) *Value {
	c := v.changed()
	c.parts = slices.DeleteFunc(slices.Clone(v.parts), func(p part) bool { return p.key == k })
	return c
}

// withRest returns a copy into whose unknown elements x has gone.
func (v *Value) withRest(x *Value) *Value {
	c := v.changed()
	c.rest = join(v.rest, x)
	return c
}

// cleaned returns a copy that is clean for more kinds.
func (v *Value) cleaned(k models.Kind) *Value { return v.cleanedDepth(k, 0) }

func (v *Value) cleanedDepth(k models.Kind, depth int) *Value {
	if v.Clean&k == k || v.Harmless() {
		return v
	}
	c := *v
	c.Clean |= k
	c.root = v.id()
	if depth < 2 && (len(v.parts) > 0 || v.rest != nil) {
		c.each(func(x *Value) *Value { return x.cleanedDepth(k, depth+1) })
	}
	return &c
}

// each replaces every element of a fresh copy of a container.
func (v *Value) each(better func(*Value) *Value) {
	v.parts = slices.Clone(v.parts)
	for i := range v.parts {
		if v.parts[i].key.kind != attrPart {
			v.parts[i].v = better(v.parts[i].v)
		}
	}
	if v.rest != nil {
		v.rest = better(v.rest)
	}
}

func (v *Value) weakened(k models.Kind) *Value {
	if v.Weak&k == k || v.Harmless() {
		return v
	}
	c := *v
	c.Weak |= k
	c.root = v.id()
	return &c
}

// marked returns a copy of which more is known as a redirect target.
func (v *Value) marked(m mark) *Value {
	if v.marks&m == m || v.Harmless() {
		return v
	}
	c := *v
	c.marks |= m
	c.root = v.id()
	c.Clean |= c.marks.clean()
	return &c
}

// tainted reports whether data of at least the tier is in the value or its parts.
func (v *Value) tainted(least models.Tier) bool {
	return v.any(func(t models.Tier) bool { return t >= least })
}

// followed reports whether data worth following is in the value or its parts.
func (v *Value) followed() bool { return v.any(models.Tier.Followed) }

// tells reports whether the text of an exception is in the value or its parts.
func (v *Value) tells() bool {
	return v.any(func(t models.Tier) bool { return t == models.Error })
}

// Remote reports whether data of a client is in the value or its parts, clean or
// not.
func (v *Value) Remote() bool {
	return v.any(func(t models.Tier) bool { return t == models.Remote })
}

// any reports whether data of some tier is in the value or its parts.
func (v *Value) any(tier func(models.Tier) bool) bool {
	budget := maxLooked
	return v.holds(tier, 0, &budget)
}

func (v *Value) holds(tier func(models.Tier) bool, depth int, budget *int) bool {
	if *budget--; v == nil || depth > 4 || *budget < 0 {
		return false
	}
	for i := range v.Origins {
		if tier(v.Origins[i].Tier) {
			return true
		}
	}
	for i := range v.Pieces {
		if h := v.Pieces[i].Hole; h != nil && h.holds(tier, depth+1, budget) {
			return true
		}
	}
	for _, a := range v.alts {
		if a.holds(tier, depth+1, budget) {
			return true
		}
	}
	for i := range v.parts {
		if v.parts[i].v.holds(tier, depth+1, budget) {
			return true
		}
	}
	return v.rest.holds(tier, depth+1, budget)
}

// step returns a copy whose data, and that of its parts, took one more step,
// for data worth following.
func (v *Value) step(n syntax.Node, text string) *Value {
	return v.stepDepth(Trail{Node: n, Text: text}, 0)
}

// returnedBy is step for what a function of the program returned.
func (v *Value) returnedBy(fn *Func, n syntax.Node) *Value {
	return v.stepDepth(Trail{Node: n, Text: "returned by " + fn.name + "()", fn: fn}, 0)
}

func (v *Value) stepDepth(next Trail, depth int) *Value {
	own := v.worthFollowing()
	if !own && !v.holdsData(depth) {
		return v
	}
	c := *v
	c.root = v.id()
	if depth < maxStepped {
		for i, p := range v.parts {
			if x := p.v.stepDepth(next, depth+1); x != p.v {
				if &c.parts[0] == &v.parts[0] {
					c.parts = slices.Clone(v.parts)
				}
				c.parts[i].v = x
			}
		}
		if v.rest != nil {
			c.rest = v.rest.stepDepth(next, depth+1)
		}
	}
	if !own {
		return &c
	}
	c.Origins = make([]Origin, len(v.Origins))
	for i, o := range v.Origins {
		if o.Tier.Followed() && (o.Steps == nil || o.Steps.len < maxTrail) {
			t := next
			t.Prev, t.len = o.Steps, 1
			if o.Steps != nil {
				t.len = o.Steps.len + 1
			}
			o.Steps = &t
		}
		c.Origins[i] = o
	}
	return &c
}

// steps reports whether step makes a difference.
func (v *Value) steps() bool { return v.worthFollowing() || v.holdsData(0) }

// maxStepped bounds the parts of parts whose data is followed step by step.
const maxStepped = 2

// holdsData reports whether a part of a value is worth following.
func (v *Value) holdsData(depth int) bool {
	if depth >= maxStepped {
		return false
	}
	for i := range v.parts {
		if x := v.parts[i].v; x.worthFollowing() || x.holdsData(depth+1) {
			return true
		}
	}
	return v.rest != nil && (v.rest.worthFollowing() || v.rest.holdsData(depth+1))
}

func (v *Value) worthFollowing() bool {
	for i := range v.Origins {
		if v.Origins[i].Tier.Followed() {
			return true
		}
	}
	return false
}

// Span of the origin's expression, relative to its unit.
func (o *Origin) Span() source.Span { return o.Node.Span() }

// Names are the qualified names of everything that the value can be.
func (v *Value) Names() []string {
	if v.Name != "" {
		return []string{v.Name}
	}
	var out []string
	for _, a := range v.alts {
		if a.Name != "" {
			out = append(out, a.Name)
		}
	}
	return out
}

// as is a copy of another type.
func (v *Value) as(t string) *Value {
	c := *v
	c.Type, c.root = t, v.id()
	return &c
}

// Text is the only text or bytes that the value can be.
func (v *Value) Text() (string, bool) {
	if len(v.Consts) == 1 && (v.Consts[0].Kind == StrConst || v.Consts[0].Kind == BytesConst) {
		return v.Consts[0].S, true
	}
	return "", false
}

// Literal reports whether the value is a text or bytes that the program spells out,
// be it encoded: bytes.fromhex("0f").
func (v *Value) Literal() bool {
	return (len(v.Consts) > 0 || v.fixed) && len(v.Origins) == 0 && (v.Type == "str" || v.Type == "bytes")
}

// Elements are the elements of a list or tuple at known positions, in order;
// all is false if it may hold more.
func (v *Value) Elements() (list []*Value, all bool) {
	for i := range v.parts {
		x := v.Element(i)
		if x == nil {
			break
		}
		list = append(list, x)
	}
	return list, v.rest == nil && v.parts != nil && !v.maybe
}

// CanBe reports whether the value, or an alternative of it, is that text.
func (v *Value) CanBe(text string) bool {
	for _, c := range v.Consts {
		if c.Kind == StrConst && c.S == text {
			return true
		}
	}
	for _, a := range v.alts {
		if a.CanBe(text) {
			return true
		}
	}
	return false
}

// Rest is what every element at an unknown position can be, nil if there is none.
func (v *Value) Rest() *Value { return v.rest }

// Len is the number of elements of a list, tuple or dict, if it is known.
func (v *Value) Len() (int, bool) {
	switch v.Type {
	case "list", "tuple", "dict":
		return length(v)
	}
	return 0, false
}

// Element is the element of a list or tuple display at a position, nil if unknown.
func (v *Value) Element(i int) *Value { return v.partOr(partKey{kind: indexPart, i: i}) }

// Parts are the elements of a list, tuple or set and the values of a dict, as
// far as they are known; a value that is none of these is its own only part.
func Parts(v *Value) []*Value {
	if v.parts == nil && v.rest == nil {
		return []*Value{v}
	}
	var out []*Value
	for _, p := range v.parts {
		out = append(out, p.v)
	}
	if v.rest != nil {
		out = append(out, v.rest)
	}
	return out
}

// Definition is the definition of the function that a value is, if that is one
// of the program.
func (v *Value) Definition() syntax.Node {
	if v.fn == nil {
		return syntax.Node{}
	}
	return v.fn.node
}
