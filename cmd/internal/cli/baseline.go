package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/cmd/internal/report"
)

// baselineKind and baselineVersion tell a baseline from other JSON files.
const (
	baselineKind    = "baseline"
	baselineVersion = 1
)

// entry is a finding that a baseline holds: in a file, as often as it is equal
// to others there. Severity and confidence tell whether a check with other
// settings would report it at all.
type entry struct {
	Path        string `json:"path"` // in slashes, from the folder of the baseline
	Rule        string `json:"rule"`
	Severity    string `json:"severity"`
	Confidence  string `json:"confidence"`
	Fingerprint string `json:"fingerprint"`
	Count       int    `json:"count"`

	left int // those that are not met yet
}

// baselineFile is a baseline as it is written.
type baselineFile struct {
	Pavise   string   `json:"pavise"` // baselineKind
	Version  int      `json:"version"`
	Findings []*entry `json:"findings"`
}

// mark is what a finding and an entry are compared by.
type mark struct{ path, print string }

// baseline is the findings that are accepted for now.
type baseline struct {
	dir     string // that its paths start from, absolute
	entries []*entry
	at      map[mark]*entry
	lost    map[string][]*entry // by fingerprint, of files that are there no more
	checked map[string]*config.Config
}

// readBaseline reads what writeBaseline wrote. Its errors say what to do.
func readBaseline(path string) (*baseline, error) {
	again := fmt.Sprintf("make it anew with `pavise check --write-baseline %s`", path)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no baseline %s: make it with `pavise check --write-baseline %s`", path, path)
	}
	if err != nil {
		return nil, fmt.Errorf("the baseline %s cannot be read (%s): make it readable, or name another file", path, reason(err))
	}
	var file baselineFile
	err = json.Unmarshal(text, &file)
	if _, typed := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !(typed && file.Pavise != baselineKind) {
		return nil, fmt.Errorf("the baseline %s is broken (%s): restore it, or %s", path, broken(err, text), again)
	}
	switch {
	case file.Pavise != baselineKind:
		return nil, fmt.Errorf("%s is no baseline of pavise: name another file, or %s", path, again)
	case file.Version != baselineVersion:
		return nil, fmt.Errorf("the baseline %s has version %d, this pavise reads version %d: %s", path, file.Version, baselineVersion, again)
	}
	b, err := newBaseline(path)
	if err != nil {
		return nil, err
	}
	for i, e := range file.Findings {
		if e == nil || e.Path == "" || e.Rule == "" || e.Fingerprint == "" || e.Count < 1 {
			return nil, fmt.Errorf("the baseline %s is broken (its finding %d lacks a path, a rule, a fingerprint or a count): restore it, or %s", path, i+1, again)
		}
		b.add(e)
	}
	return b, nil
}

// broken is why a text is not JSON of the form, and in which line.
func broken(err error, text []byte) string {
	at, why := int64(len(text)), err.Error()
	if x, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = x.Offset
	} else if x, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at, why = x.Offset, fmt.Sprintf("%q is no %s", x.Field, x.Value)
	}
	return fmt.Sprintf("line %d: %s", bytes.Count(text[:min(at, int64(len(text)))], []byte("\n"))+1, why)
}

func newBaseline(path string) (*baseline, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return &baseline{dir: filepath.Dir(abs), at: map[mark]*entry{}, lost: map[string][]*entry{}, checked: map[string]*config.Config{}}, nil
}

// add takes an entry in. Equal ones, which a merge of two branches may leave,
// count together.
func (b *baseline) add(e *entry) {
	m := mark{e.Path, e.Fingerprint}
	if same := b.at[m]; same != nil {
		same.Count = max(same.Count, e.Count)
		same.left = same.Count
		return
	}
	e.left = e.Count
	b.at[m] = e
	b.entries = append(b.entries, e)
	if _, err := os.Lstat(filepath.Join(b.dir, filepath.FromSlash(e.Path))); errors.Is(err, fs.ErrNotExist) {
		b.lost[e.Fingerprint] = append(b.lost[e.Fingerprint], e)
	}
}

// name is the path of a file in the baseline.
func (b *baseline) name(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	if rel, err := filepath.Rel(b.dir, abs); err == nil {
		abs = rel
	}
	return filepath.ToSlash(abs)
}

// plainPrint is a fingerprint without the number that tells equal findings of
// one function apart: when one of them goes, the others count anew.
func plainPrint(s string) string {
	s, _, _ = strings.Cut(s, "-")
	return s
}

// hold adds the findings of a file.
func (b *baseline) hold(f *report.File) {
	name := b.name(f.Path)
	for i := range f.Findings {
		x := &f.Findings[i]
		m := mark{name, plainPrint(x.Fingerprint)}
		e := b.at[m]
		if e == nil {
			e = &entry{Path: m.path, Rule: x.Rule.ID, Severity: x.Severity.String(), Confidence: x.Confidence.String(), Fingerprint: m.print}
			b.at[m] = e
			b.entries = append(b.entries, e)
		}
		e.Count++
	}
}

// split takes from a file's findings those that the baseline holds: under the
// file's name or under that of a file which is there no more.
func (b *baseline) split(f *report.File, cfg *config.Config) {
	name := b.name(f.Path)
	b.checked[name] = cfg
	found := f.Findings
	f.Findings = nil
	for i := range found {
		if b.takes(name, plainPrint(found[i].Fingerprint)) {
			f.Known = append(f.Known, found[i])
		} else {
			f.Findings = append(f.Findings, found[i])
		}
	}
}

func (b *baseline) takes(name, fingerprint string) bool {
	if e := b.at[mark{name, fingerprint}]; e != nil && e.left > 0 {
		e.left--
		return true
	}
	for _, e := range b.lost[fingerprint] {
		if e.left > 0 {
			e.left--
			return true
		}
	}
	return false
}

// gone counts the findings that were not met although the check looked for
// them: their file was checked, or is there no more, and their rule is on.
func (b *baseline) gone() int {
	n := 0
	for _, e := range b.entries {
		if e.left == 0 {
			continue
		}
		cfg, ok := b.checked[e.Path]
		if ok && looksFor(cfg, e, filepath.Join(b.dir, filepath.FromSlash(e.Path))) || slices.Contains(b.lost[e.Fingerprint], e) {
			n += e.left
		}
	}
	return n
}

// looksFor reports whether a check with this configuration would report e.
func looksFor(cfg *config.Config, e *entry, path string) bool {
	r := rules.ByID(e.Rule)
	severity, ok := analysis.ParseSeverity(e.Severity)
	confidence, sure := analysis.ParseConfidence(e.Confidence)
	if r == nil || cfg == nil || !ok || !sure {
		return true
	}
	return cfg.Shows(&analysis.Finding{Rule: r, Path: path, Severity: severity, Confidence: confidence}, "")
}

// write puts the baseline into a file, one finding a line, in an order that
// does not depend on the machine.
func (b *baseline) write(path string) error {
	slices.SortFunc(b.entries, func(x, y *entry) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"pavise\":%q,\"version\":%d,\"findings\":[", baselineKind, baselineVersion)
	for i, e := range b.entries {
		text, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write the baseline: %w", err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(text)
	}
	out.WriteString("\n]}\n")
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	return nil
}

// count is the number of findings in the baseline.
func (b *baseline) count() int {
	n := 0
	for _, e := range b.entries {
		n += e.Count
	}
	return n
}
