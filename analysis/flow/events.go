package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// called notes a call of a name that models or rules look at.
func (f *frame) called(n syntax.Node, name string, recv *Value, args []Arg) {
	f.consume(name, args)
	if starts[name] {
		f.shellScript(n, name, args)
	}
	f.tellsMime(name, args)
	if recv != nil && len(args) > 0 && strings.HasSuffix(name, ".startswith") {
		f.decided(n, "startswith", Arg{Node: n.Child(syntax.FieldFunction).Child(syntax.FieldObject), Value: recv}, args[0])
	}
	switch name {
	case "wsgi.start_response":
		f.startsResponse(n, args)
	case "asgi.send":
		f.sends(n, args)
	}
	if isClassName(name) && strings.Contains(name, "Response") || strings.HasPrefix(name, "sanic.response.") {
		f.locationHeader(n, name, args)
	}
	sinks := f.m.set.Sinks(name)
	wanted := f.m.a.wanted(name, recv)
	if len(sinks) == 0 && !wanted || f.run.quiet > 0 {
		return
	}
	var live []*models.Sink
	for _, s := range sinks {
		if f.live(s, args) && receives(s, n) {
			live = append(live, s)
		}
	}
	for _, s := range live {
		if a := sinkArg(s, args); a != nil && s.Kinds()&(models.SQL|models.Query) != 0 {
			f.run.consumeAll(a.Value)
		}
	}
	if len(live) == 0 && !wanted {
		return
	}
	if len(f.run.notes) > 0 {
		f.run.passStrictly(live, args)
	}
	if f.depth > 0 && !argsTainted(recv, args) {
		return // the callee's own run reports it
	}
	e := Event{Kind: Called, Node: n, Name: name, Sinks: live, Recv: recv, Args: args}
	if handed, caller, ok := f.handedOver(e); ok {
		caller.emit(handed)
		e.HandedOn = true
	}
	f.emit(e)
}

// starts are the functions that start a program from an argument list.
var starts = wordset.Of(`subprocess.run subprocess.call subprocess.Popen subprocess.check_call subprocess.check_output
	asyncio.create_subprocess_exec`)

var shells = wordset.Of("sh bash zsh dash ksh ash cmd cmd.exe powershell pwsh")

// shellScript notes the script of ["sh", "-c", script].
func (f *frame) shellScript(n syntax.Node, name string, args []Arg) {
	list := args
	if name != "asyncio.create_subprocess_exec" {
		if len(args) == 0 || args[0].Value.Type != "list" && args[0].Value.Type != "tuple" {
			return
		}
		list = nil
		items := args[0].Node
		for i := range 3 {
			v := args[0].Value.Element(i)
			if v == nil {
				return
			}
			list = append(list, Arg{Node: items.NamedChild(i), Value: v})
		}
	}
	if len(list) < 3 || f.run.quiet > 0 {
		return
	}
	prog, _ := list[0].Value.Str()
	flag, _ := list[1].Value.Str()
	if !shells[prog[strings.LastIndexByte(prog, '/')+1:]] || flag != "-c" && flag != "/c" && flag != "-lc" && flag != "-Command" {
		return
	}
	script := list[2]
	if !script.Node.OK() {
		script.Node = n
	}
	if f.depth > 0 && !script.Value.tainted(models.Operator) {
		return
	}
	f.emit(Event{Kind: Called, Node: n, Name: name, Sinks: []*models.Sink{f.m.set.ShellSink()}, Args: []Arg{script}})
}

// redirects reports whether a response has a status of the 300s.
func redirects(args []Arg) bool {
	for _, name := range []string{"status_code", "status", "code"} {
		if v := FindValue(args, name); v != nil {
			if n, ok := v.Int(); ok {
				return n >= 300 && n < 400
			}
			s, _ := v.Str()
			return strings.HasPrefix(s, "30") || strings.Contains(v.Name, "HTTP_30")
		}
	}
	return false
}

