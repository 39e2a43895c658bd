package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// comparison evaluates a == b, a in b, a < b < c.
func (f *frame) comparison(n syntax.Node) *Value {
	var operands []*Value
	var ops []string
	for c := range n.Children() {
		switch {
		case c.Field() == syntax.FieldOperators:
			ops = append(ops, strings.Join(strings.Fields(c.Str()), " "))
		case c.Named() && !c.Extra():
			v := f.eval(c)
			f.recall(c, v)
			operands = append(operands, v)
		}
	}
	if len(ops) == 0 || len(operands) != len(ops)+1 {
		return typed("bool")
	}
	if len(ops) == 1 {
		f.compared(n, ops[0], operands)
	}
	out := compareValues(ops[0], operands[0], operands[1])
	for i := 1; i < len(ops); i++ {
		if t, ok := truth(out); ok && !t {
			return out
		}
		next := compareValues(ops[i], operands[i], operands[i+1])
		switch t, ok := truth(next); {
		case ok && !t:
			return next
		case ok:
		default:
			if t, ok := truth(out); ok && t {
				out = next
			} else {
				out = test(combine(true, factsOf(out), factsOf(next))...)
			}
		}
	}
	return at(out, n)
}

// recall keeps the value of an expression that gives the same each time it is
// written, such as request.args["x"], so that a test of it says something of the
// next.
func (f *frame) recall(n syntax.Node, v *Value) {
	if f.env == nil || len(v.Origins) == 0 || v.rel != nil && v.rel.how != "item" || v.Origins[0].Tier != models.Remote || !repeatable(n, 0) || f.env.holds(v) {
		return
	}
	f.env.push("\x00"+spelled(n), v)
	f.env.recalls = true
}

// spelled is the text of an expression in one kind of quotes: within an f-string
// they are others.
func spelled(n syntax.Node) string { return strings.ReplaceAll(n.Str(), "'", `"`) }

// repeatable reports whether an expression reads a part of a variable by
// constant keys.
func repeatable(n syntax.Node, depth int) bool {
	if depth > 8 {
		return false
	}
	switch n.Kind() {
	case syntax.KindIdentifier:
		return depth > 0
	case syntax.KindAttribute:
		return repeatable(n.Child(syntax.FieldObject), depth+1)
	case syntax.KindSubscript:
		k := n.Child(syntax.FieldSubscript).Kind()
		return (k == syntax.KindString || k == syntax.KindInteger) && repeatable(n.Child(syntax.FieldValue), depth+1)
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		if fn.Kind() != syntax.KindAttribute || !getters[fn.Child(syntax.FieldAttribute).Str()] {
			return false
		}
		for c := range n.Child(syntax.FieldArguments).NamedChildren() {
			if k := c.Kind(); k != syntax.KindString && k != syntax.KindNone {
				return false
			}
		}
		return repeatable(fn, depth+1)
	}
	return false
}

// getters are the methods of dicts and requests that give the same each time they
// are asked.
var getters = map[string]bool{
	"get": true, "get_header": true, "get_param": true, "get_argument": true, "get_query_argument": true, "get_body_argument": true, "get_cookie": true,
	"getvalue": true, "getfirst": true,
}

// recalled is the value of an expression as the one that was kept for it, but
// read here.
func (f *frame) recalled(n syntax.Node, v *Value) *Value {
	text := spelled(n)
	for o := f.env.over; o != nil; o = o.prev {
		if len(o.name) == len(text)+1 && o.name[0] == 0 && o.name[1:] == text {
			if len(v.Origins) == 0 {
				return v
			}
			c := *o.v
			c.Origins, c.root = v.Origins, o.v.id()
			return &c
		}
	}
	return v
}

