package cors

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed cors_any_origin.md
var corsAnyOriginPage string

// CorsAnyOrigin: cORS allows every origin.
var CorsAnyOrigin = &analysis.Rule{
	ID:         "cors-any-origin",
	Class:      "cors",
	Title:      "CORS allows every origin",
	CWE:        []int{942},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"wildcard-cors"},
	},
	Page:   corsAnyOriginPage,
	Yields: []*analysis.Rule{CorsCredentialsAnyOrigin},
	Checks: []analysis.Check{
		analysis.Calls{Names: calls, Run: func(p *analysis.Pass, e *flow.Event) { judgeAny(p, e, nil) }},
		analysis.Whole{Calls: flaskCalls, Run: judgeAny},
		analysis.Settings{Names: djangoSettings, Run: judgeSwitch},
		analysis.Settings{Names: []string{
			"CORS_ORIGINS", "CORS_ORIGIN_WHITELIST", "CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_REGEX_WHITELIST", "CORS_ALLOWED_ORIGIN_REGEXES", "QUART_CORS_ALLOW_ORIGIN",
		}, Run: judgeList},
		analysis.Headers{Names: []string{"Access-Control-Allow-Origin"}, Run: judgeHeader},
	},
}

const anyOrigin = "Every origin may read the responses: a page on any site can use this service from its visitors' browsers, also where only they can reach it."

// judgeAny judges a call; o is the file as a whole, for calls that also read the
// application's configuration.
func judgeAny(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	pol, ok := read(e)
	if !ok || pol.credentials || !p.Deployed(e) {
		return // with credentials it is another rule's
	}
	if !pol.spelled && o != nil && o.Mentions("CORS_ORIGINS", "CORS_RESOURCES") {
		return
	}
	if !pol.spelled && o != nil && len(e.Args) == 0 && o.Mentions("origins") {
		return // init_app tells it
	}
	p.Report(e, analysis.Likely, anyOrigin+widen)
}

func judgeSwitch(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	switch {
	case analysis.FlagOf(s.Given) == analysis.On:
		p.ReportSetting(s, analysis.Certain, anyOrigin+widen)
	case analysis.Default(s.Expression()).OK() && analysis.Default(s.Expression()).Str() == "True":
		p.ReportSetting(s, analysis.Likely, anyOrigin+" That is so unless the environment says otherwise."+widen)
	}
}

func judgeList(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	pattern := strings.Contains(s.Name, "REGEX") && slices.ContainsFunc(flow.ConstTexts(s.Given), everything)
	switch {
	case anything(s.Given) || pattern:
		p.ReportSetting(s, analysis.Likely, anyOrigin+widen)
	case defaultsToAll(s.Expression()):
		p.ReportSetting(s, analysis.Unsure, anyOrigin+" That is so unless the environment says otherwise."+widen)
	}
}

func judgeHeader(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Str()
	if ok && strings.TrimSpace(text) == "*" && p.Deployed(s.Event) && !configured(s.At) {
		p.ReportSetting(s, analysis.Likely, anyOrigin+widen)
	}
}

// configured reports whether a header is only written where a setting says so.
func configured(n syntax.Node) bool {
	for n = n.Parent(); n.OK(); n = n.Parent() {
		if k := n.Kind(); k == syntax.KindIfStatement || k == syntax.KindElifClause {
			cond := strings.ToLower(n.Child(syntax.FieldCondition).Str())
			if strings.Contains(cond, "allow") || strings.Contains(cond, "cors") || strings.Contains(cond, "origin") || strings.Contains(cond, "wildcard") {
				return true
			}
		}
	}
	return false
}
