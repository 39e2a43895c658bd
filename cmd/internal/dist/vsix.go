package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"pavise/cmd/internal/version"
)

// extension is the source of the VS Code extension.
const extension = "editors/vscode"

// vsixTarget is the platform as VS Code names it.
func (t target) vsixTarget() string { return t.nodeOS + "-" + t.nodeArch }

// vsix writes the VS Code extension: for each platform with its program, and once
// without any, for the platforms that have none and for whoever has a program
// already. npm fetches what builds it, as the lock file says.
func (r *release) vsix(list []target) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not there, which fetches what builds the VS Code extension")
	}
	dir, err := os.MkdirTemp("", "pavise-vsix-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := stage(extension, dir); err != nil {
		return err
	}
	call := func(name string, args ...string) error {
		c := exec.Command(name, args...)
		c.Dir, c.Stdout, c.Stderr = dir, os.Stderr, os.Stderr
		c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.time.Unix(), 10))
		if err := c.Run(); err != nil {
			return fmt.Errorf("%s %s: %w", filepath.Base(name), args[0], err)
		}
		return nil
	}
	if err := call(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
		return err
	}
	pack := func(name string, more ...string) error {
		made := filepath.Join(dir, name)
		if err := call(npm, append([]string{"run", "--silent", "package", "--", "--out", made}, more...)...); err != nil {
			return err
		}
		data, err := os.ReadFile(made)
		if err != nil {
			return err
		}
		return r.write(name, data)
	}
	if err := pack("pavise-vscode-" + version.Number + ".vsix"); err != nil {
		return err
	}
	bin := filepath.Join(dir, "bin")
	for _, t := range list {
		if err := carry(t, r.out, bin); err != nil {
			return err
		}
		if err := pack("pavise-vscode-"+t.vsixTarget()+"-"+version.Number+".vsix", "--target", t.vsixTarget()); err != nil {
			return err
		}
	}
	return nil
}

// carry puts the program of a platform, and that alone, where the extension looks
// for it first.
func carry(t target, out, bin string) error {
	if err := os.RemoveAll(bin); err != nil {
		return err
	}
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	binary := filepath.Join(out, "bin", t.os+"-"+t.arch, t.program())
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	modules, err := modulesOf(binary)
	if err != nil {
		return err
	}
	texts, err := licences(modules)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(bin, "LICENSES-OF-LIBRARIES"), texts, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(bin, t.program()), program, 0o755)
}

// stage copies the source of the extension, without what is built or fetched and
// without its tests.
func stage(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch rel {
		case "node_modules", "dist", "bin", "e2e":
			return fs.SkipDir
		}
		at := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(at, 0o755)
		}
		if filepath.Ext(path) == ".vsix" || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(at, data, 0o644)
	})
}
