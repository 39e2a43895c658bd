package sqli

import (
	"slices"

	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// wrapper is a function of the program that passes a statement, and the values
// for it, on to the driver: query_db(sql, args).
type wrapper struct {
	name  string // of its parameter for the values
	at    int    // the position of an argument for it, -1 if not known
	star  bool   // it takes each value as an argument of its own
	given pyedit.Arg
	has   bool // the call passes values already
	text  bool // it makes an object of text() of the statement
	// extend is set if it takes no values yet, and is given a parameter for them.
	extend *extension
}

// extension is a wrapper that runs what it is given and nothing else, so that it can
// take values as well.
type extension struct {
	fn  pyedit.At // its definition
	run pyedit.At // the call of the driver in it
}

// handed finds how the call of a wrapper passes values for its statement.
func (p *plan) handed() string {
	e := &p.site.Event
	arg := statementOf(e)
	if arg == nil || !arg.Node.OK() {
		return "The statement argument of this call cannot be told."
	}
	p.arg = p.call.On(arg.Node)
	run := e.Sink
	p.wrapper = &wrapper{at: -1}
	if name := run.Child(syntax.FieldFunction).Str(); name == "text" || len(name) > 5 && name[len(name)-5:] == ".text" {
		outer, ok := enclosingRun(pyedit.At{Node: run})
		if !ok {
			return "What runs the statement of this call cannot be told."
		}
		run, p.wrapper.text = outer.Node, true
	}
	p.method = python.LastName(run.Child(syntax.FieldFunction))
	p.callee = e.Name
	if reason := p.unsuited(); reason != "" {
		return reason
	}
	fn := functionAround(run)
	called := python.LastName(p.call.Child(syntax.FieldFunction))
	if !fn.OK() || fn.Child(syntax.FieldName).Str() != called {
		return called + " hands the statement on through other functions: pass its values as parameters by hand."
	}
	name := parametersOf(fn, run, arg.Param)
	if name == "" {
		if p.wrapper.extend = p.extension(fn, run, arg.Param); p.wrapper.extend == nil {
			return called + " takes no values for its statement: give it a parameter that it passes to " + p.method + "."
		}
		p.wrapper.name, p.wrapper.at = newParameter, positionalParams(fn, p.call)
		return ""
	}
	p.wrapper.find(fn, p.call, name)
	return ""
}

// newParameter is the parameter that a wrapper gets for the values.
const newParameter = "params"

// extension is set for a plain function of this file that passes its statement, and
// nothing beside it, to the driver in one place.
func (p *plan) extension(fn, run syntax.Node, statement string) *extension {
	args := pyedit.Args(run)
	if len(args) != 1 || args[0].Name != "" {
		return nil
	}
	given := args[0].Value
	if p.wrapper.text {
		given = given.Child(syntax.FieldArguments).NamedChild(0)
	}
	if given.Str() != statement || rebound(fn, statement) || len(decoratorsOf(fn)) > 0 {
		return nil
	}
	for _, x := range python.Params(fn) {
		if x.Kind != python.Positional {
			return nil
		}
	}
	runs := 0
	for n := range fn.Descendants() {
		switch {
		case n.Kind() == syntax.KindIdentifier && n.Str() == newParameter:
			return nil
		case n.Kind() == syntax.KindCall && n.Child(syntax.FieldFunction).Str() == run.Child(syntax.FieldFunction).Str():
			runs++
		}
	}
	for _, u := range p.site.File.Tree.Units {
		if u.Unit == fn.Unit() && runs == 1 {
			return &extension{pyedit.At{Node: fn, Base: u.Start}, pyedit.At{Node: run, Base: u.Start}}
		}
	}
	return nil
}

// decoratorsOf are those that may change what a function takes.
func decoratorsOf(fn syntax.Node) []syntax.Node {
	return slices.DeleteFunc(python.Decorators(fn), func(d syntax.Node) bool { return d.Str() == "staticmethod" || d.Str() == "classmethod" })
}

// positionalParams is the number of arguments that a function takes by position,
// without the object of a method.
func positionalParams(fn syntax.Node, call pyedit.At) int {
	params := python.Params(fn)
	n := len(params)
	if isMethodCall(call, params) {
		n--
	}
	return n
}

func isMethodCall(call pyedit.At, params []python.Param) bool {
	return call.Child(syntax.FieldFunction).Kind() == syntax.KindAttribute && len(params) > 0 && (params[0].Name == "self" || params[0].Name == "cls")
}

// nothing is what a driver takes in place of parameters, so that it treats the
// statement as if it were given none; "" if that is not known.
func (d *driver) nothing() string {
	switch d {
	case sqlite, aiosqlite, duckdb:
		return "()"
	case psycopg2, psycopg, pymysql, mysqldb, aiomysql, connector, django, sqlalchemy:
		return "None"
	}
	return ""
}

// extendWrapper gives the wrapper a parameter that it passes to the driver.
func (b *binding) extendWrapper(e *pyedit.Edits) {
	x, none := b.p.wrapper.extend, b.d.nothing()
	if none == "" || b.p.wrapper.text && !b.p.takesMapping() {
		b.refuse("How " + b.d.name + " runs a statement without values is not known: give the function a parameter for them by hand.")
		return
	}
	params := x.fn.On(x.fn.Child(syntax.FieldParameters))
	if !e.AppendElement(params, newParameter+"="+none) || !e.AddPositional(x.run, 1, newParameter) {
		b.refuse("The function that runs the statement takes no further parameter.")
	}
}

// statementOf is the argument of an event that is the statement.
func statementOf(e *flow.Event) *flow.Arg {
	for i := range e.Args {
		if a := &e.Args[i]; a.Name == "" {
			return a
		}
	}
	for _, name := range statementNames {
		if a := flow.FindArg(e.Args, name); a != nil {
			return a
		}
	}
	return nil
}

// functionAround is the definition of the function that a node stands in.
func functionAround(n syntax.Node) syntax.Node {
	for n.OK() && n.Kind() != syntax.KindFunctionDefinition {
		n = n.Parent()
	}
	return n
}

// parametersOf is the parameter of a wrapper whose value is passed with the
// statement: by the call that was seen, or by one beside it in another branch.
func parametersOf(fn, run syntax.Node, statement string) string {
	if name := passedWith(fn, run); name != "" {
		return name
	}
	callee := run.Child(syntax.FieldFunction).Str()
	for n := range fn.Descendants() {
		if n.Kind() != syntax.KindCall || n == run || n.Child(syntax.FieldFunction).Str() != callee {
			continue
		}
		if first, ok := pyedit.Positional(n, 0); !ok || first.Value.Str() != statement {
			continue
		}
		if name := passedWith(fn, n); name != "" {
			return name
		}
	}
	return ""
}

// passedWith is the parameter of a function that a call passes as the values of
// its statement, as it is or with nothing in place of None; "" if there is none.
func passedWith(fn, run syntax.Node) string {
	var v syntax.Node
	if a, ok := pyedit.Positional(run, 1); ok {
		v = a.Value
	} else if all := pyedit.Args(run); len(all) > 1 && all[1].Name == "*" {
		v = all[1].Value
	}
	for _, name := range paramNames {
		if a, ok := pyedit.Keyword(run, name); ok {
			v = a.Value
		}
	}
	if v.Kind() == syntax.KindBooleanOperator && v.Child(syntax.FieldOperator).Str() == "or" && emptyDisplay(v.Child(syntax.FieldRight)) {
		v = v.Child(syntax.FieldLeft)
	}
	if v.Kind() != syntax.KindIdentifier || rebound(fn, v.Str()) {
		return ""
	}
	for _, p := range python.Params(fn) {
		if p.Name == v.Str() && p.Kind != python.DoubleStar {
			return p.Name
		}
	}
	return ""
}

// rebound reports whether a function gives a name another value.
func rebound(fn syntax.Node, name string) bool {
	for n := range fn.Child(syntax.FieldBody).Descendants() {
		left := n.Child(syntax.FieldLeft)
		switch n.Kind() {
		case syntax.KindAssignment, syntax.KindAugmentedAssignment, syntax.KindForStatement:
			for d := range left.Descendants() {
				if d.Kind() == syntax.KindIdentifier && d.Str() == name {
					return true
				}
			}
			if left.Str() == name {
				return true
			}
		case syntax.KindNamedExpression:
			if n.Child(syntax.FieldName).Str() == name {
				return true
			}
		}
	}
	return false
}

// find works out where an argument for the parameter stands in a call.
func (w *wrapper) find(fn syntax.Node, call pyedit.At, name string) {
	w.name = name
	params := python.Params(fn)
	method := isMethodCall(call, params)
	for i, p := range params {
		if p.Kind == python.Star {
			w.star = p.Name == name
			if w.star {
				w.at = i
			}
			break
		}
		if p.Name == name && p.Kind == python.Positional {
			w.at = i
			break
		}
	}
	if w.at > 0 && method {
		w.at--
	}
	if a, ok := pyedit.Keyword(call.Node, name); ok {
		w.given, w.has = a, true
	} else if w.at >= 0 && !w.star {
		w.given, w.has = pyedit.Positional(call.Node, w.at)
	}
}

// positional is the number of arguments of a call that have no name.
func positional(call pyedit.At) int {
	n := 0
	for _, a := range pyedit.Args(call.Node) {
		if a.Name == "" {
			n++
		}
	}
	return n
}

// place puts an argument for the values where the wrapper takes it.
func (b *binding) place(e *pyedit.Edits, expr string) bool {
	w, call := b.p.wrapper, b.p.call
	if w.extend != nil {
		b.extendWrapper(e)
	}
	n := positional(call)
	switch {
	case w.at == n && n > 0:
		return e.AddPositional(call, n, expr)
	case w.star:
		return false
	}
	return e.AddKeyword(call, w.name, expr)
}

// eachAlone reports whether every value is an argument of its own.
func (b *binding) eachAlone() bool {
	return b.d.spread || b.p.wrapper != nil && b.p.wrapper.star
}
