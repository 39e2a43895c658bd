package template_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pavise/analysis/lang/template"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

func parse(text string) *template.File {
	return template.Parse(source.New("page.html", []byte(text)))
}

// show writes an expression with all its brackets.
func show(e *template.Expr) string {
	if e == nil {
		return "-"
	}
	var args []string
	for i, a := range e.Args {
		s := show(a.Value)
		if a.Name != "" {
			s = a.Name + "=" + s
		}
		if e.Kind == template.Dict {
			s = show(e.Keys[i]) + ":" + s
		}
		args = append(args, s)
	}
	list := strings.Join(args, ",")
	switch e.Kind {
	case template.Name:
		return e.Name
	case template.Str:
		return fmt.Sprintf("%q", e.Text)
	case template.Int:
		return fmt.Sprint(e.N)
	case template.Float:
		return "float"
	case template.Bool:
		return fmt.Sprintf("bool%d", e.N)
	case template.None:
		return "none"
	case template.Attr:
		return show(e.X) + "." + e.Name
	case template.Item:
		return show(e.X) + "[" + show(e.Y) + "]"
	case template.Slice:
		return show(e.X) + "[:]"
	case template.Apply:
		return show(e.X) + "(" + list + ")"
	case template.Filtered:
		return show(e.X) + "|" + e.Name + "(" + list + ")"
	case template.Test:
		return "(" + show(e.X) + " is " + e.Name + "(" + list + "))"
	case template.Binary:
		return "(" + show(e.X) + " " + e.Name + " " + show(e.Y) + ")"
	case template.Not:
		return "not " + show(e.X)
	case template.Negative:
		return "-" + show(e.X)
	case template.Cond:
		return "(" + show(e.X) + " if " + show(e.Y) + " else " + show(e.Z) + ")"
	case template.List:
		return "[" + list + "]"
	case template.Tuple:
		return "(" + list + ")"
	case template.Dict:
		return "{" + list + "}"
	}
	return "?"
}

