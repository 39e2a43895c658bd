package flow

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// cond evaluates a condition and gives the environments in which it holds and
// does not hold; nil where that cannot be.
func (f *frame) cond(n syntax.Node) (yes, no *env) {
	if !n.OK() || f.env == nil {
		return f.env, f.env
	}
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return f.cond(n.NamedChild(0))
	case syntax.KindNotOperator:
		yes, no = f.cond(n.Child(syntax.FieldArgument))
		return no, yes
	case syntax.KindBooleanOperator:
		return f.shortCircuit(n)
	}
	return f.split(f.eval(n))
}

// shortCircuit is the condition a and b, a or b.
func (f *frame) shortCircuit(n syntax.Node) (yes, no *env) {
	and := n.Child(syntax.FieldOperator).Str() == "and"
	y1, n1 := f.cond(n.Child(syntax.FieldLeft))
	if and {
		if y1 == nil {
			return nil, n1
		}
		f.env = y1
		y2, n2 := f.cond(n.Child(syntax.FieldRight))
		return y2, merge(n1, n2)
	}
	if n1 == nil {
		return y1, nil
	}
	f.env = n1
	y2, n2 := f.cond(n.Child(syntax.FieldRight))
	return merge(y1, y2), n2
}

// split gives the environments by the truth of a value.
func (f *frame) split(v *Value) (yes, no *env) {
	if f.env == nil {
		return nil, nil
	}
	if t, ok := truth(v); ok {
		if t {
			return f.env, nil
		}
		return nil, f.env
	}
	yes, no = f.env.clone(), f.env
	if len(v.Origins) > 0 && (v.rel == nil || v.rel.how == "same") && v.parts == nil && v.rest == nil {
		f.env = no
		f.refine(v, func(x *Value) *Value { return x.cleaned(models.All) }) // empty, or None
	}
	if v.rel != nil && v.rel.how == "test" {
		for _, side := range []bool{true, false} {
			if side {
				f.env = yes
			} else {
				f.env = no
			}
			for _, x := range v.rel.facts {
				if x.onTrue == side {
					f.learn(x)
				}
			}
		}
	}
	if v.rel != nil && v.rel.how == "netloc" {
		// `if not urlparse(x).netloc`: still open to //host and other schemes
		f.env = no
		f.learn(fact{base: v.rel.base, weak: models.Redirect | models.URL, marks: noNetloc})
	}
	if v.rel != nil && v.rel.how == "scheme" {
		f.env = no
		f.learn(fact{base: v.rel.base, marks: noScheme})
	}
	return yes, no
}

func (f *frame) learn(x fact) {
	if f.fn == nil && f.env != nil && x.base != nil && x.base != unknown {
		f.env.facts = append(f.env.facts, x)
	}
	f.refine(x.base, x.apply)
}

// apply is v with what the fact says of it.
func (x *fact) apply(v *Value) *Value {
	if x.kinds != 0 {
		v = v.cleaned(x.kinds)
	}
	if x.weak != 0 {
		v = v.weakened(x.weak &^ v.Clean)
	}
	if x.marks != 0 {
		v = v.marked(x.marks)
	}
	return v
}

// truth is the truth value that all alternatives share.
func truth(v *Value) (val, ok bool) {
	if v.Consts != nil {
		t := v.Consts[0].truth()
		for _, c := range v.Consts[1:] {
			if c.truth() != t {
				return false, false
			}
		}
		return t, true
	}
	if v.fn != nil || (v.cls != nil && !v.inst) {
		return true, true
	}
	return false, false
}

