package pyedit

import (
	"strings"
	"testing"

	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

func parse(t testing.TB, text string) *File {
	t.Helper()
	p := syntax.NewParser()
	defer p.Close()
	return NewFile(p.Parse(source.New("case.py", []byte(text))))
}

// find is the first node of a kind whose text begins so.
func (f *File) find(t testing.TB, kind syntax.Kind, prefix string) At {
	t.Helper()
	for _, u := range f.Tree.Units {
		for i := range u.Len() {
			if n := u.At(i); n.Kind() == kind && strings.HasPrefix(n.Str(), prefix) {
				return At{n, u.Start}
			}
		}
	}
	t.Fatalf("no %s that begins with %q", syntax.KindName(kind), prefix)
	return At{}
}

func apply(t testing.TB, f *File, e *Edits) string {
	t.Helper()
	list, ok := e.merged()
	if !ok {
		t.Fatal("edits overlap, or there are none")
	}
	return string(source.Apply(f.Text, list))
}

func same(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n--- got\n%s\n--- want\n%s\n---", name, got, want)
	}
}

func TestUseAddsOneImport(t *testing.T) {
	for _, c := range []struct{ name, module, symbol, before, after, expr string }{
		{"empty file", "secrets", "", "x = f()\n", "import secrets\n\nx = f()\n", "secrets"},
		{"definition first", "ast", "", "def f():\n    g()\n", "import ast\n\n\ndef f():\n    g()\n", "ast"},
		{"after docstring", "ast", "", "\"\"\"Doc.\"\"\"\n\nx = 1\n", "\"\"\"Doc.\"\"\"\n\nimport ast\n\nx = 1\n", "ast"},
		{"docstring only", "ast", "", "\"\"\"Doc.\"\"\"", "\"\"\"Doc.\"\"\"\n\nimport ast", "ast"},
		{"after shebang", "ast", "", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nx = 1\n", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\nimport ast\n\nx = 1\n", "ast"},
		{"comment of the first statement", "ast", "", "# the answer\nx = 42\n", "import ast\n\n# the answer\nx = 42\n", "ast"},
		{"after future", "ast", "", "from __future__ import annotations\n\nx = 1\n", "from __future__ import annotations\n\nimport ast\n\nx = 1\n", "ast"},
		{"sorted in group", "json", "", "import ast\nimport os\n\nimport flask\n", "import ast\nimport json\nimport os\n\nimport flask\n", "json"},
		{"first of group", "ast", "", "import os\n", "import ast\nimport os\n", "ast"},
		{"unsorted group", "ast", "", "import sys\nimport os\n\nimport flask\n", "import sys\nimport os\nimport ast\n\nimport flask\n", "ast"},
		{"plain before from", "subprocess", "", "import os\nfrom pathlib import Path\n", "import os\nimport subprocess\nfrom pathlib import Path\n", "subprocess"},
		{"sorted by module only", "ssl", "", "import os\nfrom pathlib import Path\nimport sys\n", "import os\nfrom pathlib import Path\nimport ssl\nimport sys\n", "ssl"},
		{"new standard group", "ast", "", "from flask import Flask\n\napp = Flask(__name__)\n", "import ast\n\nfrom flask import Flask\n\napp = Flask(__name__)\n", "ast"},
		{"new third group", "markupsafe", "escape", "import os\n\nfrom . import db\n\nx = 1\n", "import os\n\nfrom markupsafe import escape\n\nfrom . import db\n\nx = 1\n", "escape"},
		{"third group at the end", "markupsafe", "escape", "import os\n\nx = 1\n", "import os\n\nfrom markupsafe import escape\n\nx = 1\n", "escape"},
		{"groups without blank lines", "ast", "", "import flask\nfrom .a import b\nx = 1\n", "import ast\nimport flask\nfrom .a import b\nx = 1\n", "ast"},
		{"comment above a group", "ast", "", "# web\nimport flask\n", "import ast\n\n# web\nimport flask\n", "ast"},
		{"extends a from-import", "flask", "abort", "from flask import Flask, request\n", "from flask import Flask, abort, request\n", "abort"},
		{"extends a list in parentheses", "flask", "abort", "from flask import (\n    Flask,\n    request,\n)\n", "from flask import (\n    Flask,\n    abort,\n    request,\n)\n", "abort"},
		{"extends at the end", "flask", "url_for", "from flask import (\n    Flask,\n    request,  # it\n)\n", "from flask import (\n    Flask,\n    request,  # it\n    url_for,\n)\n", "url_for"},
		{"extends an unsorted list", "flask", "abort", "from flask import request, Flask\n", "from flask import request, Flask, abort\n", "abort"},
		{"name is taken", "html", "escape", "def escape(x):\n    return x\n", "import html\n\n\ndef escape(x):\n    return x\n", "html.escape"},
		{"module name is taken", "secrets", "", "secrets = load()\n", "import secrets as secrets_module\n\nsecrets = load()\n", "secrets_module"},
		{"type checking does not count", "ast", "", "import typing\nif typing.TYPE_CHECKING:\n    import ast\n", "import ast\nimport typing\nif typing.TYPE_CHECKING:\n    import ast\n", "ast"},
		{"function import does not count", "ast", "", "def f():\n    import ast\n", "import ast\n\n\ndef f():\n    import ast\n", "ast"},
		{"CRLF", "ast", "", "import os\r\n\r\nx = 1\r\n", "import ast\r\nimport os\r\n\r\nx = 1\r\n", "ast"},
		{"no end of line", "secrets", "", "import os", "import os\nimport secrets", "secrets"},
		{"block in two sections", "jwt", "", "import os\n\nimport flask\nimport requests\n\nimport app\n", "import os\n\nimport flask\nimport jwt\nimport requests\n\nimport app\n", "jwt"},
		{"byte order mark", "ast", "", "\ufeffx = 1\n", "\ufeffimport ast\n\nx = 1\n", "ast"},
		{"after try", "json", "", "import os\n\ntry:\n    import lxml\nexcept ImportError:\n    lxml = None\n", "import json\nimport os\n\ntry:\n    import lxml\nexcept ImportError:\n    lxml = None\n", "json"},
	} {
		f := parse(t, c.before)
		e := f.NewEdits()
		style := Plain
		if c.symbol != "" {
			style = From
		}
		if got := e.Use(At{}, c.module, c.symbol, style); got != c.expr {
			t.Errorf("%s: expression %s, want %s", c.name, got, c.expr)
		}
		e.Use(At{}, c.module, c.symbol, style)
		same(t, c.name, apply(t, f, e), c.after)
	}
}

