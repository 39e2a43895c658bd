package flow

import (
	"slices"

	"pavise/analysis/lang/template"
	"pavise/analysis/models"
)

// markup is the type of a text that counts as escaped.
const markup = "markupsafe.Markup"

// jsonMarkup is markup that holds JSON: the quotes of its texts are not escaped.
const jsonMarkup = "markupsafe.JSON"

func marked(v *Value) bool {
	return v.Type == markup || v.Type == jsonMarkup || v.Type == "django.utils.safestring.SafeString"
}

// anyMarked reports whether a value, or one of its alternatives, is marked.
func anyMarked(v *Value) bool { return marked(v) || slices.ContainsFunc(v.alts, marked) }

// escaped is v as a page that escapes puts it out: marked values stay as they
// are.
func escaped(v *Value) *Value {
	if marked(v) {
		return v
	}
	if !anyMarked(v) {
		return v.cleaned(models.HTML | models.MailHTML | models.Markup)
	}
	c := *v
	c.root = v.id()
	c.alts = make([]*Value, len(v.alts))
	for i, a := range v.alts {
		c.alts[i] = escaped(a)
	}
	return &c
}

// output puts the value of an expression into the page.
func (r *rendering) output(n *template.Node, e *template.Expr, v *Value) {
	where, after := r.html.Hole()
	ran := r.ran
	r.ran = false
	if v == nil {
		v = r.eval(e)
	}
	if !r.ran {
		r.html = after
	}
	r.ran = ran
	r.judge(n, e, v, where)
}

// judge reports a value that is not clean for where it is put.
func (r *rendering) judge(n *template.Node, e *template.Expr, v *Value, where template.Context) {
	if v.Harmless() || v.Clean == models.All || r.isForm(v) {
		return
	}
	out := v
	if r.page.escape {
		out = escaped(v)
	}
	h := &Hole{Context: where, Template: r.page.name, JSON: v.Type == jsonMarkup}
	if e != nil {
		h.Text = Label(e.At)
	}
	if h.JSON && (where.Quote == '"' || where.Runs() && where.Code == template.CodeDouble) {
		out = unclean(out, models.HTML|models.Script|models.ScriptText)
	}
	at := n.At
	if r.page.inline {
		at = r.call
	}
	for _, kind := range needs(where, h.JSON) {
		if len(Reaching(out, at, kind)) == 0 {
			continue
		}
		h.Kind = kind
		if kind == models.HTML {
			h.Raw = r.raw(e)
		}
		r.f.emit(Event{Kind: Output, Node: at, Name: r.page.name, Value: out, Hole: h})
		return
	}
}

// unclean is v without being clean for some kinds.
func unclean(v *Value, k models.Kind) *Value {
	if v.Clean&k == 0 {
		return v
	}
	c := *v
	c.root = v.id()
	c.Clean &^= k
	return &c
}

// needs are the kinds that a value must be clean for in a place, the first one
// that it is not is what is wrong.
func needs(c template.Context, json bool) []models.Kind {
	switch c.Place {
	case template.InTagName, template.InAttrName, template.InUnquoted:
		return []models.Kind{models.Unquoted}
	case template.InStyle:
		return []models.Kind{models.Script}
	}
	if c.Runs() {
		switch c.Code {
		case template.CodeSingle, template.CodeDouble:
			if json {
				return []models.Kind{models.Script}
			}
			return []models.Kind{models.ScriptText}
		case template.CodeTemplate:
			return []models.Kind{models.Code}
		}
		return []models.Kind{models.Script}
	}
	if c.Place == template.InValue {
		switch c.Attr {
		case template.StyleAttr, template.Srcdoc:
			return []models.Kind{models.HTML, models.Script}
		case template.Link, template.Load:
			if c.Start {
				return []models.Kind{models.HTML, models.Link}
			}
		}
	}
	return []models.Kind{models.HTML}
}

// raw says why a value is not escaped.
func (r *rendering) raw(e *template.Expr) Raw {
	for x := e; x != nil && x.Kind == template.Filtered; x = x.X {
		if f := r.f.m.set.Filter(r.job.spec.Dialect, x.Name); f != nil && f.Marks && f.Clears == "" {
			return RawFilter
		}
	}
	switch {
	case r.off:
		return RawBlock
	case !r.page.escape:
		return RawFile
	}
	return RawValue
}
