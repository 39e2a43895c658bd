// Package ssrf holds the rules about server-side request forgery.
package ssrf

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{SSRF, SSRFPartial, SSRFGuardIncomplete, UrlopenAnyScheme}
