package fix

import (
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Harm is an expression whose value does the harm of a finding: a hole of a
// text, an element of a display, or a whole argument.
type Harm struct {
	Hole  pytext.Piece
	Whole bool // it is no part of a text
	Value *flow.Value
}

// Harms lists what does harm of a kind in the arguments that the event's sinks
// of the kind take, or in what is assigned.
func (s *Site) Harms(kind models.Kind) []Harm {
	if !s.HasEvent {
		return nil
	}
	if s.Event.Kind == flow.Assigned {
		if _, value, ok := s.Assignment(); ok {
			return s.HarmsIn(value, s.Event.Value, kind)
		}
		return nil
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	var out []Harm
	args := pyedit.Args(call.Node)
	if len(args) != len(s.Event.Args) {
		return nil
	}
	for i := range args {
		if s.dangerous(i, args, kind) {
			out = append(out, s.HarmsIn(call.On(args[i].Value), s.Event.Args[i].Value, kind)...)
		}
	}
	return out
}

// dangerous reports whether a sink of the kind takes the i-th argument.
func (s *Site) dangerous(i int, args []pyedit.Arg, kind models.Kind) bool {
	for _, k := range s.Event.Sinks {
		if k.Kinds()&kind == 0 {
			continue
		}
		for _, which := range k.Args {
			switch {
			case which == "*" && args[i].Name == "", which == "*=" && args[i].Name != "" && args[i].Name != "*":
				return true
			case which == args[i].Name && which != "":
				return true
			case len(which) == 1 && which[0] >= '0' && which[0] <= '9' && args[i].Name == "":
				if int(which[0]-'0') == position(args, i) {
					return true
				}
			}
		}
	}
	return false
}

func position(args []pyedit.Arg, i int) int {
	n := 0
	for _, a := range args[:i] {
		if a.Name == "" {
			n++
		}
	}
	return n
}

// HarmsIn lists what does harm of a kind in one expression, whose value is v.
func (s *Site) HarmsIn(at pyedit.At, v *flow.Value, kind models.Kind) []Harm {
	return s.harms(at, v, kind, 0)
}

func (s *Site) harms(at pyedit.At, v *flow.Value, kind models.Kind, depth int) []Harm {
	if v == nil || depth > 6 {
		return nil
	}
	var out []Harm
	switch at.Kind() {
	case syntax.KindParenthesizedExpression:
		return s.harms(at.On(at.NamedChild(0)), v, kind, depth+1)
	case syntax.KindDictionary:
		for c := range at.NamedChildren() {
			if c.Kind() != syntax.KindPair {
				continue
			}
			key, ok := s.Constant(at.On(c.Child(syntax.FieldKey)))
			if !ok || kind == models.NoSQL && compares[key] {
				continue
			}
			out = append(out, s.harms(at.On(c.Child(syntax.FieldValue)), v.Key(key), kind, depth+1)...)
		}
		return out
	case syntax.KindList, syntax.KindTuple:
		i := 0
		for c := range at.NamedChildren() {
			out = append(out, s.harms(at.On(c), v.Element(i), kind, depth+1)...)
			i++
		}
		return out
	case syntax.KindIdentifier:
		if def, fixed, ok := s.Definition(at); ok && !fixed && display(def.Node) {
			return s.harms(def, v, kind, depth+1)
		}
	}
	return s.inText(at, v, kind)
}

// compares are the operators of a filter that take their operand as it is.
var compares = map[string]bool{"$eq": true, "$ne": true, "$gt": true, "$gte": true, "$lt": true, "$lte": true, "$in": true, "$nin": true}

func display(n syntax.Node) bool {
	return n.Kind() == syntax.KindDictionary || n.Kind() == syntax.KindList || n.Kind() == syntax.KindTuple
}

// inText lists the harmful holes of a text.
func (s *Site) inText(at pyedit.At, v *flow.Value, kind models.Kind) []Harm {
	t, _ := pytext.Parse(at, own{s})
	if t == nil {
		if !reaches(v, at.Node, kind) {
			return nil
		}
		return []Harm{{Hole: pytext.Piece{Hole: true, Style: pytext.Field, Expr: at, Term: at}, Whole: true, Value: v}}
	}
	var out []Harm
	for _, i := range t.Holes() {
		h := t.Pieces[i]
		value := s.within(syntax.Node{}, v, h.Expr.Abs(), 0)
		if value == nil && h.Style == pytext.Operand {
			value = s.within(syntax.Node{}, v, h.Term.Abs(), 0)
		}
		if value != nil && !reaches(value, h.Expr.Node, kind) || value == nil && s.Trusted(h.Expr) {
			continue
		}
		out = append(out, Harm{Hole: h, Value: value})
	}
	return out
}

// own follows names only to texts that nothing else reads.
type own struct{ s *Site }

func (o own) Definition(id pyedit.At) (pyedit.At, bool, bool) {
	def, fixed, ok := o.s.Definition(id)
	return def, fixed, ok && !fixed
}
func (o own) Constant(e pyedit.At) (string, bool) { return o.s.Constant(e) }

func reaches(v *flow.Value, n syntax.Node, kind models.Kind) bool {
	for _, r := range flow.Reaching(v, n, kind) {
		if r.Origin.Tier.Followed() {
			return true
		}
	}
	return false
}

// Wrap puts a call around a harmful expression. The reason is not "" if that
// cannot be done.
func (h *Harm) Wrap(s *Site, e *pyedit.Edits, call func(value string) string) (reason string) {
	name := h.Hole.Source(s.File)
	switch {
	case h.Hole.Suffix != "" || h.Hole.Key != "":
		return Short(name) + " is taken out of its argument by the text itself: pass the value alone."
	case h.Hole.Conv != "":
		return "The format of " + Short(name) + " would be applied to another text."
	case pytext.Starred(h.Hole.Expr.Node):
		return Short(name) + " cannot stand alone."
	}
	at := h.Hole.Expr
	if h.Hole.Style == pytext.Operand {
		at = h.Hole.Term
	}
	e.ReplaceNode(at, call(s.Source(h.Hole.Expr)))
	return ""
}

// Name is the expression, for titles.
func (h *Harm) Name(s *Site) string { return Short(h.Hole.Source(s.File)) }

// Short is an expression for a sentence.
func Short(name string) string {
	if len(name) > 40 || strings.ContainsAny(name, "\r\n") {
		return "the value"
	}
	return name
}

// Listing joins names: "a", "a and b", "a, b and c".
func Listing(names []string) string {
	var out []string
	for _, n := range names {
		dup := false
		for _, o := range out {
			dup = dup || o == n
		}
		if !dup {
			out = append(out, n)
		}
	}
	if len(out) < 2 {
		return strings.Join(out, "")
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}
