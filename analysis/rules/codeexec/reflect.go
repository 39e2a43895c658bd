package codeexec

import (
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// pollutes reports whether a call sets attributes under names that it takes
// from data, one after the other.
func pollutes(e *flow.Event) bool {
	switch e.Name {
	case "setattr":
		return inLoop(e.Node)
	case "__dict__.update", "vars.update":
		a := flow.FindArg(e.Args, "0")
		// a display has the keys that are written in it
		return a != nil && !(a.Value.Type == "dict" && a.Value.Rest() == nil && len(a.Value.Origins) == 0)
	}
	return strings.HasPrefix(e.Name, "pydash.")
}

// inLoop reports whether a loop or comprehension of its function holds a node.
func inLoop(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindForStatement, syntax.KindWhileStatement, syntax.KindListComprehension, syntax.KindGeneratorExpression,
			syntax.KindSetComprehension, syntax.KindDictionaryComprehension:
			return true
		case syntax.KindFunctionDefinition, syntax.KindLambda:
			return false
		}
	}
	return false
}

// ofModule reports whether getattr looks into a module, whose names are classes
// and functions.
func ofModule(e *flow.Event) bool {
	a := flow.FindArg(e.Args, "0")
	if a != nil && a.Node.Kind() == syntax.KindCall {
		fn := a.Node.Child(syntax.FieldFunction).Str()
		return fn == "__import__" || strings.HasSuffix(fn, "import_module")
	}
	return a != nil && a.Value.Name != "" && a.Value.Name[0] != '.' && a.Value.Type == "" && len(a.Value.Origins) == 0
}

// isCalled reports whether the value of an expression is called: there, or
// under the name that it is given.
func isCalled(n syntax.Node) bool {
	p := n.Parent()
	for p.Kind() == syntax.KindParenthesizedExpression || p.Kind() == syntax.KindAwait {
		n, p = p, p.Parent()
	}
	switch p.Kind() {
	case syntax.KindCall:
		return p.Child(syntax.FieldFunction) == n
	case syntax.KindAssignment, syntax.KindNamedExpression:
		target := p.Child(syntax.FieldLeft)
		if p.Kind() == syntax.KindNamedExpression {
			target = p.Child(syntax.FieldName)
		}
		return target.Kind() == syntax.KindIdentifier && calledBelow(n, target.Str())
	}
	return false
}

// runAtOnce reports whether a call of compile is what exec or eval runs, which
// is one fault.
func runAtOnce(e *flow.Event) bool {
	if e.Name != "compile" {
		return false
	}
	call := e.Node.Parent().Parent()
	if call.Kind() != syntax.KindCall {
		return false
	}
	fn := call.Child(syntax.FieldFunction).Str()
	return fn == "exec" || fn == "eval"
}

// calledBelow reports whether the function around a node calls a name.
func calledBelow(n syntax.Node, name string) bool {
	scope := n
	for p := n.Parent(); p.OK(); p = p.Parent() {
		scope = p
		if p.Kind() == syntax.KindFunctionDefinition {
			break
		}
	}
	for d := range scope.Descendants() {
		if d.Kind() == syntax.KindCall {
			if f := d.Child(syntax.FieldFunction); f.Kind() == syntax.KindIdentifier && f.Str() == name {
				return true
			}
		}
	}
	return false
}
