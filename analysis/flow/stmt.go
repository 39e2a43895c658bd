package flow

import (
	"strconv"

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
			f.eval(c)
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
		}
	case syntax.KindBlock, syntax.KindError, syntax.KindModule:
		f.block(n)
	case syntax.KindAssignment, syntax.KindAugmentedAssignment, syntax.KindCall, syntax.KindAwait,
		syntax.KindNamedExpression, syntax.KindString, syntax.KindBinaryOperator:
		f.exprStmt(n) // leftovers inside an ERROR node
	}
}

func (f *frame) leave() { f.env = nil }

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

func (f *frame) unpack(target syntax.Node, v *Value, at syntax.Node) {
	i := 0
	starred := false
	for c := range target.NamedChildren() {
		x := elementOf(v)
		if !starred {
			if p := v.part(partKey{kind: indexPart, i: i}); p != nil {
				x = p
			} else if t := f.m.set.TypeOf(v.Type + "[" + strconv.Itoa(i) + "]"); v.Type != "" && t != "" {
				x = x.as(t)
			}
		}
		if k := c.Kind(); k == syntax.KindListSplatPattern || k == syntax.KindListSplat {
			starred = true
			f.assign(c, v, at)
		} else {
			f.assign(c, x, at)
		}
		i++
	}
}

// assignAttr runs obj.name = v.
func (f *frame) assignAttr(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldObject)
	name := target.Child(syntax.FieldAttribute).Str()
	obj := f.eval(objNode)
	f.assignedMember(obj, name, "", v, at)
	v = v.step(at, "stored in "+target.Str())
	f.update(objNode, obj.with(partKey{kind: attrPart, name: name}, v))
	if f.self != "" && objNode.Str() == f.self {
		f.run.selfAttr(f, name, v)
	}
}

// assignItem runs obj[key] = v.
func (f *frame) assignItem(target syntax.Node, v *Value, at syntax.Node) {
	objNode := target.Child(syntax.FieldValue)
	obj := f.eval(objNode)
	keyNode := target.Child(syntax.FieldSubscript)
	key := f.eval(keyNode)
	if s, ok := key.Str(); ok {
		f.assignedMember(obj, "", s, v, at)
		f.update(objNode, obj.with(partKey{kind: keyPart, name: s}, v))
		return
	}
	f.assignedAnyKey(obj, key, v, at)
	if i, ok := key.Int(); ok && i >= 0 && i < maxParts {
		f.update(objNode, obj.with(partKey{kind: indexPart, i: int(i)}, v))
		return
	}
	f.update(objNode, obj.withRest(v).withKey(key))
}

// update stores a changed object back where it came from: a variable, or the
// attribute or key of one.
func (f *frame) update(n syntax.Node, v *Value) {
	switch n.Kind() {
	case syntax.KindIdentifier:
		f.store(n.Str(), v)
	case syntax.KindAttribute:
		objNode := n.Child(syntax.FieldObject)
		name := n.Child(syntax.FieldAttribute).Str()
		if objNode.Kind() != syntax.KindIdentifier {
			return
		}
		obj := f.eval(objNode)
		f.store(objNode.Str(), obj.with(partKey{kind: attrPart, name: name}, v))
		if f.self != "" && objNode.Str() == f.self {
			f.run.selfAttr(f, name, v)
		}
	case syntax.KindSubscript:
		objNode := n.Child(syntax.FieldValue)
		if objNode.Kind() != syntax.KindIdentifier {
			return
		}
		obj := f.eval(objNode)
		k := f.eval(n.Child(syntax.FieldSubscript))
		if s, ok := k.Str(); ok {
			f.store(objNode.Str(), obj.with(partKey{kind: keyPart, name: s}, v))
		} else {
			f.store(objNode.Str(), obj.withRest(v).withKey(k))
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
	if old.Type == "list" && op == "+" {
		v = extend(old, add)
	} else {
		v = f.binary(op, old, left, add, right)
	}
	f.assign(left, v, n)
}

func (f *frame) returnStmt(n syntax.Node) {
	v := noneValue
	e := n.NamedChild(0)
	if e.OK() {
		v = f.eval(e)
		f.returned(e, v)
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

// loop runs body until its variables settle, at most maxRounds times; enter
// binds the loop variable or tests the condition and says whether the body can
// run at all. Events count in the last round only.
func (f *frame) loop(n syntax.Node, enter func() (exit *env)) {
	breaks, conts := f.breaks, f.conts
	var out *env
	before := f.env.clone()
	for round := range maxRounds {
		f.breaks, f.conts = nil, nil
		last := round == maxRounds-1
		if !last {
			f.run.quiet++
		}
		exit := enter()
		if f.env != nil {
			f.block(n.Child(syntax.FieldBody))
		}
		if !last {
			f.run.quiet--
		}
		for _, e := range f.conts {
			f.env = merge(f.env, e)
		}
		if exit != nil {
			out = merge(out, exit)
		}
		for _, e := range f.breaks {
			out = merge(out, e)
		}
		if f.env != nil {
			out = merge(out, f.env.clone())
			f.env = merge(f.env, before.clone())
		} else {
			f.env = before.clone()
		}
	}
	f.breaks, f.conts = breaks, conts
	f.env = out
	if alt := n.Child(syntax.FieldAlternative); alt.OK() && f.env != nil {
		f.block(alt.Child(syntax.FieldBody))
	}
}

func (f *frame) forStmt(n syntax.Node) {
	left, right := n.Child(syntax.FieldLeft), n.Child(syntax.FieldRight)
	seq := f.eval(right)
	item := f.items(right, seq)
	f.loop(n, func() *env {
		exit := f.env.clone()
		f.assign(left, item, left)
		return exit
	})
}

func (f *frame) whileStmt(n syntax.Node) {
	f.loop(n, func() *env {
		yes, no := f.cond(n.Child(syntax.FieldCondition))
		f.env = yes
		return no
	})
}

func (f *frame) tryStmt(n syntax.Node) {
	outerCatch, outerTry := f.catch, f.inTry
	f.catch, f.inTry = f.env.clone(), true
	f.block(n.Child(syntax.FieldBody))
	after := f.env
	if after != nil {
		f.catch = merge(f.catch, after.clone())
	}
	caught := f.catch
	f.catch, f.inTry = outerCatch, outerTry
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
			f.exceptClause(c)
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

func (f *frame) exceptClause(c syntax.Node) {
	for x := range c.NamedChildren() {
		switch x.Kind() {
		case syntax.KindBlock:
			f.block(x)
		case syntax.KindAsPattern:
			f.asPattern(x, f.exception(x))
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
	for _, im := range f.m.imports(n) {
		if im.Name != "*" {
			f.store(im.Name, f.imported(im.Target))
		}
	}
}

// defStmt binds a function or class defined inside a scope.
func (f *frame) defStmt(n syntax.Node) {
	def := n
	if n.Kind() == syntax.KindDecoratedDefinition {
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
	f.store(name, f.decorate(def, &Value{fn: fn}))
}
