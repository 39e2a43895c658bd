// Package fixes lists every fix.
package fixes

import (
	"slices"

	"pavise/analysis"
	"pavise/quickfix/fix"
	"pavise/quickfix/fixes/sqli"
)

// All fixes, by class. The order is that in which they are offered.
func All() []*fix.Fix {
	return slices.Concat(sqli.Fixes)
}

// For are the fixes of one rule.
func For(r *analysis.Rule) []*fix.Fix {
	var out []*fix.Fix
	for _, f := range All() {
		if slices.Contains(f.For, r) {
			out = append(out, f)
		}
	}
	return out
}
