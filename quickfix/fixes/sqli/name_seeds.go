package sqli

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/lang/sql"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// selected are the plain columns that a SELECT lists.
func selected(tokens []sql.Token) []string {
	if len(tokens) == 0 || tokens[0].Text != "SELECT" {
		return nil
	}
	var out []string
	for i := 1; i < len(tokens) && tokens[i].Text != "FROM"; i++ {
		t := tokens[i]
		if t.Kind != sql.Word || t.Text == "DISTINCT" {
			continue
		}
		alone := func(x sql.Token) bool {
			return x.Text == "," || x.Text == "SELECT" || x.Text == "DISTINCT" || x.Text == "FROM"
		}
		if i+1 < len(tokens) && alone(tokens[i-1]) && alone(tokens[i+1]) {
			out = withDefault(out, strings.ToLower(t.Text))
		}
	}
	return out
}

// tableOf is the first table that a statement names, in lower case.
func tableOf(tokens []sql.Token) string {
	for i, t := range tokens {
		if t.Kind == sql.Word && (t.Text == "FROM" || t.Text == "UPDATE" || t.Text == "INTO") && i+1 < len(tokens) && tokens[i+1].Kind == sql.Word {
			return strings.ToLower(tokens[i+1].Text)
		}
	}
	return ""
}

// defined are the columns of a table that a CREATE TABLE in the file defines.
func (a *allowing) defined(table string) []string {
	if table == "" {
		return nil
	}
	for _, t := range statementsOf(a.s.File) {
		if out := columnsOf(t, table); len(out) > 0 {
			return out
		}
	}
	return nil
}

// columnsOf reads CREATE TABLE name (column type, ...).
func columnsOf(t []sql.Token, table string) []string {
	at := 0
	for i, tok := range t {
		if tok.Text == "(" && i > 1 && strings.EqualFold(t[i-1].Text, table) {
			for _, x := range t[max(0, i-5):i] {
				if x.Text == "TABLE" {
					at = i
				}
			}
			break
		}
	}
	if at == 0 {
		return nil
	}
	var out []string
	depth := 0
	for i := at; i < len(t); i++ {
		switch t[i].Text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return out
			}
		}
		if depth == 1 && (t[i].Text == "(" || t[i].Text == ",") && i+2 < len(t) && t[i+1].Kind == sql.Word && t[i+2].Kind == sql.Word && !constraints[t[i+1].Text] {
			out = withDefault(out, strings.ToLower(t[i+1].Text))
		}
	}
	return nil
}

var constraints = map[string]bool{"PRIMARY": true, "FOREIGN": true, "UNIQUE": true, "CHECK": true, "CONSTRAINT": true, "KEY": true, "INDEX": true}

// statementsOf are the SQL statements that stand in the file as plain strings.
func statementsOf(f *pyedit.File) [][]sql.Token {
	var out [][]sql.Token
	for _, u := range f.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindString {
				continue
			}
			s, ok := python.ParseString(n)
			if !ok {
				continue
			}
			text, ok := s.Const()
			if !ok || len(text) > 20000 || !strings.Contains(strings.ToUpper(text), "CREATE TABLE") && !strings.Contains(strings.ToUpper(text), "FROM ") && !strings.Contains(strings.ToUpper(text), "INTO ") {
				continue
			}
			tokens := sql.Scan([]sql.Piece{{Text: text}})
			if len(tokens) > 0 && verbs[tokens[0].Text] {
				out = append(out, tokens)
			}
		}
	}
	return out
}

var verbs = map[string]bool{"SELECT": true, "INSERT": true, "UPDATE": true, "DELETE": true, "CREATE": true, "WITH": true}

// fallback is the constant that a name has if nobody says otherwise: the
// default of a parameter, or the second argument of get(); "" if there is none.
func (a *allowing) fallback(expr pyedit.At) string {
	name := ""
	switch expr.Kind() {
	case syntax.KindIdentifier:
		for _, p := range python.Params(pyedit.Function(expr.Node)) {
			if p.Name == expr.Str() && p.Default.OK() {
				name, _ = a.s.Constant(expr.On(p.Default))
				return plainName(name)
			}
		}
		if def, _, ok := a.s.Definition(expr); ok && def.Kind() == syntax.KindCall {
			return a.fallback(def)
		}
	case syntax.KindCall:
		if d, ok := pyedit.Positional(expr.Node, 1); ok {
			name, _ = a.s.Constant(expr.On(d.Value))
		} else if d, ok := pyedit.Keyword(expr.Node, "default"); ok {
			name, _ = a.s.Constant(expr.On(d.Value))
		}
	}
	return plainName(name)
}

// plainName is a text if it is a name without quotes.
func plainName(s string) string {
	for i, c := range s {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return ""
		}
	}
	return s
}
