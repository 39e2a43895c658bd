// Package crypto holds the rules about weak hashes, passwords and randomness.
package crypto

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{WeakHash, WeakRandom, FastPasswordHash}