// locationHeader notes a response made with a Location header.
func (f *frame) locationHeader(n syntax.Node, name string, args []Arg) {
	a := FindArg(args, "headers")
	if a == nil || f.run.quiet > 0 || !redirects(args) {
		return
	}
	v := a.Value.Key("Location")
	if v == nil {
		v = a.Value.Key("location")
	}
	if v == nil || f.depth > 0 && !v.tainted(models.Operator) {
		return
	}
	f.emit(Event{Kind: Called, Node: n, Name: name, Sinks: []*models.Sink{f.m.set.LocationSink()}, Args: []Arg{{Node: a.Node, Value: v}}})
}

// filledAtOnce notes an object of a class that takes all of its fields from a
// mapping of outside data. The event's name is that of the class, or of the
// library class that a class of the project is made from.
func (f *frame) filledAtOnce(n syntax.Node, class *Value, args []Arg) {
	spread := false
	for _, a := range args {
		spread = spread || a.Name == "**" && a.Value.tainted(models.Stored)
	}
	if !spread || f.run.quiet > 0 {
		return
	}
	name := class.Name
	if class.cls != nil {
		name = ""
		if bases := class.cls.externalBases(0); len(bases) > 0 {
			name = bases[0]
		}
		obj := *class
		obj.inst = true
		if f.classAttr(&obj, "__tablename__", n) != nil || f.classAttr(&obj, "__table__", n) != nil {
			name = "sqlalchemy.orm.DeclarativeBase"
		}
		if name == "" {
			return
		}
	}
	f.emit(Event{Kind: Called, Node: n, Name: name, Sinks: []*models.Sink{f.m.set.FieldsSink()}, Args: args, Recv: class})
}

// filledByName notes an object whose field gets a value by the keyword of its
// name. A class of the program that does something with the keyword itself is
// followed instead.
func (f *frame) filledByName(n syntax.Node, class *Value, args []Arg) {
	if f.run.quiet > 0 {
		return
	}
	for i := range args {
		a := &args[i]
		if a.Name == "" || !f.m.a.wants["=."+a.Name] || !a.Value.tainted(models.Unknown) || f.depth > 0 && !a.Value.followed() {
			continue
		}
		obj := *class
		if class.cls != nil {
			obj.inst = true
			if f.classAttr(&obj, "__init__", n) != nil {
				continue
			}
			if f.setsItself(class.cls, a.Name, 0) {
				continue
			}
			if bases := class.cls.externalBases(0); len(bases) > 0 {
				obj.Type = bases[0]
			}
		} else {
			obj.Type = class.Name
		}
		f.emit(Event{Kind: Assigned, Node: n, Name: "." + a.Name, Recv: &obj, Value: a.Value, Args: []Arg{*a}})
	}
}

// setsItself reports whether a class, or one it derives from, has a method for
// a field: a property.
func (f *frame) setsItself(c *Class, name string, depth int) bool {
	key := c.name + "." + name
	f.run.deps.add(c.a.dep(key))
	if i, ok := c.a.m.byKey[key]; ok && c.a.m.units[i].unit.Class == syntax.Function {
		return true
	}
	for _, b := range c.bases {
		if b.cls != nil && depth < 8 && f.setsItself(b.cls, name, depth+1) {
			return true
		}
	}
	return false
}

func argsTainted(recv *Value, args []Arg) bool {
	if recv != nil && recv.followed() {
		return true
	}
	for i := range args {
		if args[i].Value.followed() {
			return true
		}
	}
	return false
}

// inView reports whether the function, or one around it, is called by a framework.
func (f *frame) inView() bool {
	for g := f; g != nil; g = g.parent {
		if g.route != nil || g.view {
			return true
		}
	}
	return false
}

func (f *frame) emit(e Event) {
	if f.fn != nil {
		e.Func = f.fn.name
	}
	if e.Kind == Called && f.m.a.wanted(e.Name, e.Recv) || e.Kind == Form || e.Kind == Handled || e.Kind == Decided {
		f.run.deps.add(f.m.a.dep(depRoots)) // a rule may ask what the file imports
	}
	e.Inlined = f.depth > 0
	e.OneOf = f.run.oneOf
	e.Indirect = e.Kind == Called && e.Node == f.run.indirect
	e.View = f.fn == nil || f.inView()
	e.Handler = f.run.handler
	f.run.events = append(f.run.events, e)
}

