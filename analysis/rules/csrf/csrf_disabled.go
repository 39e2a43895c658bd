package csrf

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed csrf_disabled.md
var csrfDisabledPage string

// CsrfDisabled: cSRF protection switched off.
var CsrfDisabled = &analysis.Rule{
	ID:         "csrf-disabled",
	Class:      "csrf",
	Title:      "CSRF protection switched off",
	CWE:        []int{352},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"no-csrf-exempt", "flask-wtf-csrf-disabled", "pyramid-csrf-check-disabled", "pyramid-csrf-check-disabled-globally", "pyramid-csrf-origin-check-disabled", "pyramid-csrf-origin-check-disabled-globally"},
	},
	Page: csrfDisabledPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{
			"django.views.decorators.csrf.csrf_exempt", "django.utils.decorators.method_decorator", "flask_wtf.csrf.CSRFProtect.exempt", "flask_wtf.CSRFProtect.exempt",
			"flask_seasurf.SeaSurf.exempt", "*.exempt",
		}, Run: judgeExempt},
		analysis.Calls{Names: []string{
			"pyramid.view.view_config", "pyramid.view.view_defaults", "pyramid.config.Configurator.set_default_csrf_options", "pyramid.config.Configurator.add_view",
			"*.set_default_csrf_options", "*.add_view", "tornado.web.Application", "tornado.web.Application.__init__",
		}, Run: judgeOption},
		analysis.Settings{Names: []string{
			"WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "JWT_COOKIE_CSRF_PROTECT", "CSRF_ENABLED", "xsrf_cookies",
		}, Run: judgeSwitch},
		analysis.Sets{Names: []string{"csrf"}, Run: judgeMeta},
	},
}

// judgeExempt judges what takes a view out of the protection.
func judgeExempt(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	switch {
	case strings.HasSuffix(e.Name, ".method_decorator"):
		a, _ := analysis.Option(e.Args, "0", "decorator")
		if a == nil || !exempts(a.Value) {
			return
		}
	case strings.HasSuffix(e.Name, ".csrf_exempt"):
	case strings.HasPrefix(e.Name, "."):
		recv := e.Node.Child(syntax.FieldFunction).Child(syntax.FieldObject)
		if !recv.OK() {
			recv = e.Node.Child(syntax.FieldObject)
		}
		if !recv.OK() || !strings.Contains(strings.ToLower(recv.Str()), "csrf") {
			return
		}
	}
	sure := analysis.Likely
	if authenticates(e.Node) {
		sure = analysis.Unsure
	}
	p.Report(e, sure, "This view is taken out of the protection against forged requests: "+forged)
}

// exempts reports whether a value is csrf_exempt, or a list with it.
func exempts(v *flow.Value) bool {
	return slices.ContainsFunc(flow.Parts(v), func(x *flow.Value) bool { return strings.HasSuffix(x.Name, ".csrf_exempt") })
}

// authenticates reports whether the exempt view is one that other programs call,
// which prove who they are by a signature or a token, or a view of an API.
func authenticates(n syntax.Node) bool {
	text := strings.ToLower(n.Unit().Root().Str())
	if len(text) > 20000 {
		text = text[:20000]
	}
	for _, w := range []string{"webhook", "signature", "hmac", "compare_digest", "bearer", "authorization", "api_view", "apiview", "graphql", "callback", "notify",
		"api_key", "apikey", "jwt", "hook", "token_required", "authentication_classes", "lti", "saml", "xmlrpc", "soap", "construct_event"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// judgeOption judges the options of Pyramid and Tornado.
func judgeOption(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	for _, name := range []string{"require_csrf", "xsrf_cookies", "check_origin"} {
		if name == "check_origin" && !strings.Contains(e.Name, "csrf") {
			continue
		}
		if analysis.OptionFlag(e.Args, name) == analysis.Off {
			p.Report(e, analysis.Certain, name+"=False switches the protection against forged requests off: "+forged)
			return
		}
	}
}

func judgeSwitch(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	if analysis.FlagOf(s.Given) == analysis.Off {
		p.ReportSetting(s, analysis.Certain, s.Name+" = False switches the protection against forged requests off: "+forged)
	} else if d := analysis.Default(s.Expression()); d.OK() && d.Str() == "False" {
		p.ReportSetting(s, analysis.Unsure, s.Name+" is off unless the environment says otherwise: "+forged)
	}
}

// judgeMeta judges class Meta: csrf = False of a form.
func judgeMeta(p *analysis.Pass, e *flow.Event) {
	class := e.Node.Unit().Parent
	if !strings.HasSuffix(class, "Meta") && !inMeta(e.Node) || !p.Deployed(e) {
		return
	}
	if analysis.FlagOf(e.Value) == analysis.Off && !asks(class) {
		p.Report(e, analysis.Likely, "csrf = False takes the check for forged requests off this form: "+forged)
	}
}

// asks reports whether a form is named for questions, which change nothing.
func asks(class string) bool {
	class = strings.ToLower(class)
	for _, w := range []string{"search", "filter", "query", "list", "sort", "lookup"} {
		if strings.Contains(class, w) {
			return true
		}
	}
	return false
}

// inMeta reports whether a statement stands in the body of a class Meta.
func inMeta(n syntax.Node) bool {
	for c := n.Parent(); c.OK(); c = c.Parent() {
		if c.Kind() == syntax.KindClassDefinition {
			return c.Child(syntax.FieldName).Str() == "Meta"
		}
	}
	return false
}
