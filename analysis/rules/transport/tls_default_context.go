package transport

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed tls_default_context.md
var tlsDefaultContextPage string

// TLSDefaultContext: deprecated wrap_socket or context with insecure defaults.
var TLSDefaultContext = &analysis.Rule{
	ID:         "tls-default-context",
	Class:      "transport",
	Title:      "Deprecated wrap_socket or context with insecure defaults",
	CWE:        []int{327},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Bandit: []string{"B504"}, Ruff: []string{"S504"}, Semgrep: []string{"ssl-wrap-socket-is-deprecated"}},
	Page:       tlsDefaultContextPage,
	Yields:     []*analysis.Rule{TLSVerificationDisabled},
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"ssl.wrap_socket", "ssl.SSLContext", "ssl._create_stdlib_context"}, Run: judgeContext},
	},
}

func judgeContext(p *analysis.Pass, e *flow.Event) {
	if slices.ContainsFunc(e.Args, func(a flow.Arg) bool { return weakVersions[lastName(a.Node)] != "" || a.Name == "**" }) {
		return // said at the version
	}
	if e.Name == "ssl.wrap_socket" {
		p.Report(e, sure(p, analysis.Certain), "ssl.wrap_socket checks neither the certificate, by default, nor the name of the server, and Python 3.12 no longer has it. Use wrap_socket of ssl.create_default_context() with server_hostname.")
		return
	}
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		a = flow.FindArg(e.Args, "protocol")
	}
	if a != nil && lastName(a.Node) != "PROTOCOL_TLS" && lastName(a.Node) != "PROTOCOL_SSLv23" {
		return
	}
	c := analysis.Likely
	if e.Func == "" || settledLater(e.Node) {
		c = analysis.Unsure
	}
	p.Report(e, sure(p, c), "A context made this way checks no certificate and no host name until it is told to. Use ssl.create_default_context().")
}

// lastName is the last part of a dotted name.
func lastName(n syntax.Node) string {
	s := n.Str()
	return s[strings.LastIndexByte(s, '.')+1:]
}

// settledLater reports whether the function around a context goes on to say how
// certificates are checked, or uses it for a server.
func settledLater(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition || !p.Parent().OK() {
			text := p.Str()
			return slices.ContainsFunc([]string{"verify_mode", "check_hostname", "load_cert_chain", "server_side", "set_alpn"}, func(s string) bool { return strings.Contains(text, s) })
		}
	}
	return false
}
