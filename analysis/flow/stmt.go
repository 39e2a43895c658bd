package flow

import (
	"slices"
	"strconv"

	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// block runs the statements of a block or module-level unit in order.
func (f *frame) block(b syntax.Node) {
	if !b.OK() {
		return
	}
	for s := range b.NamedChildren() {
		if f.env == nil {
			return
		}
		f.stmt(s)
	}
}

// stmt runs one statement; f.env is nil afterwards if nothing can follow it.
func (f *frame) stmt(n syntax.Node) {
	if !f.step() || f.run.nest > maxNest {
		return
	}
	f.run.nest++
	defer func() { f.run.nest-- }()
	if f.inTry && f.env != nil {
		f.catch = merge(f.catch, f.env.clone())
	}
	switch n.Kind() {
	case syntax.KindExpressionStatement:
		for c := range n.NamedChildren() {
			f.exprStmt(c)
		}
	case syntax.KindReturnStatement:
		f.returnStmt(n)
	case syntax.KindIfStatement:
		f.ifStmt(n)
	case syntax.KindForStatement:
		f.forStmt(n)
	case syntax.KindWhileStatement:
		f.whileStmt(n)
	case syntax.KindTryStatement:
		f.tryStmt(n)
	case syntax.KindWithStatement:
		f.withStmt(n)
	case syntax.KindMatchStatement:
		f.matchStmt(n)
	case syntax.KindFunctionDefinition, syntax.KindClassDefinition, syntax.KindDecoratedDefinition:
		f.defStmt(n)
	case syntax.KindRaiseStatement:
		for c := range n.NamedChildren() {
			if v := f.eval(c); f.inTry && c.Field() != syntax.FieldCause {
				f.thrown = join(f.thrown, v)
			}
		}
		f.leave()
	case syntax.KindBreakStatement:
		f.breaks = append(f.breaks, f.env)
		f.leave()
	case syntax.KindContinueStatement:
		f.conts = append(f.conts, f.env)
		f.leave()
	case syntax.KindAssertStatement:
		if c := n.NamedChild(0); c.OK() {
			t, _ := f.cond(c)
			f.env = t
		}
	case syntax.KindImportStatement, syntax.KindImportFromStatement:
		f.importStmt(n)
	case syntax.KindDeleteStatement, syntax.KindPrintStatement, syntax.KindExecStatement:
		for c := range n.NamedChildren() {
			f.eval(c)
			if n.Kind() == syntax.KindDeleteStatement {
				f.del(c)
			}
		}
	case syntax.KindBlock, syntax.KindError, syntax.KindModule:
		f.block(n)
	case syntax.KindAssignment, syntax.KindAugmentedAssignment, syntax.KindCall, syntax.KindAwait,
		syntax.KindNamedExpression, syntax.KindString, syntax.KindBinaryOperator:
		f.exprStmt(n) // leftovers inside an ERROR node
	}
}

func (f *frame) leave() { f.env = nil }

// del runs del n.
func (f *frame) del(n syntax.Node) {
	switch n.Kind() {
	case syntax.KindExpressionList, syntax.KindTuple:
		for c := range n.NamedChildren() {
			f.del(c)
		}
	case syntax.KindSubscript:
		objNode := n.Child(syntax.FieldValue)
		obj := f.eval(objNode)
		key := f.eval(n.Child(syntax.FieldSubscript))
		if list, ok := items(obj); ok && obj.Type == "list" {
			if _, isInt := key.Int(); isInt && len(list) > 0 {
				f.popList(objNode, "pop", obj, key)
			}
			return
		}
		if len(key.Consts) == 1 && obj.Type == "dict" {
			f.update(objNode, obj.without(constKey(key.Consts[0])))
		}
	}
}

// exprStmt runs an expression used as a statement.
func (f *frame) exprStmt(n syntax.Node) {
	switch n.Kind() {
	case syntax.KindAssignment:
		f.assignment(n)
	case syntax.KindAugmentedAssignment:
		f.augmented(n)
	default:
		v := f.eval(n)
		if v == neverReturns {
			f.leave()
		}
	}
}

// assignment runs a = b, a: T = b and chains a = b = c.
func (f *frame) assignment(n syntax.Node) {
	right := n.Child(syntax.FieldRight)
	left := n.Child(syntax.FieldLeft)
	if !right.OK() { // a: T
		if t := typeNode(n); t.OK() && left.Kind() == syntax.KindIdentifier {
			f.store(left.Str(), f.annotated(t, unknown))
		}
		return
	}
	var v *Value
	if right.Kind() == syntax.KindAssignment {
		f.assignment(right)
		v = f.eval(right.Child(syntax.FieldLeft))
	} else {
		v = f.eval(right)
	}
	if t := typeNode(n); t.OK() && v.Type == "" && v.Consts == nil {
		v = f.annotated(t, v)
	}
	f.assign(left, v, n)
}

func typeNode(n syntax.Node) syntax.Node {
	t := n.Child(syntax.FieldType)
	if t.OK() && t.Kind() == syntax.KindType {
		return t.NamedChild(0)
	}
	return t
}

// assign binds v to a target. at is the whole statement, for steps and events.
func (f *frame) assign(target syntax.Node, v *Value, at syntax.Node) {
	if f.env == nil || !target.OK() {
		return
	}
	switch target.Kind() {
	case syntax.KindIdentifier:
		name := target.Str()
		f.assignedName(name, v, at)
		f.store(name, v.step(at, "assigned to "+name))
	case syntax.KindAttribute:
		f.assignAttr(target, v, at)
	case syntax.KindSubscript:
		f.assignItem(target, v, at)
	case syntax.KindPatternList, syntax.KindTuplePattern, syntax.KindListPattern,
		syntax.KindTuple, syntax.KindList, syntax.KindExpressionList:
		f.unpack(target, v, at)
	case syntax.KindListSplatPattern, syntax.KindListSplat:
		f.assign(target.NamedChild(0), &Value{Type: "list", rest: elementOf(v), Origins: v.Origins, Clean: v.Clean}, at)
	case syntax.KindParenthesizedExpression, syntax.KindAsPatternTarget:
		f.assign(target.NamedChild(0), v, at)
	}
}

// unpack binds the targets of a, *b, c = v.
func (f *frame) unpack(target syntax.Node, v *Value, at syntax.Node) {
	if v.cls != nil || v.Type == "generator" {
		v = f.spread(v)
	}
	n, star := 0, -1
	for c := range target.NamedChildren() {
		if k := c.Kind(); k == syntax.KindListSplatPattern || k == syntax.KindListSplat {
			star = n
		}
		n++
	}
	list, known := items(v)
	known = known && (star < 0 && len(list) == n || star >= 0 && len(list) >= n-1)
	i := 0
	for c := range target.NamedChildren() {
		var x *Value
		switch {
		case i == star && known:
			x = sequenceOf("list", list[i:i+len(list)-n+1])
		case i == star:
			x = &Value{Type: "list", rest: elementOf(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
		case known && star >= 0 && i > star:
			x = list[i+len(list)-n]
		case known:
			x = list[i]
		default:
			x = elementOf(v)
			if p := v.partOr(partKey{kind: indexPart, i: i}); p != nil && (star < 0 || i < star) {
				x = p
			} else if t := f.m.set.TypeOf(v.Type + "[" + strconv.Itoa(i) + "]"); v.Type != "" && t != "" {
				x = x.as(t)
			}
		}
		if i == star {
			c = c.NamedChild(0)
		}
		f.assign(c, x, at)
		i++
	}
}

// spread is a list of the elements of a value.
func (f *frame) spread(v *Value) *Value {
	if _, ok := items(v); ok {
		return v
	}
	if x := f.iterable(v); x != v {
		return x
	}
	return &Value{Type: "list", rest: f.iterate(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
}

// assignAttr runs obj.name = v.
func (f *frame) assignAttr(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldObject)
	name := target.Child(syntax.FieldAttribute).Str()
	obj := f.eval(objNode)
	f.assignedMember(obj, name, "", v, at)
	if v.steps() {
		v = v.step(at, "stored in "+target.Str())
	}
	f.update(objNode, obj.with(partKey{kind: attrPart, name: name}, v))
	if f.self != "" && objNode.Str() == f.self {
		f.run.selfAttr(f, name, v)
	}
	if ofRequest(obj) && f.fn != nil && f.depth == 0 {
		f.run.write(perRequest+name, v)
	}
}

// assignItem runs obj[key] = v.
func (f *frame) assignItem(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldValue)
	obj := f.eval(objNode)
	keyNode := target.Child(syntax.FieldSubscript)
	if keyNode.Kind() == syntax.KindSlice {
		f.assignSlice(objNode, obj, keyNode, v)
		return
	}
	key := f.eval(keyNode)
	if s, ok := key.Str(); ok {
		f.assignedMember(obj, "", s, v, at)
	} else {
		f.assignedAnyKey(obj, key, v, at)
	}
	f.setItem(objNode, obj, key, v)
}

// assignSlice runs obj[a:b] = v.
func (f *frame) assignSlice(objNode syntax.Node, obj *Value, bound syntax.Node, v *Value) {
	lo, hi, step := f.sliceBounds(bound)
	list, ok1 := items(obj)
	more, ok2 := items(v)
	from, to, by, ok3 := bounds(lo, hi, step, len(list))
	if ok1 && ok2 && ok3 && by == 1 && len(list)+len(more) <= maxParts {
		f.update(objNode, obj.filled(slices.Replace(slices.Clone(list), from, max(from, to), more...)))
		return
	}
	f.update(objNode, anyOrder(obj.Type, obj).of(obj).withRest(f.iterate(v)))
}

// update stores a changed object back where it came from, a variable or the
// attribute or key of one, and in all else that holds the same object.
func (f *frame) update(n syntax.Node, v *Value) {
	switch n.Kind() {
	case syntax.KindIdentifier:
		f.mutate(n.Str(), v)
	case syntax.KindParenthesizedExpression, syntax.KindAwait:
		f.update(n.NamedChild(0), v)
	case syntax.KindCall:
		if n.Child(syntax.FieldFunction).Str() == "super" && f.self != "" {
			c := *v
			if self := f.load(f.self); self.cls != nil {
				c.cls = self.cls
			}
			f.mutate(f.self, &c)
		}
	case syntax.KindAttribute, syntax.KindSubscript:
		f.run.quiet++
		defer func() { f.run.quiet-- }()
		objNode := n.Child(syntax.FieldObject)
		if n.Kind() == syntax.KindSubscript {
			objNode = n.Child(syntax.FieldValue)
		}
		if k := objNode.Kind(); k != syntax.KindIdentifier && k != syntax.KindAttribute && k != syntax.KindSubscript {
			return
		}
		obj := f.eval(objNode)
		if f.env == nil {
			return
		}
		if n.Kind() == syntax.KindSubscript {
			f.update(objNode, withItem(obj, f.eval(n.Child(syntax.FieldSubscript)), v))
			return
		}
		name := n.Child(syntax.FieldAttribute).Str()
		f.update(objNode, obj.with(partKey{kind: attrPart, name: name}, v))
		if f.self != "" && objNode.Str() == f.self {
			f.run.selfAttr(f, name, v)
		}
	}
}

// mutate gives the variable of this or an outer scope, and every variable and
// part that holds the same object, the object's later state.
func (f *frame) mutate(name string, v *Value) {
	if f.env == nil {
		return
	}
	if f.env.recalls {
		f.env.forget(name)
	}
	obj := v.object()
	shared := obj != unknown && obj != result && v.Name == "" && !obj.Harmless()
	if shared {
		f.env.hold(obj, v)
	}
	for _, p := range v.parts { // what it holds may have changed on the way
		if p.v.obj != nil && p.key.kind == attrPart && mutable(p.v) {
			f.env.hold(p.v.obj, p.v)
		}
	}
	for o := f.env.over; o != nil; o = o.prev {
		if o.name == name {
			f.env.push(name, v)
			return
		}
	}
	for g := f; g != nil; g = g.parent {
		if g.scope == nil || g.env == nil {
			continue
		}
		i := g.scope.Slot(name)
		if i < 0 {
			continue
		}
		if g == f || f.depth > 0 {
			g.env.vars[i] = v
			if shared {
				g.env.hold(obj, v)
			}
		}
		return
	}
	if f.run.unit.unit.Class == syntax.Function || f.fn != nil {
		f.env.push(name, v) // an object of the module
	}
}

// hold replaces an object by its later state wherever a variable or a part of
// one holds it.
func (e *env) hold(obj, v *Value) {
	for i, x := range e.vars {
		if x == nil || x == v {
			continue
		}
		if x.object() == obj {
			e.vars[i] = v
			continue
		}
		var c *Value // x with the later state in its parts
		for j, p := range x.parts {
			if p.v == v || p.v.object() != obj {
				continue
			}
			if c == nil {
				c = x.changed()
				c.parts = slices.Clone(x.parts)
			}
			c.parts[j].v = v
		}
		if c != nil {
			e.vars[i] = c
		}
	}
}

// augmented runs a += b and the like.
func (f *frame) augmented(n syntax.Node) {
	left := n.Child(syntax.FieldLeft)
	old := f.eval(left)
	right := n.Child(syntax.FieldRight)
	add := f.eval(right)
	op := n.Child(syntax.FieldOperator).Str()
	if len(op) > 1 {
		op = op[:len(op)-1]
	}
	var v *Value
	switch {
	case old.Type == "list" && op == "+":
		if left.Kind() == syntax.KindIdentifier {
			f.assignedName(left.Str(), add, n)
		}
		f.update(left, f.extend(old, add))
		return
	case old.Type == "dict" && op == "|":
		f.update(left, f.extendDict(old, Arg{Value: add}))
		return
	case old.Type == "set" && op == "|":
		f.update(left, old.withRest(f.iterate(add)))
		return
	}
	v = f.binary(op, old, left, add, right)
	f.assign(left, v, n)
}

func (f *frame) returnStmt(n syntax.Node) {
	v := noneValue
	e := n.NamedChild(0)
	if e.OK() {
		v = f.eval(e)
		f.returned(e, v)
		f.noteReturned(v)
	}
	f.ret = join(v, f.ret)
	if f.watched != nil {
		f.outcomes = append(f.outcomes, f.outcome(v))
	}
	f.last = merge(f.last, f.env)
	f.leave()
}

func (f *frame) ifStmt(n syntax.Node) {
	yes, no := f.cond(n.Child(syntax.FieldCondition))
	f.env = yes
	if yes != nil {
		f.block(n.Child(syntax.FieldConsequence))
	}
	out := f.env
	f.env = no
	if yes == nil && f.fn == nil {
		f.importsForTypes(n.Child(syntax.FieldConsequence))
	}
	for c := range n.NamedChildren() {
		if c.Field() != syntax.FieldAlternative {
			continue
		}
		switch c.Kind() {
		case syntax.KindElifClause:
			if f.env == nil {
				continue
			}
			yes, no := f.cond(c.Child(syntax.FieldCondition))
			f.env = yes
			if yes != nil {
				f.block(c.Child(syntax.FieldConsequence))
			}
			out = merge(out, f.env)
			f.env = no
		case syntax.KindElseClause:
			if f.env != nil {
				f.block(c.Child(syntax.FieldBody))
			}
		}
	}
	f.env = merge(out, f.env)
}

// importsForTypes binds what a block that never runs imports: annotations name it.
func (f *frame) importsForTypes(block syntax.Node) {
	for s := range block.NamedChildren() {
		if k := s.Kind(); f.env != nil && (k == syntax.KindImportStatement || k == syntax.KindImportFromStatement) {
			f.stmt(s)
		}
	}
}

// loop runs body until its variables settle, at most maxRounds times. enter
// binds the loop variable or tests the condition; exit, if given, is the test
// that ends the loop; leave, if given, sees the end of each body; full says that
// the body runs at least once. It reports whether the loop may break. Events
// count in the last round only.
func (f *frame) loop(n syntax.Node, full bool, enter func(), exit func() *env, leave func(end *env)) (breaks bool) {
	outerBreaks, outerConts := f.breaks, f.conts
	entry := f.env.clone()
	var ends, broken *env
	for round := range maxRounds {
		f.breaks, f.conts = nil, nil
		last := round == maxRounds-1
		if !last {
			f.run.quiet++
		}
		f.env = merge(entry.clone(), ends)
		enter()
		if f.env != nil {
			f.block(n.Child(syntax.FieldBody))
		}
		if !last {
			f.run.quiet--
		}
		for _, e := range f.conts {
			f.env = merge(f.env, e)
		}
		if f.env != nil && leave != nil {
			leave(f.env)
		}
		ends = merge(f.env, ends)
		for _, e := range f.breaks {
			broken = merge(broken, e)
		}
	}
	f.breaks, f.conts = outerBreaks, outerConts
	f.env = ends
	if !full {
		f.env = merge(entry, ends)
	}
	if f.env != nil && exit != nil {
		f.run.quiet++
		f.env = exit()
		f.run.quiet--
	}
	if alt := n.Child(syntax.FieldAlternative); alt.OK() && f.env != nil {
		f.block(alt.Child(syntax.FieldBody))
	}
	f.env = merge(f.env, broken)
	return broken != nil
}

func (f *frame) forStmt(n syntax.Node) {
	left, right := n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
	seq := f.eval(right)
	if f.env == nil {
		return
	}
	size, known := length(seq)
	if known && size == 0 {
		if alt := n.Child(syntax.FieldAlternative); alt.OK() {
			f.block(alt.Child(syntax.FieldBody))
		}
		return
	}
	item := f.items(right, seq)
	learnt := models.All
	breaks := f.loop(n, known || addresses(seq), func() { f.assign(left, item, left) }, nil, func(end *env) { learnt &= end.clean(item) })
	if learnt &^= item.Clean; !breaks && learnt != 0 && f.env != nil && len(item.Origins) > 0 {
		// each element was tested, or the loop left
		f.refine(seq, func(x *Value) *Value { return x.cleaned(learnt) })
	}
}

func (f *frame) whileStmt(n syntax.Node) {
	test := n.Child(syntax.FieldCondition)
	f.loop(n, false, func() { f.env, _ = f.cond(test) }, func() *env {
		_, no := f.cond(test)
		return no
	}, nil)
}

func (f *frame) tryStmt(n syntax.Node) {
	outerCatch, outerTry, outerThrown := f.catch, f.inTry, f.thrown
	f.catch, f.inTry, f.thrown = f.env.clone(), true, nil
	f.block(n.Child(syntax.FieldBody))
	after := f.env
	if after != nil {
		f.catch = merge(f.catch, after.clone())
	}
	caught, thrown := f.catch, f.thrown
	f.catch, f.inTry, f.thrown = outerCatch, outerTry, outerThrown
	var out *env
	var finally syntax.Node
	for c := range n.NamedChildren() {
		switch c.Kind() {
		case syntax.KindElseClause:
			f.env = after
			if after != nil {
				f.block(c.Child(syntax.FieldBody))
			}
			after = f.env
		case syntax.KindExceptClause:
			f.env = caught.clone()
			f.exceptClause(c, thrown)
			out = merge(out, f.env)
		case syntax.KindFinallyClause:
			finally = c
		}
	}
	f.env = merge(out, after)
	if finally.OK() {
		dead := f.env == nil
		if dead {
			f.env = caught.clone()
		}
		for c := range finally.NamedChildren() {
			f.block(c)
		}
		if dead {
			f.env = nil
		}
	}
	if outerTry && f.env != nil {
		f.catch = merge(f.catch, f.env.clone())
	}
}

// exceptClause runs a handler; thrown is what the body itself raised.
func (f *frame) exceptClause(c syntax.Node, thrown *Value) {
	for x := range c.NamedChildren() {
		switch x.Kind() {
		case syntax.KindBlock:
			f.block(x)
		case syntax.KindAsPattern:
			e := f.exception(x)
			if thrown != nil && len(thrown.Origins) > 0 {
				e = &Value{Type: e.Type, Origins: joinOrigins(thrown.Origins, e.Origins), Clean: thrown.Clean, Weak: thrown.Weak | e.Weak}
			}
			f.asPattern(x, e)
		}
	}
}

func (f *frame) withStmt(n syntax.Node) {
	for clause := range n.NamedChildren() {
		if clause.Kind() != syntax.KindWithClause {
			continue
		}
		for item := range clause.NamedChildren() {
			e := item.Child(syntax.FieldValue)
			if e.OK() && e.Kind() == syntax.KindAsPattern {
				f.asPattern(e, f.entered(f.eval(e.NamedChild(0))))
			} else if e.OK() {
				f.eval(e)
			}
		}
	}
	f.block(n.Child(syntax.FieldBody))
}

// asPattern binds the name after as.
func (f *frame) asPattern(n syntax.Node, v *Value) {
	for c := range n.NamedChildren() {
		if c.Kind() == syntax.KindAsPatternTarget {
			f.assign(c.First(), v, n)
		}
	}
}

func (f *frame) importStmt(n syntax.Node) {
	list, r := f.m.imports(n), f.run
	if len(list) < 2 || f.fn != nil || n != r.unit.unit.Root() {
		for _, im := range list {
			f.importName(im)
		}
		return
	}
	// an edit of what one name stands for leaves the others as they are
	r.unit.given = make(map[string][]depID, len(list))
	outer, taken := r.deps, r.taken
	for _, im := range list {
		r.deps, r.taken = f.m.a.newDeps(), nil
		r.deps.addAll(r.unit.given[im.Name])
		f.importName(im)
		r.unit.given[im.Name] = f.m.a.gathered(r.deps)
		outer.addAll(r.unit.given[im.Name])
	}
	r.deps, r.taken = outer, taken
}

func (f *frame) importName(im python.Import) {
	if im.Name != "*" {
		f.store(im.Name, f.imported(im.Target))
	}
}

// defStmt binds a function or class defined inside a scope.
func (f *frame) defStmt(n syntax.Node) {
	def := n
	if n.Kind() == syntax.KindDecoratedDefinition {
		f.evalDecorators(n)
		def = n.Child(syntax.FieldDefinition)
	}
	name := def.Child(syntax.FieldName).Str()
	qual := name
	if f.fn != nil {
		qual = f.fn.name + "." + name
	}
	if def.Kind() == syntax.KindClassDefinition {
		f.store(name, f.localClass(def, qual))
		return
	}
	fn := &Func{a: f.m.a, node: def, name: qual, closure: f}
	f.nested = append(f.nested, fn)
	f.store(name, f.decorated(fn))
}
