// Package lsptest is a fake editor: it speaks to a server over a pipe as an
// editor does, keeps the text of its files, applies edits and remembers what it
// was told. It knows nothing of the server's types, so that what the server
// sends is read by a second reader.
package lsptest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pavise/lsp"
)

// patience is how long an editor waits for anything before the test fails.
const patience = 20 * time.Second

// Config says what editor to be.
type Config struct {
	Client   string         // one of Clients; "" means "vscode"
	Dir      string         // the workspace folder; "" for none
	Options  any            // initializationOptions
	Settings map[string]any // what workspace/configuration gives, by section
	Server   lsp.Options
	// Params changes the initialize params before they are sent; it may be nil.
	Params func(params map[string]any)
	// Mute leaves the requests of the server unanswered.
	Mute bool
	// Input goes before what the editor sends; nil for nothing. Tests use it to
	// count or to hold back.
	Input func(io.Writer) io.Writer
}

// Editor is a client with one server. Its methods are for the goroutine of the
// test and fail it when the server does not answer.
type Editor struct {
	Capabilities map[string]any // of the server

	t         testing.TB
	cfg       Config
	root      string // URI of Dir
	stringIDs bool
	encoding  string
	serve     chan error
	input     io.WriteCloser
	send      io.Writer

	annotations bool // of edits are known to it

	mu       sync.Mutex // guards all below
	news     *sync.Cond // something came
	seq      int
	replies  map[string]reply
	docs     map[string]*doc // by URI
	pushed   map[string]Push // the last, by URI
	history  []Push          // all
	notes    []Message       // other notifications
	requests []Message       // of the server
	ended    bool
	settings map[string]any
}

// Start starts a server and initialises it. The server is stopped when the test
// ends, and must then end in good order.
func Start(t testing.TB, cfg Config) *Editor {
	t.Helper()
	e := Dial(t, cfg)
	params := e.InitializeParams()
	e.annotations = announced(params, "workspaceEdit", "changeAnnotationSupport")
	var result struct{ Capabilities map[string]any }
	if err := e.Call("initialize", params, &result); err != nil {
		t.Fatalf("initialize: %v", err)
	}
	e.Capabilities = result.Capabilities
	e.encoding, _ = result.Capabilities["positionEncoding"].(string)
	if e.encoding == "" {
		e.encoding = "utf-16"
	}
	e.Notify("initialized", map[string]any{})
	t.Cleanup(func() {
		if err := e.Stop(); err != nil {
			t.Errorf("server ended with %v", err)
		}
	})
	return e
}

// Dial starts a server and sends nothing.
func Dial(t testing.TB, cfg Config) *Editor {
	t.Helper()
	if cfg.Client == "" {
		cfg.Client = "vscode"
	}
	if cfg.Server.PageDir == "" {
		cfg.Server.PageDir = t.TempDir()
	}
	serverIn, clientOut := io.Pipe()
	clientIn, serverOut := io.Pipe()
	e := &Editor{
		t: t, cfg: cfg, encoding: "utf-16", stringIDs: cfg.Client == "lsp4ij",
		serve: make(chan error, 1), input: clientOut, send: clientOut,
		replies: map[string]reply{}, docs: map[string]*doc{}, pushed: map[string]Push{},
		settings: maps.Clone(cfg.Settings),
	}
	if cfg.Input != nil {
		e.send = cfg.Input(clientOut)
	}
	if cfg.Dir != "" {
		e.root = URI(cfg.Dir)
	}
	e.news = sync.NewCond(&e.mu)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context())) // t.Context ends before Cleanup
	read := make(chan struct{})
	go func() {
		err := lsp.Serve(ctx, serverIn, serverOut, cfg.Server)
		serverIn.Close() // as the end of a process does
		serverOut.Close()
		e.serve <- err
	}()
	go func() {
		defer close(read)
		e.read(clientIn)
	}()
	t.Cleanup(func() {
		cancel()
		clientOut.Close()
		<-read
	})
	return e
}

