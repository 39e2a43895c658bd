package pyedit

import (
	"sort"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Variable is what one scope, a function or the module, does with a name.
// Places are in the order of the file.
type Variable struct {
	Name   string
	Scope  At // the function definition, no node for the module
	Binds  []Bind
	Loads  []At // identifiers that read it, those in nested scopes included
	Shared bool // declared global or nonlocal somewhere, or a parameter
}

// Bind is one place where a variable gets a value.
type Bind struct {
	Name At // the identifier
	// Value is what is assigned by "name = value"; no node for every other
	// way of binding.
	Value At
	Grow  bool // name += value, with Value set
	Stmt  At   // the statement
}

// Var finds out about the variable that an identifier names. It is nil if the
// name is bound in a class body or nowhere.
func (f *File) Var(id At) *Variable {
	name := id.Str()
	for fn := Function(id.Node); fn.OK(); fn = Function(fn) {
		if v := f.functionVar(id.On(fn), name); len(v.Binds) > 0 || v.Shared {
			return v
		}
	}
	v := &Variable{Name: name}
	for _, u := range f.Tree.Units {
		if u.Class == syntax.Comment {
			continue
		}
		w := walker{v: v, base: u.Start, binds: u.Parent == "" && u.Class == syntax.Statement}
		w.walk(u.Root(), false)
		if u.Parent == "" && u.Class != syntax.Statement && u.Name == name {
			v.Shared = true
		}
	}
	if len(v.Binds) == 0 {
		return nil
	}
	return v
}

func (f *File) functionVar(fn At, name string) *Variable {
	v := &Variable{Name: name, Scope: fn}
	for d := range fn.Child(syntax.FieldParameters).Descendants() {
		if d.Kind() == syntax.KindIdentifier && d.Str() == name {
			v.Shared = true
		}
	}
	w := walker{v: v, base: fn.Base, binds: true}
	w.walk(fn.Child(syntax.FieldBody), false)
	return v
}

// walker collects the places of one variable under a node.
type walker struct {
	v     *Variable
	base  uint32
	binds bool // bindings at this level are of the variable's scope
}

func (w *walker) walk(n syntax.Node, nested bool) {
	if !n.OK() {
		return
	}
	switch n.Kind() {
	case syntax.KindIdentifier:
		w.identifier(n, nested)
		return
	case syntax.KindFunctionDefinition, syntax.KindLambda:
		w.inner(n)
		return
	case syntax.KindGlobalStatement, syntax.KindNonlocalStatement:
		for c := range n.NamedChildren() {
			w.v.Shared = w.v.Shared || c.Str() == w.v.Name
		}
		return
	}
	for c := range n.Children() {
		if c.Named() {
			w.walk(c, nested)
		}
	}
}

// inner walks a nested function, unless it has a variable of that name itself.
func (w *walker) inner(n syntax.Node) {
	if n.Kind() == syntax.KindFunctionDefinition && n.Child(syntax.FieldName).Str() == w.v.Name {
		w.v.Shared = true
	}
	own := At{n, w.base}
	probe := &Variable{Name: w.v.Name}
	p := walker{v: probe, base: w.base, binds: true}
	p.walk(n.Child(syntax.FieldBody), false)
	for d := range n.Child(syntax.FieldParameters).Descendants() {
		if d.Kind() == syntax.KindIdentifier && d.Str() == w.v.Name && d.Field() != syntax.FieldValue {
			return
		}
	}
	if probe.Shared {
		w.v.Shared = true
		return
	}
	if len(probe.Binds) > 0 {
		return
	}
	for d := range own.Descendants() {
		if d.Kind() == syntax.KindIdentifier && d.Str() == w.v.Name && names(d) {
			w.v.Loads = append(w.v.Loads, own.On(d))
		}
	}
}

func (w *walker) identifier(n syntax.Node, nested bool) {
	if n.Str() != w.v.Name || !names(n) {
		return
	}
	at := At{n, w.base}
	if !binding(n) {
		w.v.Loads = append(w.v.Loads, at)
		return
	}
	if !w.binds || nested {
		return
	}
	b := Bind{Name: at, Stmt: Statement(at)}
	p := n.Parent()
	switch {
	case p.Kind() == syntax.KindAssignment && p.Parent().Kind() == syntax.KindExpressionStatement && p.Child(syntax.FieldRight).OK() &&
		p.Child(syntax.FieldRight).Kind() != syntax.KindAssignment:
		b.Value = at.On(p.Child(syntax.FieldRight))
	case p.Kind() == syntax.KindAugmentedAssignment && p.Op() == "+=":
		b.Value, b.Grow = at.On(p.Child(syntax.FieldRight)), true
	}
	w.v.Binds = append(w.v.Binds, b)
}

// binding reports whether an identifier is written, not read.
func binding(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case syntax.KindAssignment, syntax.KindAugmentedAssignment, syntax.KindForStatement, syntax.KindForInClause:
			return n.Field() == syntax.FieldLeft
		case syntax.KindNamedExpression:
			return n.Field() == syntax.FieldName
		case syntax.KindAsPatternTarget, syntax.KindDeleteStatement, syntax.KindAliasedImport, syntax.KindImportStatement,
			syntax.KindImportFromStatement, syntax.KindCasePattern:
			return true
		case syntax.KindClassDefinition:
			return n.Field() == syntax.FieldName
		case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern, syntax.KindListSplatPattern,
			syntax.KindTuple, syntax.KindList, syntax.KindParenthesizedExpression, syntax.KindDottedName:
			continue
		}
		return false
	}
	return false
}

