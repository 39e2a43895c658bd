// Package sqli holds the rules about SQL injection.
package sqli

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{SQLInjection, SQLDynamicQuery}
