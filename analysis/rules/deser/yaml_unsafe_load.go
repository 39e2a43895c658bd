package deser

import (
	_ "embed"

	"pavise/analysis"
)

//go:embed yaml_unsafe_load.md
var yamlUnsafeLoadPage string

// YAMLUnsafeLoad: YAML loaded with an object-constructing loader.
var YAMLUnsafeLoad = &analysis.Rule{
	ID:         "yaml-unsafe-load",
	Class:      "deser",
	Title:      "YAML loaded with an object-constructing loader",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B506"},
		Ruff:    []string{"S506"},
		Semgrep: []string{"avoid-pyyaml-load", "avoid-unsafe-ruamel"},
	},
	Page:   yamlUnsafeLoadPage,
	Checks: []analysis.Check{},
}
