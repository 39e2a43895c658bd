package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/source"
	"pavise/cmd/internal/report"
	"pavise/quickfix"
)

type fixCmd struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Files and folders; without any the working folder."`
	selection
	Diff   bool     `xor:"mode" help:"Print the changes as a unified diff and write nothing (this is the default)."`
	Write  bool     `xor:"mode" help:"Write the changes to the files."`
	Review bool     `help:"Also make the fixes that somebody should look at, not only those that keep the behaviour."`
	Only   []string `placeholder:"FIX" help:"Only these fixes, by their names: bind-parameters, local-redirect. NAME=WORDS is the form of a fix whose title has the words."`
	Color  string   `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
	Jobs   int      `short:"j" placeholder:"N" help:"Files that are fixed at a time; by default one for each core."`
}

// Help is printed by `pavise fix --help`.
func (*fixCmd) Help() string {
	return "Exit codes: 0 nothing is left to fix, 1 findings are left or, without --write, changes wait, 2 an error."
}

// fixed is the outcome of one file.
type fixed struct {
	*outcome
	before, after    []byte
	applied, skipped []quickfix.Applied
	variables        []string // of the environment, that the code reads now
	requirements     []string // distributions that it imports now
	err              error    // of writing
}

func (o *fixed) changed() bool { return o.after != nil && !bytes.Equal(o.before, o.after) }

// Run checks the files together, fixes each of them and the templates among
// them, and checks the result together again.
func (c *fixCmd) Run(ctx context.Context, a *app) error {
	if err := c.checkOnly(); err != nil {
		return err
	}
	configs, err := c.configs()
	if err != nil {
		return err
	}
	inputs, err := a.gather(ctx, here(c.Paths), configs, config.IsSource)
	if err != nil {
		return err
	}
	jobs := c.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	relaxGC(0)
	first := together{texts: map[string][]byte{}, was: map[string][]byte{}, applied: map[string][]quickfix.Applied{}, requirements: map[string][]string{}}
	batch, outcomes, err := c.analysed(ctx, inputs, jobs, first.texts)
	for err == nil && c.Review && c.makeTogether(a, batch, outcomes, &first) {
		batch, outcomes, err = c.analysed(ctx, inputs, jobs, first.texts)
	}
	if err != nil {
		return err
	}
	t := tally{}
	var wants []fixed          // those that need something of the files beside the code now
	now := map[string][]byte{} // texts that have changed
	err = inOrder(ctx, len(outcomes), jobs,
		func(i int) fixed { return c.fix(batch, outcomes[i], &first) },
		func(_ int, o fixed) error {
			t.left += len(o.Findings)
			if !c.count(a, &o, &t) {
				return nil
			}
			now[o.Path] = o.after
			if len(o.variables)+len(o.requirements) > 0 {
				wants = append(wants, o)
			}
			return c.show(a, &o)
		})
	if err == nil {
		err = c.fixBeside(a, wants)
	}
	if err == nil && len(now) > 0 {
		t.left, err = c.leftOver(ctx, inputs, jobs, now)
	}
	if err != nil {
		return err
	}
	a.note("%s", t.sentence(c.Write))
	if (t.left > 0 || t.files > 0 && !c.Write) && a.code == exitClean {
		a.code = exitFindings
	}
	return nil
}

// checkOnly reports a name in --only that no fix has.
func (c *fixCmd) checkOnly() error {
	known := quickfix.Names()
	for _, n := range c.Only {
		if n, _, _ = strings.Cut(n, "="); slices.Contains(known, n) {
			continue
		}
		hint := "there are " + strings.Join(known, ", ")
		if near := config.Closest(n, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return &config.Error{Reason: fmt.Sprintf("unknown fix %q", n), Hint: hint}
	}
	return nil
}

// analysed checks the inputs with some texts changed.
func (c *fixCmd) analysed(ctx context.Context, inputs []input, jobs int, now map[string][]byte) (*engine.Batch, []*outcome, error) {
	batch := engine.NewBatch()
	for path, text := range now {
		batch.Lend(source.New(path, text))
	}
	outcomes, all, err := load(ctx, batch, inputs, jobs, func(in input) (*source.File, error) {
		if text := now[in.path]; text != nil {
			return source.New(in.path, text), nil
		}
		return openFile(in)
	})
	relaxGC(all)
	if err == nil {
		err = batch.Run(ctx, jobs, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	return batch, takeOthers(batch, outcomes), nil
}

// leftOver counts the findings of the inputs with some texts changed.
func (c *fixCmd) leftOver(ctx context.Context, inputs []input, jobs int, now map[string][]byte) (int, error) {
	batch, outcomes, err := c.analysed(ctx, inputs, jobs, now)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, o := range outcomes {
		if snap := o.snapshot(batch); snap != nil {
			n += len(snap.Findings())
		}
	}
	return n, nil
}

// together is what fixes that change several files at once have made of them, before those of
// single files are made.
type together struct {
	texts        map[string][]byte // by path
	was          map[string][]byte // the same before
	applied      map[string][]quickfix.Applied
	requirements map[string][]string
	refused      map[string]bool // files and fixes that would change what is not to be fixed
	made         int
}

// mostTogether bounds the fixes of several files.
const mostTogether = 100

// makeTogether makes one fix that changes several files, all of them among those that
// are to be fixed, and reports whether there was one.
func (c *fixCmd) makeTogether(a *app, batch *engine.Batch, outcomes []*outcome, x *together) bool {
	paths := map[string]string{}
	for _, o := range outcomes {
		if abs, err := filepath.Abs(o.Path); err == nil {
			paths[abs] = o.Path
		}
	}
	for _, o := range outcomes {
		snap := o.snapshot(batch)
		if snap == nil || x.made >= mostTogether {
			continue
		}
		fix, applied := quickfix.Together(snap, quickfix.Choice{Review: true, Fixes: c.Only})
		if fix == nil {
			continue
		}
		missing := ""
		for _, other := range fix.Others {
			if abs, err := filepath.Abs(other.File.Path()); err != nil || paths[abs] == "" {
				missing = shortest(other.File.Path())
			}
		}
		if missing != "" {
			if key := o.Path + " " + fix.Name; !x.refused[key] {
				if x.refused == nil {
					x.refused = map[string]bool{}
				}
				x.refused[key] = true
				a.note("%s: %s is not made: it changes %s too, which is not among the files", report.Clean(o.Path), fix.Name, report.Clean(missing))
			}
			continue
		}
		x.change(o.Path, snap.File(), fix.Edits)
		for _, other := range fix.Others {
			abs, _ := filepath.Abs(other.File.Path())
			x.change(paths[abs], other.File, other.Edits)
		}
		x.requirements[o.Path] = append(x.requirements[o.Path], fix.Requirement)
		x.applied[o.Path] = append(x.applied[o.Path], applied)
		x.made++
		return true
	}
	return false
}

func (x *together) change(path string, file *source.File, edits []source.Edit) {
	if x.was[path] == nil {
		x.was[path] = file.Text()
	}
	x.texts[path] = source.Apply(file.Text(), edits)
}

func openFile(in input) (*source.File, error) {
	if in.err != nil {
		return nil, unreadable(in.err)
	}
	return readFile(in.path)
}

// fix computes the changes of one file and, with --write, writes them. It runs
// on a worker.
func (c *fixCmd) fix(batch *engine.Batch, out *outcome, first *together) fixed {
	o := fixed{outcome: out}
	snap := o.snapshot(batch)
	if snap == nil {
		return o
	}
	o.analysed(o.in, snap)
	o.Findings = make([]report.Finding, len(snap.Findings()))
	was := first.was[o.Path]
	if was == nil && (len(o.Findings) == 0 || o.in.path == "" && !c.takes(snap, o.Path)) {
		return o
	}
	res := quickfix.All(snap, quickfix.Choice{Review: c.Review, Fixes: c.Only})
	if o.before = was; was == nil {
		o.before = snap.File().Text()
	}
	o.after, o.applied, o.skipped, o.variables = res.Text, append(first.applied[o.Path], res.Applied...), res.Skipped, res.Variables
	o.requirements = append(first.requirements[o.Path], res.Requirements...)
	if o.changed() && c.Write {
		o.err = replaceFile(o.Path, o.before, o.after)
	}
	o.panics = slices.Compact(o.panics)
	return o
}

// fixBeside changes the files beside the code for the variables of the environment that it
// reads now, and for what it imports.
func (c *fixCmd) fixBeside(a *app, list []fixed) error {
	texts := map[string]*source.File{} // of those that have been changed
	was := map[string]*source.File{}   // nil for those that were not there
	why := map[string]string{}         // they are changed, if not for what is imported
	var order []string
	read := func(path string) (*source.File, error) {
		if f := texts[path]; f != nil {
			return f, nil
		}
		return readFile(path)
	}
	for _, o := range list {
		path, err := filepath.Abs(o.Path)
		if err != nil {
			return err
		}
		beside := quickfix.BesideEnvironment(path, o.variables, read)
		for _, b := range beside {
			why[b.File.Path()] = "for the variables of the environment"
		}
		for _, name := range o.requirements {
			if b := quickfix.BesideRequirement(path, name, read); b != nil {
				beside = append(beside, *b)
			}
		}
		for _, b := range beside {
			at := b.File.Path()
			if texts[at] == nil {
				order = append(order, at)
				if was[at] = b.File; b.Create {
					was[at] = nil
				}
			}
			texts[at] = source.New(at, b.After())
		}
	}
	for _, at := range order {
		name := shortest(at)
		if !c.Write {
			if _, err := fmt.Fprint(a.stdout, paintDiff(unifiedNew(name, was[at], texts[at].Text()), style(a.stdout, c.Color))); err != nil {
				return err
			}
			continue
		}
		var err error
		if was[at] == nil {
			err = createFile(at, texts[at].Text())
		} else {
			err = replaceFile(at, was[at].Text(), texts[at].Text())
		}
		if err != nil {
			a.fail(fmt.Errorf("%s: not written: %w", name, err))
			continue
		}
		a.note("%s: written %s", report.Clean(name), cmp.Or(why[at], "for what the code imports now"))
	}
	return nil
}

// shortest is a path as seen from the working folder, if it lies there.
func shortest(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return path
}

// takes reports whether a file that was not met, in which the data of one that
// was does something, is written too: a template below one of the arguments.
func (c *fixCmd) takes(snap *engine.Snapshot, path string) bool {
	abs, err := filepath.Abs(path)
	if err != nil || !snap.IsTemplate() || snap.Config().Excluded(path) {
		return false
	}
	return slices.ContainsFunc(here(c.Paths), func(arg string) bool {
		root, err := filepath.Abs(arg)
		if err != nil {
			return false
		}
		rel, err := filepath.Rel(root, abs)
		return err == nil && filepath.IsLocal(rel)
	})
}

// count adds the outcome of a file to the tally and says what went wrong with
// it. It reports whether there are changes to show.
func (c *fixCmd) count(a *app, o *fixed, t *tally) bool {
	a.noteOutcome(o.outcome)
	t.skipped += len(o.skipped)
	switch {
	case o.err != nil:
		a.fail(fmt.Errorf("%s: not written: %w", o.Path, o.err))
		return false
	case !o.changed():
		return false
	}
	t.files++
	t.applied += len(o.applied)
	return true
}

// show prints the changes of a file, or names those that were written.
func (c *fixCmd) show(a *app, o *fixed) error {
	if c.Write {
		for _, x := range o.applied {
			a.note("%s:%d: fixed %s (%s)", report.Clean(o.Path), x.Line+1, x.Rule.ID, x.Fix)
		}
		return nil
	}
	_, err := fmt.Fprint(a.stdout, paintDiff(unified(o.Path, o.before, o.after), style(a.stdout, c.Color)))
	return err
}

// unified is a diff that `git apply` and patch take.
func unified(path string, before, after []byte) string {
	text := string(diff.Diff("a/"+strings.TrimPrefix(path, "/"), before, "b/"+strings.TrimPrefix(path, "/"), after))
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(first, "diff ") {
		return rest
	}
	return text
}

// unifiedNew is the diff of a file that may not have been there.
func unifiedNew(path string, before *source.File, after []byte) string {
	if before != nil {
		return unified(path, before.Text(), after)
	}
	_, rest, _ := strings.Cut(unified(path, nil, after), "\n")
	return "--- /dev/null\n" + rest
}

func paintDiff(text string, s report.Style) string {
	if !s {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		body := strings.TrimRight(line, "\r\n")
		end := line[len(body):]
		body = strings.Map(func(r rune) rune { // tabs stay
			if r == '\t' {
				return r
			}
			return []rune(report.Clean(string(r)))[0]
		}, body)
		switch {
		case strings.HasPrefix(body, "+++"), strings.HasPrefix(body, "---"):
			body = s.Bold(body)
		case strings.HasPrefix(body, "@@"):
			body = s.Blue(body)
		case strings.HasPrefix(body, "+"):
			body = s.Good(body)
		case strings.HasPrefix(body, "-"):
			body = s.Bad(body)
		}
		b.WriteString(body + end)
	}
	return b.String()
}

// tally counts over all files.
type tally struct{ files, applied, skipped, left int }

func (t *tally) sentence(written bool) string {
	var parts []string
	switch {
	case t.files == 0:
		parts = append(parts, "nothing to fix")
	case written:
		parts = append(parts, fmt.Sprintf("applied %s in %s", fixes(t.applied), report.Count(t.files, "file")))
	default:
		parts = append(parts, fmt.Sprintf("would apply %s in %s (write them with --write)", fixes(t.applied), report.Count(t.files, "file")))
	}
	if t.skipped > 0 {
		parts = append(parts, fmt.Sprintf("skipped %s", fixes(t.skipped)))
	}
	if t.left > 0 {
		verb := "remain"
		if t.left == 1 {
			verb = "remains"
		}
		parts = append(parts, report.Count(t.left, "finding")+" "+verb)
	}
	return strings.Join(parts, "; ")
}

func fixes(n int) string {
	if n == 1 {
		return "1 fix"
	}
	return report.Thousands(n) + " fixes"
}

var errChanged = errors.New("it has changed meanwhile: run the command again")
