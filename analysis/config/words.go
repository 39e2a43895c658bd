package config

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/source"
)

// Word is a string in the text of a configuration.
type Word struct {
	Key  string      // whose value it is or, for a pattern of per-file-ignores, that key
	Text string      // as it is written, without quotes
	Span source.Span // of that
	// Name is set if it names a rule or a class; else it is a pattern of files.
	Name bool
	// Open is set if the quote at its end is missing.
	Open bool
}

// Place is where in a text the cursor stands, for completion.
type Place struct {
	Word  Word     // around it; without quotes, an empty one where a string can begin
	Bare  bool     // there is no string yet
	Given []string // the other strings of the list
}

// Words are the strings of a configuration that name rules, classes or files. The
// path says by its name where our keys stand, as for [Parse]. The text may be
// broken, as it is while somebody types: what can be read is.
func Words(path string, text []byte) []Word {
	r := newReader(path, text)
	r.all()
	return r.words
}

// At is the list of names around an offset; ok is false if there is none.
func At(path string, text []byte, off uint32) (p Place, ok bool) {
	r := newReader(path, text)
	r.all()
	for _, l := range r.lists {
		if off < l.span.Start || off > l.span.End {
			continue
		}
		p = Place{Word: Word{Key: l.key, Name: true, Span: source.Span{Start: off, End: off}}, Bare: true}
		for _, w := range r.words[l.from:l.to] {
			if off >= w.Span.Start && off <= w.Span.End {
				p.Word, p.Bare = w, false
				continue
			}
			p.Given = append(p.Given, w.Text)
		}
		return p, true
	}
	return Place{}, false
}

// IsConfig reports whether a file of that name can hold a configuration.
func IsConfig(path string) bool {
	name := filepath.Base(path)
	return name == FileName || name == PyProject
}

// reader goes through TOML for its strings. Unlike a parser it goes on behind a
// fault: at the next line that begins a table or a key.
type reader struct {
	text  []byte
	home  []string // the path of our keys
	at    int
	words []Word
	lists []list
}

// list is an array of names.
type list struct {
	key      string
	span     source.Span // between its brackets
	from, to int         // its words
}

func newReader(path string, text []byte) *reader {
	r := &reader{text: text}
	if filepath.Base(path) == PyProject {
		r.home = []string{"tool", "pavise"}
	}
	return r
}

func (r *reader) all() {
	var table []string
	for r.blank(true); r.at < len(r.text); r.blank(true) {
		if r.text[r.at] == '[' {
			for r.at < len(r.text) && r.text[r.at] == '[' {
				r.at++
			}
			table = r.key(nil)
			r.line()
			continue
		}
		r.pair(table)
		r.line()
	}
}

// blank skips spaces and comments; with lines, their ends too.
func (r *reader) blank(lines bool) {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t' || c == '\r' || lines && c == '\n':
		case c == '#':
			for r.at+1 < len(r.text) && r.text[r.at+1] != '\n' {
				r.at++
			}
		default:
			return
		}
	}
}

// line skips what is left of a line.
func (r *reader) line() {
	for r.at < len(r.text) && r.text[r.at] != '\n' {
		r.at++
	}
}

// key reads a dotted key in a table.
func (r *reader) key(table []string) []string {
	path := slices.Clone(table)
	for r.at < len(r.text) {
		r.blank(false)
		start := r.at
		if r.at < len(r.text) && (r.text[r.at] == '"' || r.text[r.at] == '\'') {
			w := r.str()
			if own := r.own(path); len(own) == 1 && own[0] == perFile {
				w.Key = perFile
				r.words = append(r.words, w)
			}
			path = append(path, w.Text)
		} else {
			for r.at < len(r.text) && isBare(r.text[r.at]) {
				r.at++
			}
			if start == r.at {
				return path
			}
			path = append(path, string(r.text[start:r.at]))
		}
		r.blank(false)
		if r.at >= len(r.text) || r.text[r.at] != '.' {
			return path
		}
		r.at++
	}
	return path
}

// perFile is the key whose values are a table of lists of names.
const perFile = "per-file-ignores"