func TestExpressions(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`x`, `x`},
		{`a.b.c`, `a.b.c`},
		{`a.0.b`, `a[0].b`},
		{`a["k"].b[0]`, `a["k"].b[0]`},
		{`a["k"].b`, `a["k"].b`},
		{`f(1, "x", k=v, *r, **o)`, `f(1,"x",k=v,*=r,**=o)`},
		{`x|e`, `x|e()`},
		{`x|default("-")|upper`, `x|default("-")|upper()`},
		{`x|default:"-"|upper`, `x|default("-")|upper()`},
		{`x|add:y.z`, `x|add(y.z)`},
		{`a + b|f`, `(a + b|f())`},
		{`a ~ "x" ~ b`, `((a ~ "x") ~ b)`},
		{`a if b else c`, `(a if b else c)`},
		{`a if b`, `(a if b else -)`},
		{`a or b and not c`, `(a or (b and not c))`},
		{`a not in b`, `(a not in b)`},
		{`a == 1 and b != "q"`, `((a == 1) and (b != "q"))`},
		{`x is defined`, `(x is defined())`},
		{`x is not none`, `not (x is none())`},
		{`n is divisibleby 3 and m`, `((n is divisibleby(3)) and m)`},
		{`n is sameas(m)`, `(n is sameas(m))`},
		{`-1`, `-1`},
		{`1.5`, `float`},
		{`2 ** 3 * 4`, `((2 ** 3) * 4)`},
		{`[1, [2], (3, 4)]`, `[1,[2],(3,4)]`},
		{`{"a": {"b": 1}}`, `{"a":{"b":1}}`},
		{`x[1:2]`, `x[:]`},
		{`"a" "b"`, `"ab"`},
		{`'it\'s'`, `"it's"`},
		{`true`, `bool1`},
		{`"}}"`, `"}}"`},
		{`(a|f).b`, `a|f().b`},
		{`a, b`, `(a,b)`},
		{`loop.index`, `loop.index`},
		{`x|f`, `x|f()`},
		{``, `?`},
		{`)`, `?`},
		{`a |`, `?`},
		{`данные`, `данные`},
	} {
		out := parse("{{ " + c.in + " }}").Outputs()
		if len(out) != 1 {
			t.Errorf("%s: %d outputs", c.in, len(out))
			continue
		}
		if got := show(out[0].Expr); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

// tree writes the nodes of a template.
func tree(list []*template.Node) string {
	var b strings.Builder
	for _, n := range list {
		switch n.Kind {
		case template.Text:
			b.WriteString(strings.TrimSpace(n.Text))
		case template.Output:
			b.WriteString("{" + show(n.Expr) + "}")
		default:
			fmt.Fprintf(&b, "<%s%s", names[n.Kind], strings.Join(append([]string{""}, n.Names...), " "))
			if n.Name != "" && n.Name != names[n.Kind] {
				b.WriteString(" " + n.Name)
			}
			if n.Expr != nil {
				b.WriteString(" " + show(n.Expr))
			}
			for _, x := range n.Binds {
				b.WriteString(" " + x.Name + "=" + show(x.Value))
			}
			for _, x := range n.Args {
				b.WriteString(" " + show(x))
			}
			if n.Only {
				b.WriteString(" only")
			}
			b.WriteString(">")
			for _, a := range n.Arms {
				b.WriteString("?" + show(a.Cond) + ":" + tree(a.Body))
			}
			b.WriteString(tree(n.Body))
			if len(n.Else) > 0 {
				b.WriteString("!" + tree(n.Else))
			}
			b.WriteString("</>")
		}
	}
	return b.String()
}

var names = [...]string{"text", "output", "if", "for", "set", "with", "block", "extends", "include", "import", "from", "macro", "call", "filter", "autoescape", "do", "tag"}

func TestTags(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`a{# {{ x }} #}b`, `ab`},
		{`{%- if a -%}1{%- elif b -%}2{%- else -%}3{%- endif -%}`, `<if>?a:1?b:2!3</>`},
		{`{% for k, v in d.items() if k recursive %}{{ v }}{% else %}none{% endfor %}`, `<for k v d.items()>?k:{v}!none</>`},
		{`{% for k, v in d.items %}{{ v }}{% empty %}none{% endfor %}`, `<for k v d.items>{v}!none</>`},
		{`{% for x in 1, 2 %}{% endfor %}`, `<for x (1,2)></>`},
		{`{% set a = 1 %}{% set a, b = f() %}{% set ns.x = 2 %}`, `<set a 1></><set a b f()></><set ns.x 2></>`},
		{`{% set a %}x{{ y }}{% endset %}`, `<set a>x{y}</>`},
		{`{% set a | upper %}x{% endset %}`, `<set a -|upper()>x</>`},
		{`{% with a=1, b=2 %}{{ a }}{% endwith %}`, `<with a=1 b=2>{a}</>`},
		{`{% with a=x.y b=z|f:"," %}{{ a }}{% endwith %}`, `<with a=x.y b=z|f(",")>{a}</>`},
		{`{% with x.y as z %}{{ z }}{% endwith %}`, `<with z=x.y>{z}</>`},
		{`{% block body %}x{% endblock body %}y`, `<block body>x</>y`},
		{`{% extends "base.html" %}`, `<extends "base.html"></>`},
		{`{% include "a.html" %}`, `<include "a.html"></>`},
		{`{% include ["a.html", b] ignore missing without context %}`, `<include ["a.html",b] only></>`},
		{`{% include "a.html" with q=r p="1" only %}`, `<include "a.html" q=r p="1" only></>`},
		{`{% import "f.html" as f with context %}`, `<import f "f.html"></>`},
		{`{% from "f.html" import a as b, c with context %}`, `<from "f.html" b=a c=c></>`},
		{`{% macro m(a, b=1) %}{{ a }}{% endmacro %}`, `<macro m a=- b=1>{a}</>`},
		{`{% call(x) m(1) %}{{ x }}{% endcall %}`, `<call m(1) x=->{x}</>`},
		{`{% filter upper|e %}x{% endfilter %}`, `<filter -|upper()|e()>x</>`},
		{`{% autoescape off %}{{ x }}{% endautoescape %}`, `<autoescape off>{x}</>`},
		{`{% autoescape false %}{{ x }}{% endautoescape %}`, `<autoescape bool0>{x}</>`},
		{`{% raw %}{{ x }}{% endraw %}`, `{{ x }}`},
		{`{% verbatim %}{{ x }}{% endverbatim %}`, `{{ x }}`},
		{`{% comment "why" %}{{ x }}{% endcomment %}y`, `y`},
		{`{% do l.append(1) %}`, `<do l.append(1)></>`},
		{`{% load static i18n %}`, `<tag load static i18n></>`},
		{`{% url 'a' x y=z as u %}`, `<tag u url "a" x z></>`},
		{`{% csrf_token %}`, `<tag csrf_token></>`},
		{`{% firstof a b "c" %}`, `<tag firstof a b "c"></>`},
		{`{% blocktrans with a=b count n=c %}{{ a }}{% plural %}{{ n }}{% endblocktrans %}`, `<with blocktrans a=b n=c>{a}<tag plural></>{n}</>`},
		{`{% unknown %}{{ x }}{% endunknown %}`, `<tag unknown></>{x}`},
		{`{% ifequal a b %}x{% endifequal %}`, `<if ifequal>?(a == b):x</>`},
		{`{{ "%}" }}{% if "%}" %}x{% endif %}`, `{"%}"}<if>?"%}":x</>`},
		{`{{ {"a": {}} }}`, `{{"a":{}}}`},
		{`{{ x`, `{{x`},
		{`{% if x`, `{%if x`},
		{`{% endif %}{% else %}x`, `x`},
		{`{% if a %}{% for x in y %}1{% endif %}2`, `<if>?a:<for x y>1</></>2`},
	} {
		got := tree(parse(c.in).Body)
		if got != c.want {
			t.Errorf("%s\n got  %s\n want %s", c.in, got, c.want)
		}
	}
}

