// Command gen writes the files that follow from the code: the reference of the
// rules, those of the configuration and its models, the JSON schema of the
// configuration, and the settings of the VS Code extension.
//
//	go run ./cmd/internal/gen          write them
//	go run ./cmd/internal/gen -check   fail if they are not fresh
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/cmd/internal/report"
	"pavise/lsp"
)

func main() {
	check := flag.Bool("check", false, "fail if a file is not fresh, and write nothing")
	root := flag.String("root", ".", "the folder of the module")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.path))
		if check {
			old, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(old, f.text) {
				return fmt.Errorf("%s is not fresh: run `make gen`", f.path)
			}
			continue
		}
		if err := os.WriteFile(path, f.text, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", f.path, err)
		}
	}
	return nil
}

// generated is a file by its path in the module.
type generated struct {
	path string
	text []byte
}

func generate(root string) ([]generated, error) {
	docs, err := readModelDocs(root)
	if err != nil {
		return nil, fmt.Errorf("read the models: %w", err)
	}
	form, err := configSchema(docs)
	if err != nil {
		return nil, fmt.Errorf("make the schema: %w", err)
	}
	schema, err := encode(form)
	if err != nil {
		return nil, err
	}
	settings, err := encode(settingsSchema(form))
	if err != nil {
		return nil, err
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "configuration.md"))
	if err != nil {
		return nil, err
	}
	if page, err = withKeys(page, keysBegin, keysEnd, config.Keys()); err != nil {
		return nil, err
	}
	if page, err = withKeys(page, editorBegin, editorEnd, lsp.Keys()); err != nil {
		return nil, err
	}
	manifest, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(manifestPath)))
	if err != nil {
		return nil, err
	}
	if manifest, err = withSettings(manifest); err != nil {
		return nil, err
	}
	teaching, err := os.ReadFile(filepath.Join(root, "docs", "models.md"))
	if err != nil {
		return nil, err
	}
	teaching, err = withSections(teaching, docs)
	if err != nil {
		return nil, err
	}
	return []generated{
		{"docs/models.md", teaching},
		{"docs/configuration.md", page},
		{"docs/rules.md", []byte(report.RulesMarkdown(rules.All()))},
		{"docs/pavise.schema.json", schema},
		{"editors/jetbrains/pavise/settings.schema.json", settings},
		{manifestPath, manifest},
	}, nil
}

// The marks in docs/configuration.md between which the keys are written.
var (
	keysBegin = []byte("<!-- keys: written by `make gen` -->\n")
	keysEnd   = []byte("<!-- end of keys -->")

	editorBegin = []byte("<!-- keys of editors: written by `make gen` -->\n")
	editorEnd   = []byte("<!-- end of keys of editors -->")
)

// withKeys is the page with a table of keys in its place.
func withKeys(page, begin, end []byte, keys []config.Key) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, begin)
	_, after, found := bytes.Cut(rest, end)
	if !ok || !found {
		return nil, errors.New("docs/configuration.md has no place for the keys")
	}
	var b bytes.Buffer
	b.Write(before)
	b.Write(begin)
	b.WriteString("\n| key | value | what it does |\n|---|---|---|\n")
	for _, k := range keys {
		value := k.Type
		if k.Enum != nil {
			value = "`" + strings.Join(k.Enum, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, value, k.Doc)
	}
	b.WriteByte('\n')
	b.Write(end)
	b.Write(after)
	return b.Bytes(), nil
}

// schema is as much of a JSON schema as the configuration needs. Its fields
// stand in the order in which they are read.
type schema struct {
	Schema      string            `json:"$schema,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Ref         string            `json:"$ref,omitempty"`
	Type        string            `json:"type,omitempty"`
	Enum        []string          `json:"enum,omitempty"`
	Default     any               `json:"default,omitempty"`
	Minimum     *int              `json:"minimum,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Properties  properties        `json:"properties,omitempty"`
	Additional  any               `json:"additionalProperties,omitempty"`
	Defs        map[string]schema `json:"$defs,omitempty"`
}

// properties keep their order.
type properties []property

type property struct {
	name string
	is   schema
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, x := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(x.name)
		if err != nil {
			return nil, err
		}
		is, err := json.Marshal(x.is)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(is)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// defaultValues are those of the keys that have one value.
func defaultValues() map[string]any {
	d := config.Default()
	return map[string]any{
		"profile": d.Profile, "severity": d.Severity.String(), "confidence": d.Confidence.String(), "timeout": d.Timeout, "quiet": d.Quiet,
	}
}

func configSchema(docs modelDocs) (schema, error) {
	names := schema{Type: "array", Items: &schema{Ref: "#/$defs/rule"}}
	patterns := schema{Type: "array", Items: &schema{Type: "string"}}
	one := 1
	forms := map[string]schema{
		"profile":          {Type: "string"},
		"select":           names,
		"ignore":           names,
		"severity":         {Type: "string"},
		"confidence":       {Type: "string"},
		"include":          patterns,
		"exclude":          patterns,
		"quiet":            {Type: "array", Items: &schema{Type: "string", Enum: config.Roles}},
		"per-file-ignores": {Type: "object", Additional: names},
		"timeout":          {Type: "integer", Minimum: &one},
		"models":           modelsSchema(docs),
	}
	values := defaultValues()
	s := schema{
		Schema: "http://json-schema.org/draft-07/schema#",
		Title:  "pavise.toml, and the table tool.pavise of pyproject.toml",
		Type:   "object", Additional: false,
		Defs: map[string]schema{"rule": {Title: "A rule or a class", Type: "string", Enum: config.Names(rules.All())}},
	}
	for _, k := range config.Keys() {
		p, ok := forms[k.Name]
		if !ok {
			return schema{}, fmt.Errorf("the key %s has no form", k.Name)
		}
		p.Description, p.Enum, p.Default = k.Doc, k.Enum, values[k.Name]
		s.Properties = append(s.Properties, property{k.Name, p})
	}
	return s, nil
}

// settingsSchema is the form of an editor's settings: those of the
// configuration and what only the server asks for, in an object under our name.
func settingsSchema(form schema) schema {
	inner := schema{
		Type: "object", Additional: false,
		Properties: append(slices.Clone(form.Properties),
			property{"scan", schema{
				Type: "string", Enum: []string{"workspace", "open"}, Default: "open",
				Description: "Whether the whole workspace is checked at the start, or the files that are open.",
			}}),
	}
	return schema{
		Schema: form.Schema, Title: "The settings of Pavise in an editor", Type: "object",
		Properties: properties{{"pavise", inner}}, Defs: form.Defs,
	}
}

func encode(s schema) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
