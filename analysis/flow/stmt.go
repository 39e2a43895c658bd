package flow

import (
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