func TestUseTakesWhatIsThere(t *testing.T) {
	for _, c := range []struct{ module, symbol, text, want string }{
		{"subprocess", "run", "import subprocess as sp\n", "sp.run"},
		{"subprocess", "run", "from subprocess import run\n", "run"},
		{"subprocess", "run", "from subprocess import run as r\n", "r"},
		{"subprocess", "", "import subprocess\n", "subprocess"},
		{"urllib.parse", "urlsplit", "import urllib.parse\n", "urllib.parse.urlsplit"},
		{"urllib.parse", "urlsplit", "from urllib import parse\n", "parse.urlsplit"},
		{"os", "environ", "import os.path\n", "os.environ"},
		{"yaml", "", "try:\n    import yaml\nexcept ImportError:\n    pass\n", "yaml"},
	} {
		f := parse(t, c.text)
		e := f.NewEdits()
		if got := e.Use(At{}, c.module, c.symbol, Plain); got != c.want {
			t.Errorf("%s.%s in %q is %s, want %s", c.module, c.symbol, c.text, got, c.want)
		}
		if _, ok := e.merged(); ok {
			t.Errorf("%q: an import was added", c.text)
		}
	}
}

func TestUseSeesShadows(t *testing.T) {
	f := parse(t, "import json\n\ndef f(json):\n    g()\n")
	e := f.NewEdits()
	at := f.find(t, syntax.KindCall, "g(")
	if got := e.Use(at, "json", "loads", Plain); got != "json_module.loads" {
		t.Errorf("got %s", got)
	}
	same(t, "shadow", apply(t, f, e), "import json\nimport json as json_module\n\ndef f(json):\n    g()\n")
}

func TestArgumentsBehindCommentsKeepLineEnds(t *testing.T) {
	f := parse(t, "f(\r\n    a,\r\n    b  # last\r\n)\r\n")
	e := f.NewEdits()
	if !e.AddKeyword(f.find(t, syntax.KindCall, "f("), "k", "1") {
		t.Fatal("not added")
	}
	same(t, "CRLF", apply(t, f, e), "f(\r\n    a,\r\n    b,  # last\r\n    k=1\r\n)\r\n")
}

