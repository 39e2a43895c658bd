package engine

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Batch analyses files of a project together: what data of one does in another
// is reported in the other. Files are added, then run once.
type Batch struct {
	disk *Disk
	cwd  string

	recall *recall // what earlier batches found, nil if that is of no interest

	mu    sync.Mutex // guards files while they are added
	files map[string]*batchFile
	lent  map[string]string // path in the program -> path that was given
	order []*batchFile

	routes map[string][]flow.Registration // by the files that make them
}

// batchFile is one file of a batch. A worker that takes it owns it.
type batchFile struct {
	at      string
	path    string // as it was given
	file    *source.File
	tree    *syntax.Tree
	opts    Options
	rules   *dispatch
	taken   atomic.Bool
	routes  []flow.Registration
	result  *Contribution
	an      *analysed // for its comments
	inbox   []*draft
	feeders []string

	memo   *memo        // what was found earlier and still holds, or nil
	inputs *flow.Inputs // on which what was found depends
	text   bool         // it was added by AddText: all is found in it
	failed bool         // a panic cost some of what is to be found
	sound  bool         // what was found may be remembered
}

// Contribution is what was found in one file, for a [Session] in which it is
// not open.
type Contribution struct {
	at     string
	own    []*draft
	out    map[string][]*draft
	on     []string // other files that steps of what was found stand in
	routes []flow.Registration
	asked  []string
	note   string
	plain  *source.File // the text, if it is neither Python nor a template
}

// Path is the file's path, absolute.
func (c *Contribution) Path() string { return c.at }

// NewBatch returns a batch without files.
func NewBatch() *Batch {
	cwd, err := os.Getwd()
	if err != nil {
		cwd = ""
	}
	return &Batch{disk: NewDisk(), cwd: cwd, files: map[string]*batchFile{}, lent: map[string]string{}}
}

// Add takes a file in. It is safe for concurrent use.
func (b *Batch) Add(f *source.File, o Options) {
	x := &batchFile{path: f.Path(), at: inProgram(f.Path()), file: f, opts: o.withDefaults()}
	x.opts.OnPanic = func(rule *analysis.Rule, path string, value any, stack []byte) {
		x.failed = true
		if o.OnPanic != nil {
			o.OnPanic(rule, path, value, stack)
		}
	}
	x.rules = rulesFor(x.opts.Config)
	b.disk.hold(x.at, f)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[x.at] = x
}