// logic evaluates and, or, not and comparisons where their value is used.
func (f *frame) logic(n syntax.Node) *Value {
	switch n.Kind() {
	case syntax.KindNotOperator:
		return negate(f.eval(n.Child(syntax.FieldArgument)))
	case syntax.KindComparisonOperator:
		return f.comparison(n)
	}
	left := n.Child(syntax.FieldLeft)
	and := n.Child(syntax.FieldOperator).Str() == "and"
	a := f.eval(left)
	yes, no := f.split(a)
	go1, skip := yes, no
	if !and {
		go1, skip = no, yes
	}
	if go1 == nil {
		f.env = skip
		return a
	}
	f.env = go1
	b := f.eval(n.Child(syntax.FieldRight))
	f.env = merge(f.env, skip)
	if skip == nil {
		return b
	}
	if both := combine(and, a, b); both != nil {
		return both
	}
	if and && b.rel != nil && b.rel.how == "test" && a.parts == nil && a.rest == nil { // x and x in y: b, or nothing
		return combine(true, test(), b)
	}
	if !and && a.Consts != nil && len(a.Consts) == 1 {
		return b
	}
	if and {
		// a is falsy here: only its emptiness remains of it
		if a.Type == "bool" || !a.tainted(models.Opaque) {
			return join(b, falsy(a))
		}
	}
	return join(a, b)
}

func falsy(a *Value) *Value {
	if a.Type == "str" || a.Type == "" {
		return noneValue
	}
	return a
}

// combine joins the facts of two tests.
func combine(and bool, a, b *Value) *Value {
	if a.rel == nil || b.rel == nil || a.rel.how != "test" || b.rel.how != "test" {
		return nil
	}
	var facts []fact
	for _, list := range [][]fact{a.rel.facts, b.rel.facts} {
		for _, x := range list {
			if x.onTrue == and {
				facts = append(facts, x)
			}
		}
	}
	return test(facts...)
}

func negate(v *Value) *Value {
	if t, ok := truth(v); ok {
		return boolValue(!t)
	}
	if v.rel != nil && v.rel.how == "netloc" {
		return test(fact{base: v.rel.base, weak: models.Redirect | models.URL, marks: noNetloc, onTrue: true})
	}
	if v.rel != nil && v.rel.how == "scheme" {
		return test(fact{base: v.rel.base, marks: noScheme, onTrue: true})
	}
	if v.rel != nil && v.rel.how == "test" {
		facts := make([]fact, len(v.rel.facts))
		for i, x := range v.rel.facts {
			x.onTrue = !x.onTrue
			facts[i] = x
		}
		return test(facts...)
	}
	return typed("bool")
}

// comparison evaluates a == b, a in b, a < b < c.
func (f *frame) comparison(n syntax.Node) *Value {
	var operands []*Value
	var ops []string
	for c := range n.Children() {
		switch {
		case c.Field() == syntax.FieldOperators:
			ops = append(ops, strings.Join(strings.Fields(c.Str()), " "))
		case c.Named() && !c.Extra():
			operands = append(operands, f.eval(c))
		}
	}
	if len(ops) == 0 || len(operands) != len(ops)+1 {
		return typed("bool")
	}
	if len(ops) > 1 {
		return typed("bool")
	}
	return compareValues(ops[0], operands[0], operands[1])
}

// compareValues folds a comparison or tells what its outcome says.
func compareValues(op string, a, b *Value) *Value {
	if len(a.Consts) == 1 && len(b.Consts) == 1 {
		if r, ok := compare(op, a.Consts[0], b.Consts[0]); ok {
			return boolValue(r)
		}
	}
	if v, ok := foldMembership(op, a, b); ok {
		return v
	}
	heads := headFacts(a, b, op == "in" || op == "==" || op == "is")
	switch op {
	case "in", "not in":
		return test(append(heads, membership(a, b, op == "in")...)...)
	case "==", "!=", "is", "is not":
		return test(append(heads, equality(a, b, op == "==" || op == "is")...)...)
	}
	return typed("bool")
}

