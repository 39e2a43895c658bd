package session

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed session_cookie_settings.md
var sessionCookieSettingsPage string

// SessionCookieSettings: session cookie configuration weak or missing.
var SessionCookieSettings = &analysis.Rule{
	ID:         "session-cookie-settings",
	Class:      "session",
	Title:      "Session cookie configuration weak or missing",
	CWE:        []int{614, 1004, 1275},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       sessionCookieSettingsPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: cookieSettings, Run: judgeCookieSetting},
		analysis.Calls{Names: []string{
			"*.add_middleware", "starlette.middleware.Middleware", "starlette.middleware.sessions.SessionMiddleware",
		}, Run: judgeMiddleware},
		analysis.Calls{Names: []string{
			"pyramid.session.SignedCookieSessionFactory", "pyramid.session.BaseCookieSessionFactory", "pyramid.session.UnencryptedCookieSessionFactoryConfig",
			"pyramid.authentication.AuthTktAuthenticationPolicy", "pyramid.authentication.AuthTktCookieHelper",
		}, Run: judgePyramid},
		analysis.Calls{Names: []string{
			"aiohttp_session.cookie_storage.EncryptedCookieStorage", "aiohttp_session.nacl_storage.NaClCookieStorage",
			"aiohttp_session.redis_storage.RedisStorage", "aiohttp_session.SimpleCookieStorage", "aiohttp_session.memcached_storage.MemcachedStorage",
		}, Run: judgeStorage},
		analysis.Calls{Names: []string{"flask_talisman.Talisman", "flask_talisman.Talisman.init_app"}, Run: judgeTalisman},
		analysis.Whole{Calls: []string{"flask.Flask", "quart.Quart"}, Hidden: true, Run: judgeMissing},
	},
}

// cookieSettings are the settings of the cookies that hold a session.
var cookieSettings = []string{
	"SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "REMEMBER_COOKIE_SECURE", "REMEMBER_COOKIE_HTTPONLY",
	"REMEMBER_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE", "JWT_COOKIE_SECURE", "JWT_COOKIE_SAMESITE",
}

// consequences of what a setting takes away, by the end of its name.
var consequences = map[string]string{
	"_SECURE":   ": browsers also send the cookie over HTTP, where anyone on the way can read it.",
	"_HTTPONLY": ": a script that gets into a page can read the cookie and take the session over.",
	"_SAMESITE": ": every other site can send requests with the cookie.",
}

func judgeCookieSetting(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	end := s.Name[strings.LastIndexByte(s.Name, '_'):]
	says, sure := " is switched off", analysis.Certain
	off := analysis.FlagOf(s.Given) == analysis.Off
	if end == "_SAMESITE" {
		off = off || isNoneText(s.Given)
		says, sure = " = None", analysis.Likely
	}
	if !off {
		if d := analysis.Default(s.Expression()); d.OK() && d.Str() == "False" && end != "_SAMESITE" {
			p.ReportSetting(s, analysis.Unsure, s.Name+" is off unless the environment says otherwise"+consequences[end])
		}
		return
	}
	d := p.ReportSetting(s, sure, s.Name+says+consequences[end])
	if end == "_SAMESITE" {
		d.Severity = analysis.Low
	}
}

func isNoneText(v *flow.Value) bool {
	s, ok := v.Str()
	return ok && strings.EqualFold(s, "none")
}

// judgeMiddleware judges how Starlette's session middleware is added.
func judgeMiddleware(p *analysis.Pass, e *flow.Event) {
	name, args := analysis.Middleware(e)
	if !strings.HasSuffix(name, ".SessionMiddleware") || !p.Deployed(e) {
		return
	}
	switch analysis.OptionFlag(args, "https_only") {
	case analysis.Off:
		p.Report(e, analysis.Certain, "The session cookie is set with https_only=False"+consequences["_SECURE"])
		return
	case analysis.Absent:
		p.Report(e, analysis.Likely, "The session cookie is set without https_only=True"+consequences["_SECURE"])
		return
	}
	if a, _ := analysis.Option(args, "same_site"); a != nil && isNoneText(a.Value) {
		p.Report(e, analysis.Likely, `The session cookie is set with same_site="none"`+consequences["_SAMESITE"]).Severity = analysis.Low
	}
}

func judgePyramid(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	httpOnly := "httponly"
	if strings.HasPrefix(e.Name, "pyramid.authentication.") {
		httpOnly = "http_only"
	}
	judgeCall(p, e, "secure", httpOnly, "cookie_secure", "cookie_httponly")
}

// judgeStorage judges aiohttp_session, whose cookies are HttpOnly by default.
func judgeStorage(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	if f := analysis.OptionFlag(e.Args, "httponly"); f == analysis.Off {
		p.Report(e, analysis.Certain, "The session cookie is set with httponly=False"+consequences["_HTTPONLY"])
		return
	}
	judgeCall(p, e, "secure", "", "", "")
}

// judgeCall judges the attributes that a call gives the session's cookie; the
// last two are the names of older versions.
func judgeCall(p *analysis.Pass, e *flow.Event, secure, httpOnly, oldSecure, oldHTTPOnly string) {
	for _, x := range []struct{ name, old, end string }{{secure, oldSecure, "_SECURE"}, {httpOnly, oldHTTPOnly, "_HTTPONLY"}} {
		if x.name == "" {
			continue
		}
		names := []string{x.name}
		if x.old != "" {
			names = append(names, x.old)
		}
		switch analysis.OptionFlag(e.Args, names...) {
		case analysis.Off:
			p.Report(e, analysis.Certain, "The session cookie is set with "+x.name+"=False"+consequences[x.end])
			return
		case analysis.Absent:
			p.Report(e, analysis.Likely, "The session cookie is set without "+x.name+"=True"+consequences[x.end])
			return
		}
	}
}

func judgeTalisman(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	for name, end := range map[string]string{"session_cookie_secure": "_SECURE", "session_cookie_http_only": "_HTTPONLY"} {
		if analysis.OptionFlag(e.Args, name) == analysis.Off {
			p.Report(e, analysis.Certain, name+"=False takes an attribute off the session cookie"+consequences[end])
		}
	}
}

// judgeMissing says, in an audit, that an application with sessions leaves their
// cookie as the framework sets it.
func judgeMissing(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !o.Mentions("session[", "session.get(", "login_user", "LoginManager", "flask_session", "session.permanent") {
		return
	}
	if o.Mentions("SESSION_COOKIE_SECURE", "Talisman", "from_envvar", "from_pyfile", "from_prefixed_env", "from_file") {
		return
	}
	p.Report(e, analysis.Unsure, "This application keeps sessions and does not set SESSION_COOKIE_SECURE"+consequences["_SECURE"])
}
