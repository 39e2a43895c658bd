package quickfix

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"pavise/analysis/source"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// distribution is a package that fixes import, as a project asks for it.
type distribution struct{ name, least string }

// distributions are by the root of their imports those that a project does not have because
// of its framework.
var distributions = map[string]distribution{
	"argon2":     {"argon2-cffi", "23.1"},
	"bleach":     {"bleach", "6.0"},
	"defusedxml": {"defusedxml", "0.7.1"},
	"flask_wtf":  {"Flask-WTF", "1.1"},
	"nh3":        {"nh3", "0.2"},
}

var newImport = regexp.MustCompile(`(?m)^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)`)

// requirement is the name of the distribution that edits import and the file did not, "" if there
// is none.
func requirement(file *pyedit.File, edits []source.Edit) string {
	for _, e := range edits {
		for _, m := range newImport.FindAllStringSubmatch(e.New, -1) {
			if d, ok := distributions[m[1]]; ok && !file.ImportsRoot(m[1]) {
				return d.name
			}
		}
	}
	return ""
}

// require notes what an action imports, and says in its caveat where it is asked for.
func (a *Action) require(file *pyedit.File) {
	a.Requirement = requirement(file, a.Edits)
	if a.Requirement == "" || a.Caveat == "" {
		return
	}
	path, err := filepath.Abs(file.Tree.File.Path())
	if _, missing := os.Stat(path); err != nil || missing != nil {
		path = ""
	}
	read := func(path string) (*source.File, error) {
		text, err := os.ReadFile(path)
		return source.New(path, text), err
	}
	switch b, known := besideRequirement(path, a.Requirement, read); {
	case b != nil:
		a.Caveat = "Adds " + a.Requirement + " to " + filepath.Base(b.File.Path()) + ": install it. " + a.Caveat
	case !known:
		a.Caveat = "Run pip install " + a.Requirement + ". " + a.Caveat
	}
}

// BesideRequirement is the change of the file in which the project of a file names what it
// depends on: a distribution that is not there yet. It is nil if it is, or if there is no
// such file. read gives the text of a file.
func BesideRequirement(path, name string, read func(string) (*source.File, error)) *Beside {
	b, _ := besideRequirement(path, name, read)
	return b
}

// dependencyFiles are the files that name what a project depends on, the preferred first.
var dependencyFiles = []struct {
	name string
	add  func(file *source.File, d distribution) (source.Edit, bool)
}{
	{"requirements.in", addLine},
	{"requirements.txt", addLine},
	{"pyproject.toml", addTOML},
	{"Pipfile", addTOML},
	{"requirements/base.txt", addLine},
}

// besideRequirement looks in the nearest folder upward that has such a file; known is set if
// one there names the distribution.
func besideRequirement(path, name string, read func(string) (*source.File, error)) (b *Beside, known bool) {
	root := fix.ProjectOf(path, fix.ProjectMarks)
	if root == "" || name == "" {
		return nil, false
	}
	var files []*source.File
	for dir := filepath.Dir(path); len(files) == 0; dir = filepath.Dir(dir) {
		for _, f := range dependencyFiles {
			if file, err := read(filepath.Join(dir, filepath.FromSlash(f.name))); err == nil {
				if lists(file.Text(), name) {
					return nil, true
				}
				files = append(files, file)
			}
		}
		if dir == root || dir == filepath.Dir(dir) {
			break
		}
	}
	for _, d := range distributions {
		if d.name != name {
			continue
		}
		for _, file := range files {
			for _, f := range dependencyFiles {
				if !strings.HasSuffix(filepath.ToSlash(file.Path()), "/"+f.name) {
					continue
				}
				if e, ok := f.add(file, d); ok {
					return &Beside{File: file, Edit: e}, false
				}
			}
		}
	}
	return nil, false
}

// lists reports whether a text names a distribution, in whatever spelling.
func lists(text []byte, name string) bool {
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range words.FindAllString(line, -1) {
			if normal(word) == normal(name) {
				return true
			}
		}
	}
	return false
}

var (
	words      = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9._-]*`)
	separators = regexp.MustCompile(`[-_.]+`)
)

// normal is the name of a distribution as indexes compare it.
func normal(name string) string { return strings.ToLower(separators.ReplaceAllString(name, "-")) }

var requirementLine = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ \t]*((?:===?|~=|>=?|<=?|!=)[^;#]*)?(?:;[^#]*)?(?:#.*)?$`)