// foldMembership decides `const in (consts)`.
func foldMembership(op string, a, b *Value) (*Value, bool) {
	if (op != "in" && op != "not in") || len(a.Consts) != 1 || b.parts == nil || b.rest != nil {
		return nil, false
	}
	found := false
	for _, p := range b.parts {
		switch {
		case p.key.kind == keyPart && b.Type == "dict":
			found = found || (a.Consts[0] == Const{Kind: StrConst, S: p.key.name})
		case p.key.kind == indexPart && len(p.v.Consts) == 1:
			found = found || p.v.Consts[0] == a.Consts[0]
		default:
			return nil, false
		}
	}
	return boolValue(found == (op == "in")), true
}

const textKinds = models.SQL | models.Command | models.HTML | models.Path | models.Code | models.Template |
	models.LDAP | models.XPath | models.Regex | models.Header | models.Log | models.URL | models.Redirect | models.RemoteCommand

// membership is what `a in b` says.
func membership(a, b *Value, positive bool) []fact {
	if a.Consts != nil {
		// `";" in x`: finding nothing is a blacklist
		x := fact{base: b, weak: textKinds, onTrue: !positive}
		for _, c := range a.Consts {
			if strings.Contains(c.S, "\\") {
				x.marks |= noBackslash
			}
			if c.S == "//" {
				x.marks |= noSlashSlash
			}
		}
		return []fact{x}
	}
	if b.tainted(models.Stored) { // as harmless as what it is one of
		if k := whole(b).Clean; k != 0 {
			return []fact{{base: a, kinds: k, onTrue: positive}}
		}
		return nil
	}
	if b.rel != nil && b.rel.how == "test" {
		return nil
	}
	base, kinds := a, models.All
	if a.rel != nil {
		switch a.rel.how {
		case "hostname", "netloc":
			base, kinds = a.rel.base, models.URL|models.Redirect
		case "same":
			base = a.rel.base
		case "parents":
			return nil
		case "scheme":
			return []fact{{base: a.rel.base, kinds: models.Argument | models.Link, onTrue: positive}}
		case "path", "port", "query", "parsed":
			return nil
		}
	}
	if b.rel != nil && b.rel.how == "parents" {
		return []fact{{base: b.rel.base, kinds: models.Path, onTrue: positive}}
	}
	facts := []fact{{base: base, kinds: kinds, onTrue: positive}}
	if base != a && kinds == models.All {
		facts = append(facts, fact{base: a, kinds: kinds, onTrue: positive})
	}
	return facts
}

// equality is what `a == b` says.
func equality(a, b *Value, positive bool) []fact {
	for _, p := range [][2]*Value{{a, b}, {b, a}} {
		x, y := p[0], p[1]
		if x.rel != nil && x.rel.how == "test" && y.IsNone() {
			facts := slices.Clone(x.rel.facts)
			for i := range facts {
				facts[i].onTrue = facts[i].onTrue != positive
			}
			return facts
		}
		if x.rel == nil {
			if y.Consts != nil && !y.IsNone() && x.Consts == nil {
				return []fact{{base: x, kinds: models.All, onTrue: positive}}
			}
			continue
		}
		switch x.rel.how {
		case "commonpath":
			return []fact{{base: x.rel.base, kinds: models.Path, onTrue: positive}}
		case "hostname", "netloc":
			if s, ok := y.Str(); ok && s == "" {
				return []fact{{base: x.rel.base, weak: models.Redirect | models.URL, marks: noNetloc, onTrue: positive}}
			}
			if y.IsNone() {
				return nil
			}
			return []fact{{base: x.rel.base, kinds: models.URL | models.Redirect, onTrue: positive}}
		case "scheme":
			if s, ok := y.Str(); ok && s == "" {
				return []fact{{base: x.rel.base, marks: noScheme, onTrue: positive}}
			} else if ok {
				return []fact{{base: x.rel.base, kinds: models.Argument | models.Link, onTrue: positive}}
			}
		case "same":
			if y.Consts != nil && !y.IsNone() {
				return []fact{{base: x.rel.base, kinds: models.All, onTrue: positive}}
			}
		}
	}
	// each is as harmless as the other: os.path.basename(x) == x
	var facts []fact
	for _, p := range [][2]*Value{{a, b}, {b, a}} {
		if k := p[1].Clean &^ p[0].Clean; k != 0 && p[0].tainted(models.Unknown) && p[1].tainted(models.Unknown) {
			facts = append(facts, fact{base: p[0], kinds: k, onTrue: positive})
		}
	}
	return facts
}

