package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"pavise/analysis"
)

// TextOptions says how text looks.
type TextOptions struct {
	Color bool
	Width int           // of the terminal in columns, 0 if there is none
	Took  func() string // the time spent, for the last line; nil leaves it out
}

type textWriter struct {
	w      *bufio.Writer
	style  Style
	width  int
	took   func() string
	margin int
}

// NewText writes findings for people: message, source lines with carets, and
// the way from source to sink step by step.
func NewText(w io.Writer, o TextOptions) Writer {
	return &textWriter{w: bufio.NewWriter(w), style: Style(o.Color), width: o.Width, took: o.Took}
}

// Took formats a time for people.
func Took(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
}

// File writes the findings at once, so that a reader sees them while other
// files are checked.
func (t *textWriter) File(f *File) error {
	for i := range f.Findings {
		t.finding(&f.Findings[i])
	}
	if len(f.Findings) == 0 {
		return nil
	}
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (t *textWriter) finding(f *Finding) {
	t.headline(f)
	t.margin = len(strconv.Itoa(f.Start.Line))
	for _, s := range f.Steps {
		t.margin = max(t.margin, len(strconv.Itoa(s.Start.Line)))
	}
	t.margin = max(t.margin, 3) + 1
	t.gutter("")
	t.printf("\n")
	last := Location{Path: f.Path}
	atSink := false
	for i, s := range f.Steps {
		mark := "-"
		if s.Path == f.Path && s.Start == f.Start {
			mark, atSink = "^", true
		}
		t.excerpt(&s.Location, &last, mark, fmt.Sprintf("%d. %s", i+1, s.Text))
		last = s.Location
	}
	if !atSink {
		t.excerpt(&f.Location, &last, "^", "")
	}
	t.gutter("=")
	t.printf(" %s: pavise explain %s", t.style.Dim("help"), f.Rule.ID)
	for i, c := range f.Rule.CWE {
		sep := ", "
		if i == 0 {
			sep = "   "
		}
		t.printf("%sCWE-%d", sep, c)
	}
	if f.Confidence != analysis.Certain {
		t.printf("   confidence: %s", f.Confidence)
	}
	t.printf("\n\n")
}

// headline says where, how bad and what; on a terminal broken between words.
func (t *textWriter) headline(f *Finding) {
	place := fmt.Sprintf(":%d:%d: ", f.Start.Line, f.Start.Column)
	path, message := Clean(f.Path), Clean(f.Message)
	t.printf("%s%s%s %s: ", t.style.Bold(path), place, t.style.Severity(f.Severity), t.style.Bold(f.Rule.ID))
	if t.width == 0 {
		t.printf("%s\n", message)
		return
	}
	used := uniseg.StringWidth(path) + len(place) + len(f.Severity.String()) + len(f.Rule.ID) + len(" : ")
	for i, line := range Wrap(message, t.width-2, used) {
		if i > 0 {
			line = "  " + line
		}
		t.printf("%s\n", line)
	}
}

// printf leaves errors to the Flush that follows: a bufio.Writer keeps them.
func (t *textWriter) printf(format string, args ...any) { _, _ = fmt.Fprintf(t.w, format, args...) }

// gutter begins a line that has no number.
func (t *textWriter) gutter(mark string) {
	if mark == "" {
		mark = "|"
	}
	t.printf("%s %s", strings.Repeat(" ", t.margin), t.style.Dim(mark))
}

// excerpt writes the source line of l, unless the one before was the same, and
// below it a mark under the stretch with a label.
func (t *textWriter) excerpt(l, before *Location, mark, label string) {
	if l.Path != before.Path {
		t.gutter("")
		t.printf(" in %s", Clean(l.Path))
		if l.Start.Line > 0 {
			t.printf(":%d:%d", l.Start.Line, l.Start.Column)
		}
		t.printf("\n")
	}
	if l.Start.Line == 0 {
		t.gutter("")
		t.printf("   %s\n", Clean(label))
		return
	}
	line, indent, width := frame(l, t.width-t.margin-4)
	if l.Path != before.Path || l.Start.Line != before.Start.Line || l.Line != before.Line {
		t.printf("%*d %s %s\n", t.margin, l.Start.Line, t.style.Dim("|"), line)
	}
	t.gutter("")
	if label != "" {
		label = " " + Clean(label)
	}
	t.printf(" %s%s\n", strings.Repeat(" ", indent), t.style.Mark(mark, strings.Repeat(mark, max(width, 1))+label))
}

// Close writes the last line.
func (t *textWriter) Close(s *Summary) error {
	t.printf("%s", t.style.Bold(s.Sentence()))
	if t.took != nil {
		t.printf(" %s lines in %s.", Thousands(s.Lines), t.took())
	}
	t.printf("\n")
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Sentence is the summary in words.
func (s *Summary) Sentence() string {
	var b strings.Builder
	finding := "finding"
	if s.Known > 0 {
		finding = "new finding"
	}
	if s.Findings == 0 {
		fmt.Fprintf(&b, "No %ss in %s.", finding, Count(s.Files, "file"))
	} else {
		var parts []string
		for sev := analysis.Critical; ; sev-- {
			if n := s.BySeverity[sev]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, sev))
			}
			if sev == 0 {
				break
			}
		}
		fmt.Fprintf(&b, "%s (%s) in %d of %s.", Count(s.Findings, finding), strings.Join(parts, ", "), s.Affected, Count(s.Files, "file"))
	}
	if s.Known > 0 {
		fmt.Fprintf(&b, " %s in the baseline.", Thousands(s.Known))
	}
	if s.Gone > 0 {
		fmt.Fprintf(&b, " Of the baseline %s gone: write it anew with --write-baseline.", amount(s.Gone))
	}
	if s.Skipped > 0 {
		verb := "were"
		if s.Skipped == 1 {
			verb = "was"
		}
		fmt.Fprintf(&b, " %s %s not checked.", Count(s.Skipped, "file"), verb)
	}
	return b.String()
}

// amount is a number with its verb.
func amount(n int) string {
	if n == 1 {
		return "1 finding is"
	}
	return Count(n, "finding") + " are"
}

// Count is a number with its noun.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Thousands(n) + " " + noun
}

// Thousands is n with commas.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
