package headers

import (
	_ "embed"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed hsts_weak.md
var hstsWeakPage string

// HstsWeak: hSTS missing or short.
var HstsWeak = &analysis.Rule{
	ID:         "hsts-weak",
	Class:      "headers",
	Title:      "HSTS missing or short",
	CWE:        []int{319, 523},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       hstsWeakPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"}, Run: judgeSeconds},
		analysis.Headers{Names: []string{"Strict-Transport-Security"}, Run: judgeHeader},
		analysis.Calls{Names: talisman, Run: judgeTransport},
	},
}

// halfYear is the least that a browser should remember.
const halfYear = 15552000

const remembers = "the browser soon forgets to use HTTPS, and the next request over HTTP can be read and redirected. A year is 31536000."

func judgeSeconds(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	if s.Name == "SECURE_HSTS_INCLUDE_SUBDOMAINS" {
		if analysis.FlagOf(s.Given) == analysis.Off {
			p.ReportSetting(s, analysis.Unsure, "Subdomains may still be asked over HTTP, and set cookies for this host.")
		}
		return
	}
	n, ok := s.Given.Int()
	switch {
	case ok && n <= 0:
		p.ReportSetting(s, analysis.Likely, "SECURE_HSTS_SECONDS = 0 sends no Strict-Transport-Security: the first request over HTTP can be read and redirected. A year is 31536000.")
	case ok && n < halfYear:
		p.ReportSetting(s, analysis.Likely, s.Name+" is short: "+remembers)
	}
}

func judgeHeader(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Str()
	if !ok || !p.Deployed(s.Event) {
		return
	}
	for part := range strings.SplitSeq(strings.ToLower(text), ";") {
		value, found := strings.CutPrefix(strings.ReplaceAll(part, " ", ""), "max-age=")
		if n, err := strconv.Atoi(strings.Trim(value, `"`)); found && err == nil && n < halfYear {
			p.ReportSetting(s, analysis.Certain, "max-age of Strict-Transport-Security is short: "+remembers)
		}
	}
}

func judgeTransport(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	if analysis.OptionFlag(e.Args, "strict_transport_security") == analysis.Off {
		p.Report(e, analysis.Certain, "No Strict-Transport-Security is sent: the first request over HTTP can be read and redirected. Leave the option out.")
		return
	}
	if a, _ := analysis.Option(e.Args, "strict_transport_security_max_age"); a != nil {
		if n, ok := a.Value.Int(); ok && n < halfYear {
			p.Report(e, analysis.Certain, "max-age of Strict-Transport-Security is short: "+remembers)
		}
	}
}
