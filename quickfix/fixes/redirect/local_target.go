// Package redirect holds the fixes of open redirects.
package redirect

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/rules/redirect"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{LocalTarget, StrictCheck, PublicAddress}

// LocalTarget lets a redirect go to this site only.
var LocalTarget = &fix.Fix{
	Name:    "local-redirect",
	For:     []*analysis.Rule{redirect.OpenRedirect},
	Compute: localTarget,
	Handed:  true,
}

// helper refuses what browsers take for another host: //evil, /\evil, \\evil,
// javascript:..., https:evil, http:///evil, and control characters, which they
// leave out.
const helper = `def %NAME%(target, allowed_hosts=frozenset()):
    if not target or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return False
    parts = %SPLIT%(target)
    if not parts.scheme and not parts.netloc:
        return not target.startswith("//")
    return parts.scheme == "https" and parts.hostname in allowed_hosts and "@" not in parts.netloc
`

func localTarget(s *fix.Site) []fix.Proposal {
	target, ok := targetOf(s)
	if !ok {
		return fix.Refuse("The target of this redirect cannot be told.")
	}
	g := guard{s: s, e: s.Edits(), call: target}
	name, reason := g.name(target)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	if strings.HasPrefix(s.EventName(), "django.") || s.File.ImportsRoot("django") {
		reason = g.django(name, target)
	} else {
		reason = g.conditional(name, target)
	}
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	return fix.Propose(g.e, `A target on another host leads to "/" instead: choose a better page, and list further hosts that you trust.`,
		"Redirect to this site only")
}

// targetOf is the expression of the redirect's target: an argument, or what a
// header is set to.
func targetOf(s *fix.Site) (pyedit.At, bool) {
	if _, value, ok := s.Assignment(); ok {
		return value, true
	}
	call, ok := s.Call()
	if !ok {
		return pyedit.At{}, false
	}
	if arg, ok := s.SinkArg(models.Redirect); ok {
		return call.On(arg.Value), true
	}
	if headers, ok := pyedit.Keyword(call.Node, "headers"); ok {
		for c := range headers.Value.NamedChildren() {
			if strings.Trim(strings.ToLower(c.Child(syntax.FieldKey).Str()), `"'`) == "location" {
				return call.On(c.Child(syntax.FieldValue)), true
			}
		}
		return pyedit.At{}, false
	}
	arg, ok := pyedit.Positional(call.Node, 0)
	return call.On(arg.Value), ok
}

// guard puts a check in front of one redirect.
type guard struct {
	s     *fix.Site
	e     *pyedit.Edits
	call  pyedit.At
	lines string // new statements above the redirect
}

// name is a variable that holds the target: the author's, or a new one.
func (g *guard) name(target pyedit.At) (string, string) {
	stmt := g.s.Statement()
	if !pyedit.Simple(stmt.Node) || !g.s.File.OwnLines(stmt) {
		return "", "The redirect shares its line with another statement: write the check above it."
	}
	if lambda(g.call.Node) {
		return "", "The redirect stands in a lambda, which has no room for a check."
	}
	if target.Kind() == syntax.KindIdentifier && g.s.File.ShadowedAt(g.call, target.Str()) {
		return target.Str(), ""
	}
	name := "target"
	if g.s.File.ShadowedAt(g.call, name) || g.s.File.BoundInModule(name) > 0 {
		name = g.s.File.Unique(name)
	}
	g.lines = name + " = " + g.s.Source(target) + "\n"
	if strings.ContainsAny(g.lines[:len(g.lines)-1], "\r\n") {
		return "", "The target is written over several lines: give it a name first."
	}
	return name, ""
}

func lambda(n syntax.Node) bool {
	for p := n.Parent(); p.OK() && p.Kind() != syntax.KindBlock; p = p.Parent() {
		switch p.Kind() {
		case syntax.KindLambda, syntax.KindListComprehension, syntax.KindGeneratorExpression:
			return true
		}
	}
	return false
}

// conditional writes redirect(target if is_safe_redirect(target) else "/").
func (g *guard) conditional(name string, target pyedit.At) string {
	check := g.helper()
	if g.lines != "" && !g.e.InsertBefore(g.s.Statement(), g.lines) {
		return "The redirect shares its line with another statement: write the check above it."
	}
	g.e.ReplaceNode(target, name+" if "+check+"("+name+`) else "/"`)
	return ""
}

// helper is the name of the check, which is added if the module has none.
func (g *guard) helper() string {
	name := "is_safe_redirect"
	if at, ok := g.s.File.Defines(name); ok {
		if text := g.s.Source(at); strings.Contains(text, `"\\" in target`) && strings.Contains(text, `startswith("//")`) {
			return name
		}
		name = g.s.File.Unique(name)
	} else if g.s.File.Spelled(name) {
		name = g.s.File.Unique(name)
	}
	split := g.e.Use(pyedit.At{}, "urllib.parse", "urlsplit", pyedit.From)
	text := strings.NewReplacer("%NAME%", name, "%SPLIT%", split).Replace(helper)
	g.e.AddHelper(g.call.Abs().Start, text)
	return name
}

// django asks url_has_allowed_host_and_scheme.
func (g *guard) django(name string, target pyedit.At) string {
	request := g.request()
	if request == "" {
		return "No request is in sight here, whose host the target could be compared with."
	}
	check := g.e.Use(g.call, "django.utils.http", "url_has_allowed_host_and_scheme", pyedit.From)
	lines := g.lines + "if not " + check + "(" + name + ", allowed_hosts={" + request + ".get_host()}, require_https=" + request + ".is_secure()):\n" +
		g.s.File.Step() + name + ` = "/"` + "\n"
	if !g.e.InsertBefore(g.s.Statement(), lines) {
		return "The redirect shares its line with another statement: write the check above it."
	}
	if g.lines != "" {
		g.e.ReplaceNode(target, name)
	}
	return ""
}

// request is the expression of the request of a Django view.
func (g *guard) request() string {
	for fn := pyedit.Function(g.call.Node); fn.OK(); fn = pyedit.Function(fn) {
		for i, p := range python.Params(fn) {
			if p.Name == "request" {
				return "request"
			}
			if i == 0 && p.Name == "self" {
				for d := range fn.Descendants() {
					if d.Kind() == syntax.KindAttribute && d.Str() == "self.request" {
						return "self.request"
					}
				}
			}
		}
	}
	return ""
}
