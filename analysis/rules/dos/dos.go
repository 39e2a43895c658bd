// Package dos holds the rules about resource exhaustion.
package dos

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{RequestWithoutTimeout, RegexDoS, RateLimitMissing, BlockingCallInAsync}
