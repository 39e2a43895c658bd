// Package redirect holds the rules about open redirects.
package redirect

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{OpenRedirect, WeakURLCheck, HostHeaderTrust}
