package report

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"pavise/analysis"
)

// Style paints text for a terminal; false leaves it plain.
type Style bool

func (s Style) paint(code, text string) string {
	if !s || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Bold is for what the eye should find first.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Dim is for lines that only guide the eye.
func (s Style) Dim(text string) string { return s.paint("2", text) }

// Good, Bad and Blue are for diffs and code.
func (s Style) Good(text string) string { return s.paint("32", text) }

// Bad is for removed lines and errors.
func (s Style) Bad(text string) string { return s.paint("31", text) }

// Blue is for headings and places.
func (s Style) Blue(text string) string { return s.paint("36", text) }

// Severity paints a severity in its colour.
func (s Style) Severity(v analysis.Severity) string {
	code := "36"
	switch v {
	case analysis.Critical, analysis.High:
		code = "1;31"
	case analysis.Medium:
		code = "1;33"
	}
	return s.paint(code, v.String())
}

// Mark paints what stands below a source line: "^" marks the fault, "-" a step
// on the way to it.
func (s Style) Mark(mark, text string) string {
	if mark == "^" {
		return s.paint("1;31", text)
	}
	return s.paint("1;34", text)
}

// Clean makes text of a file harmless for a terminal: control characters and
// those that change the direction of writing are replaced, so that a file
// cannot hide or fake what is shown.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), bidi(r):
			return '\ufffd'
		}
		return r
	}, text)
}

func bidi(r rune) bool {
	return r == 0x61c || 0x200e <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// tab is the number of columns that a tab takes.
const tab = 4

// frame is the line of l as it is shown in at most room columns (0: as many as
// it has), with the column and the width of the marked stretch.
func frame(l *Location, room int) (line string, indent, width int) {
	before, in, after := show(l.Line[:l.At]), show(l.Line[l.At:l.At+l.Len]), show(l.Line[l.At+l.Len:])
	indent, width = uniseg.StringWidth(before), uniseg.StringWidth(in)
	line = before + in + after
	if room < 20 || uniseg.StringWidth(line) <= room {
		return line, indent, width
	}
	if cut := indent - room/3; cut > 0 && indent+width > room {
		before = "…" + dropColumns(before, cut+1)
		indent = uniseg.StringWidth(before)
	}
	line = before + in + after
	if uniseg.StringWidth(line) > room {
		line = takeColumns(line, room-1) + "…"
	}
	return line, indent, max(min(width, room-indent), 1)
}

// show is Clean with tabs as blanks.
func show(text string) string {
	return Clean(strings.ReplaceAll(text, "\t", strings.Repeat(" ", tab)))
}

func dropColumns(s string, n int) string {
	for n > 0 && s != "" {
		_, rest, w, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		s, n = rest, n-w
	}
	return s
}

func takeColumns(s string, n int) string {
	rest := s
	for rest != "" {
		_, next, w, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		if w > n {
			break
		}
		rest, n = next, n-w
	}
	return s[:len(s)-len(rest)]
}