// compareValues folds a comparison or tells what its outcome says.
func compareValues(op string, a, b *Value) *Value {
	if len(a.Consts) == 1 && len(b.Consts) == 1 {
		if r, ok := compare(op, a.Consts[0], b.Consts[0]); ok {
			return boolValue(r)
		}
	}
	if a.Name == "sys.version_info" {
		if r, ok := compareVersion(op, b); ok {
			return boolValue(r)
		}
	}
	if v, ok := foldAlternatives(op, a, b); ok {
		return v
	}
	if v, ok := foldMembership(op, a, b); ok {
		return v
	}
	positive := op == "==" || op == "is" || op == "in"
	heads := headFacts(a, b, positive)
	switch op {
	case "in", "not in":
		if b.cls != nil && !b.inst && enumLike(b.cls) {
			return test(fact{base: a, kinds: models.All, onTrue: positive})
		}
		return test(append(heads, membership(a, b, positive)...)...)
	case "==", "!=", "is", "is not":
		if v := comparedTest(a, b, positive); v != nil {
			return v
		}
		return test(append(heads, equality(a, b, positive)...)...)
	case "<=", "<":
		if a.Type == "set" {
			return test(subset(a, b, true)...)
		}
	case ">=", ">":
		if b.Type == "set" {
			return test(subset(b, a, true)...)
		}
	}
	return typed("bool")
}

// foldAlternatives decides a comparison that has one outcome for all constants
// that its sides may be.
func foldAlternatives(op string, a, b *Value) (*Value, bool) {
	if len(a.Consts) == 0 || len(b.Consts) == 0 {
		return nil, false
	}
	var all *bool
	for _, x := range a.Consts {
		for _, y := range b.Consts {
			r, ok := compare(op, x, y)
			if !ok || all != nil && *all != r {
				return nil, false
			}
			all = &r
		}
	}
	return boolValue(*all), true
}

// comparedTest is a test compared with a truth value: `(x in a) == False`.
func comparedTest(a, b *Value, positive bool) *Value {
	for _, p := range [][2]*Value{{a, b}, {b, a}} {
		t, ok := p[1].Bool()
		if ok && isTest(p[0]) {
			if t == positive {
				return p[0]
			}
			return negate(p[0])
		}
	}
	return nil
}

// subset is what `set(x) <= allowed` says of x; with holds false, what it says
// of x that `set(x) - allowed` is empty.
func subset(a, b *Value, holds bool) []fact {
	if b.tainted(models.Stored) || a.rel == nil || a.rel.how != "items" {
		return nil
	}
	kinds := models.All
	if x := a.rel.base; x.parts == nil && x.rest == nil {
		// characters of a text, each one of the allowed
		text := b
		if b.rel != nil && b.rel.how == "items" {
			text = b.rel.base
		}
		if s, ok := text.Str(); ok {
			kinds = alphabetOf(s).harmless()
		} else if list, ok := items(b.as("list")); ok {
			var a alphabet
			for _, x := range list {
				s, ok := x.Str()
				if !ok {
					return nil
				}
				a = append(a, alphabetOf(s)...)
			}
			kinds = a.harmless()
		} else if !allLetters(text.Name) {
			return nil
		}
	}
	return []fact{{base: a.rel.base, kinds: kinds, onTrue: holds}, {base: a, kinds: kinds, onTrue: holds}}
}

// allLetters recognises the constants of module string that hold only letters
// and digits.
func allLetters(name string) bool {
	switch name {
	case "string.ascii_letters", "string.ascii_lowercase", "string.ascii_uppercase", "string.digits", "string.hexdigits", "string.octdigits":
		return true
	}
	return false
}

// foldMembership decides `const in (consts)`.
func foldMembership(op string, a, b *Value) (*Value, bool) {
	if (op != "in" && op != "not in") || len(a.Consts) == 0 || b.parts == nil || b.rest != nil || b.maybe || len(b.Origins) > 0 {
		return nil, false
	}
	outcome := func(c Const) (found, ok bool) {
		if b.Type == "dict" {
			return b.part(constKey(c)) != nil, b.part(unlistedKeys) == nil
		}
		for _, p := range b.parts {
			if p.key.kind == attrPart {
				continue
			}
			if len(p.v.Consts) != 1 {
				return false, false
			}
			if same, _ := compare("==", p.v.Consts[0], c); same {
				found = true
			}
		}
		return found, true
	}
	first, ok := outcome(a.Consts[0])
	if !ok {
		return nil, false
	}
	for _, c := range a.Consts[1:] {
		if r, ok := outcome(c); !ok || r != first {
			return nil, false
		}
	}
	return boolValue(first == (op == "in")), true
}

