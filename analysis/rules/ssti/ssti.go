// Package ssti holds the rules about server-side template injection.
package ssti

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{TemplateInjection, TemplateFromDynamicString}
