package main

import (
	_ "embed"
	"path"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"pavise/cmd/internal/version"
)

//go:embed files/npm/bin/pavise.js
var npmStarter []byte

// manifest is package.json.
type manifest struct {
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	Description  string            `json:"description"`
	License      string            `json:"license"`
	Keywords     []string          `json:"keywords,omitempty"`
	OS           []string          `json:"os,omitempty"`
	CPU          []string          `json:"cpu,omitempty"`
	Bin          map[string]string `json:"bin,omitempty"`
	Engines      map[string]string `json:"engines,omitempty"`
	Optional     map[string]string `json:"optionalDependencies,omitempty"`
	Files        []string          `json:"files"`
	PreferUnplug bool              `json:"preferUnplugged,omitempty"` // Yarn keeps the program a file
}

func (t target) npmName() string { return "@pavise/" + t.nodeOS + "-" + t.nodeArch }

// npm writes the package that carries the program of one platform.
func (r *release) npm(t target, c content) error {
	return r.npmPackage("pavise-"+t.nodeOS+"-"+t.nodeArch, manifest{
		Name:         t.npmName(),
		Version:      version.Number,
		Description:  "The program of the package pavise for " + t.nodeOS + " on " + t.nodeArch,
		License:      "Apache-2.0",
		OS:           []string{t.nodeOS},
		CPU:          []string{t.nodeArch},
		Files:        []string{"bin", "LICENSES-OF-LIBRARIES", "pavise.cdx.json"},
		PreferUnplug: true,
	}, []entry{
		{"bin/" + t.program(), 0o755, c.program},
		{"LICENSE", 0o644, c.licence},
		{"LICENSES-OF-LIBRARIES", 0o644, c.licences},
		{"pavise.cdx.json", 0o644, c.bill},
	})
}

// npmMain writes the package that people install. It names those of all
// platforms, of which npm takes the one that fits.
func (r *release) npmMain() error {
	programs := map[string]string{}
	for _, t := range targets {
		programs[t.npmName()] = version.Number
	}
	return r.npmPackage("pavise", manifest{
		Name:        "pavise",
		Version:     version.Number,
		Description: "Finds and fixes security faults in Python web code: a language server and a command line",
		License:     "Apache-2.0",
		Keywords:    []string{"python", "security", "sast", "language-server", "lsp"},
		Bin:         map[string]string{"pavise": "bin/pavise.js"},
		Engines:     map[string]string{"node": ">=18"},
		Optional:    programs,
		Files:       []string{"bin"},
	}, []entry{
		{"bin/pavise.js", 0o755, npmStarter},
		{"README.md", 0o644, readme},
	})
}

func (r *release) npmPackage(name string, m manifest, entries []entry) error {
	text, err := json.Marshal(m, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	all := []entry{{"package/package.json", 0o644, append(text, '\n')}}
	for _, e := range entries {
		e.name = path.Join("package", e.name)
		all = append(all, e)
	}
	data, err := tarball(all, r.time)
	if err != nil {
		return err
	}
	return r.write("npm-"+name+"-"+version.Number+".tgz", data)
}
