package csrf

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed csrf_trust_too_wide.md
var csrfTrustTooWidePage string

// CsrfTrustTooWide: cSRF trusted origins or cookie options too wide.
var CsrfTrustTooWide = &analysis.Rule{
	ID:         "csrf-trust-too-wide",
	Class:      "csrf",
	Title:      "CSRF trusted origins or cookie options too wide",
	CWE:        []int{352},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       csrfTrustTooWidePage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{
			"CSRF_TRUSTED_ORIGINS", "CSRF_COOKIE_SAMESITE", "WTF_CSRF_SSL_STRICT",
		}, Run: judgeTrust},
	},
}

func judgeTrust(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	switch s.Name {
	case "CSRF_TRUSTED_ORIGINS":
		judgeOrigins(p, s)
	case "CSRF_COOKIE_SAMESITE":
		text, _ := s.Given.Str()
		if strings.EqualFold(text, "none") || analysis.FlagOf(s.Given) == analysis.Off {
			p.ReportSetting(s, analysis.Likely, "The cookie with the token against forged requests is sent along from every site. Leave it Lax.").Severity = analysis.Low
		}
	default:
		if analysis.FlagOf(s.Given) == analysis.Off {
			p.ReportSetting(s, analysis.Likely, "Over HTTPS the Referer is no longer compared with the host, so a page that was read over HTTP, or on another port, can send forms here.")
		}
	}
}

// judgeOrigins looks for origins that anyone can have, and for those without TLS.
func judgeOrigins(p *analysis.Pass, s *analysis.Setting) {
	for _, o := range flow.ConstTexts(s.Given) {
		scheme, host, ok := strings.Cut(o, "://")
		if !ok {
			host = o
		}
		host, _, _ = strings.Cut(host, "/")
		name, _, _ := strings.Cut(host, ":")
		switch {
		case name == "*" || shared(name):
			p.ReportSetting(s, analysis.Certain, "`"+o+"` lets anyone have an origin that is trusted: "+forged)
			return
		case scheme == "http" && !local(name):
			p.ReportSetting(s, analysis.Likely, "`"+o+"` is trusted without TLS: whoever is on the way to the user can send requests from it.")
			return
		}
	}
}

// shared reports whether a pattern fits hosts that anyone can rent.
func shared(host string) bool {
	rest, ok := strings.CutPrefix(host, "*.")
	if !ok {
		return false
	}
	switch rest {
	case "herokuapp.com", "github.io", "vercel.app", "netlify.app", "azurewebsites.net", "appspot.com", "cloudfront.net", "amazonaws.com", "ngrok.io",
		"ngrok-free.app", "onrender.com", "fly.dev", "pages.dev", "workers.dev", "web.app", "firebaseapp.com", "railway.app", "up.railway.app", "repl.co", "run.app":
		return true
	}
	return !strings.Contains(rest, ".")
}

// local reports whether a host is the developer's own machine or network.
func local(host string) bool {
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "0.0.0.0" || host == "[" || strings.HasSuffix(host, ".local") ||
		strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".test") || strings.HasPrefix(host, "192.168.") || strings.HasPrefix(host, "10.") || !strings.Contains(host, ".")
}
