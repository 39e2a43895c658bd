// Package suppressions holds the rules about the comments that hide findings.
package suppressions

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{UnusedSuppression, SuppressionTooBroad}
