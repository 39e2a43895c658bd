package cors

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed cors_credentials_any_origin.md
var corsCredentialsAnyOriginPage string

// CorsCredentialsAnyOrigin: cORS with credentials for arbitrary origins.
var CorsCredentialsAnyOrigin = &analysis.Rule{
	ID:         "cors-credentials-any-origin",
	Class:      "cors",
	Title:      "CORS with credentials for arbitrary origins",
	CWE:        []int{942, 346},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       corsCredentialsAnyOriginPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: append(append([]string{}, calls...), flaskCalls...), Run: judgeCredentials},
		analysis.Whole{Sets: djangoSettings, Run: judgeTogether},
	},
}

const withCookies = "Every origin may read the responses, and the browser sends the user's cookies along: any site that a user visits can read and change what is theirs."

func judgeCredentials(p *analysis.Pass, e *flow.Event) {
	if pol, ok := read(e); ok && pol.credentials && p.Deployed(e) {
		p.Report(e, analysis.Certain, withCookies+widen)
	}
}

// judgeTogether judges two settings of django-cors-headers together.
func judgeTogether(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.FlagOf(e.Value) != analysis.On || !p.Deployed(e) {
		return
	}
	if v := o.Value("CORS_ALLOW_CREDENTIALS"); v != nil && analysis.FlagOf(v) == analysis.On {
		p.Report(e, analysis.Certain, withCookies+widen)
	}
}
