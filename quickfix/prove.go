package quickfix

import (
	"slices"
	"sort"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix/fix"
)

// prover shows that edits take a finding away and do no harm: the result
// parses, the finding is gone, and no other fault has come.
type prover struct {
	before *engine.Snapshot
	known  []analysis.Finding // of before, analysed from scratch
	ready  bool
}

// The reasons for which a fix is not offered although it was worked out.
const (
	brokenResult = "The rewritten code does not parse, so this fix is not offered."
	stillThere   = "The rewritten code still has this finding, so this fix is not offered."
	somethingNew = "The rewritten code has another finding, so this fix is not offered."
	changedSince = "The file has changed since this finding was made."
)

// prove applies edits to a copy and analyses it. It returns "" or the reason
// why the edits may not be offered.
func (p *prover) prove(f *analysis.Finding, edits []source.Edit) string {
	if !p.ready {
		p.ready, p.known = true, p.before.Findings()
		if !p.before.Settled() {
			p.known = p.before.With(p.before.File().Text()).Findings()
		}
	}
	text := source.Apply(p.before.File().Text(), edits)
	return judge(p.before, p.known, p.before.With(text), []*analysis.Finding{f}, edits)
}

// proveOther shows that the changes of another file do no harm there: the result
// parses, and no rule finds more in it than before.
func (p *prover) proveOther(o *fix.Other) string {
	options := engine.Options{Config: p.before.Config()}
	before := engine.Check(o.File, options)
	after := engine.Check(source.New(o.File.Path(), source.Apply(o.File.Text(), o.Edits)), options)
	if worse(before, after) {
		return brokenResult
	}
	count := map[*analysis.Rule]int{}
	for _, f := range before.Findings() {
		count[f.Rule]++
	}
	for _, f := range after.Findings() {
		if count[f.Rule]--; count[f.Rule] < 0 {
			return somethingNew
		}
	}
	return ""
}

// judge compares the snapshots before and after sorted edits that are to take
// findings away.
func judge(before *engine.Snapshot, known []analysis.Finding, after *engine.Snapshot, fixed []*analysis.Finding, edits []source.Edit) string {
	if worse(before, after) {
		return brokenResult
	}
	gone := map[place]bool{}
	for _, f := range fixed {
		gone[place{f.Rule, f.Span.Start}] = true
	}
	at := map[place]int{}
	moved := map[*analysis.Rule]int{} // findings whose place is edited
	causes := map[cause]bool{}        // of findings that stay
	found := 0
	for i := range known {
		k := &known[i]
		if gone[place{k.Rule, k.Span.Start}] {
			found++
			continue
		}
		if k.Cause != 0 {
			causes[cause{k.Rule, k.Cause}] = true
		}
		if touches(edits, k.Span) {
			moved[k.Rule]++
		}
		at[place{k.Rule, k.Span.Start}]++
	}
	if found < len(gone) {
		return changedSince
	}
	m := mapper{edits: edits}
	list := after.Findings()
	for i := range list {
		a := &list[i]
		start, inside := m.back(a.Span.Start)
		key := place{a.Rule, start}
		switch {
		case !inside && at[key] > 0:
			at[key]--
		case !inside && gone[key]:
			return stillThere
		case a.Cause != 0 && causes[cause{a.Rule, a.Cause}]: // one more use of what is at fault already
		case moved[a.Rule] > 0:
			moved[a.Rule]--
		case a.Rule == fixed[0].Rule:
			return stillThere
		default:
			return somethingNew
		}
	}
	return ""
}

// place is where a rule reports.
type place struct {
	rule  *analysis.Rule
	start uint32
}

// cause is what a rule finds at fault, at whatever places.
type cause struct {
	rule *analysis.Rule
	of   uint64
}

// worse reports whether the text after has a syntax error that it did not have
// before.
func worse(before, after *engine.Snapshot) bool {
	b, a := before.Tree(), after.Tree()
	if !a.HasError && a.Partial == "" {
		return false
	}
	if !b.HasError && b.Partial == "" {
		return true
	}
	count := 0
	for _, u := range b.Units {
		if u.HasError {
			count++
		}
	}
	for _, u := range a.Units {
		if u.HasError {
			count--
		}
	}
	return count < 0
}

// touches reports whether an edit changes something in or at a span.
func touches(edits []source.Edit, s source.Span) bool {
	for _, e := range edits {
		if e.Touches(s) {
			return true
		}
	}
	return false
}

// mapper finds the places that offsets in an edited text had before. Asked in
// growing order it goes over the edits once.
type mapper struct {
	edits []source.Edit // sorted
	next  int           // the first edit that is not wholly before the last offset
	grown int64         // by how much those before have moved what follows
}

// back is the offset in the text before of an offset in the text after; inside
// is set if it lies in new text.
func (m *mapper) back(off uint32) (before uint32, inside bool) {
	if m.next > 0 && int64(off) < int64(m.edits[m.next-1].Start)+m.grown+int64(m.edits[m.next-1].Len()) {
		m.next, m.grown = 0, 0
	}
	for ; m.next < len(m.edits); m.next++ {
		e := m.edits[m.next]
		start := int64(e.Start) + m.grown // of the new text, after
		if int64(off) < start {
			break
		}
		if int64(off) < start+int64(len(e.New)) {
			return e.Start, true
		}
		m.grown += int64(len(e.New)) - int64(e.Len())
	}
	return uint32(int64(off) - m.grown), false
}

// sequential rewrites sorted simultaneous edits so that each is measured in
// the text left by the one before.
func sequential(edits []source.Edit) []source.Edit {
	out := make([]source.Edit, 0, len(edits))
	for _, e := range slices.Backward(edits) {
		out = append(out, e)
	}
	return out
}

// inverse are the simultaneous edits that undo sorted edits of text.
func inverse(text []byte, edits []source.Edit) []source.Edit {
	out := make([]source.Edit, 0, len(edits))
	grown := int64(0)
	for _, e := range edits {
		start := uint32(int64(e.Start) + grown)
		out = append(out, source.Edit{Span: source.Span{Start: start, End: start + uint32(len(e.New))}, New: string(text[e.Start:e.End])})
		grown += int64(len(e.New)) - int64(e.Len())
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}
