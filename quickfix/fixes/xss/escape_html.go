// Package xss holds the fixes of cross-site scripting.
package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/xss"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{FormatMarkup, EscapeHTML, SendJSON, CleanHTML, EscapeTemplates, MakoFilter, EscapedEnding, QuoteAttribute, DropSafe, EscapeInTemplate, PassAsJSON, QuoteJSON}

// EscapeHTML escapes the values in HTML that is put together.
var EscapeHTML = &fix.Fix{
	Name:    "escape-html",
	For:     []*analysis.Rule{xss.ReflectedXSS, xss.HTMLBuiltFromVariables, xss.HTMLEmailInjection, xss.UnsafeMarkup},
	Compute: escapeHTML,
	Handed:  true,
}

func escapeHTML(s *fix.Site) []fix.Proposal {
	if s.Node.Kind() == syntax.KindHole {
		return nil // of a template
	}
	if s.Finding.Rule == xss.UnsafeMarkup && strings.HasSuffix(s.EventName(), ".format_html") {
		return nil // its arguments are escaped
	}
	value, ok := document(s)
	if !ok {
		return fix.Refuse("The HTML of this response cannot be told.")
	}
	w := &work{s: s, e: s.Edits(), done: map[source.Span]bool{}, seen: map[source.Span]bool{}}
	w.function()
	if !w.document(value, 0) {
		return fix.Refuse("%s", w.reason)
	}
	if w.reason != "" {
		return fix.Refuse("%s", w.reason)
	}
	if len(w.names) == 0 {
		return fix.Refuse("No value that can be escaped stands in this HTML; it is made somewhere else.")
	}
	return fix.Propose(w.e, w.caveat(), "Escape %s", listing(w.names))
}

// document is the expression of the HTML text of the site.
func document(s *fix.Site) (pyedit.At, bool) {
	n := s.Node
	if s.HasEvent && len(s.Event.Sinks) > 0 {
		if a, ok := s.SinkArg(models.HTML | models.MailHTML); ok {
			call, _ := s.Call()
			return call.On(a.Value), true
		}
	}
	if _, v, ok := s.Assignment(); ok {
		return v, true
	}
	switch n.Kind() {
	case syntax.KindReturnStatement, syntax.KindExpressionStatement, syntax.KindParenthesizedExpression:
		n = n.On(n.NamedChild(0))
	}
	if n.Kind() == syntax.KindExpressionList || n.Kind() == syntax.KindTuple {
		n = n.On(n.NamedChild(0))
	}
	return n, n.OK()
}

// work escapes the values of one document.
type work struct {
	s      *fix.Site
	e      *pyedit.Edits
	module string               // of the escape function
	done   map[source.Span]bool // expressions that are escaped
	seen   map[source.Span]bool // texts that were looked at
	names  []string
	unsure bool // a value may be HTML on purpose
	reason string
}

// function picks the escape function that the file has or that its framework
// brings along.
func (w *work) function() {
	f := w.s.File
	for _, m := range []string{"markupsafe", "django.utils.html", "html"} {
		for _, b := range f.Imports() {
			if b.Target == m+".escape" && !b.Inner {
				w.module = m
				return
			}
		}
	}
	switch {
	case f.ImportsRoot("django"):
		w.module = "django.utils.html"
	case f.ImportsRoot("flask"), f.ImportsRoot("quart"), f.ImportsRoot("markupsafe"), f.ImportsRoot("jinja2"), f.ImportsRoot("werkzeug"):
		w.module = "markupsafe"
	default:
		w.module = "html"
	}
}

func (w *work) fail(reason string) bool {
	if w.reason == "" {
		w.reason = reason
	}
	return false
}

// document escapes the values of an expression that gives HTML; it is false,
// with a reason, if that cannot be done.
func (w *work) document(at pyedit.At, depth int) bool {
	if w.seen[at.Abs()] {
		return true
	}
	w.seen[at.Abs()] = true
	if depth > 5 {
		return w.fail("The HTML is put together in too many steps to follow.")
	}
	switch at.Kind() {
	case syntax.KindParenthesizedExpression:
		return w.document(at.On(at.NamedChild(0)), depth)
	case syntax.KindConditionalExpression:
		return w.document(at.On(at.NamedChild(0)), depth+1) && w.document(at.On(at.NamedChild(2)), depth+1)
	case syntax.KindIdentifier:
		return w.name(at, depth)
	case syntax.KindCall:
		if fn := at.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "encode" {
			return w.document(at.On(fn.Child(syntax.FieldObject)), depth)
		}
		if ok, done := w.called(at, depth); done {
			return ok
		}
		if parts, ok := w.joined(at); ok {
			for _, p := range parts {
				if !w.document(p, depth+1) {
					return false
				}
			}
			return true
		}
	}
	t, reason := pytext.Parse(at, noNames{w.s})
	if t == nil {
		if at.Kind() == syntax.KindCall || at.Kind() == syntax.KindSubscript || at.Kind() == syntax.KindAttribute || at.Kind() == syntax.KindAwait || at.Kind() == syntax.KindBooleanOperator {
			return w.whole(at)
		}
		return w.fail("The HTML cannot be followed: " + reason + ".")
	}
	return w.text(t, depth)
}

// noNames follows no names: each is a value of its own.
type noNames struct{ s *fix.Site }

