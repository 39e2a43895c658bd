package deser

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed marshal_load.md
var marshalLoadPage string

// MarshalLoad: marshal used to read data.
var MarshalLoad = &analysis.Rule{
	ID:         "marshal-load",
	Class:      "deser",
	Title:      "marshal used to read data",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B302"},
		Ruff:    []string{"S302"},
		Semgrep: []string{"marshal-usage"},
	},
	Page:   marshalLoadPage,
	Yields: []*analysis.Rule{UnsafeDeserialization},
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"marshal.load", "marshal.loads"}, Run: judgeMarshal},
	},
}

// compiled recognises code that reads compiled Python, which marshal is for.
var compiled = regexp.MustCompile(`\bexec\(|pyc\b|\bCodeType\b|(?i)bytecode|\bco_code\b|MAGIC_NUMBER|\bget_magic\b|\bmagic\b|\b(?:get|load|read)_code\b|\bcode(?:_?obj|_?object)?\s*=[^=]|\bFunctionType\b`)

func judgeMarshal(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil || analysis.InTests(p.Path) || a.Value.Clean&models.Deserialize != 0 {
		return
	}
	if _, constant := a.Value.Text(); constant || a.Value.Literal() || p.Imports("importlib") || p.Imports("imp") || compiled.MatchString(e.Node.Unit().Root().Str()) {
		return
	}
	p.Report(e, analysis.Certain, "marshal checks nothing that it reads: data that somebody made up crashes the interpreter, or is code that runs where it is called. Write the data as JSON and read that.")
}
