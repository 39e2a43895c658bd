package sqli

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/sqli"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// AllowFilters lets only certain keys of a mapping become lookups of an ORM.
var AllowFilters = &fix.Fix{
	Name:    "allow-filters",
	For:     []*analysis.Rule{sqli.ORMFilterInjection},
	Compute: allowFilters,
}

func allowFilters(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that takes these lookups is in sight.")
	}
	splat, found := unpacked(call)
	if found > 1 {
		return fix.Refuse("Several mappings are unpacked: check the keys of each.")
	}
	if found == 0 {
		return fix.Refuse("A client names a field here: look the name up in a fixed table.")
	}
	at := call.On(splat.NamedChild(0))
	source := s.Source(at)
	if strings.ContainsAny(source, "\r\n") {
		return fix.Refuse("The mapping is written over several lines: give it a name first.")
	}
	switch at.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript:
	case syntax.KindCall:
		source = strings.TrimSuffix(source, ".dict()") // of a QueryDict, which has items() itself
	default:
		return fix.Refuse("The mapping is put together in the call: check its keys there.")
	}
	fields := fieldsOf(s, call)
	if len(fields) == 0 {
		return fix.Refuse("The fields of the model are not to be seen here: let certain keys through with a dict comprehension.")
	}
	e := s.Edits()
	set := s.File.Unique("ALLOWED_FILTERS")
	k, v := "k", "v"
	if regexp.MustCompile(`\b[kv]\b`).MatchString(source) {
		k, v = "key", "value"
	}
	e.ReplaceNode(at, "{"+k+": "+v+" for "+k+", "+v+" in "+source+".items() if "+k+" in "+set+"}")
	e.AddHelper(call.Abs().Start, set+` = {"`+strings.Join(fields, `", "`)+`"}`)
	return fix.Propose(e, "Keys that are not in "+set+" are left out: list those that the page offers.", "Let certain filters through only")
}

// unpacked is the mapping that a call unpacks, and how many there are.
func unpacked(call pyedit.At) (splat syntax.Node, n int) {
	for c := range call.Child(syntax.FieldArguments).NamedChildren() {
		if c.Kind() == syntax.KindDictionarySplat {
			splat = c
			n++
		}
	}
	return splat, n
}

// fieldsOf are the fields of the model that a query is about, if the file
// defines it.
func fieldsOf(s *fix.Site, call pyedit.At) []string {
	for d := range call.Descendants() {
		if d.Kind() != syntax.KindIdentifier {
			continue
		}
		class, ok := s.File.Defines(d.Str())
		if !ok || class.Kind() != syntax.KindClassDefinition {
			continue
		}
		if out := classFields(s.File, d.Str()); len(out) > 0 {
			return out
		}
	}
	return nil
}

var (
	fieldCall = regexp.MustCompile(`(?:Field|Column|column|ForeignKey)$`)
	delicate  = regexp.MustCompile(`(?i)passw|secret|token|hash|salt|key`)
)

// classFields are the attributes of a class that are fields of a model.
func classFields(f *pyedit.File, class string) []string {
	var out []string
	for _, u := range f.Tree.Units {
		if u.Parent != class || u.Class != syntax.Statement {
			continue
		}
		n := u.Root()
		if n.Kind() == syntax.KindExpressionStatement {
			n = n.NamedChild(0)
		}
		left, value := n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
		if n.Kind() != syntax.KindAssignment || left.Kind() != syntax.KindIdentifier || value.Kind() != syntax.KindCall {
			continue
		}
		if fieldCall.MatchString(value.Child(syntax.FieldFunction).Str()) && !delicate.MatchString(left.Str()) {
			out = withDefault(out, left.Str())
		}
	}
	return out
}
