package traversal

import (
	"pavise/analysis"
	"pavise/analysis/rules/traversal"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// StrictCheck lets a separator end the folder that a path is compared with.
var StrictCheck = &fix.Fix{
	Name:    "strict-path-check",
	For:     []*analysis.Rule{traversal.WeakPathCheck},
	Compute: strictCheck,
}

const resolveInstead = "Resolve the path below its folder where it is used, and ask is_relative_to(folder): nothing is left to refuse then."

func strictCheck(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse(resolveInstead)
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	a, ok := pyedit.Positional(call.Node, 0)
	if !ok || fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "startswith" || len(pyedit.Args(call.Node)) != 1 {
		return fix.Refuse(resolveInstead)
	}
	root := call.On(a.Value)
	if !resolved(s, fn.On(fn.Child(syntax.FieldObject))) {
		return fix.Refuse(resolveInstead)
	}
	e := s.Edits()
	text := s.Source(root)
	switch root.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindCall, syntax.KindString, syntax.KindSubscript:
	default:
		return fix.Refuse("The folder is put together here: give it a name first, and compare with that and a separator.")
	}
	if v := s.Value(root); v != nil && v.Type != "" && v.Type != "str" {
		return fix.Refuse(resolveInstead)
	}
	e.ReplaceNode(root, text+" + "+e.Use(root, "os", "sep", pyedit.Plain))
	return fix.Propose(e, "The folder itself does not pass any more, and its name must not end in a separator: make it with realpath.", "End the folder with a separator")
}

// resolved reports whether an expression is a path whose .. are gone.
func resolved(s *fix.Site, n pyedit.At) bool {
	if n.Kind() == syntax.KindIdentifier {
		def, _, ok := s.Definition(n)
		if !ok {
			return false
		}
		n = def
	}
	if n.Kind() != syntax.KindCall {
		return false
	}
	switch s.Callee(n) {
	case "os.path.realpath", "os.path.abspath", "os.path.normpath":
		return true
	}
	return false
}
