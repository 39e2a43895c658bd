package engine

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pavise/analysis/lang/template"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

const (
	maxModule    = 1 << 20 // bytes of a file that is read because another imports it
	maxAncestors = 8       // folders above a file in which an absolute import is looked for
)

// Disk finds and parses the files of a project that are not open, for
// [flow.Program]. What it has seen it keeps until Refresh. It is safe for
// concurrent use.
type Disk struct {
	mu    sync.Mutex // guards the maps
	files map[string]*diskFile
	dirs  map[string]*listing

	pages  map[string]bool                // where templates were looked for: whether one is there
	below  map[string]map[string][]string // folder of a project -> base name -> files that may be templates
	marked map[string]bool                // whether a folder is the root of a project
}

// diskFile is one file, read once.
type diskFile struct {
	once sync.Once
	read atomic.Bool
	stamp
	text *source.File   // if it is not to be read from the disk
	tree *syntax.Tree   // nil if it cannot be read
	page *template.File // if it is a template
}

// listing is what a folder holds.
type listing struct {
	stamp
	names map[string]bool // true for folders
}

// stamp tells whether a file or folder is as it was when it was read.
type stamp struct {
	size    int64
	changed time.Time // zero if there was none
	hasty   bool      // read so soon after its last change that another may bear the same time
}

// tick is more than the steps in which file systems count time.
const tick = 50 * time.Millisecond

func stampOf(info os.FileInfo) stamp {
	return stamp{info.Size(), info.ModTime(), time.Since(info.ModTime()) < tick}
}

// holds reports whether path is as it was.
func (s stamp) holds(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return s.changed.IsZero()
	}
	return !s.hasty && info.Size() == s.size && info.ModTime().Equal(s.changed)
}

// NewDisk returns a Disk that has seen nothing.
func NewDisk() *Disk {
	return &Disk{
		files: map[string]*diskFile{}, dirs: map[string]*listing{},
		pages: map[string]bool{}, below: map[string]map[string][]string{}, marked: map[string]bool{},
	}
}

// Tree reads and parses a file; nil if that is not possible.
func (d *Disk) Tree(path string) *syntax.Tree {
	d.mu.Lock()
	f := d.files[path]
	if f == nil {
		f = &diskFile{}
		d.files[path] = f
	}
	isPage := d.pages[path]
	d.mu.Unlock()
	f.once.Do(func() {
		f.load(path, isPage)
		f.read.Store(true)
	})
	return f.tree
}

