package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// zigVersion is the pinned version of the package ziglang.
const zigVersion = "0.15.2"

// build compiles the program for each target into out/bin.
func build(list []target, out string) error {
	zig := ""
	for _, t := range list {
		if t.zig != "" && zig == "" {
			var err error
			if zig, err = fetchZig(); err != nil {
				return fmt.Errorf("fetch zig: %w", err)
			}
		}
		if err := compile(t, zig, out); err != nil {
			return fmt.Errorf("compile for %s: %w", t, err)
		}
	}
	return nil
}

func compile(t target, zig, out string) error {
	flags := "-s -w"
	if t.os == "linux" {
		flags += ` -linkmode external -extldflags "-static -s"`
	}
	to := filepath.Join(out, "bin", t.os+"-"+t.arch, t.program())
	fmt.Println(to)
	c := exec.Command("go", "build", "-trimpath", "-ldflags", flags, "-o", to, "./cmd/pavise")
	c.Env = append(os.Environ(), "CGO_ENABLED=1", "GOOS="+t.os, "GOARCH="+t.arch)
	if t.zig != "" {
		c.Env = append(c.Env, "CC="+zig+" -m ziglang cc -target "+t.zig)
	} else {
		arch := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[t.arch]
		c.Env = append(c.Env, "CC=clang -arch "+arch, "MACOSX_DEPLOYMENT_TARGET=12.0")
	}
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// fetchZig installs zig into the user's cache and returns the Python that runs
// it as a module.
func fetchZig() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "pavise-dist", "zig-"+zigVersion)
	python := filepath.Join(dir, "bin", "python")
	if strings.ContainsAny(python, " '\"") {
		return "", fmt.Errorf("the path %s has characters that CC cannot hold", python)
	}
	if works(python) {
		return python, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", "--clear", dir},
		{python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "ziglang==" + zigVersion},
	} {
		c := exec.Command(args[0], args[1:]...)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			return "", fmt.Errorf("%s: %w", strings.Join(args, " "), err)
		}
	}
	if !works(python) {
		return "", fmt.Errorf("zig was installed into %s and does not run", dir)
	}
	return python, nil
}

func works(python string) bool {
	out, err := exec.Command(python, "-m", "ziglang", "version").Output()
	return err == nil && strings.TrimSpace(string(out)) == zigVersion
}
