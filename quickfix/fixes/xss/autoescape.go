package xss

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/xss"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// EscapeTemplates switches the escaping of a template engine on.
var EscapeTemplates = &fix.Fix{
	Name:    "escape-templates",
	For:     []*analysis.Rule{xss.AutoescapeDisabled},
	Compute: escapeTemplates,
}

const escapesNow = "Values that hold markup are shown as text from now on: mark those that are clean with |safe or Markup."

func escapeTemplates(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if s.Node.Kind() == syntax.KindPair {
		return settingOn(s, e)
	}
	if _, value, ok := s.Assignment(); ok {
		return assignedOn(s, e, value)
	}
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("What switches escaping off here cannot be told.")
	}
	if a, ok := pyedit.Keyword(call.Node, "autoescape"); ok {
		return keywordOn(s, e, call, a)
	}
	if !strings.HasPrefix(s.EventName(), "jinja2.") {
		return fix.Refuse("What switches escaping off here cannot be told.")
	}
	name := e.Use(call, "jinja2", "select_autoescape", jinjaStyle(call))
	if !e.AddKeyword(call, "autoescape", name+"()") {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, escapesNow, "Add autoescape=%s()", name)
}

// jinjaStyle is the way in which the file names things of Jinja.
func jinjaStyle(call pyedit.At) pyedit.Style {
	if strings.HasPrefix(call.Child(syntax.FieldFunction).Str(), "jinja2.") {
		return pyedit.Plain
	}
	return pyedit.From
}

// keywordOn changes the argument autoescape of a call.
func keywordOn(s *fix.Site, e *pyedit.Edits, call pyedit.At, a pyedit.Arg) []fix.Proposal {
	if !fix.IsFalse(a.Value) && a.Value.Kind() != syntax.KindNone {
		return fix.Refuse("autoescape= takes its value from %s: change it there.", a.Value.Str())
	}
	name := s.EventName()
	if strings.HasPrefix(name, "jinja2.") && name != "jinja2.Template" {
		use := e.Use(call, "jinja2", "select_autoescape", jinjaStyle(call)) + "()"
		e.ReplaceNode(call.On(a.Value), use)
		return fix.Propose(e, escapesNow, "Set autoescape=%s", use)
	}
	if name == "jinja2.Template" {
		e.ReplaceNode(call.On(a.Value), "True")
		return fix.Propose(e, escapesNow, "Set autoescape=True")
	}
	if !e.RemoveArg(call, a) {
		return fix.Refuse("A comment beside autoescape= would be lost.")
	}
	return fix.Propose(e, escapesNow, "Remove autoescape=%s", a.Value.Str())
}

// assignedOn changes env.autoescape = False, and settings that are assigned.
func assignedOn(s *fix.Site, e *pyedit.Edits, value pyedit.At) []fix.Proposal {
	if fix.IsFalse(value.Node) || value.Kind() == syntax.KindNone {
		use := e.Use(value, "jinja2", "select_autoescape", pyedit.From) + "()"
		e.ReplaceNode(value, use)
		return fix.Propose(e, escapesNow, "Set autoescape to %s", use)
	}
	for d := range value.Descendants() {
		if k, ok := python.ParseString(d.Child(syntax.FieldKey)); ok && d.Kind() == syntax.KindPair {
			if text, _ := k.Const(); text == "autoescape" {
				s.Node = value.On(d)
				return settingOn(s, e)
			}
		}
	}
	return fix.Refuse("Escaping is switched off by %s: change it there.", short(s.Source(value)))
}

// settingOn changes "autoescape": False in a dictionary.
func settingOn(s *fix.Site, e *pyedit.Edits) []fix.Proposal {
	value := s.Node.On(s.Node.Child(syntax.FieldValue))
	if !fix.IsFalse(value.Node) {
		return fix.Refuse("autoescape takes its value from %s: change it there.", short(s.Source(value)))
	}
	e.ReplaceNode(value, "True")
	return fix.Propose(e, escapesNow, "Set autoescape to True")
}
