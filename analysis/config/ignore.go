package config

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// pattern is one line of a .gitignore file, or one entry of exclude, which has
// the same form.
type pattern struct {
	glob     string // for doublestar
	literal  bool   // glob has no special character
	negated  bool   // "!": what matches is not ignored after all
	dirOnly  bool   // "x/": folders only
	anchored bool   // holds a slash: matched against the whole path, else against the last name
}

// parsePattern reads a line as git does. It is false for blank lines, comments
// and globs that are not well formed.
func parsePattern(line string) (pattern, bool) {
	line = trimSpaces(line)
	if line == "" || line[0] == '#' {
		return pattern{}, false
	}
	var p pattern
	if rest, ok := strings.CutPrefix(line, "!"); ok {
		p.negated, line = true, rest
	}
	if rest, ok := strings.CutSuffix(line, "/"); ok {
		p.dirOnly, line = true, rest
	}
	p.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if strings.HasSuffix(line, "/**") {
		line += "/*" // what is in the folder, not the folder: a later "!" can reach inside
	}
	if line == "" {
		return pattern{}, false
	}
	p.literal = !strings.ContainsAny(line, `*?[\`)
	p.glob = line
	if !p.literal {
		p.glob = escapeBraces(line)
	}
	return p, doublestar.ValidatePattern(p.glob)
}

func parsePatterns(lines []string) []pattern {
	var list []pattern
	for _, l := range lines {
		if p, ok := parsePattern(l); ok {
			list = append(list, p)
		}
	}
	return list
}

// trimSpaces cuts the spaces at the end that no backslash protects.
func trimSpaces(line string) string {
	line = strings.TrimRight(line, "\r\n")
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	return line
}

// escapeBraces takes away the meaning that braces have for doublestar but not
// for git.
func escapeBraces(glob string) string {
	if !strings.ContainsAny(glob, "{}") {
		return glob
	}
	return strings.NewReplacer(`\{`, `\{`, `\}`, `\}`, `{`, `\{`, `}`, `\}`).Replace(glob)
}

// matchesEntry matches a path relative to the pattern's folder, in slashes,
// but not the folders that it lies in.
func (p *pattern) matchesEntry(rel string, dir bool) bool {
	if p.dirOnly && !dir {
		return false
	}
	if !p.anchored {
		rel = path.Base(rel)
	}
	if p.literal {
		return rel == p.glob
	}
	return doublestar.MatchUnvalidated(p.glob, rel)
}

// matches is matchesEntry for the path or any folder that it lies in.
func (p *pattern) matches(rel string, dir bool) bool {
	if p.matchesEntry(rel, dir) {
		return true
	}
	for i := len(rel) - 1; i > 0; i-- {
		if rel[i] == '/' && p.matchesEntry(rel[:i], true) {
			return true
		}
	}
	return false
}

// ignoreFile is the patterns of one .gitignore.
type ignoreFile struct {
	dir      string // absolute, in slashes, without one at the end
	patterns []pattern
}

func parseIgnore(dir string, text []byte) ignoreFile {
	f := ignoreFile{dir: strings.TrimSuffix(filepath.ToSlash(dir), "/")}
	for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))) {
		if p, ok := parsePattern(string(line)); ok {
			f.patterns = append(f.patterns, p)
		}
	}
	return f
}

// decide reports what the last pattern that matches the entry at the absolute
// path says.
func decide(patterns []pattern, dir, abs string, isDir bool) (ignored, decided bool) {
	rel, ok := strings.CutPrefix(abs, dir+"/")
	if !ok {
		return false, false
	}
	for i := len(patterns) - 1; i >= 0; i-- {
		if patterns[i].matchesEntry(rel, isDir) {
			return !patterns[i].negated, true
		}
	}
	return false, false
}

// relative is path relative to the folder of the configuration, in slashes;
// false if it lies outside.
func (c *Config) relative(file string) (string, bool) {
	dir, err := filepath.Abs(c.Dir())
	if err != nil {
		return "", false
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(filepath.ToSlash(abs), strings.TrimSuffix(filepath.ToSlash(dir), "/")+"/")
}

// Excluded reports whether exclude names the file or a folder that it lies in,
// or there is an include that does not. The path is absolute, or relative to
// the working folder.
func (c *Config) Excluded(file string) bool {
	rel, ok := c.relative(file)
	if !ok {
		return false
	}
	for i := len(c.exclude) - 1; i >= 0; i-- {
		if !c.exclude[i].matches(rel, false) {
			continue
		}
		if !c.exclude[i].negated {
			return true
		}
		break
	}
	return len(c.include) > 0 && !c.included(rel)
}

// Includes reports whether there is an include that names the file.
func (c *Config) Includes(file string) bool {
	rel, ok := c.relative(file)
	return ok && len(c.include) > 0 && c.included(rel)
}

// included reports whether a file is one of those that are read: by its path
// relative to the folder of the configuration.
func (c *Config) included(rel string) bool {
	for i := len(c.include) - 1; i >= 0; i-- {
		if p := &c.include[i]; p.matchesEntry(rel, false) || IsSource(rel) && p.matches(rel, false) {
			return !p.negated
		}
	}
	return false
}
