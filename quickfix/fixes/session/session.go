// Package session holds the fixes of sessions.
package session

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/session"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{NewSession, CookieFlags, SecureSession}

// NewSession begins a new session before a login is written into it.
var NewSession = &fix.Fix{
	Name:    "new-session",
	For:     []*analysis.Rule{session.SessionFixation},
	Compute: newSession,
}

func newSession(s *fix.Site) []fix.Proposal {
	target, value, ok := s.Assignment()
	if !ok {
		return fix.Refuse("The assignment cannot be told.")
	}
	e := s.Edits()
	if target.Kind() != syntax.KindSubscript {
		e.ReplaceNode(value, `"strong"`)
		return fix.Propose(e, "People whose address changes have to log in again.", "Notice session cookies that another machine uses")
	}
	object := s.Source(target.On(target.Child(syntax.FieldValue)))
	stmt := pyedit.Statement(target)
	var line, caveat string
	switch name := s.EventName(); {
	case strings.HasPrefix(name, "django."):
		line, caveat = object+".cycle_key()\n", "What is in the session stays: use flush() where it must not."
	case strings.HasPrefix(name, "aiohttp_session."):
		return aiohttp(s, e, target.On(target.Child(syntax.FieldValue)))
	case strings.HasPrefix(name, "flask."), strings.HasPrefix(name, "quart."):
		line, caveat = "app.session_interface.regenerate("+object+")\n", "Flask-Session has regenerate since version 0.6: with an older one, clear the session and renew its sid."
		if s.File.BoundInModule("app") == 0 || s.File.ShadowedAt(stmt, "app") {
			line = e.Use(stmt, "flask", "current_app", pyedit.From) + ".session_interface.regenerate(" + object + ")\n"
		}
	case strings.HasPrefix(name, "cherrypy."):
		line, caveat = object+".regenerate()\n", "What is in the session stays."
	default:
		line, caveat = object+".invalidate()\n", "What was in the session is gone after the login."
	}
	if !pyedit.Simple(stmt.Node) || !e.InsertBefore(stmt, line) {
		return fix.Refuse("The assignment shares its line with another statement: begin a new session above it.")
	}
	return fix.Propose(e, caveat, "Begin a new session")
}

// aiohttp asks for a new session in the place of the one that is there.
func aiohttp(s *fix.Site, e *pyedit.Edits, object pyedit.At) []fix.Proposal {
	def, fixed, ok := s.Definition(object)
	for ok && (def.Kind() == syntax.KindAwait || def.Kind() == syntax.KindParenthesizedExpression) {
		def = def.On(def.NamedChild(0))
	}
	if !ok || fixed || def.Kind() != syntax.KindCall || s.Callee(def) != "aiohttp_session.get_session" {
		return fix.Refuse("The session is made somewhere else: use new_session(request) there.")
	}
	fn := def.On(def.Child(syntax.FieldFunction))
	e.ReplaceNode(fn, e.Use(def, "aiohttp_session", "new_session", pyedit.From))
	e.DropImport("get_session")
	return fix.Propose(e, "What was in the session is gone after the login.", "Begin a new session")
}
