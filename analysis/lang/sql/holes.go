// Package sql reads SQL statements that a program puts together: literal
// pieces and holes. It knows no dialect by heart, only where in a statement
// every dialect wants a value and where it wants a name, so that a hole that
// can become a bound parameter is told from one that cannot.
package sql

// Place is the role of a hole in its statement.
type Place uint8

// Places. Only holes in Value and Quoted can become bound parameters.
const (
	Value      Place = iota // bare, where a literal may stand: WHERE id = {x}
	Quoted                  // within a quoted literal: WHERE name = '{x}'
	Typed                   // within a literal with a type or prefix before it: INTERVAL '{x} days'
	Identifier              // a table, column, function, alias or type name
	Keyword                 // a sort direction, an operator or another word of the language
	Fragment                // a condition, list or clause of its own
	Start                   // the statement begins with it
	Text                    // in a comment or dollar-quoted text
)

// Context says where a hole stands.
type Context struct {
	Piece int // index of the hole among the pieces
	Place Place
	// After is the keyword or sign that decides the place: "=", "LIMIT", "ORDER
	// BY", "VALUES", and COLUMNS for those of INSERT INTO t (...); "" if there is
	// none.
	After string
	// Verb is the first word of the hole's statement in upper case: SELECT,
	// DROP; "" if the text does not begin with one.
	Verb string
	// Token is the index of the token that is or holds the hole.
	Token int
	// Whole is set if the hole is all that stands between the quotes.
	Whole bool
	// Quote opens the literal or name that the hole stands in: ', ", `, [ or a
	// $tag$; "" if it stands in none.
	Quote string
}

// Bindable reports whether a bound parameter may stand in the hole's place.
func (c Context) Bindable() bool {
	return (c.Place == Value || c.Place == Quoted) && !c.Definition()
}

// Definition reports whether the statement defines or administers something:
// databases take no parameters in those.
func (c Context) Definition() bool { return definers[c.Verb] }

var definers = map[string]bool{
	"CREATE": true, "ALTER": true, "DROP": true, "TRUNCATE": true, "GRANT": true, "REVOKE": true, "PRAGMA": true,
	"ATTACH": true, "DETACH": true, "VACUUM": true, "COMMENT": true, "USE": true, "SHOW": true, "REINDEX": true,
	"ANALYZE": true, "RENAME": true, "LOCK": true, "COPY": true, "LISTEN": true, "NOTIFY": true, "BEGIN": true,
	"DECLARE": true, "FLUSH": true, "KILL": true, "LOAD": true, "OPTIMIZE": true, "CLUSTER": true, "REFRESH": true,
	"SET": true, "RESET": true, "SAVEPOINT": true, "ROLLBACK": true, "COMMIT": true, "RELEASE": true,
}

// Holes says of each hole of the pieces, in order, where it stands.
func Holes(pieces []Piece) []Context {
	return Contexts(Scan(pieces))
}

// Contexts is [Holes] for tokens that were scanned before.
func Contexts(tokens []Token) []Context {
	r := reader{tokens: tokens, levels: []level{{}}}
	for i := range tokens {
		r.read(i)
	}
	return r.out
}

// level is the state of one depth of parentheses.
type level struct {
	clause  string // last clause keyword: SELECT, FROM, ORDER BY, VALUES...
	list    bool   // commas separate values: VALUES (, IN (, f(
	columns bool   // commas separate column names: INSERT INTO t (
	between bool   // BETWEEN seen, its AND not yet
}

type reader struct {
	tokens []Token
	levels []level
	verb   string
	begun  bool  // the statement has a first token
	past   []int // indexes of the tokens so far, without comments
	out    []Context
	last   Place // place of the last bare hole
}

func (r *reader) top() *level { return &r.levels[len(r.levels)-1] }

// prev is the n-th token before the current one, from 1; a zero token if
// there is none.
func (r *reader) prev(n int) Token {
	if len(r.past) < n {
		return Token{Kind: Operator}
	}
	return r.tokens[r.past[len(r.past)-n]]
}

func (r *reader) read(i int) {
	t := r.tokens[i]
	if t.Kind == Comment {
		r.add(i, Text, "")
		return
	}
	if !r.begun {
		r.begun = true
		if t.Kind == Word || t.Text == "(" {
			r.verb = t.Text
		}
	}
	switch t.Kind {
	case Hole:
		place, after := r.bare(i)
		r.last = place
		r.add(i, place, after)
	case Glued:
		r.last = Identifier
		r.add(i, Identifier, r.prev(1).Text)
	case Literal:
		r.literal(i)
	case Name:
		r.name(i)
	case Word:
		r.word(t.Text)
	case Operator:
		r.operator(t.Text)
	}
	if r.begun {
		r.past = append(r.past, i)
	}
}

// add records the holes of token i.
func (r *reader) add(i int, p Place, after string) {
	t := &r.tokens[i]
	for _, piece := range t.Holes {
		c := Context{Piece: piece, Place: p, After: after, Verb: r.verb, Token: i, Quote: t.Quote}
		c.Whole = p == Quoted && len(t.Holes) == 1 && t.to-t.from == 2*len(t.Quote)+1
		r.out = append(r.out, c)
	}
}

func (r *reader) literal(i int) {
	t := &r.tokens[i]
	if len(t.Holes) == 0 {
		return
	}
	after := r.after()
	switch prev := r.prev(1); {
	case !t.Closed || t.Quote != "'":
		r.add(i, Text, after)
	case t.Prefix != "" || prev.Kind == Word && typeWords[prev.Text]:
		r.add(i, Typed, after)
	case prev.Kind == Word && (prev.Text == "AS" || prev.Text == "COLLATE"):
		r.add(i, Identifier, prev.Text)
	default:
		r.add(i, Quoted, after)
	}
}

// IsType reports whether a word gives the literal behind it a type: INTERVAL '1 day'.
func IsType(word string) bool { return typeWords[word] }

var typeWords = map[string]bool{
	"INTERVAL": true, "DATE": true, "TIME": true, "TIMESTAMP": true, "TIMESTAMPTZ": true, "POINT": true,
	"JSON": true, "JSONB": true, "UUID": true, "INET": true, "BYTEA": true,
}

// name handles "x" and `x`. Double quotes where only a value makes sense are
// a literal for SQLite and MySQL: the context's token has the quote.
func (r *reader) name(i int) {
	t := &r.tokens[i]
	if len(t.Holes) == 0 {
		return
	}
	place, after := r.bare(i)
	if t.Quote == `"` && place == Value && t.Closed {
		r.add(i, Quoted, after)
		return
	}
	r.add(i, Identifier, after)
}

// after names what stands before the current token.
func (r *reader) after() string {
	p := r.prev(1)
	if p.Text == "," || p.Text == "(" {
		return r.top().clause
	}
	if p.Kind == Word || p.Kind == Operator {
		return p.Text
	}
	return r.top().clause
}
