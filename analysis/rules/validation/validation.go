// Package validation holds the rules about checks of input.
package validation

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{UnanchoredValidation}
