package sqli

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
)

//go:embed sql_quoted_placeholder.md
var sqlQuotedPlaceholderPage string

// SQLQuotedPlaceholder: Placeholder inside quotes disables binding.
var SQLQuotedPlaceholder = &analysis.Rule{
	ID:         "sql-quoted-placeholder",
	Class:      "sqli",
	Title:      "Placeholder inside quotes disables binding",
	CWE:        []int{89},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"avoid-query-set-extra"}},
	Page:       sqlQuotedPlaceholderPage,
	Checks:     []analysis.Check{analysis.Sinks{Kind: models.SQL, Run: quotedPlaceholder}},
	Yields:     []*analysis.Rule{SQLInjection},
}

func quotedPlaceholder(p *analysis.Pass, e *flow.Event, s *models.Sink) {
	text := e.SinkArg(s)
	if text == nil {
		return
	}
	given := parameters(e, s)
	if given == nil && s.Driver != "sqlalchemy-text" {
		return
	}
	marks := Placeholders(s.Driver)
	for _, tokens := range statements(text) {
		q, ok := marks.quoted(tokens)
		if !ok || given != nil && marks.matches(tokens, oneRow(e, given.Value)) {
			continue
		}
		c := analysis.Certain
		if q.Typed {
			c = analysis.Unsure // psycopg2 puts a number into the text as it is
		}
		p.Report(e, c, "The placeholder "+q.Text+" stands within quotes"+marks.effect+" Leave the quotes out: the driver knows how to write the value.")
		return
	}
}

// statements are the texts of an argument: one, or those of a list or mapping.
func statements(a *flow.Arg) [][]sql.Token {
	var out [][]sql.Token
	for _, pieces := range flow.Texts(a.Value, a.Node) {
		list := make([]sql.Piece, len(pieces))
		for i, p := range pieces {
			list[i] = p.SQL()
		}
		out = append(out, sql.Scan(list))
	}
	return out
}

// parameters is the argument that passes values for the placeholders; nil if
// there is none, or it is known to be empty.
func parameters(e *flow.Event, s *models.Sink) *flow.Arg {
	for _, name := range []string{"params", "parameters", "args", "vars", "values", "seq_of_parameters", "seq_params", "vars_list", "select_params"} {
		if a := flow.FindArg(e.Args, name); a != nil {
			return notEmpty(a)
		}
	}
	if method(e) == "extra" {
		return nil
	}
	if len(s.Args) > 0 && s.Args[0] == "1" {
		return notEmpty(flow.FindArg(e.Args, "2"))
	}
	return notEmpty(flow.FindArg(e.Args, "1"))
}

func notEmpty(a *flow.Arg) *flow.Arg {
	if a == nil || a.Value.IsNone() {
		return nil
	}
	if n, ok := a.Value.Len(); ok && n == 0 {
		return nil
	}
	return a
}

// oneRow are the values of one run of the statement.
func oneRow(e *flow.Event, given *flow.Value) *flow.Value {
	if method(e) == "executemany" {
		if row := given.Element(0); row != nil {
			return row
		}
	}
	return given
}

// Marks are the placeholders of a driver.
type Marks struct {
	percent, question, colon, dollar bool
	effect                           string // what quotes around one do
}

const (
	breaksOut = ": the driver writes quotes of its own, so the value ends up outside them and becomes part of the statement."
	isText    = ": it is plain text there, and the value is never bound."
)

var marksOf = map[string]Marks{
	"sqlite3": {question: true, colon: true, effect: isText}, "aiosqlite": {question: true, colon: true, effect: isText},
	"pyodbc": {question: true, effect: isText}, "duckdb": {question: true, dollar: true, effect: isText},
	"mariadb": {question: true, effect: isText}, "trino": {question: true, effect: isText},
	"asyncpg": {dollar: true, effect: isText}, "psycopg": {percent: true, effect: isText},
	"oracledb": {colon: true, effect: isText}, "databases": {colon: true, effect: isText}, "sqlalchemy-text": {colon: true, effect: isText},
	"records": {colon: true, effect: isText}, "rds-data": {colon: true, effect: isText},
	"tortoise": {question: true, percent: true, dollar: true, effect: isText},
}

// Placeholders are the marks of a driver by its name in the models; those with
// %s for any other, since nearly all the rest have them.
func Placeholders(driver string) Marks {
	if m, ok := marksOf[driver]; ok {
		return m
	}
	return Marks{percent: true, effect: breaksOut}
}

// Quoted is a placeholder within a quoted literal.
type Quoted struct {
	Text  string // as written
	Whole bool   // it is all that the literal holds
	Typed bool   // a word before the literal gives it a type: INTERVAL '%s days'
	Token int
}

// quoted is the first placeholder that stands within quotes.
func (m Marks) quoted(tokens []sql.Token) (Quoted, bool) {
	for i, t := range tokens {
		if text, ok := m.In(t); ok {
			typed := t.Prefix != "" || i > 0 && tokens[i-1].Kind == sql.Word && sql.IsType(tokens[i-1].Text)
			return Quoted{Text: text, Whole: t.Body() == text, Typed: typed, Token: i}, true
		}
	}
	return Quoted{}, false
}

// In is the first placeholder in a token that is a quoted literal.
func (m Marks) In(t sql.Token) (string, bool) {
	if t.Kind != sql.Literal && !(t.Kind == sql.Name && t.Quote == `"`) || !t.Closed || len(t.Quote) != 1 || len(t.Holes) > 0 {
		return "", false
	}
	body := t.Body()
	if m.percent {
		if mark := percentMark(body); mark != "" {
			return mark, true
		}
	}
	// the others are common signs: only a literal that is nothing else, but for wildcards, is meant as one
	core := strings.Trim(body, "%")
	switch {
	case m.question && core == "?", m.colon && sql.IsMark(core, ':'), m.dollar && sql.IsMark(core, '$'):
		return core, true
	}
	return "", false
}

// percentMark is the first %s or %(name)s of a text.
func percentMark(body string) string {
	for i := 0; i+1 < len(body); i++ {
		if body[i] != '%' {
			continue
		}
		switch {
		case body[i+1] == '%':
			i++
		case body[i+1] == 's':
			return "%s"
		case body[i+1] == '(':
			if end := strings.Index(body[i:], ")s"); end > 2 && !strings.ContainsAny(body[i+2:i+end], " %'(") {
				return body[i : i+end+2]
			}
		}
	}
	return ""
}

// matches reports whether the statement has as many placeholders outside quotes
// as values are given, so that those within are meant to be text. Drivers with
// percent signs replace them everywhere.
func (m Marks) matches(tokens []sql.Token, given *flow.Value) bool {
	if m.percent {
		return false
	}
	free := 0
	for _, t := range tokens {
		if t.Kind == sql.Placeholder {
			free++
		}
	}
	if n, ok := given.Len(); ok {
		return free >= n
	}
	return free > 0
}
