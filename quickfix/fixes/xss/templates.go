package xss

import (
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/template"
	"pavise/analysis/rules/xss"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
)

// QuoteAttribute puts a value in a tag into quotes.
var QuoteAttribute = &fix.Fix{Name: "quote-attribute", For: []*analysis.Rule{xss.TemplateUnquotedAttribute}, Compute: inTemplate(quoteAttribute)}

// DropSafe takes the filter away that marks a value as safe.
var DropSafe = &fix.Fix{Name: "drop-safe-filter", For: []*analysis.Rule{xss.TemplateSafeFilter}, Compute: inTemplate(dropSafe)}

// EscapeInTemplate escapes a value that a template puts out as it is.
var EscapeInTemplate = &fix.Fix{
	Name: "escape-in-template", For: []*analysis.Rule{xss.TemplateAutoescapeOffBlock, xss.ReflectedXSS}, Compute: inTemplate(escapeInTemplate),
}

// PassAsJSON gives a value to a script as JSON.
var PassAsJSON = &fix.Fix{Name: "pass-as-json", For: []*analysis.Rule{xss.TemplateScriptOrURLContext}, Compute: inTemplate(passAsJSON)}

// QuoteJSON puts an attribute that holds JSON into single quotes.
var QuoteJSON = &fix.Fix{Name: "quote-json-attribute", For: []*analysis.Rule{xss.TemplateScriptOrURLContext}, Compute: inTemplate(quoteJSON)}

const showsText = "Markup in this value is shown as text from now on. If readers may write markup, clean it with nh3 in the view instead."

// hole is a hole of a template that a fix looks at.
type hole struct {
	*fix.Site
	node *template.Node
	text string // of the file
	span source.Span
}

// inTemplate makes a fix of one hole of a template. It has nothing to say of
// findings in Python.
func inTemplate(compute func(h *hole) []fix.Proposal) func(*fix.Site) []fix.Proposal {
	return func(s *fix.Site) []fix.Proposal {
		if s.Node.Kind() != syntax.KindHole {
			return nil
		}
		file := template.Parse(s.File.Tree.File)
		for _, n := range file.Outputs() {
			if span := n.At.Span(); span == s.Node.Abs() {
				return compute(&hole{s, n, string(s.File.Text), span})
			}
		}
		return fix.Refuse("This tag puts its value out by itself: only its author can tell what it should say.")
	}
}

// last is the outermost filter of a name in the hole's expression.
func (h *hole) last(names ...string) *template.Expr {
	for x := h.node.Expr; x != nil && x.Kind == template.Filtered; x = x.X {
		if slices.Contains(names, x.Name) {
			return x
		}
	}
	return nil
}

func dropSafe(h *hole) []fix.Proposal {
	x := h.last("safe", "safeseq", "mark_safe")
	if x == nil || x.X == nil {
		return fix.Refuse("The filter stands inside of the expression: only its author can tell what else needs it.")
	}
	e := h.Edits()
	e.Delete(source.Span{Start: x.X.At.Span().End, End: x.At.Span().End})
	return fix.Propose(e, showsText, "Remove |%s", x.Name)
}

func escapeInTemplate(h *hole) []fix.Proposal {
	if !single(h.node.Expr) {
		return fix.Refuse("The expression holds operators: put it into parentheses and escape it.")
	}
	e := h.Edits()
	e.Insert(h.node.Expr.At.Span().End, "|escape")
	return fix.Propose(e, showsText, "Escape the value with |escape")
}

// single reports whether a filter behind the expression filters all of it.
func single(x *template.Expr) bool {
	switch x.Kind {
	case template.Name, template.Attr, template.Item, template.Apply, template.Filtered, template.Str:
		return true
	}
	return false
}

