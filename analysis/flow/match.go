package flow

import (
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

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
	m := matching{f: f}
	switch len(patterns) {
	case 0:
		return f.env.clone(), f.env
	case 1:
		m.match(patterns[0], subject, 0)
	default: // case a, b:
		m.sequence(patterns, subject, 0)
	}
	if m.can == never {
		return nil, f.env
	}
	yes, no = f.env.clone(), f.env
	if m.can == always {
		no = nil
	}
	f.env = yes
	for _, x := range m.facts {
		f.learn(x)
	}
	for _, b := range m.binds {
		f.store(b.name, b.v)
	}
	if guard := c.Child(syntax.FieldGuard); guard.OK() {
		y, skipped := f.cond(guard.NamedChild(0))
		if m.can == always {
			return y, skipped
		}
		return y, merge(no, skipped)
	}
	return yes, no
}

// outcome of matching a pattern.
type can uint8

const (
	always can = iota
	perhaps
	never
)

func (c can) and(d can) can { return max(c, d) }

// matching is what is known of one match of a pattern.
type matching struct {
	f     *frame
	can   can
	facts []fact
	binds []bound
}

type bound struct {
	name string
	v    *Value
}

func (m *matching) fails() { m.can = never }
func (m *matching) may()   { m.can = m.can.and(perhaps) }

func (m *matching) bind(name string, v *Value) {
	if name != "_" {
		m.binds = append(m.binds, bound{name, v})
	}
}

// match matches one pattern with a value.
func (m *matching) match(p syntax.Node, v *Value, depth int) {
	if depth > 20 {
		m.may()
		return
	}
	switch p.Kind() {
	case syntax.KindCasePattern:
		if p.Str() == "_" {
			return
		}
		if p.Str()[0] == '-' { // a negative number
			m.value(negative(m.f.eval(p.NamedChild(0))), v)
			return
		}
		if inner := p.NamedChild(0); inner.OK() {
			m.match(inner, v, depth+1)
			return
		}
		m.may()
	case syntax.KindDottedName:
		if p.NamedCount() == 1 {
			m.bind(p.Str(), v)
			return
		}
		m.value(m.f.lookupDotted(p.Str()), v)
	case syntax.KindUnionPattern:
		m.union(p, v, depth)
	case syntax.KindAsPattern:
		m.match(p.NamedChild(0), v, depth+1)
		if t := p.NamedChild(p.NamedCount() - 1); t.OK() {
			name := t.Str()
			for _, x := range m.facts {
				if x.base.id() == v.id() {
					v = x.apply(v)
				}
			}
			m.bind(name, v)
		}
	case syntax.KindListPattern, syntax.KindTuplePattern:
		var list []syntax.Node
		for c := range p.NamedChildren() {
			list = append(list, c)
		}
		if p.Kind() == syntax.KindTuplePattern && len(list) == 1 && p.Str()[len(p.Str())-2] != ',' {
			m.match(list[0], v, depth+1) // brackets around a pattern
			return
		}
		m.sequence(list, v, depth)
	case syntax.KindDictPattern:
		m.mapping(p, v, depth)
	case syntax.KindClassPattern:
		m.class(p, v, depth)
	default:
		m.value(m.f.eval(p), v)
	}
}

func negative(v *Value) *Value {
	if len(v.Consts) == 1 {
		if c, ok := foldUnary("-", v.Consts[0]); ok {
			return constant(c)
		}
	}
	return v
}

// value matches a literal or a constant.
func (m *matching) value(want, v *Value) {
	if len(want.Consts) == 1 && len(v.Consts) > 0 {
		found := false
		for _, c := range v.Consts {
			same, _ := compare("==", c, want.Consts[0])
			if want.Consts[0].Kind == BoolConst || want.Consts[0].Kind == NoneConst {
				same = c == want.Consts[0]
			}
			found = found || same
		}
		switch {
		case !found:
			m.fails()
		case len(v.Consts) > 1:
			m.may()
		}
		return
	}
	m.may()
	if fixedValue(want) {
		m.facts = append(m.facts, fact{base: v, kinds: models.All, onTrue: true})
	}
}

// union matches a | b.
func (m *matching) union(p syntax.Node, v *Value, depth int) {
	best := never
	var facts []fact
	first := true
	for c := range p.NamedChildren() {
		sub := matching{f: m.f}
		sub.match(c, v, depth+1)
		if sub.can == never {
			continue
		}
		best = min(best, sub.can)
		m.binds = append(m.binds, sub.binds...)
		if first {
			facts = sub.facts
		} else {
			var both []fact
			for _, x := range facts {
				for _, y := range sub.facts {
					if x.base.id() == y.base.id() {
						x.kinds &= y.kinds
						both = append(both, x)
						break
					}
				}
			}
			facts = both
		}
		first = false
	}
	m.can = m.can.and(best)
	m.facts = append(m.facts, facts...)
}

