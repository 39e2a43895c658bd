package cmdi

import (
	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/cmdi"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// QuoteForShell quotes the values in a command that a shell has to read.
var QuoteForShell = &fix.Fix{
	Name:    "quote-for-shell",
	For:     []*analysis.Rule{cmdi.RemoteCommandInjection, cmdi.CommandInjection, cmdi.ShellDynamicCommand},
	Compute: quoteForShell,
	Handed:  true,
}

func quoteForShell(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that runs the command is in sight.")
	}
	arg, ok := s.SinkArg(models.Command | models.RemoteCommand)
	if !ok {
		return fix.Refuse("The command of this call cannot be told: quote its values with shlex.quote.")
	}
	t, reason := pytext.Parse(call.On(arg.Value), s)
	if t == nil {
		return fix.Refuse("The command cannot be rewritten: %s.", reason)
	}
	for _, tok := range t.Tokens {
		if tok.Fixed {
			return fix.Refuse("The command cannot be rewritten: other code reads it too.")
		}
	}
	q := quoter{s: s, e: s.Edits(), text: t, rewrite: t.Rewrite(), function: call}
	if reason := q.run(); reason != "" {
		return fix.Refuse("%s", reason)
	}
	if q.unwrapped {
		if reason := q.rewrite.Write(q.e); reason != "" {
			return fix.Refuse("The command cannot be rewritten: %s.", reason)
		}
	}
	caveat := ""
	switch {
	case s.Finding.Rule != cmdi.RemoteCommandInjection:
		caveat = "shlex.quote writes for POSIX shells, not for Windows. A value with spaces is one argument now, and each value must be text."
	case q.unsure:
		caveat = "A value with spaces is one argument now, and each value must be text."
	}
	return fix.Propose(q.e, caveat, "Quote the values with shlex.quote")
}

// quoter walks over a command as a shell does.
type quoter struct {
	s         *fix.Site
	e         *pyedit.Edits
	text      *pytext.Text
	rewrite   *pytext.Rewrite
	function  pyedit.At
	quote     byte // that is open
	begun     bool // a word of the command is complete, or has begun with literal text
	quoted    int
	unwrapped bool // quotes of the command go away
	unsure    bool
}

func (q *quoter) run() string {
	for i := range q.text.Pieces {
		p := &q.text.Pieces[i]
		switch {
		case !p.Hole:
			q.literal(p.Text)
		case p.IsKnown:
			q.literal(p.Known)
		default:
			if reason := q.hole(i); reason != "" {
				return reason
			}
		}
	}
	if q.quoted == 0 {
		return "No value that can be quoted stands in this command; it is made somewhere else."
	}
	return ""
}

func (q *quoter) literal(text string) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && q.quote != '\'':
			i++
		case q.quote != 0 && c == q.quote:
			q.quote = 0
		case q.quote == 0 && (c == '\'' || c == '"'):
			q.quote = c
		case q.quote == 0 && (c == ';' || c == '|' || c == '&' || c == '(' || c == '`' || c == '\n'):
			q.begun = false
			continue
		case c == ' ' || c == '\t':
			continue
		}
		q.begun = true
	}
}

func (q *quoter) hole(i int) string {
	p := &q.text.Pieces[i]
	if _, done := unquoted(q.s.File, p); done || number(p) || q.s.Trusted(p.Expr) || q.s.Cleaned(p.Expr, models.Command|models.RemoteCommand) {
		q.begun = true
		return ""
	}
	if !q.begun {
		return "The program to run comes from " + p.Source(q.s.File) + ": pick it from a fixed table."
	}
	if p.Conv != "" && p.Conv != "%s" && p.Conv != "!s" {
		return p.Source(q.s.File) + " is formatted (" + p.Conv + "), which quoting would come before."
	}
	if q.quote != 0 && !q.unwrap(i) {
		return p.Source(q.s.File) + " stands inside quotes of the command, beside other text: quote the whole argument."
	}
	at := p.Expr
	if p.Style == pytext.Operand && p.Term.OK() {
		at = p.Term
	}
	q.e.Wrap(at, q.e.Use(q.function, "shlex", "quote", pyedit.Plain)+"(", ")")
	q.unsure = q.unsure || !q.s.IsText(at)
	q.quoted++
	return ""
}

// unwrap takes away the quotes directly around a hole, which shlex.quote
// replaces.
func (q *quoter) unwrap(i int) bool {
	if i == 0 || i+1 >= len(q.text.Pieces) {
		return false
	}
	before, behind := &q.text.Pieces[i-1], &q.text.Pieces[i+1]
	if before.Hole || behind.Hole || before.Text == "" || behind.Text == "" {
		return false
	}
	if before.Text[len(before.Text)-1] != q.quote || behind.Text[0] != q.quote {
		return false
	}
	q.unwrapped = true
	q.rewrite.Replace(pytext.Pos{Piece: i - 1, Offset: len(before.Text) - 1}, pytext.Pos{Piece: i - 1, Offset: len(before.Text)}, "")
	q.rewrite.Replace(pytext.Pos{Piece: i + 1}, pytext.Pos{Piece: i + 1, Offset: 1}, "")
	return true
}
