package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// method is what a method of Python's own types does; nil leaves the call to
// the models. name is qualified by the type, or starts with a dot if the
// receiver's type is not known: then text and container methods are assumed.
func (f *frame) method(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	short := name[strings.LastIndexByte(name, '.')+1:]
	if recv.cls != nil && recv.inst {
		if v := f.objectMethod(short, recv, args); v != nil {
			return v
		}
	}
	switch recv.Type {
	case "queue.Queue":
		return f.queueMethod(n, short, recv, args)
	case "io.StringIO", "io.BytesIO":
		return f.bufferMethod(n, short, recv, args)
	case optionsType:
		return f.optionsMethod(n, short, recv, args)
	case "string.Template":
		if short == "substitute" || short == "safe_substitute" {
			return f.substituteTemplate(n, recv, args)
		}
	case "generator":
		if short == "send" || short == "__next__" || short == "__anext__" {
			out := elementOf(recv)
			for _, a := range args {
				out = join(out, a.Value) // what it does with it is not known
			}
			return out
		}
	case "", "str", "bytes":
		if v := f.textMethod(n, short, recv, args); v != nil {
			return v
		}
		if recv.Type == "" {
			return f.containerMethod(n, short, recv, args)
		}
	case "markupsafe.Markup":
		if short == "format" || short == "join" {
			clean := make([]Arg, len(args))
			for i, a := range args {
				clean[i] = a
				clean[i].Value = whole(a.Value).cleaned(models.HTML)
			}
			return carry(recv, clean, false).as(recv.Type)
		}
	case "list", "dict", "set", "tuple":
		return f.containerMethod(n, short, recv, args)
	case "re.Pattern":
		return at(f.patternMethod(n, short, recv, args), n)
	case "hmac.HMAC":
		switch short {
		case "hexdigest":
			return recv.as("str")
		case "digest":
			return recv.as("bytes")
		}
	case "re.Match":
		switch short {
		case "group":
			if len(args) == 0 {
				return matchGroup(recv, intValue(0))
			}
			if len(args) == 1 {
				return matchGroup(recv, args[0].Value)
			}
			var list []*Value
			for _, a := range args {
				list = append(list, matchGroup(recv, a.Value))
			}
			return sequenceOf("tuple", list)
		case "groups", "groupdict":
			return groupsOf(recv, short == "groupdict")
		}
	default:
		if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "pathlib.") {
			return f.pathMethod(n, short, recv, args)
		}
	}
	return nil
}

