package sqli

import (
	"strconv"
	"strings"

	"pavise/analysis/lang/sql"
	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// value is one new parameter of a statement.
type value struct {
	token    int    // of the statement, that its placeholder replaces
	expr     string // what is bound
	name     string // for named placeholders
	from, to pytext.Pos
	holes    []*pytext.Piece
	// sure: the value means the same bound as it did within the text.
	sure bool
	// many: the value is a list, and the hole a join of its elements, which
	// becomes a join of placeholders by the edits.
	many  bool
	edits []source.Edit
	// quoted: the quotes around the elements are those of the literal around
	// the join. texts: the elements were made texts for the join.
	quoted, texts bool
}

// binding works out the parameters of one statement for one driver.
type binding struct {
	p      *plan
	d      *driver
	tokens []sql.Token
	values []value
	// given: the statement has parameters already; its percent signs are
	// doubled then where the driver wants that.
	given  []int // tokens that are placeholders
	style  style // of this statement: named for psycopg with a mapping
	reason string
	copied bool   // the rows of executemany are copied
	moved  bool   // the values have to be computed where the text is put together
	early  string // and this is the expression that passes them
}

func newBinding(p *plan, d *driver) *binding {
	b := &binding{p: p, d: d, tokens: sql.Scan(p.stmt.SQL()), style: d.style}
	for i, t := range b.tokens {
		if t.Kind == sql.Placeholder && b.own(t.Text) {
			b.given = append(b.given, i)
		}
	}
	if d.alone && several(b.tokens) {
		b.refuse("The text holds several statements, for which " + d.name + " takes no parameters: run them one by one.")
		return b
	}
	b.collect()
	return b
}

// several reports whether a text holds more than one statement.
func several(tokens []sql.Token) bool {
	ended := false
	for _, t := range tokens {
		switch {
		case t.Kind == sql.Operator && t.Text == ";":
			ended = true
		case ended && t.Kind != sql.Comment:
			return true
		}
	}
	return false
}

// own reports whether a placeholder is one of the driver's.
func (b *binding) own(text string) bool {
	switch b.d.style {
	case question:
		return text[0] == '?' || text[0] == ':'
	case percent:
		return text[0] == '%'
	case named:
		return text[0] == ':'
	}
	return text[0] == '$'
}

func (b *binding) refuse(reason string) {
	if b.reason == "" {
		b.reason = reason
	}
}

// collect finds the values of the statement's holes, in order.
func (b *binding) collect() {
	done := -1
	for _, c := range sql.Contexts(b.tokens) {
		if c.Token == done {
			continue
		}
		hole := &b.p.stmt.Pieces[c.Piece]
		if !c.Bindable() || c.Place == sql.Quoted && b.tokens[c.Token].Quote == `"` && !b.d.quotes {
			if c.Place == sql.Text && b.harmless(hole) || c.Place != sql.Text && b.harmless(hole) {
				continue
			}
			b.refuse(whyNot(c, hole, b))
			return
		}
		done = c.Token
		if c.Place == sql.Quoted {
			b.quoted(c)
		} else {
			b.bare(c, hole)
		}
		if b.reason != "" {
			return
		}
	}
	if len(b.values) == 0 {
		b.refuse("No value that can be bound stands in this statement.")
	}
}

// harmless reports whether a hole may stay as it is.
func (b *binding) harmless(h *pytext.Piece) bool {
	return b.p.site.Trusted(h.Expr) || b.p.site.Cleaned(h.Expr, models.SQL)
}

// quoted makes a parameter of a quoted literal with holes.
func (b *binding) quoted(c sql.Context) {
	t := b.tokens[c.Token]
	n := len(t.Quote)
	from := pytext.Pos{Piece: t.Start.Piece, Offset: t.Start.Offset + n}
	to := pytext.Pos{Piece: t.End.Piece, Offset: t.End.Offset - n}
	parts := b.p.stmt.Slice(from, to)
	v := value{token: c.Token, from: t.Start, to: t.End}
	for i := range parts {
		if h := parts[i].Hole; h != nil {
			if !b.take(&v, h) {
				return
			}
			continue
		}
		text := strings.ReplaceAll(parts[i].Text, t.Quote+t.Quote, t.Quote)
		if b.d.double && len(b.given) > 0 {
			text = strings.ReplaceAll(text, "%%", "%")
		}
		if strings.Contains(text, `\`) && b.d.quotes && b.d != sqlite && b.d != aiosqlite {
			b.refuse("The literal around " + b.say(v.holes) + " has a backslash, which this database reads as an escape.")
			return
		}
		parts[i].Text = text
	}
	if len(parts) == 1 && parts[0].Hole != nil && isJoin(b.p, parts[0].Hole) && parts[0].Hole.Conv == "" {
		b.list(v, parts[0].Hole, t.Quote)
		return
	}
	for _, h := range v.holes {
		if isJoin(b.p, h) {
			b.refuse("A list stands between quotes in " + b.say(v.holes) + ": it needs one placeholder for each of its values.")
			return
		}
		if endsLiteral(b.p, h, t.Quote) {
			b.refuse("The text of " + b.say(v.holes) + " ends the literal that it stands in: it is more than one value.")
			return
		}
	}
	expr, ok := b.compose(parts)
	if !ok {
		b.refuse("The value of the literal around " + b.say(v.holes) + " cannot be written as one expression.")
		return
	}
	v.expr = expr
	v.sure = len(parts) > 1 || b.keeps(v.holes[0])
	b.add(v)
}

// keeps reports whether a value within quotes means the same when it is bound:
// text does, and a number where the database compares it with text.
func (b *binding) keeps(h *pytext.Piece) bool {
	if b.p.site.IsText(h.Expr) {
		return true
	}
	t := b.p.site.TypeOf(h.Expr)
	return b.d.loose && (t == "int" || t == "float")
}

// compose writes the expression that is bound for a quoted literal.
func (b *binding) compose(parts []pytext.Part) (string, bool) {
	if len(parts) != 1 || parts[0].Hole == nil {
		return pytext.Compose(b.p.site.File, parts, b.p.stmt.Quote())
	}
	h := parts[0].Hole
	if inner, ok := undoubled(h); ok {
		return b.p.site.File.Source(inner.Abs()), true
	}
	if h.Conv == "!r" || h.Conv == "%r" {
		return "", false
	}
	return pytext.Compose(b.p.site.File, parts, b.p.stmt.Quote())
}

// bare makes a parameter of a hole without quotes.
func (b *binding) bare(c sql.Context, h *pytext.Piece) {
	t := b.tokens[c.Token]
	v := value{token: c.Token, from: t.Start, to: t.End}
	if !b.take(&v, h) {
		return
	}
	if isJoin(b.p, h) {
		b.list(v, h, "")
		return
	}
	if holdsJoin(b.p, h) && b.inList(c) {
		b.refuse("A list is put together within " + b.say(v.holes) + ": it needs one placeholder for each of its values.")
		return
	}
	if c.After == "IN" && b.alone(c.Token) && !b.single(h) {
		b.refuse("The list behind IN may hold several values in " + b.say(v.holes) + ": it needs one placeholder for each.")
		return
	}
	f := b.p.site.File
	switch h.Conv {
	case "!r", "%r", "!a", "%a":
		v.expr = h.Source(f)
	case "", "%d", "%f":
		v.expr, _ = h.Value(f)
		if v.expr == "" {
			v.expr = h.Source(f)
		}
	default:
		b.refuse("The format " + strings.TrimLeft(h.Conv, ":%") + " of " + b.say(v.holes) + " cannot be kept in a parameter.")
		return
	}
	number := b.p.site.TypeOf(h.Expr) == "int" || h.Conv == "%d"
	wants := c.After == "LIMIT" || c.After == "OFFSET" || c.After == "FIRST" || c.After == "NEXT" || c.After == "TOP"
	if !number && !strings.HasPrefix(v.expr, "int(") && h.Conv != "!r" && h.Conv != "%r" && (b.d.strict || b.d.limits && wants) {
		v.expr = "int(" + v.expr + ")"
	}
	v.sure = number || wants && strings.HasPrefix(v.expr, "int(") || h.Conv == "!r" && b.p.site.IsText(h.Expr)
	b.add(v)
}

// alone reports whether token i is all that stands between parentheses.
func (b *binding) alone(i int) bool {
	return i > 0 && i+1 < len(b.tokens) && b.tokens[i-1].Text == "(" && b.tokens[i+1].Text == ")"
}

// inList reports whether a hole stands where a list may have several values.
func (b *binding) inList(c sql.Context) bool {
	return c.After == "IN" || c.After == "VALUES" || c.After == "ANY"
}

// single reports whether a hole is known to be one value.
func (b *binding) single(h *pytext.Piece) bool {
	switch b.p.site.TypeOf(h.Expr) {
	case "int", "float", "bool", "uuid.UUID", "datetime.date", "datetime.datetime":
		return true
	}
	return h.Conv == "%d" || h.Conv == "!r" || h.Conv == "%r"
}

// take checks a hole that becomes part of a value.
func (b *binding) take(v *value, h *pytext.Piece) bool {
	v.holes = append(v.holes, h)
	if b.p.site.TypeOf(h.Expr) == "bytes" {
		b.refuse(h.Source(b.p.site.File) + " is bytes: the text holds its repr, which no parameter gives.")
		return false
	}
	if escapes(h.Expr) {
		b.refuse(h.Source(b.p.site.File) + " escapes the value for the text; bound, it would be escaped twice.")
		return false
	}
	return true
}

// escapes reports whether an expression is a call that makes a value fit for
// the text of a statement.
func escapes(n pyedit.At) bool {
	if n.Kind() != syntax.KindCall {
		return false
	}
	name := strings.ToLower(n.Child(syntax.FieldFunction).Str())
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, word := range []string{"escape", "quote", "mogrify", "adapt", "sql_literal", "real_escape", "addslashes"} {
		if strings.HasPrefix(name, word) {
			return true
		}
	}
	return false
}

// undoubled peels x.replace("'", "”"), which doubles quotes for the text.
func undoubled(h *pytext.Piece) (pyedit.At, bool) {
	n := h.Expr
	fn := n.Child(syntax.FieldFunction)
	if n.Kind() != syntax.KindCall || fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "replace" {
		return pyedit.At{}, false
	}
	args := pyedit.Args(n.Node)
	if len(args) != 2 || args[0].Value.Str() != `"'"` || args[1].Value.Str() != `"''"` {
		return pyedit.At{}, false
	}
	return n.On(fn.Child(syntax.FieldObject)), true
}

// isJoin reports whether a hole is a list put together by join.
func isJoin(p *plan, h *pytext.Piece) bool {
	_, ok := joinOf(p, h)
	return ok
}

func (b *binding) add(v value) { b.values = append(b.values, v) }

// say names the holes of a value in the user's words.
func (b *binding) say(holes []*pytext.Piece) string {
	var names []string
	for _, h := range holes {
		names = append(names, h.Source(b.p.site.File))
	}
	return listing(names)
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
	switch len(out) {
	case 0:
		return "the value"
	case 1:
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}

// whyNot says why a hole cannot become a parameter.
func whyNot(c sql.Context, h *pytext.Piece, b *binding) string {
	name := h.Source(b.p.site.File)
	switch {
	case c.Definition():
		return c.Verb + " takes no parameters: check " + name + " against a fixed set of values first."
	case c.Place == sql.Quoted:
		return "Double quotes make a name of " + name + " in this database; a parameter cannot stand for a name."
	}
	switch c.Place {
	case sql.Identifier:
		if strings.HasSuffix(c.After, "BY") {
			return name + " stands for a column behind " + c.After + "; a parameter is a value, never a name: look the column up in a fixed table."
		}
		return name + " stands for a name in the statement; a parameter is a value, never a name: look it up in a fixed table."
	case sql.Keyword:
		return name + " stands for a keyword such as a sort direction; a parameter is a value: look the keyword up in a fixed table."
	case sql.Typed:
		return name + " is part of a literal with a type of its own; write an expression such as a product with the parameter."
	case sql.Text:
		return name + " stands in a comment or a quoted block, where databases take no parameters."
	case sql.Start:
		return "The statement itself comes from " + name + "."
	}
	return name + " is a part of the statement, not a value."
}

// placeholder is what the i-th new value (from 0) leaves in the statement.
func (b *binding) placeholder(v value, i int) string {
	switch b.style {
	case percent:
		return "%s"
	case named:
		if b.d.style == percent {
			return "%(" + v.name + ")s"
		}
		return ":" + v.name
	case numbered:
		return "$" + strconv.Itoa(b.highest()+1+i)
	}
	return "?"
}

// highest is the largest $n that is there.
func (b *binding) highest() int {
	top := 0
	for _, i := range b.given {
		if n, err := strconv.Atoi(strings.TrimPrefix(b.tokens[i].Text, "$")); err == nil {
			top = max(top, n)
		}
	}
	return top
}
