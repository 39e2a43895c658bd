package flow

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Lookups are the answers that [Files] gave when imports and templates were
// looked for from a file, by the question. They grow until all files that look
// into this one are analysed.
type Lookups struct {
	Path    string
	Answers map[string]string
}

// Inputs are what the results of a file depend on beside its own text.
type Inputs struct {
	Files   []string   // whose texts were looked into, sorted
	Lookups []*Lookups // where imports led and templates were found
	Routes  []Route    // what handlers are registered as
}

// Route is what a handler is registered as.
type Route struct {
	Path    string // of its file
	Handler string
	Given   []Registration
}

// Trace makes the program keep what [Analyzer.Inputs] tells. It is called
// before there are files.
func (p *Program) Trace() { p.tracing = true }

// Observe makes the program tell of data that is read, as [Received]. It is
// called before there are files.
func (p *Program) Observe() { p.observed = true }

// received tells that n is where data of a client comes in.
func (f *frame) received(n syntax.Node, v *Value) {
	if f.run.quiet > 0 {
		return
	}
	here := func(o Origin) bool { return o.Node == n && o.Tier == models.Remote }
	if slices.ContainsFunc(v.Origins, here) ||
		slices.ContainsFunc(v.parts, func(p part) bool { return p.v != nil && slices.ContainsFunc(p.v.Origins, here) }) {
		f.emit(Event{Kind: Received, Node: n})
	}
}

// Inputs are what the present results of the file depend on. ok is false if
// some of them do not hold any more.
func (a *Analyzer) Inputs() (in *Inputs, ok bool) {
	deps := &depSet{}
	deps.addAll(a.loose)
	for _, st := range a.m.units {
		if st.result != nil {
			deps.addAll(st.result.deps)
		}
	}
	in = &Inputs{}
	files, looked := map[string]bool{}, map[*Lookups]bool{}
	for _, id := range deps.list {
		d := a.table.all[id]
		if d.a != a {
			files[d.a.path] = true
		}
		if d.name == depImports && d.a.lookups != nil && !looked[d.a.lookups] {
			looked[d.a.lookups] = true
			in.Lookups = append(in.Lookups, d.a.lookups)
		}
		if handler, ok := strings.CutPrefix(d.name, depRoute); ok {
			path := d.a.path
			if strings.HasPrefix(handler, nameKey) {
				path = ""
			}
			in.Routes = append(in.Routes, Route{path, handler, slices.Clone(a.routes[routeKey{path, handler}])})
		}
	}
	in.Files = slices.Sorted(maps.Keys(files))
	slices.SortFunc(in.Routes, func(x, y Route) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Handler, y.Handler))
	})
	in.Routes = slices.CompactFunc(in.Routes, func(x, y Route) bool { return x.Path == y.Path && x.Handler == y.Handler })
	return in, !a.stale
}

// looked notes an answer about the surroundings of a file.
func (a *Analyzer) looked(question, answer string) {
	if !a.tracing {
		return
	}
	if a.lookups == nil {
		a.lookups = &Lookups{Path: a.path, Answers: map[string]string{}}
	}
	a.lookups.Answers[question] = answer
}

// unreadable begins the question whether a file that was found can be read.
const unreadable = "\x01"

func templateQuestion(name string, folders []string) string {
	return "\x00" + strings.Join(append([]string{name}, folders...), "\x00")
}

func answer(file, rest string) string { return file + "\x00" + rest }

// Holds reports whether the files still give the answers.
func (l *Lookups) Holds(files Files, readable func(path string) bool) bool {
	for question, before := range l.Answers {
		var now string
		switch question[:min(1, len(question))] {
		case unreadable:
			if readable(question[1:]) {
				return false
			}
		case "\x00":
			list := strings.Split(question[1:], "\x00")
			now = files.FindTemplate(l.Path, list[0], list[1:])
		default:
			now = answer(files.Locate(l.Path, question))
		}
		if now != before {
			return false
		}
	}
	return true
}
