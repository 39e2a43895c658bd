package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// call evaluates f(args).
func (f *frame) call(n syntax.Node) *Value {
	fnNode := n.Child(syntax.FieldFunction)
	callee := f.eval(fnNode)
	args := f.args(n.Child(syntax.FieldArguments))
	return f.apply(n, callee, args)
}

// args evaluates an argument list; a lone generator is one argument.
func (f *frame) args(list syntax.Node) []Arg {
	if !list.OK() {
		return nil
	}
	if list.Kind() == syntax.KindGeneratorExpression {
		return []Arg{{Node: list, Value: f.eval(list)}}
	}
	out := make([]Arg, 0, list.NamedCount())
	for c := range list.NamedChildren() {
		switch c.Kind() {
		case syntax.KindKeywordArgument:
			v := c.Child(syntax.FieldValue)
			out = append(out, Arg{Name: c.Child(syntax.FieldName).Str(), Node: v, Value: f.eval(v)})
		case syntax.KindListSplat:
			out = append(out, Arg{Name: "*", Node: c, Value: f.eval(c)})
		case syntax.KindDictionarySplat:
			v := f.eval(c)
			if v.Type == "dict" && v.rest == nil && len(v.parts) > 0 && v.part(unlistedKeys) == nil {
				for _, p := range v.parts {
					if p.key.kind == keyPart {
						out = append(out, Arg{Name: p.key.name, Node: c, Value: p.v})
					}
				}
				continue
			}
			out = append(out, Arg{Name: "**", Node: c, Value: v})
		default:
			out = append(out, Arg{Node: c, Value: f.eval(c)})
		}
	}
	return out
}

// apply calls a value.
func (f *frame) apply(n syntax.Node, callee *Value, args []Arg) *Value {
	if callee.pre != nil {
		args = append(slices.Clone(*callee.pre), args...)
	}
	if callee.fn == nil && callee.cls == nil && callee.alts != nil {
		if v := f.applyEach(n, callee.alts, args); v != nil {
			return v
		}
	}
	switch {
	case callee.fn != nil && callee.Name != "" && f.m.set.Judges(callee.Name):
		return f.judged(n, callee, args)
	case callee.fn != nil:
		return f.inline(n, callee.fn, callee.recv, args)
	case callee.cls != nil && !callee.inst:
		if callee.Name != "" && f.m.set.Gives(callee.Name) {
			return f.external(n, &Value{Name: callee.Name}, args)
		}
		if callee.Name != "" {
			f.called(n, callee.Name, nil, args)
		}
		f.filledAtOnce(n, callee, args)
		f.filledByName(n, callee, args)
		return f.instantiate(n, callee.cls, args)
	case callee.cls != nil:
		if m := f.dunder(callee, "__call__"); m != nil {
			return f.follow(n, n.Child(syntax.FieldFunction), m, callee, args)
		}
	case callee.Name != "":
		return f.digested(callee, f.external(n, callee, args))
	}
	if callee.tells() { // an exception that answers, as those of webob do: no text of it
		callee = unknown
	}
	return carry(callee, args, true)
}

// plainChoices bounds the functions that are tried for a call that no outside
// data goes into.
const plainChoices = 4

// applyEach calls each of the functions that a value may be; nil if one is
// neither of the program nor a sink of the models.
func (f *frame) applyEach(n syntax.Node, alts []*Value, args []Arg) *Value {
	for _, a := range alts {
		if !a.Local() && !a.IsNone() && (a.Name == "" || len(f.m.set.Sinks(a.Name)) == 0) {
			return nil
		}
	}
	if (f.depth > 0 || len(alts) > plainChoices) && !argsTainted(nil, args) {
		f.escape(nil, args)
		return result
	}
	var out *Value
	var end *env
	before := f.env
	for _, a := range alts {
		if a.IsNone() {
			continue
		}
		f.env = before.clone()
		f.run.oneOf = !a.Local()
		v := f.apply(n, a, args)
		f.run.oneOf = false
		if v == neverReturns || f.env == nil {
			continue
		}
		out = join(out, v)
		end = merge(end, f.env)
	}
	if out == nil {
		f.env = before
		return neverReturns
	}
	f.env = end
	return out
}