// InitializeParams are those of the editor's kind.
func (e *Editor) InitializeParams() map[string]any {
	params := clientParams(e.t, e.cfg.Client, e.root)
	if e.cfg.Options != nil {
		params["initializationOptions"] = e.cfg.Options
	}
	if e.cfg.Params != nil {
		e.cfg.Params(params)
	}
	return params
}

// announced reports whether some params say a thing of the editor's workspace.
func announced(params map[string]any, path ...string) bool {
	var at any = params
	for _, key := range append([]string{"capabilities", "workspace"}, path...) {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	return at != nil
}

// Stop ends the server as an editor does, and returns how Serve ended.
func (e *Editor) Stop() error {
	e.mu.Lock()
	ended := e.ended
	e.mu.Unlock()
	if !ended {
		if err := e.Call("shutdown", nil, nil); err != nil {
			e.t.Errorf("shutdown: %v", err)
		}
		e.Notify("exit", nil)
	}
	return e.Ended()
}

// Hangup closes the pipe to the server without a word.
func (e *Editor) Hangup() { e.input.Close() }

// Ended waits for the end of the server.
func (e *Editor) Ended() error {
	e.t.Helper()
	select {
	case err := <-e.serve:
		e.serve <- err
		return err
	case <-time.After(patience):
		e.t.Fatal("the server does not end")
		return nil
	}
}

// Raw sends a message body as it is.
func (e *Editor) Raw(body string) {
	e.Bytes(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

// Bytes writes to the server what need not be a message at all.
func (e *Editor) Bytes(text string) {
	if _, err := io.WriteString(e.send, text); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		e.t.Errorf("write to the server: %v", err)
	}
}

// Frame is a message as it goes over the wire.
func Frame(message map[string]any) string {
	message["jsonrpc"] = "2.0"
	body, err := json.Marshal(message)
	if err != nil {
		panic(err) // a test's own message
	}
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// Notify sends a notification; nil params are left out.
func (e *Editor) Notify(method string, params any) {
	m := map[string]any{"method": method}
	if params != nil {
		m["params"] = params
	}
	e.Bytes(Frame(m))
}

// Request sends a request and returns its id, for Reply and Cancel.
func (e *Editor) Request(method string, params any) any {
	e.mu.Lock()
	e.seq++
	var id any = e.seq
	if e.stringIDs {
		id = strconv.Itoa(e.seq)
	}
	e.mu.Unlock()
	m := map[string]any{"id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	e.Bytes(Frame(m))
	return id
}

// Cancel takes a request back.
func (e *Editor) Cancel(id any) { e.Notify("$/cancelRequest", map[string]any{"id": id}) }

// Reply waits for the answer to a request. The error is of type *Error if the
// server answered with one.
func (e *Editor) Reply(id any, result any) error {
	e.t.Helper()
	key, _ := json.Marshal(id)
	var r reply
	e.await("an answer to request "+string(key), func() bool {
		var ok bool
		r, ok = e.replies[string(key)]
		delete(e.replies, string(key))
		return ok
	})
	if r.err != nil {
		return r.err
	}
	if result == nil || len(r.result) == 0 {
		return nil
	}
	return json.Unmarshal(r.result, result)
}

// Call sends a request and waits for its answer.
func (e *Editor) Call(method string, params, result any) error {
	e.t.Helper()
	return e.Reply(e.Request(method, params), result)
}

// Sync waits until the server has dealt with all that was sent.
func (e *Editor) Sync() {
	e.t.Helper()
	if err := e.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]any{"uri": "file:///sync"}, "position": map[string]any{"line": 0, "character": 0},
	}, nil); err != nil {
		e.t.Fatalf("the server does not answer: %v", err)
	}
}

// await waits for something that comes from the server. It holds mu while it
// asks ready.
func (e *Editor) await(what string, ready func() bool) {
	e.t.Helper()
	timer := time.AfterFunc(patience, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.news.Broadcast()
	})
	defer timer.Stop()
	end := time.Now().Add(patience)
	e.mu.Lock()
	defer e.mu.Unlock()
	for !ready() {
		if e.ended {
			e.t.Fatalf("the server has ended; there was no %s", what)
		}
		if !time.Now().Before(end) {
			e.t.Fatalf("waited %v for %s", patience, what)
		}
		e.news.Wait()
	}
}

