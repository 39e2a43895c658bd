// Package errors holds the rules about how errors are handled.
package errors

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{ErrorDetailExposed, ExceptionSwallowed, AssertForControl}
