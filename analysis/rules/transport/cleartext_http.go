package transport

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed cleartext_http.md
var cleartextHTTPPage string

// CleartextHttp: clear-text URL for a remote service.
var CleartextHttp = &analysis.Rule{
	ID:         "cleartext-http",
	Class:      "transport",
	Title:      "Clear-text URL for a remote service",
	CWE:        []int{319},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{Semgrep: []string{
		"request-with-http", "request-session-with-http", "request-session-http-in-with-context", "insecure-urlopen", "insecure-urlretrieve", "insecure-request-object",
		"insecure-openerdirector-open", "insecure-urlopener-open", "insecure-urlopener-retrieve", "http-not-https-connection",
	}},
	Page:   cleartextHTTPPage,
	Yields: []*analysis.Rule{CredentialsOverCleartext, CleartextProtocolClient},
	Checks: []analysis.Check{
		analysis.Sinks{Kind: models.URL, Run: judgeAddress},
		analysis.Settings{Names: []string{
			"BASE_URL", "SITE_URL", "API_URL", "API_BASE_URL", "WEBHOOK_URL", "CALLBACK_URL", "PUBLIC_URL", "BACKEND_URL", "FRONTEND_URL", "SERVICE_URL", "AUTH_URL", "TOKEN_URL",
		}, Run: judgeAddressSetting},
	},
}

// plainConnections are the calls that are given a host and speak HTTP with it.
var plainConnections = map[string]bool{"http.client.HTTPConnection": true, "urllib3.HTTPConnectionPool": true}

func judgeAddress(p *analysis.Pass, e *flow.Event, s *models.Sink) {
	a := e.SinkArg(s)
	if a == nil {
		return
	}
	text := analysis.Beginning(a.Value)
	if plainConnections[e.Name] {
		if host := analysis.HostOf(text); analysis.PublicHost(host) && !strings.ContainsAny(text, "/{}") {
			p.Report(e, sure(p, analysis.Likely), "This connection to "+host+" is HTTP, unencrypted: "+cleartextHarm+" Use the class for HTTPS.")
		}
		return
	}
	if host := cleartextHost(text); host != "" {
		c := analysis.Likely
		if strings.HasPrefix(e.Name, "selenium.") || strings.HasPrefix(e.Name, "playwright.") {
			c = analysis.Unsure // a browser shows what it gets, and follows to HTTPS
		}
		p.Report(e, sure(p, c), "What goes to "+host+" goes over "+text[:strings.IndexByte(text, ':')]+", unencrypted: "+cleartextHarm+" Use "+secured(text)+".")
	}
}

func judgeAddressSetting(p *analysis.Pass, s *analysis.Setting) {
	text := analysis.Beginning(s.Given)
	if host := cleartextHost(text); host != "" && analysis.SettingsFile(p.Path) && p.Deployed(s.Event) {
		p.ReportSetting(s, sure(p, analysis.Likely), s.Name+" names "+host+" by an address that is not encrypted: "+cleartextHarm+" Use "+secured(text)+".")
	}
}

func secured(text string) string {
	if strings.HasPrefix(text, "ws:") {
		return "wss://"
	}
	return "https://"
}

// cleartextHost is the machine elsewhere that a text names in a URL which is not
// encrypted, "" if it names none.
func cleartextHost(text string) string {
	rest, ok := strings.CutPrefix(text, "http://")
	if !ok {
		rest, ok = strings.CutPrefix(text, "ws://")
	}
	if host := analysis.HostOf(rest); ok && analysis.PublicHost(host) {
		return host
	}
	return ""
}