// Reaching is the plain assignment whose value a load sees, whatever way the
// program took to it; ok is false if there is no single one.
func (v *Variable) Reaching(load At) (b Bind, ok bool) {
	at := load.Abs().Start
	found := -1
	for i, x := range v.Binds {
		if x.Stmt.Abs().Start <= at && x.Name.Abs().Start < at {
			found = i
		}
	}
	if found < 0 || v.Shared {
		return Bind{}, false
	}
	b = v.Binds[found]
	if !b.Value.OK() || b.Grow || b.Value.Abs().Contains(load.Abs()) || !Encloses(b.Stmt, load) || v.turns(b, load) {
		return Bind{}, false
	}
	return b, true
}

// Encloses reports whether the block of a statement holds a node that comes
// later: the statement has run whenever the node runs.
func Encloses(stmt, later At) bool {
	block := stmt.Parent()
	if !block.OK() { // a unit of its own: the module's or class's body
		return stmt.Base <= later.Base
	}
	return stmt.Base == later.Base && block.Span().Contains(later.Span())
}

// LoopBetween reports whether a loop holds the node but not the statement.
func LoopBetween(stmt, n At) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if (p.Kind() == syntax.KindForStatement || p.Kind() == syntax.KindWhileStatement) && !n.On(p).Abs().Contains(stmt.Abs()) {
			return true
		}
	}
	return false
}

// turns reports whether a binding in a loop around the load, but not around b,
// may replace the value before the load runs again.
func (v *Variable) turns(b Bind, load At) bool {
	for p := load.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() != syntax.KindForStatement && p.Kind() != syntax.KindWhileStatement {
			continue
		}
		loop := load.On(p).Abs()
		if loop.Contains(b.Stmt.Abs()) {
			return false
		}
		if v.BoundBetween(loop) {
			return true
		}
	}
	return false
}

// Seen are the loads that may see the value of a binding: those behind it, up
// to the next binding in the same block.
func (v *Variable) Seen(b Bind) []At {
	from, to := b.Stmt.Abs().End, uint32(1<<32-1)
	for _, x := range v.Binds {
		s := x.Stmt.Abs()
		if s.Start >= from && x.Value.OK() && !x.Grow && x.Stmt.Parent() == b.Stmt.Parent() && (b.Stmt.Parent().OK() || x.Stmt.Base != b.Stmt.Base) {
			to = s.End // its own right side still sees b
			break
		}
	}
	if loops(b.Stmt.Node) && to == 1<<32-1 {
		from = 0 // the value may be seen in the next round
	}
	var out []At
	for _, l := range v.Loads {
		if s := l.Abs(); s.Start >= from && s.Start < to || l.Scoped(b.Stmt) {
			out = append(out, l)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Abs().Start < out[j].Abs().Start })
	return out
}

// Scoped reports whether the node is in a function nested deeper than stmt, so
// that it runs at a time of its own.
func (a At) Scoped(stmt At) bool {
	return inner(a.Node) != inner(stmt.Node) || a.Base != stmt.Base && inner(a.Node).OK()
}

func inner(n syntax.Node) syntax.Node {
	for n = n.Parent(); n.OK(); n = n.Parent() {
		if n.Kind() == syntax.KindFunctionDefinition || n.Kind() == syntax.KindLambda {
			return n
		}
	}
	return syntax.Node{}
}

func loops(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindForStatement, syntax.KindWhileStatement:
			return true
		case syntax.KindFunctionDefinition:
			return false
		}
	}
	return false
}

// BoundBetween reports whether the variable gets a value between two offsets.
func (v *Variable) BoundBetween(s source.Span) bool {
	for _, b := range v.Binds {
		if at := b.Name.Abs(); s.Contains(at) {
			return true
		}
	}
	return false
}
