package deser

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed yaml_unsafe_load.md
var yamlUnsafeLoadPage string

// YAMLUnsafeLoad: YAML loaded with an object-constructing loader.
var YAMLUnsafeLoad = &analysis.Rule{
	ID:         "yaml-unsafe-load",
	Class:      "deser",
	Title:      "YAML loaded with an object-constructing loader",
	CWE:        []int{502},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B506"},
		Ruff:    []string{"S506"},
		Semgrep: []string{"avoid-pyyaml-load", "avoid-unsafe-ruamel"},
	},
	Page: yamlUnsafeLoadPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{
			"yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all",
			"ruamel.yaml.load", "ruamel.yaml.load_all", "ruamel.yaml.YAML",
		}, Run: judgeYAML},
	},
	Yields: []*analysis.Rule{UnsafeDeserialization},
}

// judgeYAML objects to loaders that build objects. FullLoader builds few, and
// had holes of its own: unsure.
func judgeYAML(p *analysis.Pass, e *flow.Event) {
	const consequence = " builds any Python object that the document names, so whoever writes the document runs code. Use yaml.safe_load."
	short := e.Name[strings.LastIndexByte(e.Name, '.')+1:]
	switch {
	case e.Name == "ruamel.yaml.YAML":
		if typ := argument(e, "typ", "0"); typ != nil {
			if s, ok := typ.Str(); ok && s == "unsafe" {
				p.Report(e, analysis.Certain, `YAML(typ="unsafe") builds any Python object that a document names, so whoever writes the document runs code. Use typ="safe".`)
			}
		}
		return
	case strings.HasPrefix(short, "unsafe_load"):
		p.Report(e, analysis.Certain, e.Name+consequence)
		return
	case strings.HasPrefix(short, "full_load"):
		p.Report(e, analysis.Unsure, e.Name+consequence)
		return
	}
	loader := argument(e, "Loader", "1")
	if loader == nil {
		if flow.FindArg(e.Args, "**") == nil && flow.FindArg(e.Args, "*") == nil {
			p.Report(e, analysis.Certain, e.Name+" without a Loader"+consequence)
		}
		return
	}
	for _, name := range loader.Names() {
		switch name = name[strings.LastIndexByte(name, '.')+1:]; name {
		case "Loader", "UnsafeLoader", "CLoader", "CUnsafeLoader":
			p.Report(e, analysis.Certain, e.Name+" with "+name+consequence)
			return
		case "FullLoader", "CFullLoader":
			p.Report(e, analysis.Unsure, e.Name+" with "+name+consequence)
			return
		}
	}
}

func argument(e *flow.Event, names ...string) *flow.Value {
	for _, n := range names {
		if a := flow.FindArg(e.Args, n); a != nil {
			return a.Value
		}
	}
	return nil
}
