package config

import (
	"fmt"
	"strings"
)

// Error is one fault in a configuration: where, why, and what to do.
type Error struct {
	Path         string // of the file; "" for an editor's settings or flags
	Line, Column uint32 // from zero; the column counts bytes
	Reason       string // `unknown rule or class "sql-injecton"`
	Hint         string // `did you mean "sql-injection"?`, or ""
}

func (e *Error) Error() string {
	s := e.Reason
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	if e.Path == "" {
		return s
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line+1, e.Column+1, s)
}

// Errors are all the faults that were found in one configuration, at least
// one.
type Errors []*Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, x := range e {
		all[i] = x
	}
	return all
}
