package quickfix

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/source"
	"pavise/quickfix/fix"
)

// Beside is a file beside the code that a fix changes too: one edit, in a file that is there
// or in an empty one that is to be made.
type Beside struct {
	File   *source.File
	Create bool
	Edit   source.Edit
}

// After is the text of the file after the edit.
func (b *Beside) After() []byte {
	return source.Apply(b.File.Text(), []source.Edit{b.Edit})
}

// BesideEnvironment are the changes for variables of the environment that the code of a file
// reads from now on: the example of the project's .env names them, and git
// does not take the .env itself. Their values are nowhere written. There are none for a
// file that belongs to no project. read gives the text of a file.
func BesideEnvironment(path string, variables []string, read func(string) (*source.File, error)) []Beside {
	root := fix.ProjectOf(path, slices.Concat(fix.ProjectMarks, exampleNames))
	if root == "" || len(variables) == 0 {
		return nil
	}
	var out []Beside
	if b, ok := named(root, variables, read); ok {
		out = append(out, b)
	}
	if b, ok := ignored(root, read); ok {
		out = append(out, b)
	}
	return out
}

// exampleNames are the names that the example of a .env goes by; the first is that of
// one that is made.
var exampleNames = []string{".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env"}

// named adds variables to the example of the .env, which is made if there is none.
func named(root string, variables []string, read func(string) (*source.File, error)) (Beside, bool) {
	for _, name := range exampleNames {
		file, err := read(filepath.Join(root, name))
		if err != nil {
			continue
		}
		missing := slices.DeleteFunc(slices.Clone(variables), func(v string) bool {
			return regexp.MustCompile(`(?m)^[ \t#]*(?:export[ \t]+)?` + regexp.QuoteMeta(v) + `[ \t]*=`).Match(file.Text())
		})
		return adding(file, missing, "=")
	}
	path := filepath.Join(root, exampleNames[0])
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return Beside{}, false // it cannot be read
	}
	b, ok := adding(source.New(path, nil), variables, "=")
	b.Create = true
	return b, ok
}

// ignored adds .env to the nearest .gitignore, if there is one and none of those above
// ignores it either.
func ignored(root string, read func(string) (*source.File, error)) (Beside, bool) {
	var nearest *source.File
	for dir := root; ; dir = filepath.Dir(dir) {
		if file, err := read(filepath.Join(dir, ".gitignore")); err == nil {
			if ignoresEnv(file.Text()) {
				return Beside{}, false
			}
			if nearest == nil {
				nearest = file
			}
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil || dir == filepath.Dir(dir) {
			break
		}
	}
	if nearest == nil {
		return Beside{}, false
	}
	return adding(nearest, []string{".env"}, "")
}

// ignoresEnv reports whether a .gitignore has a pattern for .env.
func ignoresEnv(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		pattern := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "**/"), "/")
		if ok, err := filepath.Match(pattern, ".env"); pattern != "" && pattern[0] != '!' && err == nil && ok {
			return true
		}
	}
	return false
}

// adding adds lines to the end of a file, with the line ends that it has.
func adding(file *source.File, lines []string, end string) (Beside, bool) {
	text, eol := file.Text(), "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		eol = "\r\n"
	}
	var added strings.Builder
	if len(text) > 0 && text[len(text)-1] != '\n' {
		added.WriteString(eol)
	}
	for _, line := range lines {
		added.WriteString(line + end + eol)
	}
	at := file.Len()
	return Beside{File: file, Edit: source.Edit{Span: source.Span{Start: at, End: at}, New: added.String()}}, len(lines) > 0
}
