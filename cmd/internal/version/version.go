// Package version holds the version of Pavise. Every other place that states it
// (packages, archives, what `pavise init` writes) takes it from here.
package version

import "runtime/debug"

// Number is the version by semantic versioning. It is also a version of Python
// packages as long as it is three numbers.
const Number = "0.1.0"

// Build is the version with the commit of the build where that is known, as
// build metadata: 0.1.0+5899333a1b2c, or 0.1.0+5899333a1b2c.changes.
func Build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Number
	}
	revision, changes := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changes = ".changes"
		}
	}
	if revision == "" {
		return Number
	}
	return Number + "+" + revision[:min(12, len(revision))] + changes
}
