package lsptest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Position is a line and a column, from zero, in the encoding of the
// connection.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is a part of a text.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// TextEdit replaces a range.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// WorkspaceEdit changes files.
type WorkspaceEdit struct {
	Changes         map[string][]TextEdit `json:"changes"`
	DocumentChanges []struct {
		Kind         string `json:"kind"` // "create"
		URI          string `json:"uri"`
		TextDocument struct {
			URI     string `json:"uri"`
			Version *int   `json:"version"`
		} `json:"textDocument"`
		Edits        []AnnotatedEdit `json:"edits"`
		AnnotationID string          `json:"annotationId"` // of a creation
	} `json:"documentChanges"`
	Annotations map[string]Annotation `json:"changeAnnotations"`
}

// AnnotatedEdit is an edit, with the name of its annotation if it has one.
type AnnotatedEdit struct {
	TextEdit
	AnnotationID string `json:"annotationId"`
}

// Annotation is what an editor shows before it makes an edit.
type Annotation struct {
	Label             string
	Description       string
	NeedsConfirmation bool
}

// annotations reports what is wrong with those of an edit: a name that stands for none, or
// any at all for an editor that did not ask for them.
func (w *WorkspaceEdit) annotations(wanted bool) error {
	if len(w.Annotations) > 0 && !wanted {
		return fmt.Errorf("annotations %v were not announced", w.Annotations)
	}
	for _, c := range w.DocumentChanges {
		names := []string{c.AnnotationID}
		for _, e := range c.Edits {
			names = append(names, e.AnnotationID)
		}
		for _, n := range names {
			if _, ok := w.Annotations[n]; n != "" && !ok {
				return fmt.Errorf("no annotation %q among %v", n, w.Annotations)
			}
		}
	}
	return nil
}

// doc is an open file.
type doc struct {
	text     string
	version  int
	notebook string // that it is a cell of, or ""
}

// lineStart is the offset of a line; lines past the end are there.
func lineStart(text string, line int) int {
	at := 0
	for range line {
		i := strings.IndexAny(text[at:], "\r\n")
		if i < 0 {
			return len(text)
		}
		at += i + 1
		if text[at-1] == '\r' && strings.HasPrefix(text[at:], "\n") {
			at++
		}
	}
	return at
}

// offset is a position in bytes.
func offset(text string, p Position, encoding string) int {
	at := lineStart(text, p.Line)
	for units := 0; units < p.Character && at < len(text) && text[at] != '\n' && text[at] != '\r'; {
		r, n := utf8.DecodeRuneInString(text[at:])
		at += n
		units += width(r, n, encoding)
	}
	return at
}

func width(r rune, n int, encoding string) int {
	switch {
	case encoding == "utf-8":
		return n
	case encoding == "utf-16" && r >= 0x10000:
		return 2
	}
	return 1
}

// place is the position of a byte.
func place(text string, at int, encoding string) Position {
	p := Position{}
	for lineStart(text, p.Line+1) <= at && lineStart(text, p.Line+1) < len(text) {
		p.Line++
	}
	if strings.HasSuffix(text[:at], "\n") && at == len(text) {
		p.Line = strings.Count(text, "\n")
	}
	for _, r := range text[lineStart(text, p.Line):at] {
		p.Character += width(r, utf8.RuneLen(r), encoding)
	}
	return p
}

// Find is the place of the n-th occurrence (from zero) of a word in a file.
func (e *Editor) Find(name, word string, n int) Range {
	e.t.Helper()
	text, at := e.Text(name), -1
	for range n + 1 {
		i := strings.Index(text[at+1:], word)
		if i < 0 {
			e.t.Fatalf("%s does not hold %q", name, word)
		}
		at += 1 + i
	}
	return Range{place(text, at, e.encoding), place(text, at+len(word), e.encoding)}
}

// URI is that of a file of the workspace, or the name itself if it is a URI.
func (e *Editor) URI(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	if e.cfg.Dir == "" {
		return URI("/" + name)
	}
	return URI(filepath.Join(e.cfg.Dir, name))
}