// external calls something that is not of this file.
func (f *frame) external(n syntax.Node, callee *Value, args []Arg) *Value {
	name, recv := callee.Name, callee.recv
	if i := strings.LastIndexByte(name, '.'); recv != nil && i > 0 && !f.m.set.Modelled(name) && !f.m.a.wants[name] && !isClassName(name) && f.m.a.specials[name] == nil {
		// its type is not known: what is said of methods by name alone holds
		c := *callee
		c.Name = name[i:]
		callee, name = &c, c.Name
	}
	from := len(f.run.events)
	f.called(n, name, recv, args)
	if isClassName(name) {
		f.filledAtOnce(n, callee, args)
		f.filledByName(n, callee, args)
	}
	f.registers(name, args)
	if neverReturning[name] {
		return neverReturns
	}
	for _, g := range f.m.set.Guards(name) {
		if g.On == "return" {
			if v := f.argOf(g.Arg, recv, args); v != nil {
				f.learn(fact{base: v, kinds: g.Kinds()})
			}
		}
	}
	if r := f.m.set.Render(name); r != nil {
		if v := f.render(n, callee, r, args); v != nil {
			return v
		}
	}
	if special := f.m.a.specials[name]; special != nil {
		if v := special(f, n, args); v != nil {
			return v
		}
	}
	if x := f.m.set.Invoke(name); x != nil {
		if v := f.invoke(n, x, recv, args); v != nil {
			return v
		}
	}
	if recv != nil && callee.fn == nil {
		if key := argValue(args, 0); key != nil && strings.HasSuffix(name, ".get") {
			if v := f.keyed(recv, key, n); v != nil {
				return join(v, argValue(args, 1))
			}
			if v := f.pathParam(recv, key); v != nil {
				return v
			}
		}
		if v := f.method(n, name, recv, args); v != nil {
			return v
		}
	}
	if isException(name) {
		return raisedWith(name, args)
	}
	if !f.m.known(name) {
		f.escape(recv, args)
	} else if recv != nil && f.env != nil {
		for _, p := range recv.parts { // it was given them before
			if p.v.inst {
				f.disturb(p.v)
			}
		}
	}
	v := f.modelled(n, callee, args)
	if codec := encoders[name]; codec != "" {
		return encoded(codec, v, args, recv)
	}
	if name == "os.listdir" {
		c := *v
		c.rel = &relation{how: "listing"}
		return &c
	}
	if len(f.run.events) > from {
		return f.response(n, from, v)
	}
	return v
}

func isException(name string) bool {
	return builtins[name] && (strings.HasSuffix(name, "Error") || strings.HasSuffix(name, "Exception"))
}

