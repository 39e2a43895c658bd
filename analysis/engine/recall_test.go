package engine_test

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// disk is a project that changes on the disk between checks.
type disk struct {
	t    *testing.T
	dir  string
	kept []byte // what the last check remembered
}

// files are those of the project, by path, with all templates.
func (d *disk) files() map[string][]byte {
	out := map[string][]byte{}
	err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = text
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// check checks the Python files among some, with what was remembered or
// without.
func (d *disk) check(files map[string][]byte, workers int, recall bool) *engine.Batch {
	b := engine.NewBatch()
	for path, text := range files {
		if strings.HasSuffix(path, ".py") {
			b.Add(source.New(path, text), options(d.t))
		}
	}
	if recall {
		b.Recall(d.kept)
	}
	if err := b.Run(d.t.Context(), workers, nil); err != nil {
		d.t.Fatal(err)
	}
	return b
}

// all that a batch found.
func all(b *engine.Batch, files map[string][]byte) string {
	var out strings.Builder
	say := func(path string, s *engine.Snapshot) {
		if text := describe(s); text != "" || s.Note() != "" {
			fmt.Fprintf(&out, "%s: %s\n%s", path, s.Note(), text)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if s := b.Snapshot(path); s != nil {
			say(path, s)
		}
	}
	for _, s := range b.Others() {
		say(s.File().Path(), s)
	}
	return out.String()
}

// change does something to the files.
func (d *disk) change(rng *rand.Rand) string {
	files := d.files()
	paths := slices.Sorted(maps.Keys(files))
	path, other := paths[rng.IntN(len(paths))], paths[rng.IntN(len(paths))]
	must := func(err error) {
		if err != nil {
			d.t.Fatal(err)
		}
	}
	switch k := rng.IntN(12); {
	case k == 0 && len(paths) > 3:
		must(os.Remove(path))
		return "remove " + path
	case k == 1: // a new file, which an import may have led past
		names := []string{"helpers.py", "db.py", "views.py", "utils.py", "os.py", "__init__.py", "flask.py", filepath.Base(other)}
		fresh := filepath.Join(filepath.Dir(path), names[rng.IntN(len(names))])
		must(os.WriteFile(fresh, files[other], 0o600))
		return "write " + fresh
	case k == 2:
		to := filepath.Join(filepath.Dir(other), filepath.Base(path))
		must(os.Rename(path, to))
		return "rename " + path + " to " + to
	case k == 3 && len(paths) > 3: // a file becomes a package
		if dir, ok := strings.CutSuffix(path, ".py"); ok && filepath.Base(path) != "__init__.py" {
			if os.Mkdir(dir, 0o700) == nil {
				must(os.Rename(path, filepath.Join(dir, "__init__.py")))
			}
		}
		return "package " + path
	default:
		text := files[path]
		for range 1 + rng.IntN(3) {
			text = source.Apply(text, []source.Edit{randomEdit(rng, text, files[other])})
		}
		must(os.WriteFile(path, text, 0o600))
		return "edit " + path
	}
}

// roots are the projects and applications of testdata, each copied to a folder
// of its own.
func roots(t *testing.T) map[string]func() string {
	out := map[string]func() string{}
	for name, ar := range projects(t) {
		out[name] = func() string { return unpack(t, ar) }
	}
	apps, err := filepath.Glob(filepath.Join(testdata, "apps", "*"))
	if err != nil || len(apps) == 0 {
		t.Fatal("no applications", err)
	}
	for _, app := range apps {
		out["app "+filepath.Base(app)] = func() string {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(app)); err != nil {
				t.Fatal(err)
			}
			return dir
		}
	}
	return out
}

// TestRecalledEqualsFresh holds checks that recall earlier ones to such that do
// not, while files of a project change, come and go.
func TestRecalledEqualsFresh(t *testing.T) {
	steps := 12
	if testing.Short() {
		steps = 4
	}
	rng := rand.New(rand.NewPCG(seed(t), 17))
	worlds := roots(t)
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		d := &disk{t: t, dir: worlds[name]()}
		var did []string
		for range steps {
			files := d.files()
			if rng.IntN(4) == 0 { // only some of the files are checked
				maps.DeleteFunc(files, func(string, []byte) bool { return rng.IntN(3) == 0 })
			}
			warm, cold := d.check(files, 1+rng.IntN(3), true), d.check(files, 1, false)
			if got, want := all(warm, files), all(cold, files); got != want {
				t.Fatalf("%s: after\n%s\na check that recalls finds\n%s\na fresh one\n%s", name, strings.Join(did, "\n"), got, want)
			}
			if data := warm.Remember(rng.IntN(4) > 0); data != nil {
				d.kept = data
			}
			did = append(did, fmt.Sprintf("check of %d (%d recalled)", len(files), warm.Recalled()))
			for range rng.IntN(3) {
				did = append(did, d.change(rng))
			}
		}
	}
}

// TestRecallsAllButWhatChanged wants a check with nothing changed to analyse
// nothing, and an edit to cost what depends on it.
func TestRecallsAllButWhatChanged(t *testing.T) {
	worlds := roots(t)
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		d := &disk{t: t, dir: worlds[name]()}
		files := d.files()
		d.kept = d.check(files, 2, true).Remember(true)
		n := 0
		for path := range files {
			if strings.HasSuffix(path, ".py") {
				n++
			}
		}
		b := d.check(files, 2, true)
		if b.Recalled() != n {
			t.Errorf("%s: of %d files %d are recalled", name, n, b.Recalled())
		}
		if b.Remember(true) != nil {
			t.Errorf("%s: a check that found nothing new wants to remember", name)
		}
	}
}

// TestRecallsPerFile names what an edit costs.
func TestRecallsPerFile(t *testing.T) {
	d := &disk{t: t, dir: t.TempDir()}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("helper.py", "def tidy(x):\n    return x\n")
	write("user.py", "import os\nfrom flask import request\nfrom helper import tidy\n\ndef view():\n    os.system(tidy(request.args['q']))\n")
	write("alone.py", "import os\nfrom flask import request\n\ndef view():\n    os.system(request.args['q'])\n")
	write("hopeful.py", "import os\nfrom flask import request\nfrom later import quote\n\ndef view():\n    os.system(quote(request.args['q']))\n")
	step := func(what string, want int) {
		t.Helper()
		files := d.files()
		b := d.check(files, 1, true)
		if b.Recalled() != want {
			t.Errorf("%s: %d files are recalled, not %d", what, b.Recalled(), want)
		}
		if got, want := all(b, files), all(d.check(files, 1, false), files); got != want {
			t.Errorf("%s: recalled:\n%s\nfresh:\n%s", what, got, want)
		}
		if data := b.Remember(true); data != nil {
			d.kept = data
		}
	}
	step("first", 0)
	step("nothing changed", 4)
	write("alone.py", "import os\nfrom flask import request\n\n\ndef view():\n    os.system(request.args['q'])\n")
	step("a file that nobody imports", 3)
	write("helper.py", "import shlex\n\ndef tidy(x):\n    return shlex.quote(x)\n")
	step("a helper", 2)
	write("later.py", "import shlex\n\ndef quote(x):\n    return shlex.quote(x)\n")
	step("a module that was missing", 3)
}
