package lsp

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"pavise/analysis"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/quickfix"
)

// What a [ticket] has for the name of a fix that is all safe ones.
const (
	fixAll        = "*"  // of the file
	fixEverywhere = "**" // of one rule, in the file and in all others of the workspace
)

// mostTried bounds the findings that are looked at for a second safe fix: who opens
// a menu does not wait for the proofs of a whole file.
const mostTried = 10

// ofAll is said of the safe fixes of several files.
const ofAll = "Each of these fixes keeps what the code does where nobody attacks."

// addFixAll offers to make all safe fixes of the file.
func (a *actionList) addFixAll() {
	edits := a.s.fixAllEdits(a.v, nil)
	if len(edits) == 0 {
		return
	}
	action := a.literal("Fix all that is safe in this file", kindFixAll)
	a.addEdits(action, a.ticket(nil, fixAll), func() change { return change{edits: edits} })
}

// addFixAllOfRules offers, for the rules of the findings here that have a safe fix,
// to make those of all their findings: in the file if there is another one, in the
// workspace if a scan knows of findings elsewhere.
func (a *actionList) addFixAllOfRules(ctx context.Context) {
	byRule := map[*analysis.Rule][]*analysis.Finding{}
	var order []*analysis.Rule
	for _, f := range a.sure {
		if byRule[f.Rule] == nil {
			order = append(order, f.Rule)
		}
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	for _, rule := range order {
		here := byRule[rule]
		t := a.ticket(nil, fixAll)
		t.Rule = rule.ID
		if len(here) > 1 || a.another(ctx, here[0]) {
			action := a.literal("Fix all "+rule.ID+" in this file", protocol.CodeActionKindQuickFix, here...)
			a.addEdits(action, t, func() change { return change{edits: a.s.fixAllEdits(a.v, rule)} })
		}
		if a.s.client.applyEdit && len(a.s.others(a.v, rule)) > 0 {
			t.Fix = fixEverywhere
			a.addFixEverywhere(rule, here, t)
		}
	}
}

// addFixEverywhere offers a command: it takes its time, and shows how far it is.
func (a *actionList) addFixEverywhere(rule *analysis.Rule, here []*analysis.Finding, t ticket) {
	title := titleEverywhere(rule)
	if !a.s.client.actionLiterals {
		a.addCommand(title, t)
		return
	}
	action := a.literal(title, protocol.CodeActionKindQuickFix, here...)
	action.Command = protocol.Command{Title: title, Command: cmdApplyFix, Arguments: arguments(t)}
	a.offered = append(a.offered, action)
}

func titleEverywhere(rule *analysis.Rule) string { return "Fix all " + rule.ID + " in the workspace" }

// another reports whether a second finding of the rule of f has a safe fix.
func (a *actionList) another(ctx context.Context, f *analysis.Finding) bool {
	tried := 0
	findings := a.v.snap.Findings()
	for i := range findings {
		other := &findings[i]
		if other.Rule != f.Rule || other == f {
			continue
		}
		if tried++; tried > mostTried || ctx.Err() != nil || !a.s.current(a.v) {
			return false
		}
		if (quickfix.Choice{}).Pick(a.s.fixesOf(a.v, other)) != nil {
			return true
		}
	}
	return false
}

// fixAllEdits is what the safe fixes do to v together: those of one rule, or all if
// it is nil.
func (s *server) fixAllEdits(v view, rule *analysis.Rule) []source.Edit {
	v.fixes.mu.Lock()
	defer v.fixes.mu.Unlock()
	edits, ok := v.fixes.all[rule]
	if ok {
		return edits
	}
	if v.fixes.all == nil {
		v.fixes.all = map[*analysis.Rule][]source.Edit{}
	}
	v.fixes.all[rule] = nil // what a panic leaves
	v.fixes.all[rule] = s.safeEdits(v.snap, rule)
	return v.fixes.all[rule]
}

// safeEdits works out what the safe fixes of a rule, or of all if it is nil, do to a
// file.
func (s *server) safeEdits(snap *engine.Snapshot, rule *analysis.Rule) []source.Edit {
	defer s.recoverFix("all")
	var c quickfix.Choice
	if rule != nil {
		c.Keep = func(f *analysis.Finding) bool { return f.Rule == rule }
	}
	fixed := quickfix.All(snap, c)
	if len(fixed.Applied) == 0 {
		return nil
	}
	return source.LineEdits(snap.File(), fixed.Text)
}

// others are the addresses of the other files of the workspace that have findings of a
// rule, in order; none before a scan. Of a notebook it is that of a cell.
func (s *server) others(v view, rule *analysis.Rule) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.scannedOnce || s.folderOf(v.path) == nil {
		return nil
	}
	var out []string
	for key, f := range s.scanned {
		if f.rules[rule] {
			out = append(out, key)
		}
	}
	for _, d := range s.docs {
		if d == v.document || d.snap == nil || d.lost || s.folderOf(d.path) == nil ||
			!slices.ContainsFunc(d.snap.Findings(), func(f analysis.Finding) bool { return f.Rule == rule }) {
			continue
		}
		address := d.uri
		if d.notebook != nil && len(d.layout) > 0 {
			address = d.layout[0].uri
		}
		out = append(out, address)
	}
	slices.Sort(out)
	return out
}

