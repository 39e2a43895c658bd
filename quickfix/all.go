package quickfix

import (
	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// Result of fixing a whole text.
type Result struct {
	Text    []byte
	Applied []Applied
	Skipped []Applied // failed its proof after another fix, or cannot be made
}

// Applied names one applied (or skipped) fix.
type Applied struct {
	Rule *analysis.Rule
	Fix  string
	Line uint32 // from zero, in the original text
}

// All applies fixes to a file until nothing changes: the safe ones, and with
// review also the others; keep chooses the findings (nil for all). A fix that
// leaves its author a choice is never applied.
func All(s *engine.Snapshot, o engine.Options, review bool, keep func(*analysis.Finding) bool) Result {
	if keep == nil {
		keep = func(*analysis.Finding) bool { return true }
	}
	if o.Config == nil {
		o.Config = s.Config()
	}
	a := allRun{session: engine.NewSession(o), path: s.File().Path(), review: review, keep: keep, tried: map[string]bool{}}
	defer a.session.Close(a.path)
	a.now = a.session.Open(a.path, s.File().Text())
	a.lines = make([]uint32, a.now.File().Lines())
	for i := range a.lines {
		a.lines[i] = uint32(i)
	}
	for a.step() {
	}
	a.result.Text = a.now.File().Text()
	return a.result
}

// maxFixes bounds the loop: more than any real file has findings.
const maxFixes = 100_000

type allRun struct {
	session *engine.Session
	path    string
	review  bool
	keep    func(*analysis.Finding) bool
	now     *engine.Snapshot
	tried   map[string]bool // fingerprints, which findings keep when lines move
	lines   []uint32        // original line of each line of now
	count   int
	result  Result
}

// step makes one fix and reports whether there was one to make.
func (a *allRun) step() bool {
	if a.count++; a.count > maxFixes {
		return false
	}
	list := a.now.Findings()
	for i := range list {
		f := &list[i]
		if a.tried[f.Fingerprint] || !a.keep(f) {
			continue
		}
		a.tried[f.Fingerprint] = true
		if a.fix(f) {
			return true
		}
	}
	return false
}

// fix tries the actions of one finding.
func (a *allRun) fix(f *analysis.Finding) bool {
	actions := proposed(a.now, f)
	for i := range actions {
		x := &actions[i]
		if x.Refusal != "" || x.Safety == Review && !a.review || choice(actions, x) {
			continue
		}
		done := Applied{Rule: f.Rule, Fix: x.Name, Line: a.lines[a.now.File().LineAt(f.Span.Start)]}
		if a.apply(f, x.Edits) {
			// An equal finding of the same function takes the fingerprint over.
			delete(a.tried, f.Fingerprint)
			a.result.Applied = append(a.result.Applied, done)
			return true
		}
		a.result.Skipped = append(a.result.Skipped, done)
	}
	return false
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

// apply makes the edits, and takes them back if they do not prove.
func (a *allRun) apply(f *analysis.Finding, edits []source.Edit) bool {
	before := a.now
	known := before.Findings()
	after, err := a.session.Change(a.path, sequential(edits))
	if err != nil {
		return false
	}
	if !after.Settled() {
		after = a.session.Settle(a.path)
	}
	if judge(before, known, after, f, edits) == "" {
		a.now = after
		a.moveLines(before.File(), edits)
		return true
	}
	back, err := a.session.Change(a.path, sequential(inverse(before.File().Text(), edits)))
	if err != nil {
		back = a.session.Open(a.path, before.File().Text())
	}
	a.now = back
	return false
}

// moveLines carries the original line numbers over sorted edits.
func (a *allRun) moveLines(before *source.File, edits []source.Edit) {
	lines := make([]uint32, a.now.File().Lines())
	for i := range lines {
		start := a.now.File().LineSpan(i).Start
		was, _ := mapBack(edits, start)
		lines[i] = a.lines[before.LineAt(was)]
	}
	a.lines = lines
}
