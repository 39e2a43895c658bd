// Package deser holds the fixes of unsafe deserialization.
package deser

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/deser"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{LoadJSON, RefusePickles, YAMLSafeLoad, JSONTransport}

// LoadJSON reads JSON instead of a format that builds any object.
var LoadJSON = &fix.Fix{
	Name:    "load-json",
	For:     []*analysis.Rule{deser.UnsafeDeserialization, deser.PickleLoad, deser.MarshalLoad},
	Compute: loadJSON,
}

const jsonCaveat = "JSON holds only dicts, lists, text, numbers, booleans and None: data that is written in another format now has to be written as JSON, and what is stored already no longer reads."

// modules that build any object from their input.
var modules = []string{"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "pandas"}

func loadJSON(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that reads the data is in sight.")
	}
	if readsYAML(s) {
		return nil
	}
	module, function, _ := strings.Cut(s.EventName(), ".")
	if !known(module) || function != "loads" && function != "load" {
		return fix.Refuse("%s has no counterpart in json: store the data as JSON and read it with json.load.", s.EventName())
	}
	a, ok := pyedit.Positional(call.Node, 0)
	if !ok {
		return fix.Refuse("The argument of %s cannot be told.", function)
	}
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	e.ReplaceNode(call, e.Use(call, "json", function, styleOf(fn))+"("+s.Source(call.On(a.Value))+")")
	e.DropImport(root(fn.Str()))
	caveat := jsonCaveat
	if writeToo(s, e, module) {
		caveat = "JSON holds only dicts, lists, text, numbers, booleans and None; what this file writes itself is JSON now too, and what is stored already no longer reads."
	}
	return fix.Propose(e, caveat, "Read JSON instead of %s", module)
}

func known(module string) bool {
	for _, m := range modules {
		if m == module && m != "pandas" {
			return true
		}
	}
	return false
}

func styleOf(fn pyedit.At) pyedit.Style {
	if fn.Kind() == syntax.KindIdentifier {
		return pyedit.From
	}
	return pyedit.Plain
}

func root(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// writeToo rewrites what the file itself writes with the module.
func writeToo(s *fix.Site, e *pyedit.Edits, module string) bool {
	var writers []pyedit.At
	for _, u := range s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindCall {
				continue
			}
			at := pyedit.At{Node: n, Base: u.Start}
			if name := s.File.Resolve(n.Child(syntax.FieldFunction)); name != module+".dumps" && name != module+".dump" {
				continue
			}
			if at.Abs().Touches(s.Node.Abs()) {
				return false
			}
			writers = append(writers, at)
		}
	}
	done := len(writers) > 0
	for _, w := range writers {
		done = writeJSON(s, e, w) && done
	}
	return done
}

// writeJSON rewrites a call of dumps, or of dump to a file, which is open for
// bytes.
func writeJSON(s *fix.Site, e *pyedit.Edits, call pyedit.At) bool {
	data, ok := pyedit.Positional(call.Node, 0)
	if !ok {
		return false
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	to := ""
	if strings.HasSuffix(s.Callee(call), ".dump") {
		file, ok := pyedit.Positional(call.Node, 1)
		if !ok || file.Value.Kind() != syntax.KindIdentifier && file.Value.Kind() != syntax.KindAttribute {
			return false
		}
		to = file.Value.Str()
	}
	text := e.Use(call, "json", "dumps", styleOf(fn)) + "(" + s.Source(call.On(data.Value)) + ").encode()"
	if to != "" {
		text = to + ".write(" + text + ")"
	}
	e.ReplaceNode(call, text)
	e.DropImport(root(fn.Str()))
	return true
}

// RefusePickles turns the flag off that lets an array file hold objects.
var RefusePickles = &fix.Fix{
	Name:    "refuse-pickles",
	For:     []*analysis.Rule{deser.UnsafeDeserialization, deser.PickleLoad},
	Compute: refusePickles,
}

func refusePickles(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	a, ok := pyedit.Keyword(call.Node, "allow_pickle")
	if !ok || !fix.IsTrue(a.Value) {
		return nil
	}
	e := s.Edits()
	e.ReplaceNode(call.On(a.Value), "False")
	return fix.Propose(e, "Arrays of Python objects can no longer be read.", "Set allow_pickle=False")
}
