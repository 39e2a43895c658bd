// Package quickfix turns findings into proven edits.
package quickfix

import (
	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// Safety says who may apply a fix.
type Safety uint8

const (
	// Safe keeps behaviour for benign input; fix-all and `pavise fix` apply it.
	Safe Safety = iota
	// Review changes something the author must judge; offered one by one.
	Review
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
}

// Actions are the fixes for one finding of the snapshot, best first. Refused
// ones come last with their reason.
func Actions(s *engine.Snapshot, f *analysis.Finding) []Action { return nil }

// Result of fixing a whole text.
type Result struct {
	Text    []byte
	Applied []Applied
	Skipped []Applied // overlapped another fix, or failed its proof
}

// Applied names one applied (or skipped) fix.
type Applied struct {
	Rule *analysis.Rule
	Fix  string
	Line uint32 // from zero, in the original text
}

// All applies fixes to a file until nothing changes: the safe ones, and with
// review also the others; keep chooses the findings (nil for all).
func All(s *engine.Snapshot, o engine.Options, review bool, keep func(*analysis.Finding) bool) Result {
	return Result{}
}
