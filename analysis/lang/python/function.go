package python

import "pavise/analysis/syntax"

// ParamKind says how a parameter takes arguments.
type ParamKind uint8

// Parameter kinds.
const (
	Positional ParamKind = iota // by position or keyword
	KeywordOnly
	Star       // *args
	DoubleStar // **kwargs
)

// Param is one parameter of a function or lambda.
type Param struct {
	Name       string
	Kind       ParamKind
	Node       syntax.Node // the name
	Annotation syntax.Node // the expression in the type, or no node
	Default    syntax.Node
}

// Params of a function_definition or lambda.
func Params(fn syntax.Node) []Param {
	list := fn.Child(syntax.FieldParameters)
	if !list.OK() {
		return nil
	}
	var out []Param
	kind := Positional
	for c := range list.NamedChildren() {
		switch c.Kind() {
		case syntax.KindKeywordSeparator:
			kind = KeywordOnly
			continue
		case syntax.KindPositionalSeparator:
			continue
		}
		p, ok := param(c)
		if !ok {
			continue
		}
		if p.Kind == Positional {
			p.Kind = kind
		}
		if p.Kind == Star {
			kind = KeywordOnly
		}
		out = append(out, p)
	}
	return out
}

func param(c syntax.Node) (Param, bool) {
	switch c.Kind() {
	case syntax.KindIdentifier:
		return Param{Name: c.Str(), Node: c}, true
	case syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter:
		name := c.Child(syntax.FieldName)
		return Param{Name: name.Str(), Node: name, Annotation: typeExpr(c), Default: c.Child(syntax.FieldValue)}, true
	case syntax.KindTypedParameter:
		p, ok := param(c.NamedChild(0))
		p.Annotation = typeExpr(c)
		return p, ok
	case syntax.KindListSplatPattern, syntax.KindDictionarySplatPattern:
		name := c.NamedChild(0)
		if !name.OK() {
			return Param{}, false
		}
		kind := Star
		if c.Kind() == syntax.KindDictionarySplatPattern {
			kind = DoubleStar
		}
		return Param{Name: name.Str(), Node: name, Kind: kind}, true
	}
	return Param{}, false
}

func typeExpr(c syntax.Node) syntax.Node {
	t := c.Child(syntax.FieldType)
	if t.OK() && t.Kind() == syntax.KindType {
		return t.NamedChild(0)
	}
	return t
}

// Undecorated is the function or class definition within n, which may be the
// definition itself or a decorated one.
func Undecorated(n syntax.Node) syntax.Node {
	if n.Kind() == syntax.KindDecoratedDefinition {
		return n.Child(syntax.FieldDefinition)
	}
	return n
}

// Decorators are the expressions after the @ signs of a definition.
func Decorators(n syntax.Node) []syntax.Node {
	if n.Kind() != syntax.KindDecoratedDefinition {
		n = n.Parent()
		if !n.OK() || n.Kind() != syntax.KindDecoratedDefinition {
			return nil
		}
	}
	var out []syntax.Node
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindDecorator {
			out = append(out, c.NamedChild(0))
		}
	}
	return out
}
