// Package cors holds the fixes of what other origins may read.
package cors

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/cors"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{ListOrigins, CompareOrigin}

// ListOrigins reads the origins that are allowed from the environment.
var ListOrigins = &fix.Fix{
	Name:    "list-origins",
	For:     []*analysis.Rule{cors.CorsAnyOrigin, cors.CorsCredentialsAnyOrigin},
	Compute: listOrigins,
}

const caveat = "Scripts of other origins are kept out until CORS_ORIGINS names them, with commas between them: https://app.example.com."

// lists are the arguments that hold the origins, by the root of the call.
var lists = map[string]string{
	"flask_cors": "origins", "sanic_cors": "origins", "quart_cors": "allow_origin", "litestar": "allow_origins", "socketio": "cors_allowed_origins",
	"flask_socketio": "cors_allowed_origins", "falcon": "allow_origins",
}

func listOrigins(s *fix.Site) []fix.Proposal {
	if name, value, ok := s.Setting(); ok {
		switch {
		case strings.EqualFold(name, "Access-Control-Allow-Origin"):
			return fix.Refuse("Compare the request's Origin with a list, and send it back only if it is in it.")
		case strings.HasPrefix(name, "CORS_ALLOW_ALL"), strings.HasPrefix(name, "CORS_ORIGIN_ALLOW"), strings.Contains(name, "REGEX"):
			return nil
		case !fix.Written(value.Node):
			return fix.Refuse("The origins come from %s: change them there.", s.Source(value))
		}
		e := s.Edits()
		list := environ(e, value)
		if name == "CORS_ALLOWED_ORIGINS" || name == "CORS_ORIGIN_WHITELIST" { // which may hold no empty text
			list = "[origin for origin in " + list + " if origin]"
		}
		e.ReplaceNode(value, list)
		return fix.Propose(e, caveat, "Read the origins from CORS_ORIGINS")
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	root, _, _ := strings.Cut(s.EventName(), ".")
	name := lists[root]
	if name == "" {
		name = "allow_origins"
	}
	e := s.Edits()
	for _, a := range pyedit.Args(call.Node) {
		value := call.On(a.Value)
		switch {
		case a.Name == "allow_origin_regex":
			return fix.Refuse("Write a pattern that fits the origins that need it only, with its dots escaped.")
		case a.Name == "resources", a.Name == "defaults":
			pair := star(a.Value)
			if !pair.OK() {
				return fix.Refuse("Name the origins that need it where %s= is written.", a.Name)
			}
			e.ReplaceNode(call.On(pair), environ(e, value))
			return fix.Propose(e, caveat, "Read the origins from CORS_ORIGINS")
		case a.Name == name && fix.Written(a.Value):
			e.ReplaceNode(value, environ(e, value))
			return fix.Propose(e, caveat, "Read the origins from CORS_ORIGINS")
		case a.Name == name && a.Value.Kind() == syntax.KindIdentifier:
			def, fixed, ok := s.Definition(value)
			if !ok || fixed || !fix.Written(def.Node) {
				return fix.Refuse("The origins come from %s: change them there.", s.Source(value))
			}
			e.ReplaceNode(def, environ(e, def))
			return fix.Propose(e, caveat, "Read the origins from CORS_ORIGINS")
		case a.Name == name || a.Name == "**" || a.Name == "*":
			return fix.Refuse("The origins come from %s: change them there.", s.Source(value))
		}
	}
	if lists[root] == "" || root == "falcon" || !e.AddKeyword(call, name, environ(e, call)) {
		return fix.Refuse("Name the origins that need it.")
	}
	return fix.Propose(e, caveat, "Read the origins from CORS_ORIGINS")
}

// environ is the list of origins that the environment names.
func environ(e *pyedit.Edits, at pyedit.At) string {
	return e.Use(at, "os", "environ", pyedit.Plain) + `.get("CORS_ORIGINS", "").split(",")`
}

// star is the value of "origins" in a dict of policies.
func star(n syntax.Node) syntax.Node {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindPair && strings.Trim(d.Child(syntax.FieldKey).Str(), `"'`) == "origins" && fix.Written(d.Child(syntax.FieldValue)) {
			return d.Child(syntax.FieldValue)
		}
	}
	return syntax.Node{}
}

// CompareOrigin sends the request's Origin back only if it is in a list.
var CompareOrigin = &fix.Fix{
	Name:    "compare-origin",
	For:     []*analysis.Rule{cors.CorsOriginReflection},
	Compute: compareOrigin,
}

func compareOrigin(s *fix.Site) []fix.Proposal {
	_, value, ok := s.Setting()
	stmt := s.Statement()
	if !ok || value.Kind() != syntax.KindIdentifier || stmt.Kind() != syntax.KindExpressionStatement || !s.File.OwnLines(stmt) {
		return fix.Refuse("Take the Origin into a name, and send it back only if it is in a list of those that need it.")
	}
	if !s.File.SameLine(stmt.Abs().Start, stmt.Abs().End) {
		return fix.Refuse("Send the Origin back only if it is in a list of those that need it.")
	}
	e := s.Edits()
	list := s.File.Unique("ALLOWED_ORIGINS")
	e.AddHelper(stmt.Abs().Start, list+" = {\"https://app.example.com\"}")
	indent := s.File.Indent(stmt.Abs().Start)
	e.ReplaceNode(stmt, "if "+value.Str()+" in "+list+":\n"+indent+s.File.Step()+s.Source(stmt))
	return fix.Unfinished(fix.Propose(e, "Scripts of other origins are kept out from now on: write those that need it into "+list+".",
		"Compare %s with a list", value.Str()))
}