const textKinds = models.SQL | models.Command | models.HTML | models.Path | models.Code | models.Template |
	models.LDAP | models.XPath | models.Regex | models.Header | models.Log | models.URL | models.Redirect | models.RemoteCommand

// membership is what `a in b` says.
func membership(a, b *Value, positive bool) []fact {
	if a.Consts != nil {
		return contained(a.Consts, b, positive)
	}
	if b.rel != nil && b.rel.how == "test" {
		return nil
	}
	if f := memberPart(a, b, positive); f != nil {
		return f
	}
	if b.rel != nil && b.rel.how == "listing" {
		return []fact{{base: a, kinds: models.Path, onTrue: positive}} // the name of a file that is there
	}
	if !ownElements(b) { // as harmless as what it is one of
		if k := whole(b).Clean; k != 0 {
			return []fact{{base: a, kinds: k, onTrue: positive}}
		}
		return nil
	}
	base, kinds := a, models.All
	if s, ok := b.Str(); ok {
		kinds = alphabetOf(s).harmless() // a part of the text
	}
	if a.rel != nil {
		switch a.rel.how {
		case "same", "behind", "default":
			base = a.rel.base
		case "parents":
			return nil
		case "path", "port", "query", "parsed", "address":
			return nil
		}
	}
	if b.rel != nil && b.rel.how == "parents" {
		return []fact{{base: b.rel.base, kinds: models.Path, onTrue: positive}}
	}
	facts := []fact{{base: base, kinds: kinds, onTrue: positive}}
	if base != a && kinds == models.All {
		facts = append(facts, fact{base: a, kinds: kinds, onTrue: positive})
	}
	return facts
}

// contained is what `"const" in x` says: a blacklist, or the name of a host
// somewhere in an address.
func contained(list []Const, x *Value, positive bool) []fact {
	c := list[0]
	if c.Kind == StrConst && !schemeOnly(c.S) && hostLike(c.S) && !privateHost(c.S) {
		base := x
		if x.rel != nil && (x.rel.how == "hostname" || x.rel.how == "netloc" || x.rel.how == "same") {
			base = x.rel.base
		}
		return []fact{{base: base, weak: addressKinds, how: HostInText, onTrue: positive}}
	}
	f := absence(c.S)
	f.base, f.onTrue = x, !positive
	if x.rel != nil && (x.rel.how == "hostname" || x.rel.how == "netloc" || x.rel.how == "same") {
		f.base = x.rel.base
	}
	for _, c := range list {
		if strings.Contains(c.S, "\\") {
			f.marks |= noBackslash
		}
		if c.S == "//" {
			f.marks |= noSlashSlash
		}
	}
	if x.rel != nil && x.rel.how == "same" { // x.strip() and x
		own := f
		own.base = x
		return []fact{f, own}
	}
	return []fact{f}
}

// memberPart is what `part in list` says of the address that the part is of;
// nil if a is no such part.
func memberPart(a, b *Value, positive bool) []fact {
	if a.rel == nil {
		return nil
	}
	base := a.rel.base
	list := constsOf(b)
	switch a.rel.how {
	case "scheme":
		return []fact{schemeFact(base, list, positive)}
	case "joined netloc":
		return []fact{
			{base: base, weak: addressKinds, how: SameHostJoined, onTrue: positive},
			{base: a.rel.whole, kinds: addressKinds, onTrue: positive},
		}
	case "hostname", "netloc":
		empty, private := false, len(list) > 0
		for _, p := range b.parts {
			empty = empty || p.v.IsNone() || len(p.v.Consts) > 0 && p.v.Consts[0].S == ""
		}
		for _, c := range list {
			empty = empty || c.Kind == NoneConst || c.S == ""
			private = private && (c.Kind == NoneConst || c.S == "" || privateHost(c.S))
		}
		switch {
		case private:
			return []fact{{base: base, weak: models.URL, how: HostRefused, onTrue: !positive}}
		case empty:
			return []fact{{base: base, weak: addressKinds, how: NetlocEmpty, onTrue: positive}}
		case b.tainted(models.Stored) && b.parts == nil:
			return []fact{}
		}
		return []fact{{base: base, kinds: addressKinds, marks: hostAllowed, onTrue: positive}}
	case "address": // of a network
		return []fact{{base: base, kinds: models.URL, marks: hostPublic, onTrue: !positive}}
	case "path", "port", "query", "parsed":
		return []fact{}
	}
	return nil
}

