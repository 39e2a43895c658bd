package lsp_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"pavise/lsp"
	"pavise/lsp/lsptest"
)

// record is a trace that is read while it is written.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Split(strings.TrimSpace(r.b.String()), "\n")
}

func TestTrace(t *testing.T) {
	var r record
	e := start(t, lsptest.Config{Dir: t.TempDir(), Server: lsp.Options{Trace: &r}})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	e.Raw("{\"jsonrpc\":\"2.0\",\n \"method\":\"of/two lines\"}")
	e.Raw("no JSON")
	e.Sync()
	var seen []string
	for _, line := range r.lines() {
		var m struct {
			Dir string
			M   *struct{ Method string }
			Raw string
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case m.M != nil:
			seen = append(seen, m.Dir+" "+m.M.Method)
		default:
			seen = append(seen, m.Dir+" raw "+m.Raw)
		}
	}
	all := strings.Join(seen, "\n") + "\n"
	for _, want := range []string{
		"in initialize\n", "out \n", "in textDocument/didOpen\n", "out textDocument/publishDiagnostics\n", "in of/two lines\n", "in raw no JSON\n",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the trace lacks %q:\n%s", want, all)
		}
	}
}
