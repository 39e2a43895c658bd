package lsp

import (
	"context"
	"hash/fnv"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

type pullParams struct {
	TextDocument     documentID `json:"textDocument"`
	PreviousResultID *string    `json:"previousResultId"`
}

type pullWorkspaceParams struct {
	PreviousResultIDs []struct {
		URI   string `json:"uri"`
		Value string `json:"value"`
	} `json:"previousResultIds"`
}

// pullDocument answers textDocument/diagnostic. It is also answered in push
// mode: a client that asks has a reason.
func (s *server) pullDocument(_ context.Context, params []byte) (answer, any, error) {
	var p pullParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []byte("[]")
	if d, c := s.documentOf(p.TextDocument.URI); c != nil {
		items = s.encoder(d).of(c).appendAll(nil)
	} else if d != nil {
		items = s.encoder(d).appendAll(nil)
	}
	id := resultID(items)
	if p.PreviousResultID != nil && *p.PreviousResultID == id {
		return nil, jsonrpc2.RawMessage(appendUnchanged(nil, id)), nil
	}
	return nil, jsonrpc2.RawMessage(appendFull(nil, id, items)), nil
}

// pullWorkspace answers workspace/diagnostic: what open files have now and what
// the last scan found in the others.
func (s *server) pullWorkspace(_ context.Context, params []byte) (answer, any, error) {
	var p pullWorkspaceParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	known := map[string]string{}
	for _, r := range p.PreviousResultIDs {
		key, _ := documentKey(r.URI)
		known[key] = r.Value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := []byte(`{"items":[`)
	add := func(key, uri, version string, items []byte) {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		id := resultID(items)
		if known[key] == id {
			b = appendUnchanged(b, id)
		} else {
			b = appendFull(b, id, items)
		}
		b = append(b[:len(b)-1], `,"uri":`...)
		b = append(appendString(b, uri), `,"version":`...)
		b = append(append(b, version...), '}')
	}
	for key, d := range s.docs {
		for _, c := range d.layout {
			key, _ := documentKey(c.uri)
			add(key, c.uri, c.version.text(), s.encoder(d).of(c).appendAll(nil))
		}
		if d.notebook == nil {
			add(key, d.uri, d.version.text(), s.encoder(d).appendAll(nil))
		}
	}
	for key, f := range s.scanned {
		if s.docs[key] == nil {
			add(key, key, "null", f.items)
		}
	}
	return nil, jsonrpc2.RawMessage(append(b, `]}`...)), nil
}

// resultID is the same for the same diagnostics of the same version.
func resultID(items []byte) string {
	h := fnv.New64a()
	h.Write(items)
	return strconv.FormatUint(h.Sum64(), 36)
}

func appendFull(b []byte, id string, items jsontext.Value) []byte {
	b = append(b, `{"kind":"full","resultId":"`...)
	b = append(b, id...)
	b = append(b, `","items":`...)
	return append(append(b, items...), '}')
}

func appendUnchanged(b []byte, id string) []byte {
	b = append(b, `{"kind":"unchanged","resultId":"`...)
	return append(append(b, id...), `"}`...)
}

// refreshPulls asks a client that pulls to ask again, after a change that it
// did not make.
func (s *server) refreshPulls(ctx context.Context) {
	if !s.pull || !s.client.pullRefresh {
		return
	}
	s.start(ctx, "refresh", func(ctx context.Context) {
		if err := s.call(ctx, protocol.MethodWorkspaceDiagnosticRefresh, nil, nil); err != nil {
			s.refused(err)
		}
	})
}
