package sql

import "strings"

// Piece is a stretch of a statement's text, or a hole that a program fills.
type Piece struct {
	Text string
	Hole bool
}

// Pos is a place between two bytes of the pieces: before the byte at Offset of
// the piece. A hole is one byte long.
type Pos struct{ Piece, Offset int }

// TokenKind is the kind of a token.
type TokenKind uint8

// Token kinds.
const (
	Word        TokenKind = iota // keyword or plain identifier
	Number                       // 10, 1.5
	Literal                      // '...' and $tag$...$tag$
	Name                         // "...", `...` and [...]
	Operator                     // = <> || ( ) , ; . and other signs
	Placeholder                  // ?, %s, %(name)s, :name, $1
	Comment                      // -- and /* */
	Hole                         // a hole that stands by itself
	Glued                        // a word with a hole in it: user_{x}
)

// Token is one token of a statement.
type Token struct {
	Kind  TokenKind
	Text  string // as written, holes left out; words in upper case
	Start Pos
	End   Pos
	// Quote is what opens a Literal or Name: ', ", `, [, $tag$. Prefix is the
	// word written directly before it: E, N, X.
	Quote, Prefix string
	Closed        bool  // a Literal, Name or Comment has its end
	Holes         []int // the holes in it, as indexes of pieces
	from, to      int   // offsets in the scanner's text
}

// Body is what stands between the quotes of a closed Literal or Name.
func (t Token) Body() string {
	n, m := len(t.Prefix)+len(t.Quote), len(t.Quote)
	if !t.Closed || len(t.Text) < n+m {
		return ""
	}
	return t.Text[n : len(t.Text)-m]
}

// IsMark reports whether a text is one placeholder that begins with a sign:
// :name, $1.
func IsMark(text string, sign byte) bool {
	return len(text) > 1 && text[0] == sign && strings.IndexFunc(text[1:], func(r rune) bool { return r >= 0x80 || !isWord(byte(r)) }) < 0
}

// holeByte stands for a hole in the scanner's text. A NUL in a statement
// becomes a space, so that nothing else has this value.
const holeByte = 0

type scanner struct {
	text   []byte
	starts []int // offset in text of each piece
	at     int
	tokens []Token
}

// Scan takes a statement apart. White space is left out.
func Scan(pieces []Piece) []Token {
	s := scanner{starts: make([]int, len(pieces))}
	for i, p := range pieces {
		s.starts[i] = len(s.text)
		if p.Hole {
			s.text = append(s.text, holeByte)
			continue
		}
		s.text = append(s.text, strings.ReplaceAll(p.Text, "\x00", " ")...)
	}
	for s.at < len(s.text) {
		s.next()
	}
	return s.tokens
}

// pos is the Pos of an offset, in the piece that holds the byte before it if
// end is set, else in the piece that holds the byte after it.
func (s *scanner) pos(at int, end bool) Pos {
	lo, hi := 0, len(s.starts)
	for lo < hi {
		mid := (lo + hi) / 2
		if s.starts[mid] < at || !end && s.starts[mid] == at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return Pos{}
	}
	return Pos{lo - 1, at - s.starts[lo-1]}
}

func (s *scanner) emit(t Token, to int) {
	t.from, t.to = s.at, to
	t.Start, t.End = s.pos(s.at, false), s.pos(to, true)
	var text []byte
	for i := s.at; i < to; i++ {
		if s.text[i] == holeByte {
			t.Holes = append(t.Holes, s.pos(i, false).Piece)
		}
	}
	if len(t.Holes) == 0 {
		t.Text = string(s.text[s.at:to])
	} else {
		for _, c := range s.text[s.at:to] {
			if c != holeByte {
				text = append(text, c)
			}
		}
		t.Text = string(text)
	}
	if t.Kind == Word {
		t.Text = strings.ToUpper(t.Text)
	}
	s.tokens = append(s.tokens, t)
	s.at = to
}

func (s *scanner) peek(n int) byte {
	if s.at+n < len(s.text) {
		return s.text[s.at+n]
	}
	return ' '
}

func (s *scanner) next() {
	c := s.text[s.at]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
		s.at++
	case c == '-' && s.peek(1) == '-':
		s.until(Token{Kind: Comment}, 2, "\n")
	case c == '/' && s.peek(1) == '*':
		s.until(Token{Kind: Comment}, 2, "*/")
	case c == '\'':
		s.quoted(Token{Kind: Literal, Quote: "'"}, '\'')
	case c == '"' || c == '`':
		s.quoted(Token{Kind: Name, Quote: string(c)}, c)
	case c == '[' && s.bracketName():
		s.quoted(Token{Kind: Name, Quote: "["}, ']')
	case c == '#':
		s.hash()
	case c == '$':
		s.dollar()
	case c == '?' && (s.peek(1) == '|' && s.peek(2) != '|' || s.peek(1) == '&'):
		s.emit(Token{Kind: Operator}, s.at+2) // of JSON: ?| and ?&
	case c == '?':
		s.emit(Token{Kind: Placeholder}, s.at+1)
	case c == '%' && s.percent():
	case c == ':' && isWordStart(s.peek(1)):
		s.emit(Token{Kind: Placeholder}, s.wordEnd(s.at+1, false))
	case c == ':' && s.peek(1) == ':':
		s.emit(Token{Kind: Operator}, s.at+2)
	case isWord(c) || c == holeByte:
		s.word()
	default:
		s.operator()
	}
}

