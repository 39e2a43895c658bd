package lsp

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/source"
	"pavise/analysis/suppress"
	"pavise/quickfix"
	"pavise/quickfix/poc"
)

// kindFixAll is the kind of the action that makes all safe fixes.
const kindFixAll = protocol.CodeActionKindSourceFixAll + ".pavise"

// mostFindings bounds the work for one request: to select a whole file asks
// for the proofs of all its fixes, again after each edit.
const mostFindings = 40

// view is a document as a request found it.
type view struct {
	*document
	uri     string // that was asked about: of the document, or of one of its cells
	cell    *cell  // nil unless it is of one
	layout  layout // of the cells, in snap
	version version
	snap    *engine.Snapshot
	fixes   *fixCache
	session *engine.Session
	home    string // the file of the configuration, or where one would be made
	made    bool   // there is one
	encoder encoder
}

// viewOf is the document of a URI as it is now; false if it is not open, not
// analysed, or out of step with the client.
func (s *server) viewOf(raw string) (view, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, c := s.documentOf(raw)
	if d == nil || d.snap == nil || d.lost {
		return view{}, false
	}
	v := view{document: d, uri: d.uri, cell: c, layout: d.layout, version: d.version, snap: d.snap, fixes: d.fixes, session: d.project.session}
	e := s.encoder(d)
	if c != nil {
		v.uri, v.version = c.uri, c.version
		e = e.of(c)
	}
	other := e.other
	e.other = func(path string) (*source.File, string, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return other(path)
	}
	home, made := d.project.projectKey.file, true
	if home == "" {
		home, made = filepath.Join(s.rootOf(d.path), config.FileName), false
	}
	v.home, v.made, v.encoder = home, made, e
	return v, true
}

// offset is a place that the client names in the text of the snapshot.
func (v view) offset(p position, enc source.Encoding) uint32 {
	if v.cell == nil {
		return p.in(v.snap.File(), enc)
	}
	return v.cell.span.Start + p.in(v.cell.file, enc)
}

// spanOf is offset for a range.
func (v view) spanOf(r textRange, enc source.Encoding) (source.Span, error) {
	if v.cell == nil {
		return r.in(v.snap.File(), enc)
	}
	own, err := r.in(v.cell.file, enc)
	return own.Shift(v.cell.span.Start), err
}

// shows reports whether a place of the snapshot is in what was asked about.
func (v view) shows(off uint32) bool { return v.cell == nil || v.layout.at(off) == v.cell }

// rangeOf is a span of the snapshot as the client knows it.
func (v view) rangeOf(span source.Span, enc source.Encoding) protocol.Range {
	if v.cell == nil {
		return rangeOf(v.snap.File(), span, enc)
	}
	return rangeOf(v.cell.file, v.cell.own(span), enc)
}

// current reports whether the document is still as v has it. Edits for an
// older text must not reach a client that cannot tell.
func (s *server) current(v view) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, _ := documentKey(v.document.uri)
	d := s.docs[key]
	return d == v.document && d.snap == v.snap && !d.lost && slices.Equal(d.layout, v.layout)
}

// codeAction answers from the range alone: what a client says of diagnostics
// there may be missing, without data, or old.
func (s *server) codeAction(_ context.Context, params []byte) (answer, any, error) {
	var p actionParams
	if err := decode(params, &p); err != nil {
		return nil, nil, err
	}
	v, ok := s.viewOf(p.TextDocument.URI)
	if !ok {
		return nil, []protocol.CommandOrCodeAction{}, nil
	}
	span, err := v.spanOf(p.Range, s.client.encoding)
	if err != nil {
		return nil, nil, err
	}
	return func(ctx context.Context) (any, error) {
		found, err := s.actions(ctx, v, span, p.Context.Only)
		if err != nil || !s.current(v) {
			return []protocol.CommandOrCodeAction{}, err
		}
		return found, nil
	}, nil, nil
}

