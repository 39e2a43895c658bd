package engine

import (
	"bytes"
	"maps"
	"slices"

	"pavise/analysis"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// OpenTemplate takes the text of a template that an editor holds. It stands in
// place of what is on the disk; its findings are those that the data of the files
// which render it brings about. A text that none renders is not even read.
func (s *Session) OpenTemplate(path string, text []byte) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.files[path]
	s.replace(path)
	f := &openFile{file: source.New(path, text), an: &analysed{rules: s.rules, at: inProgram(path)}}
	f.an.run.path = path
	s.files[path], s.pages[f.an.at] = f, f
	s.look()
	s.hold(f, old != nil && old.doc != nil)
	return f.snap
}

// hold takes the next version of an open template; came is set if the file was
// none before.
func (s *Session) hold(f *openFile, came bool) {
	if s.disk.holdTemplate(f.an.at, f.file) || came {
		s.program.Moved()
	}
	s.reread(f.an.at)
	f.an.readPlain(f.file)
	s.show(f)
}

// letGo closes a template: what is on the disk counts again.
func (s *Session) letGo(f *openFile) {
	delete(s.pages, f.an.at)
	if s.disk.release(f.an.at) {
		s.program.Moved()
	}
	s.reread(f.an.at)
}

// reread runs again what renders a template that has changed.
func (s *Session) reread(at string) {
	clear(s.slides)
	s.program.Reload(at)
	s.follow(at, true)
}

// read gives an open template its tree, if there is something to show in it.
func (s *Session) read(f *openFile, found bool) {
	f.an.tree, f.an.notes, f.an.partly = &syntax.Tree{File: f.file}, nil, !s.whole
	if found {
		if tree := s.disk.Tree(f.an.at); tree != nil {
			f.an.tree = tree
		}
	}
	f.an.note = f.an.tree.Partial
}

// Elsewhere are the findings in other files that data of an open file brings
// about: their steps lead through it.
func (s *Session) Elsewhere(path string) []analysis.Finding {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f == nil {
		return nil
	}
	var out []analysis.Finding
	for _, at := range slices.Sorted(maps.Keys(f.an.out)) {
		var snap *Snapshot
		if other := s.open(at); other != nil {
			snap = other.snap
		} else {
			snap = s.closed(at)
		}
		for _, x := range snap.Findings() {
			if slices.ContainsFunc(x.Steps, func(st analysis.Step) bool { return st.Path == path }) {
				out = append(out, x)
			}
		}
	}
	return out
}

// slide is what two versions of a template have in common.
type slide struct {
	ok    bool
	head  uint32 // bytes at the start
	tail  uint32 // where what is the same at the end starts in the old version
	moved uint32 // by how much that has moved
}

// slid finds a place of an earlier version of a template: where an edit has not
// touched it. So findings of files that are not open stay at their places until
// those files have been run again.
func (s *Session) slid(sp spot, in source.Span) (uint32, bool) {
	sl, ok := s.slides[sp.unit]
	if !ok {
		if tree := s.disk.Tree(sp.path); tree != nil && isPage(tree) {
			sl = slideOf(sp.unit.Root().Text(), tree.Units[0].Root().Text())
		}
		if s.slides == nil {
			s.slides = map[*syntax.Unit]slide{}
		}
		s.slides[sp.unit] = sl
	}
	switch {
	case !sl.ok:
		return 0, false
	case in.End <= sl.head:
		return 0, true
	}
	return sl.moved, in.Start >= sl.tail
}

func slideOf(old, now []byte) slide {
	if bytes.Equal(old, now) {
		return slide{ok: true, head: uint32(len(old))}
	}
	n := min(len(old), len(now))
	head, tail := 0, 0
	for head < n && old[head] == now[head] {
		head++
	}
	for tail < n-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	return slide{ok: true, head: uint32(head), tail: uint32(len(old) - tail), moved: uint32(len(now) - len(old))}
}

// isPage reports whether a tree is that of a template.
func isPage(tree *syntax.Tree) bool { return len(tree.Units) == 1 && tree.Units[0].IsFlat() }
