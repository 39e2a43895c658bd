package validation

import (
	"regexp"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// accepts reports whether a match lets a value pass: without one the function
// refuses it.
func accepts(n syntax.Node) bool {
	not := false
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindParenthesizedExpression, syntax.KindBooleanOperator, syntax.KindArgumentList, syntax.KindGeneratorExpression:
		case syntax.KindNotOperator:
			not = !not
		case syntax.KindComparisonOperator:
			switch text := strings.Join(strings.Fields(p.Str()), " "); {
			case strings.HasSuffix(text, " is None"), strings.HasSuffix(text, " == None"):
				not = !not
			case strings.HasSuffix(text, " is not None"), strings.HasSuffix(text, " != None"):
			default:
				return false
			}
		case syntax.KindCall:
			if f := p.Child(syntax.FieldFunction).Str(); f != "bool" && f != "all" {
				return false
			}
		case syntax.KindReturnStatement, syntax.KindAssertStatement:
			return !not
		case syntax.KindAssignment:
			return refusedWithout(p)
		case syntax.KindIfStatement, syntax.KindElifClause:
			return branch(p, not)
		default:
			return false
		}
	}
	return false
}

// branch reports whether an if refuses what does not match.
func branch(stmt syntax.Node, not bool) bool {
	consequence := stmt.Child(syntax.FieldConsequence)
	if not {
		return flow.Refuses(consequence)
	}
	for c := range stmt.NamedChildren() {
		if c.Kind() == syntax.KindElseClause && flow.Refuses(c.Child(syntax.FieldBody)) {
			return true
		}
	}
	return flow.Leaves(consequence) && flow.Refuses(stmt.Parent())
}

// refusedWithout recognises m = re.match(...); if not m: raise, where nothing
// else is asked of m.
func refusedWithout(assignment syntax.Node) bool {
	left := assignment.Child(syntax.FieldLeft)
	if left.Kind() != syntax.KindIdentifier {
		return false
	}
	name := left.Str()
	stmt := assignment.Parent()
	block := stmt.Parent()
	behind, refused := false, false
	for s := range block.NamedChildren() {
		switch {
		case s == stmt:
			behind = true
		case behind && s.Kind() == syntax.KindIfStatement:
			c := strings.Join(strings.Fields(s.Child(syntax.FieldCondition).Str()), " ")
			switch strings.Trim(c, "()") {
			case "not " + name, name + " is None":
				refused = refused || branch(s, true)
			case name, name + " is not None":
				refused = refused || branch(s, false)
			}
		case behind && s.Kind() == syntax.KindReturnStatement:
			c := strings.Join(strings.Fields(s.Str()), " ")
			refused = refused || c == "return bool("+name+")" || c == "return "+name+" is not None"
		}
	}
	return refused && !asked(block, name)
}

// asked reports whether a match's groups or the like are used.
func asked(block syntax.Node, name string) bool {
	for d := range block.Descendants() {
		if k := d.Kind(); (k == syntax.KindAttribute || k == syntax.KindSubscript) && d.NamedChild(0).Str() == name {
			return true
		}
	}
	return false
}

// validator is how plainly a function is made for validation.
type validator uint8

const (
	ordinary validator = iota
	tells              // is_username: whether it is
	refuses            // validate_username, @validator: it raises unless it is
)

func validatorOf(n syntax.Node, name string) validator {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() != syntax.KindFunctionDefinition {
			continue
		}
		for _, d := range python.Decorators(p) {
			if decorated.MatchString(d.Str()) {
				return refuses
			}
		}
		break
	}
	switch short := name[strings.LastIndexByte(name, '.')+1:]; {
	case refusing.MatchString(short):
		return refuses
	case telling.MatchString(short):
		return tells
	}
	return ordinary
}

var (
	decorated = regexp.MustCompile(`(?i)^(?:\w+\.)*(?:\w*validator|validates)\b`)
	refusing  = regexp.MustCompile(`(?i)^_*(?:validate|clean)(?:_|s?$)|_validator$|^validators?_`)
	telling   = regexp.MustCompile(`(?i)^_*(?:is|has|check|verify|ensure|assert|require)_|valid`)
)
