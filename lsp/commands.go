package lsp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/rules"
)

// The commands that a client may execute.
const (
	cmdExplain     = "pavise.explain"       // {"rule": ID}: shows the rule's page and returns it
	cmdScan        = "pavise.scanWorkspace" // reports the findings of all files
	cmdReload      = "pavise.reload"        // reads all configurations anew
	cmdApplyFix    = "pavise.applyFix"      // ticket: makes a fix that is worked out late, or for clients without code action literals
	cmdCopyFinding = "pavise.copyFinding"   // ticket: shows a finding as a report in Markdown and returns it
)

func commandNames() []string {
	return []string{cmdExplain, cmdScan, cmdReload, cmdApplyFix, cmdCopyFinding}
}

func (s *server) executeCommand(ctx context.Context, params []byte) (answer, any, error) {
	p := parseValue(params)
	args := p.at("arguments").list()
	var arg value
	if len(args) > 0 {
		arg = args[0]
	}
	switch name := p.at("command").string(); name {
	case cmdExplain:
		return s.explain(arg)
	case cmdScan:
		token := p.at("workDoneToken")
		return func(request context.Context) (any, error) {
			return s.scanUntil(ctx, request, token)
		}, nil, nil
	case cmdReload:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reload(ctx)
		return nil, nil, nil
	case cmdApplyFix:
		return s.applyFix(arg, p.at("workDoneToken"))
	case cmdCopyFinding:
		return s.copyFinding(arg)
	default:
		return nil, nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no command %q", name)
	}
}

// explain shows the page of a rule and returns it as Markdown. The rule is
// named by an object {"rule": ID} or by a string.
func (s *server) explain(arg value) (answer, any, error) {
	id := arg.string()
	if arg.object() {
		id = arg.at("rule").string()
	}
	rule := rules.ByID(id)
	if rule == nil {
		return nil, nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no rule %q", id)
	}
	return func(ctx context.Context) (any, error) {
		if err := s.showPage(ctx, rule); err != nil {
			s.log.Info("page not shown", zap.String("rule", rule.ID), zap.Error(err))
			s.say(protocol.MessageTypeInfo, strings.TrimSpace(rule.ID+": "+summary(rule)+" "+s.pageURL(rule)))
		}
		return jsonrpc2.RawMessage(appendString(nil, rule.Page)), nil
	}, nil, nil
}

var errNotShown = errors.New("the client shows no documents")

// showPage has the client open a rule's page.
func (s *server) showPage(ctx context.Context, rule *analysis.Rule) error {
	if !s.client.showDocument {
		return errNotShown
	}
	_, err := s.showText(ctx, "rules", rule.ID+".md", rule.Page)
	return err
}

// showText has the client open a text. It is put into a file of a folder in the
// cache, so that it is there without a network and is shown like any other text.
// The path of the file is returned also if the client does not show it.
func (s *server) showText(ctx context.Context, folder, name, text string) (path string, err error) {
	dir := s.pageDir
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(cache, "pavise", folder)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	if !s.client.showDocument {
		return path, errNotShown
	}
	var r protocol.ShowDocumentResult
	params := &protocol.ShowDocumentParams{URI: uri.File(path), TakeFocus: new(true)}
	if err := s.call(ctx, protocol.MethodWindowShowDocument, params, &r); err != nil {
		return path, err
	}
	if !r.Success {
		return path, errNotShown
	}
	return path, nil
}

// applyFix makes a fix through workspace/applyEdit.
func (s *server) applyFix(arg, token value) (answer, any, error) {
	var t ticket
	if err := decode(arg.encode(), &t); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(t.URI)
	if !ok {
		return nil, nil, protocol.ErrContentModified
	}
	if t.Fix == fixEverywhere {
		return s.fixEverywhere(v, t, token)
	}
	return func(ctx context.Context) (any, error) {
		edit := s.changeEdit(v, s.redeem(v, t))
		if edit == nil || !s.current(v) {
			return nil, protocol.ErrContentModified
		}
		return nil, s.apply(ctx, edit, "")
	}, nil, nil
}

// apply has the client make an edit. It may take a while: where the edit is to be
// confirmed, somebody reads it first.
func (s *server) apply(ctx context.Context, edit *protocol.WorkspaceEdit, label string) error {
	params := &protocol.ApplyWorkspaceEditParams{Edit: *edit}
	if label != "" {
		params.Label = new(label)
	}
	var r protocol.ApplyWorkspaceEditResult
	if _, err := s.conn.Call(ctx, protocol.MethodWorkspaceApplyEdit, params, &r); err != nil {
		return fmt.Errorf("%s: %w", protocol.MethodWorkspaceApplyEdit, err)
	}
	return nil
}
