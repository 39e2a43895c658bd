package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis"
)

// Options of a server.
type Options struct {
	Log     *zap.Logger // nil: nothing is logged; it must not write to the out of Serve
	Version string      // for serverInfo
	// PageURL is the address of a rule's page, "" if it has none. Nil means
	// that no rule has one.
	PageURL func(*analysis.Rule) string

	// Trace takes every message as a line of JSON; nil if nothing is recorded.
	Trace io.Writer

	// PageDir is where pages are put for the client to show; "" means a folder
	// of the user's cache.
	PageDir string
	// Quiet is how long typing must pause before what was kept while a file was
	// broken is put right; 0 means 150 ms.
	Quiet time.Duration
	// ParentPoll is how often the client's process is looked after; 0 means 3 s.
	ParentPoll time.Duration
}

// The ways a connection can end without a client that says goodbye.
var (
	ErrNoShutdown = errors.New("the client sent exit without shutdown")
	ErrGone       = errors.New("the client is gone without shutdown")
)

// The stages of a connection.
const (
	stageNew      int32 = iota // nothing but initialize is answered
	stageReady                 // after initialize
	stageShutDown              // only exit is left
)

// closing is how long the end of a connection waits for what still runs.
const closing = 2 * time.Second

// server is one connection to one client.
type server struct {
	log     *zap.Logger
	version string
	pageURL func(*analysis.Rule) string
	pageDir string
	quiet   time.Duration

	stream *stream
	out    *outbox
	conn   jsonrpc2.Conn
	client client // written by initialize, before any other message is read

	stage   atomic.Int32
	exited  chan struct{} // closed by exit or the death of the parent
	leaving sync.Once
	goodbye atomic.Bool // an exit notification came

	inFlight inFlight

	work      sync.WaitGroup // goroutines that end with the connection
	workMu    sync.Mutex     // guards workEnded and the start of work
	workEnded bool

	pull       bool                      // how diagnostics travel; written by initialize
	heads      map[*analysis.Rule]string // see ruleHeads; written by initialize
	parentPoll time.Duration

	mu       sync.Mutex           // guards all below and what it points to
	docs     map[string]*document // by canonical URI
	projects map[projectKey]*project
	byDir    map[string]*project // the projects of folders, until the next reload
	folders  []*folder
	options  settings          // of the whole client
	shown    map[string]bool   // messages that the user has seen
	faulty   map[string]string // URIs of configuration files with published faults, and what was said
	lastEdit time.Time

	scanned     map[string]closedFile // by canonical URI
	stale       map[string]bool       // paths that a scan has to look at again
	scanning    bool
	rescanning  bool
	scannedOnce bool
	cancels     map[string]context.CancelFunc // of what shows progress, by token
	tokens      int
}

// Serve talks to one client over in and out until the client says exit, in
// ends, ctx is done, or the process named in initialize is gone. It returns
// nil if the client had sent shutdown before. If Serve has to give up a read,
// it closes in when that is an [io.Closer].
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	s := newServer(o)
	trace := newTracer(o.Trace)
	s.out = newOutbox(out, trace)
	s.stream = newStream(in, s.out, s.log)
	s.stream.trace = trace
	s.conn = jsonrpc2.NewConn(s.stream, jsonrpc2.WithCodec(codec{}))
	connection, cancel := context.WithCancel(ctx)
	defer cancel()
	s.conn.Go(connection, s.handler(connection))

	select {
	case <-s.conn.Done():
	case <-s.exited:
	case <-ctx.Done():
	}
	cancel()
	s.end(in)
	switch {
	case s.stage.Load() == stageShutDown:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("serve: %w", context.Cause(ctx))
	case s.goodbye.Load():
		return ErrNoShutdown
	}
	if err := s.conn.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return ErrGone
}

func newServer(o Options) *server {
	s := &server{
		log: o.Log, version: o.Version, pageURL: o.PageURL, pageDir: o.PageDir, quiet: o.Quiet, parentPoll: o.ParentPoll,
		exited:   make(chan struct{}),
		docs:     map[string]*document{},
		projects: map[projectKey]*project{},
		byDir:    map[string]*project{},
		shown:    map[string]bool{},
		faulty:   map[string]string{},
		scanned:  map[string]closedFile{},
		stale:    map[string]bool{},
		cancels:  map[string]context.CancelFunc{},
	}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	if s.pageURL == nil {
		s.pageURL = func(*analysis.Rule) string { return "" }
	}
	if s.quiet == 0 {
		s.quiet = 150 * time.Millisecond
	}
	if s.parentPoll == 0 {
		s.parentPoll = 3 * time.Second
	}
	return s
}

// end writes what is queued and waits for what still runs.
func (s *server) end(in io.Reader) {
	s.workMu.Lock()
	s.workEnded = true
	s.workMu.Unlock()
	s.stopTimers()
	ended := make(chan struct{})
	go func() { // ends with what it waits for, at the latest with the process
		defer close(ended)
		s.work.Wait()
		<-s.conn.Done()
		s.out.close()
		<-s.out.done
	}()
	if c, ok := in.(io.Closer); ok && !s.goodbye.Load() {
		c.Close() // a read in the middle of a message ends in no other way
	}
	select {
	case <-ended:
	case <-time.After(closing):
		s.log.Warn("connection ended while something was still running")
	}
}

// exit handles the exit notification.
func (s *server) exit() {
	s.goodbye.Store(true)
	s.stream.closed.Store(true)
	s.leave()
}

// leave makes Serve return.
func (s *server) leave() { s.leaving.Do(func() { close(s.exited) }) }

// start runs f on a goroutine that must end when ctx, the connection's, does.
func (s *server) start(ctx context.Context, name string, f func(ctx context.Context)) {
	s.workMu.Lock()
	defer s.workMu.Unlock()
	if s.workEnded {
		return
	}
	s.work.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("background work panicked", zap.String("work", name), zap.Any("value", p), zap.Stack("stack"))
			}
		}()
		f(ctx)
	})
}

// send queues a notification.
func (s *server) send(method string, params any) {
	text, err := protocol.Marshal(params)
	if err != nil {
		s.log.Error("notification not encoded", zap.String("method", method), zap.Error(err))
		return
	}
	f := s.out.frame()
	f.b = jsonrpc2.AppendNotification(f.b, method, text)
	s.queue(f)
}

// queue hands a frame to the outbox. A client that is gone ends the connection
// at the next read; until then its messages are dropped.
func (s *server) queue(f *frame) {
	if _, err := s.out.send(f); err != nil {
		s.log.Debug("message dropped", zap.Error(err))
	}
}

// call asks the client. It must not be used inline: the answer could not be
// read.
func (s *server) call(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if _, err := s.conn.Call(ctx, method, params, result); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// refused logs that the client did not do what it was asked for, unless that is
// because it has gone.
func (s *server) refused(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) || errors.Is(err, jsonrpc2.ErrClientClosing) {
		return
	}
	s.log.Warn("the client refused a request", zap.Error(err))
}

// tell shows a message to the user, each text once.
func (s *server) tell(kind protocol.MessageType, text string) {
	if s.shown[text] {
		return
	}
	s.shown[text] = true
	s.say(kind, text)
}

// say shows a message to the user.
func (s *server) say(kind protocol.MessageType, text string) {
	s.send(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: kind, Message: "Pavise: " + text})
}

// codec encodes what we send; protocol's own is not exported.
type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	return protocol.Marshal(v)
}

func (codec) Unmarshal(b []byte, v any) error {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = append((*raw)[:0], b...)
		return nil
	}
	return protocol.Unmarshal(b, v)
}
