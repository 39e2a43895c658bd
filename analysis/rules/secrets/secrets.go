// Package secrets holds the rules about secrets in source.
package secrets

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{HardcodedSecretKey}
