package lsp

import (
	"errors"
	"io"
	"runtime"
	"strconv"
	"sync"
)

const (
	// headerRoom is kept free before a body: the header is written into it,
	// right-aligned, when the length is known.
	headerRoom = len("Content-Length: ") + 19 + len("\r\n\r\n")
	// maxBacklog is how many bytes wait for a client that does not read before
	// senders wait too.
	maxBacklog = 64 << 20
	// keepFrame is the largest buffer kept for another message.
	keepFrame = 1 << 20
)

var errClosed = errors.New("the connection is closed")

// frame is one outgoing message. Its buffer starts with headerRoom bytes that
// belong to the header.
type frame struct {
	b     []byte
	topic string // not "": only the last waiting frame of a topic is of interest
}

// len is the length of the body.
func (f *frame) len() int { return len(f.b) - headerRoom }

// wire is the frame with its header.
func (f *frame) wire() []byte {
	var room [headerRoom]byte
	head := append(room[:0], "Content-Length: "...)
	head = strconv.AppendInt(head, int64(f.len()), 10)
	head = append(head, "\r\n\r\n"...)
	start := headerRoom - len(head)
	copy(f.b[start:], head)
	return f.b[start:]
}

// outbox writes frames in the order they were sent, one write for each, on a
// goroutine of its own: the reader must never wait for a client that fills one
// pipe before it empties the other.
type outbox struct {
	w     io.Writer
	trace *tracer
	done  chan struct{} // closed when run has ended
	pool  sync.Pool     // of written frames

	mu      sync.Mutex // guards all below
	changed sync.Cond  // something was queued, written or closed
	queue   []*frame
	bytes   int
	closed  bool
	err     error // of the first failed write
}

func newOutbox(w io.Writer, trace *tracer) *outbox {
	o := &outbox{w: w, trace: trace, done: make(chan struct{})}
	o.changed.L = &o.mu
	go o.run()
	return o
}

// frame returns an empty frame to append a body to.
func (o *outbox) frame() *frame {
	f, ok := o.pool.Get().(*frame)
	if !ok {
		f = &frame{b: make([]byte, headerRoom, 1024)}
	}
	f.b, f.topic = f.b[:headerRoom], ""
	return f
}

func (o *outbox) free(f *frame) {
	if cap(f.b) <= keepFrame {
		o.pool.Put(f)
	}
}

// send queues a frame, which it takes over, and returns its length. It waits
// only when the backlog is full. It lets the writer run before it returns: the
// caller is likely to block in a read next, and until the scheduler notices
// that, the frame would lie there.
func (o *outbox) send(f *frame) (int64, error) {
	n := f.len()
	defer runtime.Gosched()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.supersede(f.topic)
	for o.bytes > maxBacklog && !o.closed && o.err == nil {
		o.changed.Wait()
	}
	switch {
	case o.err != nil:
		return 0, o.err
	case o.closed:
		return 0, errClosed
	}
	o.queue = append(o.queue, f)
	o.bytes += n
	o.changed.Broadcast()
	return int64(n), nil
}

// supersede drops what waits under the topic.
func (o *outbox) supersede(topic string) {
	if topic == "" {
		return
	}
	for i, f := range o.queue {
		if f != nil && f.topic == topic {
			o.bytes -= f.len()
			o.queue[i] = nil
			o.free(f)
		}
	}
}

func (o *outbox) run() {
	defer close(o.done)
	for {
		f := o.take()
		if f == nil {
			return
		}
		o.trace.note("out", f.b[headerRoom:])
		_, err := o.w.Write(f.wire())
		o.free(f)
		if err != nil {
			o.mu.Lock()
			o.err = err
			o.changed.Broadcast()
			o.mu.Unlock()
			return
		}
	}
}

// take waits for a frame; nil means that the outbox is closed and empty.
func (o *outbox) take() *frame {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		for len(o.queue) > 0 {
			f := o.queue[0]
			o.queue = o.queue[1:]
			if f != nil {
				o.bytes -= f.len()
				o.changed.Broadcast()
				return f
			}
		}
		o.queue = nil
		if o.closed {
			return nil
		}
		o.changed.Wait()
	}
}

// close lets what is queued be written and then ends the goroutine, for which
// the caller waits on done.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Broadcast()
}
