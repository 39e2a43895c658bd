package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// document is an open file.
type document struct {
	uri     string // as the client wrote it, and gets it back
	path    string // its name in the session
	version version
	project *project // nil: not analysed, because the configuration excludes it

	file    *source.File  // the text of snap
	pending []source.Edit // a lone edit that is not in file yet
	draft   *draft        // of file, under more edits; nil if there are none
	snap    *engine.Snapshot
	fixes   *fixCache // of snap

	// lost is set when an edit could not be understood: the text may differ
	// from the client's, so nothing is changed until a whole text comes.
	lost bool

	notebook *notebookState // nil unless it is a notebook
	layout   layout         // of its cells in file and snap

	template bool        // and not Python
	plain    bool        // neither
	shown    bool        // the client has heard of a finding in it
	timer    *time.Timer // for settling; nil until first needed
}

var errUnknown = errors.New("the document is not open")

func (s *server) didOpen(ctx context.Context, params []byte) error {
	var p openParams
	if err := decode(params, &p); err != nil {
		return err
	}
	doc := p.TextDocument
	switch {
	case doc.URI == "":
		return errors.New("a document without a uri")
	case doc.Text == nil:
		return errors.New("a document without a text")
	}
	key, path := documentKey(doc.URI)
	kind := kindOf(doc.URI, path, parseValue(doc.LanguageID).string())
	if kind == foreign {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.docs[key]; old != nil && old.notebook != nil {
		return nil // its cells are what counts
	} else if old != nil {
		s.log.Warn("document opened twice", zap.String("uri", doc.URI))
		s.forget(old)
	}
	d := &document{uri: doc.URI, path: path, version: doc.Version, template: kind == page, plain: kind == plain}
	s.docs[key] = d
	_, d.shown = s.scanned[key]
	delete(s.scanned, key) // the client's text wins from here on
	s.load(d, []byte(*doc.Text))
	s.publish(ctx, d)
	s.spread(ctx, d)
	return nil
}

// spread shows what a change of a document does to others.
func (s *server) spread(ctx context.Context, d *document) {
	if d.template {
		s.rescan(ctx, d.path) // the views that render it, where they are not open
	}
	s.ripple(ctx, d.project)
}

// load puts a whole text into the session.
func (s *server) load(d *document, text []byte) {
	d.pending, d.draft, d.lost = nil, nil, false
	d.project = s.projectOf(d.path)
	if d.excluded(d.project) {
		d.project, d.file = nil, source.New(d.path, text)
		d.take(nil)
		return
	}
	d.open(text)
	d.file = d.snap.File()
}

// excluded reports whether a configuration leaves a document out. A template
// belongs to the views that render it, wherever it lies.
func (d *document) excluded(p *project) bool { return !d.template && p.config.Excluded(d.path) }

// open gives the session a whole text.
func (d *document) open(text []byte) {
	if d.template {
		d.take(d.project.session.OpenTemplate(d.path, text))
		return
	}
	if d.plain {
		d.take(d.project.session.OpenText(d.path, text))
		return
	}
	d.take(d.project.session.Open(d.path, text))
}

// take makes snap the state of the document.
func (d *document) take(snap *engine.Snapshot) {
	d.snap, d.fixes = snap, &fixCache{}
}

// forget takes a document out of its session.
func (s *server) forget(d *document) {
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.project != nil {
		d.project.session.Close(d.path)
	}
}

func (s *server) didChange(ctx context.Context, params []byte) error {
	var p changeParams
	bad := decode(params, &p)
	key, _ := documentKey(p.TextDocument.URI)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.docs[key]
	if d == nil {
		return errUnknownUnlessSkipped(p.TextDocument.URI)
	}
	if d.notebook != nil {
		return nil
	}
	s.lastEdit = time.Now()
	more := s.moreEdits(p.TextDocument.URI)
	err := bad
	if err == nil {
		err = s.edit(d, p.TextDocument.Version, p.ContentChanges, more)
	} else {
		s.lose(d)
	}
	if len(d.pending) == 0 && d.draft == nil || more {
		return err
	}
	s.analyse(d)
	s.publish(ctx, d)
	s.spread(ctx, d)
	return err
}

// edit applies the changes of one message, all or none. More says that they
// are not analysed now.
func (s *server) edit(d *document, v version, changes []contentChange, more bool) error {
	if v.ok && d.version.ok && v.n < d.version.n {
		return fmt.Errorf("version %d came after version %d", v.n, d.version.n)
	}
	if d.lost && !replacesAll(changes) {
		return nil // said once, when it was lost
	}
	if len(changes) == 1 && !more && d.draft == nil {
		e, err := changes[0].edit(d.file, s.client.encoding)
		if err != nil {
			s.lose(d)
			return err
		}
		d.pending = []source.Edit{e}
	} else if err := s.revise(d, changes); err != nil {
		return err
	}
	d.lost = false
	if v.ok {
		d.version = v
	}
	return nil
}

// revise makes changes in the draft of a document. After a faulty one the
// document is lost, with what was made before it.
func (s *server) revise(d *document, changes []contentChange) error {
	if d.draft == nil {
		d.draft = newDraft(d.file)
	}
	for _, c := range changes {
		e, err := c.edit(d.draft, s.client.encoding)
		if err != nil {
			s.lose(d)
			return err
		}
		d.draft.replace(e)
	}
	return nil
}

func replacesAll(changes []contentChange) bool {
	return len(changes) > 0 && (len(changes[0].Range) == 0 || bytes.Equal(changes[0].Range, []byte("null")))
}

// lose marks a document whose text we no longer know.
func (s *server) lose(d *document) {
	if d.lost {
		return
	}
	d.lost = true
	s.log.Error("document out of step with the client until it is saved or opened again", zap.String("uri", d.uri))
}

// moreEdits reports whether a further edit of the document has already
// arrived. Its analysis will serve for this one too.
func (s *server) moreEdits(uri string) bool {
	body := s.stream.next()
	if body == nil {
		return false
	}
	var m struct {
		Method string         `json:"method"`
		Params documentParams `json:"params"`
	}
	return decode(body, &m) == nil && m.Method == protocol.MethodTextDocumentDidChange && m.Params.TextDocument.URI == uri
}

// analyse gives the session the edits it does not have yet.
func (s *server) analyse(d *document) {
	edits := d.pending
	if d.draft != nil {
		edits = d.draft.edits()
	}
	d.pending, d.draft = nil, nil
	if d.project != nil {
		snap, err := s.change(d, edits)
		if err == nil {
			d.take(snap)
			d.file = snap.File()
			return
		}
		// Not for edits that fit the text, unless the engine has a fault.
		s.log.Error("session refused an edit", zap.String("path", d.path), zap.Error(err))
	}
	file, err := d.file.Edit(edits...)
	if err != nil {
		s.lose(d)
		return
	}
	d.file = file
	if d.project != nil {
		d.open(file.Text())
	}
}

func (s *server) change(d *document, edits []source.Edit) (snap *engine.Snapshot, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("the engine panicked", zap.Any("value", p), zap.Stack("stack"))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return d.project.session.Change(d.path, edits)
}

func (s *server) didSave(ctx context.Context, params []byte) error {
	var p saveParams
	if err := decode(params, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.client.watchFiles {
		s.checkConfigurations(ctx)
	}
	key, _ := documentKey(p.TextDocument.URI)
	d := s.docs[key]
	if d == nil || d.notebook != nil {
		return nil
	}
	if text, ok := savedText(d, p.Text); ok && text != string(d.file.Text()) {
		s.log.Warn("document was out of step when it was saved", zap.String("uri", d.uri))
		s.load(d, []byte(text))
		s.publish(ctx, d)
	}
	if !s.client.watchFiles {
		s.lookAround(ctx)
	}
	return nil
}

// savedText is the client's whole text at a save: whatever made ours differ ends
// with it. Not every client sends it, and what is sent is not always what was
// saved (ALE 3.3 ends lines with a backslash and an n, and may tell of the save
// after the next edit). So the file on the disk has to say the same, or tells
// alone if we have lost track; only where there is none, what is sent counts.
func savedText(d *document, sent *string) (string, bool) {
	ours := string(d.file.Text())
	if sent == nil && !d.lost || sent != nil && *sent == ours {
		return ours, true
	}
	f, err := readSource(d.path)
	switch {
	case err == nil && (d.lost || string(f.Text()) == *sent):
		return string(f.Text()), true
	case err != nil && sent != nil:
		return *sent, true
	}
	return "", false
}

func (s *server) didClose(ctx context.Context, params []byte) error {
	var p documentParams
	if err := decode(params, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key, path := documentKey(p.TextDocument.URI)
	d := s.docs[key]
	if d == nil || d.notebook != nil {
		return nil
	}
	s.forget(d)
	delete(s.docs, key)
	s.clearDocument(d)
	s.rescan(ctx, path)
	s.ripple(ctx, d.project)
	return nil
}

// settleLater puts right, when typing pauses, what was kept from an earlier
// state of a broken file.
func (s *server) settleLater(ctx context.Context, d *document) {
	if d.snap == nil || d.snap.Settled() {
		if d.timer != nil {
			d.timer.Stop()
		}
		return
	}
	if d.timer != nil {
		d.timer.Reset(s.quiet)
		return
	}
	d.timer = time.AfterFunc(s.quiet, func() {
		s.start(ctx, "settle", func(ctx context.Context) { s.settle(ctx, d) })
	})
}

func (s *server) settle(ctx context.Context, d *document) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, _ := documentKey(d.uri)
	if ctx.Err() != nil || s.docs[key] != d || d.snap == nil || d.snap.Settled() || d.draft != nil {
		return
	}
	if time.Since(s.lastEdit) < s.quiet/2 {
		d.timer.Reset(s.quiet)
		return
	}
	before := d.snap
	snap := d.project.session.Settle(d.path)
	if snap == nil || snap == before {
		return
	}
	d.take(snap)
	d.file = snap.File()
	if !sameFindings(before, snap) {
		s.republish(ctx, d)
	}
	s.ripple(ctx, d.project)
}

func (s *server) stopTimers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.docs {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
}

// kind tells what a document is to us.
type kind uint8

const (
	foreign kind = iota
	python
	page  // a template
	plain // any other text, which is searched for secrets
)

// kindOf is the kind of a document, by its name and else by the language that
// the client gives it. The old side of a comparison is none of ours.
func kindOf(uri, path, language string) kind {
	scheme, _, _ := strings.Cut(uri, ":")
	switch scheme {
	case "git", "gitlens", "gitfs", "svn", "hg", "review", "output":
		return foreign
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".py", ".pyi", ".pyw":
		return python
	}
	if config.IsTemplate(path) {
		return page
	}
	switch language = strings.ToLower(language); {
	case language == "python":
		return python
	case language == "html", language == "xhtml", strings.HasSuffix(language, "j2"),
		strings.Contains(language, "jinja"), strings.Contains(language, "django"):
		return page
	}
	if scheme != "file" && scheme != "untitled" || !config.IsText(path) {
		return foreign
	}
	return plain
}

// errUnknownUnlessSkipped is an error for a document that should be open.
func errUnknownUnlessSkipped(uri string) error {
	if _, path := documentKey(uri); kindOf(uri, path, "") != foreign {
		return errUnknown
	}
	return nil
}
