package lsp

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"pavise/analysis/config"
	"pavise/analysis/rules"
)

// section is the name of our settings among the client's.
const section = "pavise"

// settings is what a client's settings say: a layer over the configuration
// file, and some that concern the server only.
type settings struct {
	layer       config.Settings
	pull        bool // "diagnostics": "pull"
	scanAtStart bool // "scan": "workspace"
	hints       bool // "inlay-hints"
	lenses      bool // "code-lenses"
}

// Keys are what an editor can set beside the keys of the configuration.
func Keys() []config.Key {
	return []config.Key{
		{Name: "scan", Type: "a string", Enum: []string{scanOpen, scanWorkspace},
			Doc: "What is analysed when the editor starts: the `open` files, or the whole `workspace`."},
		{Name: "inlay-hints", Type: "`true`, `false`",
			Doc: "Whether the text shows where the untrusted data of findings comes from, and where it arrives."},
		{Name: "code-lenses", Type: "`true`, `false`",
			Doc: "Whether the text says above each function that a framework calls what its routes are, how many values it reads of a request, which guards are written at it, and where the data arrives."},
		{Name: "diagnostics", Type: "a string", Enum: []string{diagnosticsPush, diagnosticsPull},
			Doc: "How findings reach an editor that can do both: `push` is faster, `pull` lets the editor ask. Read when the server starts."},
	}
}

// The values of the keys; the first of each is the default.
const (
	scanOpen        = "open"
	scanWorkspace   = "workspace"
	diagnosticsPush = "push"
	diagnosticsPull = "pull"
)

func knownNames() []string { return config.Names(rules.All()) }

// readSettings reads a client's settings, which may stand in an object under
// our name. Faults are shown to the user and leave the rest in force.
func (s *server) readSettings(text []byte) settings {
	if inner := parseValue(text).at(section); inner.object() {
		text = inner.encode()
	}
	v := parseValue(text)
	layer, err := config.FromJSON(text, knownNames())
	if err != nil {
		s.log.Warn("client settings are faulty", zap.Error(err))
		s.tell(protocol.MessageTypeWarning, "in the editor's settings, "+err.Error())
	}
	return settings{
		layer:       layer,
		pull:        v.at("diagnostics").string() == diagnosticsPull,
		hints:       v.at("inlay-hints").bool(),
		lenses:      v.at("code-lenses").bool(),
		scanAtStart: v.at("scan").string() == scanWorkspace,
	}
}

// setOptions puts the client's settings in force. How diagnostics travel was
// agreed on in initialize and stays.
func (s *server) setOptions(n settings) {
	n.pull = s.options.pull
	n.scanAtStart = n.scanAtStart || s.options.scanAtStart
	s.options = n
}

// settingsFor are the client's settings for what lies in a folder.
func (s *server) settingsFor(f *folder) settings {
	if f != nil && f.settings != nil {
		return *f.settings
	}
	return s.options
}

// fetchSettings asks the client for its settings, those of each folder too.
func (s *server) fetchSettings(ctx context.Context) {
	if !s.client.configuration {
		return
	}
	s.mu.Lock()
	asked := append([]*folder(nil), s.folders...)
	s.mu.Unlock()
	items := []protocol.ConfigurationItem{{Section: new(section)}}
	for _, f := range asked {
		items = append(items, protocol.ConfigurationItem{Section: new(section), ScopeURI: new(uri.URI(f.uri))})
	}
	var got []jsontext.Value
	err := s.call(ctx, protocol.MethodWorkspaceConfiguration, &protocol.ConfigurationParams{Items: items}, &got)
	if err != nil {
		s.refused(err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(got) > 0 && parseValue(got[0]).object() {
		s.setOptions(s.readSettings(got[0]))
	}
	for i, f := range asked {
		f.settings = nil
		if i+1 < len(got) && parseValue(got[i+1]).object() {
			f.settings = new(s.readSettings(got[i+1]))
		}
	}
	s.reload(ctx)
	s.refreshMarks(ctx)
}

// didChangeConfiguration reads the settings that come with it, unless the
// client would rather be asked.
func (s *server) didChangeConfiguration(ctx context.Context, params []byte) error {
	if s.client.configuration {
		s.start(ctx, "settings", s.fetchSettings)
		return nil
	}
	v := parseValue(params).at("settings")
	if !v.object() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setOptions(s.readSettings(v.encode()))
	s.reload(ctx)
	s.refreshMarks(ctx)
	return nil
}
