package sqli

import (
	"strconv"
	"strings"

	"pavise/analysis/lang/sql"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// paramNames are the names of the parameters argument of the drivers' calls.
var paramNames = []string{"parameters", "params", "args", "vars", "values", "seq_of_parameters", "seq_params", "vars_list", "params_seq", "param_list"}

// existing is the parameters argument that the call has.
func (b *binding) existing() (pyedit.Arg, bool) {
	if w := b.p.wrapper; w != nil {
		return w.given, w.has
	}
	call := b.p.call.Node
	for _, name := range paramNames {
		if a, ok := pyedit.Keyword(call, name); ok {
			return a, true
		}
	}
	if b.p.keyword != "" {
		return pyedit.Arg{}, false
	}
	if first, ok := pyedit.Positional(call, 0); !ok || b.p.arg.OK() && first.Value != b.p.arg.Node {
		return pyedit.Positional(call, 0)
	}
	return pyedit.Positional(call, 1)
}

// name gives the values of named placeholders their names.
func (b *binding) name() {
	taken := map[string]string{} // name -> expression
	for _, i := range b.given {
		taken[strings.Trim(b.tokens[i].Text, ":%()s")] = ""
	}
	for i := range b.values {
		v := &b.values[i]
		base := pyedit.NameFor(v.holes[0].Expr.Node)
		if base == "" {
			base = "p" + strconv.Itoa(i+1)
		}
		name := base
		for n := 1; ; n++ {
			expr, used := taken[name]
			if !used || expr == v.expr && expr != "" {
				break
			}
			name = base + "_" + strconv.Itoa(n)
		}
		taken[name], v.name = v.expr, name
	}
}

// write makes all edits of the binding.
func (b *binding) write(e *pyedit.Edits) {
	given, has := b.existing()
	if b.p.many {
		b.suitsRows(has)
	} else if b.p.grown == nil {
		b.chooseStyle(given, has)
	} else {
		b.group(0) // refuses values that begin in one statement and end in another
	}
	if b.reason != "" {
		return
	}
	if b.style == named || b.style == percent && b.d.style == named || b.byKeys(given, has) {
		b.style = named
		b.name()
	}
	if b.moved {
		b.keepEarly(e, has)
	}
	r := b.p.stmt.Rewrite()
	for i, v := range b.values {
		if v.many {
			for _, x := range v.edits {
				e.Replace(x.Span, x.New)
			}
			if v.quoted {
				hole := b.tokens[v.token].Holes[0]
				r.Replace(v.from, pos{Piece: hole}, "")
				r.Replace(pos{Piece: hole, Offset: 1}, v.to, "")
			}
			continue
		}
		r.Replace(v.from, v.to, b.placeholder(v, i))
	}
	doubled := b.doubled(has)
	if b.p.wrapper != nil && len(doubled) > 0 {
		b.refuse("Whether a percent sign of the statement has to be written twice depends on the function that it is handed to.")
		return
	}
	for _, at := range doubled {
		r.Insert(at, "%")
	}
	if b.d.wrap && !b.p.text.OK() && (b.p.wrapper == nil || !b.p.wrapper.text) {
		for _, at := range b.colons() {
			r.Insert(at, `\`)
		}
		b.wrap(e)
	}
	if reason := r.Write(e); reason != "" {
		b.refuse("The statement cannot be rewritten: " + reason + ".")
		return
	}
	switch {
	case b.p.many:
		b.passRows(e, b.p.call.On(given.Value))
	case b.p.grown != nil:
		b.passGrown(e, given, has)
	default:
		b.pass(e, given, has)
	}
}

// chooseStyle follows the placeholders that the statement already has.
func (b *binding) chooseStyle(given pyedit.Arg, has bool) {
	if len(b.given) > 0 && !has {
		b.refuse("The statement has placeholders but the call passes no parameters for them.")
		return
	}
	if has && len(b.given) == 0 && !b.d.spread && !emptyDisplay(given.Value) {
		b.refuse("The call passes parameters but the statement has no placeholder for them.")
		return
	}
	if b.d.spread && b.highest() != len(pyedit.Args(b.p.call.Node))-1-b.keywords() {
		b.refuse("The call does not pass one argument for each placeholder.")
	}
}

func (b *binding) keywords() int {
	n := 0
	for _, a := range pyedit.Args(b.p.call.Node) {
		if a.Name != "" {
			n++
		}
	}
	return n
}

func emptyDisplay(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindTuple, syntax.KindList, syntax.KindDictionary:
		return n.NamedCount() == 0
	case syntax.KindNone:
		return true
	}
	return false
}

// byKeys reports whether the statement's placeholders have names.
func (b *binding) byKeys(given pyedit.Arg, has bool) bool {
	if has && given.Value.Kind() == syntax.KindDictionary && given.Value.NamedCount() > 0 {
		return true
	}
	for _, i := range b.given {
		switch t := b.tokens[i].Text; {
		case strings.HasPrefix(t, "%("), strings.HasPrefix(t, ":"):
			return true
		}
	}
	return false
}

// doubled are the percent signs of the text that have to be written twice now
// that the call passes parameters.
func (b *binding) doubled(has bool) []pos {
	if !b.d.double || has && len(b.given) > 0 {
		return nil
	}
	return b.signs('%', func(string, int) bool { return true })
}

// colons are the colons of the text that text() would take for placeholders.
func (b *binding) colons() []pos {
	return b.signs(':', func(text string, i int) bool {
		if i > 0 && (text[i-1] == ':' || text[i-1] == '\\' || isName(text[i-1])) {
			return false
		}
		return i+1 < len(text) && isName(text[i+1])
	})
}

func isName(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

type pos = sql.Pos

// signs are the places of a sign in the literal text that stays.
func (b *binding) signs(sign byte, want func(text string, i int) bool) []pos {
	var out []pos
	for i := range b.p.stmt.Pieces {
		p := &b.p.stmt.Pieces[i]
		if p.Hole {
			continue
		}
		for j := range len(p.Text) {
			at := pos{Piece: i, Offset: j}
			if p.Text[j] == sign && want(p.Text, j) && !b.replaced(at) {
				out = append(out, at)
			}
		}
	}
	return out
}

func before(a, b pos) bool {
	return a.Piece < b.Piece || a.Piece == b.Piece && a.Offset < b.Offset
}

func (b *binding) replaced(at pos) bool {
	for _, v := range b.values {
		if !before(at, v.from) && before(at, v.to) {
			return true
		}
	}
	return false
}

// wrap puts text() around a plain statement for SQLAlchemy.
func (b *binding) wrap(e *pyedit.Edits) {
	text := e.Use(b.p.call, "sqlalchemy", "text", pyedit.From)
	e.Wrap(b.p.arg, text+"(", ")")
}

// pass adds the values to the parameters of the call.
func (b *binding) pass(e *pyedit.Edits, given pyedit.Arg, has bool) {
	switch {
	case b.early != "":
		b.append(e, b.early)
	case b.eachAlone():
		for _, v := range b.values {
			b.append(e, v.expr)
		}
	case b.d.wrap && b.p.wrapper == nil && (!b.p.call.OK() || !b.p.takesMapping()):
		b.bindparams(e)
	case has && !emptyDisplay(given.Value):
		b.merge(e, given)
	case has:
		e.ReplaceNode(b.p.call.On(given.Value), b.display())
	case b.keyword() != "":
		if !e.AddKeyword(b.p.call, b.keyword(), b.display()) {
			b.refuse("The call takes no further argument.")
		}
	default:
		b.append(e, b.display())
	}
}

// keyword is the name of the parameters argument, "" where it has a position.
func (b *binding) keyword() string {
	if b.p.keyword != "" {
		return b.p.keyword
	}
	return b.d.keyword
}

// append adds an argument behind the statement and what was added before.
func (b *binding) append(e *pyedit.Edits, expr string) {
	args := pyedit.Args(b.p.call.Node)
	n := 0
	for n < len(args) && args[n].Name == "" {
		n++
	}
	ok := false
	switch {
	case b.p.wrapper != nil:
		ok = b.place(e, expr)
	case n > 0:
		ok = e.AddPositional(b.p.call, n, expr)
	case len(args) > 0: // execute(sql="...")
		ok = e.AddKeyword(b.p.call, keywordFor(b.d), expr)
	}
	if !ok {
		b.refuse("The call takes no further argument.")
	}
}

// keywordFor is the name of the parameters argument, for calls that name
// their statement argument too.
func keywordFor(d *driver) string {
	switch d {
	case psycopg2:
		return "vars"
	case pymysql, mysqldb, aiomysql:
		return "args"
	case sqlalchemy:
		return "parameters"
	case sqlite, aiosqlite:
		return "parameters"
	}
	return "params"
}

// display writes all values as one argument.
func (b *binding) display() string {
	var items []string
	seen := map[string]bool{}
	for _, v := range b.values {
		if b.style != named {
			items = append(items, v.expr)
			continue
		}
		if !seen[v.name] {
			seen[v.name] = true
			items = append(items, pyedit.Quote(v.name, b.quote())+": "+v.expr)
		}
	}
	text := strings.Join(items, ", ")
	switch {
	case b.style == named:
		return "{" + text + "}"
	case len(items) == 1 && strings.HasPrefix(text, "*["):
		return text[1:]
	case len(items) == 1 && strings.HasPrefix(text, "*"):
		return "list(" + text[1:] + ")"
	case b.d.list:
		return "[" + text + "]"
	case len(items) == 1:
		return "(" + text + ",)"
	}
	return "(" + text + ")"
}

// quote is the author's quote for short strings.
func (b *binding) quote() string {
	if q := b.p.stmt.Quote(); len(q) == 1 {
		return q
	}
	return `"`
}

// bindparams passes the values to text() itself.
func (b *binding) bindparams(e *pyedit.Edits) {
	var items []string
	seen := map[string]bool{}
	for _, v := range b.values {
		if !seen[v.name] {
			seen[v.name] = true
			items = append(items, v.name+"="+v.expr)
		}
	}
	e.Insert(b.p.text.Abs().End, ".bindparams("+strings.Join(items, ", ")+")")
}

// merge puts the values among the parameters that the call passes already, in
// the order of their placeholders.
func (b *binding) merge(e *pyedit.Edits, given pyedit.Arg) {
	at := b.p.call.On(given.Value)
	if b.style == named {
		b.mergeKeys(e, at)
		return
	}
	switch at.Kind() {
	case syntax.KindTuple, syntax.KindList:
		if at.NamedCount() != len(b.given) || holdsSplat(at.Node) {
			b.refuse("The call does not pass one parameter for each placeholder.")
			return
		}
		b.mergeDisplay(e, at)
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindCall:
		b.mergeSplat(e, at)
	default:
		b.refuse("The parameters that the call passes cannot be told apart.")
	}
}

func holdsSplat(n syntax.Node) bool {
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindListSplat {
			return true
		}
	}
	return false
}

// mergeDisplay writes the display anew, keeping the source of its elements.
func (b *binding) mergeDisplay(e *pyedit.Edits, at pyedit.At) {
	inserted := 0
	for _, v := range b.values {
		before := b.before(v)
		if before < at.NamedCount() {
			item := at.On(at.NamedChild(before)).Abs()
			e.Insert(item.Start, v.expr+", ")
			inserted++
		}
	}
	rest := b.values[inserted:]
	if len(rest) == 0 {
		return
	}
	var items []string
	for _, v := range rest {
		items = append(items, v.expr)
	}
	if !e.AppendElement(at, strings.Join(items, ", ")) {
		b.refuse("The parameters that the call passes cannot be extended.")
	}
}

// before counts the placeholders in front of a value.
func (b *binding) before(v value) int {
	n := 0
	for _, g := range b.given {
		if g < v.token {
			n++
		}
	}
	return n
}

// mergeSplat extends parameters that come from elsewhere: they can only stand
// all before or all behind the new ones.
func (b *binding) mergeSplat(e *pyedit.Edits, at pyedit.At) {
	first, last := b.values[0].token, b.values[len(b.values)-1].token
	var items []string
	for _, v := range b.values {
		items = append(items, v.expr)
	}
	text, own := strings.Join(items, ", "), "*"+e.File().Source(at.Abs())
	switch {
	case b.given[len(b.given)-1] < first:
		text = own + ", " + text
	case last < b.given[0]:
		text += ", " + own
	default:
		b.refuse("The new parameters would stand between those that the call passes.")
		return
	}
	e.ReplaceNode(at, "("+text+")")
}

// mergeKeys adds the values to a mapping.
func (b *binding) mergeKeys(e *pyedit.Edits, at pyedit.At) {
	var items []string
	seen := map[string]bool{}
	for _, v := range b.values {
		if !seen[v.name] {
			seen[v.name] = true
			items = append(items, pyedit.Quote(v.name, b.quote())+": "+v.expr)
		}
	}
	text := strings.Join(items, ", ")
	switch at.Kind() {
	case syntax.KindDictionary:
		if !e.AppendElement(at, text) {
			b.refuse("The parameters that the call passes cannot be extended.")
		}
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindCall, syntax.KindSubscript:
		e.ReplaceNode(at, "{**"+e.File().Source(at.Abs())+", "+text+"}")
	default:
		b.refuse("The parameters that the call passes cannot be told apart.")
	}
}
