package quickfix

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix/fix"
	"pavise/quickfix/fixes"
)

// Result of fixing a whole text.
type Result struct {
	Text    []byte
	Applied []Applied
	Skipped []Applied // failed its proof after another fix, or cannot be made
	// Variables are those of the environment that the code reads from now on.
	Variables []string
	// Requirements are the distributions that the code imports from now on.
	Requirements []string
}

// Applied names one applied (or skipped) fix.
type Applied struct {
	Rule *analysis.Rule
	Fix  string
	Line uint32 // from zero, in the original text
}

// Choice says which fixes All applies. The zero value stands for all that are
// safe.
type Choice struct {
	Review bool                         // also those that somebody should look at
	Keep   func(*analysis.Finding) bool // the findings, nil for all
	Fixes  []string                     // the names of the fixes, none for all; NAME=WORDS is the form whose title has the words
}

// Names are those of all fixes, in the order in which they are offered.
func Names() []string {
	var out []string
	for _, f := range fixes.All() {
		out = append(out, f.Name)
	}
	return out
}

// All applies fixes to a file until nothing changes, each proven among the
// files around it. A fix that leaves its author a choice is never applied, one that
// leaves something to fill in only by its name. One that changes other files too is for [Together].
func All(s *engine.Snapshot, c Choice) Result {
	if s.IsPlain() {
		return Result{Text: s.File().Text()}
	}
	if c.Keep == nil {
		c.Keep = func(*analysis.Finding) bool { return true }
	}
	a := allRun{trial: s.Try(), Choice: c, tried: map[string]bool{}, most: map[*analysis.Rule]int{}}
	defer func() { a.trial.Close() }()
	a.now = a.trial.Snapshot()
	a.lines = make([]uint32, a.now.File().Lines())
	for i := range a.lines {
		a.lines[i] = uint32(i)
	}
	for range maxRounds {
		if !a.round() {
			break
		}
	}
	a.result.Text = a.now.File().Text()
	return a.result
}

// maxRounds bounds the loop: more than any real file has findings.
const maxRounds = 100_000

type allRun struct {
	Choice
	trial  *engine.Trial
	now    *engine.Snapshot
	tried  map[string]bool        // fingerprints, which findings keep when lines move
	most   map[*analysis.Rule]int // how many fixes of a rule are made at a time, 0 for all
	lines  []uint32               // original line of each line of now
	result Result
}

// job is one fix of one finding that may be made.
type job struct {
	finding *analysis.Finding
	action  Action
}

// round makes the fixes of one rule, as many at once as do not depend on each
// other, and reports whether there was anything to do.
func (a *allRun) round() bool {
	jobs := a.jobs()
	if len(jobs) == 0 {
		return false
	}
	rule := jobs[0].finding.Rule
	if batch := a.batch(jobs); len(batch) > 1 {
		if a.apply(batch) {
			a.most[rule] *= 2
		} else {
			a.most[rule] = len(batch) / 2 // until the one that fails is alone
		}
		return true
	}
	j := jobs[0]
	a.most[rule] *= 2
	a.tried[j.finding.Fingerprint] = true
	if !a.apply(jobs[:1]) {
		a.result.Skipped = append(a.result.Skipped, a.done(j))
	}
	return true
}

// jobs are the fixes of the first rule that has any. Findings without one are
// not looked at again.
func (a *allRun) jobs() []job {
	var out []job
	list := a.now.Findings()
	p := newProposer(a.now)
	for i := range list {
		f := &list[i]
		if a.tried[f.Fingerprint] || !a.Keep(f) || len(out) > 0 && (f.Rule != out[0].finding.Rule || a.most[f.Rule] > 0 && len(out) > a.most[f.Rule]) {
			continue
		}
		if x, ok := a.choose(p, f); ok {
			out = append(out, job{f, x})
		} else {
			a.tried[f.Fingerprint] = true
		}
	}
	return out
}

// choose is the action for a finding that may be made without asking.
func (a *allRun) choose(p *proposer, f *analysis.Finding) (Action, bool) {
	if x := a.Pick(p.proposed(f)); x != nil {
		return *x, true
	}
	return Action{}, false
}

// Pick is the one of a finding's actions that All makes, nil if it makes none.
func (c Choice) Pick(actions []Action) *Action {
	actions = slices.DeleteFunc(slices.Clone(actions), func(x Action) bool { return !c.allows(&x) })
	for i := range actions {
		x := &actions[i]
		if x.Refusal == "" && len(x.Others) == 0 && (x.Safety == Safe || c.Review) && (!x.Unfinished || len(c.Fixes) > 0) && !choice(actions, x) {
			return x
		}
	}
	return nil
}

