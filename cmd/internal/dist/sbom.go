package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json"

	"pavise/cmd/internal/version"
)

// modules is what a program was built of, as the program itself says.
type modules struct {
	goVersion string // as 1.26.8
	paths     []module
}

type module struct{ path, version string }

func modulesOf(program string) (modules, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return modules{}, err
	}
	m := modules{goVersion: strings.TrimPrefix(info.GoVersion, "go")}
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		m.paths = append(m.paths, module{d.Path, d.Version})
	}
	return m, nil
}

// billOfMaterials is a CycloneDX document of the Go modules in a program and of
// Go's own library.
func billOfMaterials(m modules, t target, program []byte) ([]byte, error) {
	self := "pkg:generic/pavise@" + version.Number
	sum := sha256.Sum256(program)
	components := []cdx.Component{{
		BOMRef: "pkg:golang/std@" + m.goVersion, Type: cdx.ComponentTypeLibrary, Name: "std", Version: m.goVersion,
		PackageURL: "pkg:golang/std@" + m.goVersion,
	}}
	for _, d := range m.paths {
		url := "pkg:golang/" + strings.ToLower(d.path) + "@" + d.version
		components = append(components, cdx.Component{
			BOMRef: url, Type: cdx.ComponentTypeLibrary, Name: d.path, Version: d.version, PackageURL: url,
		})
	}
	refs := make([]string, 0, len(components))
	for _, c := range components {
		refs = append(refs, c.BOMRef)
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Component: &cdx.Component{
		BOMRef: self, Type: cdx.ComponentTypeApplication, Name: "pavise", Version: version.Number,
		Description: "for " + t.String(),
		Licenses:    &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
		Hashes:      &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
	}}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: self, Dependencies: &refs}}
	var out bytes.Buffer
	if err := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([-.].*)?$`)

// licences is the text of the licences of all modules, which ask that it goes
// with the program. A module without one is an error.
func licences(m modules) ([]byte, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("Pavise contains the libraries below, under these licences.\n")
	if err := addLicences(&out, "Go's library "+m.goVersion, strings.TrimSpace(string(root))); err != nil {
		return nil, err
	}
	for _, d := range m.paths {
		answer, err := exec.Command("go", "mod", "download", "-json", d.path+"@"+d.version).Output()
		if err != nil {
			return nil, fmt.Errorf("fetch %s: %w", d.path, err)
		}
		var at struct{ Dir string }
		if err := json.Unmarshal(answer, &at); err != nil {
			return nil, fmt.Errorf("find %s: %w", d.path, err)
		}
		if err := addLicences(&out, d.path+" "+d.version, at.Dir); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func addLicences(out *bytes.Buffer, name, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(out, "\n=== %s: %s ===\n\n%s\n", name, e.Name(), bytes.TrimSpace(text))
	}
	if !found {
		return fmt.Errorf("%s has no licence in %s", name, dir)
	}
	return nil
}
