package flow

import (
	"strings"

	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// bindings are what a template's names stand for at one point: an innermost layer
// and those around it.
type bindings struct {
	prev *bindings
	vars map[string]binding
}

// binding is a value, a macro or an imported template.
type binding struct {
	v     *Value
	macro *macro
	page  *page
}

type macro struct {
	node  *template.Node
	page  *page
	names *bindings // where it was defined
}

// rendering is one run of a template with all that it takes in.
type rendering struct {
	job    *job
	f      *frame
	call   syntax.Node
	page   *page     // whose nodes are run
	names  *bindings // innermost
	html   template.State
	off    bool // within a block in which escaping is switched off
	blocks map[string][]block
	inside []openBlock // blocks being run
	caller *caller
	pages  int  // templates around the present one, macros included
	nest   int  // of expressions
	ran    bool // a macro or block has run: the state of the page is that at its end
	limit  int  // of steps
	forms  pageForms
}

// block is what fills a block of a base template.
type block struct {
	node *template.Node
	page *page
}

// openBlock is a block that is being run, for super().
type openBlock struct {
	name  string
	level int
}

// caller is the body of {% call %}.
type caller struct {
	node  *template.Node
	page  *page
	names *bindings
	outer *caller
}

func (r *rendering) bind(name string, v *Value) { r.names.vars[name] = binding{v: v} }

func (r *rendering) push() { r.names = &bindings{prev: r.names, vars: map[string]binding{}} }
func (r *rendering) pop()  { r.names = r.names.prev }

func (n *bindings) find(name string) (binding, bool) {
	for ; n != nil; n = n.prev {
		if b, ok := n.vars[name]; ok {
			return b, true
		}
	}
	return binding{}, false
}

// step counts against the run and against this rendering.
func (r *rendering) step() bool { return r.f.run.steps < r.limit && r.f.step() }

// template runs a whole template, within those that it extends.
func (r *rendering) template(p *page) {
	if r.pages >= maxPages {
		return
	}
	r.pages++
	page, blocks, inside := r.page, r.blocks, r.inside
	r.blocks, r.inside = map[string][]block{}, nil
	for range maxPages {
		r.page = p
		base := r.base(p)
		for name, n := range p.file.Blocks {
			r.blocks[name] = append(r.blocks[name], block{n, p})
		}
		if base == nil {
			r.run(p.file.Body)
			break
		}
		r.outside(p.file.Body)
		p = base
	}
	r.page, r.blocks, r.inside = page, blocks, inside
	r.pages--
}

// base is the template that p extends, nil if there is none.
func (r *rendering) base(p *page) *page {
	for _, n := range p.file.Body {
		list := []*template.Node{n}
		if n.Kind == template.If { // {% if ajax %}{% extends a %}{% else %}{% extends b %}{% endif %}
			list = append(n.Arms[0].Body[:len(n.Arms[0].Body):len(n.Arms[0].Body)], n.Else...)
		}
		for _, n := range list {
			if n.Kind != template.Extends {
				continue
			}
			for _, b := range r.find(r.eval(n.Expr)) {
				return b
			}
		}
	}
	return nil
}

// find are the templates that a value can name.
func (r *rendering) find(v *Value) []*page {
	var out []*page
	for _, name := range templateNames(v) {
		if rest, ok := strings.CutPrefix(name, "./"); ok {
			if i := strings.LastIndexByte(r.page.name, '/'); i >= 0 {
				rest = r.page.name[:i+1] + rest
			}
			name = rest
		}
		if p := r.job.find(name); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// outside runs what of a template that extends another counts outside of its
// blocks.
func (r *rendering) outside(list []*template.Node) {
	for _, n := range list {
		switch n.Kind {
		case template.Set, template.Import, template.From, template.Macro:
			r.node(n)
		}
	}
}

func (r *rendering) run(list []*template.Node) {
	for _, n := range list {
		if !r.step() {
			return
		}
		r.node(n)
	}
}

func (r *rendering) node(n *template.Node) {
	switch n.Kind {
	case template.Text:
		r.html = r.html.Feed(n.Text)
		r.formText(n)
	case template.Output:
		r.formHole(n.At.Str())
		r.formCall(n.Expr)
		r.output(n, n.Expr, nil)
	case template.If:
		r.ifNode(n)
	case template.For:
		r.forNode(n)
	case template.Set:
		r.set(n)
	case template.With:
		r.with(n.Binds, n.Body)
	case template.Block:
		r.block(n)
	case template.Include:
		r.include(n)
	case template.Import:
		for _, p := range r.find(r.eval(n.Expr)) {
			r.names.vars[n.Name] = binding{page: p}
			break
		}
	case template.From:
		if list := r.find(r.eval(n.Expr)); len(list) > 0 {
			for _, b := range n.Binds {
				if m := list[0].file.Macros[b.Value.Name]; m != nil {
					r.names.vars[b.Name] = binding{macro: &macro{m, list[0], nil}}
				}
			}
		}
	case template.Macro:
		r.names.vars[n.Name] = binding{macro: &macro{n, r.page, r.names}}
	case template.Call:
		r.caller = &caller{n, r.page, r.names, r.caller}
		r.output(n, n.Expr, nil)
		r.caller = r.caller.outer
	case template.Filter:
		r.filterNode(n)
	case template.Autoescape:
		r.autoescape(n)
	case template.Do:
		r.eval(n.Expr)
	case template.Tag:
		r.formHole(n.At.Str())
		r.tag(n)
	}
}

// ifNode runs the arms that can be taken; the page goes on as after the first.
func (r *rendering) ifNode(n *template.Node) {
	start, end := r.html, r.html
	layers := make([]*bindings, 0, len(n.Arms)+1)
	outer := r.names
	first, certain := true, false
	arm := func(body []*template.Node, facts []fact, onTrue bool) {
		r.names = outer
		r.learn(facts, onTrue)
		r.push()
		r.html = start
		r.run(body)
		if first {
			end, first = r.html, false
		}
		layers = append(layers, r.names)
	}
	var last []fact
	for i := range n.Arms {
		v := r.eval(n.Arms[i].Cond)
		t, known := truth(v)
		if known && !t {
			continue
		}
		last = nil
		if v.rel != nil && v.rel.how == "test" {
			last = v.rel.facts
		}
		arm(n.Arms[i].Body, last, true)
		if known {
			certain = true
			break
		}
	}
	if !certain {
		if len(n.Arms) > 1 {
			last = nil
		}
		arm(n.Else, last, false)
	}
	r.names, r.html = outer, end
	r.merge(layers)
}

// learn lays what a test says over the names that hold what it speaks of.
func (r *rendering) learn(facts []fact, onTrue bool) {
	for i := range facts {
		x := &facts[i]
		if x.onTrue != onTrue || x.base == nil || x.base == unknown {
			continue
		}
		id := x.base.id()
		found := map[string]*Value{}
		for n := r.names; n != nil; n = n.prev {
			for name, b := range n.vars {
				if found[name] == nil && b.v != nil && b.v != unknown && b.v.id() == id {
					found[name] = x.apply(b.v)
				}
			}
		}
		if len(found) > 0 {
			r.push()
			for name, v := range found {
				r.bind(name, v)
			}
		}
	}
}

// merge joins what the arms of an if have set.
func (r *rendering) merge(layers []*bindings) {
	done := map[string]bool{}
	for _, l := range layers {
		for name := range l.vars {
			if done[name] {
				continue
			}
			done[name] = true
			var out binding
			for _, m := range layers {
				b, ok := m.vars[name]
				if !ok {
					if b, ok = r.names.find(name); !ok {
						continue
					}
				}
				if b.v == nil {
					out = b
					break
				}
				out.v = join(out.v, b.v)
			}
			r.names.vars[name] = out
		}
	}
}

// loopValue is loop or forloop: its attributes are numbers.
var loopValue = &Value{Type: "jinja2.loop"}

func (r *rendering) forNode(n *template.Node) {
	seq := r.eval(n.Expr)
	if r.job.spec.Dialect != "django" && strings.Contains(strings.ToLower(n.At.Str()), "form") {
		r.formUnknown() // the fields of a form of WTForms, its token among them
	}
	if seq.parts != nil && len(seq.parts) == 0 && seq.rest == nil && seq.Type != "" {
		start := r.html
		r.run(n.Else)
		r.html = start
		return
	}
	item := r.f.iterate(seq)
	if r.isForm(seq) {
		w := whole(seq)
		item = &Value{Type: fieldType, Origins: w.Origins, Clean: w.Clean, Weak: w.Weak}
	}
	r.push()
	depth := r.names
	r.bind("loop", loopValue)
	r.bind("forloop", loopValue)
	r.unpack(n.Names, item)
	if len(n.Arms) > 0 {
		if v := r.eval(n.Arms[0].Cond); v.rel != nil && v.rel.how == "test" {
			r.learn(v.rel.facts, true)
		}
	}
	before := r.html
	r.run(n.Body)
	after := r.html
	r.names = depth
	r.pop()
	r.html = before
	r.run(n.Else)
	r.html = after
}

// unpack binds one name, or several to the parts of a value.
func (r *rendering) unpack(list []string, v *Value) {
	if len(list) == 1 {
		r.assign(list[0], v)
		return
	}
	for i, name := range list {
		x := v.Element(i)
		if x == nil {
			x = elementOf(v)
		}
		r.assign(name, x)
	}
}

// assign binds a name, or an attribute of a namespace.
func (r *rendering) assign(name string, v *Value) {
	base, attr, ok := strings.Cut(name, ".")
	if !ok {
		r.bind(name, v)
		return
	}
	for n := r.names; n != nil; n = n.prev {
		if b, ok := n.vars[base]; ok && b.v != nil {
			n.vars[base] = binding{v: b.v.with(partKey{kind: attrPart, name: attr}, join(b.v.Attr(attr), v))}
			return
		}
	}
}

func (r *rendering) set(n *template.Node) {
	if len(n.Names) == 0 {
		return
	}
	if n.Body == nil && n.Expr != nil {
		v := r.eval(n.Expr)
		if r.page.inline {
			r.unpack(n.Names, v)
		} else {
			r.unpack(n.Names, v.step(n.At, "set as "+n.Names[0]))
		}
		return
	}
	html := r.html
	r.html = template.State{}
	r.push()
	r.run(n.Body)
	r.pop()
	r.html = html
	r.bind(n.Names[0], rendered)
}

// rendered is markup whose own holes have been looked at.
var rendered = &Value{Type: markup, Clean: models.All}

func (r *rendering) with(binds []template.Bind, body []*template.Node) {
	r.push()
	for _, b := range binds {
		r.bind(b.Name, r.eval(b.Value))
	}
	r.run(body)
	r.pop()
}

// filterNode runs a body through filters: what they mark stays as it was judged
// in the body.
func (r *rendering) filterNode(n *template.Node) {
	r.run(n.Body)
	if n.Expr != nil {
		r.eval(n.Expr)
	}
}

func (r *rendering) autoescape(n *template.Node) {
	on := n.Name == "on"
	if n.Expr != nil {
		t, ok := truth(r.eval(n.Expr))
		on = !ok || t
	}
	page, off := r.page, r.off
	p := *page
	p.escape = on
	r.page, r.off = &p, !on
	r.push()
	r.run(n.Body)
	r.pop()
	r.page, r.off = page, off
}

// tag runs a tag without content: those that print a value.
func (r *rendering) tag(n *template.Node) {
	switch n.Name {
	case "firstof", "trans", "translate", "cycle":
		if len(n.Names) == 1 {
			var out *Value
			for _, a := range n.Args {
				out = join(out, r.eval(a))
			}
			if out != nil {
				r.bind(n.Names[0], out)
			}
			return
		}
		for i, a := range n.Args {
			if n.Name != "firstof" && n.Name != "cycle" && i > 0 {
				break
			}
			html := r.html
			r.output(n, a, nil)
			if i < len(n.Args)-1 {
				r.html = html
			}
		}
	case "url", "static", "csrf_token", "get_static_prefix", "get_media_prefix", "now":
		if len(n.Names) == 1 {
			r.bind(n.Names[0], &Value{Clean: models.All, Type: "str"})
			return
		}
		_, r.html = r.html.Hole()
	case "load", "debug", "break", "continue", "plural", "spaceless":
	default:
		for _, name := range n.Names {
			r.bind(name, unknown)
		}
		if r.html != (template.State{}) && !strings.HasPrefix(n.Name, "end") {
			if c, after := r.html.Hole(); c.Place == template.InValue || c.Place == template.InUnquoted {
				r.html = after
			}
		}
	}
}
