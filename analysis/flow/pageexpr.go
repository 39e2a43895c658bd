package flow

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// eval gives the value of a template's expression; never nil.
func (r *rendering) eval(e *template.Expr) *Value {
	if e == nil || !r.step() || r.nest > maxNest {
		return unknown
	}
	r.nest++
	v := r.expr(e)
	r.nest--
	if v == nil {
		return unknown
	}
	return v
}

func (r *rendering) expr(e *template.Expr) *Value {
	switch e.Kind {
	case template.Name:
		return r.name(e.Name)
	case template.Str:
		return strValue(e.Text)
	case template.Int:
		return intValue(e.N)
	case template.Float:
		return typed("float")
	case template.Bool:
		return boolValue(e.N != 0)
	case template.None:
		return noneValue
	case template.Attr:
		return r.attr(e)
	case template.Item:
		return r.member(r.eval(e.X), r.eval(e.Y), e)
	case template.Slice:
		return r.f.slice(r.eval(e.X), syntax.Node{})
	case template.Apply:
		return r.apply(e)
	case template.Filtered:
		return r.filter(e)
	case template.Test:
		return r.test(e)
	case template.Binary:
		return r.binary(e)
	case template.Not:
		return negate(r.eval(e.X))
	case template.Negative:
		r.eval(e.X)
		return typed("int")
	case template.Cond:
		return r.cond(e)
	case template.List, template.Tuple:
		v := &Value{Type: "list", parts: []part{}}
		for i, a := range e.Args {
			if i >= maxParts {
				v = v.withRest(r.eval(a.Value))
				continue
			}
			v.parts = append(v.parts, part{partKey{kind: indexPart, i: i}, r.eval(a.Value)})
		}
		return v
	case template.Dict:
		v := &Value{Type: "dict", parts: []part{}}
		for i, a := range e.Args {
			x := r.eval(a.Value)
			if k, ok := r.eval(e.Keys[i]).Str(); ok {
				v = v.with(partKey{kind: keyPart, name: k}, x)
			} else {
				v = v.withRest(x)
			}
		}
		return v
	}
	return unknown
}

// name is what a name stands for: bound in the template, given by the call, or
// known to every template of the framework.
func (r *rendering) name(name string) *Value {
	if b, ok := r.names.find(name); ok {
		if b.v != nil {
			return b.v
		}
		return rendered
	}
	if q, ok := r.job.spec.Knows[name]; ok {
		return r.known(q)
	}
	switch name {
	case "range", "dict":
		return &Value{Name: name}
	case "namespace":
		return &Value{Name: "dict"}
	}
	if rest := r.job.ctx.rest; rest != nil {
		return rest
	}
	return unknown
}

func (r *rendering) known(q string) *Value {
	if q[0] >= '0' && q[0] <= '9' {
		if a := FindArg(r.job.args, q); a != nil {
			return a.Value
		}
		return unknown
	}
	if class, ok := strings.CutSuffix(q, "()"); ok {
		return typed(class)
	}
	return r.f.run.symbol(q)
}

// attr is x.name: of Django also an item, or what a method gives.
func (r *rendering) attr(e *template.Expr) *Value {
	if e.X.Kind == template.Name {
		switch {
		case e.Name == "super" && e.X.Name == "block":
			return r.super()
		case e.X.Name == "self" && r.blocks[e.Name] != nil:
			return rendered
		}
	}
	return r.member(r.eval(e.X), strValue(e.Name), e)
}

// member is an attribute or item of obj; the languages try both.
func (r *rendering) member(obj, key *Value, e *template.Expr) *Value {
	name, ok := key.Str()
	if !ok {
		return r.f.item(obj, key)
	}
	if obj == loopValue {
		switch name {
		case "parentloop", "previtem", "nextitem":
			return unknown
		}
		return typed("int")
	}
	for _, k := range []partKey{{kind: attrPart, name: name}, {kind: keyPart, name: name}} {
		if v := obj.part(k); v != nil {
			return v
		}
	}
	if e.Kind == template.Attr && !obj.Harmless() {
		switch {
		case formTexts[name]:
			return &Value{Type: "str", Clean: models.All}
		case obj.Type == "" && idName.MatchString(name):
			return typed("int")
		}
	}
	if e.Kind == template.Item {
		if obj.Type == "" || r.f.m.set.Member(obj.Type, name) == "" {
			return r.f.item(obj, key)
		}
	}
	if obj.Type == "dict" && !djangoCalls[name] {
		return r.f.item(obj, key)
	}
	v := r.f.attr(obj, name, e.At)
	if r.job.spec.Dialect == "django" {
		return r.called(v, e)
	}
	return v
}

// formTexts are what the forms and models of frameworks say of themselves: text
// of the program, or markup that they have escaped.
var formTexts = wordset.Of(`help_text label label_tag legend_tag id_for_label html_name auto_id css_classes errors non_field_errors
	as_p as_table as_ul as_div management_form media verbose_name verbose_name_plural hidden_tag csrf_token get_absolute_url`)

