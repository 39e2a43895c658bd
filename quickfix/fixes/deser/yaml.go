package deser

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/deser"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// YAMLSafeLoad reads YAML with the safe loader.
var YAMLSafeLoad = &fix.Fix{
	Name:    "yaml-safe-load",
	For:     []*analysis.Rule{deser.YAMLUnsafeLoad, deser.UnsafeDeserialization},
	Compute: yamlSafeLoad,
}

func yamlSafeLoad(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !readsYAML(s) {
		return nil
	}
	e := s.Edits()
	if a, ok := pyedit.Argument(call.Node, 0, "typ"); ok && strings.HasSuffix(s.EventName(), "YAML") {
		if a.Value.Kind() != syntax.KindString {
			return fix.Refuse("The type of the loader comes from %s: change it there.", a.Value.Str())
		}
		e.ReplaceNode(call.On(a.Value), pyedit.Quote("safe", a.Value.Str()[:1]))
		return fix.Propose(e, caveat(s), `Read YAML with typ="safe"`)
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	function := s.EventName()
	if !strings.HasPrefix(function, "yaml.") {
		return fix.Refuse("How to replace %s is not known.", function)
	}
	loader, has := pyedit.Argument(call.Node, 1, "Loader")
	if has && (function == "yaml.load" || function == "yaml.load_all") {
		return safeLoader(s, e, call, loader)
	}
	safe := "safe_load"
	if strings.HasSuffix(function, "_all") {
		safe = "safe_load_all"
	}
	style := pyedit.Plain
	if fn.Kind() == syntax.KindIdentifier {
		style = pyedit.From
	}
	e.ReplaceNode(fn, e.Use(call, "yaml", safe, style))
	e.DropImport(root(fn.Str()))
	return fix.Propose(e, caveat(s), "Read YAML with %s", safe)
}

// readsYAML reports whether the site is a call of a YAML library.
func readsYAML(s *fix.Site) bool {
	name := s.EventName()
	return strings.HasPrefix(name, "yaml.") || strings.HasPrefix(name, "ruamel.")
}

// safeLoader changes the Loader argument.
func safeLoader(s *fix.Site, e *pyedit.Edits, call pyedit.At, loader pyedit.Arg) []fix.Proposal {
	name := s.File.Resolve(loader.Value)
	if !strings.HasPrefix(name, "yaml.") {
		return fix.Refuse("%s is a loader of this project: derive it from yaml.SafeLoader.", loader.Value.Str())
	}
	safe := "SafeLoader"
	if strings.HasPrefix(name[strings.LastIndexByte(name, '.')+1:], "C") && !tried(s.File, loader.Value.Str()) {
		safe = "CSafeLoader"
	}
	style := pyedit.Plain
	if loader.Value.Kind() == syntax.KindIdentifier {
		style = pyedit.From
	}
	e.ReplaceNode(call.On(loader.Value), e.Use(call, "yaml", safe, style))
	e.DropImport(root(loader.Value.Str()))
	return fix.Propose(e, caveat(s), "Read YAML with %s", safe)
}

// tried reports whether a name is imported where the import may fail: libyaml is not
// everywhere.
func tried(f *pyedit.File, name string) bool {
	for _, b := range f.Imports() {
		if b.Name != root(name) {
			continue
		}
		for p := b.Stmt.Parent(); p.OK(); p = p.Parent() {
			if p.Kind() == syntax.KindTryStatement {
				return true
			}
		}
	}
	return false
}

// caveat is empty where nothing in the file asks for objects in YAML.
func caveat(s *fix.Site) string {
	text := string(s.File.Text)
	for _, sign := range []string{"!!python", "!python", "add_constructor", "add_multi_constructor", "YAMLObject", "yaml_tag"} {
		if strings.Contains(text, sign) {
			return "This module uses tags for Python objects (" + sign + "): the safe loader refuses them."
		}
	}
	return ""
}
