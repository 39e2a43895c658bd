package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/pelletier/go-toml/v2"

	"pavise/cmd/internal/version"
)

type initCmd struct {
	Dir    string `arg:"" optional:"" default:"." help:"The project's folder; without it the working folder."`
	DryRun bool   `help:"Say what would be done, and write nothing."`
	Force  bool   `help:"Replace files that are there already. To .pre-commit-config.yaml hooks are only ever added."`
}

// Help is printed by `pavise init --help`.
func (*initCmd) Help() string {
	return "Writes into a project\n\n" +
		"  pavise.toml                       a configuration to begin with\n\n" +
		"  .pre-commit-config.yaml           hooks of Pavise, Bandit and Gitleaks\n\n" +
		"  .github/workflows/pavise.yml      a check that uploads its report to code scanning\n\n" +
		"  .github/workflows/security.yml    Bandit, Semgrep, pip-audit and Safety\n\n" +
		"Exit codes: 0 done, 1 something is left to do by hand or, with --dry-run, changes wait, 2 an error."
}

//go:embed init
var initFiles embed.FS

const preCommit = ".pre-commit-config.yaml"

// A step is what init does with one file.
type step struct {
	path   string // from the project's folder, with slashes
	before []byte // nil if there is no file
	after  []byte // nil if it stays as it is
	why    string // it stays
	byHand string // what somebody has to add
}

func (c *initCmd) Run(a *app) error {
	info, err := os.Stat(c.Dir)
	switch {
	case err != nil:
		return fmt.Errorf("set up %s: %w", c.Dir, errors.Unwrap(err))
	case !info.IsDir():
		return fmt.Errorf("set up %s: it is no folder", c.Dir)
	}
	steps, err := c.plan()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if err := c.take(a, s); err != nil {
			a.fail(fmt.Errorf("write %s: %w", s.path, err))
		}
	}
	return nil
}

// plan decides what happens to each file, before anything is written.
func (c *initCmd) plan() ([]step, error) {
	audit, err := auditArguments(c.Dir)
	if err != nil {
		return nil, err
	}
	facts := struct{ Version, Audit string }{version.Number, audit}
	steps := make([]step, 0, 4)
	for _, f := range []struct{ path, from string }{
		{"pavise.toml", "pavise.toml"},
		{preCommit, "hooks.yaml"},
		{".github/workflows/pavise.yml", "pavise.yml"},
		{".github/workflows/security.yml", "security.yml"},
	} {
		text, err := fill(f.from, facts)
		if err != nil {
			return nil, err
		}
		s := step{path: f.path}
		s.before, err = os.ReadFile(filepath.Join(c.Dir, filepath.FromSlash(f.path)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read what is there: %w", err)
		}
		switch {
		case f.path == preCommit:
			s.after, s.why, s.byHand = addHooks(s.before, hooks(text))
		case f.path == "pavise.toml" && s.before == nil && configuredIn(c.Dir):
			s.why = "pyproject.toml has a table [tool.pavise]"
		case bytes.Equal(s.before, text):
			s.why = "it is as it should be"
		case s.before != nil && !c.Force:
			s.why = "it is there already, --force replaces it"
		default:
			s.after = text
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// fill reads a file of the folder init and puts the facts into it.
func fill(name string, facts any) ([]byte, error) {
	t, err := template.New(name).Delims("[[", "]]").ParseFS(initFiles, "init/"+name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, facts)
	return out.Bytes(), err
}

// take carries out a step and says so.
func (c *initCmd) take(a *app, s step) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(a.stdout, format+"\n", args...) }
	if s.byHand != "" {
		say("left    %s: %s. Add this to its repos:\n\n%s", s.path, s.why, s.byHand)
		a.code = max(a.code, exitFindings)
		return nil
	}
	if s.after == nil {
		say("kept    %s: %s", s.path, s.why)
		return nil
	}
	done, would := "wrote   ", "would write   "
	switch {
	case s.before != nil && s.path == preCommit:
		done, would = "added to", "would add to  "
	case s.before != nil:
		done, would = "replaced", "would replace "
	}
	if c.DryRun {
		say("%s %s", would, s.path)
		a.code = max(a.code, exitFindings)
		return nil
	}
	path := filepath.Join(c.Dir, filepath.FromSlash(s.path))
	if s.before != nil {
		if err := replaceFile(path, s.before, s.after); err != nil {
			return err
		}
	} else if err := newFile(path, s.after); err != nil {
		return err
	}
	say("%s %s", done, s.path)
	return nil
}

// newFile writes a file that is not there, and its folders.
func newFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// pyproject reads what init asks of pyproject.toml; one that is not there or
// broken says nothing.
func pyproject(dir string) (project struct {
	Project map[string]any `toml:"project"`
	Tool    struct {
		Pavise map[string]any `toml:"pavise"`
	} `toml:"tool"`
}) {
	text, err := os.ReadFile(filepath.Join(dir, "pyproject.toml"))
	if err == nil {
		_ = toml.Unmarshal(text, &project)
	}
	return project
}

func configuredIn(dir string) bool { return pyproject(dir).Tool.Pavise != nil }

// auditArguments names to pip-audit what the project depends on; it is empty
// if nothing says so.
func auditArguments(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(escapeGlob(dir), "requirements*.txt"))
	if err != nil {
		return "", err
	}
	slices.Sort(files)
	var out strings.Builder
	for _, f := range files {
		if name := filepath.Base(f); plain(name) {
			out.WriteString(" -r " + name)
		}
	}
	if out.Len() == 0 && pyproject(dir).Project != nil {
		return " .", nil
	}
	return out.String(), nil
}

// plain reports whether a name means itself in a shell and in YAML.
func plain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
	})
}

func escapeGlob(dir string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(dir)
}
