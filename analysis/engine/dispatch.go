package engine

import (
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/rules"
	"pavise/analysis/syntax"
)

// dispatch finds the checks that an event wakes.
type dispatch struct {
	flows    []woken[analysis.Flow]
	weaks    []woken[analysis.Weak]
	sinks    []woken[analysis.Sinks]
	calls    map[string][]woken[analysis.Calls]
	methods  map[string][]woken[analysis.Calls] // of any receiver
	sets     map[string][]woken[analysis.Sets]
	config   map[string][]woken[analysis.Settings] // by the setting's name
	headers  map[string][]woken[analysis.Headers]  // by the header's name in small letters
	wholes   map[string][]woken[analysis.Whole]    // by what wakes them; "=" before what is set
	returns  []woken[analysis.Returns]
	builds   []woken[analysis.Builds]
	outputs  []woken[analysis.Outputs]
	handlers []woken[analysis.Handlers]
	routes   []woken[analysis.Routes]
	forms    []woken[analysis.Forms]
	nodes    [][]woken[analysis.Nodes] // by kind
	equals   []woken[analysis.Compares]
	decides  []woken[analysis.Decides]
	texts    []woken[analysis.Texts]
	index    *flow.Index
}

type woken[C any] struct {
	rule  *analysis.Rule
	check C
}

func newDispatch(rules []*analysis.Rule, set *models.Set) *dispatch {
	d := &dispatch{
		calls: map[string][]woken[analysis.Calls]{}, methods: map[string][]woken[analysis.Calls]{}, sets: map[string][]woken[analysis.Sets]{},
		config: map[string][]woken[analysis.Settings]{}, headers: map[string][]woken[analysis.Headers]{}, wholes: map[string][]woken[analysis.Whole]{},
	}
	wants := map[string]bool{} // names that flow must report events for
	for _, r := range rules {
		for _, c := range r.Checks {
			switch c := c.(type) {
			case analysis.Flow:
				d.flows = append(d.flows, woken[analysis.Flow]{r, c})
			case analysis.Weak:
				d.weaks = append(d.weaks, woken[analysis.Weak]{r, c})
			case analysis.Sinks:
				d.sinks = append(d.sinks, woken[analysis.Sinks]{r, c})
			case analysis.Calls:
				for _, n := range c.Names {
					if method, ok := strings.CutPrefix(n, "*."); ok {
						d.methods[method] = append(d.methods[method], woken[analysis.Calls]{r, c})
					} else {
						d.calls[n] = append(d.calls[n], woken[analysis.Calls]{r, c})
					}
					wants[n] = true
				}
			case analysis.Sets:
				for _, n := range c.Names {
					d.sets[n] = append(d.sets[n], woken[analysis.Sets]{r, c})
					wants["="+n] = true
				}
			case analysis.Settings:
				for _, n := range c.Names {
					d.config[n] = append(d.config[n], woken[analysis.Settings]{r, c})
					wants["="+n], wants["=["+n+"]"], wants["=."+n] = true, true, true
				}
			case analysis.Headers:
				for _, n := range c.Names {
					low := strings.ToLower(n)
					d.headers[low] = append(d.headers[low], woken[analysis.Headers]{r, c})
					wants["=["+n+"]"], wants["=["+low+"]"] = true, true
				}
			case analysis.Whole:
				for _, n := range c.Calls {
					d.wholes[n] = append(d.wholes[n], woken[analysis.Whole]{r, c})
					wants[n] = true
				}
				for _, n := range c.Sets {
					d.wholes["="+n] = append(d.wholes["="+n], woken[analysis.Whole]{r, c})
					wants["="+n] = true
				}
			case analysis.Returns:
				d.returns = append(d.returns, woken[analysis.Returns]{r, c})
			case analysis.Builds:
				d.builds = append(d.builds, woken[analysis.Builds]{r, c})
			case analysis.Compares:
				d.equals = append(d.equals, woken[analysis.Compares]{r, c})
			case analysis.Decides:
				d.decides = append(d.decides, woken[analysis.Decides]{r, c})
			case analysis.Outputs:
				d.outputs = append(d.outputs, woken[analysis.Outputs]{r, c})
			case analysis.Handlers:
				d.handlers = append(d.handlers, woken[analysis.Handlers]{r, c})
			case analysis.Routes:
				d.routes = append(d.routes, woken[analysis.Routes]{r, c})
			case analysis.Forms:
				d.forms = append(d.forms, woken[analysis.Forms]{r, c})
			case analysis.Nodes:
				for _, k := range c.Kinds {
					for len(d.nodes) <= int(k) {
						d.nodes = append(d.nodes, nil)
					}
					d.nodes[k] = append(d.nodes[k], woken[analysis.Nodes]{r, c})
				}
			case analysis.Texts:
				d.texts = append(d.texts, woken[analysis.Texts]{r, c})
			}
		}
	}
	for _, n := range slices.Concat(fillers, headerWriters) {
		if !wants["*."+n] {
			wants["*."+n] = false // the settings' own names wake
		}
	}
	d.index = flow.NewIndex(set, wants)
	return d
}

