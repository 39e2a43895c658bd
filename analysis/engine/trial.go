package engine

import (
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/lang/template"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Trial is a copy of a snapshot's file, among the files around it, that can be
// edited to see what becomes of its findings. It has one owner.
type Trial struct {
	snap    *Snapshot
	program *flow.Program
	files   *withPage
	file    *source.File
	doc     *syntax.Document // nil for a template, and where there is but one text
	an      *analysed
	feeders []*analysed
}

// Try starts a trial. Close must be called at its end.
func (s *Snapshot) Try() *Trial {
	if s.IsTemplate() {
		return s.trial(s.file, nil)
	}
	doc := syntax.NewDocument(s.file, syntax.Budget{Parse: batchBudget})
	t := s.trial(s.file, doc.Tree())
	t.doc = doc
	return t
}

// With is what the snapshot would be if the file had another text.
func (s *Snapshot) With(text []byte) *Snapshot {
	file := source.New(s.file.Path(), text)
	if s.IsTemplate() {
		return s.trial(file, nil).Snapshot()
	}
	return s.trial(file, parse(file)).Snapshot()
}

// Under is what the snapshot would be under another configuration.
func (s *Snapshot) Under(c *config.Config) *Snapshot {
	t := *s
	t.rules, t.cfg = rulesFor(c), c
	return t.With(s.file.Text())
}

// trial analyses a text of the snapshot's file; the tree is nil for a template.
func (s *Snapshot) trial(file *source.File, tree *syntax.Tree) *Trial {
	at := inProgram(file.Path())
	t := &Trial{snap: s, file: file}
	t.program, t.files = s.program(at)
	o := Options{Config: s.cfg}
	if tree == nil {
		t.files.page = template.Parse(file)
		t.an = &analysed{rules: s.rules, program: t.program, at: at, tree: t.files.page.Tree, note: t.files.page.Tree.Partial}
		t.an.run.path = file.Path()
	} else {
		t.an = newAnalysed(s.rules, t.program, file.Path(), o)
		t.an.update(tree)
	}
	for _, path := range s.feeders {
		if tree := t.files.Tree(path); tree != nil {
			x := newAnalysed(s.rules, t.program, path, o)
			x.update(tree)
			t.feeders = append(t.feeders, x)
		}
	}
	return t
}

// Change edits the file, with sequential edits, and analyses what they changed.
func (t *Trial) Change(edits []source.Edit) (*Snapshot, error) {
	next, err := t.file.Edit(edits...)
	if err != nil {
		return nil, err
	}
	t.file = next
	if t.doc == nil {
		t.files.page = template.Parse(next)
		t.an.tree, t.an.note, t.an.notes = t.files.page.Tree, t.files.page.Tree.Partial, nil
		t.program.Reload(t.an.at)
		return t.Snapshot(), nil
	}
	tree := t.doc.Change(next, edits)
	if !t.doc.Settled() {
		tree = t.doc.Settle()
	}
	t.an.update(tree)
	return t.Snapshot(), nil
}

// settling bounds the rounds in which files tell each other what they register.
const settling = 4

// Snapshot is the state of the trial.
func (t *Trial) Snapshot() *Snapshot {
	stale := func(x *analysed) bool { return x.flow != nil && x.flow.Stale() }
	for range settling {
		again := false
		for _, x := range append(t.feeders[:len(t.feeders):len(t.feeders)], t.an) {
			if stale(x) {
				x.collect()
				again = true
			}
		}
		if !again {
			break
		}
	}
	var more []*draft
	for _, x := range t.feeders {
		more = append(more, x.out[t.an.at]...)
	}
	snap := t.an.snapshot(more, t.an, t.snap.cfg)
	snap.settled, snap.files, snap.routes, snap.feeders = true, *t.files, t.files.routes, t.snap.feeders
	return snap
}

// Close frees what the trial holds. Its snapshots stay valid.
func (t *Trial) Close() {
	if t.doc != nil {
		t.doc.Close()
	}
}

// program is a new program of the files around one, told what they register.
func (s *Snapshot) program(at string) (*flow.Program, *withPage) {
	base, routes := s.others()
	files := &withPage{Files: base, routes: routes, path: at}
	program := flow.NewProgram(s.rules.index, files)
	for from, list := range routes {
		if from != at { // it says so itself
			program.SetRoutes(from, list)
		}
	}
	return program, files
}

// withPage is the files of a project with another text of one template.
type withPage struct {
	flow.Files
	routes map[string][]flow.Registration
	path   string
	page   *template.File // nil if the file is no template
}

// Tree implements [flow.Files].
func (w withPage) Tree(path string) *syntax.Tree {
	if path == w.path && w.page != nil {
		return w.page.Tree
	}
	return w.Files.Tree(path)
}

// Template implements [flow.Files].
func (w withPage) Template(path string) *template.File {
	if path == w.path && w.page != nil {
		return w.page
	}
	return w.Files.Template(path)
}
