package poc

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix"
)

// aroundPlace is how many lines are shown before and after a place.
const aroundPlace = 3

// Finding is a finding of a snapshot as a report in Markdown, for somebody who
// has neither the editor nor the code before them. Paths are given from root.
func Finding(s *engine.Snapshot, f *analysis.Finding, root string) string {
	w := &writer{s: s, f: f, root: root, p: projectOf(s)}
	w.line("# Security Finding: %s\n", f.Rule.Title)
	w.head()
	w.location()
	w.description()
	w.proof()
	w.remediation()
	w.references()
	return w.String()
}

type writer struct {
	strings.Builder
	s    *engine.Snapshot
	f    *analysis.Finding
	root string
	p    *project
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) head() {
	r := w.f.Rule
	w.line("**Severity**: %s (confidence: %s)", capital(w.f.Severity.String()), w.f.Confidence)
	if r.OWASP2021 != "" {
		id, name, _ := strings.Cut(r.OWASP2021, " ")
		w.line("**OWASP**: %s-%s", id, name)
	}
	for _, c := range r.CWE[:min(1, len(r.CWE))] {
		w.line("**CWE**: CWE-%d", c)
	}
	w.line("**Rule**: `%s`", r.ID)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// path is a file as it is named from the root.
func (w *writer) path(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		if rel, err := filepath.Rel(w.root, abs); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(path)
}

func (w *writer) location() {
	file := w.s.File()
	w.line("\n## Location\n")
	place := fmt.Sprintf("`%s:%d`", w.path(w.f.Path), file.LineAt(w.f.Span.Start)+1)
	if name := functionAround(w.s.Tree(), w.f.Span); name != "" {
		place += fmt.Sprintf(" - `%s()` function", name)
	}
	w.line("%s\n", place)
	fence := "python"
	if w.s.IsTemplate() {
		fence = "html"
	}
	w.code(fence, w.excerpt(file, w.f.Span))
}

// code writes a block whose fence is longer than any in the text.
func (w *writer) code(language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	w.line("%s%s\n%s\n%s", fence, language, strings.TrimRight(text, "\n"), fence)
}

// longest is how much of a line is shown.
const longest = 200

// excerpt is the lines around a place. What a rule takes for a secret is not
// repeated.
func (w *writer) excerpt(file *source.File, span source.Span) string {
	first, last := int(file.LineAt(span.Start)), int(file.LineAt(span.End))
	last = min(last, first+10)
	var lines []string
	for i := max(0, first-aroundPlace); i <= min(file.Lines()-1, last+aroundPlace); i++ {
		l := file.LineSpan(i)
		text := strings.TrimRight(strings.ToValidUTF8(hidden(file, l, w.s.Secrets()), "\ufffd"), " \t\r")
		if len(text) > longest {
			text = strings.ToValidUTF8(text[:longest], "") + "…"
		}
		if secret(w.f.Rule) {
			text = quoted.ReplaceAllString(text, "$1***$1")
		}
		lines = append(lines, text)
	}
	return dedent(lines)
}

// hidden is the text of a span without the secrets in it.
func hidden(file *source.File, in source.Span, secrets []source.Span) string {
	text := file.Text()
	var b strings.Builder
	at := in.Start
	for _, s := range secrets {
		if s.End <= at || s.Start >= in.End {
			continue
		}
		b.Write(text[at:max(at, s.Start)])
		b.WriteString("***")
		at = min(s.End, in.End)
	}
	b.Write(text[at:in.End])
	return b.String()
}

var quoted = regexp.MustCompile(`("""|'''|"|')[^"']+["']*`)

// secret reports whether a rule is about secrets that stand in the source.
func secret(r *analysis.Rule) bool {
	return r.Class == "secrets" || slices.ContainsFunc(r.CWE, func(c int) bool { return c == 798 || c == 321 || c == 259 })
}

// dedent takes the indentation away that all lines share.
func dedent(lines []string) string {
	least := -1
	for _, l := range lines {
		if t := strings.TrimLeft(l, " \t"); t != "" && (least < 0 || len(l)-len(t) < least) {
			least = len(l) - len(t)
		}
	}
	for i, l := range lines {
		lines[i] = l[min(len(l), max(least, 0)):]
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// functionAround is the name of the function around a place, with its class.
func functionAround(tree *syntax.Tree, span source.Span) string {
	if tree == nil {
		return ""
	}
	f := file{tree: tree}
	for n := f.node(span); n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindFunctionDefinition {
			name := n.Child(syntax.FieldName).Str()
			if class := classAround(n); class != "" {
				name = class + "." + name
			}
			return name
		}
	}
	return ""
}

func (w *writer) description() {
	w.line("\n## Description\n")
	w.line("%s", w.f.Message)
	if why := section(w.f.Rule.Page, "Why"); why != "" {
		w.line("\n%s", why)
	}
	if len(w.f.Steps) == 0 {
		return
	}
	w.line("\nThe way of the data:\n")
	for i, st := range w.f.Steps {
		in := w.p.file(st.Path)
		if in == nil {
			w.line("%d. `%s`: %s", i+1, w.path(st.Path), st.Text)
			continue
		}
		w.line("%d. `%s:%d`: %s", i+1, w.path(st.Path), in.tree.File.LineAt(st.Span.Start)+1, st.Text)
	}
}

func (w *writer) proof() {
	w.line("\n## Proof of Concept\n")
	r, ok := RequestOf(w.s, w.f)
	value, known := payload(w.s, w.f)
	if !ok || !known {
		w.line("No single request is known that shows the fault.")
		return
	}
	if app, ok := w.p.application(&r, w.root); ok {
		r.Pattern = app.prefix + r.Pattern
	}
	w.code("http", r.Text(value))
}

func (w *writer) remediation() {
	w.line("\n## Remediation\n")
	for _, a := range w.actions() {
		if a.Refusal != "" {
			continue
		}
		w.line("%s.", strings.TrimSuffix(a.Title, "."))
		if a.Caveat != "" {
			w.line("%s", a.Caveat)
		}
		w.line("")
		w.code("diff", w.diff(a.Edits))
		w.line("")
		break
	}
	if instead := section(w.f.Rule.Page, "Instead"); instead != "" {
		w.line("%s", instead)
	}
}

// actions are the fixes of the finding; a fix that fails costs the fixes only.
func (w *writer) actions() (list []quickfix.Action) {
	defer func() {
		if recover() != nil {
			list = nil
		}
	}()
	return quickfix.Actions(w.s, w.f)
}

// diff shows edits as lines that go and lines that come.
func (w *writer) diff(edits []source.Edit) string {
	file := w.s.File()
	merged, _ := source.Merge(edits)
	after := source.Apply(file.Text(), merged)
	var b strings.Builder
	show := func(sign string, text []byte) {
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\r\n")
			for _, x := range w.s.Secrets() {
				line = strings.ReplaceAll(line, string(file.Text()[x.Start:x.End]), "***")
			}
			if secret(w.f.Rule) {
				line = quoted.ReplaceAllString(line, "$1***$1")
			}
			b.WriteString(sign + line + "\n")
		}
	}
	for i, e := range source.LineEdits(file, after) {
		if i > 0 {
			b.WriteString(" ...\n")
		}
		show("-", file.Text()[e.Start:e.End])
		show("+", []byte(e.New))
	}
	return b.String()
}

func (w *writer) references() {
	w.line("\n## References\n")
	listed := section(w.f.Rule.Page, "References")
	if listed != "" {
		w.line("%s", listed)
	}
	for _, c := range w.f.Rule.CWE {
		if url := fmt.Sprintf("https://cwe.mitre.org/data/definitions/%d.html", c); !strings.Contains(listed, url) {
			w.line("- CWE-%d: %s", c, url)
		}
	}
}

// section is the text below a heading of a rule's page, its code blocks marked
// as plain Python.
func section(page, name string) string {
	_, rest, ok := strings.Cut("\n"+page, "\n## "+name+"\n")
	if !ok {
		return ""
	}
	text, code := []string{}, false
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\r\n")
		if !code && strings.HasPrefix(line, "## ") {
			break
		}
		if strings.HasPrefix(line, "```") {
			code = !code
			line, _, _ = strings.Cut(line, " ")
		}
		text = append(text, line)
	}
	return strings.TrimSpace(strings.Join(text, "\n"))
}
