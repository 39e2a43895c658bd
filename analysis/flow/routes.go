package flow

import (
	"slices"

	"pavise/analysis/models"
)

// Registration says that a file registers a handler of another one with a
// framework: path("u/<int:id>", views.user).
type Registration struct {
	Path    string // of the handler's file
	Handler string // function or class, qualified within its file
	Call    string // the registering function: "django.urls.path"
	Pattern string // of the URL, "" if not known
	From    string // path of the file that registers
}

type routeKey struct{ path, handler string }

// SetRoutes tells what a file of the project registers that the program has not
// analysed itself, in place of what it was told of that file before.
func (p *Program) SetRoutes(from string, list []Registration) {
	dirty := map[dep]bool{}
	var at []*Analyzer
	soil := func(k routeKey) {
		if b := p.modules[k.path]; b != nil {
			dirty[dep{b, depRoute + k.handler}] = true
			at = append(at, b)
		}
	}
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
		switch {
		case a.Call+a.Pattern+a.From < b.Call+b.Pattern+b.From:
			return -1
		}
		return 1
	})
	p.routes[k] = list
	return true
}

// register takes over the registrations of a new result.
func (a *Analyzer) register(list []Registration) {
	dirty := map[dep]bool{}
	var at []*Analyzer
	for _, r := range list {
		if a.addRoute(r) {
			if b := a.modules[r.Path]; b != nil {
				dirty[dep{b, depRoute + r.Handler}] = true
				at = append(at, b)
			}
		}
	}
	if len(dirty) > 0 {
		a.spread(dirty, at)
	}
}

// unregister takes back those of a forgotten result.
func (a *Analyzer) unregister(list []Registration, dirty map[dep]bool) {
	for _, r := range list {
		k := routeKey{r.Path, r.Handler}
		if i := slices.Index(a.routes[k], r); i >= 0 {
			a.routes[k] = slices.Delete(slices.Clone(a.routes[k]), i, i+1)
			if b := a.modules[r.Path]; b != nil {
				dirty[dep{b, depRoute + r.Handler}] = true
				a.also = append(a.also, b)
			}
		}
	}
}

// registers notes a call that hands a handler of another file to a framework.
func (f *frame) registers(name string, args []Arg) {
	route := f.m.set.Register(name)
	if route == nil || f.depth > 0 {
		return
	}
	pattern := ""
	if a := FindArg(args, orZero(route.Path)); a != nil {
		pattern, _ = a.Value.Str()
	}
	for _, a := range args {
		v := a.Value
		reg := Registration{Call: name, Pattern: pattern, From: f.m.a.path}
		switch {
		case v.fn != nil && v.fn.a != f.m.a && v.fn.closure == nil:
			reg.Path, reg.Handler = v.fn.a.path, v.fn.name
		case v.cls != nil && v.cls.a != f.m.a && v.cls.unit != nil:
			reg.Path, reg.Handler = v.cls.a.path, v.cls.name
		default:
			continue
		}
		f.run.routes = append(f.run.routes, reg)
	}
}

// elsewhere is what another file registers a function or class as.
func (f *frame) elsewhere(a *Analyzer, handler string) (*models.Route, string) {
	f.run.deps[dep{a, depRoute + handler}] = true
	for _, reg := range a.routes[routeKey{a.path, handler}] {
		if r := f.m.set.Register(reg.Call); r != nil {
			return r, reg.Pattern
		}
	}
	return nil, ""
}

// Registering lists the units of the file that may register handlers of other
// files.
func (a *Analyzer) Registering() []int {
	var out []int
	m := a.m
	for i, st := range m.units {
		if slices.ContainsFunc(st.facts.leaves, func(l *models.Leaf) bool { return l.Registers && m.matters(&st.facts, l) }) {
			out = append(out, i)
		}
	}
	return out
}

// Routes are what a run registered.
func (r *Result) Routes() []Registration { return r.routes }
