package engine

import (
	"fmt"
	"hash/fnv"
	"runtime/debug"
	"slices"
	"sort"
	"strings"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// analysed is one file under analysis through its versions. It has one owner.
type analysed struct {
	rules *dispatch
	flow  *flow.Analyzer
	run   fileRun
	units map[*flow.Result]*unitFindings
	notes map[*syntax.Unit][]comment
}

// unitFindings is what the rules found in one run of a unit.
type unitFindings struct {
	drafts []draft
	over   bool
}

// draft is a finding whose places are relative to units.
type draft struct {
	analysis.Draft
	steps []step
	print uint64 // of rule, place and text, before the count of equals
	place place
}

type place struct {
	unit  *syntax.Unit
	start uint32
	end   uint32
}

type step struct {
	unit *syntax.Unit
	span source.Span
	text string
}

func newAnalysed(d *dispatch, path string, o Options) *analysed {
	a := &analysed{rules: d, flow: flow.NewAnalyzer(d.index), units: map[*flow.Result]*unitFindings{}}
	a.run = fileRun{path: path, audit: o.Config.Profile == config.ProfileAudit, onPanic: o.OnPanic}
	a.flow.Resolve = func(target string) string { return d.project.resolve(path, target) }
	a.run.imports = func(root string) bool { return a.flow.Imports(root) }
	return a
}

// update analyses the next version of the file.
func (a *analysed) update(tree *syntax.Tree, cfg *config.Config) *Snapshot {
	a.flow.Update(tree)
	s := &Snapshot{file: tree.File, tree: tree, note: tree.Partial, rules: a.rules, cfg: cfg}
	live := make(map[*flow.Result]*unitFindings, len(a.units)+1)
	var drafts []*draft
	for i := range tree.Units {
		uf := a.unit(i, live)
		for j := range uf.drafts {
			drafts = append(drafts, &uf.drafts[j])
		}
		if uf.over && s.note == "" {
			s.note = fmt.Sprintf("the analysis of line %d and what follows in its function stopped: it takes too many steps",
				tree.File.LineAt(tree.Units[i].Start)+1)
		}
	}
	a.units = live
	drafts = strongest(drafts)
	all := a.place(drafts)
	s.findings = a.suppress(all, tree, cfg)
	return s
}

// none stands for units without events.
var none = &unitFindings{}

func (a *analysed) unit(i int, live map[*flow.Result]*unitFindings) *unitFindings {
	r := a.result(i)
	if r == nil {
		return none
	}
	if r.Quiet() {
		return none
	}
	if uf := a.units[r]; uf != nil {
		live[r] = uf
		return uf
	}
	u := unitRun{dispatch: a.rules, file: &a.run}
	u.events(r.Events)
	r.Forget()
	uf := &unitFindings{over: r.Over}
	for _, d := range u.drafts {
		uf.drafts = append(uf.drafts, newDraft(d))
	}
	live[r] = uf
	return uf
}

// follow stands for the data flow itself in reports of panics.
var follow = &analysis.Rule{ID: "data-flow", Class: "flow", Title: "Following values through a function"}

// result runs a unit; a panic there costs what this unit has to say.
func (a *analysed) result(i int) (r *flow.Result) {
	defer func() {
		if v := recover(); v != nil {
			r = nil
			a.flow.Skip(i)
			if a.run.onPanic != nil {
				a.run.onPanic(follow, a.run.path, v, debug.Stack())
			}
		}
	}()
	return a.flow.Result(i)
}

func newDraft(d analysis.Draft) draft {
	out := draft{Draft: d}
	span := d.Node.Span()
	out.place = place{d.Node.Unit(), span.Start, span.End}
	h := fnv.New64a()
	h.Write([]byte(d.Rule.ID))
	h.Write([]byte(d.Node.Unit().Key))
	for f := range strings.FieldsSeq(d.Node.Str()) {
		h.Write([]byte(f))
		h.Write([]byte{' '})
	}
	out.print = h.Sum64()
	if d.Origin == nil {
		return out
	}
	out.steps = steps(d)
	out.Origin = &flow.Origin{Tier: d.Origin.Tier, Label: d.Origin.Label} // let go of the values
	return out
}

// steps is the way of the data, source first.
func steps(d analysis.Draft) []step {
	var out []step
	add := func(n syntax.Node, text string) {
		if n.OK() {
			out = append(out, step{n.Unit(), n.Span(), text})
		}
	}
	if d.Origin.Tier < models.Operator {
		return nil
	}
	var trail []*flow.Trail
	for t := d.Origin.Steps; t != nil; t = t.Prev {
		trail = append(trail, t)
	}
	add(d.Origin.Node, "`"+d.Origin.Label+"` "+arrives[d.Origin.Tier])
	for _, t := range slices.Backward(trail) {
		add(t.Node, t.Text)
	}
	add(d.Node, "used here")
	return out
}

var arrives = map[models.Tier]string{
	models.Operator: "is set by whoever runs the program",
	models.Stored:   "was stored earlier",
	models.Remote:   "comes from the client",
}

// strongest keeps one finding for each rule and place, and of rules that say
// the same fault only the best.
func strongest(list []*draft) []*draft {
	if len(list) < 2 {
		return list
	}
	byPlace := make(map[place][]*draft, len(list))
	for _, d := range list {
		k := d.place
		same := byPlace[k]
		found := false
		for i, o := range same {
			if o.Rule == d.Rule {
				found = true
				if better(d, o) {
					same[i] = d
				}
			}
		}
		if !found {
			byPlace[k] = append(same, d)
		}
	}
	out := list[:0:0]
	for _, same := range byPlace {
		for _, d := range same {
			if !yields(d, same) {
				out = append(out, d)
			}
		}
	}
	return out
}

func better(a, b *draft) bool {
	if a.Confidence != b.Confidence {
		return a.Confidence > b.Confidence
	}
	if len(a.steps) != len(b.steps) {
		return len(a.steps) < len(b.steps)
	}
	return a.Message < b.Message
}

// yields reports whether a rule that says the fault better reports at the same
// place and is at least as sure; a better one that is less sure gives way.
func yields(d *draft, same []*draft) bool {
	for _, o := range same {
		if slices.Contains(d.Rule.Yields, o.Rule) && o.Confidence >= d.Confidence {
			return true
		}
		if slices.Contains(o.Rule.Yields, d.Rule) && o.Confidence > d.Confidence {
			return true
		}
	}
	return false
}

// place gives the findings their offsets in this version of the file.
func (a *analysed) place(list []*draft) []analysis.Finding {
	out := make([]analysis.Finding, 0, len(list))
	for _, d := range list {
		base, ok := a.flow.Start(d.place.unit)
		if !ok {
			continue
		}
		f := analysis.Finding{
			Rule: d.Rule, Path: a.run.path, Span: source.Span{Start: d.place.start, End: d.place.end}.Shift(base),
			Severity: d.Severity, Confidence: d.Confidence, Message: d.Message,
		}
		if len(d.steps) > 0 {
			f.Steps = make([]analysis.Step, 0, len(d.steps))
			for _, st := range d.steps {
				if base, ok := a.flow.Start(st.unit); ok {
					f.Steps = append(f.Steps, analysis.Step{Path: a.run.path, Span: st.span.Shift(base), Text: st.text})
				}
			}
		}
		f.Fingerprint = fmt.Sprintf("%016x", d.print)
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Span.Start != out[j].Span.Start {
			return out[i].Span.Start < out[j].Span.Start
		}
		if out[i].Span.End != out[j].Span.End {
			return out[i].Span.End < out[j].Span.End
		}
		return out[i].Rule.ID < out[j].Rule.ID
	})
	number(out)
	return out
}

// number tells equal findings of one function apart in their fingerprints.
func number(list []analysis.Finding) {
	seen := make(map[string]int, len(list))
	for i := range list {
		fp := list[i].Fingerprint
		if n := seen[fp]; n > 0 {
			list[i].Fingerprint = fmt.Sprintf("%s-%d", fp, n)
		}
		seen[fp]++
	}
}
