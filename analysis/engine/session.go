package engine

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"pavise/analysis/config"
	"pavise/analysis/flow"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Session owns the open files of a project. Its methods may be called from any
// goroutine; changes to one file must arrive in order.
type Session struct {
	mu      sync.Mutex // guards all below, and with it every open file
	opts    Options
	disk    *Disk
	rules   *dispatch
	program *flow.Program
	files   map[string]*openFile // by the paths that were given
	at      map[string]*openFile // those of Python, by their paths in the program
	pages   map[string]*openFile // templates, likewise
	guests  *guests
	whole   bool // a scan has contributed what is not open
	slides  map[*syntax.Unit]slide
	touched map[string]bool // files, by their paths in the program, whose findings another file's change may have changed
}

// openFile is a file that an editor holds.
type openFile struct {
	doc   *syntax.Document // nil for a template, which is read where it is rendered
	file  *source.File     // the current text
	ahead []source.Edit    // edits that lead from the document's text to file
	an    *analysed
	snap  *Snapshot
}

// NewSession returns a session without files.
func NewSession(o Options) *Session {
	o = o.withDefaults()
	s := &Session{opts: o, disk: NewDisk(), files: map[string]*openFile{}, pages: map[string]*openFile{}, guests: newGuests()}
	s.reset()
	return s
}

// reset forgets all that was computed.
func (s *Session) reset() {
	s.rules = rulesFor(s.opts.Config)
	s.program = flow.NewProgram(s.rules.index, s.disk)
	s.at, s.touched = map[string]*openFile{}, map[string]bool{}
}

// Configure puts a new configuration in force and analyses the open files
// anew; the new snapshots are got by Snapshot.
func (s *Session) Configure(c *config.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Config = c
	s.reset()
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		f := s.files[path]
		if f.an.plain {
			continue
		}
		if f.doc == nil {
			f.ahead, f.an.rules = nil, s.rules
			s.disk.holdTemplate(f.an.at, f.file)
			continue
		}
		f.an = newAnalysed(s.rules, s.program, path, s.opts)
		s.at[f.an.at] = f
		if len(f.ahead) > 0 {
			f.doc.Change(f.file, f.ahead)
			f.ahead = nil
		}
		f.an.update(f.doc.Tree())
	}
	for _, f := range s.files {
		if f.an.plain {
			f.ahead = nil
			s.reopen(f)
			continue
		}
		s.show(f)
	}
}

// Open takes the text of a file that an editor holds. A second Open of the
// same path replaces the text.
func (s *Session) Open(path string, text []byte) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(path)
	file := source.New(path, text)
	f := &openFile{doc: syntax.NewDocument(file, syntax.DefaultBudget), file: file, an: newAnalysed(s.rules, s.program, path, s.opts)}
	s.files[path], s.at[f.an.at] = f, f
	s.look()
	s.touchGuest(f.an.at)             // what was contributed of it does not count now
	s.program.SetRoutes(f.an.at, nil) // its own run says what it registers
	s.analyse(f, f.doc.Tree())
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
	s.catchUp(f)
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
func (s *Session) catchUp(f *openFile) {
	if len(f.ahead) == 0 {
		return
	}
	if f.an.plain {
		f.ahead = nil
		s.reopen(f)
		return
	}
	if f.doc == nil {
		f.ahead = nil
		s.hold(f, false)
		return
	}
	tree := f.doc.Change(f.file, f.ahead)
	f.ahead = nil
	s.analyse(f, tree)
}

// maxFeeders bounds the files that are brought up to date before the edited
// one is shown; the others follow in Ripple.
const maxFeeders = 8

// analyse takes the next version of a file. Files whose data arrives in it are
// brought up to date first, so that its findings do not come and go.
func (s *Session) analyse(f *openFile, tree *syntax.Tree) {
	s.touch(f.an)
	f.an.update(tree)
	s.touch(f.an)
	s.follow(f.an.at, false)
	s.show(f)
}

// follow brings the files up to date whose data arrives in a file that has
// changed, or all that render it, and notes whose findings lead through it.
func (s *Session) follow(at string, rendered bool) {
	feeders := 0
	for _, path := range slices.Sorted(maps.Keys(s.at)) {
		x := s.at[path]
		if path == at {
			continue
		}
		if (rendered || len(x.an.out[at]) > 0) && x.an.flow.Stale() && feeders < maxFeeders {
			feeders++
			s.refresh(x)
		}
		if x.an.through(at) {
			s.touched[path] = true
			s.touch(x.an)
		}
	}
	for path := range s.guests.through[at] {
		if s.at[path] == nil {
			s.touchGuest(path)
		}
	}
}

