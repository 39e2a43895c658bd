// Package cmdi holds the rules about commands: what a shell reads, which program runs, with which options.
package cmdi

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	CommandInjection, ShellDynamicCommand, ArgumentInjection, TaintedExecutable, RemoteCommandInjection, ListWithShellTrue, ShellTrueConstant,
}
