// Package traversal holds the rules about path traversal.
package traversal

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{PathTraversal}
