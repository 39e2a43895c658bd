package sqli

import (
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// plan is a statement with the call that runs it.
type plan struct {
	site   *fix.Site
	call   pyedit.At // that runs the statement and takes its parameters
	callee string    // its dotted name
	method string    // its last part: "execute"
	arg    pyedit.At // the statement argument of call
	text   pyedit.At // the text(...) around the statement, no node if there is none
	direct bool      // text(...) is itself the argument of call
	stmt   *pytext.Text
	def    pyedit.At // statement that assigns the text to a variable, no node if it is written in place
	grown  *growth   // the statement is put together by several statements
	many   bool      // the call runs it for each of several rows of parameters
	// keyword is the name of the parameters argument, where the call wants it
	// by name; connection is the argument that says which driver runs the call.
	keyword    string
	connection pyedit.At
	wrapper    *wrapper // that the call hands the statement to, or nil
}

// methods that take a statement first and its parameters second.
var runners = map[string]bool{
	"execute": true, "exec_driver_sql": true, "execute_fetchall": true, "execute_insert": true, "fetch": true, "fetchrow": true,
	"fetchval": true, "fetch_all": true, "fetch_one": true, "fetch_val": true, "raw": true, "RawSQL": true, "scalar": true,
	"scalars": true, "iterate": true, "executemany": true, "cursor": true, "callproc": false, "sql": true, "mogrify": true, "query": true,
}

// names of the statement argument.
var statementNames = []string{"sql", "query", "statement", "operation", "raw_query", "clause", "clauseelement", "command"}

// newPlan finds out what runs the statement of a site.
func newPlan(s *fix.Site) (*plan, string) {
	call, ok := s.Call()
	if !ok || s.HasEvent && s.Event.Kind == flow.Built {
		return nil, "No call that runs this statement is in sight: pass the values as parameters of that call."
	}
	p := &plan{site: s, call: call}
	if s.HasEvent && s.Event.Sink.OK() {
		if reason := p.handed(); reason != "" {
			return nil, reason
		}
		return p.parse(p.arg)
	}
	p.name()
	p.many = p.method == "executemany"
	if isText(s, call) {
		p.text = call
		if !p.findRunner() {
			p.call = pyedit.At{}
		}
		return p.parse(p.text)
	}
	if reason := p.unsuited(); reason != "" {
		return nil, reason
	}
	if p.method == "extra" {
		return p.extra()
	}
	arg, ok := statementArg(call)
	if !ok {
		return nil, "The statement argument of this call cannot be told."
	}
	p.arg = call.On(arg.Value)
	if p.arg.Kind() == syntax.KindCall && isText(s, p.arg) {
		p.text, p.direct = p.arg, true
		return p.parse(p.text)
	}
	return p.parse(p.arg)
}

func (p *plan) name() {
	p.callee = p.site.Callee(p.call)
	p.method = p.callee
	if fn := p.call.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute {
		p.method = fn.Child(syntax.FieldAttribute).Str()
	} else if i := strings.LastIndexByte(p.method, '.'); i >= 0 {
		p.method = p.method[i+1:]
	}
}

// unsuited says why the call takes no parameters for its statement.
func (p *plan) unsuited() string {
	switch {
	case p.method == "executescript" || p.method == "execute_script":
		return "executescript takes no parameters: run the statements one by one with execute."
	case p.method == "prepare":
		return "The values of a prepared statement are passed where it is run, not here."
	case strings.HasPrefix(p.callee, "alembic."):
		return "A migration takes no parameters for its statement: use text(...).bindparams(...)."
	case p.method == "read_sql" || p.method == "read_sql_query":
		return p.readSQL()
	case p.method == "extra":
		return ""
	case !runners[p.method]:
		return "How " + p.method + " takes parameters is not known."
	}
	return ""
}

// readSQL finds the connection of pandas.read_sql, whose placeholder it takes.
func (p *plan) readSQL() string {
	con, ok := pyedit.Argument(p.call.Node, 1, "con")
	if ok {
		p.connection, p.keyword = p.call.On(con.Value), "params"
	}
	if !ok || originDriver(p.site, p.connection, 0) == nil {
		return "The placeholder of read_sql is that of its connection, which is not known here: write it and pass params=."
	}
	return ""
}

// extra finds the condition of a Django extra(where=[...]) that has values.
func (p *plan) extra() (*plan, string) {
	where, ok := pyedit.Argument(p.call.Node, 1, "where")
	_, given := pyedit.Argument(p.call.Node, 2, "params")
	if !ok || where.Value.Kind() != syntax.KindList || where.Value.NamedCount() != 1 || given {
		return nil, "The conditions of extra() cannot be told apart: pass their values with params=, or use filter()."
	}
	p.arg, p.keyword = p.call.On(where.Value.NamedChild(0)), "params"
	return p.parse(p.arg)
}

func statementArg(call pyedit.At) (pyedit.Arg, bool) {
	if a, ok := pyedit.Positional(call.Node, 0); ok {
		return a, true
	}
	for _, name := range statementNames {
		if a, ok := pyedit.Keyword(call.Node, name); ok {
			return a, true
		}
	}
	return pyedit.Arg{}, false
}

// isText reports whether a call makes a statement object of a str.
func isText(s *fix.Site, call pyedit.At) bool {
	name := s.Callee(call)
	if name == "text" || strings.HasPrefix(name, "sqlalchemy.") && strings.HasSuffix(name, ".text") || name == "sqlmodel.text" {
		return true
	}
	return strings.HasSuffix(name, "db.text") && s.File.ImportsRoot("flask_sqlalchemy")
}

// findRunner looks for the call that runs a text(...): the one around it, or
// the one that its only name is passed to.
func (p *plan) findRunner() bool {
	text := p.text
	if run, ok := enclosingRun(text); ok {
		p.call, p.direct = run, true
		p.arg = text
		p.name()
		return runners[p.method]
	}
	stmt := text.On(text.Parent())
	if stmt.Kind() != syntax.KindAssignment || stmt.Child(syntax.FieldLeft).Kind() != syntax.KindIdentifier {
		return false
	}
	id := text.On(stmt.Child(syntax.FieldLeft))
	v := p.site.File.Var(id)
	if v == nil || len(v.Loads) != 1 {
		return false
	}
	if b, ok := v.Reaching(v.Loads[0]); !ok || b.Value.Abs() != text.Abs() {
		return false
	}
	run, ok := enclosingRun(v.Loads[0])
	if !ok {
		return false
	}
	p.call, p.arg, p.def = run, v.Loads[0], pyedit.Statement(text)
	p.name()
	return runners[p.method]
}

// enclosingRun is the call whose first argument a node is.
func enclosingRun(n pyedit.At) (pyedit.At, bool) {
	list := n.Parent()
	if list.Kind() != syntax.KindArgumentList || list.Parent().Kind() != syntax.KindCall {
		return pyedit.At{}, false
	}
	call := n.On(list.Parent())
	first, ok := pyedit.Positional(call.Node, 0)
	return call, ok && first.Value == n.Node && call.Child(syntax.FieldFunction).Kind() == syntax.KindAttribute
}

// parse takes the statement apart.
func (p *plan) parse(at pyedit.At) (*plan, string) {
	if p.text.OK() {
		arg, ok := pyedit.Argument(p.text.Node, 0, "text")
		if !ok {
			return nil, "The statement argument of text() cannot be told."
		}
		at = p.text.On(arg.Value)
	}
	var grows string
	if at.Kind() == syntax.KindIdentifier {
		g, why := grow(p.site, at)
		if g != nil {
			p.grown, p.stmt, p.def = g, g.text, g.base.Stmt
			return p, ""
		}
		grows = why
	}
	t, reason := pytext.Parse(at, p.site)
	if grows != "" {
		t, reason = nil, grows
	}
	if t == nil {
		return nil, "The statement cannot be rewritten: " + reason + "."
	}
	p.stmt = t
	if at.Kind() == syntax.KindIdentifier && len(t.Tokens) > 0 {
		p.def = pyedit.Statement(pyedit.At{Node: t.Tokens[0].Node, Base: t.Tokens[0].Base})
	}
	return p, ""
}

// takesMapping reports whether the call that runs a text() takes a mapping of
// its parameters.
func (p *plan) takesMapping() bool {
	return p.keyword != "" || p.maySession() && !strings.HasPrefix(p.callee, "alembic.")
}

// maySession reports whether the call can be one of SQLAlchemy's.
func (p *plan) maySession() bool {
	switch p.method {
	case "execute", "scalar", "scalars", "exec_driver_sql", "stream":
		return true
	}
	return false
}
