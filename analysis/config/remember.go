package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"pavise/analysis/models"
	"pavise/analysis/source"
)

// Remember is the edit that makes a configuration say that the result of a call
// is clean for some kinds. All else in its text stays as it is. The path says by
// its name where the entry goes, as for [Parse]; ok is false if the text is
// faulty or has a form in which no entry can be added.
func Remember(path string, text []byte, c models.Clean) (edit source.Edit, ok bool) {
	before, err := Parse(path, text, nil)
	if err != nil {
		return source.Edit{}, false
	}
	s := scan(path, text, c.Call)
	end := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		end = "\r\n"
	}
	switch at := s.clears; {
	case at.End > at.Start:
		edit = source.Edit{Span: at, New: fmt.Sprintf("%q", joinKinds(s.kinds, c.Clears))}
	case s.array > 0:
		space := " "
		if rest := bytes.TrimLeft(text[s.array:], " \t"); len(rest) > 0 && (rest[0] == '\n' || rest[0] == '\r') {
			space = end + "  "
		}
		edit.Span = source.Span{Start: uint32(s.array), End: uint32(s.array)}
		edit.New = space + fmt.Sprintf("{ call = %q, clears = %q },", c.Call, c.Clears)
		if space == " " {
			edit.New = edit.New[1:] + " "
		}
	default:
		edit = appended(text, s.end, end, fmt.Sprintf("[[%s]]%scall = %q%sclears = %q%s", strings.Join(s.section, "."), end, c.Call, end, c.Clears, end))
	}
	after, err := Parse(path, source.Apply(text, []source.Edit{edit}), nil)
	if err != nil || !says(after.Models, c) || len(after.Models.Cleans) > count(before.Models)+1 {
		return source.Edit{}, false
	}
	return edit, true
}

func count(e *models.Entries) int {
	if e == nil {
		return 0
	}
	return len(e.Cleans)
}

// says reports whether an entry is as c, or clears more.
func says(e *models.Entries, c models.Clean) bool {
	return e != nil && slices.ContainsFunc(e.Cleans, func(x models.Clean) bool {
		return x.Call == c.Call && joinKinds(x.Clears, c.Clears) == x.Clears
	})
}

// joinKinds is a list of kinds with those of another after its own.
func joinKinds(list, more string) string {
	for k := range strings.SplitSeq(more, ",") {
		k = strings.TrimSpace(k)
		if !slices.ContainsFunc(strings.Split(list, ","), func(have string) bool { return strings.TrimSpace(have) == k }) {
			list += ", " + k
		}
	}
	return list
}

// layout is where in a text something can be added to the cleans.
type layout struct {
	section []string    // the path of the section: models, cleans
	end     int         // where a table can be put
	array   int         // behind the bracket of a section that is written as a value, or 0
	clears  source.Span // of the value of an entry for the same call and all of its data
	kinds   string      // what stands there
}

// entrySpans is what one table of the section says.
type entrySpans struct {
	same  bool // it is about the call
	only  bool // and on no condition
	at    source.Span
	kinds string
}

// scanner goes through a text for its layout.
type scanner struct {
	layout
	home   []string // the path of our keys
	text   []byte
	call   string
	table  []string // in which what follows stands
	now    entrySpans
	ours   int  // what was met of us: 1 a table, 2 one of the section
	closed bool // the end is found, unless another table of ours follows
}

func scan(path string, text []byte, call string) layout {
	s := scanner{text: text, call: call}
	if filepath.Base(path) == PyProject {
		s.home = []string{"tool", "pavise"}
	}
	s.section = append(s.home[:len(s.home):len(s.home)], "models", "cleans")
	s.end = len(text)
	p := unstable.Parser{}
	p.Reset(text)
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			s.enter(e)
		case unstable.KeyValue:
			s.keyValue(e)
		}
	}
	s.take(s.now)
	return s.layout
}

// enter begins a table. A new one is put behind the last of the section; where
// there is none, behind the last of ours or, in a file of our own, at the end.
func (s *scanner) enter(e *unstable.Node) {
	it := e.Key()
	it.Next()
	start := bytes.LastIndexByte(s.text[:it.Node().Raw.Offset], '\n') + 1
	s.table = keyOf(e)
	if under(s.table, s.section) && len(s.table) > len(s.section) {
		s.now.only = false // a condition of the entry before
		return
	}
	s.take(s.now)
	s.now = entrySpans{only: true}
	what := 0
	switch {
	case under(s.table, s.section):
		what = 2
	case len(s.home) > 0 && under(s.table, s.home):
		what = 1
	}
	switch {
	case what > 0 && what >= s.ours:
		s.end, s.closed = len(s.text), false
	case s.ours > 0 && !s.closed:
		s.end, s.closed = start, true
	}
	s.ours = max(s.ours, what)
}

func (s *scanner) keyValue(e *unstable.Node) {
	key := slices.Concat(s.table, keyOf(e))
	value := e.Value()
	switch {
	case slices.Equal(key, s.section) && value.Kind == unstable.Array:
		s.array = int(e.Raw.Offset) + bytes.IndexByte(s.text[e.Raw.Offset:], '[') + 1
	case !under(key, s.section):
	case len(key) == len(s.section)+1 && key[len(key)-1] == "call":
		s.now.same = string(value.Data) == s.call
	case len(key) == len(s.section)+1 && key[len(key)-1] == "clears" && value.Kind == unstable.String:
		s.now.at = source.Span{Start: value.Raw.Offset, End: value.Raw.Offset + value.Raw.Length}
		s.now.kinds = string(value.Data)
	default:
		s.now.only = false // a condition
	}
}

// take notes an entry whose kinds can be added to.
func (l *layout) take(x entrySpans) {
	if x.same && x.only {
		l.clears, l.kinds = x.at, x.kinds
	}
}

func under(key, prefix []string) bool {
	return len(key) >= len(prefix) && slices.Equal(key[:len(prefix)], prefix)
}

// appended is the edit that puts a table behind what stands before an offset,
// an empty line between. Comments before the offset belong to what follows it.
func appended(text []byte, at int, end, table string) source.Edit {
	if at < len(text) {
		for {
			before := bytes.TrimRight(text[:at], "\r\n")
			line := before[bytes.LastIndexByte(before, '\n')+1:]
			if t := bytes.TrimSpace(line); len(t) > 0 && t[0] != '#' || len(before) == 0 {
				at = len(before)
				break
			}
			at = len(before) - len(line)
		}
		return source.Edit{Span: source.Span{Start: uint32(at), End: uint32(at)}, New: end + end + strings.TrimSuffix(table, end)}
	}
	kept := len(bytes.TrimRight(text, " \t\r\n"))
	if kept == 0 {
		return source.Edit{Span: source.Span{Start: uint32(len(text)), End: uint32(len(text))}, New: table}
	}
	return source.Edit{Span: source.Span{Start: uint32(kept), End: uint32(len(text))}, New: end + end + table}
}
