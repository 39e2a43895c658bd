// Package csrf holds the fixes of protection against forged requests.
package csrf

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/csrf"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{CheckRequests, AddCheck, AddCSRFToken, OnlyPost}

// CheckRequests takes away what exempts a view from the check.
var CheckRequests = &fix.Fix{
	Name:    "check-requests",
	For:     []*analysis.Rule{csrf.CsrfDisabled},
	Compute: checkRequests,
}

const checked = "Requests without a token are refused from now on: check that all forms and scripts send one."

func checkRequests(s *fix.Site) []fix.Proposal {
	if _, _, ok := s.Setting(); ok {
		return nil
	}
	if d := s.Node.Parent(); d.OK() && d.Kind() == syntax.KindDecorator && !optional(s) {
		decorator := s.Node.On(d)
		if !s.File.OwnLines(decorator) {
			return fix.Refuse("The decorator shares its line with other code.")
		}
		if list := exempted(s); list > 1 {
			return fix.Refuse("The decorator holds others too: take csrf_exempt out of it.")
		}
		e := s.Edits()
		e.DeleteLines(decorator)
		e.DropImport("csrf_exempt", "method_decorator")
		return fix.Propose(e, checked, "Remove @%s", short(s.Source(s.Node)))
	}
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("Take what exempts the view away, and send the token with its requests.")
	}
	for _, name := range []string{"require_csrf", "xsrf_cookies", "check_origin"} {
		a, ok := pyedit.Keyword(call.Node, name)
		if !ok || !fix.IsFalse(a.Value) {
			continue
		}
		e := s.Edits()
		e.ReplaceNode(call.On(a.Value), "True")
		return fix.Propose(e, checked, "Set %s=True", name)
	}
	if strings.HasSuffix(s.EventName(), ".csrf_exempt") {
		if a, ok := pyedit.Positional(call.Node, 0); ok && len(pyedit.Args(call.Node)) == 1 {
			e := s.Edits()
			e.ReplaceNode(call, s.Source(call.On(a.Value)))
			e.DropImport("csrf_exempt")
			return fix.Propose(e, checked, "Remove csrf_exempt")
		}
	}
	return fix.Refuse("Take what exempts the view away, and send the token with its requests.")
}

// optional reports whether the decorator says more than that it exempts.
func optional(s *fix.Site) bool {
	name := s.EventName()
	return strings.HasPrefix(name, "pyramid.") || strings.HasPrefix(name, "tornado.")
}

// exempted counts the decorators that a method_decorator holds.
func exempted(s *fix.Site) int {
	call, ok := s.Call()
	if !ok {
		return 1
	}
	a, ok := pyedit.Positional(call.Node, 0)
	if !ok || a.Value.Kind() != syntax.KindList && a.Value.Kind() != syntax.KindTuple {
		return 1
	}
	return a.Value.NamedCount()
}

func short(text string) string {
	if len(text) > 50 {
		return text[:strings.IndexAny(text+"(", "(")]
	}
	return text
}

// AddCheck adds the check to an application.
var AddCheck = &fix.Fix{
	Name:    "add-csrf-check",
	For:     []*analysis.Rule{csrf.CsrfProtectionMissing},
	Compute: addCheck,
}

const middleware = "django.middleware.csrf.CsrfViewMiddleware"

func addCheck(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if _, list, ok := s.Setting(); ok {
		if k := list.Kind(); k != syntax.KindList && k != syntax.KindTuple {
			return fix.Refuse("The list comes from elsewhere: put %s into it there, behind the sessions.", middleware)
		}
		at, i := -1, 0
		for c := range list.NamedChildren() {
			if c.Kind() == syntax.KindComment {
				continue
			}
			lit, _ := python.ParseString(c)
			if name, _ := lit.Const(); strings.HasSuffix(name, ".SessionMiddleware") || at >= 0 && strings.HasSuffix(name, ".CommonMiddleware") {
				at = i + 1
			}
			i++
		}
		if at < 0 || !e.InsertElement(list, at, `"`+middleware+`"`) {
			return fix.Refuse("Put %s into the list, behind the sessions.", middleware)
		}
		return fix.Propose(e, checked, "Add CsrfViewMiddleware")
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	if strings.HasPrefix(s.EventName(), "tornado.") {
		if refusal := s.SetOptions(e, call, [2]string{"xsrf_cookies", "True"}); refusal != "" {
			return fix.Refuse("%s", refusal)
		}
		return fix.Propose(e, checked+" Templates put it out with {% module xsrf_form_html() %}.", "Set xsrf_cookies=True")
	}
	stmt := pyedit.Statement(call)
	assigned := stmt.On(stmt.NamedChild(0))
	if !strings.HasPrefix(s.EventName(), "flask.") || stmt.Kind() != syntax.KindExpressionStatement || assigned.Kind() != syntax.KindAssignment ||
		assigned.Child(syntax.FieldLeft).Kind() != syntax.KindIdentifier {
		return fix.Refuse("Add a check of a token to every request that changes data.")
	}
	app := assigned.Child(syntax.FieldLeft).Str()
	if !e.InsertBehind(stmt, e.Use(call, "flask_wtf.csrf", "CSRFProtect", pyedit.From)+"("+app+")\n") {
		return fix.Refuse("The line has other code on it.")
	}
	return fix.Propose(e, "It needs Flask-WTF and a SECRET_KEY. "+checked, "Add CSRFProtect(%s)", app)
}
