package xss

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

//go:embed autoescape_disabled.md
var autoescapeDisabledPage string

// AutoescapeDisabled: a template engine that does not escape HTML.
var AutoescapeDisabled = &analysis.Rule{
	ID:         "autoescape-disabled",
	Class:      "xss",
	Title:      "HTML escaping switched off for all templates",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B701"},
		Ruff:    []string{"S701"},
		Semgrep: []string{"incorrect-autoescape-disabled", "missing-autoescape-disabled", "global-autoescape-off", "context-autoescape-off", "direct-use-of-jinja2", "template-autoescape-off"},
	},
	Page: autoescapeDisabledPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: bareEngines, Run: bareEngine},
		analysis.Calls{Names: escapingEngines, Run: switchedOff},
		analysis.Sets{Names: []string{
			"jinja2.Environment.autoescape", ".autoescape", "flask.Flask.jinja_options", "flask.Flask.jinja_options[autoescape]", "TEMPLATES",
		}, Run: setOff},
	},
}

// bareEngines do not escape unless they are told to.
var bareEngines = []string{
	"jinja2.Environment", "jinja2.sandbox.SandboxedEnvironment", "jinja2.sandbox.ImmutableSandboxedEnvironment",
}

// escapingEngines escape unless they are told not to, or are made for one text.
var escapingEngines = []string{
	"jinja2.Template", "django.template.Context", "django.template.RequestContext", "django.template.Engine", "aiohttp_jinja2.setup",
	"starlette.templating.Jinja2Templates", "tornado.web.Application", "tornado.web.Application.__init__", "tornado.template.Loader", "tornado.template.DictLoader",
	"tornado.template.Template",
}

const unescaped = "what a template puts into a page is not escaped, so that any value in it can carry a script."

var webRoots = []string{
	"flask", "quart", "django", "fastapi", "starlette", "aiohttp", "aiohttp_jinja2", "sanic", "tornado", "bottle", "pyramid", "falcon",
	"litestar", "cherrypy", "webapp2",
}

// serves reports whether the file belongs to a web application.
func serves(p *analysis.Pass) bool {
	return slices.ContainsFunc(webRoots, p.Imports)
}

func bareEngine(p *analysis.Pass, e *flow.Event) {
	for _, a := range e.Args {
		switch a.Name {
		case "**":
			return // it may be told there
		case "block_start_string", "variable_start_string", "line_statement_prefix", "comment_start_string":
			return // made for another language than HTML
		}
	}
	a := flow.FindArg(e.Args, "autoescape")
	switch {
	case a == nil:
		c := analysis.Unsure
		if serves(p) {
			c = analysis.Likely
		}
		p.Report(e, c, "Jinja does not escape unless it is asked to: "+unescaped+" Pass autoescape=select_autoescape().")
	case off(a.Value):
		c := analysis.Unsure
		if serves(p) {
			c = analysis.Certain
		}
		p.Report(e, c, "With this autoescape, "+unescaped+" Pass autoescape=select_autoescape().")
	}
}

func switchedOff(p *analysis.Pass, e *flow.Event) {
	a, _ := analysis.Option(e.Args, "autoescape")
	if a == nil || !off(a.Value) {
		return
	}
	c := analysis.Certain
	if e.Name == "jinja2.Template" && !serves(p) || strings.HasSuffix(e.Name, "Context") {
		c = analysis.Unsure // of a text or a mail, most likely
	}
	p.Report(e, c, "With this autoescape, "+unescaped+" Leave the argument out.")
}

// off reports whether a value switches escaping off for certain.
func off(v *flow.Value) bool {
	b, ok := v.Bool()
	return ok && !b || v.IsNone()
}

func setOff(p *analysis.Pass, e *flow.Event) {
	switch e.Name {
	case "TEMPLATES":
		for i := range 8 {
			backend := e.Value.Element(i)
			if backend == nil {
				return
			}
			if options := backend.Key("OPTIONS"); options != nil && options.Key("autoescape") != nil && off(options.Key("autoescape")) {
				d := p.Report(e, analysis.Certain, "With this option, "+unescaped+" Leave it out.")
				d.Node = option(e.Node)
			}
		}
	case "flask.Flask.jinja_options":
		if v := e.Value.Key("autoescape"); v != nil && off(v) {
			p.Report(e, analysis.Certain, "With this option, "+unescaped+" Leave it out.")
		}
	default:
		if off(e.Value) && (serves(p) || e.Name != ".autoescape") {
			p.Report(e, analysis.Certain, "From here on "+unescaped+" Leave the assignment out.")
		}
	}
}

// option is the pair of a settings dictionary that switches escaping off.
func option(n syntax.Node) syntax.Node {
	for d := range n.Descendants() {
		if d.Kind() != syntax.KindPair {
			continue
		}
		if k, ok := python.ParseString(d.Child(syntax.FieldKey)); ok {
			if text, ok := k.Const(); ok && text == "autoescape" {
				return d
			}
		}
	}
	return n
}
