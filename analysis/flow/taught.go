package flow

import (
	"path/filepath"
	"strings"

	"pavise/analysis/syntax"
)

// maxPackages bounds the packages around a module by whose names it can be
// imported.
const maxPackages = 12

// taught is the name under which the configuration speaks of what a module
// binds under a name, "app.util.clean", wherever imports of the module begin;
// "" if it does not.
func (a *Analyzer) taught(name string) string {
	if !a.set.Taught(name[strings.LastIndexByte(name, '.')+1:]) || a.page != nil {
		return ""
	}
	q, at := name, strings.TrimSuffix(filepath.ToSlash(a.path), ".py")
	at = strings.TrimSuffix(at, "/__init__")
	for range maxPackages {
		i := strings.LastIndexByte(at, '/')
		if i+1 == len(at) {
			break
		}
		q = at[i+1:] + "." + q
		if a.set.Teaches(q) {
			return a.set.Canonical(q)
		}
		if i < 0 {
			break
		}
		at = at[:i]
	}
	return ""
}

// taught is v under the name by which the configuration speaks of it, if it
// does; what it says of a value is what the value is.
func (r *run) taught(a *Analyzer, name string, v *Value) *Value {
	q := a.taught(name)
	if q == "" {
		return v
	}
	if a.set.Value(q) != nil || a.set.TypeOf(q) != "" || !a.set.Teaches(q) { // the last: it is another name
		return r.symbol(q)
	}
	if !v.Local() || v.inst {
		return v
	}
	c := *v
	c.Name, c.root = q, v.id()
	return &c
}

// taughtFunc is what a name of a module holds that a function is defined under:
// the decorated function, or the one that models say all about.
func (f *frame) taughtFunc(a *Analyzer, name string, fn *Func) *Value {
	return f.run.taughtFunc(a, name, fn, func() *Value { return f.decorated(fn) })
}

// taughtFunc is that of a frame, for a function of which is known what
// decorators make of it.
func (r *run) taughtFunc(a *Analyzer, name string, fn *Func, decorated func() *Value) *Value {
	if q := a.taught(name); q != "" && a.set.Judges(q) {
		return &Value{fn: fn, Name: q}
	}
	return r.taught(a, name, decorated())
}

// taughtMember is the name of an attribute that the configuration says is a
// source, or of a type, in a class of the program or its bases; "" if none is.
func (f *frame) taughtMember(c *Class, name string, depth int) string {
	if depth > 8 || !f.m.set.Taught(name) {
		return ""
	}
	if q := c.known + "." + name; c.known != "" && (f.m.set.Value(q) != nil || f.m.set.TypeOf(q) != "") {
		return q
	}
	for _, b := range c.bases {
		if b.cls != nil {
			if q := f.taughtMember(b.cls, name, depth+1); q != "" {
				return q
			}
		}
	}
	return ""
}

// judged calls a function of the program that is not looked into, because
// models say what it does.
func (f *frame) judged(n syntax.Node, callee *Value, args []Arg) *Value {
	f.run.dependOn(callee.fn)
	v := f.external(n, callee, args)
	if v == neverReturns {
		return v
	}
	return v.returnedBy(callee.fn, n)
}