// matchStmt runs the cases of a match statement.
func (f *frame) matchStmt(n syntax.Node) {
	subject := f.eval(n.Child(syntax.FieldSubject))
	var out *env
	for c := range n.Child(syntax.FieldBody).NamedChildren() {
		if c.Kind() != syntax.KindCaseClause || f.env == nil {
			continue
		}
		yes, no := f.matchCase(subject, c)
		f.env = yes
		if yes != nil {
			f.block(c.Child(syntax.FieldConsequence))
		}
		out = merge(out, f.env)
		f.env = no
	}
	f.env = merge(out, f.env)
}

// matchCase gives the environments in which a case is taken and passed over.
func (f *frame) matchCase(subject *Value, c syntax.Node) (yes, no *env) {
	var patterns []syntax.Node
	for p := range c.NamedChildren() {
		if p.Kind() == syntax.KindCasePattern {
			patterns = append(patterns, p)
		}
	}
	if len(patterns) != 1 {
		return f.env.clone(), f.env
	}
	literals, wild := f.patternLiterals(patterns[0])
	guard := c.Child(syntax.FieldGuard)
	switch {
	case wild:
		yes, no = f.env.clone(), nil
		f.env = yes
		f.bindCapture(patterns[0], subject)
		if guard.OK() {
			no = f.env.clone()
		}
	case literals == nil:
		yes, no = f.env.clone(), f.env
		f.env = yes
		f.bindPattern(patterns[0], subject)
	default:
		yes, no = f.literalCase(subject, literals)
	}
	if guard.OK() && yes != nil {
		f.env = yes
		y, skipped := f.cond(guard.NamedChild(0))
		return y, merge(no, skipped)
	}
	return yes, no
}

func (f *frame) literalCase(subject *Value, literals []Const) (yes, no *env) {
	if len(subject.Consts) == 1 {
		if slices.Contains(literals, subject.Consts[0]) {
			return f.env, nil
		}
		return nil, f.env
	}
	yes, no = f.env.clone(), f.env
	f.env = yes
	f.learn(fact{base: subject, kinds: models.All})
	return yes, no
}

// patternLiterals lists the constants of a literal pattern or a union of them;
// wild is a pattern that always matches.
func (f *frame) patternLiterals(p syntax.Node) (literals []Const, wild bool) {
	text := p.Str()
	if text == "_" {
		return nil, true
	}
	inner := p.NamedChild(0)
	if !inner.OK() {
		return nil, text == "_"
	}
	switch inner.Kind() {
	case syntax.KindDottedName:
		return nil, inner.NamedCount() == 1
	case syntax.KindUnionPattern:
		for c := range inner.NamedChildren() {
			v := f.eval(c)
			if len(v.Consts) != 1 {
				return nil, false
			}
			literals = append(literals, v.Consts[0])
		}
		return literals, false
	}
	v := f.eval(inner)
	if len(v.Consts) == 1 {
		return v.Consts, false
	}
	return nil, false
}

func (f *frame) bindCapture(p syntax.Node, v *Value) {
	if inner := p.NamedChild(0); inner.OK() && inner.Kind() == syntax.KindDottedName {
		f.store(inner.Str(), v)
	}
}

// bindPattern binds every capture name in a structural pattern to a part of
// the subject.
func (f *frame) bindPattern(p syntax.Node, v *Value) {
	x := elementOf(whole(v))
	for d := range p.Descendants() {
		if d.Kind() == syntax.KindDottedName && d.NamedCount() == 1 && d.Parent().Kind() != syntax.KindClassPattern {
			f.store(d.Str(), x)
		}
	}
}
