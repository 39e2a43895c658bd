package python

import (
	"slices"

	"pavise/analysis/syntax"
)

// Scope maps the names that a function, lambda, class body or module-level
// unit binds to slots, small integers from 0.
type Scope struct {
	Names  []string
	slots  map[string]int  // of more than fewNames names
	Global map[string]bool // declared global or nonlocal: not bound here
	// Nested are the functions and classes defined directly in this scope.
	Nested []syntax.Node
	// SelfAttrs are the attributes of the first parameter that are assigned.
	SelfAttrs []string
	// Params are those of the function.
	Params []Param
}

// fewNames are found as fast without a map.
const fewNames = 8

// Slot of a name, -1 if the scope does not bind it.
func (s *Scope) Slot(name string) int {
	if s.slots == nil {
		return slices.Index(s.Names, name)
	}
	if i, ok := s.slots[name]; ok {
		return i
	}
	return -1
}

func (s *Scope) bind(name string) {
	if s.Global[name] || name == "" {
		return
	}
	if s.Slot(name) >= 0 {
		return
	}
	s.Names = append(s.Names, name)
	switch {
	case s.slots != nil:
		s.slots[name] = len(s.Names) - 1
	case len(s.Names) > fewNames:
		s.slots = make(map[string]int, 2*fewNames)
		for i, n := range s.Names {
			s.slots[n] = i
		}
	}
}

// FunctionScope of a function_definition or lambda.
func FunctionScope(fn syntax.Node) *Scope {
	s := &Scope{}
	params := Params(fn)
	s.Params = params
	for _, p := range params {
		s.bind(p.Name)
	}
	self := ""
	if len(params) > 0 {
		self = params[0].Name
	}
	s.collect(fn.Child(syntax.FieldBody), self)
	return s
}

// UnitScope holds the names that a unit binds in its module or class body.
func UnitScope(u *syntax.Unit) *Scope {
	s := &Scope{}
	root := u.Root()
	switch u.Class {
	case syntax.Function, syntax.ClassHeader:
		s.bind(u.Name)
		if u.Class == syntax.Function {
			s.Nested = append(s.Nested, Undecorated(root))
		}
	case syntax.Statement:
		s.collect(root, "")
	}
	return s
}

// collect walks the statements of one scope: it does not enter nested
// functions, lambdas or comprehensions.
func (s *Scope) collect(root syntax.Node, self string) {
	if !root.OK() {
		return
	}
	u := root.Unit()
	for i, end := root.Index(), root.End(); i < end; {
		n := u.At(i)
		switch n.Kind() {
		case syntax.KindFunctionDefinition, syntax.KindClassDefinition:
			s.bind(n.Child(syntax.FieldName).Str())
			s.Nested = append(s.Nested, n)
			i = n.End()
			continue
		case syntax.KindLambda, syntax.KindString:
			i = s.skipKeepingWalrus(n)
			continue
		case syntax.KindListComprehension, syntax.KindSetComprehension,
			syntax.KindDictionaryComprehension, syntax.KindGeneratorExpression:
			i = s.skipKeepingWalrus(n)
			continue
		case syntax.KindGlobalStatement, syntax.KindNonlocalStatement:
			s.declareGlobal(n)
		case syntax.KindAssignment, syntax.KindAugmentedAssignment:
			s.targets(n.Child(syntax.FieldLeft), self)
		case syntax.KindForStatement:
			s.targets(n.Child(syntax.FieldLeft), self)
		case syntax.KindNamedExpression:
			s.bind(n.Child(syntax.FieldName).Str())
		case syntax.KindAsPatternTarget:
			s.targets(n.First(), self)
		case syntax.KindCasePattern:
			s.captures(n)
			i = n.End()
			continue
		case syntax.KindImportStatement, syntax.KindImportFromStatement:
			for _, im := range Imports(n) {
				if im.Name != "*" {
					s.bind(im.Name)
				}
			}
		}
		i++
	}
}

// skipKeepingWalrus passes over an inner scope; a walrus in a comprehension
// binds in the scope around it.
func (s *Scope) skipKeepingWalrus(n syntax.Node) int {
	if n.Kind() != syntax.KindString && n.Kind() != syntax.KindLambda {
		for d := range n.Descendants() {
			if d.Kind() == syntax.KindNamedExpression {
				s.bind(d.Child(syntax.FieldName).Str())
			}
		}
	}
	return n.End()
}

func (s *Scope) declareGlobal(n syntax.Node) {
	if s.Global == nil {
		s.Global = map[string]bool{}
	}
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindIdentifier {
			s.Global[c.Str()] = true
		}
	}
}

// targets binds the names of an assignment target.
func (s *Scope) targets(n syntax.Node, self string) {
	if !n.OK() {
		return
	}
	switch n.Kind() {
	case syntax.KindIdentifier:
		s.bind(n.Str())
	case syntax.KindAttribute:
		if self != "" && n.Child(syntax.FieldObject).Str() == self {
			s.SelfAttrs = append(s.SelfAttrs, n.Child(syntax.FieldAttribute).Str())
		}
	case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern,
		syntax.KindListSplatPattern, syntax.KindTuple, syntax.KindList, syntax.KindParenthesizedExpression, syntax.KindListSplat:
		for c := range n.NamedChildren() {
			s.targets(c, self)
		}
	}
}

// captures binds the capture names of a case pattern: plain names without dots
// that are not class or keyword names.
func (s *Scope) captures(p syntax.Node) {
	for d := range p.Descendants() {
		switch d.Kind() {
		case syntax.KindDottedName:
			if d.NamedCount() == 1 && d.Parent().Kind() != syntax.KindClassPattern {
				s.bind(d.Str())
			}
		case syntax.KindIdentifier:
			switch d.Parent().Kind() {
			case syntax.KindSplatPattern, syntax.KindAsPattern:
				s.bind(d.Str())
			}
		}
	}
}
