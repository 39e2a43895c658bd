package sqli

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
	"pavise/analysis/rules/sqli"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// UnquotePlaceholder takes the quotes around placeholders away.
var UnquotePlaceholder = &fix.Fix{
	Name:    "unquote-placeholder",
	For:     []*analysis.Rule{sqli.SQLQuotedPlaceholder},
	Compute: unquotePlaceholder,
}

func unquotePlaceholder(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that runs this statement is in sight.")
	}
	arg, ok := s.SinkArg(models.SQL)
	if !ok {
		return fix.Refuse("The statement argument of this call cannot be told.")
	}
	u := unquoting{s: s, e: s.Edits(), call: call}
	d, name := modelledDriver(s)
	u.driver, u.marks = d, sqli.Placeholders(name)
	statements := []pyedit.At{call.On(arg.Value)}
	if arg.Value.Kind() == syntax.KindList || arg.Value.Kind() == syntax.KindTuple { // of extra(where=[...])
		statements = statements[:0]
		for c := range arg.Value.NamedChildren() {
			statements = append(statements, call.On(c))
		}
	}
	for _, at := range statements {
		if reason := u.statement(at); reason != "" {
			return fix.Refuse("%s", reason)
		}
	}
	if u.moved {
		return fix.Propose(u.e, "The text beside the placeholder moves into the value, which is text then.", "Move the quotes' text into the value")
	}
	return fix.Propose(u.e, "", "Remove the quotes around the placeholder")
}

// unquoting is the rewriting of one call.
type unquoting struct {
	s      *fix.Site
	e      *pyedit.Edits
	call   pyedit.At
	driver *driver // nil if it is not known
	marks  sqli.Marks
	count  int  // placeholders so far
	moved  bool // literal text went into a value
}

// statement rewrites one text; the reason says why that cannot be done.
func (u *unquoting) statement(at pyedit.At) string {
	t, reason := pytext.Parse(at, u.s)
	if t == nil {
		return "The statement cannot be rewritten: " + reason + "."
	}
	tokens := sql.Scan(t.SQL())
	r := t.Rewrite()
	for i, tok := range tokens {
		if tok.Kind == sql.Placeholder {
			u.count++
			continue
		}
		mark, ok := u.marks.In(tok)
		if !ok {
			continue
		}
		if reason := u.literal(tokens, i, mark, t); reason != "" {
			return reason
		}
		r.Replace(tok.Start, tok.End, mark)
		u.count++
	}
	if reason := r.Write(u.e); reason != "" {
		return "The statement cannot be rewritten: " + reason + "."
	}
	return ""
}

// literal checks one quoted placeholder, and moves what stands beside it into
// its value.
func (u *unquoting) literal(tokens []sql.Token, i int, mark string, t *pytext.Text) string {
	tok := tokens[i]
	prev := sql.Token{}
	if i > 0 {
		prev = tokens[i-1]
	}
	switch {
	case tok.Prefix != "" || prev.Kind == sql.Word && sql.IsType(prev.Text):
		return "The literal has a type of its own: write an expression such as " + mark + " * INTERVAL '1 day'."
	case tok.Kind == sql.Name && !(u.driver != nil && u.driver.quotes && comparesTo(prev)):
		return "Quotes of this kind make a name, and a parameter cannot stand for a name: look it up in a fixed table."
	}
	body := tok.Body()
	if body == mark {
		return ""
	}
	if strings.Count(body, mark) > 1 || strings.Contains(strings.Replace(body, mark, "", 1), "%(") {
		return "Several placeholders stand in one literal: put the whole text into one value."
	}
	value, reason := u.value(mark)
	if reason != "" {
		return reason
	}
	before, after, _ := strings.Cut(body, mark)
	var parts []pytext.Part
	if before != "" {
		parts = append(parts, pytext.Part{Text: u.plain(before, tok.Quote)})
	}
	parts = append(parts, pytext.Part{Hole: &pytext.Piece{Hole: true, Expr: value}})
	if after != "" {
		parts = append(parts, pytext.Part{Text: u.plain(after, tok.Quote)})
	}
	expr, ok := pytext.Compose(u.s.File, parts, t.Quote())
	if !ok {
		return "The value of the literal cannot be written as one expression."
	}
	u.e.ReplaceNode(value, expr)
	u.moved = true
	return ""
}

// plain is the text that a part of a literal stands for.
func (u *unquoting) plain(text, quote string) string {
	if u.driver == nil || u.driver.double {
		text = strings.ReplaceAll(text, "%%", "%")
	}
	return strings.ReplaceAll(text, quote+quote, quote)
}

// comparesTo reports whether a value stands behind a token.
func comparesTo(t sql.Token) bool {
	switch t.Text {
	case "=", "<>", "!=", "<", ">", "<=", ">=", "LIKE", "IN", "(", ",", "VALUES", "BETWEEN", "AND":
		return true
	}
	return false
}

// value is the expression that is passed for the next placeholder.
func (u *unquoting) value(mark string) (pyedit.At, string) {
	const reason = "Which value belongs to the placeholder cannot be told: move the text beside it into that value."
	b := binding{p: &plan{site: u.s, call: u.call}}
	given, ok := b.existing()
	if !ok || methodOf(u.call) == "executemany" {
		return pyedit.At{}, reason
	}
	at := u.call.On(given.Value)
	switch at.Kind() {
	case syntax.KindTuple, syntax.KindList:
		if u.count >= at.NamedCount() || holdsSplat(at.Node) || len(mark) > 2 && mark[0] != '$' {
			return pyedit.At{}, reason
		}
		return at.On(at.NamedChild(u.count)), ""
	case syntax.KindDictionary:
		key := strings.Trim(mark, ":%()s")
		if strings.HasPrefix(mark, "%(") {
			key = mark[2 : len(mark)-2]
		}
		for c := range at.NamedChildren() {
			if k := c.Child(syntax.FieldKey); c.Kind() == syntax.KindPair && strings.Trim(k.Str(), `"'`) == key {
				return at.On(c.Child(syntax.FieldValue)), ""
			}
		}
	}
	return pyedit.At{}, reason
}

func methodOf(call pyedit.At) string {
	fn := call.Child(syntax.FieldFunction)
	if fn.Kind() == syntax.KindAttribute {
		return fn.Child(syntax.FieldAttribute).Str()
	}
	return fn.Str()
}
