package engine

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/lang/template"
)

const (
	maxTemplateDirs = 4000 // folders of a project that are searched for templates
	maxTemplateDeep = 10   // levels of folders below its root
)

// templateFolders are the names of folders in which frameworks look by default.
var templateFolders = []string{"templates", "jinja2", "template", "views", "html"}

// roots of a project hold one of these.
var rootMarks = []string{".git", "pyproject.toml", "setup.py", "setup.cfg", "manage.py", "requirements.txt", "Pipfile", "tox.ini"}

// FindTemplate implements [flow.Files]. A template is looked for in the folders
// that the code names and in those that frameworks use, beside the file and in
// the folders above it; then in all such folders of the project, nearest first;
// at last anywhere in it, if only one file can be meant.
func (d *Disk) FindTemplate(path, name string, folders []string) string {
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(path) || !filepath.IsLocal(name) {
		return ""
	}
	dir := filepath.Dir(path)
	for range maxAncestors {
		for _, list := range [][]string{folders, templateFolders} {
			for _, folder := range list {
				folder = filepath.FromSlash(folder)
				first, _, _ := strings.Cut(folder, string(filepath.Separator))
				if _, isFolder := d.has(dir, first); !isFolder {
					continue
				}
				if f := filepath.Join(dir, folder, name); d.isTemplate(f) {
					return f
				}
			}
		}
		up := filepath.Dir(dir)
		if up == dir || d.isRoot(dir) {
			break
		}
		dir = up
	}
	if !d.isRoot(dir) {
		return ""
	}
	return d.nearest(d.pagesBelow(dir)[filepath.Base(name)], path, name, folders)
}

// nearest chooses among files that end in the name that was asked for.
func (d *Disk) nearest(list []string, path, name string, folders []string) string {
	best, rank, others := "", -1, 0
	for _, f := range list {
		base, ok := strings.CutSuffix(f, string(filepath.Separator)+name)
		if !ok {
			continue
		}
		r := 0
		switch folder := filepath.Base(base); {
		case slices.ContainsFunc(folders, func(s string) bool { return filepath.Base(filepath.FromSlash(s)) == folder }):
			r = 2000
		case slices.Contains(templateFolders, folder):
			r = 1000
		default:
			others++
		}
		r += commonFolders(f, path)
		if r > rank {
			best, rank = f, r
		}
	}
	if rank < 1000 && others != 1 || best == "" || !d.isTemplate(best) {
		return ""
	}
	return best
}

func commonFolders(a, b string) int {
	sep := string(filepath.Separator)
	x, y := strings.Split(a, sep), strings.Split(b, sep)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

func (d *Disk) isRoot(dir string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	root, ok := d.marked[dir]
	if !ok {
		root = slices.ContainsFunc(rootMarks, func(mark string) bool {
			_, err := os.Stat(filepath.Join(dir, mark))
			return err == nil
		})
		d.marked[dir] = root
	}
	return root
}

// isTemplate reports whether a file is there, and remembers that it is a
// template.
func (d *Disk) isTemplate(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	there, ok := d.pages[path]
	if !ok {
		there = isFile(path) || d.files[path] != nil && d.files[path].text != nil
		d.pages[path] = there
	}
	return there
}

// pagesBelow lists the files of a project that may be templates, by base name.
func (d *Disk) pagesBelow(root string) map[string][]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if in, ok := d.below[root]; ok {
		return in
	}
	in := map[string][]string{}
	depth := strings.Count(root, string(filepath.Separator))
	dirs := 0
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error { // what cannot be read holds no template
		switch {
		case err != nil:
			return fs.SkipDir
		case e.IsDir():
			dirs++
			deep := strings.Count(path, string(filepath.Separator)) - depth
			if name := e.Name(); path != root && (dirs > maxTemplateDirs || deep > maxTemplateDeep || strings.HasPrefix(name, ".") || foreign[name]) {
				return fs.SkipDir
			}
		case e.Type().IsRegular() && !strings.HasSuffix(e.Name(), ".py") && !strings.HasSuffix(e.Name(), ".pyc"):
			in[e.Name()] = append(in[e.Name()], path)
		}
		return nil
	})
	d.below[root] = in
	return in
}

// foreign folders hold no templates of the project's own.
var foreign = map[string]bool{
	"node_modules": true, "venv": true, "env": true, "__pycache__": true, "site-packages": true, "static": true, "media": true,
	"dist": true, "build": true,
}

// Template implements [flow.Files].
func (d *Disk) Template(path string) *template.File {
	d.Tree(path)
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[path]; f != nil {
		return f.page
	}
	return nil
}

// lookForTemplates looks again where templates were looked for, and reports
// whether some came or went. The rest is forgotten then, or if files moved.
func (d *Disk) lookForTemplates(moved bool) bool {
	came := false
	for path, there := range d.pages {
		if f := d.files[path]; f != nil && f.text != nil {
			continue
		}
		if now := isFile(path); now != there {
			d.pages[path] = now
			came = true
		}
	}
	if came || moved {
		clear(d.below)
		clear(d.marked)
	}
	return came
}

// templates are the paths of templates that the contribution speaks of.
func (c *Contribution) templates() []string {
	var out []string
	note := func(s spot) {
		if s.unit != nil && s.unit.IsFlat() && !slices.Contains(out, s.path) {
			out = append(out, s.path)
		}
	}
	drafts := func(list []*draft) {
		for _, d := range list {
			note(d.place.spot)
			for _, st := range d.steps {
				note(st.spot)
			}
		}
	}
	drafts(c.own)
	for _, list := range c.out {
		drafts(list)
	}
	return out
}
