// Package analysis holds the words that rules, engine, fixes and reports
// share: Rule, the shapes of a check, Pass, Finding, Severity, Confidence.
package analysis

import (
	"pavise/analysis/models"
	"pavise/analysis/source"
)

// Severity is the impact of a finding when it is true.
type Severity uint8

// Severities, from advice to remote code execution or full data access.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads the lower-case name of a severity.
func ParseSeverity(s string) (Severity, bool) {
	for i, n := range severityNames {
		if n == s {
			return Severity(i), true
		}
	}
	return 0, false
}

// Confidence is how sure the detection is that the finding is true.
type Confidence uint8

// Confidences. The default profile shows Likely and Certain; audit shows all.
const (
	Unsure  Confidence = iota // "low"
	Likely                    // "medium"
	Certain                   // "high"
)

var confidenceNames = [...]string{"low", "medium", "high"}

func (c Confidence) String() string { return confidenceNames[c] }

// ParseConfidence reads low, medium or high.
func ParseConfidence(s string) (Confidence, bool) {
	for i, n := range confidenceNames {
		if n == s {
			return Confidence(i), true
		}
	}
	return 0, false
}

// Aliases are the ids under which other tools know the fault. They serve
// foreign suppression comments (# nosec B608, # noqa: S608) and lookups.
type Aliases struct{ Bandit, Ruff, Semgrep []string }

// Rule is the metadata of one check. Its ID is unique over all classes.
type Rule struct {
	ID    string // kebab case: "sql-injection"
	Class string // folder under analysis/rules: "sqli"
	Title string // "SQL statement built from request data"
	CWE   []int
	// OWASP holds the Top 10 categories: "A03:2021 Injection", "A05:2025 Injection".
	OWASP2021, OWASP2025 string
	Severity             Severity
	Confidence           Confidence // of an ordinary finding; a finding may carry another
	Aliases              Aliases
	Audit                bool   // by design too noisy for daily use: on in the audit profile only
	Page                 string // the embedded Markdown page
	Checks               []Check
	// Yields names rules that say the same fault better: where one of them
	// reports at the same place, this rule is silent.
	Yields []*Rule
}

// Step is one stage of the way from source to sink.
type Step struct {
	Path string      // of the file, as given to the session
	Span source.Span // absolute byte offsets in that file
	Text string      // "request.args is read here"
	Func Function    // of the program, that the data came back from here
}

// Function is a function of the program: the file that defines it and its name
// there. The zero Function is none.
type Function struct{ Path, Name string }

// Finding is one fault at one place of one version of a file.
type Finding struct {
	Rule       *Rule
	Path       string
	Span       source.Span // absolute byte offsets
	Severity   Severity
	Confidence Confidence
	Message    string      // what is wrong here, then the consequence; one or two sentences
	Kinds      models.Kind // what its data would have to be clean for; 0 for faults that no cleaning ends
	Steps      []Step      // source first, sink last; empty for faults without a path
	// Secret is a stretch of the file that no report may show, empty for none.
	Secret source.Span
	// Cause is the same for findings of one rule whose fault is one, such as a key in
	// the source that several calls use; 0 where each is a fault of its own. Rules
	// yield to others for a cause in a file as they do at a place.
	Cause uint64
	// Fingerprint is stable over moved lines: rule, code of the place, enclosing
	// qualified name, and occurrence.
	Fingerprint string
}