// actions are what can be done at span: for each finding its fixes, best
// first; then those of all findings of a rule; then what can be told of the
// project's functions; then ignoring, explaining, reporting and testing, and
// fixing all; then refusals.
func (s *server) actions(ctx context.Context, v view, span source.Span, only []string) ([]protocol.CommandOrCodeAction, error) {
	a := actionList{s: s, v: v}
	if wanted(only, protocol.CodeActionKindQuickFix) {
		here := slices.DeleteFunc(findingsAt(v.snap, span), func(f *analysis.Finding) bool { return !v.shows(f.Span.Start) })
		for _, f := range here {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if !s.current(v) {
				return a.all(), nil // nobody waits for these any more
			}
			fixes := s.fixesOf(v, f)
			for _, fix := range fixes {
				a.addFix(f, fix)
			}
			if len(fixes) == 0 {
				a.addRemoval(f)
			}
			if (quickfix.Choice{}).Pick(fixes) != nil {
				a.sure = append(a.sure, f)
			}
		}
		a.addFixAllOfRules(ctx)
		for _, f := range here {
			a.addRemember(f)
		}
		for _, f := range here {
			a.addIgnore(f)
		}
		for _, f := range here {
			a.addExplain(f)
		}
		if len(here) <= mostReported {
			for _, f := range here {
				a.addReport(f)
				if v.cell == nil { // else it is no module that a test could import
					a.addTest(f)
				}
			}
		}
	}
	// Without a wish for it, fixing all is offered where a safe fix is.
	if wanted(only, kindFixAll) && (len(only) > 0 || len(a.sure) > 0) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a.addFixAll()
	}
	return a.all(), nil
}

// findingsAt are the findings that touch span, the first mostFindings of them.
func findingsAt(snap *engine.Snapshot, span source.Span) []*analysis.Finding {
	var here []*analysis.Finding
	findings := snap.Findings()
	for i := range findings {
		if f := &findings[i]; f.Span.Touches(span) && len(here) < mostFindings {
			here = append(here, f)
		}
	}
	return here
}

// wanted reports whether a client that asked for only some kinds wants this
// one: kinds are a tree, and asking for none is asking for all.
func wanted(only []string, kind protocol.CodeActionKind) bool {
	for _, o := range only {
		if rest, ok := strings.CutPrefix(string(kind), o); ok && (o == "" || rest == "" || rest[0] == '.') {
			return true
		}
	}
	return len(only) == 0
}

// actionList collects actions in the form that the client understands.
type actionList struct {
	s       *server
	v       view
	offered []protocol.CommandOrCodeAction
	refused []protocol.CommandOrCodeAction
	sure    []*analysis.Finding // that fixing all would fix
	titles  map[string]bool     // of what need not be offered again
}

// once reports whether title is offered for the first time.
func (a *actionList) once(title string, span source.Span) bool {
	if a.titles == nil {
		a.titles = map[string]bool{}
	}
	key := fmt.Sprint(title, span)
	seen := a.titles[key]
	a.titles[key] = true
	return !seen
}

func (a *actionList) all() []protocol.CommandOrCodeAction {
	all := append(a.offered, a.refused...)
	if all == nil {
		all = []protocol.CommandOrCodeAction{}
	}
	return all
}