// sequence matches [a, *b, c].
func (m *matching) sequence(list []syntax.Node, v *Value, depth int) {
	star := -1
	for i, p := range list {
		inner := p
		if p.Kind() == syntax.KindCasePattern && p.NamedChild(0).OK() {
			inner = p.NamedChild(0)
		}
		if inner.Kind() == syntax.KindSplatPattern {
			star = i
		}
	}
	elements, known := items(v)
	if v.Type == "str" || v.Type == "int" || v.Type == "dict" {
		m.fails()
		return
	}
	if known && (star < 0 && len(elements) != len(list) || len(elements) < len(list)-1) {
		m.fails()
		return
	}
	if !known {
		m.may()
	}
	for i, p := range list {
		switch {
		case i == star:
			rest := &Value{Type: "list", rest: elementOf(v), Origins: v.Origins, Clean: v.Clean, Weak: v.Weak}
			if known {
				rest = sequenceOf("list", elements[i:i+len(elements)-len(list)+1])
			}
			for d := range p.Descendants() {
				if d.Kind() == syntax.KindIdentifier {
					m.bind(d.Str(), rest)
				}
			}
		case known && star >= 0 && i > star:
			m.match(p, elements[i+len(elements)-len(list)], depth+1)
		case known:
			m.match(p, elements[i], depth+1)
		default:
			x := elementOf(v)
			if part := v.Element(i); part != nil && (star < 0 || i < star) {
				x = part
			}
			m.match(p, x, depth+1)
		}
		if m.can == never {
			return
		}
	}
}

// mapping matches {"k": a, **rest}.
func (m *matching) mapping(p syntax.Node, v *Value, depth int) {
	if v.Type != "dict" {
		m.may()
	}
	var key syntax.Node
	for c := range p.NamedChildren() {
		switch {
		case c.Kind() == syntax.KindSplatPattern:
			for d := range c.Descendants() {
				if d.Kind() == syntax.KindIdentifier {
					m.bind(d.Str(), v)
				}
			}
		case c.Field() == syntax.FieldKey:
			key = c
		case c.Field() == syntax.FieldValue:
			k := m.f.eval(key)
			x := elementOf(v)
			if len(k.Consts) == 1 {
				if part := v.part(constKey(k.Consts[0])); part != nil {
					x = part
					if v.maybe {
						m.may()
					}
				} else if v.Type == "dict" && v.parts != nil && v.rest == nil && len(v.Origins) == 0 && v.part(unlistedKeys) == nil {
					m.fails()
					return
				} else {
					m.may()
				}
			} else {
				m.may()
			}
			m.match(c, x, depth+1)
		}
		if m.can == never {
			return
		}
	}
}

// class matches C(a, b=c).
func (m *matching) class(p syntax.Node, v *Value, depth int) {
	f := m.f
	name := p.NamedChild(0)
	cls := f.lookupDotted(name.Str())
	switch {
	case builtins[cls.Name] && v.Type != "" && (v.Consts != nil || builtins[v.Type]):
		if cls.Name != v.Type && !(cls.Name == "int" && v.Type == "bool") && cls.Name != "object" {
			m.fails()
			return
		}
		if len(v.Consts) > 1 {
			m.may()
		}
	case harmlessType(cls.Name):
		m.may()
		m.facts = append(m.facts, fact{base: v, kinds: models.All, onTrue: true})
	case cls.cls != nil && v.cls == cls.cls && v.inst:
	default:
		m.may()
	}
	var fields []string
	if cls.cls != nil {
		fields = f.fieldNames(cls.cls, 0)
	}
	i := 0
	for c := range p.NamedChildren() {
		if c.Index() == name.Index() {
			continue
		}
		inner := c
		if c.Kind() == syntax.KindCasePattern && c.NamedChild(0).OK() {
			inner = c.NamedChild(0)
		}
		if inner.Kind() == syntax.KindKeywordPattern {
			m.match(inner.NamedChild(1), m.field(v, inner.NamedChild(0).Str(), c), depth+1)
		} else {
			x := v
			if i < len(fields) {
				x = m.field(v, fields[i], c)
			} else if cls.cls != nil {
				x = elementOf(whole(v))
			}
			i++
			m.match(c, x, depth+1)
		}
		if m.can == never {
			return
		}
	}
}

func (m *matching) field(v *Value, name string, n syntax.Node) *Value { return m.f.attr(v, name, n) }
