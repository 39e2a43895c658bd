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
	for d := range s.node.Descendants() {
		switch d.Kind() {
		case syntax.KindRaiseStatement, syntax.KindContinueStatement, syntax.KindReturnStatement:
			if s.refusesMember(d) {
				return true
			}
		case syntax.KindForInClause:
			if !overMembers(d) {
				continue
			}
			for c := range d.Parent().NamedChildren() {
				if c.Kind() == syntax.KindIfClause {
					return true // [m for m in tar if ...]
				}
			}
		case syntax.KindCall:
			name := d.Child(syntax.FieldFunction).Str()
			if checkName.MatchString(name[strings.LastIndexByte(name, '.')+1:]) {
				return true
			}
		}
	}
	return false
}

// overMembers reports whether a loop goes over what an archive holds.
func overMembers(loop syntax.Node) bool {
	list := loop.Child(syntax.FieldRight).Str()
	return strings.Contains(list, "tar") || memberNames(list) || memberNames(list+"()")
}

// refusesMember reports whether a statement leaves a loop over the members, or the
// function, on a condition that is about one of them.
func (s scope) refusesMember(leave syntax.Node) bool {
	asked := false
	for p := leave.Parent(); p.OK() && p != s.node; p = p.Parent() {
		switch p.Kind() {
		case syntax.KindIfStatement:
			asked = true
			for d := range p.Child(syntax.FieldCondition).Descendants() {
				if d.Kind() == syntax.KindForInClause && overMembers(d) {
					return true // if any(... for m in tar)
				}
			}
		case syntax.KindForStatement:
			if asked && overMembers(p) {
				return true
			}
		}
	}
	return false
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
