package engine

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"pavise/analysis/lang/python"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// project follows names that one file of a project imports from another: a
// module that passes on what it imported itself. Files are read from the disk,
// only what an import names, and kept until they change.
type project struct {
	mu      sync.Mutex // guards modules
	modules map[string]*passedOn
}

// passedOn are the names that a module has by importing them.
type passedOn struct {
	size    int64
	changed time.Time
	names   map[string]string // name -> dotted target, relative ones with their dots
	stars   []string
}

const (
	maxModule    = 1 << 20 // bytes of a module that is read for its imports
	maxAncestors = 8       // folders above a file in which an absolute import is looked for
	maxHops      = 5       // modules that pass a name on
)

// resolve follows a dotted import target of the file at path to what it stands
// for; the target itself if no module of the project passes it on.
func (p *project) resolve(path, target string) string {
	if !filepath.IsAbs(path) {
		abs, err := filepath.Abs(path)
		if err != nil {
			return target
		}
		path = abs
	}
	at, name := path, target
	for range maxHops {
		file, symbol := p.locate(at, name)
		if file == "" {
			break
		}
		m := p.load(file)
		if m == nil {
			break
		}
		next, ok := m.names[symbol]
		if !ok {
			if len(m.stars) != 1 {
				break
			}
			next = m.stars[0] + "." + symbol
		}
		at, name = file, next
		if !strings.HasPrefix(name, ".") {
			target = name
		}
	}
	return target
}

// locate finds the file of the module that a target names a symbol of.
func (p *project) locate(path, target string) (file, symbol string) {
	dots := 0
	for dots < len(target) && target[dots] == '.' {
		dots++
	}
	rest := target[dots:]
	module := ""
	if i := strings.LastIndexByte(rest, '.'); i >= 0 {
		module, symbol = rest[:i], rest[i+1:]
	} else {
		symbol = rest
	}
	inside := filepath.FromSlash(strings.ReplaceAll(module, ".", "/"))
	dir := filepath.Dir(path)
	if dots > 0 {
		for range dots - 1 {
			dir = filepath.Dir(dir)
		}
		return moduleFile(filepath.Join(dir, inside)), symbol
	}
	if module == "" {
		return "", ""
	}
	for range maxAncestors {
		if f := moduleFile(filepath.Join(dir, inside)); f != "" && f != path {
			return f, symbol
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return "", ""
}

// moduleFile is the file of a module or package, "" if there is none.
func moduleFile(base string) string {
	for _, f := range []string{base + ".py", filepath.Join(base, "__init__.py")} {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			return f
		}
	}
	return ""
}

// load reads the imports of a module; nil if it cannot be read.
func (p *project) load(file string) *passedOn {
	info, err := os.Stat(file)
	if err != nil || info.Size() > maxModule {
		return nil
	}
	p.mu.Lock()
	m := p.modules[file]
	p.mu.Unlock()
	if m != nil && m.size == info.Size() && m.changed.Equal(info.ModTime()) {
		return m
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	m = &passedOn{size: info.Size(), changed: info.ModTime(), names: map[string]string{}}
	for _, u := range parse(source.New(file, text)).Units {
		if u.Class != syntax.Statement || u.Parent != "" {
			continue
		}
		for n := range u.Root().Descendants() {
			for _, im := range python.Imports(n) {
				if im.Name == "*" {
					m.stars = append(m.stars, im.Target)
					continue
				}
				if _, ok := m.names[im.Name]; !ok {
					m.names[im.Name] = im.Target
				}
			}
		}
	}
	p.mu.Lock()
	p.modules[file] = m
	p.mu.Unlock()
	return m
}
