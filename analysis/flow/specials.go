package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// special is what a function of Python or its standard library does that a
// model cannot say. It returns nil to leave the call to the models.
type special func(f *frame, n syntax.Node, args []Arg) *Value

// newSpecials lists them by qualified name.
func newSpecials() map[string]special {
	return map[string]special{
		"str": asText, "bytes": asText, "format": asText, "repr": carryText, "ascii": carryText,
		"int": asType("int"), "float": asType("float"), "bool": asType("bool"), "len": asType("int"),
		"abs": asType("int"), "round": asType("int"), "ord": asType("int"), "hash": asType("int"), "id": asType("int"),
		"hasattr": hasAttr, "callable": asType("bool"), "issubclass": asType("bool"), "any": anyOf, "all": allOf,
		"range":      func(*frame, syntax.Node, []Arg) *Value { return &Value{Type: "list", rest: typed("int")} },
		"isinstance": isInstance,
		"list":       asList("list"), "tuple": asList("tuple"), "set": asList("set"), "frozenset": asList("set"),
		"sorted": asList("list"), "reversed": asList("list"), "iter": asList("list"),
		"dict": makeDict, "enumerate": enumerate, "zip": zipped, "map": mapped, "filter": filtered,
		"min": anyElement, "max": anyElement, "next": anyElement, "getattr": getAttr,
		"os.path.join": joinPath, "posixpath.join": joinPath,
		"os.path.realpath": resolvePath, "os.path.abspath": resolvePath, "os.path.normpath": resolvePath,
		"shlex.split":        func(_ *frame, _ syntax.Node, args []Arg) *Value { return splitWords(argValue(args, 0)) },
		"os.path.splitext":   splitExtension,
		"os.path.commonpath": commonPath, "os.path.commonprefix": nil,
		"urllib.parse.urlparse": parseURL, "urllib.parse.urlsplit": parseURL,
		"re.match": matchPattern, "re.fullmatch": matchPattern, "re.search": matchPattern,
		"re.compile": compilePattern,
		"hmac.new":   macOf, "hmac.digest": macOf, "hmac.compare_digest": macMatches, "secrets.compare_digest": macMatches,
		"functools.partial": partial, "copy.copy": first, "copy.deepcopy": first,
		"litestar.di.Provide": first, "quart.utils.run_sync": first, "flask.copy_current_request_context": first,
		"mako.template.Template":                          makoTemplate,
		"jupyter_server.utils.url_path_join":              joinURL,
		"django.http.HttpRequest.build_absolute_uri":      absoluteURI,
		"aiohttp.web.AppKey":                              appKey,
		"pydantic.TypeAdapter":                            typeAdapter,
		"flask_restful.reqparse.RequestParser.parse_args": parsedArgs,
		"flask_restx.reqparse.RequestParser.parse_args":   parsedArgs,
		"urllib.parse.urlunsplit":                         unsplitURL, "urllib.parse.urlunparse": unsplitURL,
		"typing.cast": func(_ *frame, _ syntax.Node, args []Arg) *Value { return argValue(args, 1) },
		"super":       superValue,
		"uuid.uuid4":  asType("uuid.UUID"), "uuid.UUID": asType("uuid.UUID"),
		"decimal.Decimal": asType("decimal.Decimal"),
		"textwrap.dedent": dedented, "inspect.cleandoc": dedented, "sqlparse.format": first,
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
			return v.with(partKey{kind: attrPart, name: "autoescape"}, off)
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

func asType(t string) special {
	v := typed(t)
	return func(_ *frame, _ syntax.Node, args []Arg) *Value {
		if t == "int" && len(args) == 1 && len(args[0].Value.Consts) == 1 && args[0].Value.Consts[0].Kind == IntConst {
			return args[0].Value
		}
		return v
	}
}

// asText is str(x): the text of a constant, or x itself seen as a text.
func asText(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return emptyStr
	}
	if len(v.Consts) == 1 && v.Consts[0].Kind != BytesConst {
		return strValue(v.Consts[0].text())
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

func asList(t string) special {
	return func(f *frame, _ syntax.Node, args []Arg) *Value {
		v := argValue(args, 0)
		if v == nil {
			return &Value{Type: t, parts: []part{}}
		}
		if v.parts != nil && (v.Type == "list" || v.Type == "tuple") && t != "set" {
			return retyped(v, t)
		}
		return &Value{Type: t, rest: f.iterate(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
	}
}

func makeDict(f *frame, _ syntax.Node, args []Arg) *Value {
	v := &Value{Type: "dict", parts: []part{}}
	for _, a := range args {
		switch {
		case a.Name != "" && a.Name[0] != '*':
			v = v.with(partKey{kind: keyPart, name: a.Name}, a.Value)
		case (a.Value.Type == "dict" || a.Value.inst) && a.Value.parts != nil:
			for _, p := range a.Value.parts {
				if a.Value.inst { // an object's fields
					p.key.kind = keyPart
				}
				v = v.with(p.key, p.v)
			}
			if a.Value.rest != nil {
				v = v.withRest(a.Value.rest)
			}
		default:
			item := f.iterate(a.Value)
			if k := item.Element(0); k != nil { // of pairs
				item = k
			}
			v = v.withRest(elementOf(a.Value)).withKey(item)
		}
	}
	return v
}

func enumerate(f *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil {
		return nil
	}
	pair := &Value{Type: "tuple", parts: []part{
		{partKey{kind: indexPart, i: 0}, typed("int")},
		{partKey{kind: indexPart, i: 1}, f.iterate(v)},
	}}
	return &Value{Type: "list", rest: pair}
}

func zipped(f *frame, _ syntax.Node, args []Arg) *Value {
	tuple := &Value{Type: "tuple"}
	for i, a := range args {
		if a.Name == "" {
			tuple.parts = append(tuple.parts, part{partKey{kind: indexPart, i: i}, f.iterate(a.Value)})
		}
	}
	return &Value{Type: "list", rest: tuple}
}

func mapped(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq := argValue(args, 0), argValue(args, 1)
	if fn == nil || seq == nil {
		return nil
	}
	item := f.indirectly(n, fn, []Arg{{Node: args[1].Node, Value: f.iterate(seq)}})
	return &Value{Type: "list", rest: item}
}

func filtered(f *frame, n syntax.Node, args []Arg) *Value {
	fn, seq := argValue(args, 0), argValue(args, 1)
	if fn == nil || seq == nil {
		return nil
	}
	item := f.iterate(seq)
	if t := f.apply(n, fn, []Arg{{Node: args[1].Node, Value: item}}); t.rel != nil {
		for _, x := range t.rel.facts {
			if x.onTrue && x.base.id() == item.id() {
				item = item.cleaned(x.kinds)
			}
		}
	}
	return &Value{Type: "list", rest: item}
}

func anyElement(f *frame, _ syntax.Node, args []Arg) *Value {
	var out *Value
	for i, a := range args {
		switch {
		case a.Name == "default" || len(args) > 1 && i > 0:
			out = join(out, a.Value)
		case a.Name == "" && len(args) > 1 && a.Value.Type != "list":
			out = join(out, a.Value)
		case a.Name == "":
			out = join(out, f.iterate(a.Value))
		}
	}
	return out
}

func getAttr(f *frame, n syntax.Node, args []Arg) *Value {
	obj, name := argValue(args, 0), argValue(args, 1)
	if obj == nil || name == nil {
		return nil
	}
	if s, ok := name.Str(); ok {
		v := f.attr(obj, s, n)
		if d := argValue(args, 2); d != nil {
			return join(v, d)
		}
		return v
	}
	return carry(nil, []Arg{{Value: obj}}, false) // some attribute, not its name
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
	stem := retyped(whole(v), "str")
	return &Value{Type: "tuple", parts: []part{
		{partKey{kind: indexPart, i: 0}, stem},
		{partKey{kind: indexPart, i: 1}, stem.cleaned(models.Path)},
	}}
}

func partial(_ *frame, _ syntax.Node, args []Arg) *Value {
	if fn := argValue(args, 0); fn != nil && len(args) == 1 {
		return fn
	}
	return nil
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
	return &Value{Type: "pydantic.TypeAdapter", alias: args[0].Node}
}

func superValue(f *frame, _ syntax.Node, _ []Arg) *Value {
	if f.fn == nil || f.fn.class == nil {
		return nil
	}
	for _, b := range f.fn.class.bases {
		if b.cls != nil {
			v := &Value{cls: b.cls, inst: true}
			return v
		}
		if b.Name != "" {
			return typed(b.Name)
		}
	}
	return unknown
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
		if a.Value.rel != nil && a.Value.rel.how == "mac" {
			return test(fact{base: a.Value.rel.base, kinds: models.Deserialize, onTrue: true})
		}
	}
	return typed("bool")
}

// anyOf is any(test for ...): when it is false, the test was false each time.
func anyOf(_ *frame, _ syntax.Node, args []Arg) *Value { return overTests(args, false) }

// allOf is all(test for ...): when it is true, the test was true each time.
func allOf(_ *frame, _ syntax.Node, args []Arg) *Value { return overTests(args, true) }

func overTests(args []Arg, outcome bool) *Value {
	v := argValue(args, 0)
	if v == nil || v.rest == nil || v.rest.rel == nil || v.rest.rel.how != "test" {
		return typed("bool")
	}
	var facts []fact
	for _, x := range v.rest.rel.facts {
		if x.onTrue == outcome {
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
	classes := []*Value{t}
	if t.Type == "tuple" {
		classes = nil
		for _, p := range t.parts {
			classes = append(classes, p.v)
		}
	}
	for _, c := range classes {
		if !harmlessTypes[c.Name] {
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

// joinPath is os.path.join: a text with separators.
func joinPath(_ *frame, _ syntax.Node, args []Arg) *Value {
	var pieces []Piece
	for i, a := range args {
		if a.Name != "" {
			return nil
		}
		if i > 0 {
			pieces = append(pieces, Piece{Text: "/", Node: a.Node})
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

// commonPath is os.path.commonpath([root, x]).
func commonPath(_ *frame, _ syntax.Node, args []Arg) *Value {
	list := argValue(args, 0)
	if list == nil {
		return nil
	}
	for _, p := range list.parts {
		if p.v.tainted(models.Unknown) {
			v := *typed("str")
			v.rel = &relation{how: "commonpath", base: p.v}
			return &v
		}
	}
	return nil
}

// parseURL ties the parts of a URL to the URL.
func parseURL(_ *frame, _ syntax.Node, args []Arg) *Value {
	v := argValue(args, 0)
	if v == nil || v.Harmless() {
		return nil
	}
	w := whole(v)
	return &Value{
		Origins: w.Origins, Clean: w.Clean, Weak: w.Weak, Type: "urllib.parse.SplitResult",
		rel: &relation{how: "parsed", base: v},
	}
}

// unsplitURL is urlunsplit((scheme, host, path, ...)).
func unsplitURL(_ *frame, _ syntax.Node, args []Arg) *Value {
	list := argValue(args, 0)
	if list == nil || list.rest != nil || list.Element(2) == nil {
		return nil
	}
	at := args[0].Node
	var pieces []Piece
	for i, before := range []string{"", "://", "/", "?", "&", "&"} {
		v := list.Element(i)
		if v == nil {
			break
		}
		if before != "" {
			pieces = append(pieces, Piece{Text: before, Node: at})
		}
		pieces = append(pieces, Piece{Hole: v, Node: at})
	}
	return assemble(pieces)
}

// compilePattern keeps the pattern of a compiled regular expression.
func compilePattern(_ *frame, _ syntax.Node, args []Arg) *Value {
	p := argValue(args, 0)
	if p == nil {
		return nil
	}
	return &Value{Type: "re.Pattern", parts: []part{{partKey{kind: attrPart, name: "pattern"}, p}}}
}

func matchPattern(_ *frame, n syntax.Node, args []Arg) *Value {
	p, v := argValue(args, 0), argValue(args, 1)
	if p == nil || v == nil {
		return nil
	}
	how := n.Child(syntax.FieldFunction)
	if a := how.Child(syntax.FieldAttribute); a.OK() {
		how = a
	}
	return matched(how.Str(), p, v)
}

// matched is the match object of a pattern on v.
func matched(how string, pattern, v *Value) *Value {
	w := whole(v)
	out := &Value{Type: "re.Match", Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
	text, ok := pattern.Str()
	if !ok {
		if pattern.tainted(models.Unknown) || how == "search" {
			return out
		}
		if how == "fullmatch" {
			out.rel = &relation{how: "test", facts: []fact{{base: v, weak: textKinds, onTrue: true}}}
		}
		return out
	}
	kinds, weak := judgePattern(how, text)
	if kinds == 0 && weak == 0 {
		return out
	}
	out.Clean |= kinds
	out.Weak |= weak &^ kinds
	out.rel = &relation{how: "test", facts: []fact{{base: v, kinds: kinds, weak: weak, onTrue: true}}}
	return out
}

// judgePattern says for which kinds a text that matches is harmless: those
// whose special characters the pattern does not let through. A pattern that is
// not anchored at both ends is a half measure.
func judgePattern(how, p string) (kinds, weak models.Kind) {
	anchored := how == "fullmatch"
	body := p
	if !anchored {
		start := how == "match" || strings.HasPrefix(p, "^") || strings.HasPrefix(p, `\A`)
		anchored = start && strings.HasSuffix(p, `\Z`)
		if !anchored && (!start || !strings.HasSuffix(p, "$")) {
			return 0, 0
		}
	}
	body = strings.TrimPrefix(strings.TrimPrefix(body, "^"), `\A`)
	body = strings.TrimSuffix(strings.TrimSuffix(body, "$"), `\Z`)
	chars, open := patternAlphabet(body)
	if open {
		return 0, 0
	}
	kinds = models.All
	for kind, special := range metacharacters {
		if strings.ContainsAny(chars, special) {
			kinds &^= kind
		}
	}
	if strings.ContainsAny(body, `[\`) {
		kinds &^= names // any word, not one of a list
	}
	if strings.Contains(chars, "-") && !beginsWithWord(body) {
		kinds &^= models.Argument
	}
	if strings.HasPrefix(body, "/") && len(body) > 1 && body[1] != '/' && body[1] != '?' && body[1] != '*' && !strings.Contains(chars, "\\") && !classHoldsSlash(body) {
		kinds |= models.Redirect // one slash, and then a name
	}
	if strings.Contains(chars, "/") {
		kinds &^= models.Path
	}
	if strings.Contains(chars, ".") && kinds&models.Path != 0 && !strings.Contains(body, `\.`) {
		kinds &^= models.Path // "..": one step up
		weak |= models.Path
	}
	if !anchored {
		// $ lets one line end through
		return kinds &^ (models.Header | models.Log), weak | models.Header | models.Log
	}
	return kinds, weak
}

// names are the kinds of harm that a plain word can do: what it names does it.
const names = models.Program | models.Import | models.Reflect

// beginsWithWord reports whether the first character that a pattern lets
// through is no dash.
func beginsWithWord(body string) bool {
	body = strings.TrimLeft(body, "(?:")
	if class, ok := strings.CutPrefix(body, "["); ok {
		end := strings.IndexByte(class, ']')
		if end < 0 || end+1 < len(class) && (class[end+1] == '*' || class[end+1] == '?') {
			return false
		}
		chars, open := patternAlphabet(body[:end+2])
		return !open && !strings.Contains(chars, "-")
	}
	return strings.HasPrefix(body, `\w`) || strings.HasPrefix(body, `\d`) || body != "" && isWordByte(body[0])
}

// classHoldsSlash reports whether the first character after the leading slash
// may be a slash again.
func classHoldsSlash(body string) bool {
	rest := strings.TrimLeft(body[1:], "(?:")
	if !strings.HasPrefix(rest, "[") {
		return strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".")
	}
	end := strings.IndexByte(rest, ']')
	return end < 0 || strings.Contains(rest[:end], "/")
}

var metacharacters = map[models.Kind]string{
	models.SQL:     "'\"\\; ",
	models.Command: " ;|&$`<>()'\"\\*?~!#{}[]\n",

	models.RemoteCommand: " ;|&$`<>()'\"\\*?~!#{}[]\n",
	models.HTML:          "<>&\"' ",
	models.Redirect:      "/\\:",
	models.URL:           "/\\:@#?",
	models.Path:          "/\\",
	models.Code:          "()[]'\". ",
	models.Template:      "{}%$#",
	models.Header:        "\r\n ",
	models.LDAP:          "*()\\ ",
	models.XPath:         "'\"[]/ ",
	models.Regex:         "*+(){}[]^$\\.",
}

// patternAlphabet lists the literal characters that a regular expression can
// let through; open is true when it lets through anything (dot, \S, [^...]).
func patternAlphabet(p string) (chars string, open bool) {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			switch p[i] {
			case 'S', 'W', 'D':
				return "", true
			case 's':
				b.WriteString(" \n")
			case 'w', 'd', 'b', 'A', 'Z', 'B':
			default:
				b.WriteByte(p[i])
			}
		case c == '[' && !inClass:
			inClass = true
			if i+1 < len(p) && p[i+1] == '^' {
				return "", true
			}
		case c == ']' && inClass:
			inClass = false
		case !inClass && c == '.':
			return "", true
		case !inClass && strings.IndexByte("()|*+?{}^$", c) >= 0:
			if c == '{' {
				if j := strings.IndexByte(p[i:], '}'); j > 0 {
					i += j
				}
			}
		case inClass && c == '-' && i+1 < len(p) && p[i+1] != ']' && b.Len() > 0 && p[i-1] != '[':
			for x := p[i-1]; x < p[i+1]; x++ {
				if !isWordByte(x) {
					b.WriteByte(x)
				}
			}
		default:
			b.WriteByte(c)
		}
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 && isWordByte(byte(r)) {
			return -1
		}
		return r
	}, b.String()), false
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
