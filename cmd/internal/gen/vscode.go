package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/lsp"
)

// manifestPath is the manifest of the VS Code extension. The last group of its
// settings is written here, all else by hand.
const manifestPath = "editors/vscode/package.json"

// setting is a setting as a manifest of VS Code declares it.
type setting struct {
	Type        string   `json:"type"`
	Scope       string   `json:"scope"`
	Order       int      `json:"order"`
	Description string   `json:"markdownDescription"`
	Enum        []string `json:"enum,omitempty"`
	Items       *schema  `json:"items,omitempty"`
	Unique      bool     `json:"uniqueItems,omitempty"`
	Additional  *schema  `json:"additionalProperties,omitempty"`
	Minimum     int      `json:"minimum,omitempty"`
	Default     any      `json:"default"`
}

// settings keep their order.
type settings []namedSetting

type namedSetting struct {
	name string
	is   setting
}

var settingsBegin = []byte(`"configuration": `)

// withSettings is the manifest with the keys of the configuration and of the
// server as its settings.
func withSettings(manifest []byte) ([]byte, error) {
	at := bytes.Index(manifest, settingsBegin)
	if at < 0 {
		return nil, errors.New(manifestPath + " has no place for the settings")
	}
	at += len(settingsBegin)
	d := json.NewDecoder(bytes.NewReader(manifest[at:]))
	var groups []json.RawMessage
	if err := d.Decode(&groups); err != nil || len(groups) == 0 {
		return nil, fmt.Errorf("the settings of %s are no list of groups: %w", manifestPath, err)
	}
	list, err := editorSettings()
	if err != nil {
		return nil, err
	}
	group := struct {
		Title      string   `json:"title"`
		Properties settings `json:"properties"`
	}{"Analysis (written by make gen)", list}
	if groups[len(groups)-1], err = plainJSON(group); err != nil {
		return nil, err
	}
	text, err := plainJSON(groups)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(manifest[:at])
	if err := json.Indent(&b, text, "    ", "  "); err != nil {
		return nil, err
	}
	b.Write(manifest[at+int(d.InputOffset()):])
	return b.Bytes(), nil
}

var docLink = regexp.MustCompile(`\[[^\]]*\]\(([^)]*)\)`)

// editorSettings are the keys as settings.
func editorSettings() (settings, error) {
	name := &schema{Type: "string", Enum: config.Names(rules.All())}
	forms := map[string]setting{
		"profile":          {Type: "string"},
		"select":           {Type: "array", Items: name, Unique: true, Default: []string{}},
		"ignore":           {Type: "array", Items: name, Unique: true, Default: []string{}},
		"severity":         {Type: "string"},
		"confidence":       {Type: "string"},
		"include":          {Type: "array", Items: &schema{Type: "string"}, Default: []string{}},
		"quiet":            {Type: "array", Items: &schema{Type: "string", Enum: config.Roles}, Unique: true},
		"exclude":          {Type: "array", Items: &schema{Type: "string"}, Default: []string{}},
		"per-file-ignores": {Type: "object", Additional: &schema{Type: "array", Items: &schema{Type: "string"}}, Default: struct{}{}},
		"timeout":          {Type: "integer", Minimum: 1},
		"models":           {Type: "object", Default: struct{}{}},
		"scan":             {Type: "string", Scope: "window"},
		"inlay-hints":      {Type: "boolean", Default: false},
		"code-lenses":      {Type: "boolean", Default: false},
		"diagnostics":      {Type: "string", Scope: "window"},
	}
	defaults := defaultValues()
	var list settings
	for i, k := range append(config.Keys(), lsp.Keys()...) {
		s, ok := forms[k.Name]
		if !ok {
			return nil, fmt.Errorf("the key %s has no form as a setting", k.Name)
		}
		if s.Scope == "" {
			s.Scope = "resource"
		}
		s.Order, s.Enum, s.Description = i, k.Enum, docLink.ReplaceAllString(k.Doc, "`docs/$1`")
		if v, ok := defaults[k.Name]; ok {
			s.Default = v
		}
		if s.Default == nil && len(k.Enum) > 0 {
			s.Default = k.Enum[0]
		}
		list = append(list, namedSetting{"pavise." + k.Name, s})
	}
	return list, nil
}

// MarshalJSON writes an object.
func (l settings) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		is, err := plainJSON(x.is)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", x.name, is)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON is v as JSON in which < and & stand for themselves.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}