func (n noNames) Definition(pyedit.At) (pyedit.At, bool, bool) { return pyedit.At{}, false, false }
func (n noNames) Constant(e pyedit.At) (string, bool)          { return n.s.Constant(e) }

// text escapes the holes of one text.
func (w *work) text(t *pytext.Text, depth int) bool {
	where, complete := places(t)
	if !complete {
		return w.fail("A tag begins in one text and ends in another.")
	}
	for _, i := range t.Holes() {
		h := &t.Pieces[i]
		if w.harmless(h) {
			continue
		}
		if where[i] == text && w.isHTML(h.Expr) {
			if !w.document(h.Expr, depth+1) {
				return false
			}
			continue
		}
		if why := where[i].why(h.Source(w.s.File)); why != "" {
			return w.fail(why)
		}
		if !w.escape(h) {
			return false
		}
	}
	return true
}

// harmless reports whether a hole may stay as it is.
func (w *work) harmless(h *pytext.Piece) bool {
	if w.s.Trusted(h.Expr) || w.s.Cleaned(h.Expr, models.HTML) || h.Conv == "%d" || h.Conv == "%f" {
		return true
	}
	switch w.s.TypeOf(h.Expr) {
	case "int", "float", "bool", "markupsafe.Markup", "django.utils.safestring.SafeString":
		return true
	}
	if h.Expr.Kind() != syntax.KindCall {
		return false
	}
	name := h.Expr.Child(syntax.FieldFunction).Str()
	name = name[strings.LastIndexByte(name, '.')+1:]
	return name == "escape" || name == "len" || name == "url_for" || name == "Markup" || name == "format_html"
}

// escape puts the escape function around the value of a hole.
func (w *work) escape(h *pytext.Piece) bool {
	name := h.Source(w.s.File)
	if h.Suffix != "" || h.Key != "" {
		return w.fail(name + " is taken out of its argument by the text itself: pass the value alone.")
	}
	if strings.Contains(h.Conv, ":") || strings.HasPrefix(h.Conv, "%") || strings.HasPrefix(h.Conv, "=") {
		return w.fail("The format of " + name + " would be applied to the escaped text.")
	}
	if h.Conv == "!a" || h.Conv == "!r" && h.Style != pytext.Field {
		return w.fail("The conversion of " + name + " would be applied to the escaped text.")
	}
	at := h.Expr
	if h.Style == pytext.Operand {
		at = h.Term
	}
	if w.done[at.Abs()] {
		return true
	}
	w.done[at.Abs()] = true
	call := w.e.Use(at, w.module, "escape", w.style())
	value := w.s.Source(h.Expr)
	if h.Conv == "!r" {
		w.e.Replace(h.Place(), "{"+call+"(repr("+value+"))}")
		w.names = append(w.names, short(name))
		w.unsure = true
		return true
	}
	if w.module == "html" && w.s.TypeOf(h.Expr) != "str" {
		value = "str(" + value + ")"
	}
	text := call + "(" + value + ")"
	if h.Style == pytext.Operand && w.module == "markupsafe" {
		text = "str(" + text + ")" // text + Markup would escape the text, too
	}
	w.e.ReplaceNode(at, text)
	w.names = append(w.names, short(name))
	w.unsure = w.unsure || !w.fromClient(h)
	return true
}

func (w *work) style() pyedit.Style {
	if w.module == "html" {
		return pyedit.Plain
	}
	return pyedit.From
}

// whole escapes a value that is all of the HTML.
func (w *work) whole(at pyedit.At) bool {
	h := pytext.Piece{Hole: true, Style: pytext.Field, Expr: at, Term: at}
	if !handedOver(at.Node) {
		h.Style = pytext.Operand // other text may be added to it
	}
	if w.isHTML(at) || w.s.Trusted(at) || at.Kind() == syntax.KindCall && !w.fromClient(&h) {
		return w.fail("The HTML is made in " + short(w.s.Source(at)) + ": escape its values there.")
	}
	return w.escape(&h)
}

// handedOver reports whether a value goes to the framework as it is: it is what a
// function returns, or an argument.
func handedOver(n syntax.Node) bool {
	switch n.Parent().Kind() {
	case syntax.KindReturnStatement, syntax.KindExpressionList, syntax.KindArgumentList, syntax.KindLambda:
		return true
	}
	return false
}

// fromClient reports whether a value is plain data of the client, so that
// nobody means it to be HTML.
func (w *work) fromClient(h *pytext.Piece) bool {
	v := w.s.Value(h.Expr)
	if v == nil || len(v.Origins) == 0 || len(v.Pieces) > 0 {
		return false
	}
	for _, o := range v.Origins {
		if o.Tier != models.Remote || o.Vague {
			return false
		}
	}
	return true
}

func (w *work) caveat() string {
	if !w.unsure {
		return ""
	}
	return "The values are shown as text from now on: one that holds HTML on purpose has to be made with Markup (or mark_safe) where it is checked."
}

// short is an expression for a title.
func short(name string) string {
	if len(name) > 40 || strings.ContainsAny(name, "\r\n") {
		return "the value"
	}
	return name
}

// listing joins names: "a", "a and b", "a, b and c".
func listing(names []string) string {
	var out []string
	for _, n := range names {
		dup := false
		for _, o := range out {
			dup = dup || o == n
		}
		if !dup {
			out = append(out, n)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}
