// Package deser holds the rules about unsafe deserialization.
package deser

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{UnsafeDeserialization, PickleLoad, MarshalLoad, YAMLUnsafeLoad, PickleTransport}
