package lsp

import (
	"bytes"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// tracer writes the messages of a connection as lines of JSON, {"dir":"in","m":...}
// for what the client sends and "out" for what it gets. What is no JSON stands as
// a string under "raw". A nil tracer writes nothing.
type tracer struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

func newTracer(w io.Writer) *tracer {
	if w == nil {
		return nil
	}
	return &tracer{w: w}
}

func (t *tracer) note(dir string, body []byte) {
	if t == nil {
		return
	}
	line := append([]byte(`{"dir":"`), dir...)
	m := jsontext.Value(bytes.Clone(body))
	if m.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) == nil {
		line = append(append(line, `","m":`...), m...)
	} else {
		line = appendString(append(line, `","raw":`...), string(body))
	}
	line = append(line, "}\n"...)
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.w.Write(line) // a full disk must not end the connection
}