// language is the name that editors have for the language of a file.
func language(name string) string {
	switch filepath.Ext(name) {
	case ".html":
		return "html"
	case ".toml":
		return "toml"
	case ".env":
		return "dotenv"
	}
	return "python"
}

// Open opens a file under version 1.
func (e *Editor) Open(name, text string) {
	uri := e.URI(name)
	e.mu.Lock()
	e.docs[uri] = &doc{text: text, version: 1}
	delete(e.pushed, uri) // of an earlier opening
	e.mu.Unlock()
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": language(name), "version": 1, "text": text,
	}})
}

// Close closes a file.
func (e *Editor) Close(name string) {
	uri := e.URI(name)
	e.mu.Lock()
	delete(e.docs, uri)
	e.mu.Unlock()
	e.Notify("textDocument/didClose", id(uri))
}

// Save tells the server of a save, with the text.
func (e *Editor) Save(name string) {
	e.Notify("textDocument/didSave", map[string]any{
		"textDocument": map[string]any{"uri": e.URI(name)}, "text": e.Text(name),
	})
}

// Text is the text of an open file.
func (e *Editor) Text(name string) string {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.docs[e.URI(name)]
	if d == nil {
		e.t.Fatalf("%s is not open", name)
	}
	return d.text
}

// Version is the version of an open file.
func (e *Editor) Version(name string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.docs[e.URI(name)].version
}

func id(uri string) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}}
}

// Change makes edits, each in the text that the one before it left, and sends
// them as one message.
func (e *Editor) Change(name string, edits ...TextEdit) { e.Bytes(e.Changing(name, edits...)) }

// Changing makes edits and returns the message that tells of them, unsent.
func (e *Editor) Changing(name string, edits ...TextEdit) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.changing(e.URI(name), edits)
}

func (e *Editor) changing(uri string, edits []TextEdit) string {
	d := e.docs[uri]
	var changes []map[string]any
	for _, x := range edits {
		from, to := offset(d.text, x.Range.Start, e.encoding), offset(d.text, x.Range.End, e.encoding)
		d.text = d.text[:from] + x.NewText + d.text[to:]
		changes = append(changes, map[string]any{"range": x.Range, "text": x.NewText})
	}
	d.version++
	if d.notebook != "" {
		return changingCell(d.notebook, uri, d.version, changes)
	}
	return Frame(map[string]any{"method": "textDocument/didChange", "params": map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": d.version}, "contentChanges": changes,
	}})
}

// Insert is an edit that inserts at a place.
func Insert(at Position, text string) TextEdit { return TextEdit{Range{at, at}, text} }

// Type types a text, one message for each character.
func (e *Editor) Type(name string, at Position, text string) {
	for _, r := range text {
		e.Change(name, Insert(at, string(r)))
		at.Character += width(r, utf8.RuneLen(r), e.encoding)
		if r == '\n' {
			at = Position{at.Line + 1, 0}
		}
	}
}

// Replace replaces the first occurrence of a word.
func (e *Editor) Replace(name, old, text string) {
	e.t.Helper()
	e.Change(name, TextEdit{e.Find(name, old, 0), text})
}

// Diagnostics waits for the diagnostics of the current version of a file.
func (e *Editor) Diagnostics(name string) []Diagnostic {
	e.t.Helper()
	uri := e.URI(name)
	var found []Diagnostic
	e.await("diagnostics of "+name, func() bool {
		p, ok := e.pushed[uri]
		d := e.docs[uri]
		found = p.Diagnostics
		return ok && (d == nil && p.Version == nil || d != nil && p.Version != nil && *p.Version == d.version)
	})
	return found
}

// DiagnosticsWhere waits until the last diagnostics of a file, of whatever
// version, are as ok wants them.
func (e *Editor) DiagnosticsWhere(name, what string, ok func([]Diagnostic) bool) []Diagnostic {
	e.t.Helper()
	var found []Diagnostic
	e.await("diagnostics of "+name+" with "+what, func() bool {
		p, came := e.pushed[e.URI(name)]
		found = p.Diagnostics
		return came && ok(found)
	})
	return found
}

