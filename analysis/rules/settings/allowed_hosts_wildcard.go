package settings

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed allowed_hosts_wildcard.md
var allowedHostsWildcardPage string

// AllowedHostsWildcard: any Host header accepted.
var AllowedHostsWildcard = &analysis.Rule{
	ID:         "allowed-hosts-wildcard",
	Class:      "settings",
	Title:      "Any Host header accepted",
	CWE:        []int{183, 644},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       allowedHostsWildcardPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"ALLOWED_HOSTS"}, Run: judgeHosts},
		analysis.Sets{Names: []string{"ALLOWED_HOSTS"}, Run: judgeAdded},
		analysis.Calls{Names: []string{
			"*.add_middleware", "starlette.middleware.Middleware", "starlette.middleware.trustedhost.TrustedHostMiddleware", "litestar.config.allowed_hosts.AllowedHostsConfig",
		}, Run: judgeTrusted},
	},
}

const anyHost = "Requests with any Host header are answered: links that the application builds from it, such as one to reset a password, lead where the sender wants."

func judgeHosts(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) || s.At.Kind() == syntax.KindAugmentedAssignment {
		return
	}
	switch {
	case wildcard(s.Given):
		p.ReportSetting(s, analysis.Certain, anyHost)
	case strings.Trim(analysis.Default(s.Expression()).Str(), `[]() "'`) == "*":
		p.ReportSetting(s, analysis.Likely, anyHost+" That is so unless the environment says otherwise.")
	}
}

// judgeAdded judges ALLOWED_HOSTS += ["*"], where what is added is written out.
func judgeAdded(p *analysis.Pass, e *flow.Event) {
	if e.Node.Kind() == syntax.KindAugmentedAssignment && p.Deployed(e) && wildcard(e.Value) {
		p.Report(e, analysis.Certain, anyHost)
	}
}

func judgeTrusted(p *analysis.Pass, e *flow.Event) {
	name, args := analysis.Middleware(e)
	if !strings.HasSuffix(name, ".TrustedHostMiddleware") && !strings.HasSuffix(name, ".AllowedHostsConfig") || !p.Deployed(e) {
		return
	}
	if a, _ := analysis.Option(args, "allowed_hosts"); a != nil && wildcard(a.Value) {
		p.Report(e, analysis.Certain, anyHost)
	}
}

// wildcard reports whether a list of hosts has one that fits all, or all of a
// suffix under which anyone can have a name.
func wildcard(v *flow.Value) bool {
	for _, h := range flow.ConstTexts(v) {
		switch h {
		case "*", ".*", ".com", ".org", ".net", ".io", ".dev", ".app":
			return true
		}
	}
	return false
}
