// Package codeexec holds the rules about data that is run as code, or that names what is loaded, reached or set.
package codeexec

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{CodeInjection, DynamicCodeExecution, DynamicImport, UnsafeReflection, ClassPollution, TrojanSource}
