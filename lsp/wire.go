package lsp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.uber.org/zap"
)

const (
	// readBuffer holds what a burst of edits leaves in a pipe (64 KiB on Linux)
	// and more, because only messages that are wholly in it are coalesced.
	readBuffer = 256 << 10
	// maxMessage is the longest body that is read; longer ones are skipped.
	maxMessage = 256 << 20
	// keepBody is the largest body buffer kept for the next message.
	keepBody = 4 << 20
)

// stream is the [jsonrpc2.Stream] of an editor. It stands in for the library's
// own, which closes the connection at the first message it cannot decode. It
// has the library's optional ReadFrame and WriteFrame, through which batches
// are read and answered.
type stream struct {
	in     *bufio.Reader
	body   []byte // reused between messages
	out    *outbox
	log    *zap.Logger
	trace  *tracer
	closed atomic.Bool // by an exit notification: nothing more is read
}

func newStream(in io.Reader, out *outbox, log *zap.Logger) *stream {
	return &stream{in: bufio.NewReaderSize(in, readBuffer), out: out, log: log}
}

// ReadFrame returns the body of the next message that jsonrpc2 can decode. It
// is valid until the next call. Anything else is skipped: a request or a text
// that is no JSON is answered with an error as JSON-RPC asks.
func (s *stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	if cap(s.body) > keepBody {
		s.body = nil
	}
	for {
		if s.closed.Load() {
			return nil, 0, io.EOF
		}
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		size, err := readHeader(s.in)
		if err != nil {
			return nil, 0, err
		}
		if size > maxMessage {
			s.log.Warn("message skipped because of its size", zap.Int64("bytes", size))
			s.refuse(jsonrpc2.ErrInvalidRequest)
			if _, err := io.CopyN(io.Discard, s.in, size); err != nil {
				return nil, 0, unexpected(err)
			}
			continue
		}
		if int64(cap(s.body)) < size {
			s.body = make([]byte, size)
		}
		body := s.body[:size]
		if _, err := io.ReadFull(s.in, body); err != nil {
			return nil, 0, unexpected(err)
		}
		s.trace.note("in", body)
		if err := decodable(body); err != nil {
			s.log.Warn("malformed message skipped", zap.Error(err), zap.ByteString("start", body[:min(len(body), 200)]))
			s.refuse(err)
			continue
		}
		return body, size, nil
	}
}

// Read is the boxed form of ReadFrame that [jsonrpc2.Stream] asks for.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	body, n, err := s.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	m, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		return nil, 0, fmt.Errorf("decode message: %w", err)
	}
	return m, n, nil
}

// Write frames one message.
func (s *stream) Write(_ context.Context, m jsonrpc2.Message) (int64, error) {
	f := s.out.frame()
	f.b = jsonrpc2.AppendMessage(f.b, m)
	return s.out.send(f)
}

// WriteFrame frames an encoded body: the answer to a batch.
func (s *stream) WriteFrame(_ context.Context, body []byte) (int64, error) {
	f := s.out.frame()
	f.b = append(f.b, body...)
	return s.out.send(f)
}

// Close ends reading at the next message. What is queued is still written.
func (s *stream) Close() error {
	s.closed.Store(true)
	return nil
}

// refuse answers a message whose id is not known.
func (s *stream) refuse(err error) {
	f := s.out.frame()
	f.b = jsonrpc2.AppendResponse(f.b, jsonrpc2.ID{}, nil, err)
	if _, err := s.out.send(f); err != nil {
		s.log.Warn("answer not written", zap.Error(err))
	}
}

// next is the message behind the current one if it has wholly arrived, else
// nil. It never waits, and is for the goroutine that reads.
func (s *stream) next() []byte {
	have, _ := s.in.Peek(s.in.Buffered())
	head := bytes.Index(have, []byte("\r\n\r\n"))
	if head < 0 {
		return nil
	}
	size := int64(-1)
	for line := range bytes.Lines(have[:head+2]) {
		if n, ok := contentLength(line); ok {
			size = n
		}
	}
	rest := have[head+4:]
	if size < 0 || size > int64(len(rest)) {
		return nil
	}
	return rest[:size]
}

// decodable reports why jsonrpc2 would end the connection over body, nil if it
// would not.
func decodable(body []byte) error {
	if b := bytes.TrimLeft(body, " \t\r\n"); len(b) > 0 && b[0] == '[' {
		_, err := jsonrpc2.ParseRequests(body)
		return err
	}
	_, err := jsonrpc2.DecodeMessage(body)
	return err
}

// readHeader reads up to the body of the next message and returns its length.
// Lines that are no header are skipped, and with them the rest of a message
// whose length was wrong.
func readHeader(in *bufio.Reader) (int64, error) {
	size := int64(-1)
	for {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			size = -1
			continue
		case err != nil && len(line) > 0:
			return 0, unexpected(err)
		case err != nil:
			return 0, err
		}
		if n, ok := contentLength(line); ok {
			size = n
			continue
		}
		if size >= 0 && len(bytes.TrimRight(line, "\r\n")) == 0 {
			return size, nil
		}
	}
}

var lengthField = []byte("content-length:")

// contentLength reads a header line. The field may stand behind other bytes:
// the end of a body that was longer than its header said.
func contentLength(line []byte) (int64, bool) {
	at := -1
	for i := 0; i+len(lengthField) <= len(line); i++ {
		if line[i]|0x20 == 'c' && bytes.EqualFold(line[i:i+len(lengthField)], lengthField) {
			at = i + len(lengthField)
		}
	}
	if at < 0 {
		return 0, false
	}
	value := bytes.TrimSpace(line[at:])
	if len(value) == 0 || len(value) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// unexpected makes an end of input inside a message an error.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