// ticket names a fix, for a client that asks for its edits later.
type ticket struct {
	URI         string `json:"uri"`
	Version     *int64 `json:"version,omitempty"`
	Rule        string `json:"rule,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Fix         string `json:"fix"` // fixAll and fixEverywhere name all safe ones, of the rule if there is one
}

func (a *actionList) ticket(f *analysis.Finding, fix string) ticket {
	t := ticket{URI: a.v.uri, Fix: fix}
	if a.v.version.ok {
		t.Version = new(a.v.version.n)
	}
	if f != nil {
		t.Rule, t.Fingerprint = f.Rule.ID, f.Fingerprint
	}
	return t
}

func (a *actionList) addFix(f *analysis.Finding, fix quickfix.Action) {
	c := &a.s.client
	if fix.Refusal != "" {
		if c.actionLiterals && c.disabled {
			refused := a.literal(fix.Title, protocol.CodeActionKindQuickFix, f)
			if fix.Title == "" {
				refused.Title = "Fix " + f.Rule.ID
			}
			refused.Disabled = protocol.CodeActionDisabled{Reason: fix.Refusal}
			a.refused = append(a.refused, refused)
		}
		return
	}
	title := fix.Title
	if fix.Safety == quickfix.Review && fix.Caveat != "" {
		title += " (review: " + short(fix.Caveat) + ")"
	}
	action := a.literal(title, protocol.CodeActionKindQuickFix, f)
	if fix.Preferred && c.preferred {
		action.IsPreferred = new(true)
	}
	a.addEdits(action, a.ticket(f, fix.Name), func() change { return changeOf(&fix) })
}

// short is the first clause of a caveat, as a menu has room for. The hover has
// all of it.
func short(caveat string) string {
	end := len(caveat)
	for _, stop := range []string{". ", ": ", "; ", ", "} {
		if i := strings.Index(caveat, stop); i > 20 {
			end = min(end, i)
		}
	}
	return strings.TrimSuffix(caveat[:end], ".")
}

// addEdits offers an action that makes a change, now or when it is resolved, or as
// a command for clients that know no more. The change is worked out only if it is
// needed now.
func (a *actionList) addEdits(action *protocol.CodeAction, t ticket, work func() change) {
	c := &a.s.client
	lazy := !c.actionLiterals || c.lazyEdits
	var edit *protocol.WorkspaceEdit
	if !lazy || a.v.cell != nil { // of a notebook not all edits can be made
		if edit = a.s.changeEdit(a.v, work()); edit == nil {
			return
		}
	}
	switch {
	case !c.actionLiterals:
		a.addCommand(action.Title, t)
		return
	case lazy:
		action.Data = arguments(t)[0]
	default:
		action.Edit = edit
	}
	a.offered = append(a.offered, action)
}

// addCommand offers a command that makes edits, to clients that take them.
func (a *actionList) addCommand(title string, t ticket) {
	if a.s.client.applyEdit {
		a.offered = append(a.offered, &protocol.Command{Title: title, Command: cmdApplyFix, Arguments: arguments(t)})
	}
}

// addIgnore offers a comment that suppresses the finding. Its edit is small
// and always given at once.
func (a *actionList) addIgnore(f *analysis.Finding) {
	if f.Rule.ID == suppress.RuleID || !a.s.client.actionLiterals {
		return
	}
	edit, ok := ignoreEdit(a.v.snap, f)
	title := "Ignore " + f.Rule.ID + " on this line"
	if !ok || !a.once(title, edit.Span) {
		return
	}
	action := a.literal(title, protocol.CodeActionKindQuickFix, f)
	if action.Edit = a.s.workspaceEdit(a.v, []source.Edit{edit}); action.Edit != nil {
		a.offered = append(a.offered, action)
	}
}

// addRemoval offers to take away an ignore that hides nothing.
func (a *actionList) addRemoval(f *analysis.Finding) {
	if f.Rule.ID != suppress.RuleID || !a.s.client.actionLiterals {
		return
	}
	edit, ok := removalEdit(a.v.snap, f.Span)
	if !ok {
		return
	}
	action := a.literal("Remove the ignore that hides nothing", protocol.CodeActionKindQuickFix, f)
	if action.Edit = a.s.workspaceEdit(a.v, []source.Edit{edit}); action.Edit != nil {
		a.offered = append(a.offered, action)
	}
}

func (a *actionList) addExplain(f *analysis.Finding) {
	title := "Explain " + f.Rule.ID
	if !a.once(title, source.Span{}) {
		return
	}
	// The address of the finding is for clients that show it in a view of their own.
	about := explainParams{URI: a.v.uri, Rule: f.Rule.ID, Fingerprint: f.Fingerprint}
	command := protocol.Command{Title: title, Command: cmdExplain, Arguments: arguments(about)}
	if !a.s.client.actionLiterals {
		a.offered = append(a.offered, &command)
		return
	}
	action := a.literal(title, protocol.CodeActionKindQuickFix, f)
	action.Command = command
	a.offered = append(a.offered, action)
}

// literal starts an action for some findings.
func (a *actionList) literal(title string, kind protocol.CodeActionKind, of ...*analysis.Finding) *protocol.CodeAction {
	action := &protocol.CodeAction{Title: title, Kind: new(kind)}
	for _, f := range of {
		d, err := a.v.encoder.diagnostic(f)
		if err != nil {
			a.s.log.Error("own diagnostic not decoded", zap.Error(err))
			continue
		}
		action.Diagnostics = append(action.Diagnostics, d)
	}
	return action
}

func arguments(v any) []protocol.LSPAny {
	text, err := json.Marshal(v)
	if err != nil {
		return nil // of the plain types that are passed none fails
	}
	return []protocol.LSPAny{text}
}

// resolveAction adds the edit to an action that was offered without. If the
// document has moved on, the action is returned as it came.
func (s *server) resolveAction(_ context.Context, params []byte) (answer, any, error) {
	var action protocol.CodeAction
	if err := decode(params, &action); err != nil {
		return nil, nil, err
	}
	var t ticket
	if mine := decode(action.Data, &t) == nil; !mine || action.Edit != nil {
		return nil, &action, nil
	}
	v, ok := s.viewOf(t.URI)
	if !ok {
		return nil, &action, nil
	}
	return func(context.Context) (any, error) {
		if edit := s.changeEdit(v, s.redeem(v, t)); s.current(v) {
			action.Edit = edit
		}
		return &action, nil
	}, nil, nil
}

// redeem is what the fix of a ticket does to v, nothing if the ticket is for
// another version.
func (s *server) redeem(v view, t ticket) change {
	if t.Version != nil && (!v.version.ok || *t.Version != v.version.n) {
		return change{}
	}
	if rule := rules.ByID(t.Rule); t.Fix == fixAll && (rule != nil || t.Rule == "") {
		return change{edits: s.fixAllEdits(v, rule)}
	}
	if f := t.finding(v); f != nil {
		for _, fix := range s.fixesOf(v, f) {
			if fix.Name == t.Fix && fix.Refusal == "" {
				return changeOf(&fix)
			}
		}
	}
	return change{}
}

// finding is that of v which the ticket is for, nil if it is gone.
func (t *ticket) finding(v view) *analysis.Finding {
	findings := v.snap.Findings()
	for i := range findings {
		if f := &findings[i]; f.Rule.ID == t.Rule && f.Fingerprint == t.Fingerprint {
			return f
		}
	}
	return nil
}

// fixCache keeps the fixes of one snapshot: editors ask for the same ones at
// each move of the cursor, and each fix is proven anew when it is computed.
type fixCache struct {
	mu      sync.Mutex // guards all below, also while it is being computed
	of      map[*analysis.Finding][]quickfix.Action
	all     map[*analysis.Rule][]source.Edit // what the safe fixes do together; of all rules under nil
	helpers map[*analysis.Finding][]helper
	tests   map[*analysis.Finding]*poc.Test // nil for those of which none is written

	handlers []poc.Entry
	listed   bool // handlers is known
}

// fixesOf are the fixes of a finding of v.
func (s *server) fixesOf(v view, f *analysis.Finding) []quickfix.Action {
	v.fixes.mu.Lock()
	defer v.fixes.mu.Unlock()
	fixes, ok := v.fixes.of[f]
	if ok {
		return fixes
	}
	if v.fixes.of == nil {
		v.fixes.of = map[*analysis.Finding][]quickfix.Action{}
	}
	defer s.recoverFix(f.Rule.ID)
	v.fixes.of[f] = nil // what a panic leaves
	fixes = quickfix.Actions(v.snap, f)
	v.fixes.of[f] = fixes
	return fixes
}

func (s *server) recoverFix(what string) {
	if p := recover(); p != nil {
		s.log.Error("a fix panicked", zap.String("of", what), zap.String("value", fmt.Sprint(p)), zap.Stack("stack"))
	}
}