func (f *diskFile) load(path string, isPage bool) {
	if f.text != nil {
		f.parse(f.text, isPage)
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	f.stamp = stampOf(info)
	if f.size > maxModule || !info.Mode().IsRegular() {
		return
	}
	if text, err := os.ReadFile(path); err == nil {
		f.parse(source.New(path, text), isPage)
	}
}

func (f *diskFile) parse(text *source.File, isPage bool) {
	if isPage {
		f.page = template.Parse(text)
		f.tree = f.page.Tree
		return
	}
	f.tree = parse(text)
}

// text is the text of a file, not parsed if that has not been done; nil if it
// cannot be read. It stays what it is: Refresh does not look at it.
func (d *Disk) text(path string) *source.File {
	d.mu.Lock()
	f := d.files[path]
	d.mu.Unlock()
	if f == nil {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxModule {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		d.mu.Lock()
		if f = d.files[path]; f == nil {
			f = &diskFile{text: source.New(path, text)}
			d.files[path] = f
		}
		d.mu.Unlock()
	}
	if f.text != nil {
		return f.text
	}
	if tree := d.Tree(path); tree != nil {
		return tree.File
	}
	return nil
}

// known is the text of a file that was read already; nil if it was not.
func (d *Disk) known(path string) *source.File {
	d.mu.Lock()
	f := d.files[path]
	d.mu.Unlock()
	switch {
	case f == nil:
		return nil
	case f.text != nil:
		return f.text
	case f.read.Load() && f.tree != nil:
		return f.tree.File
	}
	return nil
}

// hold takes a text in place of what is on the disk.
func (d *Disk) hold(path string, text *source.File) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[path] = &diskFile{text: text}
}

// holdTemplate takes the text of a template in place of what is on the disk. It
// reports whether a template is now where none was.
func (d *Disk) holdTemplate(path string, text *source.File) (came bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	there, looked := d.pages[path]
	if !looked {
		there = isFile(path)
	}
	d.files[path], d.pages[path] = &diskFile{text: text}, true
	return !there
}

// release goes back to what is on the disk. It reports whether there is nothing.
func (d *Disk) release(path string) (gone bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.files, path)
	there := isFile(path)
	d.pages[path] = there
	return !there
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Refresh looks at the disk again. It returns the files whose text is another
// than before, and whether files or folders came or went where imports are
// looked for.
func (d *Disk) Refresh() (changed []string, moved bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for path, f := range d.files {
		if f.text == nil && f.read.Load() && !f.holds(path) {
			delete(d.files, path)
			changed = append(changed, path)
		}
	}
	for dir, l := range d.dirs {
		if l.holds(dir) {
			continue
		}
		now := list(dir)
		d.dirs[dir] = now
		moved = moved || !maps.Equal(l.names, now.names)
	}
	if d.lookForTemplates(moved) {
		moved = true
	}
	return changed, moved
}

// has reports whether a folder has an entry of a name, and whether that is a
// folder itself.
func (d *Disk) has(dir, name string) (there, folder bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.dirs[dir]
	if l == nil {
		l = list(dir)
		d.dirs[dir] = l
	}
	folder, there = l.names[name]
	return there, folder
}

func list(dir string) *listing {
	l := &listing{}
	if info, err := os.Stat(dir); err == nil {
		l.stamp = stampOf(info)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return l
	}
	l.names = make(map[string]bool, len(entries))
	for _, e := range entries {
		switch {
		case e.IsDir():
			l.names[e.Name()] = true
		case e.Type().IsRegular():
			if strings.HasSuffix(e.Name(), ".py") {
				l.names[e.Name()] = false
			}
		case e.Type()&os.ModeSymlink != 0:
			if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil {
				l.names[e.Name()] = info.IsDir()
			}
		}
	}
	return l
}

// Locate implements [flow.Files]. Relative imports start at the file's package.
// Absolute ones are looked for where Python would be started: in the folder
// that holds the file's outermost package, in those above it and their "src",
// up to the root of the repository; at last beside the file itself.
func (d *Disk) Locate(path, target string) (file, rest string) {
	if !filepath.IsAbs(path) {
		return "", ""
	}
	dots := 0
	for dots < len(target) && target[dots] == '.' {
		dots++
	}
	dir := filepath.Dir(path)
	if dots > 0 {
		for range dots - 1 {
			dir = filepath.Dir(dir)
		}
		if file, rest = d.inside(dir, target[dots:]); file != "" {
			return file, rest
		}
		return d.packageOf(dir), target[dots:]
	}
	for _, root := range d.roots(dir) {
		if file, rest = d.inside(root, target); file != "" && file != path {
			return file, rest
		}
	}
	return "", ""
}

// roots are the folders in which absolute imports of a folder's files are
// looked for, in this order.
func (d *Disk) roots(dir string) []string {
	var out []string
	top := dir
	for range maxAncestors {
		if there, _ := d.has(top, "__init__.py"); !there {
			break
		}
		top = filepath.Dir(top)
	}
	for at := top; len(out) < 2*maxAncestors; at = filepath.Dir(at) {
		out = append(out, at)
		if _, folder := d.has(at, "src"); folder {
			out = append(out, filepath.Join(at, "src"))
		}
		if there, _ := d.has(at, ".git"); there || at == filepath.Dir(at) {
			break
		}
	}
	if top != dir {
		out = append(out, dir)
	}
	return out
}

// inside finds the module that a dotted name leads to from a folder.
func (d *Disk) inside(dir, name string) (file, rest string) {
	first, more, _ := strings.Cut(name, ".")
	if first == "" {
		return "", ""
	}
	if _, folder := d.has(dir, first); folder {
		sub := filepath.Join(dir, first)
		if file, rest = d.inside(sub, more); file != "" {
			return file, rest
		}
		if file = d.packageOf(sub); file != "" {
			return file, more
		}
	}
	if there, folder := d.has(dir, first+".py"); there && !folder {
		return filepath.Join(dir, first+".py"), more
	}
	return "", ""
}

// packageOf is the file of the package that a folder is, "" if it is none.
func (d *Disk) packageOf(dir string) string {
	if there, folder := d.has(dir, "__init__.py"); there && !folder {
		return filepath.Join(dir, "__init__.py")
	}
	return ""
}
