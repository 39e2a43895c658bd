package lsp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

const (
	// maxSource is the largest file that is read from disk.
	maxSource = 8 << 20
	// maxScanFindings bounds what one scan shows and what is kept of it.
	maxScanFindings = 20_000
	// scanYield is how long a scan stands back after an edit.
	scanYield = 100 * time.Millisecond
)

// scanResult is what a scan says at its end.
type scanResult struct {
	Files    int  `json:"files"`
	Findings int  `json:"findings"`
	Complete bool `json:"complete"`
}

// scanUntil scans until the connection or the request ends.
func (s *server) scanUntil(connection, request context.Context, token value) (any, error) {
	ctx, cancel := context.WithCancel(connection)
	defer cancel()
	stop := context.AfterFunc(request, cancel)
	defer stop()
	r := s.scan(ctx, token)
	if err := request.Err(); err != nil {
		return nil, err
	}
	return arguments(r)[0], nil
}

// scan reports the findings of all files of the workspace folders. Files that
// are open are left to their editor's text.
func (s *server) scan(ctx context.Context, token value) scanResult {
	s.mu.Lock()
	folders := append([]*folder(nil), s.folders...)
	running := s.scanning
	s.scanning = true
	s.mu.Unlock()
	if running {
		s.say(protocol.MessageTypeInfo, "a scan of the workspace is already running")
		return scanResult{}
	}
	defer func() {
		s.mu.Lock()
		s.scanning = false
		s.mu.Unlock()
	}()
	if len(folders) == 0 {
		s.say(protocol.MessageTypeInfo, "no folder is open that could be scanned")
		return scanResult{}
	}
	s.mu.Lock()
	first := !s.scannedOnce
	s.scannedOnce = true
	s.mu.Unlock()
	if first {
		s.start(ctx, "watch sources", func(ctx context.Context) { s.watch(ctx, sourceGlobs()...) })
	}
	connection := ctx
	ctx, p, end := s.beginProgress(ctx, token, "Pavise scans the workspace")
	var files []string
	seen := map[string]bool{}
	for _, f := range folders {
		for _, path := range s.list(ctx, f.dir) {
			if !seen[path] {
				seen[path] = true
				files = append(files, path)
			}
		}
	}
	r := s.scanFiles(ctx, files, p)
	r.Findings += s.foundInOpen(seen)
	s.dropGone(seen, r.Complete)
	end(fmt.Sprintf("%d findings in %d files", r.Findings, r.Files))
	s.mu.Lock()
	s.refreshPulls(connection)
	s.mu.Unlock()
	return r
}

// foundInOpen counts the findings of the open documents among some files.
func (s *server) foundInOpen(paths map[string]bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, d := range s.docs {
		if paths[d.path] && d.snap != nil {
			n += len(d.snap.Findings())
		}
	}
	return n
}

// sourceGlobs match the files whose change on the disk may change findings.
func sourceGlobs() []string {
	globs := []string{"**/*.py", "**/*.pyi", "**/.env*", "**/*.{env,yml,yaml,toml,json,ini,cfg,conf,sh}", "**/*Dockerfile*"}
	for _, end := range config.TemplateEndings {
		globs = append(globs, "**/*"+end)
	}
	return globs
}

