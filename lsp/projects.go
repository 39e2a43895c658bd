package lsp

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// folder is a workspace folder.
type folder struct {
	uri      string // as the client wrote it
	dir      string
	settings *settings // nil: those of the whole client
}

// project is the files that share a configuration, and their session.
type project struct {
	projectKey
	file    *config.Config // what the file says; the last one without faults
	stamp   time.Time      // of the file
	config  *config.Config // in force: file, and the client's settings over it
	session *engine.Session
	// rippling is set while other files are brought up to date with a change.
	rippling bool
	// scanned is set once a scan tells the session of files that are not open.
	scanned bool
}

// projectKey tells projects apart. Either part may be empty.
type projectKey struct {
	file   string // the configuration file
	folder string // the workspace folder, whose settings count
}

// home is a folder whose files are of the project.
func (k projectKey) home() string {
	if k.file != "" {
		return filepath.Dir(k.file)
	}
	return k.folder
}

// projectOf is the project of a file. Its configuration is looked for when the
// first file of a folder is opened.
func (s *server) projectOf(path string) *project {
	dir := filepath.Dir(path)
	if p := s.byDir[dir]; p != nil {
		return p
	}
	key, f := projectKey{}, s.folderOf(path)
	if f != nil {
		key.folder = f.dir
	}
	if filepath.IsAbs(dir) {
		found, err := config.Find(dir)
		if err != nil {
			s.showFaults(err)
		}
		key.file = found
	}
	p := s.projects[key]
	if p == nil {
		p = &project{projectKey: key, file: config.Default()}
		if key.folder != "" {
			p.file = p.file.In(key.folder)
		}
		s.read(p)
		p.config = p.file.With(s.settingsFor(f).layer)
		p.session = engine.NewSession(engine.Options{Config: p.config, OnPanic: s.rulePanicked})
		s.projects[key] = p
	}
	s.byDir[dir] = p
	return p
}

// read reads the file of a project. A faulty one leaves the last in force.
func (s *server) read(p *project) {
	if p.projectKey.file == "" {
		return
	}
	p.stamp = modTime(p.projectKey.file)
	c, err := config.Read(p.projectKey.file, knownNames())
	if err != nil {
		s.log.Warn("configuration is faulty", zap.Error(err))
		s.showFaults(err)
		return
	}
	p.file = c
}

// reload reads all configurations anew, finds the project of each open file
// again, and shows what became of their findings.
func (s *server) reload(ctx context.Context) {
	faulty := s.faulty
	s.faulty = map[string]string{}
	s.byDir = map[string]*project{}
	changed, retaught := map[*project]bool{}, map[*project]bool{}
	scanned := map[string]*project{} // the closed files that a scan told of
	for _, p := range s.projects {
		s.read(p)
		for _, path := range p.session.Contributed() {
			scanned[path] = p
		}
		var f *folder
		if i := slices.IndexFunc(s.folders, func(f *folder) bool { return f.dir == p.folder }); i >= 0 {
			f = s.folders[i]
		}
		if c := p.file.With(s.settingsFor(f).layer); !reflect.DeepEqual(c, p.config) {
			retaught[p] = !reflect.DeepEqual(c.Models, p.config.Models)
			p.config = c
			p.session.Configure(c)
			changed[p] = true
		}
	}
	used := map[*project]bool{}
	for _, d := range s.docs {
		p := s.projectOf(d.path)
		used[p] = true
		if p == d.project && !changed[p] {
			continue
		}
		s.move(ctx, d, p)
	}
	for _, p := range s.projects {
		if p.scanned && s.projectOf(filepath.Join(p.home(), "x.py")) == p {
			used[p] = true
		}
	}
	maps.DeleteFunc(s.projects, func(_ projectKey, p *project) bool { return !used[p] })
	maps.DeleteFunc(s.byDir, func(_ string, p *project) bool { return !used[p] })
	for _, path := range slices.Sorted(maps.Keys(scanned)) {
		was, is := scanned[path], s.projectOf(path)
		if was != is { // what its session holds of the file is out of sight
			key, _ := documentKey(uriOf(path))
			s.showClosed(key, nil)
		}
		if was != is || retaught[was] {
			s.rescan(ctx, path)
		}
	}
	for u, text := range faulty {
		if _, still := s.faulty[u]; !still {
			delete(s.shown, text)
			s.clear(u)
		}
	}
}

// move puts a document under the configuration that p has now.
func (s *server) move(ctx context.Context, d *document, p *project) {
	before := d.snap
	if p == d.project && !d.excluded(p) {
		d.take(p.session.Snapshot(d.path))
	} else {
		if d.project != nil {
			d.project.session.Close(d.path)
		}
		lost := d.lost
		s.load(d, d.file.Text())
		d.lost = lost
	}
	if before == nil || d.snap == nil || !sameFindings(before, d.snap) {
		s.republish(ctx, d)
	}
}

