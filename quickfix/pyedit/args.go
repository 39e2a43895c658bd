package pyedit

import (
	"pavise/analysis/syntax"
)

// Arg is one argument of a call.
type Arg struct {
	Node  syntax.Node // the whole argument
	Name  string      // keyword; "" for a positional one; "*" and "**" for unpacking
	Value syntax.Node // the expression
}

// Args are the arguments of a call in order.
func Args(call syntax.Node) []Arg {
	list := call.Child(syntax.FieldArguments)
	if list.Kind() == syntax.KindGeneratorExpression {
		return []Arg{{Node: list, Value: list}}
	}
	var out []Arg
	for c := range list.NamedChildren() {
		switch c.Kind() {
		case syntax.KindKeywordArgument:
			out = append(out, Arg{c, c.Child(syntax.FieldName).Str(), c.Child(syntax.FieldValue)})
		case syntax.KindListSplat:
			out = append(out, Arg{c, "*", c.NamedChild(0)})
		case syntax.KindDictionarySplat:
			out = append(out, Arg{c, "**", c.NamedChild(0)})
		default:
			out = append(out, Arg{c, "", c})
		}
	}
	return out
}

// Keyword is the argument of a call with that name.
func Keyword(call syntax.Node, name string) (Arg, bool) {
	for _, a := range Args(call) {
		if a.Name == name {
			return a, true
		}
	}
	return Arg{}, false
}

// Unpacks reports whether the call has a * or ** argument.
func Unpacks(call syntax.Node) bool {
	for _, a := range Args(call) {
		if a.Name == "*" || a.Name == "**" {
			return true
		}
	}
	return false
}

// Positional is the i-th argument given by position, if no * comes before it.
func Positional(call syntax.Node, i int) (Arg, bool) {
	for _, a := range Args(call) {
		switch {
		case a.Name == "*":
			return Arg{}, false
		case a.Name != "":
			continue
		case i == 0:
			return a, true
		}
		i--
	}
	return Arg{}, false
}

// Argument is the argument with that name, or else at that position.
func Argument(call syntax.Node, i int, name string) (Arg, bool) {
	if a, ok := Keyword(call, name); ok {
		return a, true
	}
	return Positional(call, i)
}

// argList is the list of arguments, false if it is a bare generator.
func argList(call At) (commaList, bool) {
	list := call.Child(syntax.FieldArguments)
	if list.Kind() != syntax.KindArgumentList || list.HasError() {
		return commaList{}, false
	}
	return newList(call.On(list)), true
}

// AddKeyword appends name=value to a call, before a ** argument. It is false
// where a keyword cannot be added.
func (e *Edits) AddKeyword(call At, name, value string) bool {
	l, ok := argList(call)
	if !ok {
		return false
	}
	i := len(l.items)
	for j, n := range l.items {
		if n.Kind() == syntax.KindDictionarySplat {
			i = j
			break
		}
	}
	l.insert(e, i, name+"="+value)
	return true
}

// AddPositional inserts an argument right behind the positional argument i-1.
func (e *Edits) AddPositional(call At, i int, value string) bool {
	l, ok := argList(call)
	if !ok || i > len(l.items) {
		return false
	}
	for _, n := range l.items[:i] {
		if n.Kind() == syntax.KindKeywordArgument || n.Kind() == syntax.KindListSplat || n.Kind() == syntax.KindDictionarySplat {
			return false
		}
	}
	l.insert(e, i, value)
	return true
}

// AppendElement adds an element to a list, tuple or set display.
func (e *Edits) AppendElement(display At, value string) bool {
	l := newList(display)
	if !l.close.OK() {
		return false
	}
	if display.Kind() == syntax.KindTuple && len(l.items) == 1 && !l.spread(e.file) {
		// (a,) becomes (a, b)
		e.Insert(l.abs(l.items[0]).End, ", "+value)
		if c := l.comma(0); c.OK() {
			e.Delete(l.abs(c))
		}
		return true
	}
	if len(l.items) == 0 && display.Kind() == syntax.KindTuple {
		value += ","
	}
	l.insert(e, len(l.items), value)
	return true
}

// InsertElement adds an element before the i-th of a display.
func (e *Edits) InsertElement(display At, i int, value string) bool {
	l := newList(display)
	if i >= len(l.items) {
		return e.AppendElement(display, value)
	}
	l.insert(e, i, value)
	if display.Kind() == syntax.KindTuple && len(l.items) == 1 && !l.spread(e.file) {
		if c := l.comma(0); c.OK() {
			e.Delete(l.abs(c))
		}
	}
	return true
}

// RemoveArg takes an argument away with its comma. It is false if a comment
// would be lost.
func (e *Edits) RemoveArg(call At, arg Arg) bool {
	l, ok := argList(call)
	if !ok {
		return false
	}
	for i, n := range l.items {
		if n == arg.Node {
			return l.remove(e, i)
		}
	}
	return false
}

// RemoveElement takes an element of a display away with its comma. It is false if
// a comment would be lost.
func (e *Edits) RemoveElement(display At, element syntax.Node) bool {
	l := newList(display)
	for i, n := range l.items {
		if n == element {
			return l.remove(e, i)
		}
	}
	return false
}

// ReplaceNode writes text in the place of a node.
func (e *Edits) ReplaceNode(n At, text string) { e.Replace(n.Abs(), text) }

// Wrap puts text around a node.
func (e *Edits) Wrap(n At, before, behind string) {
	s := n.Abs()
	e.Insert(s.Start, before)
	e.Insert(s.End, behind)
}
