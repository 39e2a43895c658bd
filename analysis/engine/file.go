package engine

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"path/filepath"
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
	rules   *dispatch
	program *flow.Program
	flow    *flow.Analyzer
	at      string // the file's path in the program
	run     fileRun
	units   map[*flow.Result]*unitFindings
	syntax  map[*syntax.Unit][]*draft // what its nodes alone tell
	texts   map[*syntax.Unit][]*draft // what the rules of texts found in each unit
	notes   map[*syntax.Unit][]comment
	tree    *syntax.Tree
	own     []*draft            // what was found in the file itself
	out     map[string][]*draft // what its data does in other files, by their paths in the program
	on      []string            // the other files that steps of what was found stand in
	note    string
	plain   bool // it is neither Python nor a template
	partly  bool // not all that uses the file is known: nothing can be said of ignores without use
}

// unitFindings is what the rules found in one run of a unit.
type unitFindings struct {
	drafts []draft
	wholes []awaiting
	// handled are the functions in it that a framework calls.
	handled []handled
	over    bool
}

// draft is a finding whose places are relative to units.
type draft struct {
	analysis.Draft
	steps []step
	print uint64 // of rule, place and text, before the count of equals
	place place
	// covers: the finding itself stands where its data was handed over; here, at the
	// sink, it only keeps weaker rules from saying the same
	covers bool
	// secret is what no report may show, in the same spot
	secret source.Span
}

// place is a span of a unit of some file.
type place struct {
	spot
	start uint32
	end   uint32
}

type step struct {
	spot
	span source.Span
	text string
	fn   analysis.Function // by its path in the program
}

// spot is a unit of a file: where it stood when it was met, and what finds it
// again in a later version.
type spot struct {
	unit *syntax.Unit
	path string // of its file in the program
	base uint32 // byte offset at which it stood
}

// locator finds spots in the present versions of files.
type locator interface {
	// start is the byte offset at which the unit of a spot stands now; ok is
	// false if the text of the span in it stands nowhere any more.
	start(s spot, in source.Span) (base uint32, ok bool)
	// shown is the path under which a file of the program is reported.
	shown(path string) string
}

// startIn finds the unit of a spot in a version of its file.
func startIn(tree *syntax.Tree, s spot) (uint32, bool) {
	if tree == nil {
		return 0, false
	}
	if i := tree.At(s.base); i >= 0 && tree.Units[i].Start == s.base && sameUnit(tree.Units[i].Unit, s.unit) {
		return s.base, true
	}
	for i := range tree.Units {
		if sameUnit(tree.Units[i].Unit, s.unit) {
			return tree.Units[i].Start, true
		}
	}
	return 0, false
}

func sameUnit(a, b *syntax.Unit) bool {
	return a == b || a.Key == b.Key && a.Len() == b.Len() && bytes.Equal(a.Root().Text(), b.Root().Text())
}

func newAnalysed(d *dispatch, program *flow.Program, path string, o Options) *analysed {
	at := inProgram(path)
	a := &analysed{rules: d, program: program, flow: program.File(at), at: at, units: map[*flow.Result]*unitFindings{}}
	a.run = fileRun{path: path, audit: o.Config.Profile == config.ProfileAudit, onPanic: o.OnPanic}
	a.run.imports = func(root string) bool { return a.flow.Imports(root) }
	return a
}

