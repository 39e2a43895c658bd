package lsp

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
	"pavise/quickfix/poc"
)

// mostReported bounds the findings of one request that reports and tests are
// offered for: whoever selects more than these does not mean one of them.
const mostReported = 3

// addReport offers the finding as a report for somebody else.
func (a *actionList) addReport(f *analysis.Finding) {
	if f.Rule.Class == suppress.Class || !a.s.client.actionLiterals {
		return
	}
	title := "Copy as security finding: " + f.Rule.ID
	action := a.literal(title, protocol.CodeActionKindQuickFix, f)
	action.Command = protocol.Command{Title: title, Command: cmdCopyFinding, Arguments: arguments(a.ticket(f, ""))}
	a.offered = append(a.offered, action)
}

// copyFinding returns a finding as a report and has the client show it, from
// where it can be copied.
func (s *server) copyFinding(arg value) (answer, any, error) {
	var t ticket
	if err := decode(arg.encode(), &t); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(t.URI)
	if !ok {
		return nil, nil, protocol.ErrContentModified
	}
	f := t.finding(v)
	if f == nil {
		return nil, nil, protocol.ErrContentModified
	}
	return func(ctx context.Context) (any, error) {
		text := poc.Finding(v.snap, f, filepath.Dir(v.home))
		path, err := s.showText(ctx, "findings", f.Rule.ID+"-"+f.Fingerprint+".md", text)
		switch {
		case err != nil && path != "":
			s.say(protocol.MessageTypeInfo, "the report is in "+path)
		case err != nil:
			s.log.Info("finding not shown", zap.String("rule", f.Rule.ID), zap.Error(err))
		}
		return jsonrpc2.RawMessage(appendString(nil, text)), nil
	}, nil, nil
}

// addTest offers to write a test that fails while the fault is there.
func (a *actionList) addTest(f *analysis.Finding) {
	c := &a.s.client
	if !c.actionLiterals || !c.createFiles || !filepath.IsAbs(a.v.home) {
		return
	}
	test := a.s.testOf(a.v, f)
	if test == nil {
		return
	}
	path, ok := free(filepath.Join(filepath.Dir(a.v.home), filepath.FromSlash(test.Path)))
	if !ok {
		return
	}
	action := a.literal("Write a failing test for this finding ("+filepath.Base(path)+")", protocol.CodeActionKindQuickFix, f)
	edit := a.s.fileEdit(source.New(path, nil), uriOf(path), nil, []source.Edit{{New: test.Text}})
	creating(edit, uriOf(path))
	action.Edit = edit
	a.offered = append(a.offered, action)
}

// testOf is the test for a finding of v, nil if none can be written.
func (s *server) testOf(v view, f *analysis.Finding) *poc.Test {
	v.fixes.mu.Lock()
	defer v.fixes.mu.Unlock()
	test, ok := v.fixes.tests[f]
	if ok {
		return test
	}
	if v.fixes.tests == nil {
		v.fixes.tests = map[*analysis.Finding]*poc.Test{}
	}
	v.fixes.tests[f] = nil // what a panic leaves
	defer s.recoverFix(f.Rule.ID)
	if made, err := poc.TestFor(v.snap, f, filepath.Dir(v.home)); err == nil {
		v.fixes.tests[f] = &made
	}
	return v.fixes.tests[f]
}

// free is a name for a new file: path, or the same with a number.
func free(path string) (string, bool) {
	stem := strings.TrimSuffix(path, ".py")
	for i := 1; i < 10; i++ {
		if i > 1 {
			path = fmt.Sprintf("%s_%d.py", stem, i)
		}
		if _, err := os.Lstat(path); os.IsNotExist(err) {
			return path, true
		}
	}
	return "", false
}
