// Package report writes findings: as text for people, as JSON with a stable
// form, and as SARIF for other tools.
package report

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/source"
)

// Pos is a place in a file; line and column count from one.
type Pos struct {
	Line   int
	Column int // in characters (code points)
	UTF16  int // the column in UTF-16 code units
	Offset int // in bytes, from zero
}

// Location is a stretch of a file.
type Location struct {
	Path       string
	Start, End Pos    // End is behind the last character
	Line       string // the text of the line that Start is in, clipped around it
	At         int    // offset in Line of Start
	Len        int    // bytes of Line that are in the stretch
}

// Step is one stage of the way from source to sink.
type Step struct {
	Location
	Text string
}

// Finding is a finding with its places resolved, so that the file it was found
// in can be forgotten.
type Finding struct {
	Rule *analysis.Rule
	Location
	Severity    analysis.Severity
	Confidence  analysis.Confidence
	Message     string
	Steps       []Step
	Fingerprint string
	Markdown    string // the finding as a report of its own, if one is wanted
}

// File is the outcome of one file.
type File struct {
	Path     string
	Lines    int
	Findings []Finding
	Known    []Finding // those that a baseline holds
	// Note says in a plain sentence why the file was not checked, or not to its
	// end; "" when it was.
	Note    string
	Skipped bool // it was not checked at all
}

// Summary counts over all files.
type Summary struct {
	Files      int // checked
	Skipped    int // not checked
	Lines      int
	Findings   int
	Known      int // findings that a baseline holds, which are not among the others
	Gone       int // findings of a baseline that are found no more
	Affected   int // files with findings
	BySeverity [analysis.Critical + 1]int
}

// Add counts a file.
func (s *Summary) Add(f *File) {
	if f.Skipped {
		s.Skipped++
		return
	}
	s.Files++
	s.Lines += f.Lines
	s.Findings += len(f.Findings)
	s.Known += len(f.Known)
	if len(f.Findings) > 0 {
		s.Affected++
	}
	for i := range f.Findings {
		s.BySeverity[f.Findings[i].Severity]++
	}
}

// Writer writes the outcome of files in the order in which they come.
type Writer interface {
	File(*File) error
	// Close ends the report; nothing may be written after it.
	Close(*Summary) error
}

// Resolve turns the findings in f into their form for reports. Other gives the
// text of further files that steps lie in; it may be nil or return nil, and the
// steps in unknown files have no position then.
//
// Of secrets, which are in f, no report shows anything but their length.
func Resolve(f *source.File, found []analysis.Finding, secrets []source.Span, other func(path string) *source.File) []Finding {
	if len(found) == 0 {
		return nil
	}
	out := make([]Finding, len(found))
	for i := range found {
		a := &found[i]
		out[i] = Finding{
			Rule: a.Rule, Location: locate(f, a.Path, a.Span), Severity: a.Severity, Confidence: a.Confidence,
			Message: a.Message, Fingerprint: a.Fingerprint,
		}
		out[i].mask(secrets)
		for _, s := range a.Steps {
			in := f
			if s.Path != f.Path() && s.Path != a.Path {
				in = nil
				if other != nil {
					in = other(s.Path)
				}
			}
			st := Step{locate(in, s.Path, s.Span), s.Text}
			if in == f {
				st.mask(secrets)
			}
			out[i].Steps = append(out[i].Steps, st)
		}
	}
	return out
}

// The bytes of a line that are kept before and after the start of a finding: a
// file may be one line of megabytes.
const (
	keepBefore = 120
	keepAfter  = 240
)

func locate(f *source.File, path string, span source.Span) Location {
	l := Location{Path: path}
	if f == nil {
		return l
	}
	l.Start, l.End = pos(f, span.Start), pos(f, span.End)
	line := f.LineSpan(l.Start.Line - 1)
	start := min(max(span.Start, line.Start), line.End)
	end := min(max(span.End, start), line.End)
	from, to := line.Start, line.End
	if start-from > keepBefore {
		from = start - keepBefore
	}
	if to-start > keepAfter {
		to = start + keepAfter
	}
	from, to = charStart(f.Text(), from), charStart(f.Text(), to)
	l.Line = strings.Clone(string(f.Text()[from:to]))
	l.At, l.Len = int(start-from), int(min(end, to)-start)
	if from > line.Start {
		l.Line = "…" + l.Line
		l.At += len("…")
	}
	if to < line.End {
		l.Line += "…"
	}
	return l
}

// mask puts asterisks in the place of secrets.
func (l *Location) mask(secrets []source.Span) {
	if l.Line == "" || len(secrets) == 0 {
		return
	}
	line := []byte(l.Line)
	first := l.Start.Offset - l.At // offset in the file of the line's first byte
	for _, s := range secrets {
		for i := max(int(s.Start)-first, 0); i < min(int(s.End)-first, len(line)); i++ {
			line[i] = '*'
		}
	}
	l.Line = strings.ToValidUTF8(string(line), "*")
}

// charStart moves off back to the start of the character that it is in.
func charStart(text []byte, off uint32) uint32 {
	for i := 0; i < 3 && off > 0 && int(off) < len(text) && text[off]&0xc0 == 0x80; i++ {
		off--
	}
	return off
}

func pos(f *source.File, off uint32) Pos {
	p := f.Position(off, source.UTF32)
	w := f.Position(off, source.UTF16)
	return Pos{Line: int(p.Line) + 1, Column: int(p.Column) + 1, UTF16: int(w.Column) + 1, Offset: int(min(off, f.Len()))}
}
