package logging

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed log_injection.md
var logInjectionPage string

// LogInjection: request data written to a log with its line ends.
var LogInjection = &analysis.Rule{
	ID:         "log-injection",
	Class:      "logging",
	Title:      "Request data written to a log with line breaks",
	CWE:        []int{117},
	OWASP2021:  "A09:2021 Security Logging and Monitoring Failures",
	OWASP2025:  "A09:2025 Security Logging and Alerting Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Page:       logInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Log,
			Judge: judge,
			Says: func(_ *flow.Event, r flow.Reach) string {
				return analysis.Data(r) + " is written to this log with its line ends, so the client can add lines that look like the program's own. Write it with %r."
			},
		},
	},
	Yields: []*analysis.Rule{SensitiveDataLogged},
}

// judge objects to a text of the client's own in a line of text. It is unsure
// of whole mappings and documents, which are written as repr writes them, of
// what unknown functions gave, and of arguments beside the message: those a
// formatter or a collector can still tell apart.
func judge(p *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Remote || strings.HasSuffix(r.Origin.Label, ".headers") {
		return 0, false // no line end gets through a server's reading of headers
	}
	switch {
	case r.Weak, r.Origin.Vague, structured(p), document(r), !inMessage(e, r):
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}

// inMessage reports whether the data is part of the message itself.
func inMessage(e *flow.Event, r flow.Reach) bool {
	if e.Name == "print" || len(e.Args) == 0 {
		return false
	}
	message := &e.Args[0]
	if m := flow.FindArg(e.Args, "msg"); m != nil {
		message = m
	}
	for _, x := range flow.Reaching(message.Value, message.Node, models.Log) {
		if x.Node == r.Node && x.Origin.Node == r.Origin.Node {
			return true
		}
	}
	return false
}

// structured reports whether the file sets up or uses logs that are not lines.
func structured(p *analysis.Pass) bool {
	return p.Imports("structlog") || p.Imports("pythonjsonlogger") || p.Imports("json_log_formatter") || p.Imports("ecs_logging")
}

// document reports whether the data is a whole part of a request and not an
// item of it.
func document(r flow.Reach) bool {
	if !r.Origin.Node.OK() || !r.Node.OK() {
		return false
	}
	label := flow.Label(r.Node)
	return label == r.Origin.Label && r.Origin.Node.Kind() == syntax.KindAttribute && !textual(label)
}

// textual recognises the attributes of a request that are texts.
func textual(label string) bool {
	switch label[strings.LastIndexByte(label, '.')+1:] {
	case "path", "url", "full_path", "query_string", "referrer", "referer", "host", "path_info", "raw_path", "filename", "name", "data", "body", "username", "base_url", "content_type", "uri":
		return true
	}
	return false
}
