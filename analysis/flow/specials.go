package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// special is what a function of Python or its standard library does that a
// model cannot say. It returns nil to leave the call to the models.
type special func(f *frame, n syntax.Node, args []Arg) *Value

// newSpecials lists them by qualified name.
func newSpecials() map[string]special {
	m := map[string]special{
		"str": asText, "bytes": asText, "format": asText, "repr": carryText, "ascii": carryText,
		"int": number("int", "int"), "float": number("float", "float"), "bool": truthOf, "len": lengthOf,
		"abs": number("abs", "int"), "round": number("round", "int"), "ord": number("ord", "int"), "hash": asType("int"), "id": asType("int"),
		"hasattr": hasAttr, "callable": asType("bool"), "issubclass": asType("bool"), "any": anyOf, "all": allOf,
		"range":      func(*frame, syntax.Node, []Arg) *Value { return &Value{Type: "list", rest: typed("int")} },
		"isinstance": isInstance,
		"list":       asList("list"), "tuple": asList("tuple"), "set": asList("set"), "frozenset": asList("set"),
		"sorted": inOrder, "reversed": inReverse, "iter": asList("list"),
		"dict": makeDict, "enumerate": enumerate, "zip": zipped, "map": mapped, "filter": filtered,
		"min": smallest, "max": smallest, "next": nextOf, "getattr": getAttr,
		"os.path.join": joinPath, "posixpath.join": joinPath,
		"os.path.realpath": resolvePath, "os.path.abspath": resolvePath, "os.path.normpath": resolvePath,
		"os.path.commonpath": common("commonpath"), "os.path.commonprefix": common("commonprefix"),
		"urllib.parse.urlparse": parseURL, "urllib.parse.urlsplit": parseURL, "urllib.parse.urljoin": resolveURL,
		"re.match": matchPattern, "re.fullmatch": matchPattern, "re.search": matchPattern,
		"re.compile": compilePattern, "re.findall": findAll(false), "re.finditer": findAll(true),
		"re.sub": substitute(false), "re.subn": substitute(true), "re.split": splitPattern,
		"socket.gethostbyname": addressOf, "socket.getaddrinfo": addressOf, "socket.gethostbyname_ex": addressOf,
		"ipaddress.ip_address": addressOf, "ipaddress.IPv4Address": addressOf, "ipaddress.IPv6Address": addressOf,
		"os.path.isabs": isAbsolute, "os.path.normcase": first,
		"hmac.new": macOf, "hmac.digest": macBytes, "hmac.compare_digest": macMatches, "secrets.compare_digest": macMatches,
		"litestar.di.Provide": first, "quart.utils.run_sync": first, "flask.copy_current_request_context": first,
		"mako.template.Template":                          makoTemplate,
		"jupyter_server.utils.url_path_join":              joinURL,
		"django.http.HttpRequest.build_absolute_uri":      absoluteURI,
		"aiohttp.web.AppKey":                              appKey,
		"pydantic.TypeAdapter":                            typeAdapter,
		"flask_restful.reqparse.RequestParser.parse_args": parsedArgs,
		"flask_restx.reqparse.RequestParser.parse_args":   parsedArgs,
		"urllib.parse.urlunsplit":                         unsplitURL, "urllib.parse.urlunparse": unsplitURL,
		"typing.cast":                            func(_ *frame, _ syntax.Node, args []Arg) *Value { return argValue(args, 1) },
		"super":                                  superValue,
		"django.db.models.Manager.from_queryset": fromQuerySet, "django.db.models.QuerySet.as_manager": asManager,
		"uuid.uuid4": asType("uuid.UUID"), "uuid.UUID": converted("uuid.UUID"),
		"decimal.Decimal": converted("decimal.Decimal"),
		"textwrap.dedent": dedented, "inspect.cleandoc": dedented, "sqlparse.format": first,
		"shlex.split":                          func(_ *frame, _ syntax.Node, args []Arg) *Value { return splitWords(argValue(args, 0)) },
		"jinja2.Environment":                   keeping("jinja2.Environment", falseValue),
		"jinja2.sandbox.SandboxedEnvironment":  keeping("jinja2.sandbox.SandboxedEnvironment", falseValue),
		"jinja2.Template":                      keeping("jinja2.Template", falseValue),
		"jinja2.FileSystemLoader":              keeping("jinja2.FileSystemLoader", nil, "searchpath"),
		"jinja2.PackageLoader":                 keeping("jinja2.PackageLoader", nil, "package_name", "package_path"),
		"jinja2.ChoiceLoader":                  keeping("jinja2.ChoiceLoader", nil, "loaders"),
		"jinja2.select_autoescape":             keeping("jinja2.select_autoescape", nil, "enabled_extensions", "disabled_extensions", "default_for_string", "default"),
		"starlette.templating.Jinja2Templates": keeping("starlette.templating.Jinja2Templates", nil, "directory"),
		"django.template.Context":              templateContext(0), "django.template.RequestContext": templateContext(1), "locals": locals,
		"asyncio.run": first, "asgiref.sync.async_to_sync": first, "asgiref.sync.sync_to_async": first,
		"asyncio.wait_for": first, "asyncio.ensure_future": first, "asyncio.create_task": first,
	}
	librarySpecials(m)
	codecSpecials(m)
	return m
}

