package fix

import (
	"strconv"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// SinkArg is the argument of the site's call (or the object of its method)
// that the engine calls dangerous for a kind, and the worst of them if there
// are several.
func (s *Site) SinkArg(kind models.Kind) (pyedit.Arg, bool) {
	call, ok := s.Call()
	if !ok {
		return pyedit.Arg{}, false
	}
	best, found := models.Tier(0), false
	var out pyedit.Arg
	for _, k := range s.Event.Sinks {
		if k.Kinds()&kind == 0 {
			continue
		}
		for _, which := range k.Args {
			a, ok := s.argument(call.Node, which)
			if !ok {
				continue
			}
			if t := s.tier(call.On(a.Value), kind); !found || t > best {
				best, out, found = t, a, true
			}
		}
	}
	return out, found
}

func (s *Site) argument(call syntax.Node, which string) (pyedit.Arg, bool) {
	if s.Event.Sink.OK() { // the call has arguments of its own
		a := flow.FindArg(s.Event.Args, which)
		if a == nil || !a.Node.OK() {
			return pyedit.Arg{}, false
		}
		return pyedit.Arg{Node: a.Node, Value: a.Node}, true
	}
	if which == "self" {
		fn := call.Child(syntax.FieldFunction)
		object := fn.Child(syntax.FieldObject)
		return pyedit.Arg{Node: object, Value: object}, fn.Kind() == syntax.KindAttribute
	}
	if i, err := strconv.Atoi(which); err == nil {
		return pyedit.Positional(call, i)
	}
	return pyedit.Keyword(call, which)
}

// tier is how dangerous a value's origins are.
func (s *Site) tier(n pyedit.At, kind models.Kind) models.Tier {
	v := s.Value(n)
	if v == nil || v.Clean&kind != 0 {
		return models.Constant
	}
	worst := models.Constant
	for _, o := range v.Origins {
		worst = max(worst, o.Tier)
	}
	return worst
}

// EventName is the qualified name of what the site calls or sets, resolved by
// the engine or else by the imports of the file.
func (s *Site) EventName() string {
	if s.HasEvent && s.Event.Name != "" && !strings.HasPrefix(s.Event.Name, ".") {
		return s.Event.Name
	}
	if call, ok := s.Call(); ok {
		return s.Callee(call)
	}
	return s.Event.Name
}

// Assignment is the assignment of the site, if it is one.
func (s *Site) Assignment() (target, value pyedit.At, ok bool) {
	n := s.Node
	for n.Kind() == syntax.KindExpressionStatement || n.Kind() == syntax.KindBlock && n.NamedCount() == 1 {
		n = n.On(n.NamedChild(0))
	}
	if n.Kind() != syntax.KindAssignment && n.Kind() != syntax.KindCall {
		if p := n.Parent(); p.Kind() == syntax.KindAssignment {
			n = n.On(p)
		}
	}
	value = n.On(n.Child(syntax.FieldRight))
	return n.On(n.Child(syntax.FieldLeft)), value, n.Kind() == syntax.KindAssignment && value.OK() && value.Kind() != syntax.KindAssignment
}

// IsTrue and IsFalse recognise the literals.
func IsTrue(n syntax.Node) bool { return n.Kind() == syntax.KindTrue }

// IsFalse reports whether a node is the literal False.
func IsFalse(n syntax.Node) bool { return n.Kind() == syntax.KindFalse }
