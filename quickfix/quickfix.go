// Package quickfix turns findings into proven edits.
package quickfix

import (
	"sort"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/quickfix/fix"
	"pavise/quickfix/fixes"
	"pavise/quickfix/pyedit"
)

// Safety says who may apply a fix.
type Safety = fix.Safety

const (
	// Safe keeps behaviour for benign input; fix-all and `pavise fix` apply it.
	Safe = fix.Safe
	// Review changes something the author must judge; offered one by one.
	Review = fix.Review
)

// Action is one way out of a finding: proven edits, or the reason why there
// are none.
type Action struct {
	Name      string // of the fix: "bind-parameters"
	Title     string // a command: "Pass user_id as a bound parameter"
	Safety    Safety
	Caveat    string        // what the reader must know before a Review fix
	Preferred bool          // the best of the finding's actions
	Edits     []source.Edit // simultaneous edits in the snapshot's text
	Refusal   string        // not "": why this fix is not offered here, in a plain sentence
	// Unfinished is set if the author has to fill something in afterwards.
	Unfinished bool
	// Variables are those of the environment that the program needs from now on.
	Variables []string
	// Requirement is the distribution that it imports and the file did not before, "" if there is none.
	Requirement string
	// Others are changes of other files of the program, without which the edits would break it.
	Others []fix.Other
}

// Actions are the fixes for one finding of the snapshot, best first. Refused
// ones come last with their reason.
func Actions(s *engine.Snapshot, f *analysis.Finding) []Action {
	actions := newProposer(s).proposed(f)
	p := prover{before: s}
	for i := range actions {
		a := &actions[i]
		if a.Refusal != "" {
			continue
		}
		reason := p.prove(f, a.Edits)
		for j := 0; j < len(a.Others) && reason == ""; j++ {
			reason = p.proveOther(&a.Others[j])
		}
		if reason != "" {
			a.Refusal, a.Edits, a.Others, a.Preferred = reason, nil, nil, false
		}
	}
	sort.SliceStable(actions, func(i, j int) bool { return rank(&actions[i]) < rank(&actions[j]) })
	prefer(actions)
	return actions
}

// rank puts safe actions first and refused ones last.
func rank(a *Action) int {
	switch {
	case a.Refusal != "":
		return 2
	case a.Safety == Review:
		return 1
	}
	return 0
}

// prefer marks the first action, unless the author has to choose between
// several forms of one fix.
func prefer(actions []Action) {
	if len(actions) == 0 || actions[0].Refusal != "" {
		return
	}
	if len(actions) > 1 && actions[1].Refusal == "" && actions[1].Name == actions[0].Name {
		return
	}
	actions[0].Preferred = true
}

// proposer works out the fixes of the findings of one snapshot.
type proposer struct {
	snap   *engine.Snapshot
	file   *pyedit.File // of its tree, nil if it has none
	events *engine.Events
}

func newProposer(s *engine.Snapshot) *proposer {
	p := &proposer{snap: s, events: s.Events()}
	if s.Tree() != nil {
		p.file = pyedit.NewFile(s.Tree())
	}
	return p
}

// proposed are the actions for a finding before their proof.
func (p *proposer) proposed(f *analysis.Finding) []Action {
	list := fixes.For(f.Rule)
	if len(list) == 0 || p.file == nil {
		return nil
	}
	site, ok := fix.NewSite(p.file, f, p.snap.Config(), func() (flow.Event, bool) { return p.eventOf(f) })
	if !ok {
		return nil
	}
	tree, _ := p.snap.Around()
	site.Around(tree)
	var out []Action
	for _, x := range list {
		if site.HasEvent && site.Event.Indirect {
			out = append(out, Action{Name: x.Name, Refusal: "The function is called by another one, with arguments of that call: rewrite it by hand."})
			continue
		}
		if site.HasEvent && site.Event.Sink.OK() && !x.Handed {
			out = append(out, Action{Name: x.Name, Refusal: "The text is handed to a function that passes it on: rewrite the two together by hand."})
			continue
		}
		for _, p := range compute(x, site) {
			out = append(out, Action{Name: x.Name, Title: p.Title, Safety: p.Safety, Caveat: p.Caveat, Edits: p.Edits, Refusal: p.Refusal, Unfinished: p.Unfinished, Variables: p.Variables, Others: p.Others})
			out[len(out)-1].require(site.File)
		}
	}
	return out
}

// eventOf is the event of a finding; a fix does without one where the engine
// fails to find it again.
func (p *proposer) eventOf(f *analysis.Finding) (ev flow.Event, ok bool) {
	defer func() {
		if v := recover(); v != nil {
			p.events = p.snap.Events() // of what it left nothing is certain
			ev, ok = flow.Event{}, false
		}
	}()
	return p.events.Of(f)
}

// compute runs a fix; one that panics has nothing to propose.
func compute(x *fix.Fix, s *fix.Site) (out []fix.Proposal) {
	defer func() {
		if v := recover(); v != nil {
			out = fix.Refuse("This fix met code that it does not understand.")
		}
	}()
	return x.Compute(s)
}