func argValue(args []Arg, i int) *Value {
	for _, a := range args {
		if a.Name != "" {
			continue
		}
		if i == 0 {
			return a.Value
		}
		i--
	}
	return nil
}

func first(_ *frame, _ syntax.Node, args []Arg) *Value { return argValue(args, 0) }

// dedented is a text without the indentation that its lines share; what it is
// made of stays known.
func dedented(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	s, ok := v.Str()
	if !ok {
		return retyped(v, "str")
	}
	lines := strings.Split(s, "\n")
	margin, found := "", false
	for _, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		if rest == "" {
			continue
		}
		indent := line[:len(line)-len(rest)]
		if !found {
			margin, found = indent, true
			continue
		}
		n := 0
		for n < len(margin) && n < len(indent) && margin[n] == indent[n] {
			n++
		}
		margin = margin[:n]
	}
	for i, line := range lines {
		if strings.TrimLeft(line, " \t") == "" {
			lines[i] = ""
		} else {
			lines[i] = line[len(margin):]
		}
	}
	return strValue(strings.Join(lines, "\n"))
}

// templateContext is the dictionary that a template's context is made of; it
// may say that nothing is escaped.
func templateContext(i int) special {
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		v := argValue(args, i)
		if off := FindValue(args, "autoescape"); v != nil && off != nil {
			return copied(v.with(partKey{kind: attrPart, name: "autoescape"}, off))
		}
		return v
	}
}

// keeping is an instance of a class that keeps its arguments as attributes:
// positional ones under names. Escape is what its attribute autoescape is
// unless an argument says otherwise, nil for a class without it.
func keeping(class string, escape *Value, names ...string) special {
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		v := typed(class)
		if escape != nil {
			v = v.with(partKey{kind: attrPart, name: "autoescape"}, escape)
		}
		i := 0
		for _, a := range args {
			name := a.Name
			if name == "" && i < len(names) {
				name = names[i]
				i++
			}
			if name != "" && name[0] != '*' && !a.Value.tainted(models.Opaque) {
				v = v.with(partKey{kind: attrPart, name: name}, a.Value)
			} else if name != "" && name == "autoescape" || name == "**" {
				v = v.with(partKey{kind: attrPart, name: "autoescape"}, unknown)
			}
		}
		return v
	}
}

// locals is a dictionary of the variables of a function.
func locals(f *frame, _ syntax.Node, _ []Arg) *Value {
	v := &Value{Type: "dict", parts: []part{}}
	for i, name := range f.scope.Names {
		if x := f.env.vars[i]; x != nil {
			v = v.with(partKey{kind: keyPart, name: name}, x)
		}
	}
	return v
}

// asType is a number or the like: the very one, if the argument is a constant.
func asType(t string) special {
	v := typed(t)
	return func(*frame, syntax.Node, []Arg) *Value { return v }
}

// number is a conversion that raises for what is no number.
func number(name, t string) special {
	v := typed(t)
	return func(f *frame, _ syntax.Node, args []Arg) *Value {
		if c := numberOf(name, args); c != nil {
			return c
		}
		x := argValue(args, 0)
		if x != nil && f.env != nil && (name == "int" || name == "float") && len(args) == 1 && x.Type != "float" {
			f.learn(fact{base: x, kinds: models.All})
		}
		return v
	}
}

