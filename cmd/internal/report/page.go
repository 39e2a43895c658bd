package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/rivo/uniseg"

	"pavise/analysis"
)

// pageWidth is the widest that prose is set; longer lines are hard to read.
const pageWidth = 96

// Page is the page of a rule for a terminal: headings stand out, code is set
// in, marks of Markdown that say nothing to a reader are gone.
func Page(r *analysis.Rule, s Style, width int) string {
	if width <= 0 || width > pageWidth {
		width = pageWidth
	}
	p := pageWriter{style: s, width: width}
	title := true
	for line := range strings.Lines(strings.TrimSpace(r.Page)) {
		line = strings.TrimRight(line, "\r\n")
		if title {
			title = false
			p.title(r)
			continue
		}
		p.line(line)
	}
	p.flush()
	return p.b.String()
}

type pageWriter struct {
	b     strings.Builder
	style Style
	width int
	code  bool     // inside a fence
	para  []string // lines of the paragraph or list item that is read
}

func (p *pageWriter) title(r *analysis.Rule) {
	fmt.Fprintf(&p.b, "%s: %s\n", p.style.Bold(r.ID), r.Title)
	parts := []string{"class " + r.Class, "severity " + p.style.Severity(r.Severity), "confidence " + r.Confidence.String()}
	for _, c := range r.CWE {
		parts = append(parts, fmt.Sprintf("CWE-%d", c))
	}
	if r.Audit {
		parts = append(parts, "audit profile only")
	}
	p.b.WriteString(strings.Join(parts, ", ") + "\n")
}

var fence = regexp.MustCompile("^```\\s*\\S*\\s*(\\S*)")

func (p *pageWriter) line(line string) {
	if m := fence.FindStringSubmatch(line); m != nil {
		p.flush()
		if p.code = !p.code; p.code {
			switch m[1] {
			case "bad":
				p.b.WriteString("  " + p.style.Bad("unsafe:") + "\n")
			case "good":
				p.b.WriteString("  " + p.style.Good("safe:") + "\n")
			}
		}
		return
	}
	switch {
	case p.code:
		p.b.WriteString(strings.TrimRight("    "+p.style.Blue(line), " ") + "\n")
	case strings.HasPrefix(line, "#"):
		p.flush()
		p.b.WriteString(p.style.Bold(strings.ToUpper(strings.TrimSpace(strings.TrimLeft(line, "#")))) + "\n")
	case strings.TrimSpace(line) == "":
		p.flush()
		p.b.WriteByte('\n')
	case strings.HasPrefix(line, "    "):
		p.flush()
		p.b.WriteString(p.style.Blue(line) + "\n")
	case strings.HasPrefix(line, "- "):
		p.flush()
		p.para = append(p.para, line)
	default:
		p.para = append(p.para, strings.TrimSpace(line))
	}
}

// flush sets the paragraph that has been read.
func (p *pageWriter) flush() {
	if len(p.para) == 0 {
		return
	}
	text := strings.Join(p.para, " ")
	p.para = nil
	first, rest := "", ""
	if item, ok := strings.CutPrefix(text, "- "); ok {
		first, rest, text = "- ", "  ", item
	}
	p.wrap(plain(text), first, rest)
}

var (
	link     = regexp.MustCompile(`\[([^\]]+)\]\(([^)\s]+)\)`)
	emphasis = regexp.MustCompile(`(^|[^\w*])\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}`)
)

// plain takes the marks out of running text, but not out of code. Backquotes
// stay: they tell code from prose.
func plain(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = emphasis.ReplaceAllString(link.ReplaceAllString(parts[i], "$1 <$2>"), "$1$2")
	}
	return strings.Join(parts, "`")
}

func (p *pageWriter) wrap(text, first, rest string) {
	for i, line := range Wrap(text, p.width-len(rest), 0) {
		lead := rest
		if i == 0 {
			lead = first
		}
		p.b.WriteString(lead + line + "\n")
	}
}

// Wrap breaks text at blanks into lines of at most width columns. On the first
// line used columns are taken already.
func Wrap(text string, width, used int) []string {
	var lines []string
	line, at := "", used
	for word := range strings.FieldsSeq(text) {
		w, gap := uniseg.StringWidth(word), 1
		if line == "" {
			gap = 0
		}
		if at > 0 && at+gap+w > width {
			lines = append(lines, line)
			line, at, gap = "", 0, 0
		}
		line += strings.Repeat(" ", gap) + word
		at += gap + w
	}
	return append(lines, line)
}
