// Package cmdi holds the rules about shell command injection.
package cmdi

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{CommandInjection, ShellDynamicCommand}
