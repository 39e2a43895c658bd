package lsp

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// request is how a method is answered. It runs inline, so that what it reads
// is the state at the request's place in the wire order, and returns what is
// left to do concurrently with later messages, or its result if that is nil.
// Its context is the connection's, that of the answer is the request's.
type request func(s *server, ctx context.Context, params []byte) (later answer, result any, err error)

type answer func(ctx context.Context) (any, error)

// notification handles a message that has no answer, inline. Its context is
// the connection's.
type notification func(s *server, ctx context.Context, params []byte) error

var requests = map[string]request{
	protocol.MethodInitialize:               (*server).initialize,
	protocol.MethodShutdown:                 (*server).shutdown,
	protocol.MethodTextDocumentCodeAction:   (*server).codeAction,
	protocol.MethodCodeActionResolve:        (*server).resolveAction,
	protocol.MethodTextDocumentHover:        (*server).hover,
	protocol.MethodTextDocumentCompletion:   (*server).completion,
	protocol.MethodTextDocumentDiagnostic:   (*server).pullDocument,
	protocol.MethodWorkspaceDiagnostic:      (*server).pullWorkspace,
	protocol.MethodWorkspaceExecuteCommand:  (*server).executeCommand,
	protocol.MethodTextDocumentInlayHint:    (*server).inlayHints,
	protocol.MethodTextDocumentCodeLens:     (*server).codeLenses,
	protocol.MethodTextDocumentDocumentLink: (*server).documentLinks,
	methodExplain:                           (*server).explainRequest,
	methodRules:                             (*server).listRules,
}

var notifications = map[string]notification{
	protocol.MethodInitialized:                        (*server).initialized,
	protocol.MethodTextDocumentDidOpen:                (*server).didOpen,
	protocol.MethodTextDocumentDidChange:              (*server).didChange,
	protocol.MethodTextDocumentDidSave:                (*server).didSave,
	protocol.MethodTextDocumentDidClose:               (*server).didClose,
	protocol.MethodNotebookDocumentDidOpen:            (*server).didOpenNotebook,
	protocol.MethodNotebookDocumentDidChange:          (*server).didChangeNotebook,
	protocol.MethodNotebookDocumentDidSave:            (*server).didSaveNotebook,
	protocol.MethodNotebookDocumentDidClose:           (*server).didCloseNotebook,
	protocol.MethodWorkspaceDidChangeConfiguration:    (*server).didChangeConfiguration,
	protocol.MethodWorkspaceDidChangeWorkspaceFolders: (*server).didChangeFolders,
	protocol.MethodWorkspaceDidChangeWatchedFiles:     (*server).didChangeFiles,
	protocol.MethodWindowWorkDoneProgressCancel:       (*server).cancelProgress,
}

// handler is the chain every message goes through. jsonrpc2 ends the
// connection when a handler panics or a notification's handler returns an
// error, so neither gets through.
func (s *server) handler(connection context.Context) jsonrpc2.Handler {
	return func(ctx context.Context, r *jsonrpc2.Request) (result any, err error) {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("a handler panicked", zap.String("method", r.Method()), zap.Any("value", p), zap.Stack("stack"))
				result, err = nil, jsonrpc2.ErrInternal
			}
			switch {
			case err == nil:
			case !r.IsCall():
				s.log.Warn("notification ignored", zap.String("method", r.Method()), zap.Error(err))
				result, err = nil, nil
			case errors.Is(err, context.Canceled):
				err = protocol.ErrRequestCancelled
			}
		}()
		if r.IsCall() {
			return s.answer(ctx, connection, r)
		}
		return nil, s.notify(connection, r)
	}
}

// answer finds the handler of a request and refuses what does not fit the
// stage of the connection.
func (s *server) answer(ctx, connection context.Context, r *jsonrpc2.Request) (any, error) {
	switch stage := s.stage.Load(); {
	case stage == stageNew && r.Method() != protocol.MethodInitialize:
		return nil, jsonrpc2.Errorf(jsonrpc2.ServerNotInitialized, "%s came before initialize", r.Method())
	case stage == stageReady && r.Method() == protocol.MethodInitialize:
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "initialize came twice")
	case stage == stageShutDown:
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "%s came after shutdown", r.Method())
	}
	h, ok := requests[r.Method()]
	if !ok {
		return nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "%s is not offered", r.Method())
	}
	later, result, err := h(s, connection, r.Params())
	if err != nil || later == nil {
		return result, err
	}
	// Not derived from ctx: jsonrpc2 recycles a request's context while a child
	// of it can still be waiting for its end, and jsonrpc2.CancelHandler, which
	// makes such children, ends the process when a request is answered inline.
	own, done := s.inFlight.add(connection, r.ID())
	defer done()
	jsonrpc2.Async(ctx)
	return later(own)
}

// inFlight is the requests that can be cancelled.
type inFlight struct {
	mu sync.Mutex // guards of
	of map[jsonrpc2.ID]*context.CancelFunc
}

func (f *inFlight) add(connection context.Context, id jsonrpc2.ID) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(connection)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of == nil {
		f.of = map[jsonrpc2.ID]*context.CancelFunc{}
	}
	entry := &cancel
	f.of[id] = entry
	return ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.of[id] == entry { // a client can use an id twice
			delete(f.of, id)
		}
		cancel()
	}
}

func (f *inFlight) cancel(id jsonrpc2.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cancel := f.of[id]; cancel != nil {
		(*cancel)()
	}
}

func (s *server) notify(connection context.Context, r *jsonrpc2.Request) error {
	if r.Method() == protocol.MethodExit {
		s.exit()
		return nil
	}
	if r.Method() == protocol.MethodCancelRequest {
		if id, ok := cancelledID(r.Params()); ok {
			s.inFlight.cancel(id)
		}
		return nil
	}
	h, ok := notifications[r.Method()]
	if !ok || s.stage.Load() != stageReady {
		return nil
	}
	return h(s, connection, r.Params())
}

// cancelledID reads the params of $/cancelRequest: any whole number or string.
func cancelledID(params []byte) (jsonrpc2.ID, bool) {
	var p struct {
		ID jsontext.Value `json:"id"`
	}
	if decode(params, &p) != nil {
		return jsonrpc2.ID{}, false
	}
	if bytes.HasPrefix(p.ID, []byte(`"`)) {
		text, err := jsontext.AppendUnquote(nil, p.ID)
		return jsonrpc2.NewStringID(string(text)), err == nil
	}
	n, err := strconv.ParseInt(string(p.ID), 10, 64)
	return jsonrpc2.NewNumberID(n), err == nil
}