func truthOf(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil {
		return foldTruth(v)
	}
	return falseValue
}

// lengthOf is len(x): of a text that is empty, there is nothing to fear.
func lengthOf(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	if n, ok := length(v); ok {
		return intValue(int64(n))
	}
	out := *typed("int")
	out.rel = &relation{how: "length", base: v}
	return &out
}

// converted is a type that raises for texts that are none of its own.
func converted(t string) special {
	v := typed(t)
	return func(f *frame, _ syntax.Node, args []Arg) *Value {
		if x := argValue(args, 0); x != nil && f.env != nil {
			f.learn(fact{base: x, kinds: models.All})
		}
		return v
	}
}

// asText is str(x): the text of a constant, or x itself seen as a text.
func asText(f *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return emptyStr
	}
	if len(v.Consts) == 1 && v.Consts[0].Kind != BytesConst {
		return strValue(v.Consts[0].text())
	}
	if m := f.dunder(v, "__str__"); m != nil {
		return f.inlineOn(syntax.Node{}, m, v, nil)
	}
	if v.Type == "str" || v.Harmless() {
		return v
	}
	return retyped(whole(v), "str")
}

func carryText(_ *frame, _ syntax.Node, args []Arg) *Value {
	if v := argValue(args, 0); v != nil && !v.Harmless() {
		return retyped(whole(v), "str").cleaned(lineKinds) // \n is written as two characters
	}
	return nil
}

// retyped is v as another type; what it is made of stays known.
func retyped(v *Value, t string) *Value {
	if v.Type == t {
		return v
	}
	c := *v
	c.Type = t
	c.Name, c.recv = "", nil
	c.root = v.id()
	return &c
}

func getAttr(f *frame, n syntax.Node, args []Arg) *Value {
	obj, name := argValue(args, 0), argValue(args, 1)
	if obj == nil || name == nil {
		return nil
	}
	s, ok := name.Str()
	if !ok {
		return carry(nil, []Arg{{Value: obj}}, false) // some attribute, not its name
	}
	v := f.attr(obj, s, n)
	d := argValue(args, 2)
	switch {
	case d == nil:
		return v
	case obj.cls != nil && v.Name == "."+s && v.recv == obj:
		return d // the class does not have it
	}
	return join(v, d)
}

// hasAttr says that a name stands for something that the object has: half a
// measure, since every object has its class.
func hasAttr(_ *frame, _ syntax.Node, args []Arg) *Value {
	name := argValue(args, 1)
	if name == nil || name.Harmless() {
		return nil
	}
	return test(fact{base: name, weak: models.Reflect, onTrue: true})
}

// splitWords is a text split at its spaces: the words that are known, then any.
func splitWords(v *Value) *Value {
	if v == nil || v.Consts != nil || len(v.Pieces) == 0 {
		return nil
	}
	first := v.Pieces[0]
	text := first.Text
	if first.Hole != nil {
		if len(first.Hole.Consts) != 1 {
			return nil
		}
		text = first.Hole.Consts[0].text()
	}
	i := strings.LastIndexAny(text, " \t\n")
	if i < 0 || strings.ContainsAny(text[:i], "'\"\\") {
		return nil
	}
	out := &Value{Type: "list", parts: []part{}, rest: &Value{Type: "str", Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}}
	for n, word := range strings.Fields(text[:i]) {
		if n < maxParts {
			out.parts = append(out.parts, part{partKey{kind: indexPart, i: n}, strValue(word)})
		}
	}
	return out
}

// splitExtension is os.path.splitext: the extension holds no separator.
func splitExtension(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil || v.Harmless() {
		return nil
	}
	ext := *pieceOf(v)
	ext.Clean |= models.Path
	return pair(pieceOf(v), &ext)
}

// absoluteURI is the request's own address, unless it is given another.
func absoluteURI(_ *frame, n syntax.Node, args []Arg) *Value {
	if len(args) > 0 {
		return nil
	}
	return &Value{Type: "str", Clean: models.Redirect, Origins: []Origin{{Tier: models.Remote, Label: label(n), Node: n}}}
}

// typeAdapter keeps the type that values are seen through.
func typeAdapter(_ *frame, _ syntax.Node, args []Arg) *Value {
	if len(args) == 0 || args[0].Name != "" {
		return nil
	}
	return &Value{Type: "pydantic.TypeAdapter", rel: &relation{how: "alias", alias: args[0].Node}}
}

