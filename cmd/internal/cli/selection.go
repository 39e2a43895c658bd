package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/rules"
)

// selection is the flags that choose rules and findings.
type selection struct {
	Select     []string `placeholder:"RULE" help:"Only these rules or classes."`
	Ignore     []string `placeholder:"RULE" help:"Not these rules or classes."`
	Severity   string   `enum:",info,low,medium,high,critical" default:"" placeholder:"LEVEL" help:"The least severity: info, low, medium, high or critical."`
	Confidence string   `enum:",low,medium,high" default:"" placeholder:"LEVEL" help:"The least confidence: low, medium or high."`
	Profile    string   `enum:",default,strict,audit" default:"" placeholder:"NAME" help:"default; strict, which also shows what is less sure; or audit, which shows everything."`
	Config     string   `placeholder:"FILE" help:"Read this configuration instead of the nearest pavise.toml or pyproject.toml."`
}

// names are the rules and classes that there are.
func names() []string { return config.Names(rules.All()) }

// settings are the flags as a layer of configuration.
func (s *selection) settings() (config.Settings, error) {
	known := names()
	for _, list := range [][]string{s.Select, s.Ignore} {
		for _, n := range list {
			if err := config.CheckName(n, known); err != nil {
				return config.Settings{}, err
			}
		}
	}
	set := config.Settings{Profile: s.Profile, Select: s.Select, Ignore: s.Ignore}
	if v, ok := analysis.ParseSeverity(s.Severity); ok {
		set.Severity = &v
	}
	if v, ok := analysis.ParseConfidence(s.Confidence); ok {
		set.Confidence = &v
	}
	return set, nil
}

// configs finds the configuration of each argument, with the flags laid over
// it.
type configs struct {
	flags config.Settings
	file  *config.Config // of --config, nil without it
	dirs  map[string]*config.Config
}

func (s *selection) configs() (*configs, error) {
	flags, err := s.settings()
	if err != nil {
		return nil, err
	}
	c := &configs{flags: flags, dirs: map[string]*config.Config{}}
	if s.Config != "" {
		file, err := config.Read(s.Config, names())
		if err != nil {
			return nil, err
		}
		c.file = file.With(flags)
	}
	return c, nil
}

// of is the configuration for a file or folder.
func (c *configs) of(path string) (*config.Config, error) {
	if c.file != nil {
		return c.file, nil
	}
	dir := folderOf(path)
	if known, ok := c.dirs[dir]; ok {
		return known, nil
	}
	cfg, err := config.Load(dir, names())
	if err != nil {
		return nil, err
	}
	cfg = cfg.With(c.flags)
	c.dirs[dir] = cfg
	return cfg, nil
}

// input is one file to check.
type input struct {
	path  string
	cfg   *config.Config
	named bool  // by the user, not found in a folder
	err   error // it could not even be listed
}

// gather lists the files that the arguments stand for, of those in folders the wanted, each once, in the order
// of the arguments. An argument that does not exist is reported and makes the
// command fail in the end; a broken configuration ends it.
func (a *app) gather(ctx context.Context, paths []string, c *configs, wanted func(name string) bool) ([]input, error) {
	var list []input
	seen := map[string]bool{}
	for _, arg := range paths {
		cfg, err := c.of(arg)
		if err != nil {
			return nil, err
		}
		first := true
		err = cfg.Walk(ctx, arg, wanted, func(path string, err error) error {
			abs, absErr := filepath.Abs(path)
			if absErr != nil {
				return absErr
			}
			named := first && path == arg
			first = false
			if !seen[abs] {
				seen[abs] = true
				list = append(list, input{path: path, cfg: cfg, named: named, err: err})
			}
			return nil
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			a.fail(fmt.Errorf("%s: %s", arg, reason(err)))
		}
	}
	return list, nil
}

// reason is the words of an error without the path that it repeats.
func reason(err error) string {
	var s string
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		s = pe.Err.Error()
	} else {
		s = err.Error()
	}
	return strings.TrimPrefix(s, "file: ")
}
