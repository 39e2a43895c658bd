package lsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/lang/notebook"
	"pavise/analysis/source"
)

// A notebook is one document in its session: its cells of Python put together.
// To the client each cell is a document of its own, with a version of its own.
// The document of the notebook has the layout of its cells, by which places are
// translated; it is replaced and never changed, so that a request keeps the one
// that belongs to its snapshot.

// layout is the cells of a notebook, in order.
type layout []*cell

// cell is a cell of Python at its place in the whole. It is immutable.
type cell struct {
	uri     string
	version version
	file    *source.File // as the client has it
	plain   notebook.Plain
	span    source.Span // in the text of the notebook
	first   bool        // of the notebook
	number  int         // among the cells that the client told of
}

func newCell(uri string, v version, text []byte) *cell {
	return &cell{uri: uri, version: v, file: source.New(uri, text), plain: notebook.NewPlain(text)}
}

// by is the cell of a URI, nil if there is none.
func (l layout) by(key string) *cell {
	for _, c := range l {
		if k, _ := documentKey(c.uri); k == key {
			return c
		}
	}
	return nil
}

// at is the cell that holds a place of the whole, or the last one before it.
func (l layout) at(off uint32) *cell {
	if len(l) == 0 {
		return nil
	}
	return l[max(1, sort.Search(len(l), func(i int) bool { return l[i].span.Start > off }))-1]
}

// findings are those, of all in the order of their places, that are in the cell.
func (c *cell) findings(all []analysis.Finding) []analysis.Finding {
	from := sort.Search(len(all), func(i int) bool { return all[i].Span.Start >= c.span.Start })
	to := sort.Search(len(all), func(i int) bool { return all[i].Span.Start > c.span.End })
	return all[from:max(from, to)]
}

// own is a span of the whole as one of the cell.
func (c *cell) own(span source.Span) source.Span {
	in := func(off uint32) uint32 { return min(max(off, c.span.Start), c.span.End) - c.span.Start }
	return source.Span{Start: in(span.Start), End: in(span.End)}
}

// takes reports whether an edit of the whole is one of the cell: it must not
// reach out of it, nor touch what the analysis was not shown as it is.
func (c *cell) takes(e source.Edit) bool {
	if e.Start < c.span.Start || e.End > c.span.End {
		return false
	}
	own := c.own(e.Span)
	return own.Start >= c.plain.Locked && bytes.Equal(c.file.Text()[own.Start:own.End], c.plain.Text[own.Start:own.End])
}

// cut is an edit of the whole, as several where it reaches over the end of a cell: one
// for each of its lines, without their ends, if it leaves as many as there were.
func (l layout) cut(file *source.File, e source.Edit) []source.Edit {
	if c := l.at(e.Start); c == nil || e.End <= c.span.End {
		return []source.Edit{e}
	}
	was := strings.SplitAfter(string(file.Text()[e.Start:e.End]), "\n")
	now := strings.SplitAfter(e.New, "\n")
	if len(was) != len(now) {
		return []source.Edit{e}
	}
	var out []source.Edit
	start := e.Start
	for i := range was {
		old, text := was[i], now[i]
		if strings.HasSuffix(old, "\n") && strings.HasSuffix(text, "\n") {
			old, text = old[:len(old)-1], text[:len(text)-1]
		}
		if old != text {
			out = append(out, source.Edit{Span: source.Span{Start: start, End: start + uint32(len(old))}, New: text})
		}
		start += uint32(len(was[i]))
	}
	return out
}

type notebookParams struct {
	NotebookDocument struct {
		URI   string         `json:"uri"`
		Cells []notebookCell `json:"cells"`
	} `json:"notebookDocument"`
	CellTextDocuments []cellDocument `json:"cellTextDocuments"`
}

type notebookCell struct {
	Document string `json:"document"`
}

type cellDocument struct {
	URI        string         `json:"uri"`
	LanguageID jsontext.Value `json:"languageId"`
	Version    version        `json:"version"`
	Text       *string        `json:"text"`
}

type notebookChange struct {
	NotebookDocument documentID `json:"notebookDocument"`
	Change           struct {
		Cells struct {
			Structure *struct {
				Array struct {
					Start       int            `json:"start"`
					DeleteCount int            `json:"deleteCount"`
					Cells       []notebookCell `json:"cells"`
				} `json:"array"`
				DidOpen  []cellDocument `json:"didOpen"`
				DidClose []documentID   `json:"didClose"`
			} `json:"structure"`
			TextContent []struct {
				Document struct {
					URI     string  `json:"uri"`
					Version version `json:"version"`
				} `json:"document"`
				Changes []contentChange `json:"changes"`
			} `json:"textContent"`
		} `json:"cells"`
	} `json:"change"`
}

