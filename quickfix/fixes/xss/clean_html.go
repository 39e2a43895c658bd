package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xss"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// CleanHTML puts a sanitizer in the place of a filter made by hand.
var CleanHTML = &fix.Fix{
	Name:    "clean-html",
	For:     []*analysis.Rule{xss.HomemadeHTMLFilter},
	Compute: cleanHTML,
}

func cleanHTML(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that filters is in sight.")
	}
	name := s.EventName()
	if strings.HasPrefix(name, "bleach.") || strings.HasPrefix(name, "nh3.") || strings.HasPrefix(name, "lxml") {
		return fix.Refuse("Take what lets script through out of the list: what is left depends on what authors may write.")
	}
	value, ok := filtered(s, call)
	if !ok {
		return fix.Refuse("What is filtered here cannot be told.")
	}
	e := s.Edits()
	var clean string
	switch {
	case s.File.ImportsRoot("nh3"):
		clean = e.Use(call, "nh3", "clean", pyedit.Plain)
	case s.File.ImportsRoot("bleach"):
		clean = e.Use(call, "bleach", "clean", pyedit.Plain)
	default:
		return fix.Refuse("Nothing that cleans HTML is imported here. Clean it with nh3.clean, once nh3 is among the requirements, or escape it if it is no HTML.")
	}
	e.DropImport(root(call.Child(syntax.FieldFunction).Str()))
	e.ReplaceNode(call, clean+"("+s.Source(value)+")")
	return fix.Propose(e, "Tags that the sanitizer does not know as harmless are taken out: give it a list where authors need more, or escape what is no HTML.", "Clean with %s", clean)
}

// filtered is what re.sub or the first of a row of replacements is applied to.
func filtered(s *fix.Site, call pyedit.At) (pyedit.At, bool) {
	fn := call.On(call.Child(syntax.FieldFunction))
	if fn.Kind() != syntax.KindAttribute {
		return pyedit.At{}, false
	}
	switch fn.Child(syntax.FieldAttribute).Str() {
	case "replace":
		if p := call.Parent(); p.Kind() == syntax.KindAttribute {
			return pyedit.At{}, false // others follow
		}
		object := fn.On(fn.Child(syntax.FieldObject))
		return object, object.OK()
	case "sub", "subn":
		i := 1
		if strings.HasPrefix(s.Callee(call), "re.") {
			i = 2
		}
		a, ok := pyedit.Argument(call.Node, i, "string")
		return call.On(a.Value), ok && fn.Child(syntax.FieldAttribute).Str() == "sub"
	}
	return pyedit.At{}, false
}
