// Package logging holds the rules about what is written to logs.
package logging

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{LogInjection, SensitiveDataLogged, VerboseSQLOrDebugLogging}