// Pushes are all publishDiagnostics of a file so far.
func (e *Editor) Pushes(name string) []Push { return e.PushesOf(e.URI(name)) }

// PushesOf is Pushes for a URI, or what should be one.
func (e *Editor) PushesOf(uri string) []Push {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(e.history), func(p Push) bool { return p.URI != uri })
}

// apply makes a workspace edit in the open files and tells the server.
func (e *Editor) apply(w WorkspaceEdit) error {
	if err := w.annotations(e.annotations); err != nil {
		e.t.Error(err)
		return err
	}
	e.mu.Lock()
	all := map[string][]TextEdit{}
	maps.Copy(all, w.Changes)
	for _, c := range w.DocumentChanges {
		if c.Kind == "create" {
			if err := e.create(c.URI); err != nil {
				e.mu.Unlock()
				return err
			}
			continue
		}
		d := e.docs[c.TextDocument.URI]
		if d != nil && c.TextDocument.Version != nil && *c.TextDocument.Version != d.version {
			e.mu.Unlock()
			return fmt.Errorf("edits for version %d of a document of version %d", *c.TextDocument.Version, d.version)
		}
		for _, x := range c.Edits {
			all[c.TextDocument.URI] = append(all[c.TextDocument.URI], x.TextEdit)
		}
	}
	var messages string
	for uri, edits := range all {
		// They are simultaneous: made from the end, none moves another.
		edits = slices.Clone(edits)
		slices.SortStableFunc(edits, func(a, b TextEdit) int { return compare(b.Range.Start, a.Range.Start) })
		for i := 1; i < len(edits); i++ {
			if compare(edits[i].Range.End, edits[i-1].Range.Start) > 0 {
				e.mu.Unlock()
				return fmt.Errorf("edits of %s overlap", uri)
			}
		}
		change := e.changing
		if e.docs[uri] == nil {
			change = e.onDisk
		}
		messages += change(uri, edits)
	}
	e.mu.Unlock()
	e.Bytes(messages)
	return nil
}

