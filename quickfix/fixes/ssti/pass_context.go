// Package ssti holds the fixes of template injection.
package ssti

import (
	"slices"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/ssti"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{PassContext}

// PassContext takes values out of a template's text and passes them in its
// context.
var PassContext = &fix.Fix{
	Name:    "pass-in-context",
	For:     []*analysis.Rule{ssti.TemplateInjection, ssti.TemplateFromDynamicString},
	Compute: passContext,
}

func passContext(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that makes a template is in sight.")
	}
	render, reason := renderer(s, call)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	arg, ok := s.SinkArg(models.Template)
	if !ok {
		if arg, ok = pyedit.Positional(call.Node, 0); !ok {
			return fix.Refuse("The text of the template cannot be told.")
		}
	}
	t, _ := pytext.Parse(call.On(arg.Value), s)
	if t == nil {
		return fix.Refuse("The template itself comes from %s: write it in a file and pass the values.", short(s.Source(call.On(arg.Value))))
	}
	return rewrite(s, t, call, render)
}

func short(text string) string {
	if len(text) > 40 || strings.ContainsAny(text, "\r\n") {
		return "elsewhere"
	}
	return text
}

// renderer is the call that takes the template's values.
func renderer(s *fix.Site, call pyedit.At) (pyedit.At, string) {
	name := s.EventName()
	switch {
	case strings.HasSuffix(name, "render_template_string"), strings.HasSuffix(name, "stream_template_string"):
		return call, ""
	case strings.HasPrefix(name, "django."):
		return pyedit.At{}, "A Django template takes its values as a Context: write the template with {{ names }} and pass them there."
	}
	if at, ok := throughName(s, call); ok {
		return at, ""
	}
	attr := call.Parent()
	if attr.Kind() != syntax.KindAttribute || attr.Parent().Kind() != syntax.KindCall || !renders[attr.Child(syntax.FieldAttribute).Str()] {
		return pyedit.At{}, "The template is rendered somewhere else: write it with {{ names }} and pass the values there."
	}
	return call.On(attr.Parent()), ""
}

// throughName is the render call of a template that is given a name and used
// once.
func throughName(s *fix.Site, call pyedit.At) (pyedit.At, bool) {
	p := call.Parent()
	if p.Kind() != syntax.KindAssignment || p.Child(syntax.FieldLeft).Kind() != syntax.KindIdentifier {
		return pyedit.At{}, false
	}
	v := s.File.Var(call.On(p.Child(syntax.FieldLeft)))
	if v == nil || v.Shared || len(v.Binds) != 1 || len(v.Loads) != 1 {
		return pyedit.At{}, false
	}
	attr := v.Loads[0].Parent()
	render := attr.Parent()
	if attr.Kind() != syntax.KindAttribute || render.Kind() != syntax.KindCall || !renders[attr.Child(syntax.FieldAttribute).Str()] {
		return pyedit.At{}, false
	}
	return v.Loads[0].On(render), v.Loads[0].Base == call.Base
}

var renders = map[string]bool{"render": true, "render_async": true, "generate": true, "stream": true}

func rewrite(s *fix.Site, t *pytext.Text, call, render pyedit.At) []fix.Proposal {
	e := s.Edits()
	r := t.Rewrite()
	inside := depths(t)
	taken := map[string]string{}
	for _, a := range pyedit.Args(render.Node) {
		taken[a.Name] = ""
	}
	var names []string
	for _, i := range t.Holes() {
		h := &t.Pieces[i]
		if s.Trusted(h.Expr) {
			continue
		}
		source := h.Source(s.File)
		if inside[i] {
			return fix.Refuse("%s stands within an expression or statement of the template.", source)
		}
		value, ok := h.Value(s.File)
		if !ok {
			return fix.Refuse("The format of %s cannot be kept in the template.", source)
		}
		name, known := nameFor(h.Expr.Node, taken, value)
		if !known && !e.AddKeyword(render, name, value) {
			return fix.Refuse("The call that renders the template takes no further value.")
		}
		r.Replace(pytext.Pos{Piece: i}, pytext.Pos{Piece: i, Offset: 1}, "{{ "+name+" }}")
		if !known {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return fix.Refuse("No value stands in the text of this template.")
	}
	if _, told := pyedit.Keyword(call.Node, "autoescape"); s.EventName() == "jinja2.Template" && !told && servesPages(s) {
		e.AddKeyword(call, "autoescape", "True") // it escapes nothing by itself
	}
	if reason := r.Write(e); reason != "" {
		return fix.Refuse("The template cannot be rewritten: %s.", reason)
	}
	caveat := "The values are escaped as HTML from now on where the template escapes by itself: one that holds HTML on purpose shows its tags."
	return fix.Propose(e, caveat, "Pass %s in the template's context", strings.Join(names, " and "))
}

// servesPages reports whether the file belongs to a web application.
func servesPages(s *fix.Site) bool {
	return slices.ContainsFunc([]string{"flask", "quart", "fastapi", "starlette", "aiohttp", "sanic", "bottle", "tornado", "litestar"}, s.File.ImportsRoot)
}

// depths says which holes stand within {{ }}, {% %} or {# #} of the template.
func depths(t *pytext.Text) map[int]bool {
	out := map[int]bool{}
	open, last := false, byte(0)
	for i := range t.Pieces {
		p := &t.Pieces[i]
		if p.Hole && !p.IsKnown {
			out[i] = open || last == '{'
			last = 0
			continue
		}
		text := p.Text
		if p.Hole {
			text = p.Known
		}
		for j := range len(text) {
			c := text[j]
			switch {
			case !open && last == '{' && (c == '{' || c == '%' || c == '#'):
				open = true
			case open && c == '}' && (last == '}' || last == '%' || last == '#'):
				open = false
			}
			last = c
		}
	}
	return out
}

// nameFor is the name under which a value is passed, and whether the same
// value is passed already.
func nameFor(n syntax.Node, taken map[string]string, value string) (name string, known bool) {
	base := pyedit.NameFor(n)
	if base == "" || pyedit.IsKeyword(base) {
		base = "value"
	}
	for i := 0; ; i++ {
		name = base
		if i > 0 {
			name += "_" + strconv.Itoa(i)
		}
		have, used := taken[name]
		if used && have == value && have != "" {
			return name, true
		}
		if !used {
			taken[name] = value
			return name, false
		}
	}
}
