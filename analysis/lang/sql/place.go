package sql

// bare finds the place of a hole (or of a quoted name with holes) that is
// token i, and the word or sign that decides it.
func (r *reader) bare(i int) (Place, string) {
	prev, next := r.prev(1), Token{}
	if i+1 < len(r.tokens) {
		next = r.tokens[i+1]
	}
	t := r.tokens[i]
	if len(r.past) == 0 || prev.Text == ";" {
		return begins(next), ""
	}
	touches := func(a, b Token) bool { return a.to == b.from }
	if next.Text == "." && touches(t, next) || prev.Text == "." && touches(prev, t) {
		return Identifier, "."
	}
	if next.Text == "(" && touches(t, next) {
		return Identifier, "("
	}
	if r.verb == "PRAGMA" && prev.Kind == Operator && prev.Text == "(" {
		return Identifier, r.verb
	}
	switch prev.Kind {
	case Operator:
		return r.afterOperator(prev.Text)
	case Word:
		if procedures[r.verb] && r.prev(2).Kind == Word && procedures[r.prev(2).Text] {
			return Value, r.verb // EXEC name {x}
		}
		return r.afterWord(prev.Text, next)
	case Hole, Glued:
		if r.last == Identifier && r.top().clause == "ORDER BY" {
			return Keyword, "ORDER BY"
		}
		return Fragment, r.top().clause
	}
	if r.top().clause == "ORDER BY" {
		return Keyword, "ORDER BY"
	}
	return Fragment, r.top().clause
}

// procedures are the verbs that take the name of a procedure and its values.
var procedures = map[string]bool{"EXEC": true, "EXECUTE": true, "CALL": true}

// begins is the place of a hole that a text begins with: in a fragment, such as
// a condition, the left side of a comparison.
func begins(next Token) Place {
	if next.Kind == Word && (next.Text == "ASC" || next.Text == "DESC") {
		return Identifier
	}
	if next.Kind == Operator && comparisons[next.Text] || next.Kind == Word && condition(next) == Identifier {
		return Identifier
	}
	return Start
}

var comparisons = map[string]bool{
	"=": true, "==": true, "<": true, ">": true, "<=": true, ">=": true, "<>": true, "!=": true, "<=>": true, "~": true, "~*": true,
}

// aggregates take columns.
var aggregates = map[string]bool{"COUNT": true, "SUM": true, "AVG": true, "MIN": true, "MAX": true, "PARTITION": true}

func (r *reader) afterOperator(op string) (Place, string) {
	l := r.top()
	switch op {
	case "*":
		if r.starIsColumns() {
			return Fragment, l.clause
		}
		return Value, op
	case "::", ".":
		return Identifier, op
	case ",":
		switch {
		case l.list:
			return Value, l.clause
		case procedures[r.verb] && len(r.levels) == 1:
			return Value, r.verb
		case l.columns:
			return Identifier, l.clause
		case l.clause == "LIMIT" || l.clause == "OFFSET":
			return Value, l.clause
		}
		return Identifier, l.clause
	case "(":
		switch {
		case l.list:
			return Value, l.clause
		case l.columns:
			return Identifier, l.clause
		}
		return Fragment, l.clause
	case ")", "]":
		if l.clause == "ORDER BY" {
			return Keyword, l.clause
		}
		return Fragment, l.clause
	case "[":
		return Value, op
	case "=", "==", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "/", "%", "%%", "||", "<=>", "~", "~*", "!~", "!~*",
		"@>", "<@", "@@", "->", "->>", "#>", "#>>", "&", "|", "^", "<<", ">>", "&&", ":=", "=>", "<->":
		return Value, op
	}
	return Fragment, op
}

// starIsColumns tells SELECT * from a product; the star is the last token.
func (r *reader) starIsColumns() bool {
	before := r.prev(2)
	switch before.Kind {
	case Word:
		return before.Text == "SELECT" || before.Text == "DISTINCT" || before.Text == "ALL" || before.Text == "RETURNING"
	case Operator:
		return before.Text != ")" && before.Text != "]"
	}
	return false
}