// raisedWith is an exception that holds its arguments.
func raisedWith(name string, args []Arg) *Value {
	w := carry(nil, args, false)
	return &Value{Type: name, Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
}

// escape notes that code which is not known may have changed the objects that it
// was given.
func (f *frame) escape(recv *Value, args []Arg) {
	if f.env == nil {
		return
	}
	if recv != nil {
		f.disturb(recv)
		for _, p := range recv.parts {
			f.disturb(p.v)
		}
	}
	for i := range args {
		v := args[i].Value
		f.disturb(v)
		if v.fn != nil && v.fn.closure != nil {
			f.escapeFunc(v.fn)
		}
	}
}

// escapeFunc notes that a function may be called at any time, and change the
// variables around it that it names.
func (f *frame) escapeFunc(fn *Func) {
	g := fn.closure
	if g.env == nil || g.scope == nil || len(g.scope.Names) == 0 {
		return
	}
	scope := f.m.scope(fn.node)
	for d := range fn.node.Descendants() {
		if d.Kind() != syntax.KindIdentifier {
			continue
		}
		name := d.Str()
		i := g.scope.Slot(name)
		if i < 0 || g.env.vars[i] == nil || scope.Slot(name) >= 0 {
			continue
		}
		v := g.env.vars[i]
		switch {
		case scope.Global[name] && v.Consts != nil:
			g.env.vars[i] = join(&Value{}, v)
		case !v.inst:
			g.disturb(v)
		}
	}
}

// disturb makes an object one of which only what it held is known.
func (f *frame) disturb(v *Value) {
	if v.parts == nil || !mutable(v) && !streams[v.Type] {
		return
	}
	if streams[v.Type] && v.Type != "dict" && v.Type != "list" {
		if !v.maybe {
			c := v.changed()
			if c.maybe = true; v.rest == nil || v.rest.Harmless() {
				c.rest = result
			}
			f.env.hold(v.object(), c)
		}
		return
	}
	if !v.inst {
		if !v.maybe && v.rest == nil {
			c := v.changed()
			c.maybe = true
			f.env.hold(v.object(), c)
		}
		return
	}
	if !slices.ContainsFunc(v.parts, func(p part) bool { return p.v.Consts != nil }) {
		return
	}
	c := v.changed()
	c.parts = slices.Clone(v.parts)
	for i := range c.parts {
		if x := c.parts[i].v; x.IsNone() {
			c.parts[i].v = unknown
		} else if x.Consts != nil {
			c.parts[i].v = typed(x.Type)
		}
	}
	f.env.hold(v.object(), c)
}

// modelled applies what the models say of a call.
func (f *frame) modelled(n syntax.Node, callee *Value, args []Arg) *Value {
	set, name, recv := f.m.set, callee.Name, callee.recv
	typ := set.TypeOf(name + "()")
	field := set.Field(name) != nil
	if typ == "" && (field || isClassName(name)) {
		typ = name
	}
	if s := set.CallSource(name); s != nil {
		v := &Value{Type: typ, Clean: s.Cleared(), Origins: []Origin{{Tier: s.Grade(), Label: label(n), Node: n}}}
		if s.Type != "" {
			v.Type = s.Type
		}
		if s.Declared && f.self != "" { // super().clean()
			return f.declared(f.load(f.self), v, nil)
		}
		return f.ofElements(name, v)
	}
	if convertsToHarmless(args) {
		return typed("int")
	}
	if v := f.converted(n, name, recv, args); v != nil {
		return v
	}
	if x := set.Instance(name); x != nil {
		return f.instanceOf(x, recv, n)
	}
	v := f.ofElements(name, f.passed(n, name, recv, args))
	if p := set.Pass(name); p != nil && p.As != "" && recv != nil {
		return f.through(p, recv, v)
	}
	if recv != nil && len(v.Origins) > 0 && strings.HasSuffix(name, ".get") {
		if key := argValue(args, 0); key != nil {
			switch s, _ := key.Str(); {
			case ofServer[s]:
				v = v.cleaned(models.All)
			case ofBrowser[strings.ToLower(s)]:
				v = v.cleaned(models.Link)
			}
		}
	}
	for _, c := range set.Cleans(name) {
		if !holds(c.When, args) {
			continue
		}
		switch {
		case c.Undoes:
			v = v.undone(n, c.Kinds())
		case c.Weak:
			v = v.weakened(c.Kinds())
		default:
			v = v.cleaned(c.Kinds())
		}
	}
	short := name[strings.LastIndexByte(name, '.')+1:]
	if writesJSON[short] && v.rel == nil && encoders[name] == "" {
		v = madeJSON(v, name, args)
	}
	if quoting[short] {
		v = v.cleaned(models.SQL)
	}
	if facts := f.guardFacts(name, recv, args); facts != nil {
		return test(facts...)
	}
	if typ == "" {
		return v
	}
	if v.Type == typ {
		return v
	}
	c := *v
	c.Type = typ
	c.root, c.alts = nil, nil
	if field || isClassName(name) {
		c.parts = append([]part(nil), keywordParts(args)...)
	}
	if field {
		c.parts = append(c.parts, positionalParts(args)...)
	}
	return &c
}

// quoting are functions that quote a name or value for a SQL text, by whatever
// library or module: nothing else has these names.
var quoting = wordset.Of(`quote_name quote_names quote_ident quote_identifier quote_identifiers quoteident quote_id quote_table
	quote_table_name quote_column quote_column_name quote_columns quote_literal quote_schema quotename geo_quote_name quote_sql
	escape_identifier escape_ident escape_name escape_sql escape_literal sql_quote sql_escape sql_identifier`)

// passed is the data that a call's result carries.
func (f *frame) passed(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	p := f.m.set.Pass(name)
	if p == nil {
		return f.unknownCall(name, recv, args)
	}
	var out *Value
	for _, from := range p.From {
		if x := f.argOf(from, recv, args); x != nil {
			x = whole(x)
			out = join(out, &Value{Origins: x.Origins, Clean: x.cleanIn(), Weak: x.weakIn()})
		}
	}
	if p.To == "self" {
		if obj := n.Child(syntax.FieldFunction).Child(syntax.FieldObject); obj.OK() && recv != nil && out != nil {
			f.update(obj, recv.withRest(out))
		}
		return unknown
	}
	if p.Stored && (out == nil || !out.tainted(models.Stored)) {
		return &Value{Origins: []Origin{{Tier: models.Stored, Label: label(n), Node: n}}}
	}
	if out == nil {
		if len(p.From) == 0 && madeToBeSent(name) {
			return &Value{Clean: models.All}
		}
		return result
	}
	return out
}

// unknownCall is what a call carries of which no model says anything.
func (f *frame) unknownCall(name string, recv *Value, args []Arg) *Value {
	short := name[strings.LastIndexByte(name, '.')+1:]
	found := recv != nil && (looksUp[short] || strings.HasPrefix(short, "get_object") || strings.HasPrefix(short, "get_by_") || strings.HasPrefix(short, "find_by_"))
	if v := byName(short); v != nil && !f.m.known(name) && !(found && v == result) {
		return v
	}
	if found {
		return carry(recv, nil, false) // found by its arguments, not made of them
	}
	if recv != nil && recv.inst && recv.cls != nil { // a method that the class has from elsewhere
		recv, args = nil, append([]Arg{{Value: recv}}, args...)
	}
	v := carry(recv, args, !f.m.known(name))
	if strings.Contains(short, "render") && f.m.set.TypeOf(name+"()") == "" { // of a template that no model speaks of
		return v.cleaned(models.HTML)
	}
	return v
}

// looksUp are methods that find something by what they are given.
var looksUp = wordset.Of(`find find_one find_all find_by fetch fetch_one fetch_all
	fetchone fetchall lookup query filter filter_by exclude select first one one_or_none scalar exists count get_or_404 first_or_404
	get_or_none select_related prefetch_related execute scalars scalar_one scalar_one_or_none fetchval fetchrow`)

// byName is what the result of a call is that nobody knows but whose name says
// that it does not carry its arguments; nil for any other.
func byName(short string) *Value {
	switch {
	case hasWord(short, "is"), hasWord(short, "has"), hasWord(short, "can"), hasWord(short, "should"):
		return typed("bool")
	case short == "count", hasWord(short, "count"), hasWord(short, "num"):
		return typed("int")
	case strings.HasSuffix(short, "_id") && (hasWord(short, "get") || hasWord(short, "find") || hasWord(short, "lookup")),
		strings.HasPrefix(short, "get_object_or_"), strings.HasPrefix(short, "get_list_or_"), strings.HasPrefix(short, "get_or_"):
		return result
	}
	return nil
}

// hasWord reports whether a name begins with a word and an underscore.
func hasWord(name, word string) bool {
	return len(name) > len(word)+1 && name[:len(word)] == word && name[len(word)] == '_'
}

// madeToBeSent reports whether the results of a function are by its name:
// rendered templates and addresses of the application's own.
func madeToBeSent(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(sentWords, func(w string) bool { return strings.Contains(name, w) })
}

var sentWords = []string{"render", "url_for", "reverse", "resolve_url", "get_absolute_url", "to_response", "jsonify", "static", "csrf", "build_url",
	"app_url", "route_url", "get_messages", "gettext"}

// carry is a result that holds the data of the receiver and every argument.
func carry(recv *Value, args []Arg, vague bool) *Value {
	if !carriesData(recv, args) {
		return result
	}
	out := &Value{Clean: models.All, Weak: models.All}
	if recv != nil {
		out.mix(whole(recv))
	}
	own := out.Origins
	for i := range args {
		out.mix(whole(args[i].Value))
	}
	if len(out.Origins) == 0 {
		return result
	}
	out.Weak &^= out.Clean
	if vague && len(out.Origins) > len(own) {
		o := slices.Clone(out.Origins)
		for i := len(own); i < len(o); i++ { // joined after those of the receiver
			o[i].Vague = true
		}
		out.Origins = o
	}
	return out
}

// carriesData reports whether data may be in the operands of a call.
func carriesData(recv *Value, args []Arg) bool {
	if recv != nil && recv.carries() {
		return true
	}
	return slices.ContainsFunc(args, func(a Arg) bool { return a.Value.carries() })
}

func (v *Value) carries() bool { return len(v.Origins) > 0 || v.parts != nil || v.rest != nil }

func (f *frame) guardFacts(name string, recv *Value, args []Arg) []fact {
	var facts []fact
	for _, g := range f.m.set.Guards(name) {
		if g.On == "return" {
			continue
		}
		v := f.argOf(g.Arg, recv, args)
		if v == nil {
			continue
		}
		x := fact{base: v, onTrue: g.On != "false"}
		if g.Weak {
			x.weak = g.Kinds()
		} else {
			x.kinds = g.Kinds()
		}
		facts = append(facts, x)
	}
	if facts == nil && (name[0] == '.' || !f.m.set.Modelled(name)) {
		return trusted(name, args)
	}
	return facts
}

// isClassName reports whether the last part of a dotted name is spelled like a
// class, so that calling it gives an instance.
func isClassName(name string) bool {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || i+1 >= len(name) {
		return false
	}
	c := name[i+1]
	return c >= 'A' && c <= 'Z' && strings.ToUpper(name[i+1:]) != name[i+1:]
}

// convertsToHarmless recognises get("x", type=int) and its kind.
func convertsToHarmless(args []Arg) bool {
	a := FindArg(args, "type")
	return a != nil && (harmlessType(a.Value.Name) || harmlessType(strings.TrimPrefix(a.Value.Name, "builtins.")))
}

// converted is get("x", type=f), where f is of the program: what f makes of it.
func (f *frame) converted(n syntax.Node, name string, recv *Value, args []Arg) *Value {
	t := FindArg(args, "type")
	if t == nil || !t.Value.Local() || t.Value.inst || recv == nil || !strings.HasSuffix(name, ".get") {
		return nil
	}
	v := f.indirectly(n, t.Value, []Arg{{Node: n, Value: f.passed(n, name, recv, args)}})
	if d := argValue(args, 1); d != nil {
		v = join(v, d)
	}
	return v
}

var neverReturning = map[string]bool{
	"sys.exit": true, "os._exit": true, "os.abort": true, "exit": true, "quit": true,
	"flask.abort": true, "quart.abort": true, "werkzeug.exceptions.abort": true, "bottle.abort": true, "bottle.redirect": true, "grpc.ServicerContext.abort": true,
	"tornado.web.RequestHandler.finish": false, "pytest.fail": true, "pytest.skip": true, "flask_restful.abort": true,
	"sanic.exceptions.abort": true, "unittest.TestCase.fail": true, ".fail": false,
}
