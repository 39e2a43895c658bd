package traversal

import (
	"regexp"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// scope is the function around a call, or the statement if there is none, read
// for what is checked in it.
type scope struct{ node syntax.Node }

func scopeOf(n syntax.Node) scope {
	s := n
	for p := n.Parent(); p.OK(); p = p.Parent() {
		s = p
		if p.Kind() == syntax.KindFunctionDefinition {
			break
		}
	}
	return scope{s}
}

// filters reports whether an archive is unpacked with a filter beside the call,
// as where old versions of Python get one without.
func (s scope) filters(call syntax.Node) bool {
	for d := range s.node.Descendants() {
		switch d.Kind() {
		case syntax.KindIdentifier:
			if t := d.Str(); t == "extraction_filter" || t == "data_filter" || t == "tar_filter" {
				return true
			}
		case syntax.KindKeywordArgument:
			if d.Child(syntax.FieldName).Str() == "filter" && d.Parent().Parent() != call {
				return true
			}
		}
	}
	return false
}

// checks reports whether the function looks at the members of the archive and
// refuses some, or hands the archive to a function that says it does.
func (s scope) checks() bool {
	members, refuses := false, false
	for d := range s.node.Descendants() {
		switch d.Kind() {
		case syntax.KindForStatement, syntax.KindForInClause:
			members = members || strings.Contains(d.Child(syntax.FieldRight).Str(), "tar") || memberNames(d.Child(syntax.FieldRight).Str()) || memberNames(d.Child(syntax.FieldRight).Str()+"()")
		case syntax.KindRaiseStatement, syntax.KindContinueStatement, syntax.KindReturnStatement:
			for p := d.Parent(); p.OK() && p != s.node; p = p.Parent() {
				refuses = refuses || p.Kind() == syntax.KindIfStatement
			}
		case syntax.KindCall:
			name := d.Child(syntax.FieldFunction).Str()
			if checkName.MatchString(name[strings.LastIndexByte(name, '.')+1:]) {
				return true
			}
		}
	}
	return members && refuses
}

var checkName = regexp.MustCompile(`(?i)safe|valid|verif|check_|is_within|ensure|sanit`)

// literal reports whether the archive whose method is called is opened under a
// name that is written in the program.
func (s scope) literal(call syntax.Node) bool {
	name := call.Child(syntax.FieldFunction).Child(syntax.FieldObject).Str()
	for d := range s.node.Descendants() {
		var opened, target syntax.Node
		switch d.Kind() {
		case syntax.KindAssignment:
			target, opened = d.Child(syntax.FieldLeft), d.Child(syntax.FieldRight)
		case syntax.KindAsPattern:
			opened = d.NamedChild(0)
			target = d.NamedChild(1)
		default:
			continue
		}
		if target.Str() != name || opened.Kind() != syntax.KindCall || !strings.HasSuffix(opened.Child(syntax.FieldFunction).Str(), "open") {
			continue
		}
		first := opened.Child(syntax.FieldArguments).NamedChild(0)
		if lit, ok := python.ParseString(first); ok {
			_, constant := lit.Const()
			return constant
		}
	}
	return false
}
