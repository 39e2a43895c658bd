// Package engine puts source, syntax, flow and rules together: a Session that
// changes, and immutable Snapshots that everything else reads.
package engine

import (
	"maps"
	"slices"
	"time"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/secrets"
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

// Warm loads the models and indexes the rules, which the first file would wait
// for otherwise.
func Warm() {
	models.Default()
	allRules()
	secrets.Warm()
}

// Snapshot is one analysed version of one file. It is immutable.
type Snapshot struct {
	file     *source.File
	tree     *syntax.Tree
	findings []analysis.Finding
	secrets  []source.Span // of the file, whether shown or not
	plain    bool          // it is neither Python nor a template
	settled  bool
	note     string
	rules    *dispatch
	cfg      *config.Config
	session  *Session                       // in which the files around it are found, or
	files    flow.Files                     // those files themselves, and
	routes   map[string][]flow.Registration // what they register, by their paths in the program
	feeders  []string                       // paths in the program of the files whose data does something here
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

// Secrets are the stretches of the file that no report may show.
func (s *Snapshot) Secrets() []source.Span { return s.secrets }

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
	return s.Events().Of(f)
}

// Events finds the events of several findings of a snapshot: what one took is kept for
// the next. It has one owner.
type Events struct {
	snap *Snapshot
	flow *flow.Analyzer // nil until one is asked for
}

// Events are the events of the snapshot's findings.
func (s *Snapshot) Events() *Events { return &Events{snap: s} }

// Of is the event of a finding, as [Snapshot.Event] has it.
func (x *Events) Of(f *analysis.Finding) (ev flow.Event, ok bool) {
	s := x.snap
	i := s.tree.At(f.Span.Start)
	if i < 0 || s.tree.Units[i].IsFlat() {
		return flow.Event{}, false
	}
	if x.flow == nil {
		at := inProgram(s.file.Path())
		program, _ := s.program(at)
		x.flow = program.File(at)
		x.flow.Update(s.tree)
	}
	unit := s.tree.Units[i]
	r := x.flow.Result(i)
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

// IsTemplate reports whether the file is a template and not Python.
func (s *Snapshot) IsTemplate() bool {
	return s.tree != nil && isPage(s.tree)
}

// IsPlain reports whether the file is neither Python nor a template, so that
// rules only read its text.
func (s *Snapshot) IsPlain() bool { return s.plain }

// others are the files around the snapshot's, and what they register.
func (s *Snapshot) others() (flow.Files, map[string][]flow.Registration) {
	if s.session != nil {
		return s.session.present()
	}
	return s.files, s.routes
}

// overlay is the files of a project with the open ones as their editor holds
// them.
type overlay struct {
	*Disk
	open map[string]*syntax.Tree // by path in the program
}

// Tree implements [flow.Files].
func (o overlay) Tree(path string) *syntax.Tree {
	if t := o.open[path]; t != nil {
		return t
	}
	return o.Disk.Tree(path)
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

// Check analyses one file, with what it imports but not with what the data of
// other files does in it: that is for a [Batch] or a [Session]. It is safe for
// concurrent use.
func Check(f *source.File, o Options) *Snapshot {
	o = o.withDefaults()
	files := NewDisk()
	rules := rulesFor(o.Config)
	a := newAnalysed(rules, flow.NewProgram(rules.index, files), f.Path(), o)
	a.update(parse(f))
	snap := a.snapshot(nil, a, o.Config)
	snap.settled, snap.files = true, files
	return snap
}

// Around is the files around the snapshot's, by their absolute paths, and the
// handlers that they register.
func (s *Snapshot) Around() (tree func(path string) *syntax.Tree, routes []flow.Registration) {
	files, byFile := s.others()
	own := inProgram(s.file.Path())
	for _, from := range slices.Sorted(maps.Keys(byFile)) {
		routes = append(routes, byFile[from]...)
	}
	return func(path string) *syntax.Tree {
		if path == own {
			return s.tree
		}
		if files == nil {
			return nil
		}
		return files.Tree(path)
	}, routes
}
