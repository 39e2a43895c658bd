package crypto

import (
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// follow goes after the digest at a place, and rewrites the comparisons.
func (p *part) follow(at pyedit.At, v value, depth int) fate {
	if cmp, stored, negated := comparison(at); cmp.OK() {
		p.compare(cmp, stored, negated, v, v.old())
		return isCompared
	}
	if name := assignedName(at); name.OK() {
		return p.named(name, v)
	}
	switch {
	case lookup(at.Node):
		p.fail(at, lookedUp)
	case !kept(at.Node):
		p.fail(at, "The digest is used here in a way that no other hash can be.")
	case at.Parent().Kind() == syntax.KindReturnStatement:
		p.returned(at, v, depth)
	default:
		p.handed(at)
	}
	return isHash
}

// named goes after a digest that has a name.
func (p *part) named(name pyedit.At, v value) fate {
	x := p.s.File.Var(name)
	if x == nil {
		return isHash
	}
	found := 0
	for _, l := range x.Loads {
		if cmp, _, _ := comparison(l); cmp.OK() {
			found++
		} else if lookup(l.Node) {
			p.fail(l, lookedUp)
		} else {
			p.handed(l)
			if l.Parent().Kind() == syntax.KindReturnStatement {
				p.returned(l, value{part: p, home: v.home}, 1)
			}
		}
	}
	switch {
	case found == 0:
		return isHash
	case x.Shared || len(x.Binds) != 1:
		p.fail(name, "The digest is compared under a name that has other values too: give it one of its own first.")
		return isHash
	case found != len(x.Loads):
		p.fail(name, "The digest is both stored and compared under one name: make two of it first.")
		return isHash
	}
	for _, l := range x.Loads {
		cmp, stored, negated := comparison(l)
		p.compare(cmp, stored, negated, v, l.Str())
	}
	return isOld
}

// compare writes the verifier in the place of a comparison.
func (p *part) compare(cmp, stored pyedit.At, negated bool, v value, old string) {
	verify := v.home.verify
	if v.home != p {
		verify = p.from(cmp, v.home, verify)
	}
	text := verify + "(" + p.s.Source(stored) + ", " + v.password + ", " + old + ")"
	if negated {
		text = "not " + text
	}
	v.home.needed, p.m.compared = true, true
	p.done = append(p.done, cmp.Abs())
	p.e.DropImport("hmac", "compare_digest")
	p.e.ReplaceNode(cmp, text)
}

// returned goes after a digest that a function returns, in all that calls it.
func (p *part) returned(at pyedit.At, v value, depth int) {
	fn := pyedit.Function(at.Node)
	if !fn.OK() {
		return
	}
	name := fn.Child(syntax.FieldName).Str()
	plain := depth == 0 && fn.Child(syntax.FieldBody).NamedCount() == 1 && !pyedit.Function(fn).OK() && !fn.Parent().Parent().OK()
	if depth > mostHands {
		p.fail(at, "The digest goes through too many functions: take it out of them first.")
		return
	}
	p.called(p, fn, name, plain, v, depth)
	for _, path := range p.m.paths {
		if path != p.path && strings.Contains(p.m.texts[path], name) {
			p.m.part(path).called(p, fn, name, plain, v, depth)
		}
	}
	if p.path != "" {
		p.m.parts[0].called(p, fn, name, plain, v, depth)
	}
}

// mostHands bounds the functions that hand a digest to each other.
const mostHands = 4

// called handles what becomes of the result of a function of another part, or of this, that
// returns a digest. It is plain if it does nothing else.
func (p *part) called(from *part, fn syntax.Node, name string, plain bool, v value, depth int) {
	for call := range p.calls() {
		callee, full := call.Child(syntax.FieldFunction).Str(), p.s.Callee(call)
		if callee != name && !strings.HasSuffix(callee, "."+name) && !strings.HasSuffix(full, "."+name) || pyedit.Function(call.Node) == fn {
			continue
		}
		next := value{part: p, home: v.home}
		password, ok := pyedit.Positional(call.Node, 0)
		if plain && ok && v.old != nil && (p == from && callee == name || p != from && p.module(from, call) != "") {
			given := digest{password: p.s.Source(call.On(password.Value)), bytes: v.home.ofBytes(fn)}
			next.password = v.home.given(given)
			next.old = func() string {
				return p.oldHelper(from, fn, name, v, call) + p.s.Source(call.On(call.Child(syntax.FieldArguments)))
			}
		}
		if next.old == nil {
			if p.comparesCall(call) {
				p.fail(call, "The result of "+name+" is compared, and the function does more than hash or cannot be had here in its old form: take the digest out of it first.")
				return
			}
			next.old = func() string { return "" }
		}
		if p.follow(call, next, depth+1) == isOld {
			p.e.ReplaceNode(call, next.old())
		}
	}
	p.references(fn, name)
}

// ofBytes reports whether the digest in a function takes bytes.
func (p *part) ofBytes(fn syntax.Node) bool {
	return slices.ContainsFunc(p.digests, func(d digest) bool { return pyedit.Function(d.whole.Node) == fn && d.bytes })
}

// references refuses a function that is handed on under its name: where it is
// called cannot be seen.
func (p *part) references(fn syntax.Node, name string) {
	for _, u := range p.s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() == syntax.KindIdentifier && n.Str() == name && n.Parent().Kind() == syntax.KindArgumentList && n.Parent().Parent() != fn {
				p.fail(pyedit.At{Node: n, Base: u.Start}, name+" is handed on as a function: where its result is compared cannot be told.")
			}
		}
	}
}

