package cli

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressAfter is how long a run takes before it shows a bar, and
// progressEvery how often the bar moves.
const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 80 * time.Millisecond
)

// progress is a bar on a terminal, or nothing.
type progress struct {
	mu    sync.Mutex               // guards all below
	bar   *progressbar.ProgressBar // nil: there is none
	start time.Time
	done  int
	shown bool
}

func newProgress(w io.Writer, total int, quiet bool) *progress {
	p := &progress{start: time.Now()}
	if _, ok := terminal(w); !ok || quiet {
		return p
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("checking"),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(progressEvery),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	)
	return p
}

// add counts a file. It is safe for concurrent use.
func (p *progress) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.bar != nil && time.Since(p.start) > progressAfter {
		p.shown = true
		_ = p.bar.Set(p.done)
	}
}

// stop takes the bar away for good.
func (p *progress) stop() {
	if p.shown {
		_ = p.bar.Clear()
		p.shown, p.bar = false, nil
	}
}