// inProgram is the path under which a program knows a file: an absolute one,
// but for names that stand for no file.
func inProgram(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// update analyses the next version of the file.
func (a *analysed) update(tree *syntax.Tree) {
	a.tree = tree
	a.flow.Update(tree)
	a.collect()
}

// collect gathers what the rules find in the current version, running again
// what was forgotten.
func (a *analysed) collect() {
	tree := a.tree
	a.flow.Settle()
	a.note = tree.Partial
	live := make(map[*flow.Result]*unitFindings, len(a.units)+1)
	read := make(map[*syntax.Unit][]*draft, len(tree.Units))
	a.own, a.out, a.on = a.own[:0:0], nil, nil
	var waiting []awaiting
	var handlers []handled
	for _, i := range a.flow.Registering() {
		a.result(i) // so that handlers know how they are called
	}
	for i := range tree.Units {
		unit := tree.Units[i].Unit
		list, ok := a.syntax[unit]
		if !ok {
			list = a.nodes(unit)
		}
		read[unit] = list
		a.own = append(a.own, list...)
		uf := a.unit(i, live)
		for j := range uf.drafts {
			d := &uf.drafts[j]
			for k := range d.steps {
				if p := d.steps[k].path; p != a.at && !slices.Contains(a.on, p) {
					a.on = append(a.on, p)
				}
			}
			switch path := d.place.path; path {
			case a.at:
				a.own = append(a.own, d)
			default:
				if a.out == nil {
					a.out = map[string][]*draft{}
				}
				a.out[path] = append(a.out[path], d)
			}
		}
		waiting = append(waiting, uf.wholes...)
		handlers = append(handlers, uf.handled...)
		if uf.over && a.note == "" {
			a.note = fmt.Sprintf("the analysis of line %d and what follows in its function stopped: it takes too many steps",
				tree.File.LineAt(tree.Units[i].Start)+1)
		}
	}
	a.units, a.syntax = live, read
	a.wholes(waiting)
	a.routes(handlers)
	a.read(tree)
}

// nodes is what the rules about syntax find in a unit.
func (a *analysed) nodes(unit *syntax.Unit) []*draft {
	u := unitRun{dispatch: a.rules, file: &a.run}
	u.syntax(unit)
	var out []*draft
	for _, d := range u.drafts {
		x := a.newDraft(d)
		out = append(out, &x)
	}
	return out
}

// snapshot puts what was found in the file together with what the data of
// other files does in it.
func (a *analysed) snapshot(more []*draft, l locator, cfg *config.Config) *Snapshot {
	s := &Snapshot{file: a.tree.File, tree: a.tree, note: a.note, rules: a.rules, cfg: cfg}
	list := a.own
	if len(more) > 0 {
		list = append(list[:len(list):len(list)], more...)
	}
	all := a.place(list, l)
	for i := range all {
		if all[i].Secret.Len() > 0 {
			s.secrets = append(s.secrets, all[i].Secret)
		}
	}
	s.plain = a.plain
	s.findings = a.suppress(all, a.tree, cfg)
	return s
}

// through reports whether data of the file goes through another one.
func (a *analysed) through(path string) bool {
	return slices.Contains(a.on, path)
}

// start implements locator for a file without others.
func (a *analysed) start(s spot, _ source.Span) (uint32, bool) {
	if s.unit == nil {
		return s.base, true // a file without units
	}
	path, base, ok := a.program.Where(s.unit)
	return base, ok && path == s.path
}

func (a *analysed) shown(path string) string {
	if path == a.at {
		return a.run.path
	}
	return path
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
	uf := &unitFindings{over: r.Over, wholes: u.waiting, handled: u.handled}
	for _, d := range u.drafts {
		x := a.newDraft(d)
		uf.drafts = append(uf.drafts, x)
		if d.Sink.OK() {
			uf.drafts = append(uf.drafts, a.cover(x, d.Sink))
		}
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

func (a *analysed) newDraft(d analysis.Draft) draft {
	out := draft{Draft: d}
	span := d.Node.Span()
	out.place = place{a.spotOf(d.Node), span.Start, span.End}
	out.secret = d.Secret
	text := d.Node.Str()
	if in := d.Secret; in.Len() > 0 && span.Contains(in) { // a print must not tell it either
		text = text[:in.Start-span.Start] + text[in.End-span.Start:]
	}
	out.print = printOf(d.Rule, d.Node.Unit().Key, text)
	if d.Origin == nil {
		return out
	}
	out.steps = a.steps(d)
	out.Origin = &flow.Origin{Tier: d.Origin.Tier, Label: d.Origin.Label} // let go of the values
	return out
}

// cover is a draft that stands for another one at its sink.
func (a *analysed) cover(x draft, sink syntax.Node) draft {
	span := sink.Span()
	x.place, x.covers, x.steps = place{a.spotOf(sink), span.Start, span.End}, true, nil
	return x
}

// printOf is the fingerprint of a finding at a code.
func printOf(r *analysis.Rule, in, code string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(r.ID))
	h.Write([]byte(in))
	for f := range strings.FieldsSeq(code) {
		h.Write([]byte(f))
		h.Write([]byte{' '})
	}
	return h.Sum64()
}

func (a *analysed) spotOf(n syntax.Node) spot {
	path, base, _ := a.program.Where(n.Unit())
	return spot{n.Unit(), path, base}
}

// steps is the way of the data, source first.
func (a *analysed) steps(d analysis.Draft) []step {
	var out []step
	add := func(n syntax.Node, text string, fn analysis.Function) {
		if n.OK() {
			out = append(out, step{a.spotOf(n), n.Span(), text, fn})
		}
	}
	if !d.Origin.Tier.Followed() {
		return nil
	}
	var trail []*flow.Trail
	for t := d.Origin.Steps; t != nil; t = t.Prev {
		trail = append(trail, t)
	}
	add(d.Origin.Node, "`"+d.Origin.Label+"` "+arrives[d.Origin.Tier], analysis.Function{})
	for _, t := range slices.Backward(trail) {
		path, name := t.Function()
		add(t.Node, t.Text, analysis.Function{Path: path, Name: name})
	}
	used := d.Node
	if d.Sink.OK() {
		used = d.Sink
	}
	add(used, "used here", analysis.Function{})
	return out
}

var arrives = map[models.Tier]string{
	models.Error:    "tells of the inside of the program",
	models.Operator: "is set by whoever runs the program",
	models.Stored:   "was stored earlier",
	models.Remote:   "comes from the client",
}

// placed is a draft at its place in this version of the file.
type placed struct {
	*draft
	span source.Span
	base uint32 // of its unit
}

// strongest keeps one finding for each rule and place, and of rules that say
// the same fault only the best, at one place or of one cause.
func strongest(list []placed) []placed {
	byPlace := make(map[source.Span][]placed, len(list))
	for _, d := range list {
		same := byPlace[d.span]
		found := false
		for i, o := range same {
			if o.Rule == d.Rule && o.covers == d.covers {
				found = true
				if better(d.draft, o.draft) {
					same[i] = d
				}
			}
		}
		if !found {
			byPlace[d.span] = append(same, d)
		}
	}
	byCause := map[uint64][]placed{}
	for _, d := range list {
		if d.Cause != 0 {
			byCause[d.Cause] = append(byCause[d.Cause], d)
		}
	}
	out := list[:0:0]
	for _, same := range byPlace {
		for _, d := range same {
			if !d.covers && !yields(d.draft, same) && !yields(d.draft, byCause[d.Cause]) {
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
func yields(d *draft, same []placed) bool {
	for _, o := range same {
		if o.covers && o.Rule == d.Rule && len(d.steps) == 0 {
			return true // where its data comes from is said at the call
		}
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
func (a *analysed) place(drafts []*draft, l locator) []analysis.Finding {
	list := make([]placed, 0, len(drafts))
	for _, d := range drafts {
		span := source.Span{Start: d.place.start, End: d.place.end}
		if base, ok := l.start(d.place.spot, span); ok {
			list = append(list, placed{d, span.Shift(base), base})
		}
	}
	list = strongest(list)
	out := make([]analysis.Finding, 0, len(list))
	for _, d := range list {
		f := analysis.Finding{
			Rule: d.Rule, Path: a.run.path, Span: d.span,
			Severity: d.Severity, Confidence: d.Confidence, Message: d.Message, Kinds: d.Kinds, Cause: d.Cause,
		}
		if d.secret.Len() > 0 {
			f.Secret = d.secret.Shift(d.base)
		}
		if len(d.steps) > 0 {
			f.Steps = make([]analysis.Step, 0, len(d.steps))
			for _, st := range d.steps {
				if base, ok := l.start(st.spot, st.span); ok {
					f.Steps = append(f.Steps, analysis.Step{Path: l.shown(st.path), Span: st.span.Shift(base), Text: st.text, Func: st.fn})
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
