package demo

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"pavise/analysis/source"
)

// editor is a server that runs, with one file open in it.
type editor struct {
	*client
	cmd     *exec.Cmd
	in      io.Closer
	file    *source.File
	uri     string
	version int
	found   []diagnostic    // for the current version
	keys    []time.Duration // from each change to its diagnostics
}

// start runs the server and says hello.
func start(ctx context.Context, cmd *exec.Cmd, dir string) (*editor, time.Duration, error) {
	begin := time.Now()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, 0, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	if err := cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("start the server: %w", err)
	}
	e := &editor{client: newClient(out, in), cmd: cmd, in: in}
	params := map[string]any{
		"processId": nil,
		"rootUri":   fileURI(dir),
		"capabilities": map[string]any{
			"workspace": map[string]any{"workspaceEdit": map[string]any{"documentChanges": true}},
			"textDocument": map[string]any{
				"publishDiagnostics": map[string]any{"relatedInformation": true, "versionSupport": true, "dataSupport": true},
				"codeAction": map[string]any{
					"isPreferredSupport":       true,
					"codeActionLiteralSupport": map[string]any{"codeActionKind": map[string]any{"valueSet": []string{"", "quickfix", "source"}}},
				},
			},
		},
	}
	if err := e.call(ctx, "initialize", params, nil); err != nil {
		return nil, 0, e.killed(err)
	}
	took := time.Since(begin)
	return e, took, e.notify("initialized", map[string]any{})
}

func fileURI(path string) string {
	p := filepath.ToSlash(path)
	if len(p) > 0 && p[0] != '/' {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// open opens a file and waits for what the server finds in it.
func (e *editor) open(ctx context.Context, path string, text []byte) (time.Duration, error) {
	e.file, e.uri, e.version = source.New(path, text), fileURI(path), 1
	begin := time.Now()
	doc := map[string]any{"uri": e.uri, "languageId": "python", "version": e.version, "text": string(text)}
	if err := e.notify("textDocument/didOpen", map[string]any{"textDocument": doc}); err != nil {
		return 0, err
	}
	var err error
	e.found, err = e.await(ctx, e.uri, e.version)
	return time.Since(begin), err
}

// change sends simultaneous edits, last first, and waits for what the server
// finds then.
func (e *editor) change(ctx context.Context, edits []source.Edit) error {
	edits, _ = source.Merge(edits)
	var changes []map[string]any
	for _, x := range slices.Backward(edits) {
		changes = append(changes, map[string]any{"range": e.rangeOf(x.Span), "text": x.New})
	}
	e.file = source.New(e.file.Path(), source.Apply(e.file.Text(), edits))
	e.version++
	begin := time.Now()
	err := e.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": e.uri, "version": e.version},
		"contentChanges": changes,
	})
	if err != nil {
		return err
	}
	e.found, err = e.await(ctx, e.uri, e.version)
	e.keys = append(e.keys, time.Since(begin))
	return err
}

func (e *editor) rangeOf(s source.Span) span {
	at := func(off uint32) position {
		p := e.file.Position(off, source.UTF16)
		return position{p.Line, p.Column}
	}
	return span{at(s.Start), at(s.End)}
}

func (e *editor) offset(p position) uint32 {
	return e.file.Offset(source.Position{Line: p.Line, Column: p.Character}, source.UTF16)
}

// actions are what the server offers for a diagnostic.
func (e *editor) actions(ctx context.Context, d *diagnostic) ([]codeAction, error) {
	var list []codeAction
	err := e.call(ctx, "textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": e.uri},
		"range":        d.Range,
		"context":      map[string]any{"diagnostics": []any{d.raw}, "only": []string{"quickfix"}},
	}, &list)
	return list, err
}

// editsOf are the changes of an action, which the server may keep back until
// it is asked for them.
func (e *editor) editsOf(ctx context.Context, a *codeAction) ([]source.Edit, error) {
	if a.Edit == nil {
		if err := e.call(ctx, "codeAction/resolve", a.raw, a); err != nil {
			return nil, err
		}
	}
	if a.Edit == nil {
		return nil, fmt.Errorf("the action %q changes nothing", a.Title)
	}
	var edits []source.Edit
	for _, t := range a.Edit.edits() {
		edits = append(edits, source.Edit{Span: source.Span{Start: e.offset(t.Range.Start), End: e.offset(t.Range.End)}, New: t.NewText})
	}
	return edits, nil
}

// stop says goodbye and waits for the server to end.
func (e *editor) stop(ctx context.Context) error {
	if err := e.call(ctx, "shutdown", nil, nil); err != nil {
		return e.killed(err)
	}
	if err := e.notify("exit", nil); err != nil {
		return e.killed(err)
	}
	if err := e.cmd.Wait(); err != nil {
		return fmt.Errorf("the server did not end well: %w", err)
	}
	return nil
}

// killed ends a server that err has made useless.
func (e *editor) killed(err error) error {
	_ = e.in.Close()
	_ = e.cmd.Process.Kill()
	_ = e.cmd.Wait()
	return err
}
