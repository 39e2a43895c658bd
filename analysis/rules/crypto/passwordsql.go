package crypto

import (
	"regexp"
	"strconv"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// slot is a value that a SQL statement puts into, or compares with, a column of
// passwords.
type slot struct {
	lookup bool // it is compared
	value  *flow.Value
	node   syntax.Node
}

// marker is a placeholder of any driver, or a hole by its number between NULs.
const marker = `(?:\?|%s|%\((\w+)\)s|:(\w+)|@(\w+)|\$(\d+)|\x00(\d+)\x00)`

const passwordColumn = "(?:\\w+\\.)?[\"'`\\[]?(?:user_?)?(?:password|passwd|pwd|pass|pass_word)[\"'`\\]]?"

var (
	equalsPassword = regexp.MustCompile(`(?i)\b` + passwordColumn + `\s*(?:=|\blike\b|\bis\b)\s*(?:binary\s+)?['"]?(` + marker + `)['"]?(?:\s|\)|;|,|$)`)
	insertPassword = regexp.MustCompile(`(?is)\binsert\s+(?:or\s+\w+\s+|ignore\s+)?into\s+[\w."'\x60\[\]]+\s*\(([^()]*)\)\s*values\s*\(`)
	anyMarker      = regexp.MustCompile(marker)
	onlyMarker     = regexp.MustCompile(`^\s*['"]?` + marker + `['"]?\s*$`)
	columnName     = regexp.MustCompile(`(?i)^\s*` + passwordColumn + `\s*$`)
)

// maxSQL bounds the statements that are looked at.
const maxSQL = 8192

// passwordSlots finds the passwords in the statement of an event.
func passwordSlots(e *flow.Event) []slot {
	if len(e.Args) == 0 || e.Kind != flow.Called {
		return nil
	}
	var text strings.Builder
	pieces := flow.Flatten(e.Args[0].Value, e.Args[0].Node)
	for i, p := range pieces {
		switch {
		case p.Hole == nil:
			text.WriteString(p.Text)
		case len(p.Hole.Consts) == 1:
			s, _ := p.Hole.Text()
			text.WriteString(s)
		default:
			text.WriteString("\x00" + strconv.Itoa(i) + "\x00")
		}
	}
	sql := text.String()
	if len(sql) > maxSQL || !strings.Contains(strings.ToLower(sql), "pass") && !strings.Contains(strings.ToLower(sql), "pwd") {
		return nil
	}
	s := statement{e: e, sql: sql, pieces: pieces}
	var out []slot
	add := func(lookup bool, at, end int) {
		if v, n := s.filled(at, end); v != nil {
			out = append(out, slot{lookup, v, n})
		}
	}
	where := strings.Index(strings.ToLower(sql), "where")
	for _, m := range equalsPassword.FindAllStringSubmatchIndex(sql, 4) {
		add(where >= 0 && m[0] > where, m[2], m[3])
	}
	if m := insertPassword.FindStringSubmatchIndex(sql); m != nil {
		if at, end := insertedAt(sql, sql[m[2]:m[3]], m[1]); end > at {
			add(false, at, end)
		}
	}
	return out
}

// insertedAt is where the value for the column of passwords stands in the list
// of values that begins at an offset; nothing if it is no plain marker.
func insertedAt(sql, columns string, from int) (at, end int) {
	want := -1
	for i, c := range strings.Split(columns, ",") {
		if columnName.MatchString(c) {
			want = i
		}
	}
	if want < 0 {
		return 0, 0
	}
	depth, i, start := 0, 0, from
	for p := from; p < len(sql); p++ {
		switch sql[p] {
		case '(':
			depth++
		case ')', ',':
			if depth == 0 {
				if i == want {
					if !onlyMarker.MatchString(sql[start:p]) {
						return 0, 0
					}
					m := anyMarker.FindStringIndex(sql[start:p])
					return start + m[0], start + m[1]
				}
				i, start = i+1, p+1
			}
			if sql[p] == ')' {
				if depth == 0 {
					return 0, 0
				}
				depth--
			}
		}
	}
	return 0, 0
}

// statement is the SQL of an event with its holes numbered.
type statement struct {
	e      *flow.Event
	sql    string
	pieces []flow.Piece
}

// filled is the value that a marker stands for.
func (s *statement) filled(at, end int) (*flow.Value, syntax.Node) {
	m := anyMarker.FindStringSubmatch(s.sql[at:end])
	if m == nil {
		return nil, syntax.Node{}
	}
	if m[5] != "" {
		i, _ := strconv.Atoi(m[5])
		return s.pieces[i].Hole, s.pieces[i].Node
	}
	for _, name := range m[1:4] {
		if name != "" {
			return s.named(name)
		}
	}
	i := len(anyMarker.FindAllString(s.sql[:at], -1)) - strings.Count(s.sql[:at], "\x00")/2
	if m[4] != "" {
		i, _ = strconv.Atoi(m[4])
		if a := flow.FindArg(s.e.Args, strconv.Itoa(i)); a != nil && i < 10 { // asyncpg: each an argument of its own
			return a.Value, a.Node
		}
		return nil, syntax.Node{}
	}
	a := s.parameters()
	if a == nil {
		return nil, syntax.Node{}
	}
	v := a.Value.Element(i)
	if v == nil {
		return nil, syntax.Node{}
	}
	n := a.Node
	if n.Kind() == syntax.KindTuple || n.Kind() == syntax.KindList {
		n = n.NamedChild(i)
	} else if len(v.Origins) > 0 {
		n = v.Origins[0].Node
	}
	return v, n
}

func (s *statement) parameters() *flow.Arg {
	return argument(s.e, 1, "parameters", "params", "vars", "args", "values")
}

// named is the value of a named parameter.
func (s *statement) named(name string) (*flow.Value, syntax.Node) {
	a := s.parameters()
	if a == nil {
		a = flow.FindArg(s.e.Args, name)
		if a == nil {
			return nil, syntax.Node{}
		}
		return a.Value, a.Node
	}
	v := a.Value.Key(name)
	if v == nil {
		return nil, syntax.Node{}
	}
	if a.Node.Kind() == syntax.KindDictionary {
		for pair := range a.Node.NamedChildren() {
			if pair.Kind() == syntax.KindPair && called(pair.Child(syntax.FieldKey)) == name {
				return v, pair.Child(syntax.FieldValue)
			}
		}
	}
	if len(v.Origins) > 0 {
		return v, v.Origins[0].Node
	}
	return v, a.Node
}
