package engine

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// fillers are the methods that fill a configuration.
var fillers = []string{"update", "from_mapping", "setdefault"}

// headerWriters are the methods that write a header of a response.
var headerWriters = []string{"set_header", "send_header", "add_header", "append_header", "set_default_header", "add", "set", "extend"}

// methodOf is the name of the method that an event calls, "" if it calls none.
func methodOf(e *flow.Event) string {
	if e.Kind != flow.Called || e.Recv == nil {
		return ""
	}
	return e.Name[strings.LastIndexByte(e.Name, '.')+1:]
}

// settings wakes the rules of the settings that an event gives.
func (u *unitRun) settings(e *flow.Event) {
	if e.Kind == flow.Assigned {
		name := strings.TrimSuffix(e.Name[strings.LastIndexAny(e.Name, ".[")+1:], "]")
		u.setting(e, name, e.Value, e.Node)
		u.header(e, name, e.Value, e.Node)
		return
	}
	method := methodOf(e)
	u.headersOf(e, method)
	switch method {
	case "update", "from_mapping", "setdefault":
	default:
		return
	}
	if !fillsConfig(e) {
		return
	}
	if method == "setdefault" {
		if len(e.Args) == 2 {
			name, _ := e.Args[0].Value.Str()
			u.setting(e, name, e.Args[1].Value, e.Node)
		}
		return
	}
	for i := range e.Args {
		a := &e.Args[i]
		switch a.Name {
		case "", "**":
			for name := range u.config {
				if v := a.Value.Key(name); v != nil {
					u.setting(e, name, v, pairOf(a.Node, name, e.Node))
				}
			}
		default:
			at := a.Node.Parent()
			if !at.OK() || at.Kind() != syntax.KindKeywordArgument {
				at = e.Node
			}
			u.setting(e, a.Name, a.Value, at)
		}
	}
}

// headersOf wakes the rules of the headers that a call writes: a method that
// takes a name and a value, or any call that is given a dict of headers.
func (u *unitRun) headersOf(e *flow.Event, method string) {
	if (slices.Contains(headerWriters, method) || method == "setdefault") && len(e.Args) >= 2 && e.Args[0].Name == "" && e.Args[1].Name != "**" {
		name, _ := e.Args[0].Value.Str()
		u.header(e, name, e.Args[1].Value, e.Node)
		return
	}
	list := flow.FindArg(e.Args, "headers")
	if method == "update" || method == "extend" {
		list = flow.FindArg(e.Args, "0")
	}
	if list == nil || list.Value == nil {
		return
	}
	for name := range u.headers {
		for _, n := range []string{name, canonical(name)} {
			if v := list.Value.Key(n); v != nil {
				u.header(e, n, v, pairOf(list.Node, n, e.Node))
			}
		}
	}
}

// canonical writes a header's name as the standards do.
func canonical(low string) string {
	words := strings.Split(low, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "-")
}

func (u *unitRun) header(e *flow.Event, name string, v *flow.Value, at syntax.Node) {
	if name == "" || len(u.headers) == 0 {
		return
	}
	list := u.headers[strings.ToLower(name)]
	if len(list) == 0 {
		return
	}
	s := &analysis.Setting{Event: e, Name: name, Given: v, At: at}
	for _, w := range list {
		u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, s) })
	}
}

// fillsConfig reports whether the receiver of a call is a configuration, by its
// class or by how it is spelled.
func fillsConfig(e *flow.Event) bool {
	if strings.HasSuffix(e.Recv.Type, ".Config") {
		return true
	}
	recv := e.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject)
	if !recv.OK() {
		return false
	}
	text := strings.ToLower(recv.Str())
	return strings.HasSuffix(text, "config") || strings.HasSuffix(text, "settings") || strings.HasSuffix(text, "conf")
}

// pairOf is the pair of a dict display with a key, or else another node.
func pairOf(dict syntax.Node, key string, other syntax.Node) syntax.Node {
	if dict.OK() && dict.Kind() == syntax.KindDictionary {
		for c := range dict.NamedChildren() {
			if c.Kind() == syntax.KindPair && strings.Trim(c.Child(syntax.FieldKey).Str(), `"'`) == key {
				return c
			}
		}
	}
	return other
}

func (u *unitRun) setting(e *flow.Event, name string, v *flow.Value, at syntax.Node) {
	list := u.config[name]
	if len(list) == 0 {
		return
	}
	s := &analysis.Setting{Event: e, Name: name, Given: v, At: at}
	for _, w := range list {
		u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, s) })
	}
}

// awaiting is a check of a whole file that an event woke.
type awaiting struct {
	rule  *analysis.Rule
	check analysis.Whole
	event flow.Event
}

// noteWholes notes the checks of the whole file that an event wakes.
func (u *unitRun) noteWholes(e *flow.Event) {
	name := e.Name
	if e.Kind == flow.Assigned {
		name = "=" + name
	}
	for _, w := range u.wholes[name] {
		if !w.check.Hidden || u.file.audit {
			u.waiting = append(u.waiting, awaiting{w.rule, w.check, *e})
		}
	}
}

// wholes runs the checks of the whole file, now that all of it is known.
func (a *analysed) wholes(list []awaiting) {
	for i := range list {
		w := &list[i]
		a.overview(w.event.Node.Unit(), func(u *unitRun, o *flow.Overview) {
			u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, &w.event, o) })
		})
	}
}

// handled is a function that a framework calls, and what each of the rules that look
// at all of them wants to know about it.
type handled struct {
	event flow.Event
	about []any
}

// noteHandler notes a function that a framework calls.
func (u *unitRun) noteHandler(e *flow.Event) {
	h := handled{*e, make([]any, len(u.routes))}
	for i, w := range u.routes {
		u.guarded(w.rule, 0, func(*analysis.Pass) { h.about[i] = w.check.About(&h.event) })
	}
	u.handled = append(u.handled, h)
}

// routes runs the checks of all handlers of the file, of which each is there once.
func (a *analysed) routes(list []handled) {
	seen := make(map[syntax.Node]bool, len(list))
	own := list[:0:0]
	for _, h := range list {
		if path, _, ok := a.program.Where(h.event.Node.Unit()); ok && path == a.at && !seen[h.event.Node] {
			seen[h.event.Node] = true
			own = append(own, h)
		}
	}
	if len(own) == 0 || len(a.rules.routes) == 0 {
		return
	}
	handlers := make([]analysis.Handler, len(own))
	a.overview(own[0].event.Node.Unit(), func(u *unitRun, o *flow.Overview) {
		for i, w := range a.rules.routes {
			for j := range own {
				handlers[j] = analysis.Handler{Event: &own[j].event, About: own[j].about[i]}
			}
			u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, handlers, o) })
		}
	})
}

// overview runs checks of the whole file on behalf of a unit.
func (a *analysed) overview(unit *syntax.Unit, run func(u *unitRun, o *flow.Overview)) {
	o := a.flow.Overview(unit)
	if o == nil {
		return
	}
	u := unitRun{dispatch: a.rules, file: &a.run}
	run(&u, o)
	o.Settle()
	for _, d := range u.drafts {
		found := a.newDraft(d)
		a.own = append(a.own, &found)
	}
}
