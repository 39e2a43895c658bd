package syntax

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"pavise/analysis/source"
)

var (
	randomEdits = flag.Int("edits", 10_000, "how many random edits TestRandomEdits makes")
	randomSeed  = flag.Uint64("seed", 1, "where TestRandomEdits begins")
)

// TestRandomEdits types at random into realistic files. What must hold: after
// every edit the tree is well formed and, where the text has no error, is that
// of a fresh parse; after a pause it is that of a fresh parse in any case.
func TestRandomEdits(t *testing.T) {
	files, err := filepath.Glob("testdata/*.py")
	if err != nil || len(files) == 0 {
		t.Fatal("no test files", err)
	}
	edits := *randomEdits / len(files)
	if testing.Short() {
		edits /= 10
	}
	for i, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			typeAtRandom(t, text, edits, *randomSeed+uint64(i))
		})
	}
}

func typeAtRandom(t *testing.T, text []byte, edits int, seed uint64) {
	m := &mutator{rng: rand.New(rand.NewPCG(seed, 1))}
	fresh := NewParser()
	fresh.Budget = patient
	defer fresh.Close()
	d := NewDocument(source.New("a.py", text), patient)
	defer func() { d.Close() }()
	valid, broken, lagging, gentle := 0, 0, 0, true
	for i := range edits {
		f, list := m.someEdits(t, d.Tree(), gentle)
		before := d.Tree().File.Text()
		tree := d.Change(f, list)
		check(t, tree)
		pause := m.rng.IntN(4) == 0
		if pause || m.rng.IntN(4) == 0 {
			want := fresh.Parse(source.New("a.py", f.Text()))
			switch {
			case want.HasError || want.Partial != "":
				broken++
			case tree.HasError: // out of a broken tree the parser does not always find back at once
				lagging++
			default:
				valid++
				if diff := sameAs(tree, want); diff != "" {
					t.Fatalf("edit %d, %+v, leaves a valid file that is not as if fresh: %s\nfrom %q", i, list, diff, before)
				}
			}
			if pause {
				if diff := sameAs(d.Settle(), want); diff != "" {
					t.Fatalf("after edit %d, %+v, Settle is not as if fresh: %s\nfrom %q", i, list, diff, before)
				}
				if again := d.Settle(); again != d.Tree() {
					t.Fatal("a second Settle made another tree")
				}
			}
		}
		if m.rng.IntN(15) == 0 { // the file has become a mess: back to the start
			d.Close()
			d = NewDocument(source.New("a.py", text), patient)
			m.undo, gentle = nil, m.rng.IntN(3) > 0
		}
	}
	if valid < edits/12 || broken < edits/12 || lagging > edits/200 {
		t.Errorf("%d valid, %d broken, %d lagging states: not what was meant", valid, broken, lagging)
	}
}

// someEdits makes up one edit, or now and then a few at once.
func (m *mutator) someEdits(t *testing.T, tree *Tree, gentle bool) (*source.File, []source.Edit) {
	f := tree.File
	var list []source.Edit
	for i := range 1 + max(0, m.rng.IntN(12)-9) {
		e := m.next(f.Text())
		if gentle && i == 0 {
			e = m.gentle(tree)
		}
		m.took(f.Text(), e)
		g, err := f.Edit(e)
		if err != nil {
			t.Fatal(err)
		}
		f = g
		list = append(list, e)
	}
	return f, list
}
