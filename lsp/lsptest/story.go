package lsptest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/lsp"
)

// Story plays a session archive. Its files are written to a new workspace
// folder, but for "script", which says what happens, and goldens, whose names
// hold an "@". Before the first file it says in words what is told.
//
//	client NAME                     be this editor (first, if at all)
//	set SECTION KEY=VALUE           change a setting of the editor
//	open FILE                       open a file with the text on disk
//	type FILE LINE:COLUMN "TEXT"    type a text, key by key
//	replace FILE "OLD" "NEW"        replace the first OLD, in one edit
//	write FILE GOLDEN               change a file on disk, and tell the server
//	save FILE, close FILE
//	shows FILE GOLDEN               the diagnostics of the file as it is now
//	silent FILE                     there are none
//	unheard FILE                    the server has never spoken of it
//	menu FILE "WORD" GOLDEN         what is offered on the first WORD
//	take FILE "WORD" "TITLE"        do what is offered under a title that holds TITLE
//	fixall FILE                     do the source.fixAll.pavise action
//	hover FILE "WORD" GOLDEN        what is shown over the first WORD
//	text FILE GOLDEN                the text in the editor
//	disk FILE GOLDEN                the text on the disk
//	said "WORDS"                    a message to the user holds the words
//
// Lines and columns count from one. With update, goldens are written anew.
func Story(t *testing.T, path string, update bool) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, archive: archive, dir: t.TempDir(), update: update}
	if s.dir, err = filepath.EvalSymlinks(s.dir); err != nil {
		t.Fatal(err)
	}
	var script string
	for _, f := range archive.Files {
		switch {
		case f.Name == "script":
			script = string(f.Data)
		case !strings.Contains(f.Name, "@"):
			s.write(f.Name, f.Data)
		}
	}
	for i, line := range strings.Split(script, "\n") {
		words, err := fields(line)
		if err != nil {
			t.Fatalf("script line %d: %v", i+1, err)
		}
		if len(words) > 0 {
			s.line = fmt.Sprintf("script line %d, %s", i+1, line)
			s.play(words)
		}
	}
	if update && s.changed {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type story struct {
	t        *testing.T
	archive  *txtar.Archive
	dir      string
	client   string
	settings map[string]any
	editor   *Editor
	line     string
	update   bool
	changed  bool
}

// fields splits at blanks; a quoted word is a Go string.
func fields(line string) ([]string, error) {
	var out []string
	for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			out, line = append(out, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		out, line = append(out, word), line[len(quoted):]
	}
	return out, nil
}

// steps are the words of a script, with the number of their arguments.
var steps = map[string]struct {
	args int
	do   func(s *story, a []string)
}{
	"client":  {1, func(s *story, a []string) { s.client = a[0] }},
	"set":     {2, (*story).set},
	"open":    {1, func(s *story, a []string) { s.ed().Open(a[0], s.read(a[0])) }},
	"type":    {3, func(s *story, a []string) { s.ed().Type(a[0], s.position(a[1]), a[2]) }},
	"replace": {3, func(s *story, a []string) { s.ed().Replace(a[0], a[1], a[2]) }},
	"write":   {2, (*story).rewrite},
	"save":    {1, (*story).save},
	"close":   {1, func(s *story, a []string) { s.ed().Close(a[0]) }},
	"shows":   {2, func(s *story, a []string) { s.golden(a[1], Describe(s.ed().Diagnostics(a[0]))) }},
	"silent":  {1, (*story).silent},
	"unheard": {1, (*story).unheard},
	"menu":    {3, func(s *story, a []string) { s.golden(a[2], menu(s.actions(a[0], a[1]))) }},
	"take":    {3, func(s *story, a []string) { s.ed().Take(s.actions(a[0], a[1]), a[2]); s.ed().Sync() }},
	"fixall":  {1, func(s *story, a []string) { s.ed().Take(s.ed().Actions(a[0], Range{}, "source.fixAll.pavise"), "") }},
	"hover":   {3, func(s *story, a []string) { s.golden(a[2], s.ed().Hover(a[0], s.ed().Find(a[0], a[1], 0).Start)+"\n") }},
	"text":    {2, func(s *story, a []string) { s.golden(a[1], s.ed().Text(a[0])) }},
	"disk":    {2, func(s *story, a []string) { s.golden(a[1], s.read(a[0])) }},
	"said":    {1, func(s *story, a []string) { s.ed().Note("window/showMessage", a[0]) }},
}

func (s *story) play(words []string) {
	s.t.Helper()
	step, ok := steps[words[0]]
	switch {
	case !ok:
		s.t.Fatalf("%s: there is no step %q; there are %q", s.line, words[0], slices.Sorted(maps.Keys(steps)))
	case len(words)-1 != step.args:
		s.t.Fatalf("%s: %s takes %d arguments", s.line, words[0], step.args)
	}
	step.do(s, words[1:])
}

// ed is the editor, started when it is first needed.
func (s *story) ed() *Editor {
	s.t.Helper()
	if s.editor == nil {
		s.editor = Start(s.t, Config{Client: s.client, Dir: s.dir, Settings: s.settings, Server: lsp.Options{Version: "story"}})
	}
	return s.editor
}

func (s *story) set(a []string) {
	key, text, _ := strings.Cut(a[1], "=")
	var v any = text
	if n, err := strconv.Atoi(text); err == nil {
		v = n
	} else if list, ok := strings.CutPrefix(text, "["); ok {
		v = strings.Split(strings.TrimSuffix(list, "]"), ",")
	}
	section, _ := s.settings[a[0]].(map[string]any)
	section = maps.Clone(section)
	if section == nil {
		section = map[string]any{}
	}
	section[key] = v
	if s.settings == nil {
		s.settings = map[string]any{}
	}
	s.settings[a[0]] = section
	if s.editor != nil {
		s.editor.Set(a[0], section)
	}
}

func (s *story) position(text string) Position {
	s.t.Helper()
	var line, column int
	if _, err := fmt.Sscanf(text, "%d:%d", &line, &column); err != nil {
		s.t.Fatalf("%s: %q is not LINE:COLUMN", s.line, text)
	}
	return Position{line - 1, column - 1}
}

func (s *story) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatalf("%s: %v", s.line, err)
	}
	return string(text)
}

