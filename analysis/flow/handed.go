package flow

import (
	"slices"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// Text that one function puts together and hands to another, which passes it on
// untouched to a sink, goes wrong where it was put together: query_db(sql) of
// twenty handlers is twenty faults, not one.

// handedOver gives the event of a call of a followed function as one of the call
// that handed over what arrives, and the frame of that call. ok is false where the
// value was put together in the function itself, or came to the program as it is.
func (f *frame) handedOver(e Event) (out Event, at *frame, ok bool) {
	if f.caller == nil || len(e.Sinks) == 0 {
		return e, f, false
	}
	arrives := sinkArg(e.Sinks[0], e.Args)
	if arrives == nil || !(arrives.Value.followed() && composed(arrives.Value) || wholeText(arrives.Value)) {
		return e, f, false
	}
	for _, s := range e.Sinks[1:] {
		if a := sinkArg(s, e.Args); a == nil || a.Value != arrives.Value {
			return e, f, false
		}
	}
	g := f.handing(arrives.Value)
	if g == nil {
		return e, f, false
	}
	out = e
	out.Sink, out.Args = e.Node, make([]Arg, len(e.Args))
	for i, a := range e.Args {
		out.Args[i] = f.broughtTo(g, a)
		if a.Value == arrives.Value {
			out.Node = out.Args[i].Node // only until the call is known
		}
	}
	for h := f; h != g; h = h.caller {
		out.Node = h.site
	}
	return out, g, true
}

// wholeText reports whether a value is a text that the program has as it is: what
// goes with it, its parameters, may be the fault.
func wholeText(v *Value) bool {
	return v.Type == "str" && len(v.Consts) == 1 && !v.any(models.Tier.Followed)
}

// composed reports whether a value is text, or a list, that the program puts
// together.
func composed(v *Value) bool {
	return len(v.Pieces) > 1 || (v.Type == "list" || v.Type == "tuple") && len(v.parts) > 0 || slices.ContainsFunc(v.alts, composed)
}

// handing is the frame of the call that handed a value over, through functions
// that pass it on untouched; nil if the function itself made it.
func (f *frame) handing(v *Value) *frame {
	g := f
	for g.caller != nil {
		a := g.argumentOf(v)
		if a == nil || !a.Node.OK() || g.site.Kind() != syntax.KindCall {
			break
		}
		g, v = g.caller, a.Value
	}
	if g == f {
		return nil
	}
	return g
}

// broughtTo gives an argument as it stands in the call that a frame above makes:
// by the expression there and the parameter of the called function. One that is
// something else there has no expression.
func (f *frame) broughtTo(top *frame, a Arg) Arg {
	out := Arg{Name: a.Name, Value: a.Value}
	v := a.Value
	for g := f; ; g = g.caller {
		i := g.parameterOf(v)
		if i < 0 {
			return out
		}
		given := g.argument(i)
		if g.caller == top {
			out.Param = g.scope.Params[i].Name
			if given != nil {
				out.Node = given.Node
			}
			return out
		}
		if given == nil {
			return out
		}
		v = given.Value
	}
}

// parameterOf is the index of the parameter that holds a value since the call,
// or -1.
func (f *frame) parameterOf(v *Value) int {
	id := v.id()
	for i, w := range f.watched {
		if w != nil && w == id {
			return i
		}
	}
	return -1
}

// argumentOf is the argument of the call that a value came with untouched.
func (f *frame) argumentOf(v *Value) *Arg {
	if i := f.parameterOf(v); i >= 0 {
		return f.argument(i)
	}
	return nil
}

// argument is what the call gave a parameter, nil if it gave nothing or cannot be
// told.
func (f *frame) argument(param int) *Arg {
	name, at := f.scope.Params[param].Name, param
	if f.bound {
		at--
	}
	for i := range f.passedIn {
		switch a := &f.passedIn[i]; {
		case a.Name == name:
			return a
		case a.Name == "*" || a.Name == "**":
			return nil
		case a.Name == "":
			if at == 0 {
				return a
			}
			at--
		}
	}
	return nil
}