// allRules is the dispatch without models of a project.
var allRules = sync.OnceValue(func() *dispatch { return newDispatch(rules.All(), models.Default()) })

// maxTaught bounds the configurations with models whose dispatch is kept.
const maxTaught = 8

// taught are the dispatches of the configurations with models that were asked
// for last.
var taught struct {
	mu   sync.Mutex // guards list
	list []taughtDispatch
}

type taughtDispatch struct {
	models *models.Entries
	rules  *dispatch
}

// rulesFor is the dispatch for a configuration.
func rulesFor(c *config.Config) *dispatch {
	if c.Models == nil {
		return allRules()
	}
	taught.mu.Lock()
	defer taught.mu.Unlock()
	for i, t := range taught.list {
		if t.models == c.Models || reflect.DeepEqual(t.models, c.Models) {
			copy(taught.list[1:i+1], taught.list[:i])
			taught.list[0] = t
			return t.rules
		}
	}
	t := taughtDispatch{c.Models, newDispatch(rules.All(), models.Default().With(c.Models))}
	taught.list = append([]taughtDispatch{t}, taught.list[:min(len(taught.list), maxTaught-1)]...)
	return t.rules
}

// unitRun is the rules looking at the events of one unit of a file.
type unitRun struct {
	*dispatch
	file    *fileRun
	pass    analysis.Pass // of the check that is running
	drafts  []analysis.Draft
	waiting []awaiting // checks of the whole file that were woken
	handled []handled
}

// fileRun is what the checks of one file share.
type fileRun struct {
	path    string
	audit   bool
	imports func(string) bool
	onPanic func(rule *analysis.Rule, path string, value any, stack []byte)
	broken  map[*analysis.Rule]bool // rules that panicked in this file
}

