package deser

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed unsafe_deserialization.md
var unsafeDeserializationPage string

// UnsafeDeserialization: request data fed to a code-executing deserializer.
var UnsafeDeserialization = &analysis.Rule{
	ID:         "unsafe-deserialization",
	Class:      "deser",
	Title:      "Request data fed to a code-executing deserializer",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B301", "B302", "B403"},
		Ruff:    []string{"S301", "S302", "S403"},
		Semgrep: []string{"tainted-pickle-deserialization", "insecure-deserialization", "avoid-insecure-deserialization"},
	},
	Page: unsafeDeserializationPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind: models.Deserialize,
			Judge: func(_ *analysis.Pass, _ *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
				return analysis.FromClient(r)
			},
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is deserialized here, and what it holds is run: the client can execute code. Read a data format such as JSON."
			},
		},
	},
}
