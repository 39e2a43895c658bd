package lsp

import (
	"encoding/json"
	"slices"

	"go.lsp.dev/protocol"

	"pavise/analysis/source"
)

// client is what we ask of a client's initialize params. Everything has a
// default that serves the plainest client.
type client struct {
	name      string
	processID int // of the parent; 0 if unknown
	folders   []string
	options   []byte // initializationOptions, JSON; nil if there are none

	encoding source.Encoding

	related, codeDescription, diagnosticData, unnecessary bool // of diagnostics
	pull, push, pullRefresh                               bool

	actionLiterals, preferred, disabled, lazyEdits bool // of code actions
	versionedEdits                                 bool // documentChanges
	createFiles                                    bool // among them
	annotations                                    bool // of them
	applyEdit                                      bool

	markdown bool // of hover

	hints, hintRefresh  bool // of inlay hints
	lenses, lensRefresh bool // of code lenses
	links, linkTips     bool // of document links
	notebooks           bool

	configuration, watchSettings, watchFiles bool
	progress, showDocument                   bool
}

// value is a decoded JSON value that answers questions of any kind; a wrong
// type is the same as a missing value.
type value struct{ v any }

func parseValue(text []byte) value {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return value{}
	}
	return value{v}
}

func (v value) at(path ...string) value {
	for _, key := range path {
		m, _ := v.v.(map[string]any)
		v = value{m[key]}
	}
	return v
}

func (v value) bool() bool {
	b, _ := v.v.(bool)
	return b
}

func (v value) string() string {
	s, _ := v.v.(string)
	return s
}

func (v value) number() float64 {
	n, _ := v.v.(float64)
	return n
}

func (v value) list() []value {
	l, _ := v.v.([]any)
	out := make([]value, len(l))
	for i, x := range l {
		out[i] = value{x}
	}
	return out
}

func (v value) strings() []string {
	var out []string
	for _, x := range v.list() {
		if s, ok := x.v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// object reports whether v is a JSON object.
func (v value) object() bool {
	_, ok := v.v.(map[string]any)
	return ok
}

// encode is v as JSON.
func (v value) encode() []byte {
	text, err := json.Marshal(v.v)
	if err != nil {
		return nil // not of what was decoded
	}
	return text
}

// readClient reads the params of initialize. It cannot fail: no client is
// turned away for a slip in what it says of itself.
func readClient(params []byte) client {
	p := parseValue(params)
	caps := p.at("capabilities")
	workspace, document, window := caps.at("workspace"), caps.at("textDocument"), caps.at("window")
	action, published := document.at("codeAction"), document.at("publishDiagnostics")
	c := client{
		name:            p.at("clientInfo", "name").string(),
		encoding:        chooseEncoding(caps.at("general", "positionEncodings").strings()),
		related:         published.at("relatedInformation").bool(),
		codeDescription: published.at("codeDescriptionSupport").bool(),
		diagnosticData:  published.at("dataSupport").bool(),
		push:            published.object(),
		pull:            document.at("diagnostic").object(),
		pullRefresh:     workspace.at("diagnostics", "refreshSupport").bool(),
		actionLiterals:  action.at("codeActionLiteralSupport").object(),
		preferred:       action.at("isPreferredSupport").bool(),
		disabled:        action.at("disabledSupport").bool(),
		lazyEdits: action.at("dataSupport").bool() &&
			slices.Contains(action.at("resolveSupport", "properties").strings(), "edit"),
		versionedEdits: workspace.at("workspaceEdit", "documentChanges").bool(),
		applyEdit:      workspace.at("applyEdit").bool(),
		configuration:  workspace.at("configuration").bool(),
		watchSettings:  workspace.at("didChangeConfiguration", "dynamicRegistration").bool(),
		watchFiles:     workspace.at("didChangeWatchedFiles", "dynamicRegistration").bool(),
		progress:       window.at("workDoneProgress").bool(),
		hints:          document.at("inlayHint").object(),
		hintRefresh:    workspace.at("inlayHint", "refreshSupport").bool(),
		lenses:         document.at("codeLens").object(),
		lensRefresh:    workspace.at("codeLens", "refreshSupport").bool(),
		links:          document.at("documentLink").object(),
		linkTips:       document.at("documentLink", "tooltipSupport").bool(),
		notebooks:      caps.at("notebookDocument", "synchronization").object(),
		showDocument:   window.at("showDocument", "support").bool(),
	}
	c.createFiles = c.versionedEdits &&
		slices.Contains(workspace.at("workspaceEdit", "resourceOperations").strings(), string(protocol.ResourceOperationKindCreate))
	c.annotations = c.versionedEdits && workspace.at("workspaceEdit", "changeAnnotationSupport").object()
	for _, t := range published.at("tagSupport", "valueSet").list() {
		c.unnecessary = c.unnecessary || t.number() == 1
	}
	if formats := document.at("hover", "contentFormat").strings(); len(formats) > 0 {
		c.markdown = formats[0] == string(protocol.MarkupKindMarkdown) // the preferred one comes first
	}
	if id := p.at("processId").number(); id > 0 && id < 1<<31 && id == float64(int(id)) {
		c.processID = int(id)
	}
	if o := p.at("initializationOptions"); o.object() {
		c.options = o.encode()
	}
	c.folders = readFolders(p)
	return c
}

// readFolders are the URIs of the workspace folders; the older rootUri and
// rootPath count if there is no folder.
func readFolders(p value) []string {
	var out []string
	for _, f := range p.at("workspaceFolders").list() {
		if u := f.at("uri").string(); u != "" {
			out = append(out, u)
		}
	}
	if len(out) > 0 {
		return out
	}
	if u := p.at("rootUri").string(); u != "" {
		return []string{u}
	}
	if path := p.at("rootPath").string(); path != "" {
		return []string{uriOf(path)}
	}
	return nil
}

// chooseEncoding is the first encoding of the client's list that we know.
func chooseEncoding(offered []string) source.Encoding {
	for _, o := range offered {
		for e, name := range encodingNames {
			if o == name {
				return source.Encoding(e)
			}
		}
	}
	return source.UTF16
}

// encodingNames are the protocol's, indexed by [source.Encoding].
var encodingNames = [...]string{source.UTF16: "utf-16", source.UTF8: "utf-8", source.UTF32: "utf-32"}
