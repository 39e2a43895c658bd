package lsp

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
	"pavise/quickfix"
)

const (
	mostHovered = 3  // findings that one hover speaks of
	mostCode    = 30 // lines of an example that are shown
)

// hover tells of the findings under the cursor: what is wrong, the way the data
// takes, what can be done, and why it matters. In an ignore comment and in a
// configuration it tells of what is named there.
func (s *server) hover(_ context.Context, params []byte) (answer, any, error) {
	var p positionParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok || !p.Position.ok() {
		return nil, nil, nil
	}
	off := v.offset(p.Position, s.client.encoding)
	return func(ctx context.Context) (any, error) {
		return s.hoverAt(ctx, v, off)
	}, nil, nil
}

func (s *server) hoverAt(ctx context.Context, v view, off uint32) (any, error) {
	file, w := v.snap.File(), writer{markdown: s.client.markdown}
	at := func() ([]*analysis.Rule, source.Span) { return rulesAt(file, off) }
	if isConfig(v) {
		at = func() ([]*analysis.Rule, source.Span) { return rulesNamed(v, off) }
	}
	if list, span := at(); len(list) > 0 {
		w.named(list, s.pageURL)
		return w.hover(v.rangeOf(span, s.client.encoding)), nil
	}
	findings := v.snap.Findings()
	var shown *analysis.Finding
	count := 0
	for i := range findings {
		f := &findings[i]
		if off < f.Span.Start || off > f.Span.End || count == mostHovered {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if shown == nil || shown.Span.Contains(f.Span) {
			shown = f
		}
		if count++; count > 1 {
			w.rulerLine()
		}
		w.finding(v, f, s.fixesOf(v, f))
		w.lesson(f.Rule, s.pageURL(f.Rule))
	}
	if shown == nil {
		return s.hoverElsewhere(v, off), nil
	}
	return w.hover(v.rangeOf(shown.Span, s.client.encoding)), nil
}

// hoverElsewhere tells what the data under the cursor does in other files: at
// the call that renders a template, what is wrong with it there.
func (s *server) hoverElsewhere(v view, off uint32) any {
	w := writer{markdown: s.client.markdown}
	var at source.Span
	count := 0
	findings := v.session.Elsewhere(v.path)
	for i := range findings {
		f := &findings[i]
		file, u, found, ok := v.encoder.at(f.Path, f.Span)
		if !ok || count == mostHovered {
			continue
		}
		for _, step := range f.Steps {
			if step.Path != v.path || off < step.Span.Start || off > step.Span.End {
				continue
			}
			if count++; count > 1 {
				w.rulerLine()
			}
			w.heading(f.Rule, f.Severity)
			w.printf("\n%s\n\n", f.Message)
			line := file.LineAt(found.Start) + 1
			if w.markdown {
				w.printf("[%s, line %d](%s#L%d)\n", filepath.Base(f.Path), line, u, line)
			} else {
				w.printf("%s, line %d\n", filepath.Base(f.Path), line)
			}
			if at.Len() == 0 || step.Span.Contains(at) {
				at = step.Span
			}
			break
		}
	}
	if count == 0 {
		return nil
	}
	return w.hover(v.rangeOf(at, s.client.encoding))
}

// rulesAt are the rules that an ignore comment names at a place: one by its own
// name, several by that of their class or by an id of another tool.
func rulesAt(file *source.File, off uint32) ([]*analysis.Rule, source.Span) {
	line := file.LineSpan(int(file.LineAt(off)))
	text := file.Text()[line.Start:line.End]
	at := bytes.IndexByte(text, '#')
	if at < 0 {
		return nil, source.Span{}
	}
	start := line.Start + uint32(at)
	for _, n := range suppress.Names(suppress.Comment{Text: string(text[at:]), Span: source.Span{Start: start, End: line.End}}) {
		if n.Span.Start > off || off > n.Span.End {
			continue
		}
		var named []*analysis.Rule
		for _, r := range rules.All() {
			if n.Covers(r) {
				named = append(named, r)
			}
		}
		return named, n.Span
	}
	return nil, source.Span{}
}

// named tells of the rules that a comment or a configuration names.
func (w *writer) named(list []*analysis.Rule, url func(*analysis.Rule) string) {
	if len(list) == 1 {
		w.rule(list[0], url(list[0]))
		return
	}
	for _, r := range list {
		w.heading(r, r.Severity)
		w.printf("\n")
	}
}

// writer builds a hover in Markdown or, for clients that know none, in plain
// text.
type writer struct {
	strings.Builder
	markdown bool
}

func (w *writer) hover(r protocol.Range) *protocol.Hover {
	kind := protocol.MarkupKindPlainText
	if w.markdown {
		kind = protocol.MarkupKindMarkdown
	}
	return &protocol.Hover{
		Contents: &protocol.MarkupContent{Kind: kind, Value: strings.TrimSpace(w.String())},
		Range:    new(r),
	}
}

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w, format, args...) }

