package xss

import (
	"path"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xss"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// EscapedEnding has an environment escape templates of an ending.
var EscapedEnding = &fix.Fix{Name: "escaped-ending", For: []*analysis.Rule{xss.TemplateNotHTMLEscapedExtension}, Compute: escapedEnding}

func escapedEnding(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !strings.HasPrefix(s.EventName(), "jinja2.") {
		return fix.Refuse("Rename the file of the template to one that ends in .html, and name that here.")
	}
	name, ok := pyedit.Argument(call.Node, 0, "name")
	if !ok {
		return nil
	}
	text, ok := s.Constant(call.On(name.Value))
	chooser, one := onlyChooser(s)
	if !ok || !one {
		return fix.Refuse("Which select_autoescape decides here cannot be told: add the ending of the template to its enabled_extensions.")
	}
	ending := strings.TrimPrefix(path.Ext(text), ".")
	e := s.Edits()
	if list, ok := pyedit.Argument(chooser.Node, 0, "enabled_extensions"); ok {
		if k := list.Value.Kind(); k != syntax.KindList && k != syntax.KindTuple || !e.AppendElement(chooser.On(list.Value), `"`+ending+`"`) {
			return fix.Refuse("enabled_extensions takes its value from %s: add the ending there.", fix.Short(list.Value.Str()))
		}
	} else if pyedit.Unpacks(chooser.Node) || !e.AddKeyword(chooser, "enabled_extensions", `("html", "htm", "xml", "`+ending+`")`) {
		return fix.Refuse("The call of select_autoescape takes no further argument as it is written.")
	}
	return fix.Propose(e, "All templates with this ending are escaped from now on, those that make no HTML too.", "Escape in templates that end in .%s", ending)
}

// onlyChooser is the one call of select_autoescape in the file.
func onlyChooser(s *fix.Site) (call pyedit.At, one bool) {
	for _, u := range s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindCall || !strings.HasSuffix(n.Child(syntax.FieldFunction).Str(), "select_autoescape") {
				continue
			}
			if call.OK() {
				return call, false
			}
			call = pyedit.At{Node: n, Base: u.Start}
		}
	}
	return call, call.OK()
}
