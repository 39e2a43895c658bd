package lsp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"pavise/lsp"
	"pavise/lsp/lsptest"
)

// app has one finding of each kind that the tests need: code-injection with a
// path, which has no fix, and weak-hash, which has a safe one.
const app = `import hashlib

from flask import Flask, request

app = Flask(__name__)


@app.route("/calc")
def calc():
    return {"value": eval(request.args["expr"])}


def digest(data):
    return hashlib.md5(data).hexdigest()
`

func start(t *testing.T, cfg lsptest.Config) *lsptest.Editor {
	t.Helper()
	if cfg.Server.Quiet == 0 {
		cfg.Server.Quiet = 20 * time.Millisecond
	}
	return lsptest.Start(t, cfg)
}

func codes(all []lsptest.Diagnostic) string {
	var out []string
	for _, d := range all {
		out = append(out, d.Code)
	}
	return strings.Join(out, " ")
}

func wantCodes(t *testing.T, e *lsptest.Editor, name, want string) []lsptest.Diagnostic {
	t.Helper()
	all := e.Diagnostics(name)
	if got := codes(all); got != want {
		t.Fatalf("%s at version %d shows %q, want %q", name, e.Version(name), got, want)
	}
	return all
}

const both = "code-injection weak-hash"

func code(err error) int {
	if e, ok := errors.AsType[*lsptest.Error](err); ok {
		return e.Code
	}
	return 0
}

func TestRequestsOutOfPlace(t *testing.T) {
	e := lsptest.Dial(t, lsptest.Config{})
	if got := code(e.Call("textDocument/hover", map[string]any{}, nil)); got != -32002 {
		t.Errorf("before initialize: code %d, want -32002", got)
	}
	e.Notify("textDocument/didOpen", map[string]any{}) // dropped
	if err := e.Call("initialize", e.InitializeParams(), nil); err != nil {
		t.Fatal(err)
	}
	if got := code(e.Call("initialize", e.InitializeParams(), nil)); got != -32600 {
		t.Errorf("second initialize: code %d, want -32600", got)
	}
	if got := code(e.Call("textDocument/documentSymbol", map[string]any{}, nil)); got != -32601 {
		t.Errorf("unoffered request: code %d, want -32601", got)
	}
	if got := code(e.Call("textDocument/hover", map[string]any{"textDocument": 5}, nil)); got != -32602 {
		t.Errorf("params that do not decode: code %d, want -32602", got)
	}
	if err := e.Call("shutdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := code(e.Call("textDocument/hover", map[string]any{}, nil)); got != -32600 {
		t.Errorf("after shutdown: code %d, want -32600", got)
	}
	e.Notify("exit", nil)
	if err := e.Ended(); err != nil {
		t.Errorf("exit after shutdown: %v", err)
	}
}

func TestExitWithoutShutdown(t *testing.T) {
	e := lsptest.Dial(t, lsptest.Config{})
	e.Notify("exit", nil)
	if err := e.Ended(); !errors.Is(err, lsp.ErrNoShutdown) {
		t.Errorf("ended with %v", err)
	}
}

