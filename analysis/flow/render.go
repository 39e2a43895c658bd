package flow

import (
	"slices"
	"strings"

	"pavise/analysis/lang/python"
	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Attributes of the value that a loaded template is.
const (
	attrName   = "name"
	attrSource = "source"
	attrEnv    = "environment"
)

// render interprets a call that renders a template, or loads one. It is nil
// where the models say all that is to be said of the result.
func (f *frame) render(n syntax.Node, callee *Value, spec *models.Render, args []Arg) *Value {
	if spec.Decorator != "" {
		return nil
	}
	if spec.Loads {
		return f.loadTemplate(n, callee, spec, args)
	}
	j := f.newJob(n, spec, callee.recv, args)
	if j == nil {
		return nil
	}
	j.ctx = f.contextOf(spec, args)
	j.do()
	switch {
	case j.shown: // what it does is said at its holes
		return f.modelled(n, callee, args).cleaned(models.HTML)
	case j.raw:
		return carry(callee.recv, args, false).as("str")
	}
	return f.modelled(n, callee, args).cleaned(models.HTML)
}

// loadTemplate is the value of a template that a later call renders.
func (f *frame) loadTemplate(n syntax.Node, callee *Value, spec *models.Render, args []Arg) *Value {
	var v *Value
	if special := f.m.a.specials[callee.Name]; special != nil {
		v = special(f, n, args)
	}
	if v == nil {
		v = f.modelled(n, callee, args)
	}
	set := func(attr string, x *Value) {
		if x != nil {
			v = v.with(partKey{kind: attrPart, name: attr}, x)
		}
	}
	set(attrName, nameArg(spec.Name, callee.recv, args))
	if spec.Text != "" {
		if t := f.argOf(spec.Text, callee.recv, args); t != nil && t.Consts != nil {
			set(attrSource, t)
		}
	}
	if spec.Environment != "" {
		set(attrEnv, f.argOf(spec.Environment, callee.recv, args))
	}
	return v
}

// nameArg is the first of several arguments that can be a template's name.
func nameArg(which string, recv *Value, args []Arg) *Value {
	if which == "" {
		return nil
	}
	for w := range strings.SplitSeq(which, ",") {
		w = strings.TrimSpace(w)
		var v *Value
		if attr, ok := strings.CutPrefix(w, "self."); ok {
			if recv != nil {
				v = recv.Attr(attr)
			}
		} else if a := FindArg(args, w); a != nil {
			v = a.Value
		}
		if v != nil && len(templateNames(v)) > 0 {
			return v
		}
	}
	return nil
}

// templateNames are the names that a value can be: one, or those of a list.
func templateNames(v *Value) []string {
	var out []string
	add := func(v *Value) {
		for _, c := range v.Consts {
			if c.Kind == StrConst && c.S != "" && len(out) < maxNames {
				out = append(out, c.S)
			}
		}
	}
	add(v)
	for _, a := range v.alts {
		add(a)
	}
	if v.Type == "list" || v.Type == "tuple" {
		for _, p := range v.parts {
			add(p.v)
		}
	}
	return out
}

// job is one call that renders.
type job struct {
	f       *frame
	spec    *models.Render
	call    syntax.Node
	names   []string // of the template: each may be the one
	text    string   // of the template, if it has no name
	inline  bool
	env     *Value // that knows where templates are, or nil
	ctx     *context
	args    []Arg
	plain   bool // the call says that it gives no HTML
	shown   bool // the template is HTML: what is wrong in it is said at its holes
	raw     bool // nothing is escaped
	folders []string
}

const (
	maxNames    = 4 // templates that one call may render
	maxPages    = 12
	maxTemplate = 40_000 // steps of one call
)

func (f *frame) newJob(n syntax.Node, spec *models.Render, recv *Value, args []Arg) *job {
	j := &job{f: f, spec: spec, call: n, args: args}
	var source *Value
	name := nameArg(spec.Name, recv, args)
	if attr, ok := strings.CutPrefix(spec.Name, "self."); ok && recv != nil && name == nil {
		if v := f.attr(recv, attr, n); len(templateNames(v)) > 0 {
			name = v
		}
	}
	if spec.Text != "" {
		source = f.argOf(spec.Text, recv, args)
	}
	if spec.Environment != "" {
		j.env = f.argOf(spec.Environment, recv, args)
	}
	if spec.Template != "" {
		from := f.argOf(spec.Template, recv, args)
		if from == nil {
			return nil
		}
		name, source = from.Attr(attrName), from.Attr(attrSource)
		if j.env = from.Attr(attrEnv); j.env == nil {
			j.env = from
		}
	}
	switch {
	case name != nil:
		j.names = templateNames(name)
	case source != nil:
		text, ok := source.Str()
		if !ok {
			return nil
		}
		j.text, j.inline = text, true
	default:
		return nil
	}
	j.plain = plainType(args)
	j.folders = foldersOf(j.env, 0)
	j.raw = !j.escapes(slices.Concat(j.names, []string{""})[0])
	return j
}

// unescaping reports whether the context of a call says that nothing is escaped.
func (j *job) unescaping() bool {
	for _, which := range j.spec.Context {
		if a := FindArg(j.args, which); a != nil && which != "**" {
			if v := a.Value.Attr("autoescape"); v != nil && isFalse(v) {
				return true
			}
		}
	}
	return false
}

// plainType reports whether a call says that what it gives is no HTML.
func plainType(args []Arg) bool {
	for _, name := range []string{"content_type", "mimetype", "media_type"} {
		if v := FindValue(args, name); v != nil && !v.IsNone() {
			return !isHTML(v)
		}
	}
	return false
}

// foldersOf are the folders that an environment was told to look in.
func foldersOf(env *Value, depth int) []string {
	if env == nil || depth > 3 {
		return nil
	}
	var out []string
	for _, attr := range []string{"loader", "loaders", "directory", "searchpath", "package_path", "template_folder", "env"} {
		v := env.Attr(attr)
		if v == nil {
			continue
		}
		list := []*Value{v}
		for _, p := range v.parts {
			if p.key.kind == indexPart {
				list = append(list, p.v)
			}
		}
		for _, x := range list {
			if s := lastFolder(x); s != "" {
				out = append(out, s)
			}
			out = append(out, foldersOf(x, depth+1)...)
		}
	}
	return out
}

// lastFolder is the constant end of a path.
func lastFolder(v *Value) string {
	s, ok := v.Str()
	if !ok {
		pieces := Flatten(v, syntax.Node{})
		if len(pieces) < 2 {
			return ""
		}
		for _, p := range pieces {
			if p.Hole != nil && len(p.Hole.Consts) == 0 {
				s = ""
			} else if p.Hole != nil {
				s += p.Hole.Consts[0].S
			} else {
				s += p.Text
			}
		}
	}
	return strings.Trim(strings.TrimPrefix(s, "./"), "/")
}

// escapes reports whether a template of a name is escaped; "" is a text.
func (j *job) escapes(name string) bool {
	if j.unescaping() {
		return false
	}
	switch j.spec.Escapes {
	case "none":
		return false
	case "suffix":
		return name == "" || hasSuffix(name, j.spec.Suffixes)
	case "environment":
		return escapedBy(j.env, name, 0)
	}
	return true
}

func hasSuffix(name string, list []string) bool {
	for _, s := range list {
		if strings.HasSuffix(strings.ToLower(name), s) {
			return true
		}
	}
	return false
}

// escapedBy reports whether an environment escapes a template of a name. One
// that was not made in sight is taken to do so.
func escapedBy(env *Value, name string, depth int) bool {
	if env == nil || depth > 3 {
		return true
	}
	v := env.Attr("autoescape")
	if v == nil {
		return escapedBy(env.Attr("env"), name, depth+1)
	}
	if t, ok := truth(v); ok && v.fn == nil {
		return t
	}
	if v.Type != "jinja2.select_autoescape" {
		return true
	}
	if name == "" {
		d := v.Attr("default_for_string")
		return d == nil || !isFalse(d)
	}
	list := []string{".html", ".htm", ".xml"}
	if on := v.Attr("enabled_extensions"); on != nil {
		if list = nil; on.parts == nil && on.Consts == nil {
			return true
		}
		for _, s := range templateNames(on) {
			list = append(list, "."+strings.TrimPrefix(s, "."))
		}
		if len(on.parts) > maxNames {
			return true
		}
	}
	if hasSuffix(name, list) {
		return true
	}
	d := v.Attr("default")
	return d != nil && !isFalse(d)
}

func isFalse(v *Value) bool {
	t, ok := truth(v)
	return ok && !t
}

// do renders the template, if it can be found.
func (j *job) do() {
	if j.inline {
		file := template.Parse(source.New("", []byte(j.text)))
		p := &page{file: file, escape: !j.raw, inline: true}
		j.run(p)
		return
	}
	for _, name := range j.names {
		if p := j.find(name); p != nil {
			j.run(p)
		}
	}
}

func (j *job) run(p *page) {
	if j.plain || !p.looksLikeHTML() && !(p.inline && p.escape) {
		return
	}
	j.shown = true
	if j.f.run.quiet > 0 || j.f.depth > 0 && !j.ctx.tainted() {
		return // said in another round, or by the run of the function itself
	}
	r := &rendering{job: j, f: j.f, call: j.call, names: &bindings{vars: map[string]binding{}}, limit: j.f.run.steps + maxTemplate}
	for _, x := range j.ctx.list {
		r.bind(x.name, stepAll(x.v, j.call, "rendered by "+p.title()+" as "+x.name, 0))
	}
	j.f.run.quiet++
	r.template(p)
	j.f.run.quiet--
	r.tellForms()
}

// stepAll is [Value.step] of a value and of what it holds.
func stepAll(v *Value, n syntax.Node, text string, depth int) *Value {
	v = v.step(n, text)
	if depth > 2 || v.parts == nil && v.rest == nil || !v.tainted(models.Operator) {
		return v
	}
	c := *v
	c.parts = slices.Clone(v.parts)
	for i := range c.parts {
		c.parts[i].v = stepAll(c.parts[i].v, n, text, depth+1)
	}
	if v.rest != nil {
		c.rest = stepAll(v.rest, n, text, depth+1)
	}
	return &c
}

// find is the template of a name, nil if there is none.
func (j *job) find(name string) *page {
	f := j.f
	a := f.m.a
	if a.files == nil || a.path == "" {
		return nil
	}
	f.run.deps.add(a.dep(depImports))
	path := a.findTemplate(a, name, j.folders)
	if path == "" {
		return nil
	}
	b := a.template(path)
	if b == nil {
		a.looked(unreadable+path, "")
		return nil
	}
	f.run.deps.add(b.dep(templateKey))
	return &page{file: b.page, name: name, escape: j.escapes(name)}
}

// templateKey is the name under which results depend on a template.
const templateKey = "template"

// findTemplate is Files.FindTemplate, remembered.
func (p *Program) findTemplate(a *Analyzer, name string, folders []string) string {
	key := templateQuestion(name, folders)
	in := p.located[a.path]
	if in == nil {
		in = map[string]string{}
		p.located[a.path] = in
	}
	path, ok := in[key]
	if !ok {
		path = p.files.FindTemplate(a.path, name, folders)
		in[key] = path
	}
	a.looked(key, path)
	return path
}

// page is a template at work.
type page struct {
	file   *template.File
	name   string // "" for a text
	escape bool
	inline bool
}

func (p *page) title() string {
	if p.name == "" {
		return "the template"
	}
	return p.name
}

// looksLikeHTML reports whether a page is HTML by its name, or else by what
// stands in it.
func (p *page) looksLikeHTML() bool {
	name := strings.ToLower(p.name)
	for _, s := range []string{".j2", ".jinja2", ".jinja", ".tpl", ".tmpl", ".template", ".jnj"} {
		name = strings.TrimSuffix(name, s)
	}
	if hasSuffix(name, []string{".html", ".htm", ".xhtml", ".svg", ".djhtml"}) {
		return true
	}
	base := name[strings.LastIndexByte(name, '/')+1:]
	if strings.Contains(base, ".") && base[strings.LastIndexByte(base, '.'):] != ".txt" {
		return false
	}
	return holdsTag(p.file.Body, 0)
}

func holdsTag(list []*template.Node, depth int) bool {
	for _, n := range list {
		switch {
		case n.Kind == template.Text && tag.MatchString(n.Text), n.Kind == template.Extends:
			return true
		case depth < 8 && (holdsTag(n.Body, depth+1) || holdsTag(n.Else, depth+1)):
			return true
		}
		for i := range n.Arms {
			if depth < 8 && holdsTag(n.Arms[i].Body, depth+1) {
				return true
			}
		}
	}
	return false
}

// wrapped is a decorator that renders what its handler returns.
type wrapped struct {
	spec *models.Render
	args []Arg
}

// renderReturned renders the names that a handler returns, where a decorator or
// the handler's class says so.
func (f *frame) renderReturned(n syntax.Node, v *Value) {
	if f.fn == nil {
		return
	}
	var j *job
	if w := f.wraps; w != nil {
		j = f.newJob(n, w.spec, nil, w.args)
	} else if f.fn.class != nil && f.self != "" {
		method := f.fn.node.Child(syntax.FieldName).Str()
		for _, b := range f.fn.class.externalBases(0) {
			if spec := f.m.set.RenderBase(b); spec != nil && spec.Method == method {
				j = f.newJob(n, spec, f.load(f.self), nil)
				break
			}
		}
	}
	if j == nil {
		return
	}
	j.ctx = &context{}
	j.ctx.add(v)
	j.do()
}

// wrapped finds the decorator that renders what a function returns.
func (f *frame) wrapped(fn *Func) *wrapped {
	for _, d := range python.Decorators(fn.node) {
		if d.Kind() != syntax.KindCall {
			continue
		}
		f.run.quiet++
		spec := f.m.set.Render(f.eval(d.Child(syntax.FieldFunction)).Name)
		var args []Arg
		if spec != nil && spec.Decorator != "" {
			args = f.args(d.Child(syntax.FieldArguments))
		}
		f.run.quiet--
		if args != nil {
			return &wrapped{spec, args}
		}
	}
	return nil
}