// allows reports whether an action is among the chosen fixes.
func (c *Choice) allows(x *Action) bool {
	return len(c.Fixes) == 0 || slices.ContainsFunc(c.Fixes, func(s string) bool {
		name, words, _ := strings.Cut(s, "=")
		return name == x.Name && strings.Contains(x.Title, words)
	})
}

// choice reports whether an action is one of several forms of its fix.
func choice(actions []Action, x *Action) bool {
	n := 0
	for i := range actions {
		if actions[i].Name == x.Name && actions[i].Refusal == "" {
			n++
		}
	}
	return n > 1
}

// batch picks fixes of one name that do not get in each other's way: of those that write
// lines one for each unit of the file, so that new names do not meet and one check is not
// made twice. One fix stays behind for a later round: only the last can see that an
// import has no use left.
func (a *allRun) batch(jobs []job) []job {
	var out []job
	units := map[int]bool{}
	left := 0
	most := a.most[jobs[0].finding.Rule]
	var edits []source.Edit
	for _, j := range jobs {
		if j.action.Name != jobs[0].action.Name {
			continue
		}
		unit := a.now.Tree().At(j.finding.Span.Start)
		merged, skipped := source.Merge(append(edits[:len(edits):len(edits)], j.action.Edits...))
		lines := a.writesLines(unit, j.action.Edits)
		if lines && units[unit] || len(skipped) > 0 || most > 0 && len(out) == most {
			left++
			continue
		}
		units[unit], edits = units[unit] || lines, merged
		out = append(out, j)
	}
	if left == 0 {
		out = out[:len(out)-1]
	}
	return out
}

// writesLines reports whether edits put new lines into a unit.
func (a *allRun) writesLines(unit int, edits []source.Edit) bool {
	if unit < 0 {
		return true
	}
	span := a.now.Tree().Units[unit].Span()
	return slices.ContainsFunc(edits, func(e source.Edit) bool { return e.Touches(span) && strings.ContainsAny(e.New, "\r\n") })
}

func (a *allRun) done(j job) Applied {
	return Applied{Rule: j.finding.Rule, Fix: j.action.Name, Line: a.lines[a.now.File().LineAt(j.finding.Span.Start)]}
}

// apply makes fixes together, and takes them back if they do not prove.
func (a *allRun) apply(jobs []job) bool {
	var edits []source.Edit
	var findings []*analysis.Finding
	var done []Applied
	for _, j := range jobs {
		edits, _ = source.Merge(append(edits, j.action.Edits...))
		findings = append(findings, j.finding)
		done = append(done, a.done(j))
	}
	before := a.now
	after, err := a.trial.Change(sequential(edits))
	if err != nil {
		return false
	}
	if judge(before, before.Findings(), after, findings, edits) == "" {
		a.now = after
		a.moveLines(before.File(), edits)
		a.result.Applied = append(a.result.Applied, done...)
		for _, f := range findings {
			// An equal finding of the same function takes the fingerprint over.
			delete(a.tried, f.Fingerprint)
		}
		for _, j := range jobs {
			a.result.Variables = union(a.result.Variables, j.action.Variables)
			a.result.Requirements = union(a.result.Requirements, []string{j.action.Requirement})
		}
		return true
	}
	back, err := a.trial.Change(sequential(inverse(before.File().Text(), edits)))
	if err != nil {
		a.trial.Close()
		a.trial = before.Try()
		back = a.trial.Snapshot()
	}
	a.now = back
	return false
}

// union adds the names that a list does not have.
func union(list, more []string) []string {
	for _, x := range more {
		if x != "" && !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// moveLines carries the original line numbers over sorted edits.
func (a *allRun) moveLines(before *source.File, edits []source.Edit) {
	lines := make([]uint32, a.now.File().Lines())
	m := mapper{edits: edits}
	for i := range lines {
		was, _ := m.back(a.now.File().LineSpan(i).Start)
		lines[i] = a.lines[before.LineAt(was)]
	}
	a.lines = lines
}

// Together is the first fix of a finding that changes other files of the program too, of
// those that are chosen; nil if there is none.
func Together(s *engine.Snapshot, c Choice) (*Action, Applied) {
	if s.IsPlain() || !c.Review {
		return nil, Applied{}
	}
	list := s.Findings()
	for i := range list {
		f := &list[i]
		if c.Keep != nil && !c.Keep(f) || !slices.ContainsFunc(fixes.For(f.Rule), func(x *fix.Fix) bool { return x.Across }) {
			continue
		}
		for _, x := range Actions(s, f) {
			if x.Refusal == "" && len(x.Others) > 0 && c.allows(&x) && (!x.Unfinished || len(c.Fixes) > 0) {
				return &x, Applied{Rule: f.Rule, Fix: x.Name, Line: s.File().LineAt(f.Span.Start)}
			}
		}
	}
	return nil, Applied{}
}