// list is the files below a folder that its configuration lets in.
func (s *server) list(ctx context.Context, dir string) []string {
	s.mu.Lock()
	cfg := s.projectOf(filepath.Join(dir, "x.py")).config
	s.mu.Unlock()
	var files []string
	err := cfg.Walk(ctx, dir, config.IsText, func(path string, err error) error {
		if err != nil {
			s.log.Warn("skipped by the scan", zap.String("path", path), zap.Error(err))
			return nil
		}
		files = append(files, path)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		s.log.Warn("folder not scanned", zap.String("dir", dir), zap.Error(err))
	}
	return files
}

// scanFiles analyses files that are not open, together with what the open ones
// hold, on all cores but one, which is the user's.
func (s *server) scanFiles(ctx context.Context, files []string, p *progress) scanResult {
	var r scanResult
	var mu sync.Mutex // guards r
	batches := map[*project]*scanBatch{}
	var order []*project
	for _, path := range files {
		if ctx.Err() != nil {
			break
		}
		project, cfg, file := s.toScan(path)
		if file == nil {
			r.Files++
			continue
		}
		b := batches[project]
		if b == nil {
			b = &scanBatch{Batch: engine.NewBatch(), config: cfg}
			batches[project] = b
			order = append(order, project)
		}
		b.paths = append(b.paths, path)
		o := engine.Options{Config: b.config, OnPanic: s.rulePanicked}
		if config.IsSource(path) {
			b.Add(file, o)
			continue
		}
		b.AddText(file, o)
		mu.Lock()
		r.Files++
		p.report(r.Files, len(files))
		mu.Unlock()
	}
	for _, project := range order {
		b := batches[project]
		s.lend(project, b.Batch)
		err := b.Run(ctx, max(1, runtime.GOMAXPROCS(0)-1), func() {
			s.standBack(ctx)
			mu.Lock()
			defer mu.Unlock()
			r.Files++
			p.report(r.Files, len(files))
		})
		if err != nil {
			break
		}
		if r.Findings += b.Findings(); r.Findings > maxScanFindings {
			s.say(protocol.MessageTypeWarning, fmt.Sprintf("the scan was ended: it found more than %d faults", maxScanFindings))
			if p != nil {
				p.cancel()
			}
			break
		}
		s.takeOver(ctx, project, b)
	}
	r.Complete = ctx.Err() == nil
	return r
}

// scanBatch is the files of one project that are scanned.
type scanBatch struct {
	*engine.Batch
	config *config.Config // that is in force when the scan begins
	paths  []string
}

// toScan reads a file for a scan; nil if it is open or cannot be read.
func (s *server) toScan(path string) (*project, *config.Config, *source.File) {
	key, _ := documentKey(uriOf(path))
	s.mu.Lock()
	open, project := s.docs[key] != nil, s.projectOf(path)
	project.scanned = true
	cfg := project.config
	s.mu.Unlock()
	if open {
		return project, cfg, nil
	}
	file, err := readSource(path)
	if err != nil {
		s.log.Warn("skipped by the scan", zap.String("path", path), zap.Error(err))
		return project, cfg, nil
	}
	return project, cfg, file
}

// lend gives a batch the texts of the open files, for others to look into.
func (s *server) lend(p *project, b *engine.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.docs {
		if d.project == p {
			b.Lend(d.file)
		}
	}
}

// takeOver hands what a batch found to the session and shows it. What was found
// under a configuration that is not in force any more is looked for again.
func (s *server) takeOver(ctx context.Context, p *project, b *scanBatch) {
	s.mu.Lock()
	if s.projects[p.projectKey] != p || p.config != b.config {
		for _, path := range b.paths {
			s.rescan(ctx, path)
		}
		s.mu.Unlock()
		return
	}
	p.session.Contribute(b.Contributions())
	s.mu.Unlock()
	for s.rippleStep(ctx, p) {
	}
}

// standBack waits while the user types.
func (s *server) standBack(ctx context.Context) {
	for ctx.Err() == nil {
		s.mu.Lock()
		wait := scanYield - time.Since(s.lastEdit)
		s.mu.Unlock()
		if wait <= 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// closedFile is a file that is not open but has findings.
type closedFile struct {
	items []byte // its diagnostics, if the client pulls
	rules map[*analysis.Rule]bool
}

// showClosed shows the findings of a file that is not open; nil takes away
// what was shown.
func (s *server) showClosed(key string, snap *engine.Snapshot) {
	_, before := s.scanned[key]
	if snap == nil || len(snap.Findings()) == 0 {
		delete(s.scanned, key)
		if before && !s.pull {
			s.clear(key)
		}
		return
	}
	rules := map[*analysis.Rule]bool{}
	for i := range snap.Findings() {
		rules[snap.Findings()[i].Rule] = true
	}
	items := encoder{snap: snap, client: &s.client, uri: key, heads: s.heads, other: s.otherFile(nil)}.appendAll(nil)
	if s.pull {
		s.scanned[key] = closedFile{items, rules}
		return
	}
	s.scanned[key] = closedFile{nil, rules}
	s.pushClosed(key, items)
}

// dropGone takes away what an earlier scan showed of files that a complete one
// did not meet.
func (s *server) dropGone(seen map[string]bool, complete bool) {
	if !complete {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.scanned {
		_, path := documentKey(key)
		if seen[path] || s.folderOf(path) == nil {
			continue
		}
		if snap := s.projectOf(path).session.Closed(path); !snap.IsTemplate() || len(snap.Findings()) == 0 {
			s.showClosed(key, nil)
		}
	}
}

// rescan looks again at a file that is not open, and at those that look into it,
// if a scan has been made.
func (s *server) rescan(ctx context.Context, path string) {
	if !s.scannedOnce || s.folderOf(path) == nil {
		return
	}
	s.stale[path] = true
	if s.rescanning {
		return
	}
	s.rescanning = true
	s.start(ctx, "rescan", s.rescanAll)
}

// rescanAll looks at the stale files, and those that look into them, until
// there are none.
func (s *server) rescanAll(ctx context.Context) {
	for {
		s.standBack(ctx)
		paths := s.takeStale(ctx)
		if paths == nil {
			return
		}
		var there []string
		for _, path := range paths {
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				there = append(there, path)
				continue
			}
			s.mu.Lock()
			p := s.projectOf(path)
			s.mu.Unlock()
			p.session.Forget(path)
			for s.rippleStep(ctx, p) {
			}
		}
		s.scanFiles(ctx, there, nil)
	}
}

// takeStale takes all stale files; when there are none the task ends.
func (s *server) takeStale(ctx context.Context) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]bool{}
	for path := range s.stale {
		p := s.projectOf(path)
		if ctx.Err() != nil {
			break
		}
		if config.IsText(path) && !p.config.Excluded(path) {
			out[path] = true
		}
		for _, other := range p.session.Depending(path) {
			out[other] = true
		}
	}
	clear(s.stale)
	if len(out) == 0 {
		s.rescanning = false
		s.refreshPulls(ctx)
		return nil
	}
	return slices.Sorted(maps.Keys(out))
}

// readSource reads a file that may be anything.
func readSource(path string) (*source.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > maxSource:
		return nil, fmt.Errorf("%s has %d bytes, over the limit of %d", path, info.Size(), maxSource)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return source.New(path, text), nil
}
