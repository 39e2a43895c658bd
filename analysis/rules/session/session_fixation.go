package session

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed session_fixation.md
var sessionFixationPage string

// SessionFixation: session identifier kept across login.
var SessionFixation = &analysis.Rule{
	ID:         "session-fixation",
	Class:      "session",
	Title:      "Session identifier kept across login",
	CWE:        []int{384},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       sessionFixationPage,
	Checks: []analysis.Check{
		analysis.Sinks{Kind: models.Session, Run: loginWrite},
		analysis.Sets{Names: []string{"flask.Config[SESSION_PROTECTION]", "SESSION_PROTECTION", "flask_login.LoginManager.session_protection"}, Run: protectionOff},
	},
}

var (
	identity = regexp.MustCompile(`(?i)^_?(?:auth_?|current_?|logged_?in_?)?(?:user|uid|user_?id|user_?name|account_?id|member_?id|customer_?id|login|email)$`)
	login    = regexp.MustCompile(`(?i)log_?in|sign_?in|authenticate|logon`)
	renewal  = regexp.MustCompile(`^(?:clear|cycle_key|flush|rotate_token|new_session|regenerate|regenerate_id|invalidate|renew|reset|login|login_user|auth_login|django_login|remember|changed|new_csrf_token|delete)$`)
)

// loginWrite objects to a login that writes who somebody is into a session
// which the server keeps, under the identifier that was there before.
func loginWrite(p *analysis.Pass, e *flow.Event, _ *models.Sink) {
	if e.Kind != flow.Assigned || !kept(p, e.Name) {
		return
	}
	key := e.Name[strings.LastIndexByte(e.Name, '[')+1:]
	if !identity.MatchString(strings.TrimSuffix(key, "]")) {
		return
	}
	fn := function(e.Node)
	if !fn.OK() || !isLogin(fn) || renews(fn) {
		return
	}
	p.Report(e, analysis.Likely, "This login keeps the session identifier that was there before, so someone who planted it is logged in as well. Begin a new session first.")
}

// kept reports whether the server keeps the session and the client only its
// identifier: a signed cookie has none that could be planted.
func kept(p *analysis.Pass, name string) bool {
	switch {
	case strings.HasPrefix(name, "flask."):
		return p.Imports("flask_session")
	case strings.HasPrefix(name, "starlette."):
		return p.Imports("starsessions")
	}
	return strings.HasPrefix(name, "django.") || strings.HasPrefix(name, "aiohttp_session.") || strings.HasPrefix(name, "cherrypy.") ||
		strings.HasPrefix(name, "pyramid.") && p.Imports("pyramid_beaker")
}

func function(n syntax.Node) syntax.Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition {
			return p
		}
	}
	return syntax.Node{}
}

// isLogin reports whether a function is a login by its name, that of its class,
// or its route.
func isLogin(fn syntax.Node) bool {
	if login.MatchString(fn.Child(syntax.FieldName).Str()) || login.MatchString(fn.Unit().Parent) {
		return true
	}
	if d := fn.Parent(); d.Kind() == syntax.KindDecoratedDefinition {
		for c := range d.NamedChildren() {
			if c.Kind() == syntax.KindDecorator && login.MatchString(c.Str()) && !strings.Contains(c.Str(), "login_required") {
				return true
			}
		}
	}
	return false
}

// renews reports whether a function begins a new session, or has the framework
// do it.
func renews(fn syntax.Node) bool {
	for d := range fn.Descendants() {
		if d.Kind() != syntax.KindCall {
			continue
		}
		name := d.Child(syntax.FieldFunction).Str()
		if renewal.MatchString(name[strings.LastIndexByte(name, '.')+1:]) {
			return true
		}
	}
	return false
}

func protectionOff(p *analysis.Pass, e *flow.Event) {
	if e.Value == nil || !e.Value.IsNone() {
		return
	}
	p.Report(e, analysis.Likely, "Flask-Login no longer notices a session cookie that another machine uses. Set the protection to \"basic\" or \"strong\".")
}
