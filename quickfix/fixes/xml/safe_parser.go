// Package xml holds the fixes of XML parsing.
package xml

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/xml"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{SafeParser, Defused}

// SafeParser keeps a parser from reading what a document names.
var SafeParser = &fix.Fix{
	Name:    "safe-parser",
	For:     []*analysis.Rule{xml.XXE},
	Compute: safeParser,
}

// fetches are the arguments by which a parser reads what a document names, and
// the value that does it.
var fetches = map[string]bool{"resolve_entities": true, "load_dtd": true, "dtd_validation": true, "attribute_defaults": true, "no_network": false}

const options = "resolve_entities=False, no_network=True"

func safeParser(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that makes or runs the parser is in sight.")
	}
	name := s.EventName()
	if s.Event.Name != "" {
		name = s.Event.Name
	}
	switch {
	case strings.HasSuffix(name, ".setFeature"):
		return turnOff(s, call)
	case !strings.HasPrefix(name, "lxml."):
		return fix.Refuse("How to set this parser is not known: parse with defusedxml.")
	}
	if p := settings(s, call); p != nil {
		return p
	}
	return giveParser(s, call, name)
}

// turnOff sets the feature to False.
func turnOff(s *fix.Site, call pyedit.At) []fix.Proposal {
	a, ok := pyedit.Positional(call.Node, 1)
	if !ok || !fix.IsTrue(a.Value) && a.Value.Str() != "1" {
		return fix.Refuse("Whether the feature is on is decided elsewhere: turn it off there.")
	}
	e := s.Edits()
	e.ReplaceNode(call.On(a.Value), "False")
	return fix.Propose(e, "", "Read no external entities")
}

// settings turns the arguments round that make a parser read what a document
// names; nil if the call has none.
func settings(s *fix.Site, call pyedit.At) []fix.Proposal {
	e := s.Edits()
	found, caveat := false, ""
	for _, a := range pyedit.Args(call.Node) {
		bad, known := fetches[a.Name]
		switch {
		case !known || fix.IsTrue(a.Value) && !bad || fix.IsFalse(a.Value) && bad:
			continue
		case bad && fix.IsTrue(a.Value):
			e.ReplaceNode(call.On(a.Value), "False")
		case !bad && fix.IsFalse(a.Value):
			e.ReplaceNode(call.On(a.Value), "True")
		case a.Value.Kind() == syntax.KindString:
			continue // "internal"
		default:
			return fix.Refuse("%s= takes its value from %s: change it there.", a.Name, a.Value.Str())
		}
		found = true
		if a.Name != "resolve_entities" && a.Name != "no_network" {
			caveat = "Documents that need entities, defaults or rules of a DTD are read without them."
		}
	}
	if !found {
		return nil
	}
	return fix.Propose(e, caveat, "Read no external entities")
}

// giveParser gives a parser that reads nothing else to a call without one, or
// the options to the parser that it is given.
func giveParser(s *fix.Site, call pyedit.At, name string) []fix.Proposal {
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	if name == "lxml.etree.iterparse" {
		if !e.AddKeyword(call, "resolve_entities", "False") {
			return fix.Refuse("The call takes no further argument as it is written.")
		}
		return fix.Propose(e, "", "Read no external entities")
	}
	given, has := pyedit.Argument(call.Node, 1, "parser")
	var parser pyedit.At
	switch {
	case strings.HasSuffix(name, ".feed"):
		parser = fn.On(fn.Child(syntax.FieldObject))
	case has && given.Value.Kind() != syntax.KindNone:
		parser = call.On(given.Value)
	}
	if parser.OK() {
		if parser.Kind() == syntax.KindIdentifier {
			def, _, ok := s.Definition(parser)
			if !ok {
				return fix.Refuse("Where %s is made cannot be told: give it %s.", parser.Str(), options)
			}
			parser = def
		}
		if parser.Kind() != syntax.KindCall || !e.AddKeyword(parser, "resolve_entities", "False") {
			return fix.Refuse("The parser takes no further argument as it is written: give it %s.", options)
		}
		return fix.Propose(e, "", "Read no external entities")
	}
	module, maker := "lxml.etree", "XMLParser"
	if strings.HasPrefix(name, "lxml.objectify.") {
		module, maker = "lxml.objectify", "makeparser"
	}
	style := pyedit.Plain
	if fn.Kind() == syntax.KindIdentifier {
		style = pyedit.From
	}
	text := e.Use(call, module, maker, style)
	if fn.Kind() == syntax.KindAttribute {
		if object := fn.On(fn.Child(syntax.FieldObject)); s.File.Resolve(object.Node) == module {
			text = s.Source(object) + "." + maker
			e = s.Edits() // the module has a name here
		}
	}
	text += "(" + options + ")"
	if has { // None
		e.ReplaceNode(call.On(given.Value), text)
	} else if !e.AddKeyword(call, "parser", text) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "", "Parse with a parser that reads no external entities")
}
