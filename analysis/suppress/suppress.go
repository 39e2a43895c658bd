// Package suppress hides findings that a comment asks to ignore, and says which
// of Pavise's own ignores hide nothing.
//
//	query(text)  # pavise: ignore[sql-injection] console of the administrators
//
// A comment behind code applies to the statement that it stands in or behind,
// and to its line; one alone on a line to the next statement. Of a compound
// statement (def, class, if, with...) that is the head, decorators included,
// never the body. ignore-file in the comments that a file begins with applies to
// the whole file. Brackets hold rules and classes; without them every finding
// is hidden. The comments of other tools (# nosec, # noqa: S608, # nosemgrep)
// are honoured through the aliases of the rules.
package suppress

import (
	"fmt"
	"slices"
	"sort"

	"pavise/analysis"
	"pavise/analysis/source"
)

// The rule that Problems are findings of, and its class.
const (
	RuleID  = "unused-suppression"
	BroadID = "suppression-too-broad" // of a Problem that is Broad
	Class   = "suppressions"
)

// Comment is one comment of the file, its "#" included.
type Comment struct {
	Text string
	Span source.Span
}

// State says what a name in brackets stands for.
type State uint8

// The states of a name.
const (
	Unknown State = iota // neither a rule nor a class
	Off                  // switched off, so that nothing can be said about its ignores
	On
)

// Input is a file with its comments.
type Input struct {
	File *source.File
	// Comments are those that are Marked, in the order of the file. Others may
	// be among them; they cost time.
	Comments []Comment
	// Statement is the span of the innermost simple statement that holds the
	// byte at off, or of the head of the innermost compound statement: from its
	// first decorator or keyword to its colon. An empty span means that there is
	// none; the line stands for it then. off is a byte of code, not of a comment.
	Statement func(off uint32) source.Span
	// State tells the names in brackets apart.
	State func(name string) State
	// Suggest is the name that was probably meant, or "". It may be nil.
	Suggest func(name string) string
	// Shown tells whether a finding would be seen without comments; all are if
	// it is nil.
	Shown func(f *analysis.Finding) bool
}

// Problem is an ignore of ours that hides nothing, or one of any tool that
// hides everything.
type Problem struct {
	Span    source.Span // of a name, or of the whole marker
	Message string
	Broad   bool // it hides findings, and would hide any other
	Foreign bool // it is a comment of another tool
}

// Apply splits findings, sorted by their start, into those that stay and those
// that comments hide; it returns the first, which share memory with findings
// only if all stay. Problems are sorted too. Findings should hold also those
// that a severity or confidence leaves out later, so that their ignores are
// used; where a file was analysed in part only, the problems mean nothing.
func Apply(in Input, findings []analysis.Finding) (kept []analysis.Finding, problems []Problem) {
	if len(in.Comments) == 0 {
		return findings, nil
	}
	set := newSet(&in)
	if len(set.lines) == 0 && len(set.files) == 0 {
		return findings, nil
	}
	hidden := 0
	for i := range findings {
		f := &findings[i]
		hide := set.hides(f)
		if hide && (in.Shown == nil || in.Shown(f)) {
			set.note(f)
		}
		if hide && hidden == 0 {
			kept = append(make([]analysis.Finding, 0, len(findings)-1), findings[:i]...)
		}
		switch {
		case hide:
			hidden++
		case hidden > 0:
			kept = append(kept, *f)
		}
	}
	if hidden == 0 {
		kept = findings
	}
	return kept, set.problems(&in)
}

// set is the directives of a file.
type set struct {
	files []*directive
	lines []*directive // sorted by the start of what they apply to
	ends  []uint32     // ends[i] is the largest end among lines[:i+1]
}

