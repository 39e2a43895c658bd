package files

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed insecure_temp_name.md
var insecureTempNamePage string

// InsecureTempName: temporary file name created without opening it.
var InsecureTempName = &analysis.Rule{
	ID:         "insecure-temp-name",
	Class:      "files",
	Title:      "Temporary file name created without opening it",
	CWE:        []int{377},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B306"},
		Ruff:    []string{"S306"},
		Semgrep: []string{"tempfile-insecure"},
	},
	Page: insecureTempNamePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"tempfile.mktemp", "os.tempnam", "os.tmpnam"}, Run: judgeTempName},
	},
}

func judgeTempName(p *analysis.Pass, e *flow.Event) {
	p.Report(e, analysis.Certain, e.Name+" gives a name without making the file: until it is opened, somebody else can put a file or link of their own there. Use tempfile.mkstemp, NamedTemporaryFile or mkdtemp.")
}