// checkConfigurations reloads if a configuration file has changed: for clients
// that do not watch files.
func (s *server) checkConfigurations(ctx context.Context) {
	for dir, p := range s.byDir {
		if !filepath.IsAbs(dir) {
			continue
		}
		found, err := config.Find(dir)
		if err != nil || found != p.projectKey.file || found != "" && !modTime(found).Equal(p.stamp) {
			s.reload(ctx)
			return
		}
	}
}

func modTime(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// didChangeFiles handles changes on disk: of configurations, and of Python
// files and templates that a scan has looked into.
func (s *server) didChangeFiles(ctx context.Context, params []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	reload, look := false, false
	for _, c := range parseValue(params).at("changes").list() {
		_, path := documentKey(c.at("uri").string())
		switch filepath.Base(path) {
		case config.FileName, config.PyProject:
			reload = true
		default:
			s.rescan(ctx, path)
			look = true
		}
	}
	if look {
		s.lookAround(ctx)
	}
	if reload {
		s.reload(ctx)
	}
	return nil
}

// lookAround has all sessions look at the disk again.
func (s *server) lookAround(ctx context.Context) {
	for _, p := range s.projects {
		p.session.Look()
		s.ripple(ctx, p)
	}
}

// showFaults tells the user what is wrong with a configuration: in words once,
// and in the file.
func (s *server) showFaults(err error) {
	var all config.Errors
	if !errors.As(err, &all) {
		one, ok := errors.AsType[*config.Error](err)
		if !ok {
			one = &config.Error{Reason: err.Error()}
		}
		all = config.Errors{one}
	}
	byPath := map[string]config.Errors{}
	for _, e := range all {
		byPath[e.Path] = append(byPath[e.Path], e)
	}
	for path, errs := range byPath {
		text := errs[0].Error()
		s.tell(protocol.MessageTypeError, text)
		if path != "" {
			u := uriOf(path)
			s.faulty[u] = text
			s.pushClosed(u, s.faultItems(path, errs))
		}
	}
}

func (s *server) faultItems(path string, errs config.Errors) []byte {
	file, err := readSource(path)
	if err != nil {
		file = source.New(path, nil)
	}
	b := []byte{'['}
	for i, e := range errs {
		if i > 0 {
			b = append(b, ',')
		}
		line := file.LineSpan(int(e.Line))
		span := source.Span{Start: min(line.Start+e.Column, line.End), End: line.End}
		text := e.Reason
		if e.Hint != "" {
			text += ": " + e.Hint
		}
		b = append(b, `{"range":`...)
		b = appendRange(b, file, span, s.client.encoding)
		b = append(b, `,"severity":1,"source":"pavise","message":`...)
		b = append(appendString(b, text), '}')
	}
	return append(b, ']')
}

func (s *server) rulePanicked(rule *analysis.Rule, path string, value any, stack []byte) {
	s.log.Error("a rule panicked", zap.String("rule", rule.ID), zap.String("path", path),
		zap.Any("value", value), zap.ByteString("stack", stack))
}

func (s *server) addFolder(u string) {
	_, path := documentKey(u)
	dir := filepath.Clean(path)
	if !slices.ContainsFunc(s.folders, func(f *folder) bool { return f.dir == dir }) {
		s.folders = append(s.folders, &folder{uri: u, dir: dir})
	}
}

func (s *server) didChangeFolders(ctx context.Context, params []byte) error {
	event := parseValue(params).at("event")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range event.at("removed").list() {
		_, path := documentKey(f.at("uri").string())
		s.removeFolder(filepath.Clean(path))
	}
	for _, f := range event.at("added").list() {
		if u := f.at("uri").string(); u != "" {
			s.addFolder(u)
		}
	}
	s.reload(ctx)
	s.start(ctx, "settings", s.fetchSettings)
	return nil
}

// removeFolder forgets a folder and what a scan showed of it.
func (s *server) removeFolder(dir string) {
	s.folders = slices.DeleteFunc(s.folders, func(f *folder) bool { return f.dir == dir })
	for key := range s.scanned {
		if _, path := documentKey(key); within(dir, path) && s.folderOf(path) == nil {
			s.showClosed(key, nil)
		}
	}
}

// folderOf is the innermost folder that holds the path, nil if none does.
func (s *server) folderOf(path string) *folder {
	var best *folder
	for _, f := range s.folders {
		if within(f.dir, path) && (best == nil || len(f.dir) > len(best.dir)) {
			best = f
		}
	}
	return best
}

// rootOf is the folder in which a configuration for a file belongs: its
// workspace folder or repository, else its own folder.
func (s *server) rootOf(path string) string {
	if f := s.folderOf(path); f != nil {
		return f.dir
	}
	own := filepath.Dir(path)
	for dir := own; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return own
		}
	}
}

// within reports whether path is dir or lies below it.
func within(dir, path string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(dir, string(os.PathSeparator)))
	return ok && (rest == "" || os.IsPathSeparator(rest[0]))
}
