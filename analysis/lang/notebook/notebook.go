// Package notebook reads Jupyter notebooks: their cells of Python, in order, are
// one module.
//
// What is not Python is blanked in place, so that every byte of a cell stands as
// far from the cell's start as before: commands to IPython (%magic, !shell,
// help?), and whole cells of another language (%%bash). Between two cells stands
// what closes the brackets and strings that the first one leaves open, so that a
// cell that is being written does not swallow the next.
package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pavise/analysis/source"
)

// Cell is a cell of Python.
type Cell struct {
	Number int // among all cells of the notebook, from 1
	Source []byte
}

// Read reads the cells of Python from the text of a notebook, format 3 or 4.
func Read(text []byte) ([]Cell, error) {
	type cell struct {
		Type     string `json:"cell_type"`
		Source   lines  `json:"source"`
		Input    lines  `json:"input"` // format 3
		Language string `json:"language"`
	}
	var n struct {
		Format   int                      `json:"nbformat"`
		Cells    []cell                   `json:"cells"`
		Sheets   []struct{ Cells []cell } `json:"worksheets"`
		Metadata struct {
			Kernel   struct{ Language string } `json:"kernelspec"`
			Language struct{ Name string }     `json:"language_info"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(text, &n); err != nil {
		return nil, fmt.Errorf("this is no notebook: %w", err)
	}
	if n.Format == 0 && n.Cells == nil && n.Sheets == nil {
		return nil, errors.New("this is no notebook: it has no cells")
	}
	for _, language := range []string{n.Metadata.Language.Name, n.Metadata.Kernel.Language} {
		if language != "" && !isPython(language) {
			return nil, nil
		}
	}
	for _, s := range n.Sheets {
		n.Cells = append(n.Cells, s.Cells...)
	}
	var out []Cell
	for i, c := range n.Cells {
		if c.Type != "code" || c.Language != "" && !isPython(c.Language) {
			continue
		}
		out = append(out, Cell{i + 1, append([]byte(c.Source), c.Input...)})
	}
	return out, nil
}

func isPython(language string) bool {
	language = strings.ToLower(language)
	return strings.HasPrefix(language, "python") || language == "ipython"
}

// lines is a text that may be given as a list of its lines. Anything else is
// none.
type lines []byte

func (l *lines) UnmarshalJSON(b []byte) error {
	var list []string
	var one string
	switch {
	case json.Unmarshal(b, &list) == nil:
		*l = []byte(strings.Join(list, ""))
	case json.Unmarshal(b, &one) == nil:
		*l = []byte(one)
	}
	return nil
}

// Plain is a cell as Python reads it.
type Plain struct {
	Text []byte // as long as the cell
	// Locked is how much of its start belongs to a command for the whole cell.
	Locked uint32
	close  string // brackets and quotes that are open at its end
}

// Join puts cells together. It gives the place of each in the whole.
func Join(cells []Plain) (text []byte, at []source.Span) {
	at = make([]source.Span, len(cells))
	for i, c := range cells {
		at[i].Start = uint32(len(text))
		text = append(text, c.Text...)
		at[i].End = uint32(len(text))
		text = append(text, '\n')
		text = append(text, c.close...)
		text = append(text, '\n')
	}
	return text, at
}

// pythons are the commands for a whole cell whose rest is Python.
var pythons = strings.Fields("time timeit capture prun python python3 py memit mprun lprun debug")

// timers are the commands for a line whose rest is Python.
var timers = strings.Fields("time timeit prun memit")

// NewPlain blanks what is not Python in a cell.
func NewPlain(cell []byte) Plain {
	p := Plain{Text: slices.Clone(cell)}
	s := scanner{in: cell, out: p.Text}
	head := bytes.TrimLeft(cell, " \t\r\n")
	if bytes.HasPrefix(head, []byte("%%")) {
		s.at = len(cell) - len(head)
		name, _ := word(head[2:])
		if !slices.Contains(pythons, name) {
			s.blank(s.at, len(cell))
			p.Locked = uint32(len(cell))
			return p
		}
		end := s.lineEnd(s.at)
		s.blank(s.at, end)
		s.at = s.next(end)
		p.Locked = uint32(s.at)
	}
	for s.at < len(cell) {
		s.logical()
	}
	for _, b := range slices.Backward(s.open) {
		s.close = append(s.close, b...)
	}
	p.close = string(s.close)
	return p
}

// scanner goes through a cell by logical lines.
type scanner struct {
	in, out []byte
	at      int
	open    []string // what closes the brackets, and the string, that are open
	close   []byte
}

func word(text []byte) (name string, rest []byte) {
	end := 0
	for end < len(text) && (text[end] == '_' || text[end] >= '0' && text[end] <= '9' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	return string(text[:end]), text[end:]
}

func isEnd(c byte) bool { return c == '\n' || c == '\r' }

// lineEnd is where the line that holds a place ends; one that ends in a backslash
// goes on.
func (s *scanner) lineEnd(i int) int {
	for i < len(s.in) {
		if isEnd(s.in[i]) {
			if i == 0 || s.in[i-1] != '\\' {
				return i
			}
			if i = s.next(i); i >= len(s.in) {
				return len(s.in)
			}
			continue
		}
		i++
	}
	return i
}

// next is behind a line end.
func (s *scanner) next(i int) int {
	if i+1 < len(s.in) && s.in[i] == '\r' && s.in[i+1] == '\n' {
		return i + 2
	}
	return min(i+1, len(s.in))
}

func (s *scanner) blank(from, to int) {
	for i := from; i < to; i++ {
		if !isEnd(s.in[i]) {
			s.out[i] = ' '
		}
	}
}

// logical reads one logical line: a command, or a statement that may stand on
// several lines.
func (s *scanner) logical() {
	start := s.at
	for s.at < len(s.in) && (s.in[s.at] == ' ' || s.in[s.at] == '\t') {
		s.at++
	}
	if s.at == len(s.in) {
		return
	}
	switch s.in[s.at] {
	case '!', '?', '%':
		s.command(s.at > start)
	}
	s.statement(s.at)
}

// command blanks a line for IPython, or only its first word where Python follows.
// In a block something has to stay, so that the block is not empty.
func (s *scanner) command(inBlock bool) {
	from, end := s.at, s.lineEnd(s.at)
	name, rest := word(s.in[from+1 : end])
	if s.in[from] == '%' && slices.Contains(timers, name) {
		rest = bytes.TrimLeft(rest, " \t")
		for bytes.HasPrefix(rest, []byte("-")) { // an option, of which some have a number
			_, rest, _ = bytes.Cut(rest, []byte(" "))
			rest = bytes.TrimLeft(rest, " \t")
			if number, after, ok := bytes.Cut(rest, []byte(" ")); ok && len(number) > 0 && len(bytes.Trim(number, "0123456789")) == 0 {
				rest = bytes.TrimLeft(after, " \t")
			}
		}
		if len(rest) > 0 {
			s.blank(from, end-len(rest))
			s.out[from], s.out[from+1] = '0', ';'
			s.at = end - len(rest)
			return
		}
	}
	s.blank(from, end)
	if inBlock {
		s.out[from] = '0'
	}
	s.at = end
}

// statement reads on to the end of a logical line.
func (s *scanner) statement(from int) {
	depth := len(s.open)
	for s.at < len(s.in) {
		switch c := s.in[s.at]; c {
		case '\n', '\r':
			s.at = s.next(s.at)
			if len(s.open) == depth {
				return
			}
			continue
		case '#':
			for s.at < len(s.in) && !isEnd(s.in[s.at]) {
				s.at++
			}
			continue
		case '\\':
			if s.at+1 < len(s.in) && isEnd(s.in[s.at+1]) {
				s.at = s.next(s.at + 1)
				continue
			}
		case '"', '\'':
			if !s.str(c) {
				return
			}
			continue
		case '(':
			s.open = append(s.open, ")")
		case '[':
			s.open = append(s.open, "]")
		case '{':
			s.open = append(s.open, "}")
		case ')', ']', '}':
			if n := len(s.open); n > 0 && s.open[n-1][0] == c {
				s.open = s.open[:n-1]
			}
		case '=': // x = !ls, x = %time f()
			if len(s.open) == 0 && s.captures() {
				continue
			}
		case '?': // help?
			if end := s.lineEnd(s.at); len(s.open) == 0 && len(bytes.Trim(s.in[s.at:end], "? \t")) == 0 {
				s.blank(from, end)
				if from > 0 && !isEnd(s.in[from-1]) {
					s.out[from] = '0'
				}
				s.at = end
				continue
			}
		}
		s.at++
	}
}

// captures puts a number in the place of a command whose output is assigned.
func (s *scanner) captures() bool {
	if s.at > 0 && bytes.IndexByte([]byte("=!<>+-*/%&|^@:"), s.in[s.at-1]) >= 0 {
		return false // of another operator
	}
	i := s.at + 1
	for i < len(s.in) && (s.in[i] == ' ' || s.in[i] == '\t') {
		i++
	}
	if i+1 >= len(s.in) || s.in[i] != '!' && s.in[i] != '%' || s.in[i+1] == '=' {
		return false
	}
	end := s.lineEnd(i)
	s.blank(i, end)
	s.out[i] = '0'
	s.at = end
	return true
}

// str reads a string; false if the cell ends in it.
func (s *scanner) str(quote byte) bool {
	triple := bytes.Repeat([]byte{quote}, 3)
	long := bytes.HasPrefix(s.in[s.at:], triple)
	if s.at++; long {
		s.at += 2
	}
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '\\' && s.at+1 < len(s.in):
			s.at++
		case !long && isEnd(c):
			return true // left open: the line ends it
		case c == quote && !long:
			s.at++
			return true
		case c == quote && bytes.HasPrefix(s.in[s.at:], triple):
			s.at += 3
			return true
		}
		s.at++
	}
	s.at = len(s.in)
	if long {
		s.open = append(s.open, string(triple))
	}
	return !long
}
