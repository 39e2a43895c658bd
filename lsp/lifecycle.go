package lsp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis/config"
	"pavise/analysis/engine"
)

// initialize answers with what we offer this client. Nothing here may take
// time: an editor waits for it before it shows a file.
func (s *server) initialize(ctx context.Context, params []byte) (answer, any, error) {
	s.client = readClient(params)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options = s.readSettings(s.client.options)
	for _, u := range s.client.folders {
		s.addFolder(u)
	}
	s.heads = s.ruleHeads()
	s.pull = s.client.pull && (s.options.pull || !s.client.push)
	s.stage.Store(stageReady)
	s.log.Info("client connected", zap.String("client", s.client.name), zap.Int("folders", len(s.folders)),
		zap.String("encoding", encodingNames[s.client.encoding]), zap.Bool("pull", s.pull))
	s.watchParent(ctx, s.client.processID)
	return nil, &protocol.InitializeResult{
		Capabilities: s.capabilities(),
		ServerInfo:   protocol.ServerInfo{Name: "pavise", Version: protocol.NewOptional(s.version)},
	}, nil
}

func (s *server) capabilities() protocol.ServerCapabilities {
	c := protocol.ServerCapabilities{
		PositionEncoding: protocol.PositionEncodingKind(encodingNames[s.client.encoding]),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: new(true),
			Change:    new(protocol.TextDocumentSyncKindIncremental),
			Save:      &protocol.SaveOptions{IncludeText: new(true)}, // see didSave
		},
		HoverProvider:          protocol.Boolean(true),
		CodeActionProvider:     protocol.Boolean(true),
		CompletionProvider:     &protocol.CompletionOptions{TriggerCharacters: completionTriggers},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{Commands: commandNames()},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported:           new(true),
			ChangeNotifications: protocol.Boolean(true),
		}},
	}
	if s.client.actionLiterals {
		c.CodeActionProvider = &protocol.CodeActionOptions{
			CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, kindFixAll},
			ResolveProvider: new(s.client.lazyEdits),
		}
	}
	if s.client.hints {
		c.InlayHintProvider = protocol.Boolean(true)
	}
	if s.client.lenses {
		c.CodeLensProvider = &protocol.CodeLensOptions{}
	}
	if s.client.links {
		c.DocumentLinkProvider = &protocol.DocumentLinkOptions{}
	}
	if s.client.notebooks {
		c.NotebookDocumentSync = notebookSync()
	}
	if s.pull {
		c.DiagnosticProvider = &protocol.DiagnosticOptions{
			Identifier:           new("pavise"),
			WorkspaceDiagnostics: s.options.scanAtStart,
		}
	}
	return c
}

// initialized asks the client for what it lets us ask for, and pays for what
// the first analysis would else have to wait for.
func (s *server) initialized(ctx context.Context, _ []byte) error {
	s.start(ctx, "warm up", func(context.Context) { engine.Warm() })
	s.start(ctx, "registrations", s.register)
	s.start(ctx, "settings", func(ctx context.Context) {
		s.fetchSettings(ctx)
		s.mu.Lock()
		scan := s.options.scanAtStart
		s.mu.Unlock()
		if scan {
			s.scan(ctx, value{})
		}
	})
	return nil
}

// register asks to be told of changed settings and configuration files.
func (s *server) register(ctx context.Context) {
	if s.client.watchSettings {
		s.registerFor(ctx, protocol.MethodWorkspaceDidChangeConfiguration,
			&protocol.DidChangeConfigurationRegistrationOptions{Section: protocol.String(section)})
	}
	s.watch(ctx, "**/"+config.FileName, "**/"+config.PyProject)
}

// watch asks to be told of changes of files.
func (s *server) watch(ctx context.Context, globs ...string) {
	if !s.client.watchFiles {
		return
	}
	var watchers []protocol.FileSystemWatcher
	for _, g := range globs {
		watchers = append(watchers, protocol.FileSystemWatcher{GlobPattern: protocol.Pattern(g)})
	}
	s.registerFor(ctx, protocol.MethodWorkspaceDidChangeWatchedFiles,
		&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers})
}

func (s *server) registerFor(ctx context.Context, method string, options any) {
	text, err := protocol.Marshal(options)
	if err != nil {
		s.log.Error("registration not encoded", zap.String("method", method), zap.Error(err))
		return
	}
	s.mu.Lock()
	s.tokens++
	id := fmt.Sprintf("pavise-%d", s.tokens)
	s.mu.Unlock()
	r := protocol.Registration{ID: id, Method: method, RegisterOptions: text}
	params := &protocol.RegistrationParams{Registrations: []protocol.Registration{r}}
	if err := s.call(ctx, protocol.MethodClientRegisterCapability, params, nil); err != nil {
		s.refused(err)
	}
}

func (s *server) shutdown(context.Context, []byte) (answer, any, error) {
	s.stage.Store(stageShutDown)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cancel := range s.cancels {
		cancel()
	}
	return nil, nil, nil
}

// watchParent ends the connection when the client's process is gone. A process
// that cannot be seen from the start lives in another namespace (a container,
// another machine) and is not watched.
func (s *server) watchParent(ctx context.Context, pid int) {
	if pid == 0 || !alive(pid) {
		return
	}
	s.start(ctx, "parent watch", func(ctx context.Context) {
		tick := time.NewTicker(s.parentPoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if !alive(pid) {
				s.log.Warn("the client's process is gone", zap.Int("pid", pid))
				s.leave()
				return
			}
		}
	})
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release() //nolint:errcheck // nothing depends on it
	err = p.Signal(syscall.Signal(0))
	return !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH)
}
