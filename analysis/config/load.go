package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The files that hold a configuration.
const (
	FileName  = "pavise.toml"
	PyProject = "pyproject.toml"
)

// Find is the path of the configuration in force in dir: the nearest
// pavise.toml, or pyproject.toml with a [tool.pavise] table, in dir or a
// folder above it, up to the one that holds .git. It is "" if there is none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find configuration: %w", err)
	}
	for {
		for _, name := range []string{FileName, PyProject} {
			path := filepath.Join(dir, name)
			text, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) || isFolder(path) {
				continue
			}
			if err != nil {
				return "", &Error{Path: path, Reason: "the configuration cannot be read (" + cause(err) + ")", Hint: "make it readable or remove it"}
			}
			if name == FileName || hasTable(text) {
				return path, nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir || isRepository(dir) {
			return "", nil
		}
		dir = up
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func cause(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

// Load is the configuration in force in dir, [Default] if there is none. Known
// holds the names of the rules and classes (see [Names]); nil takes any name.
func Load(dir string, known []string) (*Config, error) {
	path, err := Find(dir)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return Default().In(dir), nil
	}
	return Read(path, known)
}

// Read is the configuration in one file.
func Read(path string, known []string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{Path: path, Reason: "the configuration cannot be read (" + cause(err) + ")", Hint: "name a file that exists and is readable"}
	}
	return Parse(path, text, known)
}

// Parse is the configuration in text. The path says by its name whether the
// table is the whole file or [tool.pavise]. The error is of type [Errors].
func Parse(path string, text []byte, known []string) (*Config, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	d := document{path: path, text: text, known: known}
	if filepath.Base(path) == PyProject {
		d.table = []string{"tool", "pavise"}
	}
	s := d.settings()
	if len(d.errs) > 0 {
		return nil, d.errs
	}
	c := Default().With(s)
	c.Path = path
	return c, nil
}
