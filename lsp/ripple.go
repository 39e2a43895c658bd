package lsp

import (
	"context"

	"go.uber.org/zap"

	"pavise/analysis/engine"
)

// ripple shows what a change of one file does to the findings of others, in
// steps: between two of them a message of the client gets its turn.
func (s *server) ripple(ctx context.Context, p *project) {
	if p == nil || p.rippling {
		return
	}
	p.rippling = true
	s.start(ctx, "ripple", func(ctx context.Context) {
		for s.rippleStep(ctx, p) {
		}
	})
}

// rippleStep reports whether there is more to do.
func (s *server) rippleStep(ctx context.Context, p *project) (more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("the engine panicked", zap.Any("value", v), zap.Stack("stack"))
			more = false
		}
		if !more {
			p.rippling = false
			s.refreshPulls(ctx)
		}
	}()
	if ctx.Err() != nil {
		return false
	}
	snap, more := p.session.RippleStep()
	if snap != nil {
		s.showOther(ctx, p, snap)
	}
	return more
}

// showOther shows a snapshot that another file's change has brought about.
func (s *server) showOther(ctx context.Context, p *project, snap *engine.Snapshot) {
	path := snap.File().Path()
	key, _ := documentKey(uriOf(path))
	d := s.docs[key]
	if d == nil {
		for _, o := range s.docs {
			if o.path == path {
				d = o
			}
		}
	}
	switch {
	case d == nil:
		if snap.IsTemplate() || len(snap.Findings()) == 0 || !p.config.Excluded(path) {
			s.showClosed(key, snap)
		}
	case d.project != p || d.draft != nil || len(d.pending) > 0:
		// its own change is on the way
	case d.snap == nil || !sameFindings(d.snap, snap):
		d.take(snap)
		s.publish(ctx, d)
		s.refreshMarksOf(ctx, d)
	default:
		d.take(snap)
	}
}
