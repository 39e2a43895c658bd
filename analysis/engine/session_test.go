package engine_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// corpus is every Python text of testdata.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(testdata, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".py":
			out[path] = text
		case ".txtar":
			for _, f := range txtar.Parse(text).Files {
				if strings.HasSuffix(f.Name, ".py") {
					out[path+"/"+f.Name] = f.Data
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// everything shows all findings, so that nothing that differs is filtered away.
func everything() *config.Config {
	return config.Default().With(config.Settings{Profile: config.ProfileAudit})
}

func options(t testing.TB) engine.Options {
	return engine.Options{Config: everything(), OnPanic: func(r *analysis.Rule, path string, v any, stack []byte) {
		t.Errorf("%s: %s panicked: %v\n%s", path, r.ID, v, stack)
	}}
}

func describe(s *engine.Snapshot) string {
	if s == nil {
		return ""
	}
	var b strings.Builder
	for _, f := range s.Findings() {
		fmt.Fprintf(&b, "%d-%d %s %s %s %s", f.Span.Start, f.Span.End, f.Rule.ID, f.Confidence, f.Fingerprint, f.Message)
		for _, st := range f.Steps {
			fmt.Fprintf(&b, " [%s %d-%d %s]", filepath.Base(st.Path), st.Span.Start, st.Span.End, st.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestTypedEqualsOpened holds the incremental state to a fresh open under
// random edits over real texts.
func TestTypedEqualsOpened(t *testing.T) {
	edits := 10_000
	if testing.Short() {
		edits = 1_000
	}
	texts := corpus(t)
	var names []string
	for n, text := range texts {
		if len(text) > 600 {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	rng := rand.New(rand.NewPCG(seed(t), 11))
	const perFile = 50
	for done := 0; done < edits; done += perFile {
		name := names[rng.IntN(len(names))]
		s := engine.NewSession(options(t))
		s.Open(name, bytes.Clone(texts[name]))
		text := bytes.Clone(texts[name])
		for range perFile {
			e := randomEdit(rng, text, texts[names[rng.IntN(len(names))]])
			if _, err := s.Change(name, []source.Edit{e}); err != nil {
				t.Fatal(err)
			}
			text = source.Apply(text, []source.Edit{e})
			if rng.IntN(12) == 0 {
				text = undo(rng, t, s, name, text, texts[name])
			}
		}
		got := describe(s.Settle(name))
		fresh := describe(engine.Check(source.New(name, bytes.Clone(text)), options(t)))
		if got != fresh {
			os.WriteFile(filepath.Join(t.TempDir(), "text.py"), text, 0o600)
			t.Fatalf("%s after %d edits: typed:\n%s\nopened:\n%s\ntext:\n%s", name, done+perFile, got, fresh, text)
		}
		s.Close(name)
	}
}

// undo puts the original text back in one edit, as an editor's reload does.
func undo(_ *rand.Rand, t *testing.T, s *engine.Session, name string, text, original []byte) []byte {
	e := source.Edit{Span: source.Span{End: uint32(len(text))}, New: string(original)}
	if _, err := s.Change(name, []source.Edit{e}); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(original)
}

// seed of the random edits; PAVISE_SEED tries others.
func seed(t *testing.T) uint64 {
	if s := os.Getenv("PAVISE_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 7
}

var snippets = []string{
	"\n", " ", "    ", "x", "'", "\"", "\"\"\"", "(", ")", "[", "{", "}", ":", "#", "f\"", "return ", "def g(a):\n    return a\n", "import os\n",
	"request.args['q']", "@app.route('/x')\n", "é", "𝒳", "\r\n", "\t", "if x:\n", "# pavise: ignore[sql-injection]\n", "class C:\n    def m(self):\n        pass\n",
	"os.system(q)\n", "q = 1\n", "\\", ",", "=", "async ", "await ", "lambda: ", "*", "...",
}

func randomEdit(rng *rand.Rand, text, other []byte) source.Edit {
	at := uint32(0)
	if len(text) > 0 {
		at = uint32(rng.IntN(len(text) + 1))
	}
	switch rng.IntN(5) {
	case 0: // delete a little
		return source.Edit{Span: source.Span{Start: at, End: min(at+uint32(rng.IntN(8)), uint32(len(text)))}}
	case 1: // delete a line
		start := bytes.LastIndexByte(text[:at], '\n') + 1
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			return source.Edit{Span: source.Span{Start: uint32(start), End: uint32(len(text))}}
		}
		return source.Edit{Span: source.Span{Start: uint32(start), End: at + uint32(end) + 1}}
	case 2: // paste lines of another file
		lines := bytes.SplitAfter(other, []byte("\n"))
		i := rng.IntN(len(lines))
		n := min(len(lines)-i, 1+rng.IntN(6))
		start := uint32(bytes.LastIndexByte(text[:at], '\n') + 1)
		return source.Edit{Span: source.Span{Start: start, End: start}, New: string(bytes.Join(lines[i:i+n], nil))}
	}
	return source.Edit{Span: source.Span{Start: at, End: at}, New: snippets[rng.IntN(len(snippets))]}
}

// TestCutAnywhere analyses every text of testdata cut at every line.
func TestCutAnywhere(t *testing.T) {
	for name, text := range corpus(t) {
		for i, c := range text {
			if c == '\n' {
				engine.Check(source.New(name, bytes.Clone(text[:i])), options(t))
			}
		}
	}
}

// TestEditsElsewhereKeepResults wants an edit in one function to leave the
// findings of the others as they are, shifted.
func TestEditsElsewhereKeepResults(t *testing.T) {
	text := "import os\nfrom flask import request\n\ndef a():\n    return 1\n\ndef b():\n    os.system(request.args['q'])\n"
	s := engine.NewSession(options(t))
	before := s.Open("a.py", []byte(text)).Findings()
	if len(before) != 1 {
		t.Fatalf("want one finding, got %d", len(before))
	}
	at := uint32(strings.Index(text, "return 1"))
	snap, err := s.Change("a.py", []source.Edit{{Span: source.Span{Start: at, End: at}, New: "x = 1\n    "}})
	if err != nil {
		t.Fatal(err)
	}
	after := snap.Findings()
	if len(after) != 1 || after[0].Span.Start != before[0].Span.Start+10 {
		t.Errorf("want the finding 10 bytes further, got %+v", after)
	}
}

// TestRefusedEdit wants a change that cannot be to leave everything as it was.
func TestRefusedEdit(t *testing.T) {
	s := engine.NewSession(options(t))
	s.Open("a.py", []byte("x = 1\n"))
	if _, err := s.Change("a.py", []source.Edit{{Span: source.Span{Start: 90, End: 95}, New: "y"}}); err == nil {
		t.Error("an edit outside the text was taken")
	}
	if got := string(s.Snapshot("a.py").File().Text()); got != "x = 1\n" {
		t.Errorf("the text changed: %q", got)
	}
	if _, err := s.Change("b.py", nil); err == nil {
		t.Error("a change of a file that is not open was taken")
	}
}
