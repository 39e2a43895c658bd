package lsp

import (
	"bytes"
	"io/fs"
	"maps"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"pavise/analysis/source"
	"pavise/quickfix"
	"pavise/quickfix/fix"
)

// workspaceEdit is edits of a document in the client's words, nil if the client
// could not make them.
func (s *server) workspaceEdit(v view, edits []source.Edit) *protocol.WorkspaceEdit {
	if v.cell != nil {
		return s.cellEdits(v.snap.File(), v.layout, edits)
	}
	return s.fileEdit(v.snap.File(), v.uri, v.version.int32(), edits)
}

// change is what a fix does to a document and to other files of its program, and the
// variables of the environment and the distribution that its code needs from then on.
type change struct {
	edits       []source.Edit
	others      []fix.Other
	variables   []string
	requirement string
	note        note
}

// note is what is said of a change that reaches beyond the file of its finding.
type note struct {
	title, caveat string
	review        bool // somebody should look at all of it, else only at the other files
}

func changeOf(a *quickfix.Action) change {
	return change{a.Edits, a.Others, a.Variables, a.Requirement, note{a.Title, a.Caveat, a.Safety == quickfix.Review}}
}

// changeEdit is a change in the client's words, with what it brings for the files beside
// the code: one that is not there only for clients that can make it. It is nil if the
// client could not make it, or another file has changed since the fix was worked out.
func (s *server) changeEdit(v view, x change) *protocol.WorkspaceEdit {
	if len(x.edits) == 0 {
		return nil
	}
	all := s.workspaceEdit(v, x.edits)
	if all == nil {
		return nil
	}
	read := func(path string) (*source.File, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if f, _, ok := s.otherFile(nil)(path); ok {
			return f, nil
		}
		return nil, fs.ErrNotExist
	}
	var others []*protocol.WorkspaceEdit
	for _, o := range x.others {
		if now, err := read(o.File.Path()); err != nil || !bytes.Equal(now.Text(), o.File.Text()) {
			return nil
		}
		others = append(others, s.fileEdit(o.File, uriOf(o.File.Path()), nil, o.Edits))
	}
	beside := quickfix.BesideEnvironment(v.path, x.variables, read)
	if b := quickfix.BesideRequirement(v.path, x.requirement, read); b != nil {
		beside = append(beside, *b)
	}
	for _, b := range beside {
		if b.Create && !s.client.createFiles {
			continue
		}
		address := uriOf(b.File.Path())
		edit := s.fileEdit(b.File, address, nil, []source.Edit{b.Edit})
		if b.Create {
			creating(edit, address)
		}
		others = append(others, edit)
	}
	s.join(all, others, x.note)
	return all
}

// The annotations of an edit of several files.
const (
	ownFile    protocol.ChangeAnnotationIdentifier = "own" // that of the finding
	otherFiles protocol.ChangeAnnotationIdentifier = "others"
)

// join adds to an edit of the file of a finding those of other files. Clients that can
// ask are told to ask before they change these.
func (s *server) join(own *protocol.WorkspaceEdit, others []*protocol.WorkspaceEdit, n note) {
	if s.client.annotations && len(others) > 0 {
		said := protocol.ChangeAnnotation{Label: n.title}
		if n.caveat != "" {
			said.Description = new(n.caveat)
		}
		confirmed := said
		confirmed.NeedsConfirmation = new(true)
		own.ChangeAnnotations = map[protocol.ChangeAnnotationIdentifier]protocol.ChangeAnnotation{ownFile: said, otherFiles: confirmed}
		if n.review {
			own.ChangeAnnotations[ownFile] = confirmed
		}
		annotate(own, ownFile)
		for _, edit := range others {
			annotate(edit, otherFiles)
		}
	}
	for _, edit := range others {
		own.DocumentChanges = append(own.DocumentChanges, edit.DocumentChanges...)
		maps.Copy(own.Changes, edit.Changes)
	}
}

// annotate puts all changes of an edit under an annotation.
func annotate(edit *protocol.WorkspaceEdit, id protocol.ChangeAnnotationIdentifier) {
	for _, c := range edit.DocumentChanges {
		switch c := c.(type) {
		case *protocol.CreateFile:
			c.AnnotationID = id
		case *protocol.TextDocumentEdit:
			for i, e := range c.Edits {
				if plain, ok := e.(*protocol.TextEdit); ok {
					c.Edits[i] = &protocol.AnnotatedTextEdit{TextEdit: *plain, AnnotationID: id}
				}
			}
		}
	}
}

// fileEdit is edits of any file; version is nil for one that is not open.
func (s *server) fileEdit(file *source.File, address string, version *int32, edits []source.Edit) *protocol.WorkspaceEdit {
	enc, u := s.client.encoding, uri.URI(address)
	if !s.client.versionedEdits {
		list := make([]protocol.TextEdit, len(edits))
		for i, e := range edits {
			list[i] = protocol.TextEdit{Range: rangeOf(file, e.Span, enc), NewText: e.New}
		}
		return &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: list}}
	}
	change := &protocol.TextDocumentEdit{
		TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u},
			Version:                version,
		},
	}
	for _, e := range edits {
		change.Edits = append(change.Edits, &protocol.TextEdit{Range: rangeOf(file, e.Span, enc), NewText: e.New})
	}
	return &protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{change}}
}

// creating has an edit make its file first.
func creating(edit *protocol.WorkspaceEdit, address string) {
	made := &protocol.CreateFile{Kind: "create", URI: uri.URI(address), Options: &protocol.CreateFileOptions{IgnoreIfExists: new(true)}}
	edit.DocumentChanges = append([]protocol.DocumentChange{made}, edit.DocumentChanges...)
}