// addLine adds a distribution to a list of pip: pinned if all in it are, without a version if none
// has one, and in its place if it is sorted. A list that a tool writes is left alone.
func addLine(file *source.File, d distribution) (source.Edit, bool) {
	text := string(file.Text())
	if strings.ContainsRune(text, 0) || strings.Contains(text, "--hash") || generated.MatchString(text) {
		return source.Edit{}, false
	}
	eol, pins, bare, all, sorted, last := "\n", 0, 0, 0, true, ""
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	at, off := -1, 0 // the place before the first that is greater
	for raw := range strings.Lines(text) {
		line := strings.TrimSpace(raw)
		switch m := requirementLine.FindStringSubmatch(line); {
		case m != nil:
			name := normal(m[1])
			sorted = sorted && last <= name
			if last = name; at < 0 && name > normal(d.name) {
				at = off
			}
			all++
			if m[2] == "" {
				bare++
			} else if strings.HasPrefix(m[2], "==") {
				pins++
			}
		case strings.HasPrefix(line, "."), strings.HasPrefix(line, "-e ."):
			return source.Edit{}, false // the project itself says what it needs
		case all > 0 && (line != "" || off+len(raw) < len(text)):
			sorted = false // sections
		}
		off += len(raw)
	}
	added := d.name + ">=" + d.least
	switch {
	case all > 0 && bare == all:
		added = d.name
	case all > 0 && pins == all:
		added = d.name + "==" + d.least + strings.Repeat(".0", 2-strings.Count(d.least, "."))
	}
	added += eol
	if at < 0 || !sorted || all < 2 {
		if at = len(text); text != "" && !strings.HasSuffix(text, "\n") {
			added = eol + added
		}
	}
	return source.Edit{Span: source.Span{Start: uint32(at), End: uint32(at)}, New: added}, true
}

// generated recognises lists that tools write from others.
var generated = regexp.MustCompile(`(?i)autogenerated|auto-generated|generated by|pip-compile|uv (?:export|pip compile)`)

var (
	projectTable  = regexp.MustCompile(`(?m)^\[project\][ \t]*(?:#[^\n]*)?\r?$`)
	dependencyKey = regexp.MustCompile(`(?m)^[ \t]*dependencies[ \t]*=[ \t]*\[`)
	anyTable      = regexp.MustCompile(`(?m)^\[`)
	keyTables     = regexp.MustCompile(`(?m)^\[(?:tool\.poetry\.dependencies|packages)\][ \t]*(?:#[^\n]*)?\r?$`)
	keyLine       = regexp.MustCompile(`(?m)^[ \t]*["']?[A-Za-z0-9][^=\n]*=[^\n]*$`)
)

// addTOML adds a distribution to a pyproject.toml or a Pipfile. The result is read again, and
// must say the same and one thing more.
func addTOML(file *source.File, d distribution) (source.Edit, bool) {
	text := string(file.Text())
	e, ok := addToArray(text, d)
	if !ok {
		if e, ok = addKey(text, d); !ok {
			return e, false
		}
	}
	before, ok := tables(file.Text())
	if !ok {
		return e, false
	}
	after, ok := tables(source.Apply(file.Text(), []source.Edit{e}))
	if !ok || len(after) != len(before)+1 {
		return e, false
	}
	for _, x := range before {
		i := slices.Index(after, x)
		if i < 0 {
			return e, false
		}
		after = slices.Delete(after, i, i+1)
	}
	return e, strings.HasPrefix(after[0], d.name)
}

// tables are the dependencies that a pyproject.toml or a Pipfile names.
func tables(text []byte) ([]string, bool) {
	var x struct {
		Project  struct{ Dependencies []string }
		Packages map[string]any
		Tool     struct {
			Poetry struct{ Dependencies map[string]any }
		}
	}
	if toml.NewDecoder(bytes.NewReader(text)).Decode(&x) != nil {
		return nil, false
	}
	out := slices.Clone(x.Project.Dependencies)
	out = slices.AppendSeq(out, maps.Keys(x.Packages))
	return slices.AppendSeq(out, maps.Keys(x.Tool.Poetry.Dependencies)), true
}

