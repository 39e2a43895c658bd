package engine

import (
	"testing"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/source"
)

// TestPanickingRule wants a rule that panics to lose its findings in that file
// only, to be reported once for it, and to leave the other rules alone.
func TestPanickingRule(t *testing.T) {
	calls := 0
	bad := &analysis.Rule{ID: "bad", Class: "test", Checks: []analysis.Check{
		analysis.Calls{Names: []string{"os.system"}, Run: func(*analysis.Pass, *flow.Event) {
			calls++
			panic("boom")
		}},
	}}
	good := &analysis.Rule{ID: "good", Class: "test", Severity: analysis.High, Checks: []analysis.Check{
		analysis.Calls{Names: []string{"os.system"}, Run: func(p *analysis.Pass, e *flow.Event) {
			p.Report(e, analysis.Certain, "seen")
		}},
	}}
	d := newDispatch([]*analysis.Rule{bad, good}, models.Default())
	text := []byte("import os\nos.system('a')\ndef f():\n    os.system('b')\n")
	for file := range 2 {
		panics := 0
		o := Options{OnPanic: func(r *analysis.Rule, path string, v any, stack []byte) {
			panics++
			if r != bad || path != "a.py" || v != "boom" || len(stack) == 0 {
				t.Errorf("reported as %s in %s: %v", r.ID, path, v)
			}
		}}.withDefaults()
		a := newAnalysed(d, flow.NewProgram(d.index, nil), "a.py", o)
		a.update(parse(source.New("a.py", text)))
		s := a.snapshot(nil, a, o.Config)
		if panics != 1 || calls != file+1 {
			t.Errorf("%d reports and %d calls after %d files, want one each", panics, calls, file+1)
		}
		if n := len(s.Findings()); n != 2 {
			t.Errorf("the other rule has %d findings, want 2", n)
		}
	}
}
