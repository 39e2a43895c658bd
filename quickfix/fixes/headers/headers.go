// Package headers holds the fixes of security headers.
package headers

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/headers"
	"pavise/analysis/rules/transport"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{TalismanDefaults, DenyFrames, StrictPolicy, SendHeaders}

// TalismanDefaults takes away what weakens the headers of Flask-Talisman.
var TalismanDefaults = &fix.Fix{
	Name:    "talisman-defaults",
	For:     []*analysis.Rule{headers.ClickjackingAllowed, headers.HstsWeak, headers.CspWeak, headers.HeaderUnsafeValue, transport.HttpsRedirectMissing},
	Compute: talismanDefaults,
}

// weakening are the arguments by rule, with what to know of the default.
var weakening = map[*analysis.Rule]struct {
	names  []string
	caveat string
}{
	headers.ClickjackingAllowed:    {[]string{"frame_options"}, "Only the application's own pages can frame its pages from now on."},
	headers.HstsWeak:               {[]string{"strict_transport_security", "strict_transport_security_max_age"}, "Browsers use HTTPS for a year, for subdomains too: be sure that all of them keep serving it."},
	headers.CspWeak:                {[]string{"content_security_policy"}, "Scripts, styles and images of other hosts, and those written in the pages, are blocked from now on: try the pages, and name the hosts that they need."},
	headers.HeaderUnsafeValue:      {[]string{"x_content_type_options", "referrer_policy"}, "Other sites get the origin of a page that links to them and not its whole address, and browsers no longer run what is sent under another type."},
	transport.HttpsRedirectMissing: {[]string{"force_https"}, "Requests over HTTP are redirected from now on, unless the application runs in debug mode."},
}

