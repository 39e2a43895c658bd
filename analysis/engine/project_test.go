package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// folder is a project on the disk, some of whose files are open.
type folder struct {
	t       *testing.T
	dir     string
	session *engine.Session
	texts   map[string][]byte // of all files, by path
	open    map[string]bool
}

func newFolder(t *testing.T, dir string, names []string) *folder {
	f := &folder{t: t, dir: dir, session: engine.NewSession(options(t)), texts: map[string][]byte{}, open: map[string]bool{}}
	for _, n := range names {
		path := filepath.Join(dir, filepath.FromSlash(n))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.texts[path] = text
	}
	return f
}

func (f *folder) paths() []string {
	var out []string
	for p := range f.texts {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// fresh analyses the present texts from nothing.
func (f *folder) fresh(workers int) *engine.Batch {
	b := engine.NewBatch()
	for p, text := range f.texts {
		if file := source.New(p, bytes.Clone(text)); isPython(p) {
			b.Add(file, options(f.t))
		} else {
			b.Lend(file)
		}
	}
	if err := b.Run(f.t.Context(), workers, nil); err != nil {
		f.t.Fatal(err)
	}
	return b
}

// openFile opens a file, whose text on the disk may be older.
func (f *folder) openFile(path string) {
	if isPython(path) {
		f.session.Open(path, bytes.Clone(f.texts[path]))
	} else {
		f.session.OpenTemplate(path, bytes.Clone(f.texts[path]))
	}
	f.open[path] = true
}

func isPython(path string) bool { return strings.HasSuffix(path, ".py") }

// inBatch is what a batch has of a file: one that was added, or a template.
func inBatch(b *engine.Batch, path string) *engine.Snapshot {
	if s := b.Snapshot(path); s != nil {
		return s
	}
	for _, s := range b.Others() {
		if s.File().Path() == path {
			return s
		}
	}
	return nil
}

// contribute analyses the closed files beside the open ones, as a scan does.
func (f *folder) contribute() {
	var closed []*engine.Contribution
	for _, c := range f.fresh(2).Contributions() {
		if !f.open[c.Path()] {
			closed = append(closed, c)
		}
	}
	f.session.Contribute(closed)
}

// same compares the session at rest with a fresh analysis.
func (f *folder) same(when string) {
	f.t.Helper()
	for p := range f.open {
		f.session.Settle(p)
	}
	f.session.Ripple()
	b := f.fresh(1)
	for _, p := range f.paths() {
		want := describe(inBatch(b, p))
		var got string
		if f.open[p] {
			got = describe(f.session.Snapshot(p))
		} else {
			got = describe(f.session.Closed(p))
		}
		if got != want {
			var all strings.Builder
			for _, q := range f.paths() {
				fmt.Fprintf(&all, "-- %s (open: %t) --\n%s\n", q, f.open[q], f.texts[q])
			}
			f.t.Fatalf("%s: %s (open: %t): the session has\n%s\na fresh analysis\n%s\n%s", when, p, f.open[p], got, want, all.String())
		}
	}
}

// TestWorkersAgree wants the same of one worker and of many.
func TestWorkersAgree(t *testing.T) {
	for name, ar := range projects(t) {
		f := newFolder(t, unpack(t, ar), allNames(ar))
		one := f.fresh(1)
		for _, n := range []int{2, 3, 8} {
			many := f.fresh(n)
			for _, p := range f.paths() {
				if a, b := describe(inBatch(one, p)), describe(inBatch(many, p)); a != b {
					t.Errorf("%s: %s: one worker finds\n%s\n%d find\n%s", name, p, a, n, b)
				}
			}
		}
	}
}

// TestOpenedInAnyOrder wants the findings not to depend on which files are
// open, nor on the order in which they were opened.
func TestOpenedInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed(t), 3))
	for name, ar := range projects(t) {
		dir := unpack(t, ar)
		for round := range 6 {
			f := newFolder(t, dir, allNames(ar))
			paths := f.paths()
			rng.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
			for _, p := range paths[:len(paths)-rng.IntN(len(paths))] {
				f.openFile(p)
			}
			f.contribute()
			f.same(fmt.Sprintf("%s, round %d", name, round))
		}
	}
}

// TestProjectTypedEqualsOpened holds a session to a fresh analysis under random
// edits over the files of a project, with files coming and going.
func TestProjectTypedEqualsOpened(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 6
	}
	rng := rand.New(rand.NewPCG(seed(t), 5))
	all := projects(t)
	var names []string
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	for round := range rounds {
		ar := all[names[rng.IntN(len(names))]]
		f := newFolder(t, unpack(t, ar), allNames(ar))
		for _, p := range f.paths() {
			if rng.IntN(3) > 0 {
				f.openFile(p)
			}
		}
		if len(f.open) == 0 {
			f.openFile(f.paths()[0])
		}
		f.contribute()
		for step := range 25 {
			f.step(rng)
			if rng.IntN(6) == 0 {
				f.contribute()
				f.same(fmt.Sprintf("round %d, step %d", round, step))
			}
		}
		f.contribute()
		f.same(fmt.Sprintf("round %d", round))
	}
}

// step is one thing that a user does.
func (f *folder) step(rng *rand.Rand) {
	paths := f.paths()
	path := paths[rng.IntN(len(paths))]
	other := f.texts[paths[rng.IntN(len(paths))]]
	switch k := rng.IntN(20); {
	case k == 0 && f.open[path]: // save and close
		f.write(path)
		f.session.Close(path)
		delete(f.open, path)
		f.session.Look()
	case k == 1 && !f.open[path]:
		f.openFile(path)
	case k == 2 && len(paths) > 2 && !f.open[path]: // delete
		if err := os.Remove(path); err != nil {
			f.t.Fatal(err)
		}
		delete(f.texts, path)
		f.session.Look()
		f.session.Forget(path)
	case k == 3: // a new file, or one of a name that had gone
		fresh := filepath.Join(filepath.Dir(path), []string{"helpers.py", "db.py", "views.py", "runner.py", "index.html", "base.html"}[rng.IntN(6)])
		if _, there := f.texts[fresh]; !there {
			f.texts[fresh] = bytes.Clone(other)
			f.write(fresh)
			f.session.Look()
		}
	case f.open[path]:
		e := randomEdit(rng, f.texts[path], other)
		if _, err := f.session.Change(path, []source.Edit{e}); err != nil {
			f.t.Fatal(err)
		}
		f.texts[path] = source.Apply(f.texts[path], []source.Edit{e})
		if rng.IntN(4) == 0 {
			f.session.Ripple()
		}
	}
}

func (f *folder) write(path string) {
	if err := os.WriteFile(path, f.texts[path], 0o600); err != nil {
		f.t.Fatal(err)
	}
}