// textMethod is a method of str or bytes.
func (f *frame) textMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	if recv.Consts != nil {
		if v := constMethod(name, recv, args); v != nil {
			return v
		}
	}
	switch name {
	case "format_map":
		if d := argValue(args, 0); d != nil && d.Type == "dict" && d.rest == nil {
			var named []Arg
			for _, p := range d.parts {
				if p.key.kind == keyPart {
					named = append(named, Arg{Name: p.key.name, Node: args[0].Node, Value: p.v})
				}
			}
			return f.formatMethod(n, recv, named)
		}
		return nil
	case "center", "ljust", "rjust":
		if recv.Harmless() {
			return &Value{Type: "str", fixed: true}
		}
		return padded(name, recv, args)
	case "format":
		return f.formatMethod(n, recv, args)
	case "join":
		return f.joinMethod(n, recv, args)
	case "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase", "removeprefix", "removesuffix", "expandtabs":
		v := derived(name, recv, args)
		if s := argValue(args, 0); name == "lstrip" && s != nil && v.Weak&models.Redirect != 0 && recv.Weak&models.Redirect == 0 {
			v = v.checked(n, NoDoubleSlash, models.Redirect)
		}
		return v
	case "encode", "decode":
		return recv
	case "replace":
		v := replaced(recv, args)
		if v == nil {
			return nil
		}
		if v.Weak&models.Path != 0 && recv.Weak&models.Path == 0 {
			v = v.checked(n, DotsRemoved, models.Path)
		}
		if s, ok := args[0].Value.Str(); ok {
			v = v.filtered(n, s)
		}
		return v
	case "split", "rsplit", "splitlines", "partition", "rpartition":
		if recv.Consts != nil {
			return splitConst(name, recv, args)
		}
		if strings.HasSuffix(name, "partition") {
			sep := argValue(args, 0)
			if sep == nil || recv.Harmless() {
				return nil
			}
			return sequenceOf("tuple", []*Value{pieceOf(recv), sep, pieceOf(recv)})
		}
		if name == "split" && len(args) == 0 {
			if v := splitWords(recv); v != nil {
				return v
			}
		}
		item := &Value{Type: recv.Type, Origins: recv.Origins, Clean: recv.Clean, Weak: recv.Weak}
		if sep := argValue(args, 0); sep != nil && name != "splitlines" {
			if s, ok := sep.Str(); ok && s == "." {
				item.rel = &relation{how: "undotted", base: recv}
			}
		}
		return &Value{Type: "list", rest: item}
	case "isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier", "isascii":
		if name == "isascii" {
			return typed("bool")
		}
		kinds := models.All
		if name == "isalnum" || name == "isalpha" || name == "isidentifier" {
			kinds &^= names
		}
		return test(fact{base: recv, kinds: kinds, onTrue: true})
	case "startswith":
		return at(beginsUndashed(prefixTest(recv, args), recv, args), n)
	case "endswith", "isspace", "isupper", "islower", "istitle", "isprintable":
		if name == "endswith" {
			return at(hostSuffix(recv, args), n)
		}
		return typed("bool")
	case "hex":
		if recv.Type == "bytes" && len(args) == 0 {
			return encoded("hex", (&Value{Type: "str", Origins: recv.Origins, Weak: recv.Weak}).cleaned(models.All), nil, recv)
		}
	case "count", "find", "index", "rfind", "rindex":
		return typed("int")
	case "is_relative_to", "relative_to", "resolve", "absolute", "joinpath":
		return f.pathMethod(n, name, recv, args)
	}
	return nil
}

// derived is x.lower(), x.strip() and the like: constant where it can be, and
// tied to x so that a test of it says something of x.
func derived(name string, recv *Value, args []Arg) *Value {
	if recv.Consts != nil || recv.fixed {
		return &Value{Type: "str", fixed: true}
	}
	if name == "lstrip" && len(args) == 1 {
		if s, ok := args[0].Value.Str(); ok && strings.Contains(s, "/") && (strings.Contains(s, "\\") || recv.marks&noBackslash != 0) {
			// "/" + x.lstrip("/\\") stays on this host
			c := *recv
			c.root, c.rel = nil, &relation{how: "stripped", base: recv}
			return &c
		} else if ok && s == "/" && !recv.Harmless() {
			c := *recv // "/" + x.lstrip("/") leaves the backslash
			c.root, c.Name, c.recv = nil, "", nil
			c.Weak |= models.Redirect &^ c.Clean
			return &c
		}
	}
	if recv.Harmless() {
		return recv
	}
	c := *recv
	c.root, c.Name, c.recv = nil, "", nil
	base := recv
	how := "same"
	if recv.rel != nil {
		switch recv.rel.how {
		case "test":
			return recv
		case "item", "resolved", "encoded", "commonprefix", "default":
		default:
			how, base = recv.rel.how, recv.rel.base
		}
	}
	c.rel = &relation{how: how, base: base}
	return &c
}

