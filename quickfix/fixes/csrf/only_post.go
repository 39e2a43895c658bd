package csrf

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/csrf"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// OnlyPost has a handler that changes something answer no GET.
var OnlyPost = &fix.Fix{
	Name:    "only-post",
	For:     []*analysis.Rule{csrf.StateChangeOnGet},
	Compute: onlyPost,
}

func onlyPost(s *fix.Site) []fix.Proposal {
	def := s.Node
	for def.OK() && def.Kind() != syntax.KindFunctionDefinition {
		def = def.On(def.Parent())
	}
	if !def.OK() {
		return fix.Refuse("The handler cannot be told.")
	}
	e := s.Edits()
	done := false
	if p := def.Parent(); p.OK() && p.Kind() == syntax.KindDecoratedDefinition {
		for c := range p.NamedChildren() {
			if c.Kind() != syntax.KindDecorator {
				continue
			}
			switch changed, refusal := postDecorator(s, e, def.On(c.NamedChild(0))); {
			case refusal != "":
				return fix.Refuse("%s", refusal)
			case changed:
				done = true
			}
		}
	}
	if !done {
		if def.Unit().Parent != "" {
			return fix.Refuse("Move what changes data into a method for POST, and send a form to it.")
		}
		if !s.File.ImportsRoot("django") {
			return fix.Refuse("Where the handler is registered is not to be seen here: take only POST there.")
		}
		at := def.Abs().Start
		name := e.Use(def, "django.views.decorators.http", "require_POST", pyedit.From)
		e.Insert(s.File.LineStart(at), s.File.Indent(at)+"@"+name+s.File.EOL)
	}
	return fix.Propose(e, "Links to this address stop working: send a form by POST to it, with a CSRF token.", "Take only POST")
}

// postDecorator has one decorator register the handler for POST and not for GET.
func postDecorator(s *fix.Site, e *pyedit.Edits, d pyedit.At) (changed bool, refusal string) {
	callee, call := d, d.Kind() == syntax.KindCall
	if call {
		callee = d.On(d.Child(syntax.FieldFunction))
	}
	switch name := analysis.CalleeName(callee.Node); name {
	case "get":
		if callee.Kind() == syntax.KindAttribute && call {
			e.ReplaceNode(callee.On(callee.Child(syntax.FieldAttribute)), "post")
			return true, ""
		}
	case "view_config":
		if !call || !strings.HasPrefix(s.File.Resolve(callee.Node), "pyramid.") {
			return false, ""
		}
		if a, ok := pyedit.Keyword(d.Node, "request_method"); ok {
			if text := strings.Trim(a.Value.Str(), `"'`); text == "GET" {
				e.ReplaceNode(d.On(a.Value), `"POST"`)
				return true, ""
			}
			return postList(s, e, d.On(a.Value), "POST")
		}
		return e.AddKeyword(d, "request_method", `"POST"`), ""
	case "api_view":
		if !call {
			return false, "Say which methods api_view takes."
		}
		if len(pyedit.Args(d.Node)) == 0 {
			e.AddPositional(d, 0, `["POST"]`)
			return true, ""
		}
		return postList(s, e, d.On(pyedit.Args(d.Node)[0].Value), "POST")
	case "route", "api_route", "action":
		if !call {
			return false, ""
		}
		keyword, post := "methods", "POST"
		root, _, _ := strings.Cut(s.File.Resolve(callee.Node), ".")
		if name == "action" {
			post = "post"
		}
		if a, ok := pyedit.Keyword(d.Node, keyword); ok {
			return postList(s, e, d.On(a.Value), post)
		}
		if root == "bottle" {
			if _, ok := pyedit.Keyword(d.Node, "method"); ok || len(pyedit.Args(d.Node)) > 1 {
				return false, "Take GET out of the methods of the route."
			}
			return e.AddKeyword(d, "method", `"POST"`), ""
		}
		if callee.Kind() == syntax.KindIdentifier {
			return false, "Which arguments this decorator takes is not to be seen here: have it register the handler for POST."
		}
		return e.AddKeyword(d, keyword, `["`+post+`"]`), ""
	}
	return false, ""
}

// postList takes GET out of a list of methods, or puts POST in its place.
func postList(s *fix.Site, e *pyedit.Edits, list pyedit.At, post string) (changed bool, refusal string) {
	switch list.Kind() {
	case syntax.KindList, syntax.KindTuple, syntax.KindSet:
	default:
		return false, "The methods of the route are not written here: take GET out of " + s.Source(list) + "."
	}
	others := 0
	var get syntax.Node
	for c := range list.NamedChildren() {
		switch strings.ToUpper(strings.Trim(c.Str(), `"'`)) {
		case "GET":
			get = c
		case "HEAD", "OPTIONS":
		default:
			others++
		}
	}
	switch {
	case !get.OK():
		return false, ""
	case others > 0:
		return e.RemoveElement(list, get), ""
	}
	e.ReplaceNode(list.On(get), `"`+post+`"`)
	return true, ""
}
