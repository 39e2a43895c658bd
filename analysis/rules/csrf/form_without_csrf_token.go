package csrf

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed form_without_csrf_token.md
var formWithoutCSRFTokenPage string

// FormWithoutCSRFToken: pOST form without a CSRF token.
var FormWithoutCSRFToken = &analysis.Rule{
	ID:         "form-without-csrf-token",
	Class:      "csrf",
	Title:      "POST form without a CSRF token",
	CWE:        []int{352},
	OWASP2021:  "A01:2021 Broken Access Control",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"django-no-csrf-token"},
	},
	Page: formWithoutCSRFTokenPage,
	Checks: []analysis.Check{
		analysis.Forms{Run: judgeForm},
	},
}

// protections are the libraries that check tokens in forms.
var protections = []string{"flask_wtf", "flask_seasurf", "starlette_csrf", "fastapi_csrf_protect", "quart_wtf", "starlette_wtf", "sanic_csrf"}

// judgeForm objects to forms without a token where the application checks
// tokens: always in Django, elsewhere if a library for it is imported or other
// forms of the page hold one. A form that goes to another site must hold none.
func judgeForm(p *analysis.Pass, e *flow.Event) {
	f := e.Sent
	django := f.Dialect == "django"
	switch {
	case f.Abroad && f.Token && (django || f.Around):
		p.Report(e, analysis.Likely, away+", which can use it to act for the reader. Leave it out.")
		return
	case f.Token || f.Abroad:
		return
	case !django && !f.Around && !slices.ContainsFunc(protections, p.Imports):
		return
	}
	c := analysis.Likely
	if django {
		c = analysis.Certain
	}
	if f.Scripted || f.Header {
		c = analysis.Unsure
	}
	what := "{{ csrf_token() }} in a hidden field"
	if django {
		what = tag
	}
	p.Report(e, c, "This form is sent by POST without a token: any other site can send it for a reader who is logged in, unless the request is refused. Put "+what+" into it.")
}

const (
	away = "This form sends the token against forged requests to another site"
	tag  = "{% csrf_token %}"
)

// SendsAway reports whether a finding is about a token that leaves the site.
func SendsAway(f *analysis.Finding) bool { return strings.HasPrefix(f.Message, away) }

// InDjango reports whether a finding is about a template of Django.
func InDjango(f *analysis.Finding) bool { return strings.Contains(f.Message, tag) }
