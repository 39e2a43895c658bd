package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// method is what a method of Python's own types does; nil leaves the call to
// the models. name is qualified by the type, or starts with a dot if the
// receiver's type is not known: then text and container methods are assumed.
func (f *frame) method(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	short := name[strings.LastIndexByte(name, '.')+1:]
	switch recv.Type {
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
		if short == "match" || short == "fullmatch" || short == "search" {
			if v := argValue(args, 0); v != nil {
				p := recv.part(partKey{kind: attrPart, name: "pattern"})
				if p == nil {
					p = unknown
				}
				return matched(short, p, v)
			}
		}
	case "hmac.HMAC":
		if short == "hexdigest" || short == "digest" || short == "encode" {
			return recv
		}
	case "re.Match":
		if short == "group" || short == "groups" || short == "groupdict" {
			return &Value{Origins: recv.Origins, Clean: recv.Clean, Weak: recv.Weak}
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
	switch name {
	case "format":
		return f.formatMethod(n, recv, args)
	case "join":
		return f.joinMethod(n, recv, args)
	case "lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase", "removeprefix", "removesuffix", "expandtabs":
		return derived(name, recv, args)
	case "encode", "decode":
		return recv
	case "replace":
		return replaced(recv, args)
	case "split", "rsplit", "splitlines", "partition", "rpartition":
		if recv.Consts != nil {
			return splitConst(name, recv, args)
		}
		return &Value{Type: "list", rest: &Value{Type: recv.Type, Origins: recv.Origins, Clean: recv.Clean, Weak: recv.Weak}}
	case "isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier", "isascii":
		if name == "isascii" {
			return typed("bool")
		}
		return test(fact{base: recv, kinds: models.All, onTrue: true})
	case "startswith":
		return prefixTest(recv, args)
	case "endswith", "isspace", "isupper", "islower", "istitle", "isprintable":
		if name == "endswith" {
			return test(fact{base: hostOf(recv), weak: models.URL | models.Redirect, onTrue: true})
		}
		return typed("bool")
	case "count", "find", "index", "rfind", "rindex":
		return typed("int")
	case "is_relative_to", "relative_to", "resolve", "absolute", "joinpath":
		return f.pathMethod(n, name, recv, args)
	}
	return nil
}

func hostOf(v *Value) *Value {
	if v.rel != nil && (v.rel.how == "hostname" || v.rel.how == "netloc") {
		return v.rel.base
	}
	return v
}

// derived is x.lower(), x.strip() and the like: constant where it can be, and
// tied to x so that a test of it says something of x.
func derived(name string, recv *Value, args []Arg) *Value {
	if s, ok := recv.Str(); ok {
		switch {
		case name == "lower" || name == "casefold":
			return strValue(strings.ToLower(s))
		case name == "upper":
			return strValue(strings.ToUpper(s))
		case name == "strip" && len(args) == 0:
			return strValue(strings.TrimSpace(s))
		}
		return typed("str")
	}
	if name == "lstrip" && len(args) == 1 {
		if s, ok := args[0].Value.Str(); ok && strings.Contains(s, "/") && strings.Contains(s, "\\") {
			// "/" + x.lstrip("/\\") stays on this host
			c := *recv
			c.root, c.rel = nil, &relation{how: "stripped", base: recv}
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
		how, base = recv.rel.how, recv.rel.base
	}
	if how == "test" {
		return recv
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
	if ok1 && ok2 && ok3 && a != "" && len(s) <= maxConstText {
		return strValue(strings.ReplaceAll(s, a, b))
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
	v := carry(recv, args, false)
	v = retyped(v, "str")
	if recv.Pieces != nil && to.tainted(models.Opaque) {
		return v
	}
	if !ok2 {
		return v
	}
	switch a {
	case "'", "\"", ";", "--", "\\":
		return v.weakened(models.SQL | models.Command)
	case "..", "../", "/", "..\\":
		return v.weakened(models.Path)
	case "<", ">":
		return v.weakened(models.HTML)
	}
	return v
}

func splitConst(name string, recv *Value, args []Arg) *Value {
	s, ok := recv.Str()
	if !ok || name != "split" || len(args) > 1 {
		return &Value{Type: "list", rest: typed("str")}
	}
	parts := strings.Fields(s)
	if len(args) == 1 {
		sep, ok := args[0].Value.Str()
		if !ok || sep == "" {
			return &Value{Type: "list", rest: typed("str")}
		}
		parts = strings.Split(s, sep)
	}
	v := &Value{Type: "list", parts: []part{}}
	for i, p := range parts {
		if i >= maxParts {
			v.rest = typed("str")
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
	s, ok := p.Str()
	if r, isText := recv.Str(); ok && isText {
		return boolValue(strings.HasPrefix(r, s))
	}
	if recv.rel != nil && recv.rel.how == "resolved" {
		if endsWithSeparator(p) {
			return test(fact{base: recv, kinds: models.Path, onTrue: true}, fact{base: recv.rel.base, kinds: models.Path, onTrue: true})
		}
		return test(fact{base: recv, weak: models.Path, onTrue: true}, fact{base: recv.rel.base, weak: models.Path, onTrue: true})
	}
	if !ok {
		return test(fact{base: recv, weak: models.Path, onTrue: true})
	}
	if i := strings.Index(s, "://"); i > 0 && strings.Contains(s[i+3:], "/") {
		return test(fact{base: recv, kinds: models.URL | models.Redirect, onTrue: true})
	}
	weak := models.Redirect | models.URL
	if s == "//" || s == "http" || s == "http://" || s == "https://" {
		x := fact{base: recv, weak: weak}
		if s == "//" {
			x.marks = noSlashSlash
		}
		return test(x)
	}
	x := fact{base: recv, weak: weak | models.Path, onTrue: true}
	if s == "/" {
		x.marks = leadingSlash
	}
	return test(x)
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

// formatMethod is "...".format(args).
func (f *frame) formatMethod(n syntax.Node, recv *Value, args []Arg) *Value {
	s, ok := recv.Str()
	if !ok {
		return carry(recv, args, false)
	}
	node := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	pieces, ok := formatPieces(s, node, args)
	if !ok {
		return f.built(n, retyped(carry(recv, args, false), "str"))
	}
	return f.built(n, assemble(pieces))
}

// formatPieces splits a format text into literals and the arguments that fill it.
func formatPieces(s string, node syntax.Node, args []Arg) ([]Piece, bool) {
	var pieces []Piece
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			pieces = append(pieces, Piece{Text: lit.String(), Node: node})
			lit.Reset()
		}
	}
	auto := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c == '{' || c == '}') && i+1 < len(s) && s[i+1] == c {
			lit.WriteByte(c)
			i++
			continue
		}
		if c != '{' {
			lit.WriteByte(c)
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return nil, false
		}
		field := s[i+1 : i+end]
		i += end
		name, conv := field, ""
		if j := strings.IndexAny(field, "!:"); j >= 0 {
			name, conv = field[:j], field[j:]
		}
		if strings.ContainsAny(conv, "{") {
			return nil, false
		}
		base := name
		if j := strings.IndexAny(name, ".["); j >= 0 {
			base = name[:j]
		}
		if base == "" {
			base = string(rune('0' + auto))
			auto++
		}
		a := FindArg(args, base)
		if a == nil || auto > 9 {
			return nil, false
		}
		flush()
		v := a.Value
		if base != name && name != "" {
			v = &Value{Origins: whole(v).Origins, Clean: v.Clean, Weak: v.Weak}
		}
		spec := strings.TrimPrefix(conv, ":")
		if spec == conv {
			spec = ""
		}
		pieces = append(pieces, Piece{Hole: formatted(v, spec), Node: a.Node, Conv: conv})
	}
	flush()
	return pieces, true
}

// joinMethod is sep.join(items).
func (f *frame) joinMethod(n syntax.Node, recv *Value, args []Arg) *Value {
	list := argValue(args, 0)
	if list == nil {
		return nil
	}
	sep, _ := recv.Str()
	var pieces []Piece
	add := func(v *Value) {
		if len(pieces) > 0 {
			pieces = append(pieces, Piece{Text: sep, Node: n})
		}
		pieces = append(pieces, Piece{Hole: v, Node: args[0].Node})
	}
	if list.rest == nil && list.parts == nil {
		v := elementOf(list)
		if list.Harmless() {
			return typed("str")
		}
		add(retyped(v, "str"))
		return f.built(n, assemble(pieces))
	}
	for _, p := range list.parts {
		if p.key.kind == indexPart {
			add(p.v)
		}
	}
	if list.rest != nil {
		add(list.rest)
		if list.rest.Consts != nil {
			// a repeated constant, such as placeholders, of unknown number
			return &Value{Type: "str", Consts: nil, Pieces: []Piece{{Text: list.rest.Consts[0].text(), Node: n}}, Clean: models.All}
		}
	}
	return f.built(n, assemble(pieces))
}

// containerMethod is a method of list, dict or set.
func (f *frame) containerMethod(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	known := recv.Type != ""
	a := argValue(args, 0)
	switch name {
	case "append", "add", "insert", "appendleft":
		if a == nil {
			return nil
		}
		f.update(obj, grow(recv, name, args))
		return noneValue
	case "extend", "update":
		if a == nil && len(args) == 0 {
			return nil
		}
		for _, x := range args {
			recv = extendWith(recv, x)
		}
		f.update(obj, recv)
		return noneValue
	case "get", "pop", "setdefault":
		return f.getItem(name, obj, recv, args)
	}
	if !known {
		return nil
	}
	switch name {
	case "keys":
		return &Value{Type: "list", rest: f.iterate(recv), Origins: recv.Origins, Clean: recv.Clean}
	case "values":
		return &Value{Type: "list", rest: elementOf(recv)}
	case "items":
		key := f.iterate(recv)
		return &Value{Type: "list", rest: &Value{Type: "tuple", parts: []part{
			{partKey{kind: indexPart, i: 0}, key}, {partKey{kind: indexPart, i: 1}, elementOf(recv)},
		}}}
	case "copy":
		return recv
	case "clear":
		f.update(obj, &Value{Type: recv.Type, parts: []part{}})
		return noneValue
	case "remove", "sort", "reverse", "discard":
		return noneValue
	case "index", "count":
		return typed("int")
	}
	return nil
}

// grow is a list after append or insert.
func grow(recv *Value, name string, args []Arg) *Value {
	x := argValue(args, 0)
	if name == "insert" {
		if y := argValue(args, 1); y != nil {
			return recv.withRest(y)
		}
	}
	if name != "append" || recv.rest != nil || recv.Type != "list" {
		return recv.withRest(x)
	}
	n := 0
	for _, p := range recv.parts {
		if p.key.kind == indexPart {
			n++
		}
	}
	return recv.with(partKey{kind: indexPart, i: n}, x)
}

func extendWith(recv *Value, x Arg) *Value {
	if x.Name != "" && x.Name[0] != '*' {
		return recv.with(partKey{kind: keyPart, name: x.Name}, x.Value)
	}
	if recv.Type == "dict" && x.Value.Type == "dict" && x.Value.parts != nil {
		for _, p := range x.Value.parts {
			recv = recv.with(p.key, p.v)
		}
		if x.Value.rest != nil {
			recv = recv.withRest(x.Value.rest)
		}
		return recv
	}
	return extend(recv, x.Value)
}

// extend is a list followed by another.
func extend(a, b *Value) *Value {
	if b.parts != nil && b.rest == nil && a.rest == nil && a.Type == "list" {
		for _, p := range b.parts {
			a = grow(a, "append", []Arg{{Value: p.v}})
		}
		return a
	}
	return a.withRest(elementOf(b))
}

// getItem is d.get(k, default), d.pop(k), l.pop(i).
func (f *frame) getItem(name string, obj syntax.Node, recv *Value, args []Arg) *Value {
	if recv.Type == "" && recv.parts == nil && recv.rest == nil {
		return nil
	}
	key := argValue(args, 0)
	if recv.Type == "list" && name == "pop" {
		return f.popList(obj, recv, key)
	}
	if key == nil {
		return nil
	}
	var v *Value
	if s, ok := key.Str(); ok {
		v = recv.part(partKey{kind: keyPart, name: s})
		if v == nil && recv.rest == nil && recv.Type == "dict" && recv.parts != nil && len(recv.Origins) == 0 {
			v = noneValue
			if d := argValue(args, 1); d != nil {
				return d
			}
			return v
		}
	}
	if v == nil {
		v = elementOf(recv)
	}
	d := argValue(args, 1)
	if d == nil {
		d = FindValue(args, "default")
	}
	if d == nil {
		return v
	}
	return join(v, d)
}

// FindValue is the value of a keyword argument, nil if it is not given.
func FindValue(args []Arg, name string) *Value {
	if a := FindArg(args, name); a != nil {
		return a.Value
	}
	return nil
}

// popList removes an element at a known place and closes the gap.
func (f *frame) popList(obj syntax.Node, recv, key *Value) *Value {
	n := len(recv.parts)
	i := n - 1
	if key != nil {
		k, ok := key.Int()
		if !ok {
			return elementOf(recv)
		}
		i = int(k)
		if i < 0 {
			i += n
		}
	}
	if recv.rest != nil || i < 0 || i >= n {
		return elementOf(recv)
	}
	gone := recv.part(partKey{kind: indexPart, i: i})
	if gone == nil {
		return elementOf(recv)
	}
	left := &Value{Type: "list", parts: []part{}}
	for j := range n {
		if p := recv.part(partKey{kind: indexPart, i: j}); p != nil && j != i {
			left.parts = append(left.parts, part{partKey{kind: indexPart, i: len(left.parts)}, p})
		}
	}
	f.update(obj, left)
	return gone
}

// binary is a op b.
func (f *frame) binary(op string, a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	if len(a.Consts) == 1 && len(b.Consts) == 1 {
		if c, ok := fold(op, a.Consts[0], b.Consts[0]); ok {
			return constant(c)
		}
	}
	if a.Type == "markupsafe.Markup" {
		return carry(a, []Arg{{Value: b.cleaned(models.HTML)}}, false).as(a.Type) // it escapes what is put in
	}
	switch op {
	case "+":
		return f.plus(a, an, b, bn)
	case "%":
		if s, ok := a.Str(); ok {
			return f.built(an.Parent(), percent(s, an, b, bn))
		}
		if a.Type == "str" || a.Pieces != nil {
			return f.built(an.Parent(), retyped(carry(a, []Arg{{Value: b}}, false), "str"))
		}
	case "/":
		if a.Type == "pathlib.Path" || b.Type == "pathlib.Path" || a.Type != "int" && (a.Type == "str" || b.Type == "str" || b.tainted(models.Unknown)) {
			return retyped(assemblePath(a, an, b, bn), "pathlib.Path")
		}
	case "*":
		if a.Type == "list" {
			return &Value{Type: "list", rest: elementOf(a)}
		}
		if a.Type == "str" && len(a.Consts) == 1 {
			return &Value{Type: "str", Pieces: []Piece{{Text: a.Consts[0].S, Node: an}}, Clean: models.All}
		}
	case "|":
		if a.Type == "dict" {
			return extendWith(a, Arg{Value: b})
		}
	}
	if harmlessTypes[a.Type] && harmlessTypes[b.Type] {
		return typed(a.Type)
	}
	if op == "-" || op == "//" || op == "**" || op == "&" || op == "^" || op == "<<" || op == ">>" {
		return typed("int")
	}
	return carry(a, []Arg{{Value: b}}, false)
}

func assemblePath(a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	v := assemble([]Piece{{Hole: a, Node: an}, {Text: "/", Node: an}, {Hole: b, Node: bn}})
	if v.Consts != nil {
		return v
	}
	c := *v
	return &c
}

// plus concatenates texts and lists.
func (f *frame) plus(a *Value, an syntax.Node, b *Value, bn syntax.Node) *Value {
	if a.Type == "list" || a.Type == "tuple" {
		return extend(a, b)
	}
	if harmlessTypes[a.Type] && harmlessTypes[b.Type] {
		return typed(a.Type)
	}
	// one side known to be a text makes it a concatenation
	if a.Type == "str" || b.Type == "str" || a.Pieces != nil || b.Pieces != nil || a.tainted(models.Unknown) || b.tainted(models.Unknown) {
		v := assemble([]Piece{{Hole: a, Node: an}, {Hole: b, Node: bn}})
		if p := an.Parent(); p.OK() {
			return f.built(p, v)
		}
		return v
	}
	return unknown
}

// percent is "..." % x.
func percent(s string, an syntax.Node, b *Value, bn syntax.Node) *Value {
	var values []*Value
	var nodes []syntax.Node
	if b.Type == "tuple" && b.rest == nil {
		i := 0
		var list []syntax.Node
		inner := bn
		for inner.OK() && inner.Kind() == syntax.KindParenthesizedExpression {
			inner = inner.NamedChild(0)
		}
		for c := range inner.NamedChildren() {
			list = append(list, c)
		}
		for _, p := range b.parts {
			values = append(values, p.v)
			if i < len(list) && inner.Kind() == syntax.KindTuple {
				nodes = append(nodes, list[i])
			} else {
				nodes = append(nodes, bn)
			}
			i++
		}
	}
	var pieces []Piece
	next := 0
	lit := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '%' {
			pieces = append(pieces, Piece{Text: s[lit : i+1], Node: an})
			i++
			lit = i + 1
			continue
		}
		j := i + 1
		key := ""
		if j < len(s) && s[j] == '(' {
			if end := strings.IndexByte(s[j:], ')'); end > 0 {
				key = s[j+1 : j+end]
				j += end + 1
			}
		}
		for j < len(s) && strings.IndexByte("#0- +.123456789*", s[j]) >= 0 {
			j++
		}
		if j >= len(s) {
			break
		}
		if i > lit {
			pieces = append(pieces, Piece{Text: s[lit:i], Node: an})
		}
		v, node := b, bn
		switch {
		case key != "":
			if p := b.Key(key); p != nil {
				v = p
			} else {
				v = elementOf(b)
			}
		case next < len(values):
			v, node = values[next], nodes[next]
			next++
		case len(values) > 0 || b.Type == "tuple":
			v = elementOf(b)
		}
		if strings.IndexByte("diouxXeEfFgGc", s[j]) >= 0 {
			v = typed("int")
		}
		pieces = append(pieces, Piece{Hole: v, Node: node, Conv: s[i : j+1]})
		i = j
		lit = j + 1
	}
	if lit < len(s) {
		pieces = append(pieces, Piece{Text: s[lit:], Node: an})
	}
	return assemble(pieces)
}
