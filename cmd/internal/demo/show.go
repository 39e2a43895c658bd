package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"pavise/analysis/source"
	"pavise/cmd/internal/report"
)

// show writes what an editor would draw.
type show struct {
	Options
	width   int
	steps   int
	noticed rune     // the key of this line at which a finding first appeared
	drawn   []string // findings that are underlined already
}

// Write errors are left alone: who closes the output has seen enough.
func (s *show) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.Out, format, args...) }

func (s *show) heading(text string) { s.printf("%s\n", s.Style.Bold(text)) }

func (s *show) say(format string, args ...any) { s.printf(format+"\n", args...) }

// step begins the next part.
func (s *show) step(format string, args ...any) {
	s.steps++
	s.printf("\n%s\n", s.Style.Bold(fmt.Sprintf("%d. "+format, append([]any{s.steps}, args...)...)))
}

func (s *show) number(n uint32) { s.printf("%s ", s.Style.Dim(fmt.Sprintf("%4d |", n))) }

// key shows one typed character, slowly enough on a terminal to be seen.
func (s *show) key(r rune) {
	s.printf("%c", r)
	if s.Terminal {
		time.Sleep(pace)
	}
}

// text is a line of the file.
func (s *show) text(f *source.File, line uint32) string {
	span := f.LineSpan(int(line))
	return string(f.Text()[span.Start:span.End])
}

func (s *show) lineOf(f *source.File, d *diagnostic) string { return s.text(f, d.Range.Start.Line) }

// squiggle shows the line of a finding, underlined, with its rule.
func (s *show) squiggle(f *source.File, d *diagnostic) {
	s.number(d.Range.Start.Line + 1)
	s.printf("%s\n", s.lineOf(f, d))
	s.mark(f, d.Range, "~", d.Code)
}

// id tells findings apart while lines move.
func id(f *source.File, d *diagnostic) string {
	span := f.LineSpan(int(d.Range.Start.Line))
	return d.Code + ":" + string(f.Text()[span.Start:span.End])
}

func ids(e *editor) []string {
	var list []string
	for i := range e.found {
		list = append(list, id(e.file, &e.found[i]))
	}
	return list
}

// mark underlines a range below its line.
func (s *show) mark(f *source.File, r span, with, text string) {
	line := s.text(f, r.Start.Line)
	from := f.Offset(source.Position{Line: r.Start.Line, Column: r.Start.Character}, source.UTF16)
	to := f.Offset(source.Position{Line: r.End.Line, Column: r.End.Character}, source.UTF16)
	begin := f.LineSpan(int(r.Start.Line)).Start
	end := min(int(to-begin), len(line))
	pad := uniseg.StringWidth(line[:from-begin])
	length := max(uniseg.StringWidth(line[from-begin:end]), 1)
	color := "-"
	if with == "~" {
		color = "^"
	}
	marks := strings.Repeat(" ", pad) + s.Style.Mark(color, strings.Repeat(with, length))
	if pad+length+1+uniseg.StringWidth(text) <= s.width-7 {
		s.printf("     %s %s %s\n", s.Style.Dim("|"), marks, s.Style.Mark(color, text))
		return
	}
	s.printf("     %s %s\n", s.Style.Dim("|"), marks)
	for _, l := range report.Wrap(text, s.width-7, 0) {
		s.printf("     %s %s\n", s.Style.Dim("|"), s.Style.Mark(color, l))
	}
}

// underline shows a finding that appeared while the line of this number was
// typed.
func (s *show) underline(f *source.File, d *diagnostic, number uint32) {
	if d.Range.Start.Line+1 != number {
		s.number(d.Range.Start.Line + 1)
		s.printf("%s\n", s.lineOf(f, d))
	}
	where := ""
	if s.noticed > ' ' {
		where = fmt.Sprintf(" (first seen at the key %q)", s.noticed)
	}
	s.mark(f, d.Range, "~", d.Code+": "+d.Message+where)
}

// path shows how the data comes from its source to the place of the finding.
func (s *show) path(f *source.File, d *diagnostic) {
	s.step("Why: the way of the data")
	for i, r := range d.Related {
		line := r.Location.Range.Start.Line
		s.number(line + 1)
		s.printf("%s\n", s.text(f, line))
		s.mark(f, r.Location.Range, "-", fmt.Sprintf("%d. %s", i+1, r.Message))
	}
}

func (s *show) action(title string, chosen bool) {
	if chosen {
		s.printf("  %s %s\n", s.Style.Good(">"), s.Style.Good(title))
		return
	}
	s.printf("    %s\n", title)
}

// diff shows a unified diff without its first lines, which name the files.
func (s *show) diff(text string) {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		switch {
		case i < 3 || strings.HasPrefix(line, "@@"):
			continue
		case strings.HasPrefix(line, "+"):
			line = s.Style.Good(line)
		case strings.HasPrefix(line, "-"):
			line = s.Style.Bad(line)
		}
		s.printf("     %s %s\n", s.Style.Dim("|"), line)
	}
}

// latency sums up how long the diagnostics of a key took.
func (s *show) latency(keys []time.Duration) {
	sorted := slices.Sorted(slices.Values(keys))
	at := func(p int) time.Duration { return sorted[min(len(sorted)*p/100, len(sorted)-1)] }
	s.say("From a key to its diagnostics: %s in the middle, %s for 95 of 100, %s at most, over %s.",
		s.Style.Bold(milliseconds(at(50))), milliseconds(at(95)), milliseconds(sorted[len(sorted)-1]), report.Count(len(keys), "change"))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}
