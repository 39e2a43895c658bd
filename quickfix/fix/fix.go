// Package fix holds the words that fixes share: Fix, Site, Proposal.
package fix

import (
	"fmt"

	"pavise/analysis"
	"pavise/analysis/source"
	"pavise/quickfix/pyedit"
)

// Safety says who may apply a fix.
type Safety uint8

const (
	// Safe keeps behaviour for benign input; fix-all and `pavise fix` apply it.
	Safe Safety = iota
	// Review changes something the author must judge; offered one by one.
	Review
)

// Fix is one way to rewrite the places that its rules report.
type Fix struct {
	Name string // kebab case, unique: "bind-parameters"
	For  []*analysis.Rule
	// Compute proposes edits for a site, best first: several where the author
	// has to choose, or one refusal. No proposal at all means that the fix has
	// nothing to do with the site.
	Compute func(*Site) []Proposal
	// Handed is set if the fix can rewrite a text where it is handed to a function of
	// the program that passes it on to what does the harm (flow.Event.Sink).
	Handed bool
	// Across is set if the fix may change other files of the program too.
	Across bool
}

// Proposal is one rewriting that a fix has worked out, before its proof.
type Proposal struct {
	Title   string // a command: "Pass user_id as a bound parameter"
	Safety  Safety
	Caveat  string // what the reader of a Review fix must know
	Edits   []source.Edit
	Refusal string // not "": why there is no rewriting, in a plain sentence
	// Unfinished is set if the author has to fill something in before the
	// program works again: it is never made without being asked for.
	Unfinished bool
	// Variables are those of the environment that the program needs from now on.
	Variables []string
	// Others are the changes of other files of the program that belong to this one.
	Others []Other
}

// Refuse is the answer of a fix that does not apply, with the reason.
func Refuse(format string, args ...any) []Proposal {
	return []Proposal{{Refusal: fmt.Sprintf(format, args...)}}
}

// Propose makes a proposal of collected edits. Caveat "" makes it Safe.
func Propose(e *pyedit.Edits, caveat, title string, args ...any) []Proposal {
	edits, ok := e.List()
	if !ok {
		return Refuse("The edits of this fix get in each other's way.")
	}
	p := Proposal{Title: fmt.Sprintf(title, args...), Caveat: caveat, Edits: edits}
	if caveat != "" {
		p.Safety = Review
	}
	return []Proposal{p}
}

// Unfinished marks proposals in which the author has to fill something in.
func Unfinished(list []Proposal) []Proposal {
	for i := range list {
		list[i].Unfinished = list[i].Refusal == ""
	}
	return list
}
