package csrf

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/csrf"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
)

// AddCSRFToken writes the token into a form.
var AddCSRFToken = &fix.Fix{
	Name:    "add-csrf-token",
	For:     []*analysis.Rule{csrf.FormWithoutCSRFToken},
	Compute: addToken,
}

const (
	django = "{% csrf_token %}"
	field  = `<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">`
)

func addToken(s *fix.Site) []fix.Proposal {
	text := string(s.File.Text)
	start := int(s.Finding.Span.Start)
	switch {
	case s.Node.Kind() != syntax.KindHole:
		return fix.Refuse("The template is a text of this file: write the token behind the tag of its form.")
	case csrf.SendsAway(s.Finding):
		return fix.Refuse("The token must not leave this site: delete it from the form.")
	}
	end := tagEnd(text, start)
	if end < 0 {
		return fix.Refuse("The end of the form's tag cannot be told.")
	}
	token, caveat := field, "csrf_token() comes with CSRFProtect: it must be set up for the application."
	if csrf.InDjango(s.Finding) {
		token, caveat = django, ""
	}
	e := s.Edits()
	e.Insert(uint32(end), lead(s, text, end)+token)
	return fix.Propose(e, caveat, "Write the token into the form")
}

// tagEnd is the offset behind a tag that begins at an offset, -1 if it does not
// end.
func tagEnd(text string, from int) int {
	var quote byte
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{' && i+1 < len(text) && (text[i+1] == '{' || text[i+1] == '%' || text[i+1] == '#'):
			closing := map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[text[i+1]]
			j := strings.Index(text[i+2:], closing)
			if j < 0 {
				return -1
			}
			i += j + 3
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// lead is the line break and indentation of what follows the tag, if that
// stands on a line of its own.
func lead(s *fix.Site, text string, end int) string {
	rest := text[end:]
	line := strings.TrimLeft(rest, " \t")
	if !strings.HasPrefix(line, "\n") && !strings.HasPrefix(line, "\r") {
		return ""
	}
	next := strings.TrimLeft(line, "\r\n")
	indent := next[:len(next)-len(strings.TrimLeft(next, " \t"))]
	if strings.HasPrefix(strings.TrimSpace(next), "</form") {
		indent = s.File.Source(source.Span{Start: s.File.LineStart(s.Finding.Span.Start), End: s.Finding.Span.Start})
		if strings.TrimSpace(indent) != "" {
			indent = ""
		}
		indent += "  "
	}
	return "\n" + indent
}