func newSet(in *Input) *set {
	s := &set{}
	head := headEnd(in.File.Text())
	for _, c := range in.Comments {
		for _, d := range parse(c) {
			if d.tool == ours && d.all && d.reason != "" && in.State(d.reason) != Unknown {
				d.broken = fmt.Sprintf("%q stands outside brackets (write ignore[%s])", d.reason, d.reason)
			}
			if d.wholeFile {
				d.misplaced = c.Span.Start > head
				s.files = append(s.files, d)
				continue
			}
			d.target = target(in, c.Span)
			s.lines = append(s.lines, d)
		}
	}
	sort.SliceStable(s.lines, func(i, j int) bool { return s.lines[i].target.Start < s.lines[j].target.Start })
	s.ends = make([]uint32, len(s.lines))
	var end uint32
	for i, d := range s.lines {
		end = max(end, d.target.End)
		s.ends[i] = end
	}
	return s
}

// hides reports whether a directive hides f, and marks all that do as used.
func (s *set) hides(f *analysis.Finding) bool {
	hide := false
	for _, d := range s.files {
		hide = !d.misplaced && d.hides(f.Rule) || hide
	}
	s.at(f.Span.Start, func(d *directive) { hide = d.hides(f.Rule) || hide })
	return hide
}

// note remembers a finding with the directives that hide everything.
func (s *set) note(f *analysis.Finding) {
	add := func(d *directive) {
		if d.all && d.used && !d.misplaced && d.broken == "" && !slices.Contains(d.hidden, f.Rule) {
			d.hidden = append(d.hidden, f.Rule)
		}
	}
	for _, d := range s.files {
		add(d)
	}
	s.at(f.Span.Start, add)
}

// at calls fn for the directives that apply to the byte at off.
func (s *set) at(off uint32, fn func(*directive)) {
	n := sort.Search(len(s.lines), func(i int) bool { return s.lines[i].target.Start > off })
	for i := n - 1; i >= 0 && s.ends[i] > off; i-- {
		if off < s.lines[i].target.End {
			fn(s.lines[i])
		}
	}
}

// target is what a comment applies to: the statement and, behind code, also its
// line.
func target(in *Input, comment source.Span) source.Span {
	text := in.File.Text()
	line := in.File.LineAt(comment.Start)
	span := in.File.LineSpan(int(line))
	code := int(comment.Start) - 1
	for code >= int(span.Start) && blank(text[code]) {
		code--
	}
	if code >= int(span.Start) && !startsWithBOM(text, code) {
		return hull(span, in.statement(uint32(code)))
	}
	next, ok := nextCode(text, comment.End)
	if !ok {
		return source.Span{Start: comment.Start, End: comment.Start}
	}
	if stmt := in.statement(next); stmt.Len() > 0 {
		return stmt
	}
	return in.File.LineSpan(int(in.File.LineAt(next)))
}

// statement guards against an answer that does not hold off.
func (in *Input) statement(off uint32) source.Span {
	if in.Statement == nil {
		return source.Span{}
	}
	s := in.Statement(off)
	if s.Start > off || s.End <= off {
		return source.Span{}
	}
	return s
}

func hull(line, stmt source.Span) source.Span {
	if stmt.Len() == 0 {
		return source.Span{Start: line.Start, End: line.End + 1}
	}
	return source.Span{Start: min(line.Start, stmt.Start), End: max(line.End+1, stmt.End)}
}

func blank(b byte) bool { return b == ' ' || b == '\t' || b == '\f' }

func startsWithBOM(text []byte, code int) bool {
	return code == 2 && text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf
}

// nextCode is the first byte from off on that is neither blank nor in a
// comment.
func nextCode(text []byte, off uint32) (uint32, bool) {
	for i := int(off); i < len(text); i++ {
		switch b := text[i]; {
		case blank(b) || b == '\n' || b == '\r':
		case b == '#':
			for i < len(text) && text[i] != '\n' && text[i] != '\r' {
				i++
			}
		default:
			return uint32(i), true
		}
	}
	return 0, false
}

// headEnd is where the comments that a file begins with end.
func headEnd(text []byte) uint32 {
	from := uint32(0)
	if len(text) > 2 && startsWithBOM(text, 2) {
		from = 3
	}
	if end, ok := nextCode(text, from); ok {
		return end
	}
	return uint32(len(text))
}