func TestEndOfInput(t *testing.T) {
	e := lsptest.Dial(t, lsptest.Config{})
	e.Hangup()
	if err := e.Ended(); !errors.Is(err, lsp.ErrGone) {
		t.Errorf("before initialize: ended with %v", err)
	}

	e = lsptest.Dial(t, lsptest.Config{}) // eglot 1.9 and others never send exit
	if err := e.Call("initialize", e.InitializeParams(), nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Call("shutdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	e.Hangup()
	if err := e.Ended(); err != nil {
		t.Errorf("after shutdown: ended with %v", err)
	}

	e = lsptest.Dial(t, lsptest.Config{})
	e.Bytes("Content-Length: 100\r\n\r\n{")
	e.Hangup()
	if err := e.Ended(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("inside a message: ended with %v", err)
	}
}

func TestContextEnds(t *testing.T) {
	in, _ := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := lsp.Serve(ctx, in, io.Discard, lsp.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestParentGone(t *testing.T) {
	parent := exec.Command(os.Args[0], "-test.run=^TestSleep$", "-test.v")
	parent.Env = append(os.Environ(), "PAVISE_TEST_SLEEP=1")
	stdin, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	e := lsptest.Dial(t, lsptest.Config{
		Server: lsp.Options{ParentPoll: 10 * time.Millisecond},
		Params: func(p map[string]any) { p["processId"] = parent.Process.Pid },
	})
	if err := e.Call("initialize", e.InitializeParams(), nil); err != nil {
		t.Fatal(err)
	}
	stdin.Close()
	if err := parent.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := e.Ended(); !errors.Is(err, lsp.ErrGone) {
		t.Errorf("ended with %v", err)
	}
}

// TestSleep is the parent process of TestParentGone.
func TestSleep(t *testing.T) {
	if os.Getenv("PAVISE_TEST_SLEEP") == "" {
		t.Skip("only for TestParentGone")
	}
	io.Copy(io.Discard, os.Stdin)
}

// Slips in what a client says of itself are overlooked.
func TestLenientInitialize(t *testing.T) {
	for name, change := range map[string]func(p map[string]any){
		"large process id":      func(p map[string]any) { p["processId"] = 1 << 40 },
		"broken process id":     func(p map[string]any) { p["processId"] = 1.5 },
		"unknown process":       func(p map[string]any) { p["processId"] = 1<<31 - 2 },
		"null trace":            func(p map[string]any) { p["trace"] = nil },
		"folders of wrong type": func(p map[string]any) { p["workspaceFolders"] = "here" },
		"root of wrong type":    func(p map[string]any) { p["rootUri"] = 7 },
		"no capabilities":       func(p map[string]any) { delete(p, "capabilities") },
		"null capabilities":     func(p map[string]any) { p["capabilities"] = nil },
		"list of capabilities":  func(p map[string]any) { p["capabilities"] = []any{1} },
		"wrong capabilities": func(p map[string]any) {
			p["capabilities"] = map[string]any{"textDocument": 1, "workspace": "x", "general": map[string]any{"positionEncodings": map[string]any{}}}
		},
		"unknown encodings": func(p map[string]any) {
			p["capabilities"] = map[string]any{"general": map[string]any{"positionEncodings": []any{"utf-7", 3, nil}}}
		},
		"options of wrong type": func(p map[string]any) { p["initializationOptions"] = []any{} },
		"wrong options":         func(p map[string]any) { p["initializationOptions"] = map[string]any{"severity": 9, "select": "x"} },
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, lsptest.Config{Client: "nvim-0.7", Dir: t.TempDir(), Params: change})
			e.Open("app.py", app)
			wantCodes(t, e, "app.py", both)
		})
	}
}

func TestServerInfo(t *testing.T) {
	e := lsptest.Dial(t, lsptest.Config{Server: lsp.Options{Version: "1.2.3"}})
	var r struct {
		ServerInfo struct{ Name, Version string }
	}
	if err := e.Call("initialize", e.InitializeParams(), &r); err != nil {
		t.Fatal(err)
	}
	if r.ServerInfo.Name != "pavise" || r.ServerInfo.Version != "1.2.3" {
		t.Errorf("serverInfo is %+v", r.ServerInfo)
	}
	e.Notify("exit", nil)
	e.Ended()
}

// A client that writes much before it reads anything is not waited for.
func TestClientThatDoesNotRead(t *testing.T) {
	in, send := io.Pipe()
	receive, out := io.Pipe()
	done := make(chan error)
	go func() {
		err := lsp.Serve(t.Context(), in, out, lsp.Options{})
		out.Close()
		done <- err
	}()
	write := func(m map[string]any) {
		t.Helper()
		if _, err := io.WriteString(send, lsptest.Frame(m)); err != nil {
			t.Fatal(err)
		}
	}
	write(map[string]any{"id": 1, "method": "initialize", "params": map[string]any{"capabilities": map[string]any{}}})
	for i := range 300 {
		write(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{"textDocument": map[string]any{
			"uri": "file:///w/app.py", "languageId": "python", "version": i, "text": app,
		}}})
	}
	write(map[string]any{"id": 2, "method": "shutdown"})
	write(map[string]any{"method": "exit"})
	got, err := io.ReadAll(receive)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !bytes.Contains(got, []byte(`"version":299`)) {
		t.Error("the last version was not published")
	}
}