// read takes what the server sends until it ends.
func (e *Editor) read(in io.Reader) {
	r := bufio.NewReader(in)
	for {
		body, err := readFrame(r)
		if err != nil {
			break
		}
		e.receive(body)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	e.news.Broadcast()
}

func readFrame(r *bufio.Reader) ([]byte, error) {
	size := -1
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if size, err = strconv.Atoi(v); err != nil {
				return nil, err
			}
		}
	}
	body := make([]byte, size)
	_, err := io.ReadFull(r, body)
	return body, err
}

func (e *Editor) receive(body []byte) {
	if body[0] == '[' {
		var batch []json.RawMessage
		if err := json.Unmarshal(body, &batch); err != nil || len(batch) == 0 {
			e.t.Errorf("the server sent %q: %v", body, err)
		}
		for _, m := range batch {
			e.receive(m)
		}
		return
	}
	var m struct {
		JSONRPC string
		ID      json.RawMessage
		Method  string
		Params  json.RawMessage
		Result  json.RawMessage
		Error   *Error
	}
	if err := json.Unmarshal(body, &m); err != nil || m.JSONRPC != "2.0" {
		e.t.Errorf("the server sent %q: %v", body, err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.news.Broadcast()
	switch {
	case m.Method == "":
		e.replies[string(m.ID)] = reply{m.Result, m.Error}
	case len(m.ID) > 0:
		e.requests = append(e.requests, Message{m.Method, m.Params})
		if !e.cfg.Mute {
			go e.answer(m.ID, m.Method, m.Params)
		}
	case m.Method == "textDocument/publishDiagnostics":
		var p Push
		if err := json.Unmarshal(m.Params, &p); err != nil {
			e.t.Errorf("diagnostics %s: %v", m.Params, err)
		}
		if p.Diagnostics == nil {
			e.t.Errorf("diagnostics are null: %s", m.Params)
		}
		e.pushed[p.URI] = p
		e.history = append(e.history, p)
	default:
		e.notes = append(e.notes, Message{m.Method, m.Params})
	}
}

// answer does what the server asks for.
func (e *Editor) answer(id json.RawMessage, method string, params json.RawMessage) {
	m := map[string]any{"id": id}
	switch method {
	case "workspace/configuration":
		m["result"] = e.configuration(params)
	case "workspace/applyEdit":
		var p struct{ Edit WorkspaceEdit }
		err := json.Unmarshal(params, &p)
		if err == nil {
			err = e.apply(p.Edit)
		}
		m["result"] = map[string]any{"applied": err == nil}
	case "window/showDocument":
		m["result"] = map[string]any{"success": true}
	case "client/registerCapability", "window/workDoneProgress/create", "workspace/diagnostic/refresh", "workspace/inlayHint/refresh", "workspace/codeLens/refresh":
		m["result"] = nil
	default:
		m["error"] = map[string]any{"code": -32601, "message": "no " + method}
	}
	e.Bytes(Frame(m))
}

func (e *Editor) configuration(params json.RawMessage) []any {
	var p struct {
		Items []struct{ Section, ScopeURI string }
	}
	if err := json.Unmarshal(params, &p); err != nil {
		e.t.Errorf("configuration %s: %v", params, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []any
	for _, item := range p.Items {
		v := e.settings[item.Section]
		if scoped, ok := e.settings[item.Section+"@"+item.ScopeURI]; ok && item.ScopeURI != "" {
			v = scoped
		}
		out = append(out, v)
	}
	return out
}

// Set changes the editor's settings and tells the server.
func (e *Editor) Set(section string, v any) {
	e.mu.Lock()
	if e.settings == nil {
		e.settings = map[string]any{}
	}
	e.settings[section] = v
	e.mu.Unlock()
	e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
}

// URI is that of a file.
func URI(path string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	return u.String()
}