// comparesCall reports whether the result of a call is compared, itself or under a name.
func (p *part) comparesCall(call pyedit.At) bool {
	if cmp, _, _ := comparison(call); cmp.OK() {
		return true
	}
	name := assignedName(call)
	if !name.OK() {
		return false
	}
	x := p.s.File.Var(name)
	return x != nil && slices.ContainsFunc(x.Loads, func(l pyedit.At) bool {
		cmp, _, _ := comparison(l)
		return cmp.OK()
	})
}

// module is the name by which the file imports that of another part, at a call of one of
// its functions; "" if it gets the function in another way.
func (p *part) module(from *part, call pyedit.At) string {
	name := p.s.Callee(call)
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	path, err := filepath.Abs(from.s.File.Tree.File.Path())
	if err != nil {
		return ""
	}
	stem := strings.TrimSuffix(filepath.Base(path), ".py")
	if stem == "__init__" {
		stem = filepath.Base(filepath.Dir(path))
	}
	module := name[:i]
	if module[strings.LastIndexByte(module, '.')+1:] != stem {
		return ""
	}
	root, _, _ := strings.Cut(call.Child(syntax.FieldFunction).Str(), ".")
	for _, b := range p.s.File.Imports() {
		if b.Name == root && !b.Inner {
			return module
		}
	}
	return ""
}

// from is the name of something in another part, imported.
func (p *part) from(at pyedit.At, home *part, name string) string {
	for call := range p.calls() {
		if module := p.module(home, call); module != "" && home.defines(p.s.Callee(call)) {
			return p.e.Use(at, module, name, pyedit.From)
		}
	}
	p.fail(at, "What checks the hash cannot be imported here.")
	return name
}

// defines reports whether the part has something of a dotted name at its top level.
func (p *part) defines(name string) bool {
	return p.s.File.BoundInModule(name[strings.LastIndexByte(name, '.')+1:]) > 0
}

// oldHelper is the name of the function that gives the digest as a function did before.
func (p *part) oldHelper(from *part, fn syntax.Node, name string, v value, call pyedit.At) string {
	old := from.old[name]
	if old == "" {
		old = from.s.File.Unique("old_" + strings.TrimLeft(name, "_"))
		from.old[name] = old
		params := fn.Child(syntax.FieldParameters).Str()
		from.helpers = append(from.helpers, "def "+old+params+":\n    return "+v.old()+"\n")
	}
	if p == from {
		return old
	}
	p.e.DropImport(call.Child(syntax.FieldFunction).Str())
	return p.e.Use(call, p.module(from, call), old, pyedit.From)
}

// handed refuses a digest that is handed to a function that compares it.
func (p *part) handed(at pyedit.At) {
	list := at.Parent()
	keyword := ""
	if list.Kind() == syntax.KindKeywordArgument {
		keyword = list.Child(syntax.FieldName).Str()
		list = list.Parent()
	}
	if list.Kind() != syntax.KindArgumentList || list.Parent().Kind() != syntax.KindCall {
		return
	}
	callee := list.Parent().Child(syntax.FieldFunction).Str()
	name := callee[strings.LastIndexByte(callee, '.')+1:]
	index := 0
	for c := range list.NamedChildren() {
		if c == at.Node {
			break
		}
		index++
	}
	look := func(q *part) {
		if q.takes(name, keyword, index) {
			p.fail(at, "The digest is handed to "+name+", which compares it: verify the password there first.")
		}
	}
	look(p)
	for _, path := range p.m.paths {
		if path != p.path && strings.Contains(p.m.texts[path], "def "+name+"(") {
			look(p.m.part(path))
		}
	}
	if p.path != "" {
		look(p.m.parts[0])
	}
}

// takes reports whether a function of the file compares one of its arguments or looks
// something up by it.
func (p *part) takes(name, keyword string, index int) bool {
	for _, u := range p.s.File.Tree.Units {
		for i := range u.Len() {
			fn := u.At(i)
			if fn.Kind() != syntax.KindFunctionDefinition || fn.Child(syntax.FieldName).Str() != name {
				continue
			}
			params := python.Params(fn)
			if len(params) > 0 && (params[0].Name == "self" || params[0].Name == "cls") {
				params = params[1:]
			}
			if keyword == "" && index < len(params) {
				keyword = params[index].Name
			}
			if keyword != "" && compares(fn.Child(syntax.FieldBody), keyword) {
				return true
			}
		}
	}
	return false
}

func compares(body syntax.Node, name string) bool {
	for d := range body.Descendants() {
		if d.Kind() != syntax.KindIdentifier || d.Str() != name {
			continue
		}
		if cmp, _, _ := comparison(pyedit.At{Node: d}); cmp.OK() || lookup(d) {
			return true
		}
	}
	return false
}
