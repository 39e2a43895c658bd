package sqli

import (
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// receiverDriver follows the object that a method is called on to where it
// comes from: "conn.cursor()" after "conn = sqlite3.connect(...)".
func receiverDriver(s *fix.Site, call pyedit.At) *driver {
	fn := call.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute {
		return nil
	}
	return originDriver(s, call.On(fn.Child(syntax.FieldObject)), 0)
}

func originDriver(s *fix.Site, n pyedit.At, depth int) *driver {
	if depth > 6 {
		return nil
	}
	switch n.Kind() {
	case syntax.KindAwait, syntax.KindParenthesizedExpression:
		return originDriver(s, n.On(n.NamedChild(0)), depth+1)
	case syntax.KindCall:
		return originDriver(s, n.On(n.Child(syntax.FieldFunction)), depth+1)
	case syntax.KindAttribute:
		if d := driverOf(s.File.Resolve(n.Node)); d != nil {
			return d
		}
		return originDriver(s, n.On(n.Child(syntax.FieldObject)), depth+1)
	case syntax.KindSubscript: // connections["default"]
		return originDriver(s, n.On(n.Child(syntax.FieldValue)), depth+1)
	case syntax.KindIdentifier:
		return nameDriver(s, n, depth)
	}
	return nil
}

func nameDriver(s *fix.Site, id pyedit.At, depth int) *driver {
	if t := s.TypeOf(id); t != "" {
		if d := driverOf(t); d != nil {
			return d
		}
	}
	v := s.File.Var(id)
	if v == nil {
		return driverOf(s.File.Resolve(id.Node))
	}
	if len(v.Binds) != 1 {
		return nil
	}
	b := v.Binds[0]
	if b.Value.OK() {
		return originDriver(s, b.Value, depth+1)
	}
	if p := b.Name.Parent(); p.Kind() == syntax.KindAsPatternTarget { // with ... as cur
		if as := p.Parent(); as.Kind() == syntax.KindAsPattern {
			return originDriver(s, b.Name.On(as.NamedChild(0)), depth+1)
		}
	}
	return driverOf(s.File.Resolve(id.Node))
}
