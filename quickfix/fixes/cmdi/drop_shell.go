package cmdi

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/cmdi"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// DropShell runs a list without the shell that ignores most of it.
var DropShell = &fix.Fix{
	Name:    "drop-shell",
	For:     []*analysis.Rule{cmdi.ListWithShellTrue, cmdi.CommandInjection, cmdi.ShellDynamicCommand},
	Compute: dropShell,
}

// scripts are programs that Windows starts through a shell only.
var scripts = map[string]bool{
	"npm": true, "npx": true, "yarn": true, "pnpm": true, "code": true, "az": true, "mvn": true, "gradle": true, "dir": true, "start": true,
	"copy": true, "del": true, "type": true, "mklink": true, "ren": true, "move": true, "cls": true, "ver": true,
}

func dropShell(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	shell, has := pyedit.Keyword(call.Node, "shell")
	list, ok := pyedit.Argument(call.Node, 0, "args")
	if !has || !ok {
		return nil
	}
	value := call.On(list.Value)
	if value.Kind() == syntax.KindIdentifier {
		if def, _, ok := s.Definition(value); ok {
			value = def
		}
	}
	if k := value.Kind(); k != syntax.KindList && k != syntax.KindTuple {
		return nil
	}
	first, ok := python.ParseString(value.NamedChild(0))
	program, constant := first.Const()
	switch {
	case !fix.IsTrue(shell.Value):
		return fix.Refuse("shell= takes its value from %s: change it there.", shell.Value.Str())
	case !ok || !constant:
		return fix.Refuse("The program to run comes from %s: pick it from a fixed table.", value.NamedChild(0).Str())
	case strings.ContainsAny(program, " \t\n|&;<>()$`\"'*?[]{}~#!="):
		return fix.Refuse("The first element is a whole command, which needs a shell: split it into its words.")
	case builtins[program]:
		return fix.Refuse("%s is a command of the shell itself.", program)
	}
	if _, has := pyedit.Keyword(call.Node, "executable"); has {
		return fix.Refuse("executable= names the shell that runs the command.")
	}
	e := s.Edits()
	if !e.RemoveArg(call, shell) {
		return fix.Refuse("A comment beside shell=True would be lost.")
	}
	caveat := ""
	if scripts[program] {
		caveat = "On Windows " + program + " is started by a shell only; elsewhere this runs it with its arguments, which the shell left out."
	}
	return fix.Propose(e, caveat, "Remove shell=True")
}
