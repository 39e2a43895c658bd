package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"pavise/cmd/internal/version"
)

// packed makes the packages with the program of this test in the place of
// pavise, and returns the folder.
func packed(t *testing.T, list ...target) string {
	t.Helper()
	out, names := programs(t, list...)
	if err := run(out, strings.Join(names, ","), true, false); err != nil {
		t.Fatal(err)
	}
	return out
}

// programs puts the program of this test in the place of those that are built.
func programs(t *testing.T, list ...target) (out string, names []string) {
	t.Helper()
	out = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range list {
		dir := filepath.Join(out, "bin", g.os+"-"+g.arch)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, g.program()), program, 0o755); err != nil {
			t.Fatal(err)
		}
		names = append(names, g.String())
	}
	return out, names
}

func TestPackages(t *testing.T) {
	t.Chdir("../../..")
	out := packed(t, targets...)
	sums := read(t, filepath.Join(out, "SHA256SUMS"))
	again := packed(t, targets[0])
	for line := range strings.Lines(string(read(t, filepath.Join(again, "SHA256SUMS")))) {
		if !strings.Contains(string(sums), line) {
			t.Errorf("the same program gives another package: %s", line)
		}
	}
	var listed []string
	for line := range strings.Lines(string(sums)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed = append(listed, name)
		if got := sha256.Sum256(read(t, filepath.Join(out, name))); hex.EncodeToString(got[:]) != want {
			t.Errorf("%s has another checksum", name)
		}
	}
	if want := 4*len(targets) + 1; len(listed) != want {
		t.Errorf("%d files are listed, want %d: %q", len(listed), want, listed)
	}

	var optional, carried []string
	for _, name := range listed {
		switch {
		case strings.HasSuffix(name, ".whl"):
			checkWheel(t, filepath.Join(out, name))
		case strings.HasPrefix(name, "npm-pavise-"+version.Number):
			optional = slices.Sorted(maps.Keys(manifestOf(t, filepath.Join(out, name)).Optional))
		case strings.HasPrefix(name, "npm-"):
			carried = append(carried, manifestOf(t, filepath.Join(out, name)).Name)
		}
	}
	slices.Sort(carried)
	if !slices.Equal(optional, carried) {
		t.Errorf("the npm package asks for %q, there are %q", optional, carried)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkWheel holds a wheel to what installers ask of it: every file is
// recorded, and the program may be executed.
func checkWheel(t *testing.T, path string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	files := map[string][]byte{}
	record := ""
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = data
		if strings.HasSuffix(f.Name, "/RECORD") {
			record = string(data)
		}
		if program := strings.Contains(f.Name, "/scripts/"); program != (f.Mode()&0o111 != 0) {
			t.Errorf("%s: %s has mode %v", path, f.Name, f.Mode())
		}
	}
	recorded := 0
	for line := range strings.Lines(record) {
		recorded++
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ",")
		sum := sha256.Sum256(files[name])
		if rest != "," && !strings.HasPrefix(rest, "sha256="+base64.RawURLEncoding.EncodeToString(sum[:])+",") {
			t.Errorf("%s: %s is recorded as %s", path, name, rest)
		}
	}
	if recorded != len(files) {
		t.Errorf("%s: %d files, %d recorded", path, len(files), recorded)
	}
}

func manifestOf(t *testing.T, path string) manifest {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		head, err := r.Next()
		if err != nil {
			t.Fatalf("%s: no package.json: %v", path, err)
		}
		if head.Name == "package/package.json" {
			var m manifest
			if err := json.UnmarshalRead(r, &m); err != nil {
				t.Fatal(err)
			}
			return m
		}
	}
}

func TestChoose(t *testing.T) {
	if list, err := choose("windows/amd64,linux/arm64"); err != nil || len(list) != 2 || list[1].nodeArch != "arm64" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := choose("plan9/amd64"); err == nil {
		t.Error("a platform that is none is taken")
	}
}

func TestReleaseBuildsEveryTarget(t *testing.T) {
	workflow := string(read(t, "../../../.github/workflows/release.yml"))
	for _, g := range targets {
		if strings.Count(workflow, g.String()) != 2 {
			t.Errorf("release.yml does not build %s once and pack it once", g)
		}
	}
}

// What make e2e then packs: the source of the extension, and in bin the program
// of one platform.
func TestStageOfExtension(t *testing.T) {
	t.Chdir("../../..")
	dir := t.TempDir()
	if err := stage(extension, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"package.json": true, "package-lock.json": true, ".vscodeignore": true, "src/extension.ts": true, "media/icon.png": true,
		"e2e": false, "node_modules": false, "bin": false, "dist": false,
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, _ := programs(t, targets[0], targets[2])
	bin := filepath.Join(dir, "bin")
	for _, g := range []target{targets[2], targets[0]} {
		if err := carry(g, out, bin); err != nil {
			t.Fatal(err)
		}
		found, err := filepath.Glob(filepath.Join(bin, "pavise*"))
		if err != nil || len(found) != 1 || filepath.Base(found[0]) != g.program() {
			t.Errorf("%s carries %q (%v)", g.vsixTarget(), found, err)
		}
	}
	if info, err := os.Stat(filepath.Join(bin, "pavise")); err != nil || info.Mode()&0o111 != 0o111 {
		t.Errorf("the program cannot be executed: %v, %v", info, err)
	}
}
