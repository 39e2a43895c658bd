package codeexec

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed class_pollution.md
var classPollutionPage string

// ClassPollution: recursive merge or setattr loop over request data.
var ClassPollution = &analysis.Rule{
	ID:         "class-pollution",
	Class:      "codeexec",
	Title:      "Recursive merge or setattr loop over request data",
	CWE:        []int{915},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       classPollutionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Reflect,
			Judge: func(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				if !pollutes(e) {
					return 0, false
				}
				c, ok := analysis.FromClient(r)
				if c = min(c, analysis.Likely); r.Weak {
					c = analysis.Unsure
				}
				return c, ok
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " names the attributes that are set, so the client can write any of them: fields that are not theirs to change, methods, `__class__`. Set only the names of a fixed list."
			},
		},
	},
}