// table is the stretch of text below a header that a pattern finds.
func table(text string, header *regexp.Regexp) (start, end int, ok bool) {
	m := header.FindStringIndex(text)
	if m == nil {
		return 0, 0, false
	}
	end = len(text)
	if next := anyTable.FindStringIndex(text[m[1]:]); next != nil {
		end = m[1] + next[0]
	}
	return m[1], end, true
}

// addToArray adds to the array of dependencies of a project.
func addToArray(text string, d distribution) (e source.Edit, ok bool) {
	start, end, ok := table(text, projectTable)
	if !ok {
		return e, false
	}
	m := dependencyKey.FindStringIndex(text[start:end])
	if m == nil {
		return e, false
	}
	first := start + m[1]
	last, comma, closing := arrayEnd(text, first)
	if closing < 0 {
		return e, false
	}
	inside := text[first:closing]
	quote := `"`
	if strings.Contains(inside, "'") && !strings.Contains(inside, `"`) {
		quote = "'"
	}
	item := quote + d.name + ">=" + d.least + quote
	at := func(from, to int, text string) (source.Edit, bool) {
		return source.Edit{Span: source.Span{Start: uint32(from), End: uint32(to)}, New: text}, true
	}
	if !strings.Contains(inside, "\n") {
		switch {
		case last < 0:
			return at(first, closing, item)
		case comma:
			return at(last, closing, ", "+item+","+text[last+strings.IndexByte(text[last:], ',')+1:closing])
		}
		return at(last, last, ", "+item)
	}
	eol := "\n"
	if strings.Contains(inside, "\r\n") {
		eol = "\r\n"
	}
	if last < 0 {
		return at(first, first, eol+"    "+item+",")
	}
	lineStart := strings.LastIndexByte(text[:last], '\n') + 1
	indent := text[lineStart : lineStart+len(text[lineStart:])-len(strings.TrimLeft(text[lineStart:], " \t"))]
	if lineStart < first {
		indent = "    "
	}
	lineEnd := last + strings.IndexByte(text[last:], '\n')
	if lineEnd > closing {
		return at(last, last, ","+eol+indent+item) // the bracket closes on the line of the last item
	}
	rest := strings.TrimSuffix(text[last:lineEnd], "\r")
	if !comma {
		return at(last, last+len(rest), ","+rest+eol+indent+item)
	}
	return at(last+len(rest), last+len(rest), eol+indent+item+",")
}

// arrayEnd finds in an array of strings the end of the last, whether a comma follows it, and the closing
// bracket: -1 for what is not there.
func arrayEnd(text string, at int) (last int, comma bool, closing int) {
	last = -1
	for at < len(text) {
		switch c := text[at]; c {
		case ']':
			return last, comma, at
		case '#':
			n := strings.IndexByte(text[at:], '\n')
			if n < 0 {
				return last, comma, -1
			}
			at += n
		case '"', '\'':
			n := at + 1
			for n < len(text) && text[n] != c && text[n] != '\n' {
				if c == '"' && text[n] == '\\' {
					n++
				}
				n++
			}
			if n >= len(text) || text[n] != c {
				return last, comma, -1
			}
			at, last, comma = n, n+1, false
		case ',':
			comma = true
		case '[', '{':
			return last, comma, -1
		}
		at++
	}
	return last, comma, -1
}

// addKey adds to a table whose keys are the distributions.
func addKey(text string, d distribution) (e source.Edit, ok bool) {
	start, end, ok := table(text, keyTables)
	if !ok {
		return e, false
	}
	lines := keyLine.FindAllStringIndex(text[start:end], -1)
	at, open := start, 0
	for _, m := range lines {
		at = start + m[1]
		if strings.HasSuffix(strings.TrimSpace(text[start+m[0]:at]), `"*"`) {
			open++
		}
	}
	if at > 0 && at <= len(text) && text[at-1] == '\r' {
		at--
	}
	eol, version := "\n", ">="+d.least
	if strings.Contains(text, "\r\n") {
		eol = "\r\n"
	}
	if open > 0 && open >= len(lines)-1 {
		version = "*"
	}
	return source.Edit{Span: source.Span{Start: uint32(at), End: uint32(at)}, New: eol + d.name + ` = "` + version + `"`}, true
}