func quoteAttribute(h *hole) []fix.Proposal {
	if h.node.Where.Place != template.InUnquoted {
		return fix.Refuse("The value stands among the names of a tag: only its author can tell which attribute is meant.")
	}
	if h.last("tojson") != nil {
		return fix.Refuse("JSON holds double quotes itself: put the attribute into single quotes.")
	}
	start, end := int(h.span.Start), int(h.span.End)
	for start > 0 && strings.IndexByte(" \t\r\n=<>\"'}", h.text[start-1]) < 0 {
		start--
	}
	for end < len(h.text) && strings.IndexByte(" \t\r\n>\"'{", h.text[end]) < 0 && !strings.HasPrefix(h.text[end:], "/>") {
		end++
	}
	before := strings.TrimRight(h.text[:start], " \t\r\n")
	if !strings.HasSuffix(before, "=") || end < len(h.text) && strings.IndexByte("\"'{", h.text[end]) >= 0 {
		return fix.Refuse("The value is put together from several parts: put quotes around all of them.")
	}
	e := h.Edits()
	e.Insert(uint32(start), `"`)
	e.Insert(uint32(end), `"`)
	return fix.Propose(e, "", "Put the value into quotes")
}

func passAsJSON(h *hole) []fix.Proposal {
	where := h.node.Where
	switch {
	case where.Place != template.InScript:
		return nil
	case strings.Contains(h.text, "{% load ") || strings.Contains(h.text, "{% csrf_token %}"):
		return fix.Refuse("Django has no filter for this: pass the value with json_script and read it from the script.")
	case where.Code != template.CodePlain && where.Code != template.CodeSingle && where.Code != template.CodeDouble:
		return fix.Refuse("The value is part of a longer text: put it into a variable of the script first.")
	}
	x := h.node.Expr
	e := h.Edits()
	if where.Code != template.CodePlain {
		start, end := h.span.Start, h.span.End
		quotes := map[template.Code]byte{template.CodeSingle: '\'', template.CodeDouble: '"'}
		q := quotes[where.Code]
		if start == 0 || int(end) >= len(h.text) || h.text[start-1] != q || h.text[end] != q {
			return fix.Refuse("The value is part of a longer text: put it into a variable of the script first.")
		}
		e.Delete(source.Span{Start: start - 1, End: start})
		e.Delete(source.Span{Start: end, End: end + 1})
	}
	if f := h.last("tojson"); f != nil {
		return fix.Propose(e, "The script gets the value itself, with its type.", "Take the quotes around the JSON away")
	}
	if f := h.last("safe", "e", "escape"); f == x && f != nil && f.X != nil {
		x = f.X
		e.Delete(source.Span{Start: x.At.Span().End, End: f.At.Span().End})
	}
	if !single(x) {
		return fix.Refuse("The expression holds operators: put it into parentheses and add |tojson.")
	}
	e.Insert(x.At.Span().End, "|tojson")
	return fix.Propose(e, "The script gets the value itself, with its type. A text that holds JSON already must be passed as the object it was made of.", "Pass the value with |tojson")
}

func quoteJSON(h *hole) []fix.Proposal {
	if h.node.Where.Place != template.InValue || h.node.Where.Quote != '"' || h.last("tojson") == nil {
		return nil
	}
	start := strings.LastIndexByte(h.text[:h.span.Start], '"')
	length := strings.IndexByte(h.text[h.span.End:], '"')
	if start < 0 || length < 0 {
		return fix.Refuse("The quotes of the attribute cannot be told.")
	}
	end := int(h.span.End) + length
	if strings.ContainsAny(h.text[start+1:h.span.Start]+h.text[h.span.End:end], "'{") {
		return fix.Refuse("The attribute holds more than this value: pass the value in an attribute of its own.")
	}
	e := h.Edits()
	e.Replace(source.Span{Start: uint32(start), End: uint32(start + 1)}, "'")
	e.Replace(source.Span{Start: uint32(end), End: uint32(end + 1)}, "'")
	return fix.Propose(e, "", "Put the attribute into single quotes")
}