// live reports whether the conditions of a sink hold for a call.
func (f *frame) live(s *models.Sink, args []Arg) bool {
	if len(s.When) > 0 && !holds(s.When, args) || refuted(s.Unless, args) {
		return false
	}
	if len(s.Mime) > 0 && !f.htmlMime(s, nil, args) {
		return false
	}
	a := sinkArg(s, args)
	if a == nil && FindArg(args, "*") == nil && !contains(s.Args, "*") && !contains(s.Args, "**") && !contains(s.Args, "*=") && !contains(s.Args, "self") {
		return false // the dangerous argument is not given
	}
	switch s.Text {
	case "sql":
		return a != nil && LooksLikeSQL(a.Value)
	case "built":
		return a != nil && putTogether(a.Value)
	case "newline":
		return a != nil && !shortConst(a.Value)
	case "dict":
		return a != nil && a.Value.Type == "dict"
	case "ldap":
		return a != nil && looksLikeFilter(a.Value)
	case "cypher":
		return a != nil && looksLikeCypher(a.Value)
	case "markup":
		return a != nil && LooksLikeMarkup(a.Value)
	}
	return true
}

// putTogether reports whether a text has literal parts beside its holes.
func putTogether(v *Value) bool {
	for i := range v.Pieces {
		if v.Pieces[i].Text != "" {
			return true
		}
	}
	return slices.ContainsFunc(v.alts, putTogether)
}