// schemeFact says that the scheme of an address is one of a list: then it runs
// no script when it is followed, and begins with no dash.
func schemeFact(base *Value, list []Const, positive bool) fact {
	x := fact{base: base, kinds: models.Argument | models.Link, onTrue: positive}
	if webSchemes(list) {
		x.marks = webScheme
	}
	return x
}

// ownElements reports whether no element that `in` looks at is a client's.
func ownElements(b *Value) bool {
	if b.Type != "dict" {
		return !b.tainted(models.Stored)
	}
	for _, o := range b.Origins {
		if o.Tier >= models.Stored {
			return false
		}
	}
	keys := b.part(unlistedKeys)
	return keys == nil || !keys.tainted(models.Stored)
}

// equality is what `a == b` says.
func equality(a, b *Value, positive bool) []fact {
	facts := append(equalTo(a, b, positive), equalTo(b, a, positive)...)
	if facts != nil {
		return facts
	}
	// each is as harmless as the other: os.path.basename(x) == x
	for _, p := range [][2]*Value{{a, b}, {b, a}} {
		if k := p[1].Clean &^ p[0].Clean; k != 0 && p[0].tainted(models.Unknown) && p[1].tainted(models.Unknown) {
			facts = append(facts, fact{base: p[0], kinds: k, onTrue: positive})
		}
	}
	return facts
}

// equalTo is what `x == y` says of x.
func equalTo(x, y *Value, positive bool) []fact {
	if x.rel == nil {
		if fixedValue(y) && !x.Harmless() {
			return []fact{{base: x, kinds: models.All, onTrue: positive}}
		}
		return nil
	}
	base := x.rel.base
	switch x.rel.how {
	case "test":
		if !y.IsNone() {
			return nil
		}
		facts := slices.Clone(x.rel.facts)
		for i := range facts {
			facts[i].onTrue = facts[i].onTrue != positive
		}
		return facts
	case "commonpath":
		if folder := x.rel.whole; folder != nil && isResolved(folder) && y.id() == base.id() {
			base = folder // it is the other way round
		}
		return []fact{{base: base, kinds: models.Path, onTrue: positive}}
	case "commonprefix":
		return []fact{{base: base, weak: models.Path, how: CommonPrefix, onTrue: positive}}
	case "joined netloc":
		return []fact{
			{base: base, weak: addressKinds, how: SameHostJoined, onTrue: positive},
			{base: x.rel.whole, kinds: addressKinds, onTrue: positive},
		}
	case "hostname", "netloc":
		s, ok := y.Str()
		switch {
		case ok && s == "", y.IsNone():
			return []fact{{base: base, weak: addressKinds, how: NetlocEmpty, marks: noNetloc, onTrue: positive}}
		case ok && privateHost(s):
			return []fact{{base: base, weak: models.URL, how: HostRefused, onTrue: !positive}}
		}
		return []fact{{base: base, kinds: addressKinds, marks: hostAllowed, onTrue: positive}}
	case "scheme":
		if s, ok := y.Str(); ok && s == "" {
			return []fact{{base: base, marks: noScheme, onTrue: positive}}
		} else if ok {
			return []fact{schemeFact(base, y.Consts, positive)}
		}
	case "length":
		if n, ok := y.Int(); ok && n == 0 {
			return []fact{{base: base, kinds: models.All, onTrue: positive}} // it is empty
		}
	case "type":
		if harmlessType(y.Name) {
			return []fact{{base: base, kinds: models.All, onTrue: positive}}
		}
	case "item", "encoded", "resolved", "first", "second", "start", "character":
		if fixedValue(y) {
			return []fact{{base: x, kinds: models.All, onTrue: positive}}
		}
	case "same", "behind", "default":
		if fixedValue(y) {
			return []fact{{base: base, kinds: models.All, onTrue: positive}, {base: x, kinds: models.All, onTrue: positive}}
		}
	}
	return nil
}

// fixedValue reports whether what is equal to v is harmless.
func fixedValue(v *Value) bool { return v.Harmless() && !v.Local() && v.Type != "type" }