// until emits a token that runs to the given end, or to the end of the text.
func (s *scanner) until(t Token, skip int, end string) {
	i := strings.Index(string(s.text[s.at+skip:]), end)
	if i < 0 {
		s.emit(t, len(s.text))
		return
	}
	t.Closed = true
	s.emit(t, s.at+skip+i+len(end))
}

// quoted emits a quoted token; a doubled end quote stands for itself.
func (s *scanner) quoted(t Token, end byte) {
	s.quotedFrom(t, s.at+1, end)
}

func (s *scanner) quotedFrom(t Token, i int, end byte) {
	escapes := strings.EqualFold(t.Prefix, "E")
	for ; i < len(s.text); i++ {
		if s.text[i] == '\\' && escapes {
			i++
			continue
		}
		if s.text[i] != end {
			continue
		}
		if i+1 < len(s.text) && s.text[i+1] == end {
			i++
			continue
		}
		t.Closed = true
		s.emit(t, i+1)
		return
	}
	s.emit(t, len(s.text))
}

// bracketName tells [column] from a subscript.
func (s *scanner) bracketName() bool {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].to == s.at {
		switch last := s.tokens[n-1]; {
		case last.Kind == Operator:
			return last.Text != ")" && last.Text != "]"
		default:
			return false
		}
	}
	return isWordStart(s.peek(1)) || s.peek(1) == holeByte
}

// hash emits a comment of MySQL, an operator of JSON or the name of a temporary
// table of SQL Server. MySQL wants no space behind the sign, people write one.
func (s *scanner) hash() {
	switch c := s.peek(1); {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		s.until(Token{Kind: Comment}, 1, "\n")
	case c == '#' || isWordStart(c) || c == holeByte:
		s.at++ // the name goes on without its sign
	default:
		s.operator()
	}
}

// dollar emits $1, a $tag$ quoted literal, or the sign alone.
func (s *scanner) dollar() {
	if isDigit(s.peek(1)) {
		i := s.at + 1
		for i < len(s.text) && isDigit(s.text[i]) {
			i++
		}
		s.emit(Token{Kind: Placeholder}, i)
		return
	}
	i := s.at + 1
	for i < len(s.text) && (isWordStart(s.text[i]) || isDigit(s.text[i])) {
		i++
	}
	if i == len(s.text) || s.text[i] != '$' {
		s.emit(Token{Kind: Operator}, s.at+1)
		return
	}
	tag := string(s.text[s.at : i+1])
	s.until(Token{Kind: Literal, Quote: tag}, len(tag), tag)
}

// percent emits %s and %(name)s, the placeholders of format-style drivers.
func (s *scanner) percent() bool {
	if s.peek(1) == 's' && !isWord(s.peek(2)) {
		s.emit(Token{Kind: Placeholder}, s.at+2)
		return true
	}
	if s.peek(1) != '(' {
		return false
	}
	i := s.wordEnd(s.at+2, false)
	if i > s.at+2 && i+1 < len(s.text) && s.text[i] == ')' && s.text[i+1] == 's' {
		s.emit(Token{Kind: Placeholder}, i+2)
		return true
	}
	return false
}

// word emits a word or number with the holes that touch it, and the quoted
// literal that it prefixes.
func (s *scanner) word() {
	end := s.wordEnd(s.at, true)
	if end < len(s.text) && s.text[end] == '\'' && end-s.at <= 2 && isWordStart(s.text[s.at]) {
		s.quotedFrom(Token{Kind: Literal, Quote: "'", Prefix: string(s.text[s.at:end])}, end+1, '\'')
		return
	}
	holes, digits := 0, isDigit(s.text[s.at])
	for _, c := range s.text[s.at:end] {
		if c == holeByte {
			holes++
		}
	}
	switch {
	case holes == 1 && end == s.at+1:
		s.emit(Token{Kind: Hole}, end)
	case holes > 0:
		s.emit(Token{Kind: Glued}, end)
	case digits:
		if end+1 < len(s.text) && s.text[end] == '.' && isDigit(s.text[end+1]) {
			end = s.wordEnd(end+1, false)
		}
		s.emit(Token{Kind: Number}, end)
	default:
		s.emit(Token{Kind: Word}, end)
	}
}

func (s *scanner) wordEnd(i int, holes bool) int {
	for i < len(s.text) && (isWord(s.text[i]) || holes && s.text[i] == holeByte) {
		i++
	}
	return i
}

// operators of more than one sign, longest first.
var operators = []string{
	"->>", "#>>", "!~*", "<=>", "<->",
	"#-", "<=", ">=", "<>", "!=", "==", "||", "&&", "->", "#>", "@>", "<@", "@@", "~*", "!~", ":=", "=>", "<<", ">>", "%%",
}

func (s *scanner) operator() {
	rest := s.text[s.at:]
	for _, op := range operators {
		if len(rest) >= len(op) && string(rest[:len(op)]) == op {
			s.emit(Token{Kind: Operator}, s.at+len(op))
			return
		}
	}
	s.emit(Token{Kind: Operator}, s.at+1)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isWord(c byte) bool { return isWordStart(c) || isDigit(c) || c == '$' || c == '@' }
