package cli

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"pavise/analysis/source"
	"pavise/cmd/internal/report"
)

// since tells what has been added or changed in files since a revision.
type since struct {
	repo    *repository
	text    func(path string) *source.File // as it was checked
	changed map[string]*changedLines       // by path as it is reported
	gone    map[string][]string            // files of the revision that are there no more, by their ending
	err     error                          // the first of reading the revision
}

// changedLines are the lines of a file that were added or changed.
type changedLines struct {
	all   bool
	spans [][2]int // from the first line to the last, from one; sorted
}

// newSince opens the repository in which the paths lie.
func newSince(revision string, paths []string, text func(path string) *source.File) (*since, error) {
	dir := folderOf(paths[0])
	repo, err := openRepository(dir, revision)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if name, ok := repo.name(filepath.Join(folderOf(p), "x")); !ok || name == "" {
			return nil, fmt.Errorf("--diff: %s lies outside the repository %s: check one repository at a time", p, repo.root)
		}
	}
	return &since{repo: repo, text: text, changed: map[string]*changedLines{}, gone: map[string][]string{}}, nil
}

// keep takes from a file the findings of which the change is a part: a line of
// their place, or of a step of their way, is among the changed ones.
func (s *since) keep(f *report.File) error {
	f.Findings = slices.DeleteFunc(f.Findings, func(x report.Finding) bool { return !s.touches(&x) })
	f.Known = slices.DeleteFunc(f.Known, func(x report.Finding) bool { return !s.touches(&x) })
	return s.err
}

func (s *since) touches(f *report.Finding) bool {
	if s.in(&f.Location) {
		return true
	}
	return slices.ContainsFunc(f.Steps, func(st report.Step) bool { return s.in(&st.Location) })
}

func (s *since) in(l *report.Location) bool {
	if l.Start.Line == 0 {
		return false
	}
	c := s.changed[l.Path]
	if c == nil {
		var err error
		if c, err = s.compare(l.Path); err != nil {
			c = &changedLines{all: true}
			if s.err == nil {
				s.err = err
			}
		}
		s.changed[l.Path] = c
	}
	return c.all || slices.ContainsFunc(c.spans, func(span [2]int) bool { return span[0] <= l.End.Line && l.Start.Line <= span[1] })
}

// compare finds the changed lines of a file. All lines of one that the revision
// does not have are new; of one outside the repository none is.
func (s *since) compare(path string) (*changedLines, error) {
	name, ok := s.repo.name(path)
	if !ok {
		return &changedLines{}, nil
	}
	now := s.text(path)
	if now == nil {
		return &changedLines{all: true}, nil
	}
	if s.repo.blobs[name] == "" {
		return s.renamed(name, now)
	}
	before, err := s.repo.text(name)
	if before == nil || err != nil {
		return &changedLines{all: true}, err
	}
	return linesSince(now, before), nil
}

// mostRenames bounds the files that a new one is compared with.
const mostRenames = 50

// renamed compares a new file with those that are gone: if at least half of its
// lines were in one of them it is that one under another name.
func (s *since) renamed(name string, now *source.File) (*changedLines, error) {
	ending := path.Ext(name)
	gone, ok := s.gone[ending]
	if !ok {
		gone = s.repo.gone(ending)
		// Of many the ones with the same name in another folder are looked at.
		if len(gone) > mostRenames {
			gone = slices.DeleteFunc(gone, func(p string) bool { return path.Base(p) != path.Base(name) })
		} else {
			s.gone[ending] = gone
		}
	}
	best, least := &changedLines{all: true}, now.Lines()/2+1
	for i, p := range gone {
		if i == mostRenames {
			break
		}
		before, err := s.repo.text(p)
		if err != nil {
			return best, err
		}
		if c := linesSince(now, before); c.count() < least {
			best, least = c, c.count()
		}
	}
	return best, nil
}

func (c *changedLines) count() int {
	n := 0
	for _, span := range c.spans {
		n += span[1] - span[0] + 1
	}
	return n
}

// linesSince are the lines of a file that were not in its text before. Line
// ends do not count: git may store others than the working tree has.
func linesSince(now *source.File, before []byte) *changedLines {
	text := source.New(now.Path(), unixLines(now.Text()))
	c := &changedLines{}
	for _, e := range source.LineEdits(text, unixLines(before)) {
		if e.Len() > 0 {
			c.spans = append(c.spans, [2]int{int(text.LineAt(e.Start)) + 1, int(text.LineAt(e.End-1)) + 1})
		}
	}
	return c
}

func unixLines(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