func replaced(recv *Value, args []Arg) *Value {
	from, to := argValue(args, 0), argValue(args, 1)
	if from == nil || to == nil {
		return nil
	}
	s, ok1 := recv.Str()
	a, ok2 := from.Str()
	b, ok3 := to.Str()
	if ok1 && ok2 && a != "" && !strings.Contains(s, a) {
		return recv // nothing to replace
	}
	if ok1 && ok2 && ok3 && a != "" && len(s) <= maxConstText {
		return strValue(strings.ReplaceAll(s, a, b))
	}
	if recv.Harmless() && to.Harmless() {
		return &Value{Type: "str", fixed: true}
	}
	if ok1 && ok2 && a != "" && strings.Contains(s, a) && len(s) <= maxConstText {
		var pieces []Piece
		for i, lit := range strings.Split(s, a) {
			if i > 0 {
				pieces = append(pieces, Piece{Hole: to, Node: args[1].Node})
			}
			if lit != "" {
				pieces = append(pieces, Piece{Text: lit, Node: args[1].Node})
			}
		}
		return assemble(pieces)
	}
	v := retyped(carry(recv, []Arg{{Value: to}}, false), "str") // what is replaced does not come out
	if recv.Pieces != nil && to.tainted(models.Opaque) {
		return v
	}
	if !ok2 {
		return v
	}
	switch a {
	case "\\":
		v = v.weakened(models.SQL | models.Command)
		if ok3 && !strings.Contains(b, "\\") {
			v = v.marked(noBackslash)
		}
		return v
	case "\"", "`", "]":
		c := *v.weakened(models.SQL | models.Command | models.XPath)
		if b == a+a {
			c.doubled = a[0]
		}
		return &c
	case "'", ";", "--":
		return v.weakened(models.SQL | models.Command | models.XPath)
	case "..", "../", "/", "..\\":
		return v.weakened(models.Path)
	case "<", ">":
		return v.weakened(models.HTML)
	case "\r", "\n", "\r\n":
		if ok3 && !strings.ContainsAny(b, "\r\n") {
			return oneLine(v, recv.marks, a)
		}
	}
	return v
}

// lineKinds are the sinks that read a line end as the end of what was meant.
const lineKinds = models.Header | models.Log | models.Mail | models.Cookie

// oneLine is v after line ends of a kind were taken out of a value with marks:
// half clean until both are gone.
func oneLine(v *Value, marks mark, gone string) *Value {
	c := *v
	c.root = v.id()
	c.marks = marks
	if strings.Contains(gone, "\n") {
		c.marks |= noLineFeed
	}
	if gone == "\r" {
		c.marks |= noReturn
	}
	if c.marks&(noLineFeed|noReturn) == noLineFeed|noReturn {
		return c.cleaned(lineKinds)
	}
	return c.weakened(lineKinds)
}

// padded is x.center(n, fill) and the like.
func padded(name string, recv *Value, args []Arg) *Value {
	v := retyped(carry(recv, args, false), "str")
	width := argValue(args, 0)
	if width == nil || recv.Pieces == nil || name == "center" {
		return v
	}
	c := *recv // literal text that it begins or ends with stays known
	c.root = nil
	fill := Piece{Hole: &Value{Type: "str", fixed: true}}
	if x := argValue(args, 1); x != nil && !x.Harmless() {
		return v
	}
	if name == "ljust" {
		c.Pieces = append(recv.Pieces[:len(recv.Pieces):len(recv.Pieces)], fill)
	} else {
		c.Pieces = append([]Piece{fill}, recv.Pieces...)
	}
	return &c
}

// splitNames are the words of "a b" or "a, b".
func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

func splitConst(name string, recv *Value, args []Arg) *Value {
	s, ok := recv.Str()
	if !ok || name != "split" || len(args) > 1 || recv.Type == "bytes" {
		return &Value{Type: "list", rest: &Value{Type: "str", fixed: true}}
	}
	parts := strings.Fields(s)
	if len(args) == 1 {
		sep, ok := args[0].Value.Str()
		if !ok || sep == "" {
			return &Value{Type: "list", rest: &Value{Type: "str", fixed: true}}
		}
		parts = strings.Split(s, sep)
	}
	v := &Value{Type: "list", parts: []part{}}
	for i, p := range parts {
		if i >= maxParts {
			v.rest = &Value{Type: "str", fixed: true}
			break
		}
		v.parts = append(v.parts, part{partKey{kind: indexPart, i: i}, strValue(p)})
	}
	return v
}