// macBytes is macOf for a code that is there at once.
func macBytes(f *frame, n syntax.Node, args []Arg) *Value {
	if v := macOf(f, n, args); v != nil {
		return v.as("bytes")
	}
	return nil
}

// macOf ties a message authentication code to its message.
func macOf(_ *frame, _ syntax.Node, args []Arg) *Value {
	msg := argValue(args, 1)
	if msg == nil {
		if msg = FindValue(args, "msg"); msg == nil {
			return nil
		}
	}
	return &Value{Type: "hmac.HMAC", rel: &relation{how: "mac", base: msg}}
}

// macMatches says that a message is authentic when its code compares equal.
func macMatches(_ *frame, _ syntax.Node, args []Arg) *Value {
	for _, a := range args {
		r := a.Value.rel
		for r != nil && r.how == "encoded" {
			r = r.base.rel
		}
		if r != nil && r.how == "mac" {
			return test(fact{base: r.base, kinds: models.Deserialize, onTrue: true})
		}
	}
	return typed("bool")
}

// anyOf is any(test for ...): when it is false, the test was false each time;
// when it is true, what the test says of values that stay the same holds.
func anyOf(_ *frame, _ syntax.Node, args []Arg) *Value { return overTests(args, false) }

// allOf is all(test for ...): when it is true, the test was true each time.
func allOf(_ *frame, _ syntax.Node, args []Arg) *Value { return overTests(args, true) }

func overTests(args []Arg, all bool) *Value {
	v := argValue(args, 0)
	if v == nil {
		return typed("bool")
	}
	if list, ok := items(v); ok {
		for _, x := range list {
			t, known := truth(x)
			if !known {
				return typed("bool")
			}
			if t != all {
				return boolValue(!all)
			}
		}
		return boolValue(all)
	}
	if v.rest == nil || v.rest.rel == nil || v.rest.rel.how != "test" {
		return typed("bool")
	}
	var facts []fact
	for _, x := range v.rest.rel.facts {
		item := x.base.rel != nil && x.base.rel.how == "item"
		switch {
		case x.onTrue == all && item:
			facts = append(facts, fact{base: x.base.rel.base, kinds: x.kinds, weak: x.weak, onTrue: all})
		case !item && (x.onTrue != all || !v.maybe):
			// all() of nothing is true, and any() of nothing false: those prove nothing
			facts = append(facts, x)
		}
	}
	return test(facts...)
}

// isInstance says that a value of a plain type is harmless.
func isInstance(_ *frame, _ syntax.Node, args []Arg) *Value {
	v, t := argValue(args, 0), argValue(args, 1)
	if v == nil || t == nil {
		return nil
	}
	if r, ok := instanceOf(v, t); ok {
		return boolValue(r)
	}
	classes := []*Value{t}
	if t.Type == "tuple" {
		classes = nil
		for _, p := range t.parts {
			classes = append(classes, p.v)
		}
	}
	if v.tells() && !slices.ContainsFunc(classes, func(c *Value) bool { return says(c) != own }) {
		return test(fact{base: v, kinds: models.Detail, onTrue: true}) // its text is the program's
	}
	for _, c := range classes {
		if !harmlessType(c.Name) {
			if c.Name == "str" {
				return test(fact{base: v, kinds: models.NoSQL, onTrue: true})
			}
			return typed("bool")
		}
	}
	if len(classes) == 0 {
		return typed("bool")
	}
	return test(fact{base: v, kinds: models.All, onTrue: true})
}

// joinedPath marks the separator of a joined path: an absolute second part
// drops the first.
const joinedPath = "/"

// instanceOf decides isinstance of a constant and builtin types.
func instanceOf(v, t *Value) (is, ok bool) {
	list, many := items(t)
	if !many {
		list = []*Value{t}
	}
	if len(v.Consts) != 1 {
		return false, false
	}
	for _, c := range list {
		if !builtins[c.Name] {
			return false, false
		}
		is = is || c.Name == v.Type || c.Name == "object" || c.Name == "int" && v.Type == "bool"
	}
	return is, true
}