// afterWord decides by the word before the hole.
func (r *reader) afterWord(word string, next Token) (Place, string) {
	l := r.top()
	switch word {
	case "LIKE", "ILIKE", "GLOB", "REGEXP", "RLIKE", "BETWEEN", "ESCAPE", "LIMIT", "OFFSET", "TOP", "THEN", "ELSE",
		"TO", "SOUNDS", "DIV", "MOD", "XOR", "SKIP":
		return Value, word
	case "FIRST", "NEXT":
		if r.prev(2).Text == "FETCH" {
			return Value, word
		}
		return Fragment, word
	case "AND":
		if l.between {
			l.between = false
			return Value, "BETWEEN"
		}
		return condition(next), word
	case "WHERE", "OR", "ON", "HAVING", "NOT", "WHEN", "IF":
		return condition(next), word
	case "FROM":
		if r.prev(2).Text == "DISTINCT" && r.prev(3).Kind == Word && (r.prev(3).Text == "IS" || r.prev(3).Text == "NOT") {
			return Value, "="
		}
		if len(r.levels) > 1 && l.list {
			return Value, word // EXTRACT(x FROM {y}), SUBSTRING(x FROM {y})
		}
		return Identifier, word
	case "BY":
		return Identifier, l.clause
	case "ALL":
		if r.prev(2).Text == "UNION" || r.prev(2).Text == "EXCEPT" || r.prev(2).Text == "INTERSECT" {
			return Fragment, word
		}
		return Identifier, word
	case "UPDATE":
		if r.prev(2).Text == "FOR" {
			return Keyword, word
		}
		return Identifier, word
	case "IN", "VALUES", "IS":
		return Fragment, word
	case "SELECT", "DISTINCT", "INTO", "TABLE", "JOIN", "AS", "INDEX", "VIEW", "DATABASE", "SCHEMA",
		"COLUMN", "USING", "COLLATE", "SET", "RETURNING", "ONLY", "EXISTS", "CONSTRAINT", "KEY", "CALL", "EXEC",
		"EXECUTE", "IGNORE", "DELETE", "INSERT", "REPLACE", "USE", "USER", "ROLE", "TRIGGER", "FUNCTION", "PROCEDURE",
		"TYPE", "SEQUENCE", "DROP", "ALTER", "TRUNCATE", "ADD", "WITH", "RECURSIVE", "PRAGMA", "ROWS", "OVER":
		return Identifier, word
	case "INTERVAL":
		return Typed, word
	}
	if l.clause == "ORDER BY" {
		return Keyword, l.clause
	}
	return Fragment, word
}

// condition is the place of a hole where a condition begins: the left side of
// a comparison, or the whole of it.
func condition(next Token) Place {
	switch next.Kind {
	case Operator:
		if next.Text != ")" && next.Text != ";" && next.Text != "," {
			return Identifier
		}
	case Word:
		switch next.Text {
		case "LIKE", "ILIKE", "IN", "BETWEEN", "IS", "NOT", "GLOB", "REGEXP":
			return Identifier
		}
	}
	return Fragment
}

// word follows the clauses.
func (r *reader) word(w string) {
	l := r.top()
	switch w {
	case "SELECT", "FROM", "WHERE", "HAVING", "LIMIT", "OFFSET", "VALUES", "VALUE", "SET", "INTO", "UPDATE", "JOIN",
		"ON", "RETURNING", "TABLE", "USING", "UNION", "IN", "ANY", "SOME", "ALL", "ARRAY":
		if w == "FROM" && l.list { // EXTRACT(x FROM y)
			return
		}
		l.clause = w
		l.between = false
		if w == "SELECT" {
			l.list, l.columns = false, false
		}
	case "BY":
		switch r.prev(1).Text {
		case "ORDER", "GROUP", "PARTITION":
			l.clause = r.prev(1).Text + " BY"
		}
	case "BETWEEN":
		l.between = true
	case "OR":
		l.between = false
	}
}

// operator follows parentheses and the ends of statements.
func (r *reader) operator(op string) {
	switch op {
	case "(", "[":
		r.open(op)
	case ")", "]":
		if len(r.levels) > 1 {
			r.levels = r.levels[:len(r.levels)-1]
		}
	case ";":
		r.levels = []level{{}}
		r.verb, r.begun, r.past = "", false, r.past[:0]
	}
}

// open enters parentheses: what stands before them says what is in them.
func (r *reader) open(op string) {
	outer := *r.top()
	in := level{clause: outer.clause}
	prev := r.prev(1)
	switch {
	case op == "[":
		in.list = true
	case outer.clause == "INTO" && prev.Kind != Operator:
		in.columns, in.clause = true, "COLUMNS" // INSERT INTO t (a, b)
	case outer.list && (outer.clause == "VALUES" || outer.clause == "IN"):
		in.list = true
	case prev.Kind == Word:
		switch prev.Text {
		case "WHERE", "AND", "OR", "NOT", "ON", "HAVING", "FROM", "JOIN", "AS", "SELECT", "WHEN", "BY", "EXISTS",
			"LATERAL", "UNION", "EXCEPT", "INTERSECT", "SET":
		case "USING", "TABLE", "KEY", "INDEX", "CONFLICT":
			in.columns = true
		default:
			if aggregates[prev.Text] {
				in.columns, in.clause = true, prev.Text
				break
			}
			in.list = true // IN (, VALUES (, ANY (, f(
			in.clause = prev.Text
		}
	case prev.Kind == Operator && prev.Text == "," && (outer.clause == "VALUES"):
		in.list = true
	case prev.Kind == Operator && (prev.Text == "=" || prev.Text == "<" || prev.Text == ">" || prev.Text == "<>" ||
		prev.Text == "!=" || prev.Text == "<=" || prev.Text == ">=" || prev.Text == "+" || prev.Text == "||"):
		in.list = true
		in.clause = prev.Text
	case prev.Kind == Glued || prev.Kind == Hole:
		in.list = outer.clause != "FROM"
	}
	r.levels = append(r.levels, in)
}