// prefixTest is x.startswith(p).
func prefixTest(recv *Value, args []Arg) *Value {
	p := argValue(args, 0)
	if p == nil {
		return nil
	}
	if beginsFormulas(p) {
		return test(fact{base: recv, kinds: models.CSV})
	}
	s, ok := p.Str()
	if r, isText := recv.Str(); ok && isText {
		return boolValue(strings.HasPrefix(r, s))
	}
	if recv.rel != nil && recv.rel.how == "resolved" {
		x := fact{base: recv, weak: models.Path, how: PrefixOpen, marks: below, onTrue: true}
		if endsWithSeparator(p) {
			x = fact{base: recv, kinds: models.Path, onTrue: true}
		}
		y := x
		y.base = recv.rel.base
		return test(x, y)
	}
	facts := linkFacts(recv, p)
	if list := constsOf(p); list != nil {
		return tested(append(facts, addressPrefix(recv, list)...))
	}
	if hostBase(recv) != nil {
		return typed("bool")
	}
	x := fact{base: recv, weak: models.Path | addressKinds, how: PrefixUnresolved, marks: below, onTrue: true}
	if madeOf(p, "request.host_url", "request.url_root") { // they end in a slash
		x.kinds = addressKinds
	} else if len(p.Pieces) > 0 && fixedHost(render(p.Pieces), models.URL) {
		x.kinds = addressKinds
	}
	return test(append(facts, x)...)
}

// tested is a test with facts, some truth value without.
func tested(facts []fact) *Value {
	if len(facts) == 0 {
		return typed("bool")
	}
	return test(facts...)
}

// linkFacts say that an address which begins with a prefix, or one of several,
// runs no script when it is followed.
func linkFacts(v, prefix *Value) []fact {
	list := []*Value{prefix}
	if prefix.Type == "tuple" && prefix.rest == nil {
		list = nil
		for _, p := range prefix.parts {
			list = append(list, p.v)
		}
	}
	for _, p := range list {
		if s, ok := p.Str(); !ok || !fixedScheme(s) && !strings.HasPrefix(s, "http") {
			return nil
		}
	}
	if len(list) == 0 {
		return nil
	}
	facts := []fact{{base: v, kinds: models.Link, onTrue: true}}
	if v.rel != nil && v.rel.how == "same" {
		facts = append(facts, fact{base: v.rel.base, kinds: models.Link, onTrue: true})
	}
	return facts
}

// beginsUndashed adds to a test for prefixes that none of them is a dash.
func beginsUndashed(v, recv *Value, args []Arg) *Value {
	p := argValue(args, 0)
	if p == nil || v != nil && v.Consts != nil {
		return v
	}
	list, all := p.Elements()
	if p.Type != "tuple" {
		list, all = []*Value{p}, true
	}
	for _, x := range list {
		s, ok := x.Str()
		all = all && ok && s != "" && s[0] != '-'
	}
	if !all || len(list) == 0 {
		return v
	}
	x := fact{base: recv, kinds: models.Argument, onTrue: true}
	if v == nil || v.rel == nil || v.rel.how != "test" {
		return test(x)
	}
	return test(append(slices.Clone(v.rel.facts), x)...)
}

// beginsFormulas recognises the beginnings that make a cell a formula.
func beginsFormulas(v *Value) bool {
	if v.Type != "tuple" {
		return false
	}
	seen := map[string]bool{}
	for _, p := range v.parts {
		s, _ := p.v.Str()
		seen[s] = true
	}
	return seen["="] && seen["+"] && seen["-"] && seen["@"]
}

// madeOf reports whether a value is one of some expressions, or begins with it.
func madeOf(v *Value, names ...string) bool {
	for _, o := range v.Origins {
		for _, n := range names {
			if o.Label == n || strings.HasSuffix(o.Label, "."+n) {
				return true
			}
		}
	}
	return false
}

// hostBase is the address whose host v is, nil if it is none.
func hostBase(v *Value) *Value {
	if v.rel != nil && (v.rel.how == "hostname" || v.rel.how == "netloc") {
		return v.rel.base
	}
	return nil
}

// namesHost reports whether an address goes on behind its scheme.
func namesHost(s string) bool {
	_, after, ok := strings.Cut(s, "://")
	return ok && after != ""
}