func talismanDefaults(s *fix.Site) []fix.Proposal {
	if !strings.Contains(s.EventName(), "alisman") {
		return nil
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	w := weakening[s.Finding.Rule]
	for _, name := range w.names {
		a, ok := pyedit.Keyword(call.Node, name)
		if !ok {
			continue
		}
		if k := a.Value.Kind(); k != syntax.KindNone && k != syntax.KindFalse && k != syntax.KindInteger && (name != "referrer_policy" || k != syntax.KindString) {
			if name == "referrer_policy" {
				return fix.Refuse("%s= takes its value from %s: change it there.", name, fix.Short(a.Value.Str()))
			}
			return fix.Refuse("Take out of %s= what lets scripts run that the pages do not need.", name)
		}
		e := s.Edits()
		if !e.RemoveArg(call, a) {
			return fix.Refuse("A comment beside %s= would be lost.", name)
		}
		return fix.Propose(e, w.caveat, "Remove %s=%s", name, a.Value.Str())
	}
	return fix.Refuse("What weakens the headers comes from elsewhere: change it there.")
}

// DenyFrames keeps other sites from framing the pages.
var DenyFrames = &fix.Fix{
	Name:    "deny-frames",
	For:     []*analysis.Rule{headers.ClickjackingAllowed},
	Compute: denyFrames,
}

const middleware = "django.middleware.clickjacking.XFrameOptionsMiddleware"

func denyFrames(s *fix.Site) []fix.Proposal {
	const caveat = "Other sites can no longer frame the pages."
	e := s.Edits()
	if name, list, ok := s.Setting(); ok {
		if !strings.HasPrefix(name, "MIDDLEWARE") {
			return nil
		}
		if k := list.Kind(); k != syntax.KindList && k != syntax.KindTuple || !e.AppendElement(list, `"`+middleware+`"`) {
			return fix.Refuse("Put %s into the list.", middleware)
		}
		return fix.Propose(e, caveat, "Add XFrameOptionsMiddleware")
	}
	d := s.Node.Parent()
	if !d.OK() || d.Kind() != syntax.KindDecorator {
		return nil
	}
	decorator := s.Node.On(d)
	if !s.File.OwnLines(decorator) || strings.Contains(s.Source(s.Node), "[") {
		return fix.Refuse("The decorator holds others too: take xframe_options_exempt out of it.")
	}
	e.DeleteLines(decorator)
	e.DropImport("xframe_options_exempt", "method_decorator")
	return fix.Propose(e, caveat, "Remove the exemption")
}

// StrictPolicy takes out of a policy what lets every script run.
var StrictPolicy = &fix.Fix{
	Name:    "strict-policy",
	For:     []*analysis.Rule{headers.CspWeak},
	Compute: strictPolicy,
}

func strictPolicy(s *fix.Site) []fix.Proposal {
	name, value, ok := s.Setting()
	if !ok {
		return nil
	}
	const caveat = "Scripts that are written in the pages no longer run: move them into files, or give them nonces."
	e := s.Edits()
	if value.Kind() == syntax.KindString && strings.EqualFold(name, "Content-Security-Policy") {
		text := s.Source(value)
		narrow := scripts(text)
		if narrow == text {
			return fix.Refuse("Name the hosts that scripts come from in the policy.")
		}
		e.ReplaceNode(value, narrow)
		return fix.Propose(e, caveat, "Let only files run as scripts")
	}
	if k := value.Kind(); k != syntax.KindList && k != syntax.KindTuple {
		return fix.Refuse("Take out of the policy what lets every script run.")
	}
	for c := range value.NamedChildren() {
		lit, ok := python.ParseString(c)
		if !ok {
			continue
		}
		if word, _ := lit.Const(); word == "'unsafe-inline'" || word == "'unsafe-eval'" {
			if value.NamedCount() < 3 && value.Kind() == syntax.KindTuple {
				rest := value.NamedChild(0)
				if rest == c {
					rest = value.NamedChild(1)
				}
				e.ReplaceNode(value, "("+rest.Str()+",)")
			} else if !e.RemoveElement(value, c) {
				return fix.Refuse("A comment beside the source would be lost.")
			}
			return fix.Propose(e, caveat, "Remove %s", word)
		}
	}
	return fix.Refuse("Take out of the policy what lets every script run.")
}

// scripts takes the unsafe words out of the directives for scripts of a policy's
// literal.
func scripts(text string) string {
	parts := strings.Split(text, ";")
	decides := strings.Contains(text, "script-src")
	for i, p := range parts {
		low := strings.ToLower(p)
		if strings.Contains(low, "script-src") || !decides && strings.Contains(low, "default-src") {
			for _, w := range []string{" 'unsafe-inline'", " 'unsafe-eval'"} {
				p = strings.ReplaceAll(p, w, "")
			}
			parts[i] = p
		}
	}
	return strings.Join(parts, ";")
}

// SendHeaders has an application send the headers with every response.
var SendHeaders = &fix.Fix{
	Name:    "send-headers",
	For:     []*analysis.Rule{headers.SecurityHeadersMissing},
	Compute: sendHeaders,
}

const hook = `SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
}


`

func sendHeaders(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	stmt := pyedit.Statement(call)
	assigned := stmt.On(stmt.NamedChild(0))
	if stmt.Kind() != syntax.KindExpressionStatement || assigned.Kind() != syntax.KindAssignment || assigned.Child(syntax.FieldLeft).Kind() != syntax.KindIdentifier ||
		s.File.Indent(stmt.Abs().Start) != "" || s.File.Spelled("SECURITY_HEADERS") || s.File.Spelled("set_security_headers") {
		return fix.Refuse("Set the headers in a function that the application calls with every response.")
	}
	app := assigned.Child(syntax.FieldLeft).Str()
	var body string
	switch root, _, _ := strings.Cut(s.EventName(), "."); root {
	case "flask", "quart":
		body = "@" + app + ".after_request\ndef set_security_headers(response):\n" +
			"    for name, value in SECURITY_HEADERS.items():\n        response.headers.setdefault(name, value)\n    return response\n"
	case "fastapi":
		body = "@" + app + ".middleware(\"http\")\nasync def set_security_headers(request, call_next):\n    response = await call_next(request)\n" +
			"    for name, value in SECURITY_HEADERS.items():\n        response.headers.setdefault(name, value)\n    return response\n"
	default:
		return fix.Refuse("Set the headers in a function that the application calls with every response.")
	}
	e := s.Edits()
	if !e.InsertBehind(stmt, "\n"+hook+body) {
		return fix.Refuse("The line has other code on it.")
	}
	return fix.Propose(e, "The policy lets pages load only what comes from the application itself, and keeps them from being framed: try the pages, and name the hosts that they need.",
		"Send security headers with every response")
}
