package template

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	end tokenKind = iota
	name
	text
	number
	op
)

// token of an expression or tag; offsets are those of the file.
type token struct {
	kind       tokenKind
	val        string // of a text, decoded
	start, end int
}

// maxTokens bounds one tag; what follows in it is not read.
const maxTokens = 4000

// lex cuts text[from:to] into tokens.
func lex(s string, from, to int) []token {
	var out []token
	i := from
	for i < to && len(out) < maxTokens {
		c := s[i]
		start := i
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			i++
			continue
		case c == '"' || c == '\'':
			var val string
			val, i = quoted(s, i, to)
			out = append(out, token{text, val, start, i})
		case c >= '0' && c <= '9':
			afterDot := len(out) > 0 && out[len(out)-1].val == "." && out[len(out)-1].kind == op
			for i < to && (s[i] >= '0' && s[i] <= '9' || s[i] == '_' || s[i] == '.' && !afterDot && i+1 < to && s[i+1] >= '0' && s[i+1] <= '9') {
				i++
			}
			out = append(out, token{number, s[start:i], start, i})
		case wordStart(s[i:to]):
			for i < to {
				r, n := utf8.DecodeRuneInString(s[i:to])
				if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					break
				}
				i += n
			}
			out = append(out, token{name, s[start:i], start, i})
		default:
			n := 1
			if i+1 < to {
				switch s[i : i+2] {
				case "==", "!=", "<=", ">=", "//", "**", "<>":
					n = 2
				}
			}
			i += n
			out = append(out, token{op, s[start:i], start, i})
		}
	}
	return out
}

func wordStart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == '_' || unicode.IsLetter(r)
}

// quoted reads a text literal; one that is not closed goes to the end.
func quoted(s string, i, to int) (val string, next int) {
	q := s[i]
	i++
	if j := strings.IndexByte(s[i:to], q); j >= 0 && strings.IndexByte(s[i:i+j], '\\') < 0 {
		return s[i : i+j], i + j + 1
	}
	var b strings.Builder
	for i < to {
		switch c := s[i]; {
		case c == q:
			return b.String(), i + 1
		case c == '\\' && i+1 < to:
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
		i++
	}
	return b.String(), to
}
