package lsp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"pavise/analysis/source"
)

// mostHint is how many characters of a source a hint shows.
const mostHint = 40

type hintParams struct {
	TextDocument documentID `json:"textDocument"`
	Range        textRange  `json:"range"`
}

// inlayHints marks, in the text, where the data of findings comes from and
// where it arrives. They are off until the client's settings say otherwise.
func (s *server) inlayHints(_ context.Context, params []byte) (answer, any, error) {
	var p hintParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	none := []protocol.InlayHint{}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok || !s.hintsOn(v) {
		return nil, none, nil
	}
	span, err := v.spanOf(p.Range, s.client.encoding)
	if err != nil {
		return nil, nil, err
	}
	return func(context.Context) (any, error) {
		return s.hintsIn(v, span), nil
	}, nil, nil
}

func (s *server) hintsOn(v view) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settingsFor(s.folderOf(v.path)).hints
}

// hint is one before it is written: all hints of a place say different things.
type hint struct {
	at   uint32
	text string
}

func (s *server) hintsIn(v view, span source.Span) []protocol.InlayHint {
	var hints []hint
	add := func(at source.Span, text string) {
		if at.Touches(span) {
			hints = append(hints, hint{at.End, text})
		}
	}
	file := v.snap.File()
	for _, f := range v.snap.Findings() {
		if len(f.Steps) < 2 {
			continue
		}
		from := &f.Steps[0]
		if in, _, at, ok := v.encoder.at(from.Path, from.Span); ok {
			if from.Path == "" || from.Path == file.Path() {
				add(from.Span, "untrusted")
			}
			add(f.Span, "untrusted: "+sourceName(in, at))
		}
	}
	for _, f := range v.session.Elsewhere(v.path) {
		if len(f.Steps) > 1 && f.Steps[0].Path == v.path {
			add(f.Steps[0].Span, "untrusted")
		}
	}
	slices.SortFunc(hints, func(a, b hint) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.text, b.text)) })
	out := []protocol.InlayHint{}
	for _, h := range slices.Compact(hints) {
		out = append(out, protocol.InlayHint{
			Position: v.rangeOf(source.Span{Start: h.at, End: h.at}, s.client.encoding).Start, Label: protocol.String(h.text), PaddingLeft: new(true),
		})
	}
	return out
}

// sourceName is the text of a source, short enough to stand behind code.
func sourceName(in *source.File, at source.Span) string {
	text := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(string(in.Text()[at.Start:at.End]), "\uFFFD")), " "))
	if len(text) > mostHint {
		text = append(text[:mostHint], '…')
	}
	return string(text)
}

// refreshMarksOf is refreshMarks if the settings for a document want any.
func (s *server) refreshMarksOf(ctx context.Context, d *document) {
	if o := s.settingsFor(s.folderOf(d.path)); o.hints || o.lenses {
		s.refreshMarks(ctx)
	}
}

// refreshMarks has the client ask again for hints and lenses that changed without
// an edit.
func (s *server) refreshMarks(ctx context.Context) {
	refresh := func(wanted bool, method string) {
		if !wanted {
			return
		}
		s.start(ctx, method, func(ctx context.Context) {
			if err := s.call(ctx, method, nil, nil); err != nil {
				s.refused(err)
			}
		})
	}
	refresh(s.client.hintRefresh, protocol.MethodWorkspaceInlayHintRefresh)
	refresh(s.client.lensRefresh, protocol.MethodWorkspaceCodeLensRefresh)
}
