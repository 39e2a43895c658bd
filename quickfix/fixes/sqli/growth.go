package sqli

import (
	"slices"
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// growth is a statement that one assignment begins and others add to:
//
//	sql = "SELECT ..."
//	if name:
//	    sql += " AND name = '" + name + "'"
//
// A statement "sql = sql + ..." adds to it as well.
type growth struct {
	base  pyedit.Bind
	steps []pyedit.Bind
	text  *pytext.Text // group 0 is the base, group i+1 the i-th step
}

// grow follows a name to the statements that put its text together. It is nil
// with no reason if the name does not grow.
func grow(s *fix.Site, id pyedit.At) (*growth, string) {
	v := s.File.Var(id)
	if v == nil || v.Shared {
		return nil, ""
	}
	g := &growth{}
	heads := addsToItself(s, v)
	for _, b := range v.Binds {
		switch {
		case b.Stmt.Abs().Start >= id.Abs().Start:
		case b.Grow:
			g.steps = append(g.steps, b)
		default:
			g.base, g.steps = b, nil
		}
	}
	if len(g.steps) == 0 || !g.base.Value.OK() {
		return nil, ""
	}
	if reason := g.straight(v, id); reason != "" {
		return nil, reason
	}
	texts := []*pytext.Text{}
	for _, b := range append([]pyedit.Bind{g.base}, g.steps...) {
		t, _ := pytext.Parse(b.Value, s)
		if t == nil {
			t = pytext.Whole(b.Value)
		}
		if head := &t.Pieces[0]; len(t.Pieces) > 1 && heads[head.Expr.Abs().Start] {
			head.IsKnown = true // it is the text so far
		}
		texts = append(texts, t)
	}
	g.text = pytext.Join(texts...)
	return g, ""
}

// addsToItself makes "x = x + y", "x = f'{x} y'" and the like growth of a
// variable, like "x += y". It returns where the reads of x stand that begin them.
func addsToItself(s *fix.Site, v *pyedit.Variable) map[uint32]bool {
	heads := map[uint32]bool{}
	for i := range v.Binds {
		b := &v.Binds[i]
		if b.Grow || !b.Value.OK() {
			continue
		}
		var inside []pyedit.At
		for _, l := range v.Loads {
			if b.Value.Abs().Contains(l.Abs()) {
				inside = append(inside, l)
			}
		}
		if len(inside) != 1 {
			continue
		}
		t, _ := pytext.Parse(b.Value, s)
		if t == nil || len(t.Pieces) < 2 || !t.Pieces[0].Hole || !t.Pieces[0].Plain() || t.Pieces[0].Expr.Abs() != inside[0].Abs() {
			continue
		}
		b.Grow = true
		heads[inside[0].Abs().Start] = true
	}
	v.Loads = slices.DeleteFunc(v.Loads, func(l pyedit.At) bool { return heads[l.Abs().Start] })
	return heads
}

// straight says why the parts cannot be followed one after the other, "" if
// they can.
func (g *growth) straight(v *pyedit.Variable, id pyedit.At) string {
	if !pyedit.Encloses(g.base.Stmt, id) || pyedit.LoopBetween(g.base.Stmt, id) {
		return "it is put together in another place than it is run"
	}
	for _, b := range g.steps {
		if b.Name.Scoped(g.base.Stmt) || pyedit.LoopBetween(g.base.Stmt, b.Stmt) {
			return "it grows in a loop, so that the number of its values is not known"
		}
	}
	for _, l := range v.Seen(g.base) {
		if l.Abs() != id.Abs() && !fix.Logged(l.Node) {
			return "other code reads it while it grows"
		}
	}
	return ""
}

// stmt is the statement of a group.
func (g *growth) stmt(group int) pyedit.At {
	if group == 0 {
		return g.base.Stmt
	}
	return g.steps[group-1].Stmt
}

// passGrown collects the values in a list (or mapping) beside the statement.
func (b *binding) passGrown(e *pyedit.Edits, given pyedit.Arg, has bool) {
	switch {
	case b.d.spread:
		b.refuse("The numbers of the placeholders depend on which parts are added.")
	case b.eachAlone() && b.style == named:
		b.refuse("The statement grows, and the function that it is handed to takes no names: pass the values by hand.")
	case b.d.wrap && !b.p.takesMapping():
		b.refuse("The call that runs this statement takes no parameters.")
	case b.keyword() != "":
		b.refuse("The statement grows, and the call wants its parameters by name: pass them by hand.")
	case has && !emptyDisplay(given.Value):
		b.joinGiven(e, given)
	case len(b.given) > 0:
		b.refuse("The statement has placeholders but the call passes no parameters for them.")
	default:
		b.collectGrown(e)
	}
}

// collectGrown makes a new list.
func (b *binding) collectGrown(e *pyedit.Edits) {
	g, name := b.p.grown, b.p.site.File.Unique("params")
	for group := range len(g.steps) + 1 {
		values := b.group(group)
		if group > 0 && len(values) == 0 {
			continue
		}
		var lines string
		if group == 0 {
			lines = name + " = " + b.start(values) + "\n"
		} else {
			lines = b.additions(name, values)
		}
		if !e.InsertBehind(g.stmt(group), lines) {
			b.refuse("A statement that adds to the text shares its line with another one.")
			return
		}
	}
	if b.eachAlone() {
		name = "*" + name
	}
	b.append(e, name)
}

// group are the values that stand in one part of the statement.
func (b *binding) group(group int) []value {
	var out []value
	for _, v := range b.values {
		if b.p.stmt.Pieces[v.from.Piece].Group != b.p.stmt.Pieces[v.to.Piece].Group {
			b.refuse("A value begins in one statement and ends in another.")
		}
		if b.p.stmt.Pieces[v.from.Piece].Group == group {
			out = append(out, v)
		}
	}
	return out
}

// start is the list or mapping with the values of the first part.
func (b *binding) start(values []value) string {
	var items []string
	for _, v := range values {
		if b.style == named {
			items = append(items, pyedit.Quote(v.name, b.quote())+": "+v.expr)
		} else {
			items = append(items, v.expr)
		}
	}
	if b.style == named {
		return "{" + strings.Join(items, ", ") + "}"
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// additions are the statements that add values to the list or mapping.
func (b *binding) additions(list string, values []value) string {
	var lines strings.Builder
	for _, v := range values {
		if b.style == named {
			lines.WriteString(list + "[" + pyedit.Quote(v.name, b.quote()) + "] = " + v.expr + "\n")
		} else if all, many := strings.CutPrefix(v.expr, "*"); many {
			lines.WriteString(list + ".extend(" + all + ")\n")
		} else {
			lines.WriteString(list + ".append(" + v.expr + ")\n")
		}
	}
	return lines.String()
}

// joinGiven adds the values to the list that the author keeps already.
func (b *binding) joinGiven(e *pyedit.Edits, given pyedit.Arg) {
	at := b.p.call.On(given.Value)
	list := b.authorsList(at)
	if list == nil {
		b.refuse("The parameters that the call passes cannot be followed.")
		return
	}
	g := b.p.grown
	for group := range len(g.steps) + 1 {
		values := b.group(group)
		if len(values) == 0 {
			continue
		}
		if b.style != named && (b.givenIn(group) > 0 || group == 0) {
			b.refuse("The new parameters would stand between those that the call passes.")
			return
		}
		if !e.InsertBehind(g.stmt(group), b.additions(at.Str(), values)) {
			b.refuse("A statement that adds to the text shares its line with another one.")
			return
		}
	}
}

// givenIn counts the placeholders that a part of the statement has.
func (b *binding) givenIn(group int) int {
	n := 0
	for _, i := range b.given {
		if b.p.stmt.Pieces[b.tokens[i].Start.Piece].Group == group {
			n++
		}
	}
	return n
}

// authorsList is the variable that holds the parameters, if all that happens
// to it is that values are added in the order of the statement's parts.
func (b *binding) authorsList(id pyedit.At) *pyedit.Variable {
	if id.Kind() != syntax.KindIdentifier {
		return nil
	}
	v := b.p.site.File.Var(id)
	if v == nil || v.Shared || len(v.Binds) != 1 || v.Scope != b.p.site.File.Var(b.p.grown.base.Name).Scope {
		return nil
	}
	init := v.Binds[0].Value
	first := b.p.grown.stmt(1).Abs().Start
	if v.Binds[0].Stmt.Abs().Start > first || !pyedit.Encloses(v.Binds[0].Stmt, id) {
		return nil
	}
	if b.style == named {
		if init.Kind() != syntax.KindDictionary {
			return nil
		}
		return v
	}
	if init.Kind() != syntax.KindList || init.NamedCount() != b.givenIn(0) {
		return nil
	}
	added := make([]int, len(b.p.grown.steps)+1)
	for _, l := range v.Loads {
		if l.Abs() == id.Abs() {
			continue
		}
		call := l.Parent().Parent()
		if l.Parent().Kind() != syntax.KindAttribute || call.Kind() != syntax.KindCall || l.Parent().Child(syntax.FieldAttribute).Str() != "append" ||
			call.Parent().Kind() != syntax.KindExpressionStatement {
			return nil
		}
		added[b.partBefore(l.Abs().Start)]++
	}
	for group := 1; group < len(added); group++ {
		if added[group] != b.givenIn(group) {
			return nil
		}
	}
	return v
}

// partBefore is the last part of the statement above an offset.
func (b *binding) partBefore(off uint32) int {
	group := 0
	for i, s := range b.p.grown.steps {
		if s.Stmt.Abs().Start < off {
			group = i + 1
		}
	}
	return group
}

// keepEarly computes the values where the text is put together, into a name
// that the call passes.
func (b *binding) keepEarly(e *pyedit.Edits, has bool) {
	if has || len(b.given) > 0 || b.d.wrap && !b.p.takesMapping() || b.keyword() != "" {
		b.refuse("The values change between the statement's text and the call that runs it.")
		return
	}
	name := b.p.site.File.Unique("params")
	if !e.InsertBehind(b.p.def, name+" = "+b.display()) {
		b.refuse("The values change between the statement's text and the call that runs it.")
		return
	}
	b.early = name
	if b.eachAlone() {
		b.early = "*" + name
	}
}