// fieldType is the type of what a form gives when it is iterated over.
const fieldType = "django.forms.BoundField"

// isForm reports whether a value is a form or a field of one, which escapes
// what it shows.
func (r *rendering) isForm(v *Value) bool {
	if v.Type == fieldType {
		return true
	}
	bases := []string{v.Type}
	if v.cls != nil && v.inst {
		bases = v.cls.externalBases(0)
	}
	for _, b := range bases {
		if strings.HasPrefix(b, "django.forms.") || strings.HasPrefix(b, "wtforms.") || strings.HasPrefix(b, "flask_wtf.") {
			return true
		}
	}
	return false
}

var djangoCalls = wordset.Of("items keys values get copy")

// called is a value that Django calls because it can be.
func (r *rendering) called(v *Value, e *template.Expr) *Value {
	name := v.Name
	short := name[strings.LastIndexByte(name, '.')+1:]
	if v.fn != nil || v.recv != nil && (djangoCalls[short] || r.f.m.set.CallSource(name) != nil || r.f.m.set.TypeOf(name+"()") != "") {
		return r.f.apply(e.At, v, nil)
	}
	return v
}

func (r *rendering) args(list []template.Arg) []Arg {
	out := make([]Arg, 0, len(list))
	for _, a := range list {
		out = append(out, Arg{Name: a.Name, Node: a.Value.At, Value: r.eval(a.Value)})
	}
	return out
}

// apply calls a macro, a function of the template language, or a value.
func (r *rendering) apply(e *template.Expr) *Value {
	x := e.X
	switch x.Kind {
	case template.Name:
		if b, ok := r.names.find(x.Name); ok && b.macro != nil {
			return r.callMacro(b.macro, r.args(e.Args))
		}
		switch x.Name {
		case "super":
			return r.super()
		case "caller":
			return r.callCaller(r.args(e.Args))
		}
	case template.Attr:
		if x.X.Kind == template.Name {
			if b, ok := r.names.find(x.X.Name); ok && b.page != nil {
				if m := b.page.file.Macros[x.Name]; m != nil {
					return r.callMacro(&macro{m, b.page, nil}, r.args(e.Args))
				}
				return rendered
			}
		}
	}
	callee, args := r.eval(x), r.args(e.Args)
	if callee == rendered {
		return rendered
	}
	if callee.Name == "" && madeToBeSent(x.Name) {
		return &Value{Clean: models.All}
	}
	if x.Name == "_" || x.Name == "gettext" || x.Name == "ngettext" {
		return carry(nil, args, false).cleaned(models.HTML) // it escapes what it fills in
	}
	return r.f.apply(e.At, callee, args)
}

func (r *rendering) test(e *template.Expr) *Value {
	x := r.eval(e.X)
	args := r.args(e.Args)
	switch e.Name {
	case "number", "integer", "float", "boolean", "none":
		return test(fact{base: x, kinds: models.All, onTrue: true})
	case "in":
		if len(args) == 1 {
			return compareValues("in", x, args[0].Value)
		}
	case "eq", "equalto", "sameas":
		if len(args) == 1 {
			return compareValues("==", x, args[0].Value)
		}
	case "defined":
		if x.Consts != nil {
			return trueValue
		}
	}
	return typed("bool")
}

func (r *rendering) cond(e *template.Expr) *Value {
	c := r.eval(e.Y)
	t, known := truth(c)
	outer := r.names
	var out *Value
	facts := func(onTrue bool) {
		r.names = outer
		if c.rel != nil && c.rel.how == "test" {
			r.learn(c.rel.facts, onTrue)
		}
	}
	if !known || t {
		facts(true)
		out = r.eval(e.X)
	}
	if (!known || !t) && e.Z != nil {
		facts(false)
		out = join(out, r.eval(e.Z))
	}
	r.names = outer
	if out == nil {
		return noneValue
	}
	return out
}

func (r *rendering) binary(e *template.Expr) *Value {
	a := r.eval(e.X)
	switch e.Name {
	case "and", "or":
		t, known := truth(a)
		if known && t == (e.Name == "or") {
			return a
		}
		b := r.eval(e.Y)
		if known {
			return b
		}
		if isTest(a) && isTest(b) {
			return test(combine(e.Name == "and", factsOf(a), factsOf(b))...)
		}
		return join(b, decided(a, e.Name == "or"))
	case "==", "!=", "<", "<=", ">", ">=", "in", "not in":
		return compareValues(e.Name, a, r.eval(e.Y))
	}
	b := r.eval(e.Y)
	if r.page.escape && anyMarked(a) != anyMarked(b) && (e.Name == "~" || e.Name == "+" || e.Name == "%") {
		// markup escapes what is put to it
		return carry(escaped(a), []Arg{{Value: escaped(b)}}, false).as(markup)
	}
	if e.Name == "~" || e.Name == "+" && !harmlessType(a.Type) {
		v := assemble([]Piece{{Hole: a, Node: e.X.At}, {Hole: b, Node: e.Y.At}})
		if marked(a) && marked(b) && v.Consts == nil {
			return v.as(markup)
		}
		return v
	}
	return r.f.binary(e.Name, a, e.X.At, b, e.Y.At)
}

