package quickfix_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/quickfix"
)

var update = flag.Bool("update", false, "rewrite the goldens of fixes")

const testdata = "../testdata/fixes"

func check(t testing.TB, name string, text []byte) *engine.Snapshot {
	t.Helper()
	audit := config.Default().With(config.Settings{Profile: config.ProfileAudit})
	return engine.Check(source.New(name, text), engine.Options{Config: audit, OnPanic: func(r *analysis.Rule, path string, v any, stack []byte) {
		t.Errorf("%s: %s panicked: %v\n%s", path, r.ID, v, stack)
	}})
}

// checkTemplate is one template of an application, in the folder templates
// beside its Python files.
func checkTemplate(t testing.TB, files map[string][]byte, base string, text []byte) *engine.Snapshot {
	t.Helper()
	dir := t.TempDir()
	b := engine.NewBatch()
	audit := config.Default().With(config.Settings{Profile: config.ProfileAudit})
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o755); err != nil {
		t.Fatal(err)
	}
	at := ""
	for name, data := range files {
		path := filepath.Join(dir, name)
		if name == base {
			data = text
		}
		if strings.HasSuffix(name, ".py") {
			b.Add(source.New(path, data), engine.Options{Config: audit})
			continue
		}
		path = filepath.Join(dir, "templates", name)
		if name == base {
			at = path
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Run(context.Background(), 1, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.Others() {
		if s.File().Path() == at {
			return s
		}
	}
	return engine.Check(source.New("nothing.py", nil), engine.Options{Config: audit})
}

// checkProject is one file of a project: all files of the archive that lie in the same
// folder.
func checkProject(t testing.TB, files map[string][]byte, base string, text []byte) *engine.Snapshot {
	t.Helper()
	dir := t.TempDir()
	b := engine.NewBatch()
	audit := config.Default().With(config.Settings{Profile: config.ProfileAudit})
	folder, _, _ := strings.Cut(base, "/")
	for name, data := range files {
		if !strings.HasPrefix(name, folder+"/") {
			continue
		}
		if name == base {
			data = text
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".py") {
			b.Add(source.New(path, data), engine.Options{Config: audit})
		}
	}
	if err := b.Run(context.Background(), 1, nil); err != nil {
		t.Fatal(err)
	}
	return b.Snapshot(filepath.Join(dir, base))
}

// archives are the golden archives of all fixes.
func archives(t testing.TB) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(testdata, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".txtar") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// offered is the first action of a fix that some finding of a file offers, and
// failing that the refusals of the fix.
func offered(s *engine.Snapshot, name string) (f *analysis.Finding, a *quickfix.Action, refusals []string) {
	list := s.Findings()
	for i := range list {
		for _, x := range quickfix.Actions(s, &list[i]) {
			if x.Name != name {
				continue
			}
			if x.Refusal == "" {
				return &list[i], &x, nil
			}
			refusals = append(refusals, x.Refusal)
		}
	}
	return nil, nil, refusals
}

// TestGoldens applies each fix to its cases. A section "case.py@fix-name" is
// case.py after the fix of the first finding that offers it, and what becomes of other files
// of its project, those of the same folder in the archive;
// "case.py@fix-name!refused" holds the words of its refusal.
func TestGoldens(t *testing.T) {
	var compiled []goldenFile
	for _, path := range archives(t) {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(path, testdata+"/"), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inputs, changed := map[string][]byte{}, false
			for i, file := range a.Files {
				base, name, golden := strings.Cut(file.Name, "@")
				if !golden {
					inputs[base] = file.Data
					continue
				}
				look := func(text []byte) *engine.Snapshot { return check(t, base, text) }
				if strings.Contains(base, "/") {
					look = func(text []byte) *engine.Snapshot { return checkProject(t, inputs, base, text) }
				} else if isTemplate := !strings.HasSuffix(base, ".py"); isTemplate {
					look = func(text []byte) *engine.Snapshot { return checkTemplate(t, inputs, base, text) }
				}
				got, ok := run(t, look, base, inputs[base], name, string(file.Data))
				if ok && !strings.HasSuffix(name, "!refused") && !strings.Contains(base, "/") && strings.HasSuffix(base, ".py") {
					compiled = append(compiled, goldenFile{path + ":" + file.Name, string(inputs[base]), got})
				}
				if *update && ok && got != string(file.Data) {
					a.Files[i].Data, changed = []byte(got), true
				}
			}
			if changed {
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	compileAll(t, compiled)
}

// run applies one fix to one case and compares; it returns what the golden
// should be.
func run(t *testing.T, look func([]byte) *engine.Snapshot, base string, input []byte, name, want string) (got string, ok bool) {
	t.Helper()
	if input == nil {
		t.Errorf("%s@%s has no input above it", base, name)
		return "", false
	}
	s := look(input)
	if name, refused := strings.CutSuffix(name, "!refused"); refused {
		return refusal(t, s, base, name, strings.TrimSpace(want))
	}
	f, a, refusals := offered(s, name)
	if a == nil {
		t.Errorf("%s: %s is not offered: %q\n%s", base, name, refusals, findings(s))
		return "", false
	}
	text := source.Apply(input, a.Edits)
	got = header(a) + string(text)
	for _, o := range a.Others {
		got += "#: " + filepath.Base(o.File.Path()) + "\n" + string(source.Apply(o.File.Text(), o.Edits))
	}
	if got != want && !*update {
		t.Errorf("%s@%s\n--- got\n%s--- want\n%s", base, name, got, want)
	}
	once(t, look(text), base, name, f)
	return got, true
}

// header tells title, safety and caveat in the golden's first lines.
func header(a *quickfix.Action) string {
	text := "#: " + a.Title + "\n"
	if a.Safety == quickfix.Review {
		text += "#: review: " + a.Caveat + "\n"
	}
	return text
}

func refusal(t *testing.T, s *engine.Snapshot, base, name, want string) (string, bool) {
	t.Helper()
	_, a, refusals := offered(s, name)
	if a != nil {
		t.Errorf("%s: %s is offered: %s\n%s", base, name, a.Title, source.Apply(s.File().Text(), a.Edits))
		return "", false
	}
	for _, r := range refusals {
		if want != "" && strings.Contains(r, want) {
			return want + "\n", true
		}
	}
	if *update && len(refusals) > 0 {
		return refusals[0] + "\n", true
	}
	t.Errorf("%s: %s is refused with %q, want %q\n%s", base, name, refusals, want, findings(s))
	return "", false
}

func findings(s *engine.Snapshot) string {
	var b strings.Builder
	list := s.Findings()
	for i := range list {
		f := &list[i]
		fmt.Fprintf(&b, "  line %d: %s: %s\n", s.File().LineAt(f.Span.Start)+1, f.Rule.ID, s.File().Text()[f.Span.Start:f.Span.End])
	}
	return b.String()
}

// once fails the test if the fix is offered again where it was applied.
func once(t *testing.T, s *engine.Snapshot, base, name string, f *analysis.Finding) {
	t.Helper()
	list := s.Findings()
	for i := range list {
		if list[i].Rule != f.Rule || list[i].Span.Start != f.Span.Start {
			continue
		}
		for _, x := range quickfix.Actions(s, &list[i]) {
			if x.Name == name && x.Refusal == "" {
				t.Errorf("%s: %s is offered again", base, name)
			}
		}
	}
}

// goldenFile is the result of a fix, and the text that it was made from.
type goldenFile struct{ Name, Before, Text string }

// compileAll has a Python on this machine compile results, except those of
// texts that it does not compile either.
func compileAll(t *testing.T, files []goldenFile) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("NO python3 ON THIS MACHINE: the results are not compiled")
		return
	}
	in, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	program := "import sys, json, warnings\nwarnings.simplefilter('error')\n" +
		"def fault(text):\n try: compile(text, 'x', 'exec')\n except (SyntaxError, Warning) as e: return e\n" +
		"for f in json.load(sys.stdin):\n e = fault(f['Text'])\n if e and not fault(f['Before']): print(f['Name'], e)\n"
	cmd := exec.Command(python, "-c", program)
	cmd.Stdin = strings.NewReader(string(in))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Logf("python3 DOES NOT RUN, the results are not compiled: %v\n%s", err, out)
		return
	}
	if len(out) > 0 {
		t.Errorf("results that Python does not compile:\n%s", out)
	}
}