// refresh runs again what was forgotten of an open file.
func (s *Session) refresh(x *openFile) {
	s.touch(x.an)
	x.an.collect()
	s.touch(x.an)
	s.touched[x.an.at] = true
}

// touch notes the files in which the data of a file does something.
func (s *Session) touch(an *analysed) {
	for path := range an.out {
		s.touched[path] = true
	}
}

// touchGuest notes the files in which a contribution says something.
func (s *Session) touchGuest(at string) {
	g := s.guests.of[at]
	if g == nil {
		return
	}
	if len(g.own) > 0 || g.note != "" {
		s.touched[at] = true
	}
	for path := range g.out {
		s.touched[path] = true
	}
}

// show makes the snapshot of an open file.
func (s *Session) show(f *openFile) {
	inbox := s.inbox(f.an.at)
	if f.doc == nil {
		s.read(f, len(inbox)+len(f.an.own) > 0)
	}
	f.snap = f.an.snapshot(inbox, s, s.opts.Config)
	f.snap.settled = f.doc == nil || f.doc.Settled()
	f.snap.session, f.snap.feeders = s, s.feeders(f.an.at)
	delete(s.touched, f.an.at)
}

// feeders lists the files whose data does something in one.
func (s *Session) feeders(at string) []string {
	var out []string
	for path, x := range s.at {
		if path != at && len(x.an.out[at]) > 0 {
			out = append(out, path)
		}
	}
	for path := range s.guests.into[at] {
		if path != at && s.at[path] == nil {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// inbox is what the data of other files does in one.
func (s *Session) inbox(at string) []*draft {
	var out []*draft
	for _, path := range s.feeders(at) {
		if x := s.at[path]; x != nil {
			out = append(out, x.an.out[at]...)
		} else {
			out = append(out, s.guests.of[path].out[at]...)
		}
	}
	return out
}

// Ripple brings the other files up to date with the changes since it was last
// called, and returns new snapshots of those whose findings may have changed:
// open ones, and closed ones in which the data of an open one does something.
func (s *Session) Ripple() []*Snapshot {
	var out []*Snapshot
	for {
		snap, more := s.RippleStep()
		if snap != nil {
			out = append(out, snap)
		}
		if !more {
			return out
		}
	}
}

// RippleStep is a part of Ripple, of the length of one file's analysis: it
// returns at most one snapshot, and whether there is more to do.
func (s *Session) RippleStep() (snap *Snapshot, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range slices.Sorted(maps.Keys(s.at)) {
		if x := s.at[path]; x.an.flow.Stale() && len(x.ahead) == 0 {
			s.refresh(x)
			return nil, true
		}
	}
	if len(s.touched) > 0 {
		path := slices.Min(slices.Collect(maps.Keys(s.touched)))
		delete(s.touched, path)
		if f := s.open(path); f == nil {
			snap = s.closed(path)
		} else if len(f.ahead) == 0 && !f.an.plain {
			s.show(f)
			snap = f.snap
		}
		return snap, len(s.touched) > 0
	}
	return nil, false
}

// Closed is a snapshot of a file that is not open: what a contribution says of
// it, and what the data of others does in it; without findings if it is gone.
func (s *Session) Closed(path string) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed(inProgram(path))
}

func (s *Session) closed(at string) *Snapshot {
	if g := s.guests.of[at]; g != nil && g.plain != nil {
		a := &analysed{rules: s.rules, at: at, tree: &syntax.Tree{File: g.plain}, own: g.own, note: g.note, plain: true}
		a.run.path = at
		snap := a.snapshot(nil, s, s.opts.Config)
		snap.settled, snap.session = true, s
		return snap
	}
	tree := s.disk.Tree(at)
	if tree == nil || s.guests.of[at] == nil && isPlain(at) && !isPage(tree) {
		file := source.New(at, nil)
		return &Snapshot{file: file, tree: &syntax.Tree{File: file}, rules: s.rules, cfg: s.opts.Config, settled: true, session: s}
	}
	a := &analysed{rules: s.rules, program: s.program, at: at, tree: tree, note: tree.Partial}
	a.run.path = at
	inbox := s.inbox(at)
	a.partly = isPage(tree) && (!s.whole || len(inbox) == 0)
	if g := s.guests.of[at]; g != nil {
		a.own, a.note = g.own, g.note
	}
	snap := a.snapshot(inbox, s, s.opts.Config)
	snap.settled, snap.session, snap.feeders = true, s, s.feeders(at)
	return snap
}

// start implements locator.
func (s *Session) start(sp spot, in source.Span) (uint32, bool) {
	if sp.unit == nil {
		return sp.base, true
	}
	if path, base, ok := s.program.Where(sp.unit); ok && path == sp.path {
		return base, true
	}
	if sp.unit.IsFlat() {
		return s.slid(sp, in)
	}
	if f := s.at[sp.path]; f != nil {
		return startIn(f.an.tree, sp)
	}
	return startIn(s.disk.Tree(sp.path), sp)
}

// shown implements locator.
func (s *Session) shown(path string) string {
	if f := s.open(path); f != nil {
		return f.an.run.path
	}
	return path
}

// open is the open file at a path in the program, nil if there is none.
func (s *Session) open(at string) *openFile {
	if f := s.at[at]; f != nil {
		return f
	}
	if f := s.pages[at]; f != nil {
		return f
	}
	if f := s.files[at]; f != nil && f.an.plain {
		return f
	}
	return nil
}

// Contribute takes over what a [Batch] found in files that are not open. What
// it contributed of them before is forgotten. Ripple tells what changed.
func (s *Session) Contribute(list []*Contribution) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.whole {
		s.whole = true
		for at := range s.pages {
			s.touched[at] = true
		}
	}
	for _, c := range list {
		for _, path := range c.templates() {
			s.disk.isTemplate(path)
		}
		s.touchGuest(c.at)
		s.guests.set(c.at, c)
		s.touchGuest(c.at)
		if s.at[c.at] == nil {
			s.program.SetRoutes(c.at, c.routes)
		}
	}
}

// Depending lists the closed files that contributed and looked into a file.
func (s *Session) Depending(path string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := inProgram(path)
	var out []string
	for p, g := range s.guests.of {
		if s.at[p] == nil && slices.Contains(g.asked, at) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// Contributed lists the closed files of which a contribution says something.
func (s *Session) Contributed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for path := range s.guests.of {
		if s.at[path] == nil {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// Look looks at the disk again, after files may have changed there. Ripple
// tells what follows.
func (s *Session) Look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
}

func (s *Session) look() {
	changed, moved := s.disk.Refresh()
	for _, path := range changed {
		if s.at[path] == nil {
			s.program.Reload(path)
		}
	}
	if moved {
		s.program.Moved()
	}
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
	s.catchUp(f)
	if f.doc != nil && !f.doc.Settled() {
		s.analyse(f, f.doc.Settle())
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
	s.catchUp(f)
	return f.snap
}

// Close forgets a file's text: from here on what is on the disk counts.
func (s *Session) Close(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f == nil {
		return
	}
	delete(s.files, path)
	if f.an.plain {
		s.touchGuest(f.an.at)
		return
	}
	if len(s.feeders(f.an.at)) > 0 {
		s.touched[f.an.at] = true
	}
	if f.doc == nil {
		s.letGo(f)
		return
	}
	f.doc.Close()
	delete(s.at, f.an.at)
	s.touch(f.an)
	s.program.Reload(f.an.at)
	if g := s.guests.of[f.an.at]; g != nil {
		s.program.SetRoutes(g.at, g.routes)
		s.touchGuest(g.at)
	}
}

// replace forgets the text that a path had, before it gets another.
func (s *Session) replace(path string) {
	old := s.files[path]
	switch {
	case old == nil, old.an.plain:
	case old.doc == nil:
		s.letGo(old)
	default:
		old.doc.Close()
		delete(s.at, old.an.at)
	}
}

// present are the files of the project as they are now, and what they register.
func (s *Session) present() (flow.Files, map[string][]flow.Registration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := make(map[string]*syntax.Tree, len(s.at))
	for path, f := range s.at {
		open[path] = f.an.tree
	}
	return overlay{s.disk, open}, s.program.Routes()
}

// Known is the text of a file as the analysis last read it, without a look at the
// disk; nil if it has not read it.
func (s *Session) Known(path string) *source.File { return s.disk.known(inProgram(path)) }

// Forget drops what was contributed of a file that is gone.
func (s *Session) Forget(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	at := inProgram(path)
	s.touchGuest(at)
	s.guests.set(at, nil)
	if s.at[at] == nil {
		s.program.SetRoutes(at, nil)
	}
	s.touched[at] = true
}
