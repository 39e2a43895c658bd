package session

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/session"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// CookieFlags gives a cookie the attributes that protect it.
var CookieFlags = &fix.Fix{
	Name:    "cookie-flags",
	For:     []*analysis.Rule{session.CookieNotSecure, session.CookieNotHttponly, session.CookieSamesiteWeak},
	Compute: cookieFlags,
}

// attributes of a cookie, in the order in which they are added, with the rule
// that asks for each.
var attributes = []struct {
	name, value, old string
	rule             *analysis.Rule
}{
	{"secure", "True", "secure", session.CookieNotSecure},
	{"httponly", "True", "http_only", session.CookieNotHttponly},
	{"samesite", `"Lax"`, "same_site", session.CookieSamesiteWeak},
}

func cookieFlags(s *fix.Site) []fix.Proposal {
	if target, _, ok := s.Assignment(); ok && target.Kind() == syntax.KindSubscript && !strings.Contains(s.Source(s.Node), "Set-Cookie") {
		return jarFlags(s, target)
	}
	call, ok := s.Call()
	if !ok || strings.Contains(s.Source(s.Node), "Set-Cookie") {
		return fix.Refuse("Write ; Secure; HttpOnly; SameSite=Lax behind the value of the cookie.")
	}
	csrf := false
	if a, ok := pyedit.Argument(call.Node, 0, "key"); ok {
		low := strings.ToLower(a.Value.Str())
		csrf = strings.Contains(low, "csrf") || strings.Contains(low, "xsrf")
	}
	if positions(call.Node) > 3 {
		return fix.Refuse("So many arguments are given by position that it cannot be told which are attributes: write them as keywords.")
	}
	e := s.Edits()
	var list []string
	var options [][2]string
	for _, a := range attributes {
		name := a.name
		if s.File.ImportsRoot("falcon") {
			name = a.old
		}
		given, has := pyedit.Keyword(call.Node, name)
		switch {
		case has && a.rule != s.Finding.Rule && !fix.IsFalse(given.Value):
			continue // it is decided
		case !has && a.rule != s.Finding.Rule && (byDefault(s, a.name) || a.name == "httponly" && csrf):
			continue
		}
		options = append(options, [2]string{name, a.value})
		list = append(list, name+"="+a.value)
	}
	if refusal := s.SetOptions(e, call, options...); refusal != "" {
		return fix.Refuse("%s", refusal)
	}
	return fix.Propose(e, "Browsers send the cookie over HTTPS only, hide it from scripts, and leave it out of requests from other sites: check that nothing needs it otherwise.",
		"Add %s", strings.Join(list, ", "))
}

// jarFlags sets the attributes of a cookie in a jar, behind the cookie.
func jarFlags(s *fix.Site, cookie pyedit.At) []fix.Proposal {
	var lines, list []string
	text := s.Source(cookie)
	fn := pyedit.Function(cookie.Node)
	if !fn.OK() {
		return nil
	}
	key := cookie.Child(syntax.FieldSubscript).Str()
	low := strings.ToLower(key)
	for _, a := range attributes {
		given := text + `["` + a.name + `"]`
		set := strings.Contains(fn.Str(), given) || strings.Contains(fn.Str(), text+"['"+a.name+"']") || strings.Contains(fn.Str(), text+"."+a.name)
		switch {
		case set && a.rule == s.Finding.Rule:
			return fix.Refuse("%s is set further down: change it there.", given)
		case set, a.rule != s.Finding.Rule && a.name == "httponly" && (strings.Contains(low, "csrf") || strings.Contains(low, "xsrf")):
			continue
		}
		lines = append(lines, given+" = "+a.value)
		list = append(list, a.name)
	}
	e := s.Edits()
	if !e.InsertBehind(s.Statement(), strings.Join(lines, "\n")) {
		return fix.Refuse("The line has other code on it.")
	}
	return fix.Propose(e, "Browsers send the cookie over HTTPS only, hide it from scripts, and leave it out of requests from other sites: check that nothing needs it otherwise.",
		"Set %s", strings.Join(list, ", "))
}

func positions(call syntax.Node) int {
	n := 0
	for _, a := range pyedit.Args(call) {
		if a.Name == "" {
			n++
		}
	}
	return n
}