// addressPrefix is what x.startswith(constants) says.
func addressPrefix(recv *Value, list []Const) []fact {
	all := func(is func(string) bool) bool {
		for _, c := range list {
			if c.Kind != StrConst && c.Kind != BytesConst || !is(c.S) {
				return false
			}
		}
		return true
	}
	if base := hostBase(recv); base != nil {
		if all(privateHost) {
			return []fact{{base: base, weak: models.URL, how: HostRefused}}
		}
		return nil
	}
	holds := func(s string) bool { return slices.ContainsFunc(list, func(c Const) bool { return c.S == s }) }
	switch {
	case all(func(s string) bool { return fixedHost(s, models.URL) }):
		return []fact{{base: recv, kinds: addressKinds, marks: hostAllowed | webScheme, onTrue: true}}
	case webSchemes(list):
		return []fact{{base: recv, marks: webScheme, onTrue: true}, {base: recv, weak: models.Redirect, how: NoScheme}}
	case all(privateHost):
		return []fact{{base: recv, weak: models.URL, how: HostRefused}}
	case all(namesHost):
		return []fact{{base: recv, weak: addressKinds, how: HostPrefix, marks: webScheme, onTrue: true}}
	case holds("//"), holds(`/\`), holds(`\`):
		return []fact{{base: recv, weak: models.Redirect, how: NoDoubleSlash, marks: marksOf(holds("//"), holds(`/\`))}}
	case all(func(s string) bool { return strings.HasPrefix(s, "//") || strings.HasPrefix(s, `/\`) }):
		return []fact{{base: recv, weak: models.Redirect, how: NoDoubleSlash}}
	case holds("/") && len(list) == 1:
		return []fact{
			{base: recv, weak: models.Redirect | models.Path, how: LeadingSlash, marks: leadingSlash, onTrue: true},
			{base: recv, marks: relative},
		}
	case holds("-") && len(list) == 1:
		return []fact{{base: recv, kinds: models.Argument}}
	case all(func(s string) bool { return s == "_" || s == "__" }):
		return []fact{{base: recv, weak: models.Reflect}}
	case all(func(s string) bool { return fixedHost(s, models.Redirect) }):
		return []fact{{base: recv, kinds: models.Redirect, weak: models.Path, how: PrefixUnresolved, marks: below, onTrue: true}}
	case all(func(s string) bool { return strings.HasPrefix(s, "/") }):
		return []fact{{base: recv, weak: models.Redirect | models.Path, how: PrefixUnresolved, onTrue: true}}
	}
	return []fact{{base: recv, weak: addressKinds | models.Path, onTrue: true}}
}

// endsWithSeparator recognises root + os.sep and texts that end in a slash.
func endsWithSeparator(v *Value) bool {
	if s, ok := v.Str(); ok {
		return strings.HasSuffix(s, "/")
	}
	if len(v.Pieces) > 0 {
		last := v.Pieces[len(v.Pieces)-1]
		if last.Hole == nil {
			return strings.HasSuffix(last.Text, "/")
		}
		return last.Hole.Name == "os.sep" || last.Hole.Name == "os.path.sep" || endsWithSeparator(last.Hole)
	}
	return v.Name == "os.sep"
}

// pathMethod is a method of pathlib.Path, or of something that may be one.
func (f *frame) pathMethod(_ syntax.Node, name string, recv *Value, args []Arg) *Value {
	switch name {
	case "resolve":
		return resolved(recv)
	case "is_relative_to":
		if recv.rel != nil && recv.rel.how == "resolved" {
			return test(fact{base: recv, kinds: models.Path, onTrue: true}, fact{base: recv.rel.base, kinds: models.Path, onTrue: true})
		}
		return test(fact{base: recv, weak: models.Path, onTrue: true})
	case "relative_to":
		if recv.rel != nil && recv.rel.how == "resolved" {
			f.learn(fact{base: recv, kinds: models.Path})
			f.learn(fact{base: recv.rel.base, kinds: models.Path})
			return recv.cleaned(models.Path)
		}
		return recv.weakened(models.Path)
	case "joinpath":
		v := carry(recv, args, false)
		return retyped(v, "pathlib.Path")
	}
	return nil
}