// notebookState is what a notebook is made of beside its document: all cells that
// the client told of, those that are no Python too.
type notebookState struct {
	order []string         // URIs
	cells map[string]*cell // of Python, by URI
	// told is what the client was told last of each cell: at a keystroke in one of
	// them the others have mostly nothing new.
	told map[string]uint64
}

func (n *notebookState) open(list []cellDocument) {
	for _, c := range list {
		if c.Text != nil && strings.EqualFold(parseValue(c.LanguageID).string(), "python") {
			n.cells[c.URI] = newCell(c.URI, c.Version, []byte(*c.Text))
			delete(n.told, c.URI)
		}
	}
}

// join is the text of the whole, and the places of the cells in it.
func (n *notebookState) join() ([]byte, layout) {
	var l layout
	var plain []notebook.Plain
	for i, u := range n.order {
		c := n.cells[u]
		if c == nil {
			continue
		}
		placed := *c
		placed.number, placed.first = i+1, len(l) == 0
		l = append(l, &placed)
		plain = append(plain, c.plain)
	}
	text, at := notebook.Join(plain)
	for i := range l {
		l[i].span = at[i]
	}
	return text, l
}

func (s *server) didOpenNotebook(ctx context.Context, params []byte) error {
	var p notebookParams
	if err := decode(params, &p); err != nil {
		return err
	}
	if p.NotebookDocument.URI == "" {
		return errors.New("a notebook without a uri")
	}
	key, path := documentKey(p.NotebookDocument.URI)
	n := &notebookState{cells: map[string]*cell{}, told: map[string]uint64{}}
	for _, c := range p.NotebookDocument.Cells {
		n.order = append(n.order, c.Document)
	}
	n.open(p.CellTextDocuments)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.docs[key]; old != nil { // also as a text
		s.forget(old)
		s.clearDocument(old)
	}
	d := &document{uri: p.NotebookDocument.URI, path: path, notebook: n}
	s.docs[key] = d
	delete(s.scanned, key)
	text, l := n.join()
	d.layout = l
	s.load(d, text)
	s.publish(ctx, d)
	s.spread(ctx, d)
	return nil
}

func (s *server) didChangeNotebook(ctx context.Context, params []byte) error {
	var p notebookChange
	bad := decode(params, &p)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.notebookOf(p.NotebookDocument.URI)
	if d == nil {
		return errors.Join(bad, errUnknown)
	}
	err := bad
	before := d.layout
	if err == nil {
		err = s.changeCells(d.notebook, &p)
	}
	if err != nil {
		s.lose(d)
		return err
	}
	text, l := d.notebook.join()
	s.lastEdit = time.Now()
	for _, c := range before {
		if d.notebook.cells[c.uri] == nil || !slices.Contains(d.notebook.order, c.uri) {
			s.clear(c.uri)
			delete(d.notebook.told, c.uri)
		}
	}
	d.layout = l
	if d.lost = false; !bytes.Equal(text, d.file.Text()) {
		d.pending = []source.Edit{replacement(d.file, string(text))}
		s.analyse(d)
	}
	s.publish(ctx, d)
	s.spread(ctx, d)
	return nil
}

func (s *server) changeCells(n *notebookState, p *notebookChange) error {
	cells := &p.Change.Cells
	if st := cells.Structure; st != nil {
		from, count := st.Array.Start, st.Array.DeleteCount
		if from < 0 || count < 0 || from > len(n.order) || count > len(n.order)-from {
			return fmt.Errorf("%d cells from %d on are not among %d", count, from, len(n.order))
		}
		var fresh []string
		for _, c := range st.Array.Cells {
			fresh = append(fresh, c.Document)
		}
		n.order = slices.Replace(slices.Clone(n.order), from, from+count, fresh...)
		for _, c := range st.DidClose {
			delete(n.cells, c.URI)
		}
		n.open(st.DidOpen)
	}
	for _, t := range cells.TextContent {
		c := n.cells[t.Document.URI]
		if c == nil {
			continue // of another language
		}
		file := c.file
		for _, change := range t.Changes {
			e, err := change.edit(file, s.client.encoding)
			if err != nil {
				return err
			}
			if file, err = file.Edit(e); err != nil {
				return err
			}
		}
		n.cells[t.Document.URI] = newCell(c.uri, t.Document.Version, file.Text())
	}
	return nil
}

