package auth

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed insecure_http_basic.md
var insecureHTTPBasicPage string

// InsecureHTTPBasic: HTTP Basic used without safe comparison or TLS.
var InsecureHTTPBasic = &analysis.Rule{
	ID:         "insecure-http-basic",
	Class:      "auth",
	Title:      "HTTP Basic used without safe comparison or TLS",
	CWE:        []int{522, 319},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Semgrep: []string{"use-of-basic-authentication"}},
	Page:       insecureHTTPBasicPage,
	Checks: []analysis.Check{
		analysis.Decides{Run: judgeBasic},
		analysis.Settings{Names: []string{"REST_FRAMEWORK", "DEFAULT_AUTHENTICATION_CLASSES"}, Run: judgeBasicDefault},
	},
}

// basicData recognises what a request says by HTTP Basic.
var basicData = regexp.MustCompile(`(?i)(?:^|\.)(?:authorization|basic_?auth)$|^(?:http_?)?(?:basic_?)?(?:credentials?|creds?|auth)$`)

func judgeBasic(p *analysis.Pass, e *flow.Event) {
	if e.Name != "==" && e.Name != "!=" || analysis.InTests(p.Path) {
		return
	}
	for i := range e.Args {
		a, other := &e.Args[i], &e.Args[1-i]
		if !passwordMember(a) || other.Value.IsNone() || isDigest(other) {
			continue
		}
		if s, ok := other.Value.Str(); ok && s == "" {
			continue
		}
		for j := range a.Value.Origins {
			o := &a.Value.Origins[j]
			if o.Tier != models.Remote || !basicData.MatchString(strings.TrimSuffix(o.Label, ".password")) {
				continue
			}
			p.ReportReach(e, flow.Reach{Origin: *o, Node: a.Node}, analysis.Likely, "The password of HTTP Basic is compared with "+e.Name+", which takes longer the more of it is right: it can be found piece by piece. Compare encoded texts with secrets.compare_digest.")
			return
		}
	}
}

func isDigest(a *flow.Arg) bool { is, _ := a.Value.Digest(); return is }

// passwordMember reports whether an expression is the password of credentials, or
// a name that says so.
func passwordMember(a *flow.Arg) bool {
	n := a.Node
	name := n.Str()
	switch n.Kind() {
	case syntax.KindAttribute:
		name = n.Child(syntax.FieldAttribute).Str()
	case syntax.KindSubscript:
		name = strings.Trim(n.Child(syntax.FieldSubscript).Str(), `"'`)
	case syntax.KindIdentifier:
	default:
		return false
	}
	return strings.Contains(strings.ToLower(name), "pass") || name == "pwd" || name == "pw"
}

// judgeBasicDefault is unsure of an API that takes passwords with every request:
// it may be reached by TLS only.
func judgeBasicDefault(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	list := s.Given
	if s.Name == "REST_FRAMEWORK" {
		if list = s.Given.Key("DEFAULT_AUTHENTICATION_CLASSES"); list == nil {
			return
		}
	}
	for _, c := range flow.ConstTexts(list) {
		if strings.HasSuffix(c, ".BasicAuthentication") {
			p.ReportSetting(s, analysis.Likely, "BasicAuthentication takes the password of an account with every request of the API: without TLS anyone on the way reads it, and it never expires. Use tokens or sessions.")
			return
		}
	}
}
