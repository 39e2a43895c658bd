package syntax

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pavise/analysis/source"
)

// Parser parses files that are not edited: it frees the C tree as soon as the
// units are made. It has one owner: not safe for concurrent use.
type Parser struct {
	Budget Budget // zero fields take DefaultBudget's values
	c      cParser
	b      builder
}

// NewParser makes a parser. Close must be called at the end.
func NewParser() *Parser { return &Parser{Budget: DefaultBudget, c: newCParser()} }

// Close frees what C holds.
func (p *Parser) Close() { p.c.close() }

// Parse parses f from scratch; the tree is that of a fresh Document.
func (p *Parser) Parse(f *source.File) *Tree {
	budget := p.Budget.withDefaults()
	if why := unfit(f, budget); why != "" {
		return &Tree{File: f, Partial: why}
	}
	ct, why := p.c.parse(cTree{}, f, budget.Parse, nil)
	if why != "" {
		return &Tree{File: f, Partial: why}
	}
	defer ct.close()
	return p.b.build(ct, f, nil, noChange, false)
}

// interrupted is the reason of a parse that was stopped from outside.
const interrupted = "the file is not parsed: a newer edit came in between"

// parse parses f within budget, on from old if that is a tree. Now and then it
// asks stop, which may be nil, whether to give up. The reason is "" if the parse
// is done.
func (p *cParser) parse(old cTree, f *source.File, budget time.Duration, stop func() bool) (cTree, string) {
	if p.c == nil {
		return cTree{}, "the file is not parsed: its document is closed"
	}
	atomic.StoreUintptr(p.stop, 0)
	if stop != nil {
		w := watch(p.stop, stop)
		defer w.end()
	}
	t, ok := p.run(old, parserText(f), budget)
	switch {
	case ok:
		return t, ""
	case atomic.LoadUintptr(p.stop) != 0:
		return t, interrupted
	}
	return t, fmt.Sprintf("the file is not parsed: that takes longer than %v", budget)
}

// watchEvery is how often a running parse asks whether it is still wanted.
const watchEvery = 4 * time.Millisecond

// watcher asks a question while C runs and sets a flag when the answer is yes.
type watcher struct {
	flag  *uintptr
	stop  func() bool
	timer *time.Timer
	mu    sync.Mutex // guards done: after end the flag is not touched
	done  bool
}

func watch(flag *uintptr, stop func() bool) *watcher {
	w := &watcher{flag: flag, stop: stop}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(watchEvery, w.ask)
	return w
}

func (w *watcher) ask() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done {
		return
	}
	if w.stop() {
		atomic.StoreUintptr(w.flag, 1)
		return
	}
	w.timer.Reset(watchEvery)
}

func (w *watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = true
	w.timer.Stop()
}