// byDefault reports whether the framework sets an attribute by itself.
func byDefault(s *fix.Site, name string) bool {
	switch root, _, _ := strings.Cut(s.EventName(), "."); root {
	case "sanic":
		return name != "httponly"
	case "starlette", "fastapi", "litestar":
		return name == "samesite"
	case "falcon":
		return name != "samesite"
	case "":
		return name == "samesite" && (s.File.ImportsRoot("fastapi") || s.File.ImportsRoot("starlette"))
	}
	return false
}

// SecureSession gives the cookie of a session the attributes that protect it.
var SecureSession = &fix.Fix{
	Name:    "secure-session",
	For:     []*analysis.Rule{session.SessionCookieSettings, session.SessionLifetime},
	Compute: secureSession,
}

const onlyHTTPS = "Browsers send the session's cookie over HTTPS only from now on: serve the application with it, also where you develop."

func secureSession(s *fix.Site) []fix.Proposal {
	if _, _, isSetting := s.Setting(); isSetting {
		if _, isCall := s.Call(); !isCall || strings.HasSuffix(s.EventName(), ".setdefault") {
			return nil
		}
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	e := s.Edits()
	if s.Finding.Rule == session.SessionLifetime {
		return bounded(s, e, call)
	}
	var options [][2]string
	switch name := s.EventName(); {
	case name == "flask.Flask", name == "quart.Quart":
		return configure(e, call)
	case strings.HasPrefix(name, "flask_talisman."):
		for _, n := range []string{"session_cookie_secure", "session_cookie_http_only"} {
			if a, ok := pyedit.Keyword(call.Node, n); ok && fix.IsFalse(a.Value) {
				if !e.RemoveArg(call, a) {
					return fix.Refuse("A comment beside %s= would be lost.", n)
				}
				return fix.Propose(e, onlyHTTPS, "Remove %s=False", n)
			}
		}
		return fix.Refuse("What takes the attribute off comes from elsewhere: change it there.")
	case strings.HasPrefix(name, "pyramid.authentication."):
		options = [][2]string{{"secure", "True"}, {"http_only", "True"}}
	case strings.HasPrefix(name, "pyramid."):
		options = [][2]string{{"secure", "True"}, {"httponly", "True"}}
	case strings.HasPrefix(name, "aiohttp_session."):
		options = [][2]string{{"secure", "True"}}
		if a, ok := pyedit.Keyword(call.Node, "httponly"); ok && fix.IsFalse(a.Value) {
			options = append(options, [2]string{"httponly", "True"})
		}
	default:
		options = [][2]string{{"https_only", "True"}}
		if a, ok := pyedit.Keyword(call.Node, "same_site"); ok && strings.Contains(strings.ToLower(a.Value.Str()), "none") {
			options = append(options, [2]string{"same_site", `"lax"`})
		}
	}
	if refusal := s.SetOptions(e, call, options...); refusal != "" {
		return fix.Refuse("%s", refusal)
	}
	var list []string
	for _, o := range options {
		list = append(list, o[0]+"="+o[1])
	}
	return fix.Propose(e, onlyHTTPS, "Set %s", strings.Join(list, ", "))
}

// bounded gives a session an end.
func bounded(s *fix.Site, e *pyedit.Edits, call pyedit.At) []fix.Proposal {
	name, value := "max_age", "1209600"
	if strings.HasPrefix(s.EventName(), "pyramid.") {
		name, value = "timeout", "1200"
	}
	if refusal := s.SetOptions(e, call, [2]string{name, value}); refusal != "" {
		return fix.Refuse("%s", refusal)
	}
	return fix.Propose(e, "Users have to sign in again after that time.", "Set %s=%s", name, value)
}

// configure writes the settings below the line that makes a Flask application.
func configure(e *pyedit.Edits, call pyedit.At) []fix.Proposal {
	stmt := pyedit.Statement(call)
	assigned := stmt.On(stmt.NamedChild(0))
	if stmt.Kind() != syntax.KindExpressionStatement || assigned.Kind() != syntax.KindAssignment || assigned.Child(syntax.FieldLeft).Kind() != syntax.KindIdentifier {
		return fix.Refuse("Set SESSION_COOKIE_SECURE, SESSION_COOKIE_HTTPONLY and SESSION_COOKIE_SAMESITE in the application's config.")
	}
	app := assigned.Child(syntax.FieldLeft).Str()
	if !e.InsertBehind(stmt, app+`.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")`+"\n") {
		return fix.Refuse("The line has other code on it.")
	}
	return fix.Propose(e, onlyHTTPS, "Protect the session's cookie")
}