// joinPath is os.path.join: a text with separators.
func joinPath(_ *frame, _ syntax.Node, args []Arg) *Value {
	var pieces []Piece
	for i, a := range args {
		if a.Name != "" {
			return nil
		}
		if i > 0 {
			pieces = append(pieces, Piece{Text: "/", Node: a.Node, Conv: joinedPath})
		}
		pieces = append(pieces, Piece{Hole: a.Value, Node: a.Node})
	}
	return assemble(pieces)
}

// resolvePath marks a path as one whose .. and links are gone.
func resolvePath(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	return resolved(v)
}

func resolved(v *Value) *Value {
	if v.Harmless() {
		return v
	}
	w := whole(v)
	c := *w
	c.root, c.recv, c.Name = nil, nil, ""
	c.rel = &relation{how: "resolved", base: v}
	return &c
}

// common is os.path.commonpath([root, x]) or commonprefix.
func common(how string) special {
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		list := argValue(args, 0)
		if list == nil {
			return nil
		}
		var path, folder *Value // the path is the resolved one, of clients, or else the last
		for _, p := range list.parts {
			if !p.v.tainted(models.Unknown) {
				continue
			}
			if path == nil || isResolved(p.v) && (!isResolved(path) || !path.followed() || p.v.followed()) || path.rel == nil {
				path, folder = p.v, path
			} else {
				folder = p.v
			}
		}
		if path == nil {
			return nil
		}
		if how == "commonpath" && !isResolved(path) {
			return typed("str") // "folder/../x" has the folder in common
		}
		return &Value{Type: "str", rel: &relation{how: how, base: path, whole: folder}}
	}
}

// isResolved reports whether a path has no steps back in it.
func isResolved(v *Value) bool { return v.rel != nil && v.rel.how == "resolved" }

// isAbsolute is os.path.isabs(x).
func isAbsolute(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	return test(fact{base: v, marks: relative})
}

// parseURL ties the parts of a URL to the URL.
func parseURL(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil || v.Harmless() {
		return nil
	}
	w := whole(v)
	rel := &relation{how: "parsed", base: v}
	if v.rel != nil && v.rel.how == "joined" {
		rel = &relation{how: "parsed", base: v.rel.base, whole: v}
	}
	return &Value{Origins: w.Origins, Clean: w.Clean, Weak: w.Weak, Type: "urllib.parse.SplitResult", rel: rel}
}

// resolveURL is urljoin(base, x): x alone decides the host if it is absolute.
func resolveURL(_ *frame, _ syntax.Node, args []Arg) *Value {
	base, x := argValue(args, 0), argValue(args, 1)
	if base == nil || x == nil || len(args) != 2 || x.Harmless() {
		return nil
	}
	v := carry(base, args[1:], false)
	if len(v.Origins) == 0 {
		return nil
	}
	c := *v
	if beginsPath(x) {
		c = *assemble([]Piece{{Hole: base, Node: args[0].Node}, {Text: "/", Node: args[1].Node}, {Hole: x, Node: args[1].Node}})
	}
	c.Type, c.root = "str", nil
	c.rel = &relation{how: "joined", base: x}
	return &c
}

// beginsPath reports whether the literal beginning of a text makes it a path,
// whatever follows.
func beginsPath(v *Value) bool {
	if len(v.Pieces) == 0 {
		return false
	}
	text, _, _ := strings.Cut(render(Flatten(v, syntax.Node{})), "\x00")
	return fixedHost(text, models.Redirect) || strings.Contains(text, "/") && text[0] != '/' && !strings.ContainsAny(text, `:\`)
}

// unsplitURL is urlunsplit((scheme, host, path, ...)).
func unsplitURL(_ *frame, _ syntax.Node, args []Arg) *Value {
	list := argValue(args, 0)
	if list == nil || list.parts == nil {
		return nil
	}
	at := args[0].Node
	var pieces []Piece
	for i, before := range []string{"", "://", "/", "?", "&", "&"} {
		v := list.Element(i)
		if v == nil && list.rest == nil && len(list.Origins) == 0 {
			break
		}
		if v == nil {
			if v = list.rest; v == nil {
				v = someOf(list)
			}
		}
		if before != "" {
			pieces = append(pieces, Piece{Text: before, Node: at})
		}
		pieces = append(pieces, Piece{Hole: v, Node: at})
	}
	return assemble(pieces)
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
