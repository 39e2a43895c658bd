package pyedit

import (
	"slices"
	"strings"

	"pavise/analysis/source"
)

// Edits collects the edits of one fix. Text is written with \n for line ends;
// the file's own are put in their place.
type Edits struct {
	file *File
	list []source.Edit
	want []request
	drop []string
	once map[string]bool
}

// NewEdits starts a list of edits.
func (f *File) NewEdits() *Edits { return &Edits{file: f} }

// File is what is edited.
func (e *Edits) File() *File { return e.file }

// Replace puts text in the place of a span.
func (e *Edits) Replace(s source.Span, text string) {
	e.list = append(e.list, source.Edit{Span: s, New: e.lineEnds(text)})
}

// Insert puts text before the byte at off.
func (e *Edits) Insert(off uint32, text string) {
	e.Replace(source.Span{Start: off, End: off}, text)
}

// Delete takes a span away.
func (e *Edits) Delete(s source.Span) { e.Replace(s, "") }

func (e *Edits) lineEnds(text string) string {
	if !strings.ContainsAny(text, "\r\n") {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	if e.file.EOL == "\n" {
		return text
	}
	return strings.ReplaceAll(text, "\n", e.file.EOL)
}

// List is all edits, imports included, sorted; ok is false if two of them
// overlap or none is left. What was asked for with Use and is not written needs no import.
func (e *Edits) List() (edits []source.Edit, ok bool) {
	e.want = slices.DeleteFunc(e.want, func(w request) bool { return !e.writes(w.bind()) })
	return e.merged()
}

func (e *Edits) merged() (edits []source.Edit, ok bool) {
	// Imports come first: where both stand at one place, helpers are below them.
	all := append(e.importEdits(), e.list...)
	kept := all[:0]
	for _, x := range all {
		if string(e.file.Text[x.Start:x.End]) != x.New {
			kept = append(kept, x)
		}
	}
	merged, skipped := source.Merge(kept)
	return merged, len(skipped) == 0 && len(merged) > 0
}

// gone reports whether an edit takes the span away without writing name again.
func (e *Edits) gone(s source.Span, name string) bool {
	for _, x := range e.list {
		if x.Contains(s) && x.Len() > 0 {
			return !e.writes(name)
		}
	}
	return false
}

// writes reports whether new text holds name as a word.
func (e *Edits) writes(name string) bool {
	for _, x := range e.list {
		if HasWord(x.New, name) {
			return true
		}
	}
	return false
}

// HasWord reports whether text holds name with no name character around it and
// no dot before it.
func HasWord(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(name)
		if (i == 0 || !nameByte(text[i-1]) && text[i-1] != '.') && (end == len(text) || !nameByte(text[end])) {
			return true
		}
		at = end
	}
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// Once is true the first time that it is asked for a name.
func (e *Edits) Once(name string) bool {
	if e.once[name] {
		return false
	}
	if e.once == nil {
		e.once = map[string]bool{}
	}
	e.once[name] = true
	return true
}