// fixEverywhere makes the safe fixes of a rule in v and in all other files of the
// workspace that are known to have it, in one edit.
func (s *server) fixEverywhere(v view, t ticket, token value) (answer, any, error) {
	rule := rules.ByID(t.Rule)
	if rule == nil {
		return nil, nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no rule %q", t.Rule)
	}
	return func(ctx context.Context) (any, error) {
		x := sweep{s: s, rule: rule}
		if !x.run(ctx, v, token) {
			return nil, ctx.Err() // nil if the user has ended it
		}
		return nil, x.apply(ctx)
	}, nil, nil
}

// sweep is the safe fixes of one rule in many files.
type sweep struct {
	s      *server
	rule   *analysis.Rule
	own    *protocol.WorkspaceEdit // of the file where it begins; nil if nothing is to be done
	others []*protocol.WorkspaceEdit
	views  []view   // the open files of these
	closed []string // the addresses of the rest
}

// run works the edits out, under a progress; false if it was ended before.
func (x *sweep) run(ctx context.Context, v view, token value) bool {
	ctx, p, end := x.s.beginProgress(ctx, token, titleEverywhere(x.rule))
	defer end("")
	x.own = x.open(v)
	addresses := x.s.others(v, x.rule)
	for i, address := range addresses {
		if ctx.Err() != nil {
			return false
		}
		if edit := x.other(address); edit != nil {
			x.others = append(x.others, edit)
		}
		p.report(i+1, len(addresses))
	}
	return ctx.Err() == nil
}

// apply has the client make the edits as one.
func (x *sweep) apply(ctx context.Context) error {
	edit := x.own
	switch {
	case !x.current():
		return protocol.ErrContentModified
	case edit == nil && len(x.others) == 0:
		x.s.say(protocol.MessageTypeInfo, "no safe fix of "+x.rule.ID+" can be made now")
		return nil
	case edit == nil:
		edit = &protocol.WorkspaceEdit{}
		if !x.s.client.versionedEdits {
			edit.Changes = map[uri.URI][]protocol.TextEdit{}
		}
	}
	title := titleEverywhere(x.rule)
	x.s.join(edit, x.others, note{title: title, caveat: ofAll})
	return x.s.apply(ctx, edit, title)
}

// current reports whether the files are still as they were when their fixes were
// worked out.
func (x *sweep) current() bool {
	for _, v := range x.views {
		if !x.s.current(v) {
			return false
		}
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	return !slices.ContainsFunc(x.closed, func(address string) bool { return x.s.docs[address] != nil })
}

// other is what the fixes do to a file, nil if it is nothing.
func (x *sweep) other(address string) *protocol.WorkspaceEdit {
	if v, ok := x.s.viewOf(address); ok {
		return x.open(v)
	}
	_, path := documentKey(address)
	snap := x.s.closedSnapshot(path)
	now, err := readSource(path)
	if err != nil || !bytes.Equal(now.Text(), snap.File().Text()) || !plainText(now.Text()) {
		return nil
	}
	edits := x.s.safeEdits(snap, x.rule)
	if len(edits) == 0 {
		return nil
	}
	x.closed = append(x.closed, address)
	return x.s.fileEdit(snap.File(), address, nil, edits)
}

// closedSnapshot is what is known of a file that is not open.
func (s *server) closedSnapshot(path string) *engine.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.projectOf(path).session.Closed(path)
}

// plainText reports whether a client that reads a file has the text that is on disk:
// without a mark that it takes away, and in the encoding that it takes for granted.
func plainText(text []byte) bool {
	return utf8.Valid(text) && !bytes.HasPrefix(text, []byte("\ufeff"))
}

// open is other for a file that is open.
func (x *sweep) open(v view) *protocol.WorkspaceEdit {
	edits := x.s.fixAllEdits(v, x.rule)
	if len(edits) == 0 {
		return nil
	}
	x.views = append(x.views, v)
	return x.s.workspaceEdit(v, edits)
}
