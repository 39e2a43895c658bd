package auth

import (
	"slices"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

// Seen are the guards that are written at a handler, in the words of the code:
// its decorators, its parameters that depend on a user, and what its class says.
// Class is the definition of that class, if there is one. A handler can be
// [Guarded] in ways that have no name.
func Seen(e *flow.Event, class syntax.Node, body []syntax.Node) []string {
	var list []string
	add := func(name string) {
		if name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, d := range e.Args {
		if Guards(d) {
			add(short(callee(d.Node)))
		}
		dependencies(d.Node, add)
	}
	for _, p := range python.Params(e.Node) {
		dependencies(p.Annotation, add)
		dependencies(p.Default, add)
	}
	for _, n := range body {
		permissions(n, add)
	}
	if !class.OK() {
		return list
	}
	for _, d := range python.Decorators(class) {
		for n := range d.Descendants() { // method_decorator(login_required, name="dispatch")
			if n.Kind() == syntax.KindIdentifier && guardName(n.Str()) {
				add(n.Str())
			}
		}
	}
	if bases := class.Child(syntax.FieldSuperclasses); bases.OK() {
		for b := range bases.NamedChildren() {
			if name := short(b); strings.HasSuffix(name, "Mixin") && guardName(snake(strings.TrimSuffix(name, "Mixin"))) {
				add(name)
			}
		}
	}
	return list
}

// dependencies are the guards that FastAPI and the like call before a handler.
func dependencies(n syntax.Node, add func(string)) {
	if !n.OK() {
		return
	}
	for c := range n.Descendants() {
		if c.Kind() != syntax.KindCall {
			continue
		}
		name := short(c.Child(syntax.FieldFunction))
		if name != "Depends" && name != "Security" {
			continue
		}
		on := c.Child(syntax.FieldArguments).NamedChild(0)
		if !on.OK() {
			continue
		}
		if on = callee(on); dependency.MatchString(c.Str()) {
			add(short(on))
		}
	}
}

// permissions are what a class says of all its handlers: classes in
// permission_classes that ask for something, guards among its decorators.
func permissions(n syntax.Node, add func(string)) {
	if n.Kind() == syntax.KindExpressionStatement {
		n = n.NamedChild(0)
	}
	if !n.OK() || n.Kind() != syntax.KindAssignment {
		return
	}
	var asks func(name string) bool
	switch n.Child(syntax.FieldLeft).Str() {
	case "permission_classes":
		asks = func(name string) bool { return name != "AllowAny" }
	case "decorators", "method_decorators":
		asks = guardName
	default:
		return
	}
	right := n.Child(syntax.FieldRight)
	if !right.OK() {
		return
	}
	for c := range right.Descendants() {
		if k := c.Kind(); k == syntax.KindIdentifier && c.Parent().Kind() != syntax.KindAttribute || k == syntax.KindAttribute {
			if name := short(c); asks(name) {
				add(name)
			}
		}
	}
}

// snake is the name of a class as functions are called.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
