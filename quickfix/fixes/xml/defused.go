package xml

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xml"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Defused parses with defusedxml.
var Defused = &fix.Fix{
	Name:    "defused-xml",
	For:     []*analysis.Rule{xml.XMLUntrustedParse},
	Compute: defused,
}

// twins are the functions of the standard library that defusedxml has as well,
// and how many arguments by position mean the same there.
var twins = map[string]int{
	"xml.etree.ElementTree.parse": 2, "xml.etree.ElementTree.fromstring": 1, "xml.etree.ElementTree.XML": 1, "xml.etree.ElementTree.iterparse": 2,
	"xml.dom.minidom.parse": 3, "xml.dom.minidom.parseString": 2, "xml.dom.pulldom.parse": 3, "xml.dom.pulldom.parseString": 2,
	"xml.dom.expatbuilder.parse": 2, "xml.dom.expatbuilder.parseString": 2, "xml.sax.parse": 3, "xml.sax.parseString": 3,
}

func defused(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that parses the document is in sight.")
	}
	name := s.EventName()
	if p := guards(s, call); p != nil {
		return p
	}
	most, known := twins[name]
	if !known {
		return fix.Refuse("defusedxml has no %s: make the parser with defusedxml.", strings.TrimPrefix(name, "xml."))
	}
	n := 0
	for _, a := range pyedit.Args(call.Node) {
		switch {
		case a.Name == "*" || a.Name == "**":
			return fix.Refuse("Which arguments the call has cannot be told.")
		case a.Name == "parser":
			return fix.Refuse("The call is given a parser of its own: make it with defusedxml.")
		case a.Name == "":
			n++
		}
	}
	if n > most {
		return fix.Refuse("The call is given a parser of its own: make it with defusedxml.")
	}
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	i := strings.LastIndexByte(name, '.')
	module := "defusedxml." + strings.TrimPrefix(name[:i], "xml.")
	module = strings.NewReplacer("defusedxml.etree.", "defusedxml.", "defusedxml.dom.", "defusedxml.").Replace(module)
	old := fn.Str()
	e.ReplaceNode(fn, e.Use(call, module, name[i+1:], pyedit.Plain))
	root, _, _ := strings.Cut(old, ".")
	e.DropImport(root)
	caveat := "Documents that declare entities raise EntitiesForbidden, a ValueError, from now on."
	if s.File.ImportsRoot("defusedxml") {
		caveat = ""
	}
	return fix.Propose(e, caveat, "Parse with defusedxml")
}

// guards takes away the arguments that take off a guard; nil if there are none.
func guards(s *fix.Site, call pyedit.At) []fix.Proposal {
	for _, name := range []string{"disable_entities", "forbid_entities", "forbid_external"} {
		a, has := pyedit.Keyword(call.Node, name)
		if !has {
			continue
		}
		if !fix.IsFalse(a.Value) {
			return fix.Refuse("%s= takes its value from %s: change it there.", name, a.Value.Str())
		}
		e := s.Edits()
		e.ReplaceNode(call.On(a.Value), "True")
		return fix.Propose(e, "Documents that declare entities are refused from now on.", "Set %s=True", name)
	}
	return nil
}
