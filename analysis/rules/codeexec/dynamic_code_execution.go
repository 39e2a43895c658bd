package codeexec

import (
	_ "embed"
	"path"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed dynamic_code_execution.md
var dynamicCodeExecutionPage string

// DynamicCodeExecution: eval/exec of a non-constant value.
var DynamicCodeExecution = &analysis.Rule{
	ID:         "dynamic-code-execution",
	Class:      "codeexec",
	Title:      "eval/exec of a non-constant value",
	CWE:        []int{95},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B102", "B307"},
		Ruff:    []string{"S102", "S307"},
		Semgrep: []string{"eval-detected", "exec-detected", "dangerous-interactive-code-run-audit", "dangerous-subinterpreters-run-string-audit", "dangerous-testcapi-run-in-subinterp-audit"},
	},
	Page: dynamicCodeExecutionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Code,
			Judge: judgeDynamic,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Unknown(r) + " is run as Python code; whoever controls it controls this process. Read data with ast.literal_eval or json.loads."
			},
		},
	},
	Yields: []*analysis.Rule{CodeInjection},
}

// judgeDynamic objects to code that callers give, unless it is made for running:
// a function or class whose names are filled in, or statements that fill a
// namespace, as generators of code and loaders of modules run them.
func judgeDynamic(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if runAtOnce(e) {
		return 0, false
	}
	switch r.Origin.Tier {
	case models.Opaque, models.Operator:
		return analysis.Unsure, true
	case models.Unknown:
		if handsUp(e) {
			return 0, false
		}
		if r.Weak || generated(r.Before) || builds(p.Path) || e.Name == "exec" && len(e.Args) > 1 {
			return analysis.Unsure, true
		}
		return analysis.Likely, true
	}
	return 0, false
}

// handsUp reports whether a method hands what it is given to the method of the same
// name that it overrides: class Console(InteractiveConsole).
func handsUp(e *flow.Event) bool {
	fn := e.Node.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute || !strings.HasPrefix(fn.Child(syntax.FieldObject).Str(), "super(") {
		return false
	}
	name := fn.Child(syntax.FieldAttribute).Str()
	return e.Func == name || strings.HasSuffix(e.Func, "."+name)
}

// generated reports whether code begins like a definition.
func generated(code string) bool {
	code = strings.TrimLeft(code, " \t\r\n\x00")
	for _, word := range []string{"def ", "class ", "async def ", "lambda", "@", "import ", "from "} {
		if strings.HasPrefix(code, word) {
			return true
		}
	}
	return false
}

// builds reports whether a file is a test or builds a package: nobody from
// outside calls what is in it.
func builds(file string) bool {
	name := path.Base(strings.ReplaceAll(file, "\\", "/"))
	return name == "setup.py" || name == "conftest.py" || name == "noxfile.py" || strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test.py")
}
