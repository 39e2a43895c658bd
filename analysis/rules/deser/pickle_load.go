package deser

import (
	_ "embed"

	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed pickle_load.md
var pickleLoadPage string

// PickleLoad: pickle-family load of data from an unknown origin.
var PickleLoad = &analysis.Rule{
	ID:         "pickle-load",
	Class:      "deser",
	Title:      "pickle-family load of data from an unknown origin",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B301", "B403"},
		Ruff:    []string{"S301", "S403"},
		Semgrep: []string{"avoid-pickle", "avoid-cPickle", "avoid-dill", "avoid-shelve", "avoid-jsonpickle"},
	},
	Page: pickleLoadPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Deserialize,
			Judge: judgePickle,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return "Loading a pickle runs what it holds: whoever can write " + analysis.Data(r) + " executes code here. Read a data format such as JSON, or verify a signature first."
			},
		},
	},
	Yields: []*analysis.Rule{UnsafeDeserialization, YAMLUnsafeLoad},
}

// judgePickle objects to loading pickles whose origin is not proven.
func judgePickle(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if strings.HasPrefix(e.Name, "yaml.") || strings.HasPrefix(e.Name, "ruamel.") || strings.HasPrefix(e.Name, "marshal.") {
		return 0, false
	}
	switch r.Origin.Tier {
	case models.Opaque, models.Unknown, models.Stored, models.Operator:
		return analysis.Likely, true
	}
	return 0, false
}
