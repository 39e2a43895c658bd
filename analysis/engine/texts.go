package engine

import (
	"bytes"
	"fmt"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/lang/template"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Some rules read texts as they stand, in Python and in every other file. A unit
// of Python is read once; a file that is neither Python nor a template has no
// tree, and the spots of what is found in it no unit: offsets are those of the
// file.

// read adds what the rules of texts find in the units of a file.
func (a *analysed) read(tree *syntax.Tree) {
	live := make(map[*syntax.Unit][]*draft, len(tree.Units))
	role := secrets.RoleOf(a.run.path)
	for _, p := range tree.Units {
		list, ok := a.texts[p.Unit]
		if !ok {
			text := p.Unit.Root().Text()
			found := secrets.Scan(text)
			for _, d := range a.rules.texted(&a.run, &analysis.Text{Unit: p.Unit, Bytes: text, Role: role, Secrets: found.Matches}) {
				list = append(list, a.textDraft(d, p.Unit, text))
			}
		}
		live[p.Unit] = list
		a.own = append(a.own, list...)
	}
	a.texts = live
}

// newPlain analyses the text of a file that is not Python. That of a template is
// parsed only where something is found in it, for its comments.
func newPlain(d *dispatch, f *source.File, o Options) *analysed {
	a := &analysed{rules: d, at: inProgram(f.Path()), plain: !config.IsTemplate(f.Path()), tree: &syntax.Tree{File: f}}
	a.run = fileRun{path: f.Path(), audit: o.Config.Profile == config.ProfileAudit, onPanic: o.OnPanic}
	a.readPlain(f)
	if !a.plain {
		a.partly = true
		if len(a.own) > 0 {
			a.tree = template.Parse(f).Tree
		}
	}
	return a
}

// CheckText analyses one file that is not Python. What the data of views does in
// a template is for a [Batch] or a [Session].
func CheckText(f *source.File, o Options) *Snapshot {
	o = o.withDefaults()
	a := newPlain(rulesFor(o.Config), f, o)
	snap := a.snapshot(nil, a, o.Config)
	snap.settled = true
	return snap
}

// OpenText takes the text of a file that is neither Python nor a template. Each
// edit reads the whole of it again.
func (s *Session) OpenText(path string, text []byte) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(path)
	f := &openFile{file: source.New(path, text)}
	s.files[path] = f
	s.reopen(f)
	return f.snap
}

// reopen analyses the present text of an open file without a program.
func (s *Session) reopen(f *openFile) {
	f.an = newPlain(s.rules, f.file, s.opts)
	f.an.plain = true
	f.snap = f.an.snapshot(nil, f.an, s.opts.Config)
	f.snap.settled, f.snap.session = true, s
}

// readPlain finds all that rules find in a file that is not Python.
func (a *analysed) readPlain(file *source.File) {
	a.own, a.note = nil, ""
	text := file.Text()
	if isBinary(text) {
		return
	}
	role := secrets.RoleOf(a.run.path)
	found := secrets.Scan(text)
	if role == secrets.Config || role == secrets.Source {
		secrets.Settings(text, &found)
	}
	if at := found.Stopped; at > 0 {
		a.note = fmt.Sprintf("the search for secrets ended in line %d: the file names too many providers", file.LineAt(at)+1)
	}
	for _, d := range a.rules.texted(&a.run, &analysis.Text{Bytes: text, Role: role, Secrets: found.Matches}) {
		a.own = append(a.own, a.textDraft(d, nil, text))
	}
}

// isPlain reports whether the name is that of a file of no language that is
// parsed.
func isPlain(path string) bool { return !config.IsSource(path) && !config.IsTemplate(path) }

// isBinary reports whether a file holds no text, by its first part.
func isBinary(text []byte) bool {
	return bytes.IndexByte(text[:min(len(text), 8<<10)], 0) >= 0
}

// texted runs the rules of texts.
func (d *dispatch) texted(run *fileRun, t *analysis.Text) []analysis.Draft {
	u := unitRun{dispatch: d, file: run}
	for _, w := range d.texts {
		u.guarded(w.rule, 0, func(p *analysis.Pass) { w.check.Run(p, t) })
	}
	return u.drafts
}

// textDraft is a draft in a unit, or in a file without any.
func (a *analysed) textDraft(d analysis.Draft, unit *syntax.Unit, text []byte) *draft {
	span, key := d.Span, ""
	if d.Node.OK() {
		span = d.Node.Span()
	}
	if unit != nil {
		key = unit.Key
	}
	code := string(text[span.Start:span.End])
	if d.Secret.Len() > 0 {
		code = d.Message // a print must not tell it either
	}
	out := &draft{Draft: d, print: printOf(d.Rule, key, code), secret: d.Secret}
	sp := spot{unit: unit, path: a.at}
	if unit != nil {
		_, sp.base, _ = a.program.Where(unit)
	}
	out.place = place{sp, span.Start, span.End}
	return out
}