// AddText takes in a file that is not Python: a template, beside what Lend does
// with it, or any other text. What rules find in its text is found at once, and
// the file kept only if that is something, which it reports. It is safe for
// concurrent use.
func (b *Batch) AddText(f *source.File, o Options) bool {
	o = o.withDefaults()
	x := &batchFile{path: f.Path(), at: inProgram(f.Path()), file: f, opts: o, rules: rulesFor(o.Config), text: true}
	x.an = newPlain(x.rules, f, o)
	if len(x.an.own) == 0 && x.an.note == "" {
		return false
	}
	x.tree = x.an.tree
	x.result = &Contribution{at: x.at, own: x.an.own, note: x.an.note}
	if x.an.plain {
		x.result.plain = f
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[x.at] = x
	return true
}

// Lend gives the batch a text that is only looked into: a template, or a file
// whose own findings are not asked for. It is safe for concurrent use.
func (b *Batch) Lend(f *source.File) {
	at := inProgram(f.Path())
	b.disk.hold(at, f)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lent[at] = f.Path()
}

// Asked reports whether a file that was added looked into the one at path.
func (b *Batch) Asked(path string) bool {
	at := inProgram(path)
	return slices.ContainsFunc(b.order, func(x *batchFile) bool { return x.result != nil && slices.Contains(x.result.asked, at) })
}

// worker analyses files with programs of its own, one for each set of models.
// Workers share the parsed trees.
type worker struct {
	programs map[*dispatch]*flow.Program
}

func (w *worker) program(x *batchFile) *flow.Program { return w.programs[x.rules] }

// Run analyses the files on a number of workers. It calls each, if that is not
// nil, after every file, from any of them. An error is that of the context.
func (b *Batch) Run(ctx context.Context, workers int, each func()) error {
	b.order = make([]*batchFile, 0, len(b.files))
	for _, at := range slices.Sorted(maps.Keys(b.files)) {
		b.order = append(b.order, b.files[at])
	}
	team := make([]*worker, max(1, workers))
	for i := range team {
		team[i] = &worker{map[*dispatch]*flow.Program{}}
		for _, x := range b.order {
			if !x.text && team[i].program(x) == nil {
				team[i].programs[x.rules] = flow.NewProgram(x.rules.index, b.disk)
			}
		}
		if b.recall != nil {
			for _, p := range team[i].programs {
				p.Trace()
			}
		}
	}
	b.all(ctx, team, func(w *worker, x *batchFile) {
		if b.recall != nil {
			b.remembers(x)
		}
		if x.memo == nil {
			b.ask(w, x)
		}
	})
	if b.recall != nil {
		b.register()
	}
	b.routes = map[string][]flow.Registration{}
	for _, x := range b.order {
		if len(x.routes) > 0 {
			b.routes[x.at] = x.routes
		}
	}
	for _, w := range team {
		for _, x := range b.order {
			if len(x.routes) == 0 {
				continue
			}
			for _, p := range w.programs { // the one that found them may have forgotten them again
				p.SetRoutes(x.at, x.routes)
			}
		}
	}
	b.all(ctx, team, func(w *worker, x *batchFile) {
		if x.memo != nil && !b.believes(x) {
			x.memo = nil
		}
		if x.memo != nil {
			b.known(x)
		} else {
			b.analyse(w, x)
		}
		if each != nil {
			each()
		}
	})
	b.deliver()
	return ctx.Err()
}

// all runs a step for every file: each worker takes neighbours, which share
// what they import, and helps the others from the end of theirs.
func (b *Batch) all(ctx context.Context, team []*worker, step func(*worker, *batchFile)) {
	for _, x := range b.order {
		x.taken.Store(false)
	}
	var group sync.WaitGroup
	for i, w := range team {
		group.Go(func() {
			for k := range team {
				part := b.part((i+k)%len(team), len(team))
				for j := range part {
					x := part[j]
					if k > 0 {
						x = part[len(part)-1-j]
					}
					if ctx.Err() != nil {
						return
					}
					if !x.text && x.taken.CompareAndSwap(false, true) {
						step(w, x)
					}
				}
			}
		})
	}
	group.Wait()
}

// part is the files of which a worker takes care.
func (b *Batch) part(i, workers int) []*batchFile {
	n := len(b.order)
	return b.order[n*i/workers : n*(i+1)/workers]
}

// ask finds out which handlers of other files a file registers.
func (b *Batch) ask(w *worker, x *batchFile) {
	x.tree = b.disk.Tree(x.at)
	defer func() {
		if v := recover(); v != nil {
			x.routes, x.failed = nil, true // said when the file is analysed
		}
	}()
	a := w.program(x).File(x.at)
	a.Update(x.tree)
	for _, i := range a.Registering() {
		a.Result(i)
	}
	x.routes = a.Routes()
}

// analyse runs all of a file.
func (b *Batch) analyse(w *worker, x *batchFile) {
	if x.tree == nil {
		x.tree = b.disk.Tree(x.at)
	}
	an := newAnalysed(x.rules, w.program(x), x.path, x.opts)
	an.update(x.tree)
	if b.recall != nil {
		inputs, ok := an.flow.Inputs()
		x.inputs, x.sound = inputs, ok && !x.failed && x.tree.Partial == ""
	}
	x.an = &analysed{rules: x.rules, at: x.at, tree: x.tree, own: an.own, note: an.note, run: fileRun{path: x.path}}
	x.result = &Contribution{at: x.at, own: an.own, out: an.out, on: an.on, routes: x.routes, asked: an.flow.Asked(), note: an.note}
	an.flow.Release()
}

// deliver hands what files found in others to those.
func (b *Batch) deliver() {
	for _, x := range b.order {
		if x.result == nil {
			continue
		}
		for _, at := range slices.Sorted(maps.Keys(x.result.out)) {
			to := b.files[at]
			if to == nil {
				tree := b.disk.Tree(at)
				if tree == nil {
					continue
				}
				to = &batchFile{at: at, path: b.shown(at), file: tree.File, tree: tree, opts: x.opts, rules: x.rules}
				b.files[at] = to
			}
			to.inbox = append(to.inbox, x.result.out[at]...)
			to.feeders = append(to.feeders, x.at)
		}
	}
}

// Snapshot is what was found in a file that was added, once Run has returned;
// nil if Run was ended before it came to the file.
func (b *Batch) Snapshot(path string) *Snapshot {
	x := b.files[inProgram(path)]
	if x == nil || x.an == nil {
		return nil
	}
	return b.snapshot(x)
}

// Others are snapshots of files that were not added, in which the data of those
// that were does something; sorted by path.
func (b *Batch) Others() []*Snapshot {
	var out []*Snapshot
	for _, at := range slices.Sorted(maps.Keys(b.files)) {
		if x := b.files[at]; x.an == nil && len(x.inbox) > 0 {
			x.an = &analysed{rules: x.rules, at: x.at, tree: x.tree, note: x.tree.Partial, run: fileRun{path: x.path}}
			out = append(out, b.snapshot(x))
			x.an = nil
		}
	}
	return out
}

func (b *Batch) snapshot(x *batchFile) *Snapshot {
	s := x.an.snapshot(x.inbox, b, x.opts.Config)
	s.settled, s.files, s.routes, s.feeders = true, b.disk, b.routes, x.feeders
	return s
}

// Findings counts what was found in the files that were added, and by them in
// templates.
func (b *Batch) Findings() int {
	n := 0
	for _, x := range b.order {
		if x.an != nil {
			n += len(b.snapshot(x).findings)
		}
	}
	for _, s := range b.Others() {
		if s.IsTemplate() {
			n += len(s.findings)
		}
	}
	return n
}

// File is the text of a file under the path that a step names, without the
// secrets that were found in it; nil if it cannot be read.
func (b *Batch) File(path string) *source.File {
	at := inProgram(path)
	f := b.disk.text(at)
	x := b.files[at]
	if f == nil || x == nil || x.an == nil {
		return f
	}
	var hide []source.Span
	for _, d := range x.an.own {
		if d.secret.Len() == 0 {
			continue
		}
		if base, ok := b.start(d.place.spot, d.secret); ok {
			hide = append(hide, d.secret.Shift(base))
		}
	}
	return f.Masked(hide)
}

// Contributions are what was found in each file, for a session.
func (b *Batch) Contributions() []*Contribution {
	var out []*Contribution
	for _, x := range b.order {
		if x.result != nil {
			out = append(out, x.result)
		}
	}
	return out
}

// start implements locator.
func (b *Batch) start(s spot, _ source.Span) (uint32, bool) {
	if s.unit == nil {
		return s.base, true // it is remembered, and the text is the same
	}
	return startIn(b.disk.Tree(s.path), s)
}

// shown implements locator: as given, or from the working folder if it is below.
func (b *Batch) shown(at string) string {
	if x := b.files[at]; x != nil {
		return x.path
	}
	if path, ok := b.lent[at]; ok {
		return path
	}
	if rel, err := filepath.Rel(b.cwd, at); err == nil && filepath.IsLocal(rel) && b.relative() {
		return rel
	}
	return at
}

// relative reports whether files were given by relative paths.
func (b *Batch) relative() bool {
	for _, x := range b.order {
		return !filepath.IsAbs(x.path)
	}
	return false
}
