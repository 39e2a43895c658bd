package traversal

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed weak_path_check.md
var weakPathCheckPage string

// WeakPathCheck: path check that can be bypassed.
var WeakPathCheck = &analysis.Rule{
	ID:         "weak-path-check",
	Class:      "traversal",
	Title:      "Path check that can be bypassed",
	CWE:        []int{23, 183},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       weakPathCheckPage,
	Checks:     []analysis.Check{analysis.Weak{Kind: models.Path, Run: weakPath}},
}

// bypass says how each half measure is got around.
var bypass = map[flow.Weakness]string{
	flow.DotsRefused:      "Refusing `..` lets absolute paths such as `/etc/passwd` through",
	flow.DotsRemoved:      "Removing `../` once turns `....//` into `../`",
	flow.PrefixOpen:       "Without a separator at its end the folder's name is also the beginning of its neighbours': `/srv/files` of `/srv/files-old`",
	flow.PrefixUnresolved: "A path that begins with the folder leaves it again with `..`",
	flow.CommonPrefix:     "commonprefix compares characters, so that `/srv/files-old` shares `/srv/files`",
}

func weakPath(p *analysis.Pass, e *flow.Event, w *flow.WeakCheck, r *flow.Reach) {
	how, ok := bypass[w.How]
	if !ok {
		return
	}
	c := analysis.Likely
	if r == nil {
		if w.How == flow.PrefixUnresolved && !flow.Checks(e.Func) {
			return // an ordinary test of a path's beginning
		}
	} else if got, ok := analysis.FromClientOrTelling(*r); !ok || got < analysis.Likely {
		if c = analysis.Unsure; !ok && !flow.Checks(e.Func) {
			return
		}
	}
	p.ReportWeak(e, w, r, c, how+". Resolve the path and ask is_relative_to(folder).")
}