func describe(c template.Context) string {
	s := c.Place.String()
	if c.Place == template.InValue || c.Place == template.InUnquoted {
		if c.Quote != 0 {
			s += string(c.Quote)
		}
		s += [...]string{"", " link", " load", " event", " style", " srcdoc"}[c.Attr]
		if c.Start {
			s += " start"
		}
	}
	if c.Runs() {
		s += [...]string{"", " single", " double", " template", " line", " block", " regex"}[c.Code]
	}
	return s
}

func TestContexts(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<p>{{ x }}</p>`, "text"},
		{`a < b {{ x }}`, "text"},
		{`<{{ x }}>`, "tag name"},
		{`<h{{ x }}>`, "tag name"},
		{`<p {{ x }}>`, "attribute name"},
		{`<p data-{{ x }}="1">`, "attribute name"},
		{`<p id={{ x }}>`, "unquoted value start"},
		{`<p id = {{ x }}>`, "unquoted value start"},
		{`<p id=a{{ x }}>`, "unquoted value"},
		{`<p id={{ y }}{{ x }}>`, "unquoted value"},
		{`<p id="{{ x }}">`, `value" start`},
		{`<p id='a {{ x }}'>`, `value'`},
		{`<p id="{{ y }}">{{ x }}`, "text"},
		{`<p id={{ y }}>{{ x }}`, "text"},
		{`<a href="{{ x }}">`, `value" link start`},
		{`<a href=" {{ x }}">`, `value" link start`},
		{`<a href="/u/{{ x }}">`, `value" link`},
		{`<a href={{ x }}>`, `unquoted value link start`},
		{`<a href="javascript:f('{{ x }}')">`, `value" event single`},
		{`<img src="{{ x }}">`, `value" start`},
		{`<script src="{{ x }}"></script>`, `value" load start`},
		{`<iframe src="{{ x }}"></iframe>`, `value" link start`},
		{`<iframe srcdoc="{{ x }}"></iframe>`, `value" srcdoc start`},
		{`<form action="{{ x }}">`, `value" link start`},
		{`<p onclick="f({{ x }})">`, `value" event`},
		{`<p onclick="f('{{ x }}')">`, `value" event single`},
		{`<p onclick="f(&quot;{{ x }}&quot;)">`, `value" event double`},
		{`<p onclick='f("{{ x }}")'>`, `value' event double`},
		{`<p style="color: {{ x }}">`, `value" style`},
		{`<p data-on="{{ x }}">`, `value" start`},
		{`<!-- {{ x }} -->`, "comment"},
		{`<!-- a --> {{ x }}`, "text"},
		{`<!doctype html>{{ x }}`, "text"},
		{`<title>{{ x }}</title>`, "text"},
		{`<textarea><p id={{ x }}></textarea>`, "text"},
		{`<textarea></textarea><p id={{ x }}>`, "unquoted value start"},
		{`<style>a { color: {{ x }} }</style>`, "style"},
		{`<script>var a = {{ x }};</script>`, "script"},
		{`<script>var a = "{{ x }}";</script>`, "script double"},
		{`<script>var a = 'it\'s {{ x }}';</script>`, "script single"},
		{"<script>var a = `b ${c} {{ x }}`;</script>", "script template"},
		{"<script>var a = `b ${ {{ x }} }`;</script>", "script"},
		{"<script>// don't\nvar a = {{ x }}</script>", "script"},
		{"<script>; // don't\nvar a = {{ x }}</script>", "script"},
		{"<script>/* don't */ var a = {{ x }}</script>", "script"},
		{"<script>a = /['\"]/; b = {{ x }}</script>", "script"},
		{"<script>a = b / c; d = '{{ x }}'</script>", "script single"},
		{`<script type="application/json">{{ x }}</script>`, "text"},
		{`<script type="text/template"><p id={{ x }}></script>`, "text"},
		{`<script type="module">{{ x }}</script>`, "script"},
		{`<script>if (a < b) { c = "{{ x }}" }</script>`, "script double"},
		{`<script></script>{{ x }}`, "text"},
		{`<SCRIPT>{{ x }}</SCRIPT>`, "script"},
		{`<a {% if y %}class="b"{% endif %} href="{{ x }}">`, `value" link start`},
		{`<p {% if y %}id="1"{% else %}id="2"{% endif %}>{{ x }}`, "text"},
		{`<input value="{{ x }}" disabled>`, `value" start`},
		{`<input disabled value="{{ x }}">`, `value" start`},
		{`<br/>{{ x }}`, "text"},
		{`{% for y in z %}<li id="{{ y }}">{% endfor %}{{ x }}`, "text"},
		{`<a href="?q={{ y }}&amp;p={{ x }}">`, `value" link`},
		{`<button @click="{{ x }}">`, `value" event start`},
	} {
		list := parse(c.in).Outputs()
		last := list[len(list)-1]
		for _, n := range list {
			if n.Expr.Name == "x" {
				last = n
			}
		}
		if got := describe(last.Where); got != c.want {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	text := "<p>{{ user.name|safe }}</p>{# pavise: x #}"
	f := parse(text)
	n := f.Outputs()[0]
	for _, c := range []struct {
		at   syntax.Node
		want string
	}{
		{n.At, "{{ user.name|safe }}"}, {n.Expr.At, "user.name|safe"}, {n.Expr.X.At, "user.name"}, {n.Expr.X.X.At, "user"},
	} {
		if c.at.Str() != c.want || c.at.Unit() != f.Tree.Units[0].Unit || c.at.Kind() != syntax.KindHole {
			t.Errorf("%q, want %q", c.at.Str(), c.want)
		}
	}
	u := f.Tree.Units[0].Unit
	if c := u.At(u.Len() - 1); c.Kind() != syntax.KindComment || c.Str() != "# pavise: x " {
		t.Errorf("comment %q", c.Str())
	}
}

// TestLinear gives it what is slow for a reader that goes back.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip()
	}
	for _, part := range []string{
		"{{", "{%", "{#", "{{'", "{{{}}", "{%'%}", "{% if x %}", "{% raw %}", "{% comment %}", "<", "<a ", "<a href=", "{{ a|b", "{{ (", "<script>", "<!--",
		"{% if %}{% else %}", "{% block a %}{% endblock %}", "{% set a %}", "{{ a+a }}", `<a b="`, "</", "{{ {{", "<script>`${", "\\", "'",
		"<a\t", "{% for x in", "a.", "{% end",
	} {
		start := time.Now()
		parse(strings.Repeat(part, 1<<18/len(part)))
		parse("{{ " + strings.Repeat(part, 1000) + " }}")
		parse("<script>" + strings.Repeat(part, 20000))
		parse(`<p onclick="` + strings.Repeat(part, 20000))
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%q takes %v", part, d)
		}
	}
}