// page writes a piece of a rule's page between blank lines.
func (w *writer) page(text string) {
	if text == "" {
		return
	}
	w.printf("\n")
	code := false
	for line := range strings.Lines(text) {
		fence := strings.HasPrefix(line, "```")
		code = code != fence
		switch {
		case w.markdown:
			w.WriteString(line)
		case fence:
		case code:
			w.printf("    %s", line)
		default:
			w.WriteString(line)
		}
	}
	w.printf("\n")
}

func (w *writer) rulerLine() {
	if w.markdown {
		w.printf("\n\n---\n\n")
		return
	}
	w.printf("\n\n")
}

// heading starts a rule's part: its title, name and weight.
func (w *writer) heading(r *analysis.Rule, severity analysis.Severity) {
	about := severity.String()
	for _, c := range r.CWE {
		about += fmt.Sprintf(", CWE-%d", c)
	}
	if w.markdown {
		w.printf("**%s** (`%s`, %s)\n", r.Title, r.ID, about)
		return
	}
	w.printf("%s (%s, %s)\n", r.Title, r.ID, about)
}

func (w *writer) finding(v view, f *analysis.Finding, fixes []quickfix.Action) {
	w.heading(f.Rule, f.Severity)
	w.printf("\n%s\n", f.Message)
	if len(f.Steps) > 1 {
		w.printf("\n")
		for i := range f.Steps {
			w.step(v, i, &f.Steps[i])
		}
	}
	if len(fixes) > 0 {
		w.printf("\n")
	}
	for _, fix := range fixes {
		switch {
		case fix.Refusal != "":
			w.printf("- No automatic fix: %s\n", fix.Refusal)
		case fix.Caveat != "":
			w.printf("- Fix: %s. %s\n", fix.Title, fix.Caveat)
		default:
			w.printf("- Fix: %s\n", fix.Title)
		}
	}
}

func (w *writer) step(v view, i int, step *analysis.Step) {
	in, u, span, ok := v.encoder.at(step.Path, step.Span)
	if !ok {
		w.printf("%d. %s\n", i+1, step.Text)
		return
	}
	line, where := in.LineAt(span.Start)+1, v.encoder.lineOf(step)
	if w.markdown {
		w.printf("%d. [%s](%s#L%d): %s\n", i+1, where, u, line, step.Text)
		return
	}
	w.printf("%d. %s: %s\n", i+1, where, step.Text)
}

// lesson is the part of a rule's page that helps where the fault is in front of
// the reader.
func (w *writer) lesson(r *analysis.Rule, url string) {
	why, instead := pageSection(r.Page, "Why"), pageSection(r.Page, "Instead")
	w.page(firstParagraph(why))
	w.page(opening(instead))
	w.link(url)
}

// rule is a rule's page without what is only for tools and readers with time.
func (w *writer) rule(r *analysis.Rule, url string) {
	w.heading(r, r.Severity)
	w.page(firstParagraph(pageSection(r.Page, "")))
	for _, name := range []string{"What", "Why", "Instead"} {
		w.page(pageSection(r.Page, name))
	}
	w.link(url)
}

func (w *writer) link(url string) {
	switch {
	case url == "":
	case w.markdown:
		w.printf("\n[The rule's page](%s)\n", url)
	default:
		w.printf("\n%s\n", url)
	}
}

// summary is a rule in a sentence or two.
func summary(r *analysis.Rule) string {
	return r.Title + ". " + firstParagraph(pageSection(r.Page, ""))
}

// pageSection is the text under a "## name" heading of a rule's page; "" names
// what stands before the first one, without the page's title. Code blocks are
// marked as plain Python.
func pageSection(page, name string) string {
	var out []string
	at, code := "", false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "```") {
			code = !code
			line, _, _ = strings.Cut(line, " ")
		}
		if heading, ok := strings.CutPrefix(line, "## "); ok && !code {
			at = strings.TrimSpace(heading)
			continue
		}
		if at == name && (code || !strings.HasPrefix(line, "# ")) {
			out = append(out, line)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// opening is the first paragraph of a text with the code that it announces, if
// that is no more than an editor shows at once.
func opening(text string) string {
	head, rest, _ := strings.Cut(text, "\n\n")
	code, _, closed := strings.Cut(strings.TrimPrefix(rest, "```"), "\n```")
	if !strings.HasPrefix(rest, "```") || !closed || strings.Count(code, "\n") > mostCode {
		return firstParagraph(head)
	}
	return firstParagraph(head) + "\n\n```" + code + "\n```"
}

// firstParagraph is the text up to the first blank line or code, on one line.
func firstParagraph(text string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	text, _, _ = strings.Cut(text, "```")
	return strings.Join(strings.Fields(text), " ")
}
