package cmdi

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

//go:embed shell_true_constant.md
var shellTrueConstantPage string

// ShellTrueConstant: shell=True or os.system with a constant command.
var ShellTrueConstant = &analysis.Rule{
	ID:         "shell-true-constant",
	Class:      "cmdi",
	Title:      "shell=True or os.system with a constant command",
	CWE:        []int{78},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B602", "B605"},
		Ruff:    []string{"S602", "S605"},
		Semgrep: []string{"subprocess-shell-true"},
	},
	Page: shellTrueConstantPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: shellCalls(), Run: judgeConstant},
	},
	Yields: []*analysis.Rule{CommandInjection, ShellDynamicCommand, ListWithShellTrue},
}

// always are the calls that give their command to a shell whatever their
// arguments say.
var always = []string{
	"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
}

func shellCalls() []string {
	return append([]string{
		"subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
	}, always...)
}

// judgeConstant objects to a constant command that needs nothing of a shell. One
// that does is for the audit: it is what shells are for.
func judgeConstant(p *analysis.Pass, e *flow.Event) {
	if shell := flow.FindArg(e.Args, "shell"); shell != nil {
		if on, ok := shell.Value.Bool(); !ok || !on {
			return
		}
	} else if strings.HasPrefix(e.Name, "subprocess.") && !strings.HasPrefix(e.Name, "subprocess.get") {
		return
	}
	command := flow.FindArg(e.Args, "0")
	for _, name := range []string{"args", "cmd", "command"} {
		if command == nil {
			command = flow.FindArg(e.Args, name)
		}
	}
	if command == nil {
		return
	}
	text, ok := command.Value.Str()
	if !ok || strings.TrimSpace(text) == "" || !written(command.Node) {
		return
	}
	c := analysis.Certain
	if NeedsShell(text) {
		c = analysis.Unsure
	}
	p.Report(e, c, "A shell runs this constant command. It needs none today, and turns the first value that somebody adds to the text into commands. Pass a list of arguments without a shell.")
}

// written reports whether a constant stands in the code, and is not put together
// from values that happen to be known.
func written(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindConcatenatedString:
		return true
	case syntax.KindString:
		for c := range n.NamedChildren() {
			if c.Kind() == syntax.KindInterpolation {
				return false
			}
		}
		return true
	}
	return false
}

// NeedsShell reports whether a command is more than a program with arguments.
func NeedsShell(command string) bool {
	if strings.ContainsAny(command, "|&;<>()$`*?[]{}~#!%\n\r\\") {
		return true
	}
	first, _, _ := strings.Cut(strings.TrimSpace(command), " ")
	return builtins[first] || strings.Contains(first, "=")
}

// builtins are commands of shells themselves, and of that of Windows.
var builtins = wordset.Of(`cd export source . set unset alias exit eval exec ulimit umask read trap type hash wait jobs fg bg shift return
	cls dir copy del ren move start ver vol mklink assoc color title pause`)
