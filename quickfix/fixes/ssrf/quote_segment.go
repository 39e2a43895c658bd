package ssrf

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/ssrf"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// QuoteSegment quotes what the client writes into a URL.
var QuoteSegment = &fix.Fix{
	Name:    "quote-url-part",
	For:     []*analysis.Rule{ssrf.SSRFPartial},
	Compute: quoteSegment,
	Handed:  true,
}

func quoteSegment(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that sends this request is in sight.")
	}
	arg, ok := s.SinkArg(models.URL)
	if !ok {
		return fix.Refuse("The URL of this request cannot be told.")
	}
	url := address(s, call.On(arg.Value))
	t, reason := pytext.Parse(url, s)
	if t == nil {
		return fix.Refuse("The URL cannot be followed: %s.", reason)
	}
	e := s.Edits()
	before := ""
	var names []string
	for i := range t.Pieces {
		p := &t.Pieces[i]
		switch {
		case !p.Hole:
			before += p.Text
			continue
		case p.IsKnown:
			before += p.Known
			continue
		}
		name := p.Source(s.File)
		if !behindHost(before) || s.Trusted(p.Expr) || s.Cleaned(p.Expr, models.URL) {
			before += "\x00"
			continue
		}
		if p.Suffix != "" || p.Key != "" || p.Conv != "" && p.Conv != "!s" {
			return fix.Refuse("%s is formatted by the text itself: quote it before it is put in.", name)
		}
		if !segment(before, next(t, i)) {
			return fix.Refuse("%s is more than one segment of the path: its slashes would be quoted, too.", name)
		}
		value := s.Source(p.Expr)
		if !s.IsText(p.Expr) || p.Style != pytext.Operand && s.MayBeNone(p.Expr) {
			value = "str(" + value + ")"
		}
		at := p.Expr
		if p.Style == pytext.Operand {
			at = p.Term
		}
		quoted := e.Use(at, "urllib.parse", "quote", pyedit.From) + "(" + value + `, safe="")`
		if strings.Contains(t.Quote(), `"`) && p.Style == pytext.Field {
			quoted = strings.Replace(quoted, `safe=""`, "safe=''", 1)
		}
		if p.Style == pytext.Field && strings.Contains(value, t.Quote()[:1]) && len(t.Quote()) == 1 {
			return fix.Refuse("%s holds quotes of the text around it: give it a name first.", name)
		}
		e.ReplaceNode(at, quoted)
		names = append(names, name)
		before += "\x00"
	}
	if len(names) == 0 {
		return fix.Refuse("No value that can be quoted stands in this URL; it is made somewhere else.")
	}
	return fix.Propose(e, "", "Quote %s", strings.Join(names, " and "))
}

// behindHost reports whether the text holds a scheme and a host and what ends
// them.
func behindHost(s string) bool {
	_, after, ok := strings.Cut(s, "://")
	return ok && strings.ContainsAny(after, "/?#")
}

// segment reports whether a hole is one segment of a path or one value of a
// query, by what stands before and behind it.
func segment(before, behind string) bool {
	if strings.Contains(before, "?") {
		return strings.HasSuffix(before, "=") && (behind == "" || behind[0] == '&' || behind[0] == '#')
	}
	last := before[strings.LastIndexByte(before, '/')+1:]
	return !strings.Contains(last, "\x00") && (behind == "" || strings.ContainsRune("/?#.&-_", rune(behind[0])))
}

// next is the literal text behind a piece, up to the next hole.
func next(t *pytext.Text, i int) string {
	if i+1 < len(t.Pieces) {
		if p := &t.Pieces[i+1]; !p.Hole {
			return p.Text
		} else if p.IsKnown {
			return p.Known
		}
		return "\x00"
	}
	return ""
}
