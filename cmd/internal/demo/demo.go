// Package demo shows in a terminal what an editor with Pavise shows: it runs
// the real server, opens a vulnerable application, types a handler into it key
// by key, and takes the fix that the server offers. It fails if the server does
// not find or fix what it should.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"pavise/analysis/source"
	"pavise/cmd/internal/report"
	"pavise/testdata/demo"
)

// Options say where the demo runs.
type Options struct {
	Out      io.Writer
	Style    report.Style
	Terminal bool // keys appear one by one, at a speed that the eye can follow
	Width    int
	// Command is this program with other arguments.
	Command func(ctx context.Context, args ...string) *exec.Cmd
}

// limit is the longest that the demo may take, and pace the time between two
// keys on a terminal.
const (
	limit = 10 * time.Second
	pace  = 7 * time.Millisecond
)

// handler is what is typed, above the line that starts with before.
const (
	handler = `@app.get("/users")
def users():
    name = request.args.get("name", "")
    rows = get_db().execute(f"SELECT id, name FROM users WHERE name = '{name}'").fetchall()
    return render_template("index.html", entries=rows)`
	before = "if __name__ =="
	rule   = "sql-injection" // that must find the handler
)

// Run shows the demo.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dir, err := os.MkdirTemp("", "pavise-demo-*")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, demo.Files); err != nil {
		return fmt.Errorf("write the application: %w", err)
	}
	s := show{Options: o, width: min(max(o.Width, 80), 120)}
	s.heading("Pavise: a language server watches a Flask application while you type")
	if err := s.session(ctx, dir); err != nil {
		return err
	}
	return s.check(ctx, dir)
}

// session is the part in the editor.
func (s *show) session(ctx context.Context, dir string) (err error) {
	server := s.Command(ctx, "serve", "--log-level", "warn")
	server.Dir, server.Stderr = dir, os.Stderr
	e, took, err := start(ctx, server, dir)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			err = e.killed(err)
		}
	}()
	s.say("The server is up after %s (a process of its own, spoken to over a pipe).", milliseconds(took))
	text, err := fs.ReadFile(demo.Files, "app.py")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "app.py")
	if took, err = e.open(ctx, path, text); err != nil {
		return err
	}
	s.step("app.py is opened: %s after %s", report.Count(len(e.found), "finding"), milliseconds(took))
	if !holds(e.found, rule) {
		return fmt.Errorf("the server finds no %s in the application", rule)
	}
	for i := range e.found {
		s.squiggle(e.file, &e.found[i])
	}
	s.drawn = ids(e)
	fault, err := s.typeHandler(ctx, e)
	if err != nil {
		return err
	}
	s.path(e.file, fault)
	if err := s.fix(ctx, e, fault); err != nil {
		return err
	}
	s.latency(e.keys)
	if err := os.WriteFile(path, e.file.Text(), 0o644); err != nil {
		return fmt.Errorf("save the file: %w", err)
	}
	ended = true
	return e.stop(ctx)
}

func holds(list []diagnostic, code string) bool {
	return slices.ContainsFunc(list, func(d diagnostic) bool { return d.Code == code })
}

// typeHandler types the handler and returns the finding in it.
func (s *show) typeHandler(ctx context.Context, e *editor) (*diagnostic, error) {
	at := strings.Index(string(e.file.Text()), before)
	if at < 0 {
		return nil, fmt.Errorf("app.py holds no %q", before)
	}
	s.step("A new handler is typed above line %d, key by key; every key is analysed", e.file.LineAt(uint32(at))+1)
	old := len(e.found)
	start := uint32(at)
	if err := e.change(ctx, []source.Edit{{Span: source.Span{Start: start, End: start}, New: "\n\n\n"}}); err != nil {
		return nil, err
	}
	for line := range strings.Lines(handler) {
		number := e.file.LineAt(uint32(at)) + 1
		s.number(number)
		s.noticed = 0
		for _, r := range line {
			edit := source.Edit{Span: source.Span{Start: uint32(at), End: uint32(at)}, New: string(r)}
			if err := e.change(ctx, []source.Edit{edit}); err != nil {
				return nil, err
			}
			at += len(string(r))
			s.key(r)
			if s.noticed == 0 && len(s.fresh(e, start, uint32(at))) > 0 {
				s.noticed = r
			}
		}
		for _, d := range s.fresh(e, start, uint32(at)) {
			s.underline(e.file, d, number)
		}
		s.drawn = ids(e)
	}
	s.say("")
	for i := range e.found {
		d := &e.found[i]
		if off := e.offset(d.Range.Start); d.Code == rule && off >= start && off < uint32(at) {
			return d, nil
		}
	}
	return nil, fmt.Errorf("the server finds no %s in the new handler (%d findings before, %d now)", rule, old, len(e.found))
}

// fresh are the findings in the typed text, from start to end, that are not
// drawn yet.
func (s *show) fresh(e *editor, start, end uint32) []*diagnostic {
	var list []*diagnostic
	for i := range e.found {
		d := &e.found[i]
		if off := e.offset(d.Range.Start); off >= start && off < end && !slices.Contains(s.drawn, id(e.file, d)) {
			list = append(list, d)
		}
	}
	return list
}

// fix takes the best action for the finding and shows what it does.
func (s *show) fix(ctx context.Context, e *editor, fault *diagnostic) error {
	list, err := e.actions(ctx, fault)
	if err != nil {
		return err
	}
	s.step("What can be done: the light bulb offers")
	chosen := -1
	for i := range list {
		if chosen < 0 && strings.HasPrefix(list[i].Kind, "quickfix") && (list[i].Preferred || i == 0) {
			chosen = i
		}
		s.action(list[i].Title, i == chosen)
	}
	if chosen < 0 {
		return fmt.Errorf("the server offers no fix for %s", rule)
	}
	edits, err := e.editsOf(ctx, &list[chosen])
	if err != nil {
		return err
	}
	old := e.file
	had := len(e.found)
	if err := e.change(ctx, edits); err != nil {
		return err
	}
	s.step("%s", list[chosen].Title)
	s.diff(string(diff.Diff("app.py", old.Text(), "app.py", e.file.Text())))
	if len(e.found) != had-1 {
		return fmt.Errorf("the fix leaves %d findings of %d, want one less", len(e.found), had)
	}
	for i := range e.found {
		if d := &e.found[i]; d.Code == rule && strings.Contains(handler, s.lineOf(e.file, d)) {
			return fmt.Errorf("%s is still found after its fix", rule)
		}
	}
	s.say("The squiggle is gone %s after the change; %s in the old code wait for their turn.",
		milliseconds(e.keys[len(e.keys)-1]), report.Count(len(e.found), "finding"))
	return nil
}

// check runs the command line over the same application.
func (s *show) check(ctx context.Context, dir string) error {
	s.step("The same engine in the terminal, over the saved file: pavise check app.py")
	color := "never"
	if s.Style {
		color = "always"
	}
	cmd := s.Command(ctx, "check", "--color", color, "app.py")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, s.Out, s.Out
	err := cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return errors.New("pavise check finds nothing in the application")
	case !ok || exit.ExitCode() != 1:
		return fmt.Errorf("pavise check: %w", err)
	}
	s.say("\nExit code 1: there are findings. `pavise fix --write` makes the safe fixes, `pavise explain %s` tells more.", rule)
	return nil
}