func TestLimits(t *testing.T) {
	if f := parse(strings.Repeat("x", 1<<20+1)); f.Tree.Partial == "" || len(f.Body) != 0 {
		t.Error("too large a template is read")
	}
	if f := parse("a\x00"); f.Tree.Partial == "" {
		t.Error("a NUL byte is read")
	}
	if f := parse(strings.Repeat("{% if a %}", 500) + "{{ x }}"); f.Tree.Partial == "" || len(f.Outputs()) != 1 {
		t.Error("deep blocks:", f.Tree.Partial)
	}
	if f := parse("<p>{{ x }}"); f.Tree.Partial != "" {
		t.Error(f.Tree.Partial)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"{{ a.b|c('d')[0] }}", "{% for a, b in c if d %}{{ a }}{% else %}{% endfor %}", "<a href={{ x }}>", "{% set a %}{% endset %}",
		"{% macro m(a, b=1) %}{% endmacro %}{% call m() %}{% endcall %}", "<script>`${'{{ x }}'}`</script>", "{% raw %}{% endraw %}", "{# #}",
		"{{ {'a': 1}", "{% include 'a' with b=c only %}", "{% with a as b %}{% endwith %}", "{% from 'a' import b as c %}", "{% set .a = 1 %}", "{% set a.b.c = 1 %}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := parse(text)
		u := file.Tree.Units[0].Unit
		for i := range u.Len() {
			if s := u.At(i).Span(); s.Start > s.End || int(s.End) > len(text) {
				t.Fatalf("span %v of %d bytes", s, len(text))
			}
		}
		for _, n := range file.Outputs() {
			if !n.At.OK() || n.Expr == nil {
				t.Fatal("an output without a place")
			}
		}
	})
}