func (s *server) didSaveNotebook(ctx context.Context, _ []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.client.watchFiles {
		s.checkConfigurations(ctx)
		s.lookAround(ctx)
	}
	return nil
}

func (s *server) didCloseNotebook(ctx context.Context, params []byte) error {
	var p struct {
		NotebookDocument documentID `json:"notebookDocument"`
	}
	if err := decode(params, &p); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.notebookOf(p.NotebookDocument.URI)
	if d == nil {
		return nil
	}
	s.forget(d)
	key, path := documentKey(d.uri)
	delete(s.docs, key)
	s.clearDocument(d)
	s.rescan(ctx, path)
	s.ripple(ctx, d.project)
	return nil
}

// notebookOf is the open notebook of a URI, nil if there is none.
func (s *server) notebookOf(raw string) *document {
	key, _ := documentKey(raw)
	if d := s.docs[key]; d != nil && d.notebook != nil {
		return d
	}
	return nil
}

// documentOf is the open document of a URI and, if that is of a cell, the cell.
func (s *server) documentOf(raw string) (*document, *cell) {
	key, _ := documentKey(raw)
	if d := s.docs[key]; d != nil {
		if d.notebook != nil {
			return nil, nil // only its cells are asked about
		}
		return d, nil
	}
	for _, d := range s.docs {
		if d.notebook == nil {
			continue
		}
		if c := d.layout.by(key); c != nil {
			return d, c
		}
	}
	return nil, nil
}

// pushCells tells what is new of each cell.
func (s *server) pushCells(d *document) {
	e := s.encoder(d)
	for _, c := range d.layout {
		f := s.pushFrame(c.uri, c.version, e.of(c))
		told := source.Hash(f.b[headerRoom:])
		if was, ok := d.notebook.told[c.uri]; ok && was == told {
			s.out.free(f)
			continue
		}
		d.notebook.told[c.uri] = told
		s.queue(f)
	}
}

// clearDocument takes away what is shown for a document that is no more open.
func (s *server) clearDocument(d *document) {
	if d.notebook == nil {
		s.clear(d.uri)
		return
	}
	for _, c := range d.layout {
		s.clear(c.uri)
	}
}

// cellEdits are edits of a notebook in the client's words, nil if some are not
// within cells.
func (s *server) cellEdits(file *source.File, l layout, edits []source.Edit) *protocol.WorkspaceEdit {
	enc := s.client.encoding
	of := map[*cell][]protocol.TextEdit{}
	var own []source.Edit
	for _, e := range edits {
		own = append(own, l.cut(file, e)...)
	}
	for _, e := range own {
		c := l.at(e.Start)
		if c == nil || !c.takes(e) {
			s.log.Info("a fix is not offered: it would edit a notebook outside its cells of Python", zap.Uint32("at", e.Start))
			return nil
		}
		of[c] = append(of[c], protocol.TextEdit{Range: rangeOf(c.file, c.own(e.Span), enc), NewText: e.New})
	}
	out := &protocol.WorkspaceEdit{}
	if !s.client.versionedEdits {
		out.Changes = map[uri.URI][]protocol.TextEdit{}
	}
	for _, c := range l {
		list := of[c]
		switch {
		case len(list) == 0:
		case !s.client.versionedEdits:
			out.Changes[uri.URI(c.uri)] = list
		default:
			change := &protocol.TextDocumentEdit{TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
				TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: uri.URI(c.uri)}, Version: c.version.int32(),
			}}
			for i := range list {
				change.Edits = append(change.Edits, &list[i])
			}
			out.DocumentChanges = append(out.DocumentChanges, change)
		}
	}
	return out
}

// notebookSync is which notebooks and cells the client tells of.
func notebookSync() *protocol.NotebookDocumentSyncOptions {
	cells := []protocol.NotebookCellLanguage{{Language: "python"}}
	var list []protocol.NotebookSelector
	for _, kind := range []string{"jupyter-notebook", "interactive"} {
		list = append(list, &protocol.NotebookDocumentFilterWithNotebook{Notebook: protocol.String(kind), Cells: cells})
	}
	return &protocol.NotebookDocumentSyncOptions{NotebookSelector: list, Save: new(true)}
}