func isBare(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// own is a path without that of our keys; nil if it leads elsewhere.
func (r *reader) own(path []string) []string {
	if !under(path, r.home) {
		return nil
	}
	return path[len(r.home):]
}

// pair reads a key and its value.
func (r *reader) pair(table []string) {
	start := r.at
	path := r.key(table)
	if r.at < len(r.text) && r.text[r.at] == '=' {
		r.at++
		r.value(path, 0)
	} else if r.at == start {
		r.at++ // whatever it is
	}
}

// maxValues bounds how deep values are read.
const maxValues = 20

func (r *reader) value(path []string, depth int) {
	r.blank(false)
	if r.at >= len(r.text) || depth > maxValues {
		return
	}
	switch r.text[r.at] {
	case '"', '\'':
		w := r.str()
		if key, name, ok := r.about(path); ok {
			w.Key, w.Name = key, name
			r.words = append(r.words, w)
		}
	case '[':
		r.at++
		r.array(path, depth)
	case '{':
		r.at++
		for r.blank(false); r.at < len(r.text) && r.text[r.at] != '}'; r.blank(false) {
			if r.text[r.at] == ',' {
				r.at++
				continue
			}
			before := r.at
			p := r.key(path)
			if r.at < len(r.text) && r.text[r.at] == '=' {
				r.at++
				r.value(p, depth+1)
			}
			if r.at == before {
				return // a fault, or the end of the line
			}
		}
		r.at++
	default:
		for r.at < len(r.text) && !strings.ContainsRune(",]}\n#", rune(r.text[r.at])) {
			r.at++
		}
	}
}

func (r *reader) array(path []string, depth int) {
	key, name, ok := r.about(path)
	l := list{key: key, span: source.Span{Start: uint32(r.at)}, from: len(r.words)}
	closed := false
	for r.blank(true); r.at < len(r.text); r.blank(true) {
		if c := r.text[r.at]; c == ']' {
			closed = true
			break
		} else if c == ',' {
			r.at++
			continue
		}
		if r.begins() {
			break
		}
		before := r.at
		r.value(path, depth+1)
		if r.at == before {
			break
		}
	}
	l.span.End, l.to = uint32(r.at), len(r.words)
	if ok && name && depth == 0 {
		r.lists = append(r.lists, l)
	}
	if closed {
		r.at++
		return
	}
	for r.at > int(l.span.Start) && (r.text[r.at-1] == ' ' || r.text[r.at-1] == '\t') {
		r.at--
	}
	if r.at > int(l.span.Start) && r.text[r.at-1] == '\n' {
		r.at-- // what follows is for the next line to read
	}
}

// begins reports whether a table or a pair begins here, at the start of a line:
// the brackets before were not closed.
func (r *reader) begins() bool {
	i := r.at - 1
	for i >= 0 && (r.text[i] == ' ' || r.text[i] == '\t') {
		i--
	}
	if i >= 0 && r.text[i] != '\n' {
		return false
	}
	line, _, _ := strings.Cut(string(r.text[r.at:min(len(r.text), r.at+200)]), "\n")
	if strings.HasPrefix(line, "[") {
		return true
	}
	key, _, ok := strings.Cut(line, "=")
	return ok && !strings.ContainsAny(key, ",[]#")
}

// about is the key of ours that a path leads to if its strings are names or
// patterns.
func (r *reader) about(path []string) (key string, name, ok bool) {
	own := r.own(path)
	switch {
	case len(own) == 1 && (own[0] == "select" || own[0] == "ignore"):
		return own[0], true, true
	case len(own) == 2 && own[0] == perFile:
		return perFile, true, true
	case len(own) == 1 && (own[0] == "include" || own[0] == "exclude"):
		return own[0], false, true
	}
	return "", false, false
}

// str reads a string. One on a line ends with the line, if nothing else ends it.
func (r *reader) str() Word {
	quote := r.text[r.at]
	triple := bytes.Repeat([]byte{quote}, 3)
	if bytes.HasPrefix(r.text[r.at:], triple) {
		start := r.at + 3
		end := bytes.Index(r.text[start:], triple)
		if end < 0 {
			end = len(r.text) - start
		}
		r.at = min(start+end+3, len(r.text))
		return Word{Text: string(r.text[start : start+end]), Span: source.Span{Start: uint32(start), End: uint32(start + end)}}
	}
	r.at++
	start := r.at
	for ; r.at < len(r.text) && r.text[r.at] != '\n' && r.text[r.at] != '\r'; r.at++ {
		if r.text[r.at] == '\\' && quote == '"' && r.at+1 < len(r.text) && r.text[r.at+1] != '\n' {
			r.at++
			continue
		}
		if r.text[r.at] == quote {
			w := Word{Text: string(r.text[start:r.at]), Span: source.Span{Start: uint32(start), End: uint32(r.at)}}
			r.at++
			return w
		}
	}
	return Word{Text: string(r.text[start:r.at]), Span: source.Span{Start: uint32(start), End: uint32(r.at)}, Open: true}
}
