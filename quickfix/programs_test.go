package quickfix_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/source"
	"pavise/quickfix"
)

// programs are whole programs of the test data, small applications and the
// files of the rules' archives, by name.
func programs(t testing.TB) (names []string, texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	add := func(name, text string) {
		if len(text) < 1<<14 {
			names = append(names, name)
			texts[name] = text
		}
	}
	for _, dir := range []string{"apps", "clean", "demo", "projects", "rules"} {
		err := filepath.WalkDir(filepath.Join("..", "testdata", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			switch filepath.Ext(path) {
			case ".py":
				add(path, string(text))
			case ".txtar":
				for _, f := range txtar.Parse(text).Files {
					if strings.HasSuffix(f.Name, ".py") {
						add(path+":"+f.Name, string(f.Data))
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names, texts
}

// TestFixedProgramsCompile has Python compile what each action of each
// program gives.
func TestFixedProgramsCompile(t *testing.T) {
	var results []goldenFile
	names, texts := programs(t)
	for _, name := range names {
		text := []byte(texts[name])
		s := check(t, "program.py", text)
		list := s.Findings()
		for i := range list {
			for _, a := range quickfix.Actions(s, &list[i]) {
				if a.Refusal == "" {
					results = append(results, goldenFile{fmt.Sprintf("%s:%d: %s", name, s.File().LineAt(list[i].Span.Start)+1, a.Name), texts[name], string(source.Apply(text, a.Edits))})
				}
			}
		}
	}
	if len(results) < 1000 {
		t.Errorf("only %d actions in %d programs", len(results), len(names))
	}
	compileAll(t, results)
}

// TestMutatedPrograms applies every fix to programs that somebody is in the
// middle of editing: every fourth one, or all of them with -mutations above 12.
func TestMutatedPrograms(t *testing.T) {
	names, texts := programs(t)
	for i, name := range names {
		if i%4 == 0 || *mutations > 12 {
			tryAll(t, mutate(texts[name], uint64(i)+1+uint64(i/4)%3))
		}
	}
}
