// Package config holds the one configuration of Pavise, how it is found and
// how it is read. pavise.toml and [tool.pavise] of pyproject.toml share the
// same keys; an editor and the command line add to them in the same words.
package config

import (
	"path/filepath"
	"slices"

	"pavise/analysis"
	"pavise/analysis/models"
)

// The profiles.
const (
	ProfileDefault = "default" // right at least nine times in ten
	ProfileStrict  = "strict"  // also what is less sure, and all code alike
	ProfileAudit   = "audit"   // everything, for a review of the code by hand
)

var profiles = []string{ProfileDefault, ProfileStrict, ProfileAudit}

// Config is everything a user can set. A Config that is in force is complete
// (see [Default]) and must not be changed: [Config.With] makes another.
type Config struct {
	Path       string              // the file it came from, "" for defaults
	Profile    string              // one of the profiles
	Select     []string            // rules or classes that are on; empty: all of the profile
	Ignore     []string            // rules or classes that are off
	Severity   analysis.Severity   // the least that is shown
	Confidence analysis.Confidence // the least that is shown
	Include    []string            // gitignore-style patterns of the files that are read; empty: all Python files
	Exclude    []string            // gitignore-style patterns, relative to the config's folder
	Quiet      []string            // the roles of files in which only what is grave and certain is shown
	Timeout    int                 // seconds that the timeout fix writes
	PerFile    []FileIgnore        // rules or classes that are off in some files
	Models     *models.Entries     // what the project's own code does with data; nil: nothing is said

	confidenceSet bool   // Confidence was asked for, so that the profile does not decide it
	quietSet      bool   // so was Quiet
	dir           string // the folder that patterns are relative to, "" for the working folder
	include       []pattern
	exclude       []pattern
	folders       *testFolders
}

// FileIgnore switches rules or classes off in the files that a pattern names.
type FileIgnore struct {
	Pattern string // gitignore-style, relative to the config's folder
	Names   []string

	match pattern
}

// Default is the configuration without any file.
func Default() *Config {
	return &Config{Profile: ProfileDefault, Confidence: analysis.Likely, Quiet: Roles, Timeout: 10, folders: &testFolders{known: map[string]bool{}}}
}

// Settings is one layer over a configuration: a file, what an editor sends, or
// the flags of a command. A nil or zero field says nothing.
type Settings struct {
	Profile    string
	Select     []string // nil: not set; empty: all of the profile
	Ignore     []string
	Severity   *analysis.Severity
	Confidence *analysis.Confidence
	Include    []string // nil: not set
	Exclude    []string
	Quiet      []string // nil: not set
	PerFile    []FileIgnore
	Timeout    int
	Models     *models.Entries
}

// With is c with s laid over it. Selections and single values replace those of
// c; ignores, exclusions, per-file ignores and models add to them. What s selects is
// on even if c ignores it. c itself does not change.
func (c *Config) With(s Settings) *Config {
	n := *c
	if s.Profile != "" {
		n.Profile = s.Profile
	}
	if s.Select != nil {
		n.Select = s.Select
		n.Ignore = without(n.Ignore, s.Select)
	}
	n.Ignore = slices.Concat(n.Ignore, s.Ignore)
	if s.Severity != nil {
		n.Severity = *s.Severity
	}
	if s.Confidence != nil {
		n.Confidence, n.confidenceSet = *s.Confidence, true
	}
	if !n.confidenceSet {
		n.Confidence = analysis.Likely
		if n.Profile != ProfileDefault {
			n.Confidence = analysis.Unsure
		}
	}
	if s.Quiet != nil {
		n.Quiet, n.quietSet = s.Quiet, true
	}
	if !n.quietSet {
		n.Quiet = Roles
		if n.Profile != ProfileDefault {
			n.Quiet = nil
		}
	}
	if s.Timeout != 0 {
		n.Timeout = s.Timeout
	}
	if s.Include != nil {
		n.Include, n.include = s.Include, parsePatterns(s.Include)
	}
	n.Exclude = slices.Concat(n.Exclude, s.Exclude)
	n.exclude = slices.Concat(n.exclude, parsePatterns(s.Exclude))
	n.Models = n.Models.Plus(s.Models)
	n.PerFile = slices.Clone(n.PerFile)
	for _, f := range s.PerFile {
		if p, ok := parsePattern(f.Pattern); ok {
			f.match = p
			n.PerFile = append(n.PerFile, f)
		}
	}
	return &n
}

// In is c with its patterns relative to dir.
func (c *Config) In(dir string) *Config {
	n := *c
	n.dir = dir
	return &n
}

// Dir is the folder that the patterns are relative to.
func (c *Config) Dir() string {
	if c.dir == "" && c.Path != "" {
		return filepath.Dir(c.Path)
	}
	return c.dir
}

// Root is [Config.Dir] as an absolute path.
func (c *Config) Root() string {
	if abs, err := filepath.Abs(c.Dir()); err == nil {
		return abs
	}
	return c.Dir()
}

func without(from, names []string) []string {
	return slices.DeleteFunc(slices.Clone(from), func(s string) bool { return slices.Contains(names, s) })
}

// On reports whether the rule is on. The name of a rule is stronger than the
// name of its class: an ignored rule is off and a selected one on, whatever is
// said of the class. An audit rule outside the audit profile is on only if it
// is selected by its own name.
func (c *Config) On(r *analysis.Rule) bool {
	switch {
	case slices.Contains(c.Ignore, r.ID):
		return false
	case slices.Contains(c.Select, r.ID):
		return true
	case r.Audit && c.Profile != ProfileAudit, slices.Contains(c.Ignore, r.Class):
		return false
	}
	return len(c.Select) == 0 || slices.Contains(c.Select, r.Class)
}

// OnIn reports whether the rule is on in the file at path, per-file ignores
// included. The path is absolute, or relative to the working folder.
func (c *Config) OnIn(path string, r *analysis.Rule) bool {
	if !c.On(r) {
		return false
	}
	if len(c.PerFile) == 0 {
		return true
	}
	rel, ok := c.relative(path)
	if !ok {
		return true
	}
	off := false
	for i := range c.PerFile {
		f := &c.PerFile[i]
		if f.match.matches(rel, false) && (slices.Contains(f.Names, r.ID) || slices.Contains(f.Names, r.Class)) {
			off = !f.match.negated
		}
	}
	return !off
}

// Shows reports whether a finding is shown in a file of a role: its rule is on
// there, it reaches the least severity and confidence, and where the role is to
// be quiet it is grave and certain.
func (c *Config) Shows(f *analysis.Finding, role Role) bool {
	return f.Severity >= c.Severity && f.Confidence >= c.Confidence && c.OnIn(f.Path, f.Rule) &&
		(role == "" || !slices.Contains(c.Quiet, string(role)) || tells(f))
}
