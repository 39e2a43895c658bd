// Package codeexec holds the rules about running data as code.
package codeexec

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{CodeInjection}