func TestSeveralImportsShareTheirPlace(t *testing.T) {
	f := parse(t, "\"\"\"Doc.\"\"\"\n\n\ndef f():\n    pass\n")
	e := f.NewEdits()
	e.Use(At{}, "hmac", "", Plain)
	e.Use(At{}, "argon2", "PasswordHasher", From)
	e.Use(At{}, "argon2.exceptions", "VerificationError", From)
	e.Use(At{}, "argon2.exceptions", "InvalidHash", From)
	e.Use(At{}, "hashlib", "", Plain)
	same(t, "several", apply(t, f, e), `"""Doc."""

import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError


def f():
    pass
`)
}

func TestDropImport(t *testing.T) {
	for _, c := range []struct{ name, drop, before, after string }{
		{"only one", "os", "import os\n\n\ndef f():\n    os.system(1)\n", "def f():\n    X\n"},
		{"first of two", "os", "import os\nimport sys\n\nos.system(1)\n", "import sys\n\nX\n"},
		{"still used", "os", "import os\nimport sys\n\nos.system(1)\nos.x\n", "import os\nimport sys\n\nX\nos.x\n"},
		{"an attribute is no use", "os", "import os\n\na.os(os=1)\nos.system(1)\n", "a.os(os=1)\nX\n"},
		{"whole group", "os", "import os\n\nimport flask\n\nos.system(1)\n", "import flask\n\nX\n"},
		{"last group", "os", "from __future__ import annotations\n\nimport os\n\nos.system(1)\n", "from __future__ import annotations\n\nX\n"},
		{"from list", "os", "from a import b, os, c\n\nos.system(1)\n", "from a import b, c\n\nX\n"},
		{"from list in lines", "os", "from a import (\n    b,\n    os,\n)\n\nos.system(1)\n", "from a import (\n    b,\n)\n\nX\n"},
		{"noqa", "os", "import os  # noqa: F401\n\nos.system(1)\n", "import os  # noqa: F401\n\nX\n"},
		{"other noqa", "os", "import os  # noqa: E402\n\nos.system(1)\n", "X\n"},
		{"all", "os", "import os\n\n__all__ = []\nos.system(1)\n", "import os\n\n__all__ = []\nX\n"},
		{"quoted annotation", "os", "import os\n\nx: 'os.PathLike' = 1\nos.system(1)\n", "import os\n\nx: 'os.PathLike' = 1\nX\n"},
		{"shared line", "os", "import os; import sys\n\nos.system(1)\n", "import os; import sys\n\nX\n"},
	} {
		f := parse(t, c.before)
		e := f.NewEdits()
		e.ReplaceNode(f.find(t, syntax.KindCall, "os.system"), "X")
		e.DropImport(c.drop)
		same(t, c.name, apply(t, f, e), c.after)
	}
}

func TestDropAndAdd(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{"import random\nimport string\n\nrandom.choice(1)\n", "import secrets\nimport string\n\nX\n"},
		{"import random\n\nrandom.choice(1)\n", "import secrets\n\nX\n"},
		{"import os\nimport random\n\nimport flask\n\nrandom.choice(1)\n", "import os\nimport secrets\n\nimport flask\n\nX\n"},
	} {
		f := parse(t, c.before)
		e := f.NewEdits()
		e.ReplaceNode(f.find(t, syntax.KindCall, "random."), "X")
		e.Use(At{}, "secrets", "", Plain)
		e.DropImport("random")
		same(t, "drop and add", apply(t, f, e), c.after)
	}
}

