package lsp

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/models"
	"pavise/analysis/source"
)

// mostHelpers bounds the functions of one finding that are offered.
const mostHelpers = 3

// helper is a function of the project on the way of a finding's data, without
// which there would be no finding if its result were clean.
type helper struct {
	name  string // "Store.run", as it stands in its file
	clean models.Clean
}

// addRemember offers to note in the configuration that a function on the way
// of the data makes it harmless. Its edit is small and always given at once.
func (a *actionList) addRemember(f *analysis.Finding) {
	c := &a.s.client
	if !c.actionLiterals || !a.v.made && !c.createFiles || !filepath.IsAbs(a.v.home) {
		return
	}
	for _, h := range a.s.helpersOf(a.v, f) {
		title := h.name + "() makes data safe for " + h.clean.Clears + " (remember for this project)"
		if !a.once(title, source.Span{}) {
			continue
		}
		if edit := a.s.remember(a.v, h.clean); edit != nil {
			action := a.literal(title, protocol.CodeActionKindQuickFix, f)
			action.Edit = edit
			a.offered = append(a.offered, action)
		}
	}
}

// helpersOf are the helpers of a finding of v, the last on the way first.
func (s *server) helpersOf(v view, f *analysis.Finding) []helper {
	if f.Kinds == 0 {
		return nil
	}
	v.fixes.mu.Lock()
	defer v.fixes.mu.Unlock()
	list, ok := v.fixes.helpers[f]
	if ok {
		return list
	}
	if v.fixes.helpers == nil {
		v.fixes.helpers = map[*analysis.Finding][]helper{}
	}
	v.fixes.helpers[f] = nil // what a panic leaves
	defer s.recoverFix(f.Rule.ID)
	var seen []analysis.Function
	for _, step := range slices.Backward(f.Steps) {
		if step.Func.Name == "" || slices.Contains(seen, step.Func) || len(seen) >= mostHelpers {
			continue
		}
		seen = append(seen, step.Func)
		name := importedAs(step.Func.Path, filepath.Dir(v.home))
		if name == "" {
			continue
		}
		h := helper{step.Func.Name, models.Clean{Call: name + "." + step.Func.Name, Clears: strings.Join(f.Kinds.Names(), ", ")}}
		if ends(v, f, h.clean) {
			list = append(list, h)
		}
	}
	v.fixes.helpers[f] = list
	return list
}

// ends reports whether a finding is gone once a function cleans.
func ends(v view, f *analysis.Finding, c models.Clean) bool {
	after := v.snap.Under(v.snap.Config().With(config.Settings{Models: &models.Entries{Cleans: []models.Clean{c}}}))
	return !slices.ContainsFunc(after.Findings(), func(x analysis.Finding) bool { return x.Rule == f.Rule && x.Span == f.Span })
}

// importedAs is the dotted name of a module as it is imported: from the folder
// that holds its outermost package, or the project's; "" if it has none.
func importedAs(path, root string) string {
	dir, file := filepath.Split(path)
	dir = filepath.Clean(dir)
	var parts []string
	if name := strings.TrimSuffix(file, ".py"); name != "__init__" {
		parts = append(parts, name)
	}
	packaged := false
	for {
		if _, err := os.Stat(filepath.Join(dir, "__init__.py")); err != nil {
			break
		}
		packaged = true
		parts = append(parts, filepath.Base(dir))
		dir = filepath.Dir(dir)
	}
	for !packaged && dir != root && within(root, dir) && filepath.Base(dir) != "src" {
		parts = append(parts, filepath.Base(dir))
		dir = filepath.Dir(dir)
	}
	slices.Reverse(parts)
	for i, part := range slices.Backward(parts) {
		if strings.ContainsAny(part, ".- ") { // no import leads through it
			parts = parts[i+1:]
			break
		}
	}
	return strings.Join(parts, ".")
}

// remember is the edit that notes a cleaning function in the configuration,
// which it creates if there is none; nil if that cannot be done.
func (s *server) remember(v view, c models.Clean) *protocol.WorkspaceEdit {
	text, err := os.ReadFile(v.home)
	create := errors.Is(err, fs.ErrNotExist)
	if err != nil && !create || create && !s.client.createFiles {
		return nil
	}
	edit, ok := config.Remember(v.home, text, c)
	if !ok {
		return nil
	}
	out := s.fileEdit(source.New(v.home, text), uriOf(v.home), nil, []source.Edit{edit})
	if create {
		creating(out, uriOf(v.home))
	}
	return out
}
