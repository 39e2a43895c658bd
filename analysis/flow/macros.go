package flow

import (
	"pavise/analysis/lang/template"
)

// block runs what fills a block.
func (r *rendering) block(n *template.Node) {
	list := r.blocks[n.Name]
	if len(list) == 0 {
		r.run(n.Body)
		return
	}
	r.level(n.Name, 0)
}

// level runs one of the templates' versions of a block.
func (r *rendering) level(name string, level int) {
	list := r.blocks[name]
	if level >= len(list) || len(r.inside) >= maxPages {
		return
	}
	page, off := r.page, r.off
	r.page, r.off = list[level].page, false
	r.inside = append(r.inside, openBlock{name, level})
	r.push()
	r.run(list[level].node.Body)
	r.pop()
	r.inside = r.inside[:len(r.inside)-1]
	r.page, r.off = page, off
}

// super runs the version of the present block that it stands in for.
func (r *rendering) super() *Value {
	if len(r.inside) > 0 {
		in := r.inside[len(r.inside)-1]
		r.level(in.name, in.level+1)
		r.ran = true
	}
	return rendered
}

func (r *rendering) include(n *template.Node) {
	pages := r.find(r.eval(n.Expr))
	if len(pages) == 0 {
		r.formUnknown()
		return
	}
	layer := &bindings{prev: r.names, vars: map[string]binding{}}
	if n.Only {
		layer.prev = nil
	}
	for _, b := range n.Binds {
		layer.vars[b.Name] = binding{v: r.eval(b.Value)}
	}
	outer, off, html := r.names, r.off, r.html
	for i, p := range pages {
		r.names, r.off = layer, false
		r.html = html
		r.template(p)
		if i == 0 {
			defer func(end template.State) { r.html = end }(r.html)
		}
	}
	r.names, r.off = outer, off
}

// callMacro runs a macro. What it gives is markup whose holes were looked at.
func (r *rendering) callMacro(m *macro, args []Arg) *Value {
	if r.pages >= maxPages {
		return rendered
	}
	r.pages++
	outer, page, off := r.names, r.page, r.off
	layer := &bindings{prev: m.names, vars: map[string]binding{}}
	if m.names == nil { // an imported one sees its own template's macros
		layer.prev = &bindings{vars: map[string]binding{}}
		for name, n := range m.page.file.Macros {
			layer.prev.vars[name] = binding{macro: &macro{n, m.page, nil}}
		}
	}
	i := 0
	for _, a := range args {
		switch {
		case a.Name == "" && i < len(m.node.Binds):
			layer.vars[m.node.Binds[i].Name] = binding{v: a.Value}
			i++
		case a.Name != "" && a.Name[0] != '*':
			layer.vars[a.Name] = binding{v: a.Value}
		}
	}
	r.names, r.page, r.off = layer, m.page, false
	for _, b := range m.node.Binds {
		if _, ok := layer.vars[b.Name]; !ok && b.Value != nil {
			r.bind(b.Name, r.eval(b.Value))
		} else if !ok {
			r.bind(b.Name, unknown)
		}
	}
	for _, n := range []string{"varargs", "kwargs"} {
		if _, ok := layer.vars[n]; !ok {
			r.bind(n, unknown)
		}
	}
	r.run(m.node.Body)
	r.names, r.page, r.off = outer, page, off
	r.pages--
	r.ran = true
	return rendered
}

// callCaller runs the body of the {% call %} around.
func (r *rendering) callCaller(args []Arg) *Value {
	c := r.caller
	if c == nil || r.pages >= maxPages {
		return rendered
	}
	r.pages++
	outer, page := r.names, r.page
	r.names, r.page, r.caller = &bindings{prev: c.names, vars: map[string]binding{}}, c.page, c.outer
	for i, b := range c.node.Binds {
		if v := argValue(args, i); v != nil {
			r.bind(b.Name, v)
		}
	}
	r.run(c.node.Body)
	r.names, r.page, r.caller = outer, page, c
	r.pages--
	r.ran = true
	return rendered
}