func (u *unitRun) events(list []flow.Event) {
	for i := range list {
		e := &list[i]
		switch e.Kind {
		case flow.Called, flow.Assigned:
			u.arrivals(e)
			if e.Sink.OK() || e.OneOf {
				continue // the call itself has an event of its own, or may call another
			}
			for _, w := range u.calls[e.Name] {
				if e.Kind == flow.Called {
					u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
				}
			}
			for _, w := range u.methods[methodOf(e)] {
				u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
			for _, w := range u.sets[e.Name] {
				if e.Kind == flow.Assigned {
					u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
				}
			}
			u.settings(e)
			u.noteWholes(e)
		case flow.Returned:
			for _, w := range u.returns {
				u.guarded(w.rule, models.HTML, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
			u.returned(e)
		case flow.Tested:
			for _, w := range u.weaks {
				if e.Check.Kinds&w.check.Kind != 0 {
					u.guarded(w.rule, e.Check.Kinds&w.check.Kind, func(p *analysis.Pass) { w.check.Run(p, e, e.Check, nil) })
				}
			}
		case flow.Output:
			for _, w := range u.outputs {
				u.guarded(w.rule, e.Hole.Kind, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		case flow.Handled:
			u.noteHandler(e)
			for _, w := range u.handlers {
				u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		case flow.Form:
			for _, w := range u.forms {
				u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		case flow.Compared:
			for _, w := range u.equals {
				u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		case flow.Decided:
			for _, w := range u.decides {
				u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		case flow.Built:
			for _, w := range u.builds {
				u.guarded(w.rule, models.SQL, func(p *analysis.Pass) { w.check.Run(p, e) })
			}
		}
	}
}

// syntax runs the rules about nodes over a unit.
func (u *unitRun) syntax(unit *syntax.Unit) {
	for i := range unit.Len() {
		n := unit.At(i)
		if int(n.Kind()) >= len(u.nodes) || len(u.nodes[n.Kind()]) == 0 || n.HasError() {
			continue
		}
		for _, w := range u.nodes[n.Kind()] {
			u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, n) })
		}
	}
}

// arrivals runs the rules of the kinds of an event's sinks: the flow rules over
// what arrives there.
func (u *unitRun) arrivals(e *flow.Event) {
	for _, s := range e.Sinks {
		for _, w := range u.sinks {
			told := e.Sink.OK() // where it arrives
			if w.check.Handed {
				told = e.HandedOn
			}
			if !told && s.Kinds()&w.check.Kind != 0 {
				u.guarded(w.rule, s.Kinds()&w.check.Kind, func(p *analysis.Pass) { w.check.Run(p, e, s) })
			}
		}
		if e.HandedOn {
			continue
		}
		var reaches []flow.Reach
		known := false
		for i := range u.flows {
			w := &u.flows[i]
			if s.Kinds()&w.check.Kind == 0 {
				continue
			}
			list := reaches
			if w.check.Find != nil {
				list = w.check.Find(e, s)
			} else if !known {
				reaches, known = e.Reaches(s), true
				list = reaches
			}
			if len(list) > 0 {
				u.guarded(w.rule, s.Kinds()&w.check.Kind, func(p *analysis.Pass) { surest(p, w.check, e, s.Weak, list) })
			}
		}
		for i := range reaches {
			u.halves(e, s.Kinds(), &reaches[i])
		}
	}
}

// returned runs the rules about half measures over HTML that a handler returns.
func (u *unitRun) returned(e *flow.Event) {
	if e.Name == "plain" || e.Value.Weak&models.HTML == 0 && !e.Value.Met(flow.Decoded) {
		return
	}
	for _, r := range flow.Reaching(e.Value, e.Node, models.HTML) {
		u.halves(e, models.HTML, &r)
	}
}

// halves runs the rules about half measures over data that arrives at a sink in
// spite of one.
func (u *unitRun) halves(e *flow.Event, kinds models.Kind, r *flow.Reach) {
	for _, w := range u.weaks {
		if kinds&w.check.Kind == 0 {
			continue
		}
		if list := r.Passed(kinds & w.check.Kind); len(list) > 0 {
			u.guarded(w.rule, kinds&w.check.Kind, func(p *analysis.Pass) { w.check.Run(p, e, list[0], r) })
		}
	}
}

// surest reports the arrival that the rule is surest of.
func surest(p *analysis.Pass, check analysis.Flow, e *flow.Event, weak bool, reaches []flow.Reach) {
	best, at := analysis.Confidence(0), -1
	for i, r := range reaches {
		if c, ok := check.Judge(p, e, r); ok && (at < 0 || c > best) {
			best, at = c, i
		}
	}
	if at < 0 {
		return
	}
	if weak && best > analysis.Unsure {
		best--
	}
	d := p.ReportReach(e, reaches[at], best, check.Says(e, reaches[at]))
	if check.Severity != nil {
		d.Severity = check.Severity(reaches[at])
	}
}

// guarded runs a check of data that is not clean for kinds; one that panics
// loses its findings in this file.
func (u *unitRun) guarded(rule *analysis.Rule, kinds models.Kind, run func(*analysis.Pass)) {
	if u.file.broken[rule] {
		return
	}
	p := &u.pass
	*p = analysis.Pass{Rule: rule, Path: u.file.path, Audit: u.file.audit, Imports: u.file.imports}
	defer func() {
		if v := recover(); v != nil {
			if u.file.broken == nil {
				u.file.broken = map[*analysis.Rule]bool{}
			}
			u.file.broken[rule] = true
			if u.file.onPanic != nil {
				u.file.onPanic(rule, u.file.path, v, debug.Stack())
			}
		}
	}()
	run(p)
	for i := range p.Drafts {
		if p.Drafts[i].Kinds == 0 {
			p.Drafts[i].Kinds = kinds
		}
	}
	u.drafts = append(u.drafts, p.Drafts...)
}
