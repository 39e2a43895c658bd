package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xss"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// FormatMarkup puts values into markup with a function that escapes them.
var FormatMarkup = &fix.Fix{
	Name:    "format-markup",
	For:     []*analysis.Rule{xss.UnsafeMarkup},
	Compute: formatMarkup,
}

func formatMarkup(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that declares this text safe is in sight.")
	}
	args := pyedit.Args(call.Node)
	if len(args) != 1 || args[0].Name != "" {
		return fix.Refuse("The call has other arguments: put the values in with format, which escapes them.")
	}
	arg := call.On(args[0].Value)
	t, _ := pytext.Parse(arg, noNames{s})
	if t == nil || len(t.Pieces) == 1 && t.Pieces[0].Hole {
		return leaveToTemplate(s, call, &pytext.Piece{Hole: true, Style: pytext.Field, Expr: arg, Term: arg})
	}
	m := formatting{work: work{s: s, e: s.Edits(), done: map[source.Span]bool{}, seen: map[source.Span]bool{}}, text: t, call: call}
	if why := m.values(); why != "" {
		return fix.Refuse("%s", why)
	}
	if len(m.args) == 0 {
		return fix.Refuse("The text is made in %s: escape its values there, or clean it before it is declared safe.", short(s.Source(arg)))
	}
	title := m.write(arg)
	if title == "" {
		return fix.Refuse("The markup is written over several lines: put the values in with format, which escapes them.")
	}
	return fix.Propose(m.e, m.caveat(), "%s", title)
}

// leaveToTemplate takes the call away from a client's plain value.
func leaveToTemplate(s *fix.Site, call pyedit.At, h *pytext.Piece) []fix.Proposal {
	w := work{s: s, e: s.Edits()}
	if !w.fromClient(h) {
		return fix.Refuse("The text is made in %s: escape its values there, or clean it before it is declared safe.", short(s.Source(h.Expr)))
	}
	w.e.ReplaceNode(call, s.Source(h.Expr))
	w.e.DropImport(root(call.Child(syntax.FieldFunction).Str()))
	return fix.Propose(w.e, "Templates show it as text from now on, with its tags: clean it where authors may write HTML.", "Let the template escape %s", short(h.Source(s.File)))
}

// formatting is a text with values that is declared safe.
type formatting struct {
	work
	text *pytext.Text
	call pyedit.At
	args []string
}

// values collects what is put in; a reason says why it cannot be.
func (m *formatting) values() string {
	where, complete := places(m.text)
	if !complete {
		return "A tag begins in this text and ends in another."
	}
	for _, i := range m.text.Holes() {
		h := &m.text.Pieces[i]
		name := h.Source(m.s.File)
		if h.Conv != "" && h.Conv != "!s" || h.Suffix != "" || h.Key != "" {
			return "The format of " + short(name) + " would be applied to the escaped text."
		}
		if pytext.Starred(h.Expr.Node) {
			return short(name) + " is no plain value: give it a name first."
		}
		if why := where[i].why(short(name)); why != "" && !m.harmless(h) {
			return why
		}
		if m.isHTML(h.Expr) {
			return short(name) + " is put together as HTML itself: make it with Markup or format_html first."
		}
		value := m.s.Source(h.Expr)
		if strings.ContainsAny(value, "\r\n") {
			return "A value is written over several lines: give it a name first."
		}
		if inner, ok := m.escaped(h.Expr); ok {
			value = inner
		} else if !m.harmless(h) {
			m.unsure = m.unsure || !m.fromClient(h)
		}
		m.args = append(m.args, value)
	}
	return ""
}

// escaped is the argument of html.escape, whose result format would escape
// again.
func (m *formatting) escaped(at pyedit.At) (string, bool) {
	if at.Kind() != syntax.KindCall || m.s.Callee(at) != "html.escape" {
		return "", false
	}
	a, ok := pyedit.Positional(at.Node, 0)
	return m.s.Source(at.On(a.Value)), ok && len(pyedit.Args(at.Node)) == 1
}

// write puts the values behind the text and returns the title of the fix; "" if
// the text cannot be written on one line.
func (m *formatting) write(arg pyedit.At) string {
	template, ok := m.template()
	if !ok {
		return ""
	}
	list := strings.Join(m.args, ", ")
	name := m.s.EventName()
	if strings.HasPrefix(name, "markupsafe.") {
		fn := m.s.Source(m.call.On(m.call.Child(syntax.FieldFunction)))
		m.e.ReplaceNode(m.call, fn+"("+template+").format("+list+")")
		return "Put the values in with Markup.format"
	}
	fn := m.call.On(m.call.Child(syntax.FieldFunction))
	if !strings.HasSuffix(name, ".format_html") {
		m.e.ReplaceNode(fn, m.e.Use(m.call, "django.utils.html", "format_html", pyedit.From))
		m.e.DropImport(root(fn.Str()))
	}
	m.e.ReplaceNode(arg, template+", "+list)
	return "Put the values in with format_html"
}

func root(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// template is the text as a literal with {} for each value.
func (m *formatting) template() (string, bool) {
	if strings.ContainsAny(m.s.Source(m.text.Node), "\r\n") {
		return "", false
	}
	if t, ok := m.fields(); ok {
		return t, true
	}
	var b strings.Builder
	for i := range m.text.Pieces {
		p := &m.text.Pieces[i]
		text := p.Text
		switch {
		case p.Hole && !p.IsKnown:
			b.WriteString("{}")
			continue
		case p.Hole:
			text = p.Known
		}
		b.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(text))
	}
	quote := m.text.Quote()
	if len(quote) == 3 {
		quote = quote[:1]
	}
	if strings.Contains(b.String(), quote) && !strings.Contains(b.String(), pyedit.OtherQuote(quote)) {
		quote = pyedit.OtherQuote(quote)
	}
	return pyedit.Quote(b.String(), quote), true
}

// fields is the author's own f-string without its f, each field emptied: braces
// are doubled in both.
func (m *formatting) fields() (string, bool) {
	if len(m.text.Tokens) != 1 || m.text.Node.Kind() != syntax.KindString {
		return "", false
	}
	tok := m.text.Tokens[0]
	if !tok.Format || tok.Lazy || len(tok.Prefix) != 1 {
		return "", false
	}
	var b strings.Builder
	b.WriteString(tok.Quote)
	for i := range tok.Parts {
		if p := &tok.Parts[i]; p.IsHole() {
			b.WriteString("{}")
		} else {
			b.WriteString(m.s.File.Source(p.Span.Shift(tok.Base)))
		}
	}
	b.WriteString(tok.Quote)
	known := false
	for i := range m.text.Pieces {
		known = known || m.text.Pieces[i].IsKnown
	}
	return b.String(), !known
}
