package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/cmd/internal/report"
	"pavise/cmd/internal/version"
	"pavise/quickfix/poc"
)

type checkCmd struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Files and folders; without any the working folder."`
	selection
	Format        string `enum:"text,json,sarif,markdown" default:"text" help:"text, json, sarif, or markdown: a report for each finding."`
	Output        string `short:"o" placeholder:"FILE" help:"Write the report to a file."`
	Baseline      string `placeholder:"FILE" xor:"baseline" help:"Report only what this file of earlier findings does not hold."`
	WriteBaseline string `placeholder:"FILE" xor:"baseline,diff" help:"Write what is found to this file instead of reporting it."`
	Diff          string `placeholder:"REV" xor:"diff" help:"Report only what the change since this commit of git added; REV... means since the branch left REV."`
	StdinFilename string `placeholder:"NAME" help:"Read the text of a file of this name from standard input."`
	Color         string `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
	Jobs          int    `short:"j" placeholder:"N" help:"Files that are checked at a time; by default one for each core."`
	Quiet         bool   `short:"q" help:"No progress bar."`
	Cache         bool   `default:"true" negatable:"" help:"Keep what was found, so that the next check analyses only what changed."`
}

// outcome is what one worker hands back.
type outcome struct {
	report.File
	in       input
	cfg      *config.Config // of what was found, nil if nothing was looked for
	snap     *engine.Snapshot
	template bool
	plain    bool // neither Python nor a template
	empty    bool // it is not Python, and nothing was found in its text
	failed   bool // a named file could not be read
	panics   []string
}

func (c *checkCmd) Run(ctx context.Context, a *app) error {
	configs, err := c.configs()
	if err != nil {
		return err
	}
	inputs, err := c.inputs(ctx, a, configs)
	if err != nil {
		return err
	}
	batch := engine.NewBatch()
	sift, err := c.sieve(batch)
	if err != nil {
		return err
	}
	defer sift.close()
	out, done, err := c.output(a)
	if err != nil {
		return err
	}
	start := time.Now()
	bar := newProgress(a.stderr, len(inputs), c.Quiet)
	defer bar.stop()
	w := c.writer(out, start)
	var sum report.Summary
	relaxGC(0)
	kept := c.recall(batch)
	outcomes, err := c.analyse(ctx, a, batch, inputs, bar)
	bar.stop()
	if err == nil {
		err = inOrder(ctx, len(outcomes), c.jobs(),
			func(i int) *outcome {
				c.resolve(batch, outcomes[i])
				return outcomes[i]
			},
			func(_ int, o *outcome) error {
				a.noteOutcome(o)
				if err := sift.file(o); err != nil {
					return err
				}
				sum.Add(&o.File)
				return w.File(&o.File)
			})
	}
	if err == nil {
		sum.Gone = sift.gone()
		err = w.Close(&sum)
	}
	if err == nil {
		remember(batch, kept)
	}
	if err := closing(err, done); err != nil {
		return err
	}
	if c.WriteBaseline != "" {
		return sift.write(a, c.WriteBaseline)
	}
	if c.Output != "" {
		a.note("%s", sum.Sentence())
	}
	if sum.Findings > 0 && a.code == exitClean {
		a.code = exitFindings
	}
	return nil
}

// recall gives the batch what the last check of the same project found.
func (c *checkCmd) recall(batch *engine.Batch) cache {
	if !c.Cache || c.StdinFilename != "" {
		return cache{}
	}
	kept := cacheOf(c.Config, c.Profile)
	if kept.path != "" {
		batch.Recall(kept.read())
	}
	return kept
}

// remember keeps what a batch found, if it is more than what was kept.
func remember(batch *engine.Batch, kept cache) {
	if kept.path == "" {
		return
	}
	data := batch.Remember(true)
	if len(data) > maxCache/2 {
		data = batch.Remember(false) // without the files of other checks
	}
	if data != nil {
		kept.write(data)
	}
}

// relaxGC trades memory for speed: a check makes much garbage and keeps little,
// so that several times the live heap is still small. Where it is not, for very
// many lines, the memory that they need bounds it.
func relaxGC(lines int) {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(800)
		debug.SetMemoryLimit(max(440<<20, int64(lines)*1300))
	}
}

// closing runs done and returns the first error.
func closing(err error, done func() error) error {
	if e := done(); err == nil {
		return e
	}
	return err
}

func (c *checkCmd) jobs() int {
	if c.Jobs > 0 {
		return c.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

func (c *checkCmd) inputs(ctx context.Context, a *app, configs *configs) ([]input, error) {
	if c.StdinFilename != "" {
		cfg, err := configs.of(c.StdinFilename)
		return []input{{path: c.StdinFilename, cfg: cfg, named: true}}, err
	}
	return a.gather(ctx, here(c.Paths), configs, config.IsText)
}

// here is the working folder where no path is given.
func here(paths []string) []string {
	if len(paths) == 0 {
		return []string{"."}
	}
	return paths
}

// output opens where the report goes, and says how to close it.
func (c *checkCmd) output(a *app) (io.Writer, func() error, error) {
	if c.Output == "" {
		return a.stdout, func() error { return nil }, nil
	}
	f, err := os.Create(c.Output)
	if err != nil {
		return nil, nil, fmt.Errorf("open the report: %w", err)
	}
	return f, f.Close, nil
}

func (c *checkCmd) writer(out io.Writer, start time.Time) report.Writer {
	switch {
	case c.WriteBaseline != "":
		return nothing{}
	case c.Format == "json":
		return report.NewJSON(out, version.Build())
	case c.Format == "markdown":
		return report.NewMarkdown(out)
	case c.Format == "sarif":
		root, err := os.Getwd()
		if err != nil {
			root = "/"
		}
		return report.NewSARIF(out, report.SARIFOptions{Version: version.Build(), Rules: rules.All(), Root: root, Baseline: c.Baseline != ""})
	}
	o := report.TextOptions{Color: bool(style(out, c.Color))}
	if width, ok := terminal(out); ok {
		o.Width = width
		o.Took = func() string { return report.Took(time.Since(start)) }
	}
	return report.NewText(out, o)
}

// analyse checks the files together. Its outcomes are those of the inputs, in
// their order, and those of other files in which their data does something.
func (c *checkCmd) analyse(ctx context.Context, a *app, batch *engine.Batch, inputs []input, bar *progress) ([]*outcome, error) {
	outcomes, all, err := load(ctx, batch, inputs, c.jobs(), func(in input) (*source.File, error) { return c.open(a, in) })
	relaxGC(all)
	if err == nil {
		err = batch.Run(ctx, c.jobs(), bar.add)
	}
	if err != nil {
		return nil, err
	}
	return takeOthers(batch, outcomes), nil
}

// resolve gives an outcome its findings. It runs on a worker.
func (c *checkCmd) resolve(batch *engine.Batch, o *outcome) {
	snap := o.snapshot(batch)
	if snap == nil {
		return
	}
	o.analysed(o.in, snap)
	o.cfg = snap.Config()
	o.Findings = report.Resolve(snap.File(), snap.Findings(), snap.Secrets(), batch.File)
	if c.Format == "markdown" {
		for i := range o.Findings {
			o.Findings[i].Markdown = poc.Finding(snap, &snap.Findings()[i], o.cfg.Root())
		}
	}
	o.snap = nil
}

func (c *checkCmd) open(a *app, in input) (*source.File, error) {
	switch {
	case in.err != nil:
		return nil, unreadable(in.err)
	case c.StdinFilename != "":
		return readText(in.path, nil, a.stdin)
	}
	return readFile(in.path)
}

// snapshot is what was found in the file, nil if it was not checked.
func (o *outcome) snapshot(batch *engine.Batch) *engine.Snapshot {
	if o.Skipped || o.snap != nil {
		return o.snap
	}
	return batch.Snapshot(o.Path)
}

// load reads the inputs into a batch, and counts their lines.
func load(ctx context.Context, batch *engine.Batch, inputs []input, jobs int, open func(input) (*source.File, error)) ([]*outcome, int, error) {
	outcomes, all := make([]*outcome, 0, len(inputs)), 0
	err := inOrder(ctx, len(inputs), jobs,
		func(i int) *outcome {
			o := &outcome{File: report.File{Path: inputs[i].path}, in: inputs[i]}
			o.template, o.plain = config.IsTemplate(o.Path), o.in.isPlain()
			f, err := open(inputs[i])
			switch {
			case err != nil:
				o.Note, o.Skipped, o.failed = err.Error(), true, inputs[i].named
			case o.template, o.plain:
				if o.template {
					batch.Lend(f)
				}
				o.empty = !batch.AddText(f, inputs[i].options(o))
				o.Lines = lines(f)
			default:
				batch.Add(f, inputs[i].options(o))
				o.Lines = lines(f)
			}
			return o
		},
		func(_ int, o *outcome) error {
			if o.empty && !o.in.named {
				return nil // it would only be counted
			}
			outcomes = append(outcomes, o)
			all += o.Lines
			return nil
		})
	return outcomes, all, err
}

const notRendered = "a template is checked together with the views that render it, and no file that was given does: " +
	"check the folder of the application"

// takeOthers gives the templates among the outcomes what the views found in
// them, and adds outcomes of the other files in which something was found.
// Templates belong to the views, wherever they lie; of other files those that the
// configuration excludes stay out.
func takeOthers(batch *engine.Batch, outcomes []*outcome) []*outcome {
	named := map[string]*outcome{}
	for _, o := range outcomes {
		if o.template && !o.Skipped {
			named[o.Path] = o
			if o.in.named && !batch.Asked(o.Path) && batch.Snapshot(o.Path) == nil {
				o.Note, o.Skipped = notRendered, true
			}
		}
	}
	for _, snap := range batch.Others() {
		found := snap.Findings()
		if len(found) == 0 {
			continue
		}
		path := found[0].Path
		if o := named[path]; o != nil {
			o.snap, o.Note, o.Skipped = snap, "", false
		} else if snap.IsTemplate() || !snap.Config().Excluded(path) {
			outcomes = append(outcomes, &outcome{File: report.File{Path: path, Lines: lines(snap.File())}, snap: snap, template: snap.IsTemplate()})
		}
	}
	return outcomes
}

// isPlain reports whether a file is neither Python nor a template. A name without
// an ending that was given is that of a script.
func (in *input) isPlain() bool {
	if config.IsSource(in.path) || config.IsTemplate(in.path) {
		return false
	}
	return !in.named && !in.cfg.Includes(in.path) || filepath.Ext(in.path) != "" || secrets.RoleOf(in.path) == secrets.Config
}

// options are those of the engine for one file; a rule that fails is noted in
// its outcome.
func (in *input) options(o *outcome) engine.Options {
	return engine.Options{Config: in.cfg, OnPanic: func(r *analysis.Rule, _ string, v any, stack []byte) {
		o.panics = append(o.panics, failure(r, v, stack))
	}}
}

func failure(r *analysis.Rule, v any, stack []byte) string {
	id := "a rule"
	if r != nil {
		id = r.ID
	}
	s := fmt.Sprintf("%s failed in this file and reports nothing (%v): this is a fault of pavise", id, v)
	if os.Getenv("PAVISE_DEBUG") != "" {
		s += "\n" + string(stack)
	}
	return s
}

// analysed takes over what the engine says of the file as a whole.
func (o *outcome) analysed(in input, snap *engine.Snapshot) {
	o.Note = snap.Note()
	o.Skipped = o.Note != "" && len(snap.Tree().Units) == 0 && !o.plain
	o.failed = o.Skipped && in.named
}

// noteOutcome says on stderr what was wrong with a file.
func (a *app) noteOutcome(o *outcome) {
	if o.Note != "" {
		verb := "not checked"
		if !o.Skipped {
			verb = "not checked in full"
		}
		a.note("%s: %s: %s", report.Clean(o.Path), verb, o.Note)
	}
	for _, p := range o.panics {
		a.note("%s: %s", report.Clean(o.Path), p)
	}
	if o.failed {
		a.code = exitError
	}
}