// receives reports whether the receiver of a call is spelled like one of those
// that a sink, known by its method's name only, is a method of.
func receives(s *models.Sink, call syntax.Node) bool {
	if len(s.Receiver) == 0 {
		return true
	}
	recv := call.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	if !recv.OK() {
		return false
	}
	text := strings.ToLower(recv.Str())
	if len(text) > 80 {
		text = text[len(text)-80:]
	}
	for _, w := range s.Receiver {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func shortConst(v *Value) bool {
	s, ok := v.Str()
	return ok && !strings.Contains(s, "\n")
}

// htmlMime reports whether a response is HTML: by its content type argument, by
// an attribute of the object that is written to, or by what was told before.
func (f *frame) htmlMime(s *models.Sink, obj *Value, args []Arg) bool {
	for _, which := range s.Mime {
		if which == "response" {
			if f.env != nil && f.env.mime != nil {
				return isHTML(f.env.mime)
			}
			continue
		}
		a := FindArg(args, which)
		if obj != nil && obj.Attr(which) != nil {
			a = &Arg{Value: obj.Attr(which)}
		}
		if a == nil || a.Value.IsNone() {
			continue
		}
		if which == "headers" {
			if ct := header(a.Value, "content-type"); ct != nil {
				return isHTML(ct)
			}
			continue
		}
		return isHTML(a.Value)
	}
	return s.Default != "other"
}

func isHTML(v *Value) bool {
	s, ok := v.Str()
	if !ok && v.Name != "" && !v.tainted(models.Opaque) {
		s, ok = v.Name, true // MediaType.HTML, MEDIA_TEXT
	}
	if !ok && len(v.Consts) == 0 {
		if len(v.Pieces) > 0 && v.Pieces[0].Hole == nil { // f"text/html; charset={x}"
			return isMarkup(v.Pieces[0].Text)
		}
		return v.tainted(models.Unknown)
	}
	if ok {
		return isMarkup(s)
	}
	return slices.ContainsFunc(v.Consts, func(c Const) bool { return isMarkup(c.S) })
}

func isMarkup(mime string) bool {
	mime = strings.ToLower(mime)
	return strings.Contains(mime, "html") || strings.Contains(mime, "svg") || strings.Contains(mime, "xml")
}

// sinkArg is the dangerous argument of a call; nil if it is not given.
func sinkArg(s *models.Sink, args []Arg) *Arg {
	names := s.Args
	if len(names) == 0 {
		names = []string{"0"}
	}
	for _, which := range names {
		if which == "self" || which == "*" || which == "**" || which == "*=" {
			continue
		}
		if base, ok := strings.CutSuffix(which, "[0]"); ok {
			if a := firstElement(FindArg(args, base)); a != nil {
				return a
			}
			continue
		}
		if a := FindArg(args, which); a != nil {
			return a
		}
	}
	return nil
}

// firstElement is the first element of a list that is given as an argument, or
// the argument itself if it is no list.
func firstElement(a *Arg) *Arg {
	if a == nil || a.Value.Type != "list" && a.Value.Type != "tuple" {
		return a
	}
	v, node := a.Value.Element(0), a.Node
	switch k := node.Kind(); {
	case v == nil && len(a.Value.parts) == 0 && a.Value.rest != nil:
		v = a.Value.rest
	case v == nil:
		return nil
	case (k == syntax.KindList || k == syntax.KindTuple) && node.NamedChild(0).OK():
		node = node.NamedChild(0)
	}
	return &Arg{Name: a.Name, Node: node, Value: v}
}

// assignedName notes an assignment to a variable of the module or a class.
func (f *frame) assignedName(name string, v *Value, at syntax.Node) {
	if f.run.quiet > 0 || f.fn != nil || !f.m.a.wants["="+name] {
		return
	}
	f.emit(Event{Kind: Assigned, Node: statementOf(at), Name: name, Value: v, Overridden: f.isOverridden(name, at)})
}

// assignedMember notes an assignment to an attribute or a constant key.
func (f *frame) assignedMember(obj *Value, attr, key string, v *Value, at syntax.Node) {
	f.assignedMime(obj, attr, key, v)
	f.typesResponse(obj, attr, key, v)
	if f.run.quiet > 0 {
		return
	}
	base := obj.Type
	if base == "" {
		base = obj.Name
	}
	name := base + "." + attr
	if attr == "" {
		name = base + "[" + key + "]"
	} else if obj.Type != "" {
		if q := f.m.set.Member(obj.Type, attr); q != "" {
			name = q
		}
	}
	short := "." + attr
	if attr == "" {
		short = "[" + key + "]"
	}
	sinks := f.m.set.Sets(name)
	if len(sinks) == 0 && obj.Name != "" && attr == "" {
		if sinks = f.m.set.Sets(obj.Name + short); len(sinks) > 0 || f.m.a.wants["="+obj.Name+short] {
			name = obj.Name + short
		}
	}
	if obj.Type != "" {
		if of := f.m.set.SetsOf(obj.Type, short); len(of) > 0 {
			sinks = of
		}
	}
	if len(sinks) == 0 && attr == "" {
		sinks = f.anyKey(obj)
	}
	if slices.ContainsFunc(sinks, func(s *models.Sink) bool { return len(s.Mime) > 0 && !f.htmlMime(s, obj, nil) }) {
		return
	}
	switch {
	case f.m.a.wants["="+name] || len(sinks) > 0:
	case f.m.a.wants["="+short]:
		name = short
	default:
		return
	}
	if f.depth > 0 && !argsTainted(obj, []Arg{{Value: v}}) {
		return // the function's own run reports it
	}
	own := obj.cls != nil && attr != "" && f.setsItself(obj.cls, attr, 0) ||
		attr != "" && f.m.a.wants["="+short] && v.followed() && f.setterNear(attr)
	f.emit(Event{Kind: Assigned, Node: at, Name: name, Sinks: sinks, Recv: obj, Value: v, SetsItself: own})
}

// anyKey are the sinks of an assignment to whatever key of an object.
func (f *frame) anyKey(obj *Value) []*models.Sink {
	if obj.Name != "" {
		if sinks := f.m.set.Sets(obj.Name + "[*]"); len(sinks) > 0 {
			return sinks
		}
	}
	if obj.Type == "" {
		return nil
	}
	return f.m.set.SetsOf(obj.Type, "[*]")
}

// assignedAnyKey notes an assignment to a key that is not known: what arrives
// is the key, if it comes from outside, or else the value.
func (f *frame) assignedAnyKey(obj, key, v *Value, at syntax.Node) {
	if f.run.quiet > 0 {
		return
	}
	sinks := f.anyKey(obj)
	if len(sinks) == 0 {
		return
	}
	if key.tainted(models.Operator) {
		v = key
	}
	f.emit(Event{Kind: Assigned, Node: at, Name: obj.Type + "[*]", Sinks: sinks, Recv: obj, Value: v})
}

func statementOf(n syntax.Node) syntax.Node { return n }

// returned notes what a handler returns as HTML, what it returns in another form
// if it tells of an exception, and a return outside any function: a fragment
// of a handler.
func (f *frame) returned(n syntax.Node, v *Value) {
	if f.fn == nil || f.m.mentionedElsewhere(f.fn.node) {
		f.run.consumeAll(v) // those who call it say where it goes
	}
	if f.run.quiet > 0 || f.depth > 0 {
		return
	}
	f.renderReturned(n, v)
	var name string
	switch {
	case f.route != nil && f.route.Returns == "redirect":
		f.emit(Event{Kind: Called, Node: n, Name: "redirect", Sinks: []*models.Sink{f.m.set.LocationSink()}, Args: []Arg{{Node: n, Value: v}}})
		return
	case f.fn == nil:
		name = "fragment"
	case f.route != nil && f.route.Returns == "proxied":
		f.proxied(n, v)
		return
	case f.route != nil && f.delegates(n):
		return
	case f.route != nil && f.route.Returns == "html", f.route != nil && f.chunked():
		name = "html"
	case f.route == nil && f.fn != nil:
		name = "plain"
	default:
		name = "data"
	}
	body := v
	if v.Type == "tuple" && len(v.parts) > 0 {
		for _, p := range v.parts[1:] {
			if ct := p.v.Key("Content-Type"); ct != nil && !isHTML(ct) {
				return
			}
		}
		body = v.parts[0].v
		if n.NamedCount() > 0 {
			n = n.NamedChild(0)
		}
	}
	switch body.Type {
	case "", "str", "bytes":
	case "list":
		if f.route == nil || !f.chunked() {
			return
		}
		body = elementOf(body)
	default:
		if name == "plain" {
			return
		}
		name = "data"
	}
	if name == "data" && !body.tells() {
		return
	}
	f.emit(Event{Kind: Returned, Node: n, Name: name, Value: body})
}

// built notes a SQL text put together; it is dropped again if it goes on to a
// sink or into a larger text.
func (f *frame) built(n syntax.Node, v *Value) *Value {
	if v.Pieces == nil || f.run.quiet > 0 || f.depth > 0 {
		return v
	}
	for i := range v.Pieces {
		if h := v.Pieces[i].Hole; h != nil && h.Pieces != nil {
			f.run.consumeAll(h)
		}
	}
	if isStatement(v) {
		f.emit(Event{Kind: Built, Node: n, Value: v})
	}
	return v
}

// consume marks texts that go to a log or an error message, and those that are
// handed to another function at all.
func (f *frame) consume(name string, args []Arg) {
	short := name[strings.LastIndexByte(name, '.')+1:]
	for i := range args {
		v := args[i].Value
		if v.Pieces == nil && v.alts == nil {
			continue
		}
		if logMethods[short] || strings.HasSuffix(short, "Error") || strings.HasSuffix(short, "Exception") {
			f.run.consumeAll(v)
			continue
		}
		f.run.passOn(v)
	}
}

var logMethods = wordset.Of("debug info warning warn error exception critical log print write fail skip append format")

func (r *run) consumeAll(v *Value) { r.mark(v, 0, true) }
func (r *run) passOn(v *Value)     { r.mark(v, 0, false) }

// mark notes that a text and all texts in it are used: for good, or by a call
// that nobody knows.
func (r *run) mark(v *Value, depth int, forGood bool) {
	if v == nil || depth > 12 || (v.Pieces == nil && v.alts == nil) {
		return
	}
	if r.consumed == nil {
		r.consumed = map[*Value]bool{}
	}
	id := v.id()
	if done, ok := r.consumed[id]; ok && (done || !forGood) {
		return
	}
	r.consumed[id] = forGood
	for i := range v.Pieces {
		r.mark(v.Pieces[i].Hole, depth+1, forGood)
	}
	for _, a := range v.alts {
		r.mark(a, depth+1, forGood)
	}
}

// finish gives the events that still count at the end of the run.
func (r *run) finish() []Event {
	out := r.events[:0]
	for _, e := range r.events {
		if e.Kind == Built {
			gone, used := r.consumed[e.Value.id()]
			if gone {
				continue
			}
			e.Unused = !used
		}
		out = append(out, e)
	}
	return out
}
