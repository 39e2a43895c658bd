package config

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/secrets"
)

// skipped are the folders that hold no code of the project: tools' caches,
// environments, what a build or an installation leaves behind.
func skipped(name string) bool {
	switch name {
	case ".git", ".hg", ".svn", ".bzr", ".jj", ".tox", ".nox", ".venv", "__pycache__", "__pypackages__",
		".mypy_cache", ".pytest_cache", ".ruff_cache", ".pytype", ".hypothesis", ".eggs", ".direnv",
		".ipynb_checkpoints", ".idea", ".vscode", "node_modules", "bower_components", "site-packages",
		"dist-packages", "build", "_build", "dist", "buck-out":
		return true
	}
	return strings.HasSuffix(name, ".egg-info")
}

// IsSource reports whether the name is that of a Python file.
func IsSource(name string) bool {
	return strings.HasSuffix(name, ".py") || strings.HasSuffix(name, ".pyi")
}

// TemplateEndings are the ends of the names of files that frameworks render.
var TemplateEndings = []string{".html", ".htm", ".xhtml", ".djhtml", ".j2", ".jinja", ".jinja2", ".jnj"}

// IsTemplate reports whether the name is that of a template.
func IsTemplate(name string) bool {
	return slices.Contains(TemplateEndings, strings.ToLower(filepath.Ext(name)))
}

// IsText reports whether the name is that of a file that may hold text of the
// project: no binary one, and no report about others.
func IsText(name string) bool { return !secrets.IsBinary(name) && !strings.HasSuffix(name, ".sarif") }

// Walk calls fn for the files below root whose names are wanted, and those that include names, in a fixed order:
// sorted by name, folder by folder. A root that is a file is passed as it is, whatever
// its name. Left out are what .gitignore files, exclude and [skipped] name,
// Python environments, symbolic links to folders, and links to files below
// root, which are met anyway. A folder or link that cannot be read is passed to
// fn with its error, and the walk goes on. Walk ends with the error of a root
// that does not exist, of fn, or of ctx.
func (c *Config) Walk(ctx context.Context, root string, wanted func(name string) bool, fn func(path string, err error) error) error {
	info, err := os.Stat(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fn(root, nil)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	w := &walker{cfg: c, wanted: wanted, fn: fn, root: realPath(abs)}
	if w.dir, err = filepath.Abs(c.Dir()); err != nil {
		return err
	}
	w.dir = strings.TrimSuffix(filepath.ToSlash(w.dir), "/")
	w.ignores = ignoresAbove(abs)
	return w.walk(ctx, filepath.Clean(root), abs)
}

type walker struct {
	cfg     *Config
	wanted  func(name string) bool
	fn      func(path string, err error) error
	root    string       // real path, for the question whether a link leads outside
	dir     string       // of cfg, absolute, in slashes
	ignores []ignoreFile // from the outermost folder to the current one
}

// walk visits the folder at path, whose absolute path is abs.
func (w *walker) walk(ctx context.Context, dir, abs string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return w.fn(dir, err)
	}
	kept := len(w.ignores)
	defer func() { w.ignores = w.ignores[:kept] }()
	if has(entries, ".gitignore") {
		if text, err := os.ReadFile(filepath.Join(dir, ".gitignore")); err == nil {
			w.ignores = append(w.ignores, parseIgnore(abs, text))
		}
	}
	for _, e := range entries {
		p, a := filepath.Join(dir, e.Name()), filepath.Join(abs, e.Name())
		switch {
		case e.IsDir():
			err = w.enter(ctx, p, a, e.Name())
		case w.included(a, e.Name()) && !w.leftOut(a, e.Name(), false):
			err = w.visit(p, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func has(entries []os.DirEntry, name string) bool {
	_, ok := slices.BinarySearchFunc(entries, name, func(e os.DirEntry, n string) int { return strings.Compare(e.Name(), n) })
	return ok
}

// enter walks a folder below the root unless it is left out.
func (w *walker) enter(ctx context.Context, dir, abs, name string) error {
	if w.leftOut(abs, name, true) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(dir, "pyvenv.cfg")); err == nil {
		return nil // a Python environment
	}
	return w.walk(ctx, dir, abs)
}

// included decides over a file: over one of Python by include, which means
// nothing outside the folder of the configuration, over another by its name too.
func (w *walker) included(abs, name string) bool {
	rel, ok := strings.CutPrefix(filepath.ToSlash(abs), w.dir+"/")
	if !ok || len(w.cfg.include) == 0 {
		return w.wanted(name)
	}
	return w.cfg.included(rel) || !IsSource(name) && w.wanted(name)
}

// leftOut decides over one entry; those above it have been let in.
func (w *walker) leftOut(abs, name string, isDir bool) bool {
	abs = filepath.ToSlash(abs)
	if out, ok := decide(w.cfg.exclude, w.dir, abs, isDir); ok {
		return out
	}
	if isDir && skipped(name) {
		return true
	}
	for i := len(w.ignores) - 1; i >= 0; i-- {
		f := &w.ignores[i]
		if out, ok := decide(f.patterns, f.dir, abs, isDir); ok {
			return out
		}
	}
	return false
}

// visit passes a file on, or a link to a file outside.
func (w *walker) visit(path string, e os.DirEntry) error {
	if e.Type().IsRegular() {
		return w.fn(path, nil)
	}
	if e.Type()&fs.ModeSymlink == 0 {
		return nil // a pipe, a socket, a device
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return w.fn(path, err)
	}
	info, err := os.Stat(target)
	if err != nil {
		return w.fn(path, err)
	}
	if target, err = filepath.Abs(target); err != nil {
		return w.fn(path, err)
	}
	if !info.Mode().IsRegular() || strings.HasPrefix(target, w.root+string(filepath.Separator)) {
		return nil
	}
	return w.fn(path, nil)
}

func realPath(abs string) string {
	if p, err := filepath.EvalSymlinks(abs); err == nil {
		return p
	}
	return abs
}

// ignoresAbove reads the .gitignore files of the folders above dir, up to that
// of the repository, outermost first. There are none outside a repository, nor
// where they leave dir itself out: a folder that is named is read.
func ignoresAbove(dir string) []ignoreFile {
	var files []ignoreFile
	for d := dir; ; {
		if d != dir {
			if text, err := os.ReadFile(filepath.Join(d, ".gitignore")); err == nil {
				files = append(files, parseIgnore(d, text))
			}
		}
		if isRepository(d) {
			if text, err := os.ReadFile(filepath.Join(d, ".git", "info", "exclude")); err == nil {
				files = append(files, parseIgnore(d, text))
			}
			break
		}
		up := filepath.Dir(d)
		if up == d {
			return nil
		}
		d = up
	}
	slices.Reverse(files)
	if namesFolder(files, filepath.ToSlash(dir)) {
		return nil
	}
	return files
}

// isRepository reports whether dir holds a .git, which is a file in worktrees
// and submodules.
func isRepository(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// namesFolder reports whether the files ignore the folder at abs or one above.
func namesFolder(files []ignoreFile, abs string) bool {
	for _, f := range files {
		rel, ok := strings.CutPrefix(abs, f.dir+"/")
		if !ok {
			continue
		}
		for i := len(f.patterns) - 1; i >= 0; i-- {
			if f.patterns[i].matches(rel, true) {
				return !f.patterns[i].negated
			}
		}
	}
	return false
}
