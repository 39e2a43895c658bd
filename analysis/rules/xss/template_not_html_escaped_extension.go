package xss

import (
	_ "embed"
	"path"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed template_not_html_escaped_extension.md
var templateNotHTMLEscapedExtensionPage string

// TemplateNotHTMLEscapedExtension: template rendered under a name that does not
// auto-escape.
var TemplateNotHTMLEscapedExtension = &analysis.Rule{
	ID:         "template-not-html-escaped-extension",
	Class:      "xss",
	Title:      "Template rendered under a name that does not auto-escape",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"unescaped-template-extension"}},
	Page:       templateNotHTMLEscapedExtensionPage,
	Checks: []analysis.Check{
		analysis.Whole{Calls: []string{"flask.render_template", "quart.render_template"}, Run: judgeExtension},
		analysis.Calls{Names: []string{"jinja2.Environment.get_template", "jinja2.sandbox.SandboxedEnvironment.get_template"}, Run: judgeSelected},
	},
}

// escapedEndings are the ends of the names of templates that Flask escapes, as
// they are spelled.
var escapedEndings = []string{".html", ".htm", ".xml", ".xhtml", ".svg"}

// engineEndings are added to the name of what a template makes.
var engineEndings = []string{".j2", ".jinja", ".jinja2", ".tpl", ".tmpl", ".template", ".jnj", ".phtml", ".HTML", ".HTM"}

// judgeExtension objects to what a view returns as it is, and so as HTML.
func judgeExtension(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	a, _ := analysis.Option(e.Args, "0", "template_name_or_list")
	if a == nil || len(e.Args) < 2 || analysis.InTests(p.Path) || !answers(e) || followed(e) {
		return
	}
	for _, name := range flow.ConstTexts(a.Value) {
		ending := path.Ext(name)
		if ending == "" || slices.Contains(escapedEndings, ending) {
			continue
		}
		sure := analysis.Likely
		if slices.Contains(engineEndings, ending) {
			if inner := path.Ext(strings.TrimSuffix(name, ending)); inner == "" || slices.Contains(escapedEndings, inner) {
				sure = analysis.Certain
			}
		}
		if !o.Mentions("autoescape", "jinja_options", "jinja_environment") {
			p.Report(e, sure, "Flask escapes in templates that are called .html, .htm, .xml, .xhtml or .svg only, and this answer is HTML: what is put into `"+name+"` can carry a script. Call the template .html.")
		}
		return
	}
}

// followed reports whether data of a client goes into the template: it is
// followed there, and reported where it is put out.
func followed(e *flow.Event) bool {
	for _, a := range e.Args {
		if slices.ContainsFunc(flow.Reaching(a.Value, a.Node, models.HTML), func(r flow.Reach) bool { return r.Origin.Tier == models.Remote }) {
			return true
		}
	}
	return false
}

// answers reports whether a view returns the result of a call, without another
// content type.
func answers(e *flow.Event) bool {
	if !e.View {
		return false
	}
	n := e.Node.Parent()
	if n.Kind() == syntax.KindAwait {
		n = n.Parent()
	}
	if n.Kind() == syntax.KindExpressionList || n.Kind() == syntax.KindTuple {
		n = n.Parent()
	}
	if n.Kind() != syntax.KindReturnStatement {
		return false
	}
	low := strings.ToLower(n.Str())
	return !strings.Contains(low, "content-type") && !strings.Contains(low, "mimetype")
}

// judgeSelected objects to a template whose ending is not among those that its
// environment escapes.
func judgeSelected(p *analysis.Pass, e *flow.Event) {
	a, _ := analysis.Option(e.Args, "0", "name")
	if a == nil || e.Recv == nil || analysis.InTests(p.Path) {
		return
	}
	chosen := e.Recv.Attr("autoescape")
	name, ok := a.Value.Str()
	if !ok || chosen == nil || chosen.Type != "jinja2.select_autoescape" {
		return
	}
	enabled, known := []string{"html", "htm", "xml"}, true
	if v := chosen.Attr("enabled_extensions"); v != nil {
		_, known = v.Elements()
		enabled = flow.ConstTexts(v)
	}
	if v := chosen.Attr("default"); v != nil && analysis.FlagOf(v) != analysis.Off {
		return
	}
	for _, x := range enabled {
		if strings.HasSuffix(strings.ToLower(name), "."+strings.ToLower(strings.TrimPrefix(x, "."))) {
			return
		}
	}
	ending := path.Ext(name)
	inner := path.Ext(strings.TrimSuffix(name, ending))
	if known && slices.Contains(engineEndings, ending) && slices.Contains(escapedEndings, inner) {
		p.Report(e, analysis.Certain, "select_autoescape escapes in templates that are called "+strings.Join(enabled, ", ")+" only: what is put into `"+name+"` can carry a script. Add the ending to enabled_extensions.")
	}
}
