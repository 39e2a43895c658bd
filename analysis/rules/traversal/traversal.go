// Package traversal holds the rules about paths that lead out of their folder, archives, and folders that are served.
package traversal

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{PathTraversal, WeakPathCheck, PathFromParameter, ArchiveExtraction, DirectoryExposed}
