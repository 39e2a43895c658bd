package xss

import (
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// name escapes the values of the texts that a name is given.
func (w *work) name(id pyedit.At, depth int) bool {
	if !w.isHTML(id) {
		return w.whole(id)
	}
	if args := w.passed(id); len(args) > 0 {
		for _, a := range args {
			if !w.isHTML(a) {
				return w.fail(id.Str() + " is HTML for one caller and a plain value for another: escape it at the calls.")
			}
			if !w.document(a, depth+1) {
				return false
			}
		}
		return true
	}
	v := w.s.File.Var(id)
	if v == nil || v.Shared || len(v.Binds) == 0 {
		return w.whole(id)
	}
	for _, b := range v.Binds {
		if !b.Value.OK() {
			return w.fail("The HTML in " + id.Str() + " is made in a way that cannot be followed.")
		}
		if _, constant := w.s.Constant(b.Value); constant {
			continue
		}
		if !w.document(b.Value, depth+1) {
			return false
		}
	}
	return true
}

// isHTML reports whether an expression gives HTML that is put together in this
// file, and not a value.
func (w *work) isHTML(at pyedit.At) bool { return w.markup(at, 0) }

func (w *work) markup(at pyedit.At, depth int) bool {
	if depth > 4 {
		return false
	}
	switch at.Kind() {
	case syntax.KindParenthesizedExpression:
		return w.markup(at.On(at.NamedChild(0)), depth)
	case syntax.KindConditionalExpression:
		return w.markup(at.On(at.NamedChild(0)), depth+1) || w.markup(at.On(at.NamedChild(2)), depth+1)
	case syntax.KindIdentifier:
		for _, a := range w.passed(at) {
			if w.markup(a, depth+1) {
				return true
			}
		}
		v := w.s.File.Var(at)
		if v == nil || v.Shared {
			return false
		}
		for _, b := range v.Binds {
			if b.Value.OK() && w.markup(b.Value, depth+1) {
				return true
			}
		}
		return false
	case syntax.KindCall:
		if parts, ok := w.joined(at); ok {
			for _, p := range parts {
				if w.markup(p, depth+1) {
					return true
				}
			}
			return false
		}
		return w.returnsHTML(at)
	}
	t, _ := pytext.Parse(at, noNames{w.s})
	if t == nil {
		return false
	}
	for i := range t.Pieces {
		p := &t.Pieces[i]
		if !p.Hole && tagLike(p.Text) {
			return true
		}
	}
	return false
}

// tagLike reports whether a text has a tag.
func tagLike(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 || i+1 == len(s) {
			return false
		}
		if c := s[i+1]; c == '/' || c == '!' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return true
		}
		s = s[i+1:]
	}
}

// returnsHTML reports whether a call may be of a function or method of this
// file that makes a text with tags.
func (w *work) returnsHTML(call pyedit.At) bool {
	for _, u := range w.callees(call) {
		for d := range u.Descendants() {
			if d.Kind() == syntax.KindStringContent && tagLike(d.Str()) {
				return true
			}
		}
	}
	return false
}

// callees are the functions and methods of this file that a call by name, or
// on self, may be of.
func (w *work) callees(call pyedit.At) []pyedit.At {
	fn := call.Child(syntax.FieldFunction)
	name := calledName(fn, fn.Kind() == syntax.KindAttribute)
	if name == "" {
		return nil
	}
	var out []pyedit.At
	for _, u := range w.s.File.Tree.Units {
		if u.Class == syntax.Function && u.Name == name {
			out = append(out, pyedit.At{Node: u.Root(), Base: u.Start})
		}
	}
	return out
}

// calledName is the name of a function that is called by its name, or of a
// method that is called on self; "" for others.
func calledName(fn syntax.Node, method bool) string {
	if !method {
		return fn.Str()
	}
	if object := fn.Child(syntax.FieldObject).Str(); object != "self" && object != "cls" {
		return ""
	}
	return fn.Child(syntax.FieldAttribute).Str()
}

// passed are the arguments that the calls in this file give a parameter.
func (w *work) passed(id pyedit.At) []pyedit.At {
	fn := pyedit.Function(id.Node)
	if !fn.OK() {
		return nil
	}
	at, method := -1, false
	for i, p := range python.Params(fn) {
		if p.Name == id.Str() {
			at = i
		}
		method = method || i == 0 && (p.Name == "self" || p.Name == "cls")
	}
	if at < 0 {
		return nil
	}
	name := fn.Child(syntax.FieldName).Str()
	var out []pyedit.At
	for _, u := range w.s.File.Tree.Units {
		for i := range u.Len() {
			n := pyedit.At{Node: u.At(i), Base: u.Start}
			if n.Kind() != syntax.KindCall || calledName(n.Child(syntax.FieldFunction), method) != name {
				continue
			}
			position := at
			if method {
				position--
			}
			if a, ok := pyedit.Argument(n.Node, position, id.Str()); ok {
				out = append(out, n.On(a.Value))
			}
		}
	}
	return out
}

// called escapes the values of what a function of this file returns; done is
// false if it is not known which function that is.
func (w *work) called(call pyedit.At, depth int) (ok, done bool) {
	callees := w.callees(call)
	if len(callees) != 1 || !w.returnsHTML(call) {
		return false, false
	}
	for d := range callees[0].Descendants() {
		if d.Kind() == syntax.KindReturnStatement && d.NamedCount() > 0 && !w.document(callees[0].On(d.NamedChild(0)), depth+1) {
			return false, true
		}
	}
	return true, true
}

// joined are the elements that sep.join(...) puts together: those of a list or
// generator, or what is appended to a list by name.
func (w *work) joined(call pyedit.At) ([]pyedit.At, bool) {
	fn := call.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "join" || fn.Child(syntax.FieldObject).Kind() != syntax.KindString {
		return nil, false
	}
	args := pyedit.Args(call.Node)
	if len(args) != 1 {
		return nil, false
	}
	return w.elements(call.On(args[0].Value))
}

func (w *work) elements(at pyedit.At) ([]pyedit.At, bool) {
	switch at.Kind() {
	case syntax.KindGeneratorExpression, syntax.KindListComprehension:
		return []pyedit.At{at.On(at.Child(syntax.FieldBody))}, true
	case syntax.KindList, syntax.KindTuple:
		var out []pyedit.At
		for c := range at.NamedChildren() {
			out = append(out, at.On(c))
		}
		return out, true
	case syntax.KindIdentifier:
		v := w.s.File.Var(at)
		if v == nil || v.Shared || len(v.Binds) != 1 || !v.Binds[0].Value.OK() {
			return nil, false
		}
		out, ok := w.elements(v.Binds[0].Value)
		if !ok {
			return nil, false
		}
		for _, l := range v.Loads {
			attr := l.Parent()
			call := l.On(attr.Parent())
			if attr.Kind() == syntax.KindAttribute && attr.Child(syntax.FieldAttribute).Str() == "append" && call.Kind() == syntax.KindCall {
				if a, ok := pyedit.Positional(call.Node, 0); ok {
					out = append(out, call.On(a.Value))
				}
			}
		}
		return out, true
	}
	return nil, false
}