func (s *story) write(name string, text []byte) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path+"~", text, 0o644); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(path+"~", path); err != nil { // in one step: the server may be reading
		s.t.Fatal(err)
	}
}

func (s *story) rewrite(a []string) {
	s.t.Helper()
	i := s.index(a[1])
	if i < 0 {
		s.t.Fatalf("%s: the archive has no %s", s.line, a[1])
	}
	s.write(a[0], s.archive.Files[i].Data)
	s.touched(a[0])
}

// touched tells the server that a file has changed on the disk.
func (s *story) touched(name string) {
	message := watched(s.ed().URI(name))
	s.ed().Notify(message["method"].(string), message["params"])
	s.ed().Sync()
}

func (s *story) save(a []string) {
	s.t.Helper()
	s.write(a[0], []byte(s.ed().Text(a[0])))
	s.ed().Save(a[0])
	if language(a[0]) == "toml" {
		s.touched(a[0])
	}
}

func (s *story) silent(a []string) {
	s.t.Helper()
	if found := s.ed().Diagnostics(a[0]); len(found) > 0 {
		s.t.Errorf("%s: there are\n%s", s.line, Describe(found))
	}
}

func (s *story) unheard(a []string) {
	s.t.Helper()
	s.ed().Sync()
	if n := len(s.ed().Pushes(a[0])); n > 0 {
		s.t.Errorf("%s: diagnostics came %d times", s.line, n)
	}
}

func (s *story) actions(name, word string) []Action {
	return s.ed().Actions(name, s.ed().Find(name, word, 0))
}

func (s *story) index(name string) int {
	return slices.IndexFunc(s.archive.Files, func(f txtar.File) bool { return f.Name == name })
}

// golden compares, or with update keeps.
func (s *story) golden(name, got string) {
	s.t.Helper()
	got = strings.ReplaceAll(got, URI(s.dir), "file:///workspace")
	i := s.index(name)
	if i >= 0 && bytes.Equal(s.archive.Files[i].Data, []byte(got)) {
		return
	}
	if !s.update {
		want := []byte("(nothing: the archive lacks it; run with -update)")
		if i >= 0 {
			want = s.archive.Files[i].Data
		}
		s.t.Errorf("%s: %s differs; got\n%s\nwant\n%s", s.line, name, got, want)
		return
	}
	if i < 0 {
		i = len(s.archive.Files)
		s.archive.Files = append(s.archive.Files, txtar.File{Name: name})
	}
	s.archive.Files[i].Data = []byte(got)
	s.changed = true
}

// Describe writes diagnostics for people, one a line, their steps indented.
func Describe(all []Diagnostic) string {
	var b strings.Builder
	for _, d := range all {
		severity := [...]string{"none", "error", "warning", "information", "hint"}[d.Severity]
		fmt.Fprintf(&b, "%s: %s %s: %s\n", describeRange(d.Range), severity, d.Code, d.Message)
		for _, r := range d.Related {
			fmt.Fprintf(&b, "    %s: %s\n", describeRange(r.Location.Range), r.Message)
		}
	}
	return b.String()
}

func describeRange(r Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line+1, r.Start.Character+1, r.End.Line+1, r.End.Character+1)
}

func menu(actions []Action) string {
	var b strings.Builder
	for _, a := range actions {
		b.WriteString(a.Title)
		if a.IsPreferred != nil && *a.IsPreferred {
			b.WriteString(" (preferred)")
		}
		if a.Disabled != nil {
			b.WriteString(" (no: " + a.Disabled.Reason + ")")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