// sanitizers are names of filters that clean HTML.
var sanitizers = regexp.MustCompile(`(?i)bleach|sanit|clean|purif|nh3|escape`)

// filter is x|name(args).
func (r *rendering) filter(e *template.Expr) *Value {
	var x *Value
	if e.X != nil {
		x = r.eval(e.X)
	} else {
		x = rendered // the body of a tag
	}
	args := r.args(e.Args)
	spec := r.f.m.set.Filter(r.job.spec.Dialect, e.Name)
	if r.isForm(x) {
		return x // filters of a form change how it looks
	}
	if spec == nil {
		if v := r.projectFilter(e, x, args); v != nil {
			return v
		}
		return r.custom(e.Name, x, args)
	}
	switch spec.Gives {
	case "int", "float", "bool":
		return typed(spec.Gives)
	case "element":
		return r.f.iterate(x)
	case "value":
		return r.defaulted(x, args)
	case "attribute":
		return r.mapped(e, x, args)
	}
	if x.Harmless() {
		return x
	}
	v := whole(x)
	switch {
	case spec.Gives == "list":
		return x
	case spec.Gives == "joined":
		v = r.joined(x, args)
	case spec.Escape == "again" || spec.Escape == "once" && !marked(v):
		return v.cleaned(models.HTML | models.MailHTML | models.Markup).as(markup)
	case spec.Escape == "once":
		return v
	}
	if spec.Weak {
		v = v.weakened(spec.Kinds())
	} else {
		v = v.cleaned(spec.Kinds())
	}
	switch {
	case spec.Gives == "json":
		return v.as(jsonMarkup)
	case spec.Marks:
		return v.as(markup)
	case marked(v) && !spec.Keeps:
		return v.as("str")
	}
	if spec.Gives == "carried" && len(args) > 0 {
		return carry(v, args, false).as(v.Type)
	}
	return v
}

// defaulted is x|default(y).
func (r *rendering) defaulted(x *Value, args []Arg) *Value {
	if len(args) == 0 {
		return x
	}
	if x.IsNone() {
		return args[0].Value
	}
	if x.Consts != nil {
		if t, ok := truth(x); ok && t {
			return x
		}
	}
	if x == unknown {
		return join(&Value{}, args[0].Value)
	}
	return join(x, args[0].Value)
}

// mapped is list|map(attribute="x") or list|map("filter").
func (r *rendering) mapped(e *template.Expr, x *Value, args []Arg) *Value {
	if a := FindValue(args, "attribute"); a != nil {
		if name, ok := a.Str(); ok {
			return &Value{Type: "list", rest: r.member(r.f.iterate(x), strValue(name), e)}
		}
	}
	if a := argValue(args, 0); a != nil {
		if name, ok := a.Str(); ok {
			item := r.f.iterate(x)
			if f := r.f.m.set.Filter(r.job.spec.Dialect, name); f != nil && !item.Harmless() {
				switch {
				case f.Escape != "":
					item = item.cleaned(models.HTML).as(markup)
				case f.Marks:
					item = item.as(markup)
				default:
					item = item.cleaned(f.Kinds())
				}
			}
			return &Value{Type: "list", rest: item}
		}
	}
	return x
}

// joined is list|join(separator): a marked element makes the others escaped.
func (r *rendering) joined(x *Value, args []Arg) *Value {
	item := r.f.iterate(x)
	if item.Harmless() {
		return typed("str")
	}
	sep := argValue(args, 0)
	if r.page.escape && (anyMarked(item) || sep != nil && marked(sep)) || r.job.spec.Dialect == "django" && r.page.escape {
		return escaped(item).as(markup)
	}
	return retyped(whole(item), "str")
}

// custom is a filter that nobody knows: what goes in comes out, changed or not.
func (r *rendering) custom(name string, x *Value, args []Arg) *Value {
	if x.Harmless() {
		return unknown
	}
	v := carry(x, args, false)
	if sanitizers.MatchString(name) {
		return v.cleaned(models.HTML | models.Unquoted | models.Script | models.ScriptText)
	}
	return vague(v)
}

// vague is v after a step that nobody knows.
func vague(v *Value) *Value {
	if len(v.Origins) == 0 {
		return v
	}
	c := *v
	c.Origins = slices.Clone(v.Origins)
	for i := range c.Origins {
		c.Origins[i].Vague = true
	}
	return &c
}
