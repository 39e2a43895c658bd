package cmdi

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed list_with_shell_true.md
var listWithShellTruePage string

// ListWithShellTrue: argument list combined with shell=True.
var ListWithShellTrue = &analysis.Rule{
	ID:         "list-with-shell-true",
	Class:      "cmdi",
	Title:      "Argument list combined with shell=True",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit: []string{"B602"},
		Ruff:   []string{"S602"},
	},
	Page: listWithShellTruePage,
	Checks: []analysis.Check{
		analysis.Calls{
			Names: []string{"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen"},
			Run:   judgeListWithShell,
		},
	},
	Yields: []*analysis.Rule{CommandInjection, ShellDynamicCommand},
}

// judgeListWithShell objects to a list of more than the command itself.
func judgeListWithShell(p *analysis.Pass, e *flow.Event) {
	shell := flow.FindArg(e.Args, "shell")
	if shell == nil {
		return
	}
	if on, ok := shell.Value.Bool(); !ok || !on {
		return
	}
	list := flow.FindArg(e.Args, "0")
	if list == nil {
		list = flow.FindArg(e.Args, "args")
	}
	if list == nil || list.Value.Type != "list" && list.Value.Type != "tuple" {
		return
	}
	if known, all := list.Value.Elements(); len(known) > 1 || len(known) == 1 && !all {
		p.Report(e, analysis.Certain, "With shell=True only the first element of the list is the command; the others become parameters of the shell itself, and the program never sees them. Leave shell=True out.")
	}
}
