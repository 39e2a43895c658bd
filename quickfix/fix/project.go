package fix

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pavise/analysis/config"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// ProjectMarks are files and folders that only the root of a project has.
var ProjectMarks = []string{".env", ".git", "pyproject.toml", "setup.py", "setup.cfg", "manage.py", "requirements.txt", "Pipfile", "tox.ini"}

// mostAncestors bounds the way up from a file.
const mostAncestors = 32

// ProjectOf is the folder of the project that a file belongs to: the nearest above it with
// one of the marks. It is "" if there is none.
func ProjectOf(path string, marks []string) string {
	if !filepath.IsAbs(path) {
		return ""
	}
	dir := filepath.Dir(path)
	for range mostAncestors {
		if slices.ContainsFunc(marks, func(mark string) bool {
			_, err := os.Stat(filepath.Join(dir, mark))
			return err == nil
		}) {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

const (
	mostNeighbours   = 5000             // files of a project that are looked at
	longestNeighbour = 1 << 20          // bytes of one
	longestLook      = 10 * time.Second // for all of them
)

var errMany = errors.New("more files than are looked at")

// Neighbours are the other files of the site's project that have a name of a kind, by their
// absolute paths, in a fixed order: those whose text is wanted. Without the marks of a
// project they are the files below the site's folder. ok is false if there are too many.
// A file that is not on the disk has none: nothing can import it yet.
func (s *Site) Neighbours(named func(name string) bool, wanted func(path string, text []byte) bool) (paths []string, ok bool) {
	own, err := filepath.Abs(s.File.Tree.File.Path())
	if err != nil || s.around == nil {
		return nil, true
	}
	if info, err := os.Stat(own); err != nil || !info.Mode().IsRegular() {
		return nil, true
	}
	root := ProjectOf(own, ProjectMarks)
	if root == "" {
		root = filepath.Dir(own)
	}
	seen := 0
	ctx, cancel := context.WithTimeout(context.Background(), longestLook)
	defer cancel()
	err = config.Default().Walk(ctx, root, named, func(path string, unreadable error) error {
		if seen++; seen > mostNeighbours {
			return errMany
		}
		info, err := os.Stat(path)
		if unreadable == nil && err == nil && path != own && info.Mode().IsRegular() && info.Size() <= longestNeighbour {
			if text, err := os.ReadFile(path); err == nil && wanted(path, text) {
				paths = append(paths, path)
			}
		}
		return nil
	})
	return paths, err == nil
}

// Neighbour is a site that stands for another file of the program, with no finding in it;
// nil if the file cannot be read.
func (s *Site) Neighbour(path string) *Site {
	tree := s.around(path)
	if tree == nil || len(tree.Units) == 0 {
		return nil
	}
	u := tree.Units[0]
	return &Site{File: pyedit.NewFile(tree), Finding: s.Finding, Config: s.Config, Node: pyedit.At{Node: u.Root(), Base: u.Start}, around: s.around}
}

// Around gives a site sight of the files around its own.
func (s *Site) Around(tree func(path string) *syntax.Tree) { s.around = tree }

// Other is what a fix does to another file of the program than that of its finding.
type Other struct {
	File  *source.File
	Edits []source.Edit // simultaneous
}
