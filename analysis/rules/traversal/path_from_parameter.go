package traversal

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed path_from_parameter.md
var pathFromParameterPage string

// PathFromParameter: file path built from a function parameter in code reachable from a route.
var PathFromParameter = &analysis.Rule{
	ID:         "path-from-parameter",
	Class:      "traversal",
	Title:      "File path built from a function parameter in code reachable from a route",
	CWE:        []int{22},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Unsure,
	Audit:      true,
	Page:       pathFromParameterPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Path,
			Judge: func(p *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				return analysis.Unsure, p.Audit && r.Inner && r.Origin.Tier == models.Unknown && !r.Weak && namesFile.MatchString(r.Origin.Label)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " becomes part of a file path: with `../` or an absolute path it leads out of the folder. Resolve the path and check that it stays inside."
			},
		},
	},
	Yields: []*analysis.Rule{PathTraversal},
}

// namesFile recognises parameters that name a file or folder.
var namesFile = regexp.MustCompile(`(?i)(?:^|_)(?:file|filename|path|name|key|dir|directory|folder|document|template|image|attachment)$|(?:File|Path|Name)$`)
