// Command dist builds what is published: for each platform an archive, a wheel
// and an npm package, with a bill of materials, and the checksums of them all.
// With -vsix it also builds the VS Code extension, for each platform and for any.
//
//	go run ./cmd/internal/dist [-out dist] [-targets linux/amd64,...] [-pack] [-vsix]
//
// Programs for Linux and Windows are cross-compiled by zig's C compiler, of a
// pinned version from PyPI; those for macOS by Apple's, on a Mac. What stands
// in the archives depends on the source and the compilers alone: the same
// commit gives the same bytes.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"pavise/cmd/internal/version"
)

// A target is a platform that packages are built for.
type target struct {
	os, arch string // as Go names them
	zig      string // as zig names them; empty where the system's compiler builds
	wheel    string // the platform tags of the wheel
	nodeOS   string // as Node names them
	nodeArch string
}

// Programs for Linux are static, so one wheel is for glibc and musl.
var targets = []target{
	{"linux", "amd64", "x86_64-linux-musl", "manylinux2014_x86_64.manylinux_2_17_x86_64.musllinux_1_1_x86_64", "linux", "x64"},
	{"linux", "arm64", "aarch64-linux-musl", "manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64", "linux", "arm64"},
	{"windows", "amd64", "x86_64-windows-gnu", "win_amd64", "win32", "x64"},
	{"darwin", "amd64", "", "macosx_12_0_x86_64", "darwin", "x64"},
	{"darwin", "arm64", "", "macosx_12_0_arm64", "darwin", "arm64"},
}

func (t target) String() string { return t.os + "/" + t.arch }

func (t target) program() string {
	if t.os == "windows" {
		return "pavise.exe"
	}
	return "pavise"
}

// here reports whether the program of t can be built on this system.
func (t target) here() bool {
	if t.os == "darwin" {
		return runtime.GOOS == "darwin"
	}
	return runtime.GOOS == "linux"
}

func main() {
	out := flag.String("out", "dist", "the folder that takes what is built")
	names := flag.String("targets", "", "the platforms, as linux/amd64,windows/amd64; without it all that this system can build")
	pack := flag.Bool("pack", false, "pack the programs that are in OUT/bin already")
	vsix := flag.Bool("vsix", false, "also build the VS Code extension; npm fetches what builds it")
	flag.Parse()
	if err := run(*out, *names, *pack, *vsix); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(out, names string, pack, vsix bool) error {
	list, err := choose(names)
	if err != nil {
		return err
	}
	r := &release{out: out, time: sourceTime()}
	if !pack {
		if err := build(list, out); err != nil {
			return err
		}
	}
	for _, t := range list {
		if err := r.pack(t); err != nil {
			return fmt.Errorf("pack %s: %w", t, err)
		}
	}
	if err := r.npmMain(); err != nil {
		return fmt.Errorf("pack the npm package: %w", err)
	}
	if vsix {
		if err := r.vsix(list); err != nil {
			return fmt.Errorf("pack the VS Code extension: %w", err)
		}
	}
	return r.checksums()
}

// choose finds the targets of a list of names.
func choose(names string) ([]target, error) {
	var list []target
	if names == "" {
		for _, t := range targets {
			if t.here() {
				list = append(list, t)
			}
		}
		return list, nil
	}
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(targets, func(t target) bool { return t.String() == name })
		if i < 0 {
			return nil, fmt.Errorf("%q is none of the platforms %v", name, targets)
		}
		list = append(list, targets[i])
	}
	return list, nil
}

// sourceTime is the time that packed files have: SOURCE_DATE_EPOCH, else that
// of the commit, else the first that a zip file knows.
func sourceTime() time.Time {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		commit, _ := exec.Command("git", "log", "-1", "--format=%ct").Output()
		text = strings.TrimSpace(string(commit))
	}
	first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > first.Unix() {
		return time.Unix(seconds, 0).UTC()
	}
	return first
}

// A release is a folder that is filled.
type release struct {
	out   string
	time  time.Time
	names []string // of the files written
}

func (r *release) write(name string, data []byte) error {
	r.names = append(r.names, name)
	fmt.Println(filepath.Join(r.out, name))
	return os.WriteFile(filepath.Join(r.out, name), data, 0o644)
}

// pack writes the packages of one platform.
func (r *release) pack(t target) error {
	binary := filepath.Join(r.out, "bin", t.os+"-"+t.arch, t.program())
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	modules, err := modulesOf(binary)
	if err != nil {
		return err
	}
	bill, err := billOfMaterials(modules, t, program)
	if err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	licences, err := licences(modules)
	if err != nil {
		return fmt.Errorf("collect licences: %w", err)
	}
	licence, err := os.ReadFile("LICENSE")
	if err != nil {
		return err
	}
	name := "pavise-" + version.Number + "-" + t.os + "-" + t.arch
	if err := r.write(name+".cdx.json", bill); err != nil {
		return err
	}
	c := content{program, bill, licence, licences}
	if err := r.archive(name, t, c); err != nil {
		return err
	}
	if err := r.wheel(t, c); err != nil {
		return err
	}
	return r.npm(t, c)
}

// content is what every package carries.
type content struct{ program, bill, licence, licences []byte }

// checksums writes SHA256SUMS as sha256sum reads it.
func (r *release) checksums() error {
	slices.Sort(r.names)
	var text strings.Builder
	for _, name := range r.names {
		data, err := os.ReadFile(filepath.Join(r.out, name))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&text, "%s  %s\n", hex.EncodeToString(sum[:]), name)
	}
	return r.write("SHA256SUMS", []byte(text.String()))
}
