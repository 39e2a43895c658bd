package flow

import (
	"bytes"
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Registration says that a file registers a handler, of its own or of another
// one, with a framework: path("u/<int:id>", views.user).
type Registration struct {
	Path    string // of the handler's file
	Handler string // function, method or class, qualified within its file
	Call    string // the registering function: "django.urls.path"
	Pattern string // of the URL, "" if not known
	Named   string // name of the pattern, if that is what the call gives
	From    string // path of the file that registers
	Through string // the call that wraps it: login_required, "" if none does
}

type routeKey struct{ path, handler string }

// SetRoutes tells what a file of the project registers that the program has not
// analysed itself, in place of what it was told of that file before.
func (p *Program) SetRoutes(from string, list []Registration) {
	dirty := &depSet{}
	var at []*Analyzer
	soil := func(k routeKey) { at = append(at, p.soilRoute(k, dirty)...) }
	for k, have := range p.routes {
		kept := slices.DeleteFunc(slices.Clone(have), func(r Registration) bool { return r.From == from && !slices.Contains(list, r) })
		if len(kept) < len(have) {
			p.routes[k] = kept
			soil(k)
		}
	}
	for _, r := range list {
		if p.addRoute(r) {
			soil(routeKey{r.Path, r.Handler})
		}
	}
	if len(at) > 0 {
		p.spread(dirty, at)
	}
}

// Routes are the registrations that the program knows of, by the files that
// make them.
func (p *Program) Routes() map[string][]Registration {
	out := map[string][]Registration{}
	for _, list := range p.routes {
		for _, r := range list {
			out[r.From] = append(out[r.From], r)
		}
	}
	return out
}

// soilRoute marks what depends on a registration, in the handler's file or, for the
// name of a pattern, in any. It returns those files.
func (p *Program) soilRoute(k routeKey, dirty *depSet) []*Analyzer {
	var at []*Analyzer
	for path, b := range p.modules {
		if b != nil && (k.path == "" || k.path == path) && dirty.soils(b, depRoute+k.handler) {
			at = append(at, b)
		}
	}
	return at
}

func (p *Program) addRoute(r Registration) bool {
	k := routeKey{r.Path, r.Handler}
	if slices.Contains(p.routes[k], r) {
		return false
	}
	if p.routes == nil {
		p.routes = map[routeKey][]Registration{}
	}
	list := append(p.routes[k], r)
	slices.SortFunc(list, func(a, b Registration) int {
		return strings.Compare(a.Call+a.Pattern+a.From, b.Call+b.Pattern+b.From)
	})
	p.routes[k] = list
	return true
}

// register takes over the registrations of a new result.
func (a *Analyzer) register(list []Registration) {
	dirty := &depSet{}
	var at []*Analyzer
	for _, r := range list {
		if a.addRoute(r) {
			at = append(at, a.soilRoute(routeKey{r.Path, r.Handler}, dirty)...)
		}
	}
	if len(at) > 0 {
		a.spread(dirty, at)
	}
}

// unregister takes back those of a forgotten result.
func (a *Analyzer) unregister(list []Registration, dirty *depSet) {
	for _, r := range list {
		k := routeKey{r.Path, r.Handler}
		if i := slices.Index(a.routes[k], r); i >= 0 {
			a.routes[k] = slices.Delete(slices.Clone(a.routes[k]), i, i+1)
			a.also = append(a.also, a.soilRoute(k, dirty)...)
		}
	}
}

// registers notes a call that hands a handler to a framework.
func (f *frame) registers(name string, args []Arg) {
	route := f.m.set.Register(name)
	if route == nil || f.depth > 0 {
		return
	}
	pattern := textOf(args, orZero(route.Path))
	if name := textOf(args, route.Names); name != "" {
		f.run.routes = append(f.run.routes, Registration{Handler: nameKey + name, Call: name, Pattern: pattern, From: f.m.a.path})
	}
	named := textOf(args, route.Named)
	for _, a := range args {
		v := a.Value
		through := wrapperOf(a.Node)
		if h := handlerIn(a.Node); v.fn == nil && v.cls == nil && h.OK() && h != a.Node {
			f.run.quiet++
			v = f.eval(h)
			f.run.quiet--
		}
		if target, ok := v.Str(); ok && strings.Contains(target, ".") && !strings.Contains(target, "/") {
			if x := f.ofProject(target); x != nil { // handlers may be named by their dotted names
				v = x
			}
		}
		reg := Registration{Call: name, Pattern: pattern, Named: named, From: f.m.a.path, Through: through}
		switch {
		case v.fn != nil && v.fn.closure == nil:
			reg.Path, reg.Handler = v.fn.a.path, v.fn.name
		case v.cls != nil && v.cls.unit != nil:
			reg.Path, reg.Handler = v.cls.a.path, v.cls.name
		default:
			continue
		}
		f.run.routes = append(f.run.routes, reg)
	}
}

// handlerIn is the handler in an argument that registers one: itself, the class
// of Class.as_view(), or what is wrapped in login_required(...).
func handlerIn(n syntax.Node) syntax.Node {
	for range 4 {
		if !n.OK() || n.Kind() != syntax.KindCall {
			return n
		}
		fn := n.Child(syntax.FieldFunction)
		if fn.Kind() == syntax.KindAttribute && strings.HasPrefix(fn.Child(syntax.FieldAttribute).Str(), "as_") {
			return fn.Child(syntax.FieldObject)
		}
		n = n.Child(syntax.FieldArguments).NamedChild(0)
	}
	return syntax.Node{}
}

// wrapperOf is what wraps the handler in an argument that registers one, as it is
// written; "" if nothing does.
func wrapperOf(n syntax.Node) string {
	if !n.OK() || n.Kind() != syntax.KindCall {
		return ""
	}
	fn := n.Child(syntax.FieldFunction)
	if fn.Kind() == syntax.KindCall {
		fn = fn.Child(syntax.FieldFunction) // permission_required("shop.add")(view)
	}
	if fn.Kind() == syntax.KindAttribute && strings.HasPrefix(fn.Child(syntax.FieldAttribute).Str(), "as_") || len(fn.Text()) > maxCompared {
		return ""
	}
	return fn.Str()
}

// wrappers are the calls that wrap a function, or its class, where it is registered.
func (f *frame) wrappers(fn *Func) []string {
	a := f.m.a
	names := []string{fn.node.Child(syntax.FieldName).Str()}
	if fn.class != nil {
		names = []string{fn.name, fn.class.name}
	}
	var out []string
	for _, name := range names {
		for _, reg := range a.routes[routeKey{a.path, name}] {
			if reg.Through != "" {
				out = append(out, reg.Through)
			}
		}
	}
	return out
}

// registered is what a function or class of this file is registered as, by the
// file itself or by others.
func (f *frame) registered(name string, fn *Func) (*models.Route, string) {
	if fn.closure != nil {
		return nil, ""
	}
	a := f.m.a
	f.run.deps.add(a.dep(depRoute + name))
	if f.run.shallow == nil { // else what runs now may be asked for in between
		f.m.askRoutes(f.run.unit)
	}
	var route *models.Route
	pattern := ""
	for _, reg := range a.routes[routeKey{a.path, name}] {
		if r := f.m.set.Register(reg.Call); r != nil && (route == nil || route == r) {
			route, pattern = r, pattern+reg.Pattern // each part is looked for by its name
			if reg.Named != "" {
				pattern = f.namedPattern(reg.Named)
			}
		}
	}
	return route, pattern
}

// nameKey begins the handler of a registration that names a pattern.
const nameKey = "\x00name:"

// limitKey is the handler of what says that a file knows of limits for requests.
const limitKey = nameKey + "\x00limits"

// limitWords are those by which a module's own statements tell of such limits:
// imports, settings, lists of applications and middleware.
var limitWords = [][]byte{
	[]byte("limiter"), []byte("ratelimit"), []byte("rate_limit"), []byte("throttle"), []byte("throttling"), []byte("lockout"), []byte("defender"),
	[]byte("bruteforce"), []byte("brute_force"), []byte("\"axes\""), []byte("'axes'"), []byte("axes."), []byte("axes_"), []byte("captcha"),
}

func namesLimits(text []byte) bool {
	if len(text) > maxModuleStatement {
		return false
	}
	text = bytes.ToLower(text)
	return slices.ContainsFunc(limitWords, func(w []byte) bool { return bytes.Contains(text, w) })
}

// maxModuleStatement bounds the statements that are searched for words.
const maxModuleStatement = 16 << 10

// LimitsRequests reports whether a file of the project other than this one, as far as
// it is known, says something of limits for requests.
func (o *Overview) LimitsRequests() bool {
	o.run.deps.add(o.m.a.dep(depRoute + limitKey))
	return slices.ContainsFunc(o.m.a.routes[routeKey{"", limitKey}], func(r Registration) bool { return r.From != o.m.a.path })
}

// namedPattern is the pattern that some file gives a name.
func (f *frame) namedPattern(name string) string {
	f.run.deps.add(f.m.a.dep(depRoute + nameKey + name))
	for _, reg := range f.m.a.routes[routeKey{"", nameKey + name}] {
		return reg.Pattern
	}
	return ""
}

// textOf is the constant text of the first of some arguments, "" if there is none.
func textOf(args []Arg, which string) string {
	if a := findAny(args, which); a != nil {
		s, _ := a.Value.Str()
		return s
	}
	return ""
}

// askRoutes runs the units that may register handlers, but one that runs
// already. What these ask for in their turn is told to them once it is known, by
// forgetting what they gave: else each would run all others.
func (m *Module) askRoutes(but *unitState) {
	if m.a.asking {
		return
	}
	m.a.asking = true
	defer func() { m.a.asking = false }()
	for _, i := range m.registering() {
		if st := m.units[i]; st.result == nil && st != but {
			m.result(i)
		}
	}
}

// Registering lists the units of the file that may register handlers.
func (a *Analyzer) Registering() []int { return a.m.registering() }

func (m *Module) registering() []int {
	if m.registers == nil {
		m.registers = []int{}
		for i, st := range m.units {
			if m.mayRegister(st) {
				m.registers = append(m.registers, i)
			}
		}
	}
	return m.registers
}

func (m *Module) mayRegister(st *unitState) bool {
	return st.facts.pairs || st.facts.limits || slices.ContainsFunc(st.facts.leaves, func(l *models.Leaf) bool { return l.Registers && m.matters(&st.facts, l) })
}

// keepRegisters takes over which units may register handlers, if a change of the
// same shape did not touch one of them.
func (m *Module) keepRegisters(old *Module) {
	for _, i := range old.registers {
		if m.units[i] != old.units[i] {
			return
		}
	}
	for i, st := range m.units {
		if st != old.units[i] && m.mayRegister(st) {
			return
		}
	}
	m.registers = old.registers
}

// Routes are what the file registers, as far as its units were run.
func (a *Analyzer) Routes() []Registration {
	var out []Registration
	for _, st := range a.m.units {
		if st.result != nil {
			out = append(out, st.result.routes...)
		}
	}
	return out
}
