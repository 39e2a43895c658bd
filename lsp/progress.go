package lsp

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// progressPause is the least time between two reports.
const progressPause = 100 * time.Millisecond

// progress shows how far a long task is, and can end it.
type progress struct {
	s      *server
	token  jsontext.Value // as JSON; nil shows nothing
	last   time.Time
	cancel context.CancelFunc
}

// beginProgress starts a progress under the client's token or, if it gave none
// and can show progress, under a new one. The context is done when the user
// cancels.
func (s *server) beginProgress(ctx context.Context, token value, title string) (context.Context, *progress, func(message string)) {
	ctx, cancel := context.WithCancel(ctx)
	p := &progress{s: s, cancel: cancel}
	switch {
	case token.v != nil:
		p.token = token.encode()
	case s.client.progress:
		p.token = s.createToken(ctx)
	}
	if p.token == nil {
		return ctx, p, func(string) { cancel() }
	}
	key := string(p.token)
	s.mu.Lock()
	s.cancels[key] = cancel
	s.mu.Unlock()
	p.send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Cancellable: new(true), Percentage: new(uint32(0))})
	return ctx, p, func(message string) {
		p.send(&protocol.WorkDoneProgressEnd{Kind: "end", Message: new(message)})
		s.mu.Lock()
		delete(s.cancels, key)
		s.mu.Unlock()
		cancel()
	}
}

// createToken agrees on a token with the client, nil if it refuses.
func (s *server) createToken(ctx context.Context) jsontext.Value {
	s.mu.Lock()
	s.tokens++
	name := fmt.Sprintf("pavise-%d", s.tokens)
	s.mu.Unlock()
	params := &protocol.WorkDoneProgressCreateParams{Token: protocol.String(name)}
	if err := s.call(ctx, protocol.MethodWindowWorkDoneProgressCreate, params, nil); err != nil {
		s.refused(err)
		return nil
	}
	return appendString(nil, name)
}

// report shows how many of all are done. It is for one goroutine.
func (p *progress) report(done, all int) {
	if now := time.Now(); p != nil && p.token != nil && all > 0 && now.Sub(p.last) >= progressPause {
		p.last = now
		p.send(&protocol.WorkDoneProgressReport{
			Kind: "report", Message: new(fmt.Sprintf("%d of %d files", done, all)), Percentage: new(uint32(done * 100 / all)),
		})
	}
}

func (p *progress) send(v any) {
	text, err := protocol.Marshal(v)
	if err != nil {
		p.s.log.Error("progress not encoded", zap.Error(err))
		return
	}
	f := p.s.out.frame()
	f.b = append(f.b, `{"jsonrpc":"2.0","method":"$/progress","params":{"token":`...)
	f.b = append(f.b, p.token...)
	f.b = append(f.b, `,"value":`...)
	f.b = append(append(f.b, text...), `}}`...)
	p.s.queue(f)
}

// cancelProgress handles window/workDoneProgress/cancel.
func (s *server) cancelProgress(_ context.Context, params []byte) error {
	token := parseValue(params).at("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.cancels[string(token.encode())]; cancel != nil {
		cancel()
	}
	return nil
}