func TestArguments(t *testing.T) {
	add := func(name string) func(*Edits, At) bool {
		return func(e *Edits, call At) bool { return e.AddKeyword(call, name, "1") }
	}
	second := func(e *Edits, call At) bool { return e.AddPositional(call, 1, "(x,)") }
	remove := func(name string) func(*Edits, At) bool {
		return func(e *Edits, call At) bool {
			a, ok := Keyword(call.Node, name)
			return ok && e.RemoveArg(call, a)
		}
	}
	for _, c := range []struct {
		before string
		edit   func(*Edits, At) bool
		after  string
	}{
		{"f()\n", add("k"), "f(k=1)\n"},
		{"f(a)\n", add("k"), "f(a, k=1)\n"},
		{"f(a,)\n", add("k"), "f(a, k=1,)\n"},
		{"f(a, **kw)\n", add("k"), "f(a, k=1, **kw)\n"},
		{"f(a, *b)\n", add("k"), "f(a, *b, k=1)\n"},
		{"f(\n    a,\n    b,\n)\n", add("k"), "f(\n    a,\n    b,\n    k=1,\n)\n"},
		{"f(\n    a,\n    b\n)\n", add("k"), "f(\n    a,\n    b,\n    k=1\n)\n"},
		{"f(\n\ta,  # first\n\tb  # second\n)\n", add("k"), "f(\n\ta,  # first\n\tb,  # second\n\tk=1\n)\n"},
		{"f(\n    a,\n    **kw,\n)\n", add("k"), "f(\n    a,\n    k=1,\n    **kw,\n)\n"},
		{"f(a,\n  b)\n", add("k"), "f(a,\n  b, k=1)\n"},
		{"f(\n    'a'\n    'b'\n)\n", second, "f(\n    'a'\n    'b',\n    (x,),\n)\n"},
		{"f(a, k=2)\n", second, "f(a, (x,), k=2)\n"},
		{"f(\n    a,\n    k=2,\n)\n", second, "f(\n    a,\n    (x,),\n    k=2,\n)\n"},
		{"f(a, k=1)\n", remove("k"), "f(a)\n"},
		{"f(k=1, b=2)\n", remove("k"), "f(b=2)\n"},
		{"f(k=1)\n", remove("k"), "f()\n"},
		{"f(k=1,)\n", remove("k"), "f()\n"},
		{"f(\n    a,\n    k=1,\n)\n", remove("k"), "f(\n    a,\n)\n"},
		{"f(\n    a,\n    k=1,\n    b=2,\n)\n", remove("k"), "f(\n    a,\n    b=2,\n)\n"},
		{"f(\n    a,  # one\n    k=1,\n)\n", remove("k"), "f(\n    a,  # one\n)\n"},
		{"f(\r\n    a,\r\n)\r\n", add("k"), "f(\r\n    a,\r\n    k=1,\r\n)\r\n"},
	} {
		f := parse(t, c.before)
		e := f.NewEdits()
		if !c.edit(e, f.find(t, syntax.KindCall, "f(")) {
			t.Errorf("%q: refused", c.before)
			continue
		}
		same(t, c.before, apply(t, f, e), c.after)
	}
}

func TestArgumentsRefused(t *testing.T) {
	f := parse(t, "f(x for x in y)\n")
	if f.NewEdits().AddKeyword(f.find(t, syntax.KindCall, "f("), "k", "1") {
		t.Error("a keyword was added behind a bare generator")
	}
	f = parse(t, "f(*a, b)\n")
	if f.NewEdits().AddPositional(f.find(t, syntax.KindCall, "f("), 1, "1") {
		t.Error("a position behind * is not known")
	}
}

func TestDisplays(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{"x = (a,)\n", "x = (a, N)\n"},
		{"x = (a, b)\n", "x = (a, b, N)\n"},
		{"x = ()\n", "x = (N,)\n"},
		{"x = (\n    a,\n)\n", "x = (\n    a,\n    N,\n)\n"},
	} {
		f := parse(t, c.before)
		e := f.NewEdits()
		e.AppendElement(f.find(t, syntax.KindTuple, "("), "N")
		same(t, c.before, apply(t, f, e), c.after)
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ value, quote, want string }{
		{"a", "'", "'a'"},
		{"it's", "'", `"it's"`},
		{`it's "x"`, "'", `'it\'s "x"'`},
		{"a\nb\\", `"`, `"a\nb\\"`},
		{"a\nb", `"""`, "\"\"\"a\nb\"\"\""},
		{"é\x00\u2028", `"`, `"é\x00\u2028"`},
	} {
		if got := Quote(c.value, c.quote); got != c.want {
			t.Errorf("%q is %s, want %s", c.value, got, c.want)
		}
	}
}

func TestHelperPlace(t *testing.T) {
	f := parse(t, "import flask\n\napp = flask.Flask(__name__)\n\n\n@app.get('/')\ndef f():\n\treturn 1\n")
	e := f.NewEdits()
	e.AddHelper(f.find(t, syntax.KindReturnStatement, "return").Abs().Start, "def h():\n    return 2\n")
	same(t, "helper", apply(t, f, e), "import flask\n\napp = flask.Flask(__name__)\n\n\ndef h():\n\treturn 2\n\n\n@app.get('/')\ndef f():\n\treturn 1\n")
	f = parse(t, "import flask\n\nx = 1\ny = flask.get(x)\n")
	e = f.NewEdits()
	e.AddHelper(f.find(t, syntax.KindCall, "flask.get").Abs().Start, "def h():\n    return 2\n")
	same(t, "helper before its use", apply(t, f, e), "import flask\n\nx = 1\n\n\ndef h():\n    return 2\n\n\ny = flask.get(x)\n")
}
