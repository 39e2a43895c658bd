package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
)

// Key documents one key of the configuration.
type Key struct {
	Name string
	Type string // of its value, in words: `a list of rules or classes`
	Doc  string
	Enum []string // the values that it takes, nil if they are many
}

// Keys are all keys of the configuration, in the order of the documentation.
func Keys() []Key {
	return []Key{
		{"profile", "a string", "What is reported: `default` is right at least nine times in ten; `strict` also reports what is less sure, and is quiet nowhere; `audit` reports everything, for a review by hand.", profiles},
		{"select", "a list of strings", "Rules and classes that are on. Empty: all of the profile.", nil},
		{"ignore", "a list of strings", "Rules and classes that are off.", nil},
		{"severity", "a string", "The least severity that is reported.", severities()},
		{"confidence", "a string", "The least confidence that is reported: by default `medium`, in the other profiles `low`.", confidences()},
		{"include", "a list of strings", "The Python files that are read: patterns as in .gitignore, relative to the folder of this file. Empty: all.", nil},
		{"exclude", "a list of strings", "Files and folders that are not read: patterns as in .gitignore, relative to the folder of this file.", nil},
		{"quiet", "a list of strings", "The roles of files in which only what is grave and certain is reported, of `tests`, `migrations`, `vendored` and `generated`: by default all of them, in the other profiles none.", nil},
		{"per-file-ignores", "a table of lists of strings", "Rules and classes that are off in the files that a pattern names.", nil},
		{"timeout", "a whole number of seconds, at least 1", "The timeout that the fix of `request-without-timeout` writes, in seconds.", nil},
		{"models", "a table of sections", "What the project's own functions and classes do with data: see [models.md](models.md).", nil},
	}
}

func severities() []string {
	var names []string
	for s := analysis.Info; s <= analysis.Critical; s++ {
		names = append(names, s.String())
	}
	return names
}

func confidences() []string {
	var names []string
	for c := analysis.Unsure; c <= analysis.Certain; c++ {
		names = append(names, c.String())
	}
	return names
}

// raw is a layer as it is written.
type raw struct {
	Profile    *string             `toml:"profile" json:"profile"`
	Select     []string            `toml:"select" json:"select"`
	Ignore     []string            `toml:"ignore" json:"ignore"`
	Severity   *string             `toml:"severity" json:"severity"`
	Confidence *string             `toml:"confidence" json:"confidence"`
	Include    []string            `toml:"include" json:"include"`
	Exclude    []string            `toml:"exclude" json:"exclude"`
	Quiet      []string            `toml:"quiet" json:"quiet"`
	PerFile    map[string][]string `toml:"per-file-ignores" json:"per-file-ignores"`
	Timeout    *int                `toml:"timeout" json:"timeout"`
	Models     *models.Entries     `toml:"models" json:"models"`
}

// fault reports what is wrong with the value at a path of keys and indexes.
type fault func(reason, hint string, at ...string)

// settings checks the values of r. What is wrong is reported and left unset.
func (r *raw) settings(known []string, bad fault) Settings {
	s := Settings{Select: r.Select, Ignore: r.Ignore, Include: r.Include, Exclude: r.Exclude, Quiet: r.Quiet}
	if v, ok := choice(r.Profile, "profile", profiles, bad); ok {
		s.Profile = v
	}
	if v, ok := choice(r.Severity, "severity", severities(), bad); ok {
		x, _ := analysis.ParseSeverity(v)
		s.Severity = &x
	}
	if v, ok := choice(r.Confidence, "confidence", confidences(), bad); ok {
		x, _ := analysis.ParseConfidence(v)
		s.Confidence = &x
	}
	if r.Timeout != nil {
		if s.Timeout = *r.Timeout; s.Timeout < 1 {
			bad(fmt.Sprintf("timeout is %d", s.Timeout), "give a whole number of seconds, at least 1", "timeout")
			s.Timeout = 0
		}
	}
	checkNames(r.Select, known, bad, "select")
	checkNames(r.Ignore, known, bad, "ignore")
	for i, e := range r.Include {
		checkPattern(e, bad, "include", strconv.Itoa(i))
	}
	for i, e := range r.Exclude {
		checkPattern(e, bad, "exclude", strconv.Itoa(i))
	}
	for i, q := range r.Quiet {
		if !slices.Contains(Roles, q) {
			bad(fmt.Sprintf("unknown role of files %q", q), instead(q, Roles), "quiet", strconv.Itoa(i))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(r.PerFile)) {
		checkPattern(p, bad, "per-file-ignores", p)
		checkNames(r.PerFile[p], known, bad, "per-file-ignores", p)
		s.PerFile = append(s.PerFile, FileIgnore{Pattern: p, Names: r.PerFile[p]})
	}
	if r.Models != nil {
		problems := r.Models.Problems()
		for _, p := range problems {
			bad(p.Reason, instead(p.Given, p.Allowed), slices.Concat([]string{"models"}, p.At)...)
		}
		if len(problems) == 0 {
			s.Models = r.Models
		}
	}
	return s
}

// choice is the value if it is one of those allowed.
func choice(v *string, key string, allowed []string, bad fault) (string, bool) {
	if v == nil {
		return "", false
	}
	if slices.Contains(allowed, *v) {
		return *v, true
	}
	bad(fmt.Sprintf("unknown %s %q", key, *v), instead(*v, allowed), key)
	return "", false
}

// instead is the hint for a word that is none of those allowed.
func instead(given string, allowed []string) string {
	if c := Closest(given, allowed); c != "" {
		return fmt.Sprintf("did you mean %q?", c)
	}
	if len(allowed) == 0 {
		return ""
	}
	return "it is one of " + strings.Join(allowed, ", ")
}

func checkNames(names, known []string, bad fault, at ...string) {
	for i, n := range names {
		if err := CheckName(n, known); err != nil {
			bad(err.Reason, err.Hint, slices.Concat(at, []string{strconv.Itoa(i)})...)
		}
	}
}

// CheckName is nil if known is nil or holds the name, else what is wrong.
func CheckName(name string, known []string) *Error {
	if known == nil || slices.Contains(known, name) {
		return nil
	}
	hint := "`pavise rules` lists them"
	if c := Closest(name, known); c != "" {
		hint = fmt.Sprintf("did you mean %q?", c)
	}
	return &Error{Reason: fmt.Sprintf("unknown rule or class %q", name), Hint: hint}
}

func checkPattern(p string, bad fault, at ...string) {
	if _, ok := parsePattern(p); !ok {
		bad(fmt.Sprintf("%q is not a pattern", p), "write it as in .gitignore", at...)
	}
}
