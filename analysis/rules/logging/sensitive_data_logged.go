package logging

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed sensitive_data_logged.md
var sensitiveDataLoggedPage string

// SensitiveDataLogged: password, token or personal data written to a log.
var SensitiveDataLogged = &analysis.Rule{
	ID:         "sensitive-data-logged",
	Class:      "logging",
	Title:      "Password, token or personal data written to a log or console",
	CWE:        []int{532, 312},
	OWASP2021:  "A09:2021 Security Logging and Monitoring Failures",
	OWASP2025:  "A09:2025 Security Logging and Alerting Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"python-logger-credential-disclosure"}},
	Page:       sensitiveDataLoggedPage,
	Checks:     []analysis.Check{analysis.Sinks{Kind: models.Log, Run: logged}},
}

// logged looks at every value that is written.
func logged(p *analysis.Pass, e *flow.Event, _ *models.Sink) {
	for i := range e.Args {
		a := &e.Args[i]
		if a.Name == "exc_info" || a.Name == "file" || a.Name == "stack_info" || a.Name == "extra" || a.Name == "sep" || a.Name == "end" || a.Name == "flush" {
			continue
		}
		for _, x := range parts(a.Node, a.Value) {
			what, c := secret(x.node, x.value)
			if what == "" {
				continue
			}
			if e.Name == "warnings.warn" || e.Name == "print" && !web(p) || what == "token" && !web(p) {
				c = analysis.Unsure
			}
			p.Report(e, c, "`"+flow.Label(x.node)+"` is "+what+" and is written out here, so everybody who reads the log has it. Leave it out, or write a mark in its place.")
			return
		}
	}
}

// web reports whether a file has to do with requests or accounts.
func web(p *analysis.Pass) bool {
	for root := range models.Default().RemoteRoots() {
		if root != "socket" && root != "asyncio" && root != "handlers" && p.Imports(root) {
			return true
		}
	}
	return p.Imports("requests") || p.Imports("httpx") || p.Imports("jwt") || p.Imports("oauthlib") || p.Imports("bcrypt") || p.Imports("authlib")
}

// Secrets lists the expressions of the i-th argument of a log call that give
// something secret away.
func Secrets(e *flow.Event, i int) []syntax.Node {
	var out []syntax.Node
	a := &e.Args[i]
	for _, x := range parts(a.Node, a.Value) {
		if what, _ := secret(x.node, x.value); what != "" {
			out = append(out, x.node)
		}
	}
	return out
}