// create makes an empty file if there is none, with the folders to it.
func (e *Editor) create(uri string) error {
	if err := os.MkdirAll(filepath.Dir(pathOf(uri)), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(pathOf(uri), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// onDisk edits a file that is not open, and says what the server is to be told.
func (e *Editor) onDisk(uri string, edits []TextEdit) string {
	text, err := os.ReadFile(pathOf(uri))
	if err != nil {
		e.t.Errorf("edits for %s: %v", uri, err)
		return ""
	}
	for _, x := range edits {
		from, to := offset(string(text), x.Range.Start, e.encoding), offset(string(text), x.Range.End, e.encoding)
		text = slices.Concat(text[:from], []byte(x.NewText), text[to:])
	}
	if err := os.WriteFile(pathOf(uri), text, 0o644); err != nil {
		e.t.Error(err)
	}
	return Frame(watched(uri))
}

// watched is the message that a file has changed on the disk.
func watched(uri string) map[string]any {
	return map[string]any{"method": "workspace/didChangeWatchedFiles", "params": map[string]any{
		"changes": []any{map[string]any{"uri": uri, "type": 2}},
	}}
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return filepath.FromSlash(u.Path)
}

func compare(a, b Position) int {
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Character - b.Character
}

// Hover is the text that is shown at a place, "" for none.
func (e *Editor) Hover(name string, at Position) string {
	e.t.Helper()
	var h struct {
		Contents struct{ Kind, Value string }
	}
	params := id(e.URI(name))
	params["position"] = at
	if err := e.Call("textDocument/hover", params, &h); err != nil {
		e.t.Fatalf("hover: %v", err)
	}
	return h.Contents.Value
}

// Completion is one entry of what is offered while somebody types.
type Completion struct {
	Label, Detail, SortText string
	TextEdit                struct {
		Range   Range
		NewText string
	}
}

// Complete asks for what may follow at a place, in the order in which an editor
// shows it.
func (e *Editor) Complete(name string, at Position) []Completion {
	e.t.Helper()
	var list struct{ Items []Completion }
	params := id(e.URI(name))
	params["position"] = at
	if err := e.Call("textDocument/completion", params, &list); err != nil {
		e.t.Fatalf("completion: %v", err)
	}
	slices.SortStableFunc(list.Items, func(a, b Completion) int { return strings.Compare(a.SortText, b.SortText) })
	return list.Items
}

// Action is a code action, or the command that stands for one.
type Action struct {
	Title       string
	Kind        string
	IsPreferred *bool
	Disabled    *struct{ Reason string }
	Diagnostics []Diagnostic
	Edit        *WorkspaceEdit
	Command     json.RawMessage
	Arguments   []json.RawMessage
	Data        json.RawMessage

	raw json.RawMessage
}

// Actions asks for the code actions of a range, of some kinds if any are named.
func (e *Editor) Actions(name string, at Range, only ...string) []Action {
	e.t.Helper()
	context := map[string]any{"diagnostics": []any{}}
	if only != nil {
		context["only"] = only
	}
	params := id(e.URI(name))
	params["range"], params["context"] = at, context
	var raw []json.RawMessage
	if err := e.Call("textDocument/codeAction", params, &raw); err != nil {
		e.t.Fatalf("codeAction: %v", err)
	}
	actions := make([]Action, len(raw))
	for i, r := range raw {
		if err := json.Unmarshal(r, &actions[i]); err != nil {
			e.t.Fatalf("code action %s: %v", r, err)
		}
		actions[i].raw = r
	}
	return actions
}

// Titles are those of actions.
func Titles(actions []Action) []string {
	var out []string
	for _, a := range actions {
		out = append(out, a.Title)
	}
	return out
}

// Take makes the action whose title holds the words, as a user who picks it
// from the menu.
func (e *Editor) Take(actions []Action, words string) {
	e.t.Helper()
	for _, a := range actions {
		if strings.Contains(a.Title, words) {
			e.perform(a)
			return
		}
	}
	e.t.Fatalf("no action %q among %q", words, Titles(actions))
}

// Edit is the edit of the first action whose title holds the words, asked for if it
// came without; nil if it has none.
func (e *Editor) Edit(actions []Action, words string) *WorkspaceEdit {
	e.t.Helper()
	i := slices.IndexFunc(actions, func(a Action) bool { return strings.Contains(a.Title, words) })
	if i < 0 {
		e.t.Fatalf("no action %q among %q", words, Titles(actions))
	}
	return e.resolved(actions[i]).Edit
}

// resolved is an action with its edit.
func (e *Editor) resolved(a Action) Action {
	e.t.Helper()
	if a.Edit == nil && len(a.Data) > 0 {
		if err := e.Call("codeAction/resolve", a.raw, &a); err != nil {
			e.t.Fatalf("resolve %q: %v", a.Title, err)
		}
	}
	return a
}

func (e *Editor) perform(a Action) {
	e.t.Helper()
	if a.Disabled != nil {
		e.t.Fatalf("action %q is disabled: %s", a.Title, a.Disabled.Reason)
	}
	var whole string // a bare command has its name where an action has an object
	if json.Unmarshal(a.Command, &whole) == nil && whole != "" {
		e.execute(whole, a.Arguments)
		return
	}
	if a = e.resolved(a); a.Edit != nil {
		if err := e.apply(*a.Edit); err != nil {
			e.t.Fatalf("apply %q: %v", a.Title, err)
		}
	}
	var c struct {
		Command   string
		Arguments []json.RawMessage
	}
	if json.Unmarshal(a.Command, &c) == nil && c.Command != "" {
		e.execute(c.Command, c.Arguments)
	}
}

func (e *Editor) execute(command string, arguments []json.RawMessage) {
	e.t.Helper()
	if err := e.Call("workspace/executeCommand", map[string]any{"command": command, "arguments": arguments}, nil); err != nil {
		e.t.Fatalf("execute %s: %v", command, err)
	}
}
