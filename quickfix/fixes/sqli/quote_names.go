package sqli

import (
	"strings"

	"pavise/analysis/lang/sql"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// quoteNames writes sql.SQL("... {}").format(sql.Identifier(x)).
func quoteNames(s *fix.Site) []fix.Proposal {
	d, _ := modelledDriver(s)
	if d != psycopg && d != psycopg2 {
		return nil
	}
	n, _ := newNamed(s)
	if n == nil {
		return nil // allow-identifiers says why
	}
	e := s.Edits()
	composed, identifier := e.Use(n.call, d.name+".sql", "SQL", pyedit.From), e.Use(n.call, d.name+".sql", "Identifier", pyedit.From)
	var args []string
	r := n.text.Rewrite()
	for _, c := range n.holes {
		h := &n.text.Pieces[c.Piece]
		t := n.tokens[c.Token]
		if c.Place != sql.Identifier || t.Kind == sql.Glued || len(t.Holes) > 1 || t.Kind == sql.Name && t.Body() != "" || h.Conv != "" && h.Conv != "%s" && h.Conv != "!s" {
			return fix.Refuse("Only a whole name can be quoted, and %s is none.", h.Source(s.File))
		}
		if t.Kind == sql.Name && t.Quote != `"` {
			return fix.Refuse("The quotes around %s are not those of this database.", h.Source(s.File))
		}
		r.Replace(t.Start, t.End, "{}")
		args = append(args, identifier+"("+h.Source(s.File)+")")
	}
	if other := len(n.text.Holes()); other > len(n.holes) {
		return fix.Refuse("Other values stand in the text of the statement: pass them as bound parameters first.")
	}
	for i := range n.text.Pieces {
		p := &n.text.Pieces[i]
		if p.Hole {
			continue
		}
		for j := range len(p.Text) {
			if p.Text[j] == '{' || p.Text[j] == '}' {
				r.Insert(pytext.Pos{Piece: i, Offset: j}, p.Text[j:j+1])
			}
		}
	}
	if reason := r.Write(e); reason != "" {
		return fix.Refuse("The statement cannot be rewritten: %s.", reason)
	}
	e.Wrap(n.arg, composed+"(", ").format("+strings.Join(args, ", ")+")")
	return fix.Propose(e, "Any name that exists is accepted: a fixed set of names is stricter.", "Quote the name with %s.sql", d.name)
}
