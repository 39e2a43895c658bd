package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// client is the smallest editor: it speaks the protocol over a pipe.
type client struct {
	out       io.Writer
	published chan diagnostics

	mu      sync.Mutex // guards what follows, and writing to out
	next    int
	waiting map[int]chan reply
	closed  error // why nothing more is read
}

type reply struct {
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	reply
}

type position struct {
	Line      uint32 `json:"line"`
	Character uint32 `json:"character"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type related struct {
	Location struct {
		URI   string `json:"uri"`
		Range span   `json:"range"`
	} `json:"location"`
	Message string `json:"message"`
}

type diagnostic struct {
	Range    span      `json:"range"`
	Severity int       `json:"severity"`
	Code     string    `json:"code"`
	Message  string    `json:"message"`
	Related  []related `json:"relatedInformation"`
	raw      json.RawMessage
}

func (d *diagnostic) UnmarshalJSON(text []byte) error {
	type plain diagnostic
	d.raw = append(json.RawMessage(nil), text...)
	return json.Unmarshal(text, (*plain)(d))
}

type diagnostics struct {
	URI     string       `json:"uri"`
	Version int          `json:"version"`
	List    []diagnostic `json:"diagnostics"`
}

type textEdit struct {
	Range   span   `json:"range"`
	NewText string `json:"newText"`
}

type workspaceEdit struct {
	DocumentChanges []struct {
		Edits []textEdit `json:"edits"`
	} `json:"documentChanges"`
	Changes map[string][]textEdit `json:"changes"`
}

// edits are those of the one file that the demo has open.
func (w *workspaceEdit) edits() []textEdit {
	var all []textEdit
	for _, c := range w.DocumentChanges {
		all = append(all, c.Edits...)
	}
	for _, c := range w.Changes {
		all = append(all, c...)
	}
	return all
}

type codeAction struct {
	Title     string         `json:"title"`
	Kind      string         `json:"kind"`
	Preferred bool           `json:"isPreferred"`
	Edit      *workspaceEdit `json:"edit"`
	raw       json.RawMessage
}

func (a *codeAction) UnmarshalJSON(text []byte) error {
	type plain codeAction
	a.raw = append(json.RawMessage(nil), text...)
	return json.Unmarshal(text, (*plain)(a))
}

// newClient reads from in until it ends.
func newClient(in io.Reader, out io.Writer) *client {
	c := &client{out: out, published: make(chan diagnostics, 64), waiting: map[int]chan reply{}}
	go func() {
		err := c.read(bufio.NewReader(in))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.closed = err
		for _, ch := range c.waiting {
			close(ch)
		}
		c.waiting = nil
		close(c.published)
	}()
	return c
}

func (c *client) read(in *bufio.Reader) error {
	for {
		size := 0
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return err
			}
			if line = strings.TrimSpace(line); line == "" {
				break
			}
			if v, ok := strings.CutPrefix(line, "Content-Length:"); ok {
				if size, err = strconv.Atoi(strings.TrimSpace(v)); err != nil {
					return fmt.Errorf("read the length of a message: %w", err)
				}
			}
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(in, body); err != nil {
			return err
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		if err := c.handle(&m); err != nil {
			return err
		}
	}
}

func (c *client) handle(m *message) error {
	switch {
	case m.Method == "textDocument/publishDiagnostics":
		var d diagnostics
		if err := json.Unmarshal(m.Params, &d); err != nil {
			return fmt.Errorf("read diagnostics: %w", err)
		}
		c.published <- d
	case m.Method != "" && m.ID != nil: // the server asks: nothing is set
		result := any(nil)
		if m.Method == "workspace/configuration" {
			result = []any{nil}
		}
		return c.send(map[string]any{"id": m.ID, "result": result})
	case m.Method == "" && m.ID != nil:
		id, err := strconv.Atoi(string(m.ID))
		if err != nil {
			return fmt.Errorf("an answer to nothing that was asked: %s", m.ID)
		}
		c.mu.Lock()
		ch := c.waiting[id]
		delete(c.waiting, id)
		c.mu.Unlock()
		if ch != nil {
			ch <- m.reply
		}
	}
	return nil
}

func (c *client) send(m map[string]any) error {
	m["jsonrpc"] = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = fmt.Fprintf(c.out, "Content-Length: %d\r\n\r\n%s", len(text), text)
	return err
}

func (c *client) notify(method string, params any) error {
	return c.send(map[string]any{"method": method, "params": params})
}

// call asks the server and decodes its answer into result, if that is not nil.
func (c *client) call(ctx context.Context, method string, params, result any) error {
	ch := make(chan reply, 1)
	c.mu.Lock()
	if c.waiting == nil {
		c.mu.Unlock()
		return fmt.Errorf("%s: the server is gone: %w", method, c.closed)
	}
	c.next++
	id := c.next
	c.waiting[id] = ch
	c.mu.Unlock()
	m := map[string]any{"id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if err := c.send(m); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r, ok := <-ch:
		switch {
		case !ok:
			return fmt.Errorf("%s: the server is gone", method)
		case r.Error != nil:
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		case result != nil:
			return json.Unmarshal(r.Result, result)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer: %w", method, ctx.Err())
	}
}

// await is what the server publishes for a version of a file.
func (c *client) await(ctx context.Context, uri string, version int) ([]diagnostic, error) {
	for {
		select {
		case d, ok := <-c.published:
			if !ok {
				return nil, fmt.Errorf("the server is gone")
			}
			if d.URI == uri && d.Version == version {
				return d.List, nil
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("no diagnostics for version %d: %w", version, ctx.Err())
		}
	}
}
