// Package engine puts source, syntax, flow and rules together: a Session that
// changes, and immutable Snapshots that everything else reads.
package engine

import (
	"fmt"
	"sync"
	"time"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Options of a Session.
type Options struct {
	Config *config.Config // nil means config.Default()
	// OnPanic hears of a rule that panicked, once for each rule and file. The
	// rule loses its findings in that file; everything else goes on.
	OnPanic func(rule *analysis.Rule, path string, value any, stack []byte)
}

func (o Options) withDefaults() Options {
	if o.Config == nil {
		o.Config = config.Default()
	}
	return o
}

var allRules = sync.OnceValue(func() *dispatch { return newDispatch(rules.All()) })

// Warm loads the models and indexes the rules, which the first file would wait
// for otherwise.
func Warm() {
	models.Default()
	allRules()
}

// Session owns the open files. Its methods may be called from any goroutine;
// changes to one file must arrive in order.
type Session struct {
	mu    sync.Mutex // guards all below, and with it every open file
	opts  Options
	files map[string]*openFile
}

// openFile is a file that an editor holds.
type openFile struct {
	doc   *syntax.Document
	file  *source.File  // the current text
	ahead []source.Edit // edits that lead from the document's text to file
	an    *analysed
	snap  *Snapshot
}

// NewSession returns a session without files.
func NewSession(o Options) *Session {
	return &Session{opts: o.withDefaults(), files: map[string]*openFile{}}
}

// Configure puts a new configuration in force and analyses the open files
// anew; the new snapshots are got by Snapshot.
func (s *Session) Configure(c *config.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Config = c
	for path, f := range s.files {
		f.an = newAnalysed(allRules(), path, s.opts)
		f.catchUp(s.opts)
		f.analyse(f.doc.Tree(), s.opts)
	}
}

// Open takes the text of a file that an editor holds. A second Open of the
// same path replaces the text.
func (s *Session) Open(path string, text []byte) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.files[path]; old != nil {
		old.doc.Close()
	}
	file := source.New(path, text)
	f := &openFile{doc: syntax.NewDocument(file, syntax.DefaultBudget), file: file, an: newAnalysed(allRules(), path, s.opts)}
	s.files[path] = f
	f.analyse(f.doc.Tree(), s.opts)
	return f.snap
}

// Change applies sequential edits (each measured in the text left by the one
// before) and analyses what they changed. On an error (edit out of range, file
// not open) nothing has changed.
func (s *Session) Change(path string, edits []source.Edit) (*Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.edit(path, edits)
	if err != nil {
		return nil, err
	}
	f.catchUp(s.opts)
	return f.snap, nil
}

// Edit applies edits without analysing, for bursts: the next Change, Settle or
// Snapshot catches up.
func (s *Session) Edit(path string, edits []source.Edit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.edit(path, edits)
	return err
}

func (s *Session) edit(path string, edits []source.Edit) (*openFile, error) {
	f := s.files[path]
	if f == nil {
		return nil, fmt.Errorf("%s is not open", path)
	}
	next, err := f.file.Edit(edits...)
	if err != nil {
		return nil, err
	}
	f.file = next
	f.ahead = append(f.ahead, edits...)
	return f, nil
}

// catchUp parses and analyses the edits that were only noted.
func (f *openFile) catchUp(o Options) {
	if len(f.ahead) == 0 {
		return
	}
	tree := f.doc.Change(f.file, f.ahead)
	f.ahead = nil
	f.analyse(tree, o)
}

func (f *openFile) analyse(tree *syntax.Tree, o Options) {
	f.snap = f.an.update(tree, o.Config)
	f.snap.settled = f.doc.Settled()
}

// Settle parses the file from scratch where that can differ from the
// incremental state, so that what was typed equals what a fresh Open finds.
func (s *Session) Settle(path string) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f == nil {
		return nil
	}
	f.catchUp(s.opts)
	if !f.doc.Settled() {
		f.analyse(f.doc.Settle(), s.opts)
	}
	return f.snap
}

// Snapshot is the current state of an open file, nil if it is not open.
func (s *Session) Snapshot(path string) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f == nil {
		return nil
	}
	f.catchUp(s.opts)
	return f.snap
}

// Close forgets a file.
func (s *Session) Close(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[path]; f != nil {
		f.doc.Close()
		delete(s.files, path)
	}
}

// Snapshot is one analysed version of one file. It is immutable.
type Snapshot struct {
	file     *source.File
	tree     *syntax.Tree
	findings []analysis.Finding
	settled  bool
	note     string
	rules    *dispatch
	cfg      *config.Config
}

// File is the text that was analysed.
func (s *Snapshot) File() *source.File { return s.file }

// Tree is its parse.
func (s *Snapshot) Tree() *syntax.Tree { return s.tree }

// Config is the configuration that was in force.
func (s *Snapshot) Config() *config.Config { return s.cfg }

// Findings are the file's findings after suppression and configuration,
// sorted by place, then rule. Callers must not change them.
func (s *Snapshot) Findings() []analysis.Finding { return s.findings }

// Settled is false while parts of the file are kept from an earlier intact
// state: call Session.Settle when typing pauses.
func (s *Snapshot) Settled() bool { return s.settled }

// Note says in a plain sentence why the file was not analysed to its end
// (over size or budget, NUL bytes), "" when it was.
func (s *Snapshot) Note() string { return s.note }

// Event is the fact that a finding of a flow or call rule was made from: the
// call or assignment with the values that met there, for its fixes. It is
// computed anew on each call; ok is false if there is none.
func (s *Snapshot) Event(f *analysis.Finding) (ev flow.Event, ok bool) {
	i := s.tree.At(f.Span.Start)
	if i < 0 {
		return flow.Event{}, false
	}
	a := flow.NewAnalyzer(s.rules.index)
	a.Resolve = func(target string) string { return s.rules.project.resolve(s.file.Path(), target) }
	a.Update(s.tree)
	unit := s.tree.Units[i]
	r := a.Result(i)
	if r == nil {
		return flow.Event{}, false
	}
	for _, e := range r.Events {
		if e.Node.Unit() != unit.Unit || e.Node.Span().Shift(unit.Start) != f.Span {
			continue
		}
		if !ok || len(e.Sinks) > len(ev.Sinks) {
			ev, ok = e, true
		}
	}
	return ev, ok
}

// parsers are the idle parsers of Check. They hold memory of C, so that they are
// kept and not left to the garbage collector.
var parsers = make(chan *syntax.Parser, 64)

// batchBudget is generous, so that a busy machine checks the same files as an
// idle one; nobody waits at a keyboard for it.
const batchBudget = 15 * time.Second

func parse(f *source.File) *syntax.Tree {
	var p *syntax.Parser
	select {
	case p = <-parsers:
	default:
		p = syntax.NewParser()
		p.Budget.Parse = batchBudget
	}
	tree := p.Parse(f)
	select {
	case parsers <- p:
	default:
		p.Close()
	}
	return tree
}

// Check analyses one file by itself, for the command line. It is safe for
// concurrent use.
func Check(f *source.File, o Options) *Snapshot {
	o = o.withDefaults()
	snap := newAnalysed(allRules(), f.Path(), o).update(parse(f), o.Config)
	snap.settled = true
	return snap
}
