package flow

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pavise/analysis/lang/template"
	"pavise/analysis/models"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// memory is a project in one folder, of modules by their names.
type memory map[string]*syntax.Tree

func newMemory(texts map[string]string) memory {
	p := syntax.NewParser()
	defer p.Close()
	out := memory{}
	for name, text := range texts {
		out["/p/"+name+".py"] = p.Parse(source.New("/p/"+name+".py", []byte(text)))
	}
	return out
}

func (m memory) Locate(_, target string) (file, rest string) {
	name, rest, _ := strings.Cut(target, ".")
	if file = "/p/" + name + ".py"; m[file] == nil {
		return "", ""
	}
	return file, rest
}

func (m memory) Tree(path string) *syntax.Tree                { return m[path] }
func (m memory) FindTemplate(string, string, []string) string { return "" }
func (m memory) Template(string) *template.File               { return nil }

// effort is what the analysis of a project took.
type effort struct {
	size, steps, deps int
	alloc             uint64
	over              bool
	reached           int // calls of os.system that data of a client arrives at
}

func analyse(t testing.TB, texts map[string]string) effort {
	t.Helper()
	files := newMemory(texts)
	var e effort
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := NewProgram(probeIndex, files)
	for path, tree := range files {
		a := p.File(path)
		a.Update(tree)
		for _, i := range a.Registering() {
			a.Result(i)
		}
	}
	for path, tree := range files {
		a := p.File(path)
		for i := range a.Len() {
			r := a.Result(i)
			if r == nil {
				continue
			}
			e.steps += r.steps
			e.deps += len(r.deps)
			e.over = e.over || r.Over
			if r.steps > maxSteps && !r.Over {
				t.Errorf("%s: unit %d ran out of steps and does not say so", filepath.Base(path), i)
			}
			for _, ev := range r.Events {
				if ev.Name == "os.system" && len(ev.Args) > 0 && ev.Args[0].Value.tainted(models.Remote) {
					e.reached++
				}
			}
		}
		e.size += len(tree.File.Text())
	}
	runtime.ReadMemStats(&after)
	e.alloc = after.TotalAlloc - before.TotalAlloc
	return e
}

const viewHead = "import os\nfrom flask import Flask, request\napp = Flask(__name__)\n"

// view is a handler that does something with what a client sent.
func view(statement string) string {
	return "@app.get('/')\ndef view():\n    " + statement + "\n"
}

func rows(n int, format string) string {
	var b strings.Builder
	for i := range n {
		line := strings.ReplaceAll(format, "{i}", fmt.Sprint(i))
		b.WriteString(strings.ReplaceAll(line, "{j}", fmt.Sprint(i+1)) + "\n")
	}
	return b.String()
}

// large are projects of a size that is given. A size is big enough for anything
// quadratic to show between it and its double.
var large = map[string]struct {
	n     int
	texts func(n int) map[string]string
}{
	"ring of modules": {25, func(n int) map[string]string {
		out := map[string]string{}
		for i := range n {
			next := (i + 1) % n
			out[fmt.Sprintf("m%d", i)] = viewHead + fmt.Sprintf("import m%d\nfrom m%d import f%d as g, C%d\nfrom m%d import *\n", next, next, next, next, next) +
				fmt.Sprintf("class C%d(C%d):\n    def go(self, x): return super().go(x) + self.a\n    def b(self): self.a = m%d.f%d('')\n", i, next, next, next) +
				fmt.Sprintf("K%d = K%d + 'a'\n", i, next) +
				fmt.Sprintf("def f%d(x):\n    return g(x) + m%d.f%d(x) + C%d().go(x) + K%d\n", i, next, next, next, next) +
				view(fmt.Sprintf("os.system(f%d(request.args['x']))", i))
		}
		return out
	}},
	"chain of functions": {500, func(n int) map[string]string {
		return map[string]string{"m": viewHead + rows(n, "def f{i}(x): return f{j}(x)") + fmt.Sprintf("def f%d(x): os.system(x)\n", n) + view("f0(request.args['x'])")}
	}},
	"chain of private functions": {500, func(n int) map[string]string {
		return map[string]string{"m": viewHead + rows(n, "def _f{i}(x):\n    os.system('a' + x)\n    return _f{j}(x)") + fmt.Sprintf("def _f%d(x): os.system(x)\n", n) + view("_f0('a')")}
	}},
	"chain of modules": {100, func(n int) map[string]string {
		out := map[string]string{"v": viewHead + "import m0\n" + view("m0.f(request.args['x'])")}
		for i := range n {
			out[fmt.Sprintf("m%d", i)] = fmt.Sprintf("import os\nimport m%d\ndef f(x):\n    os.system('a' + x)\n    return m%d.f(x)\nD = m%d.D\n", i+1, i+1, i+1)
		}
		out[fmt.Sprintf("m%d", n)] = "import os\nD = os\ndef f(x): os.system(x)\n"
		return out
	}},
	"one helper": {1000, func(n int) map[string]string {
		out := map[string]string{"h": "import os\ndef run(x):\n    os.system('echo ' + x)\n"}
		for k := range 10 {
			out[fmt.Sprintf("m%d", k)] = viewHead + "from h import run\n" + rows(n/10, "@app.get('/{i}')\ndef v{i}():\n    run(request.args['x'])")
		}
		return out
	}},
	"one private helper": {1000, func(n int) map[string]string {
		return map[string]string{"m": viewHead + "def _run(x):\n    os.system('echo ' + x)\n" + rows(n, "def v{i}():\n    _run('{i}')")}
	}},
	"class of methods": {1000, func(n int) map[string]string {
		return map[string]string{"m": viewHead + "class C:\n" + rows(n, "    def f{i}(self, x):\n        self.a{i} = x\n        os.system(self.a{j} + x)\n        return self.f{j}(x)") +
			view("C().f0(request.args['x'])")}
	}},
	"class of fields": {500, func(n int) map[string]string {
		return map[string]string{"m": viewHead + "class C:\n    def __init__(self, x):\n" + rows(n, "        self.a{i} = x") + rows(n, "    def f{i}(self):\n        os.system(self.a{i})") +
			view("C(request.args['x']).f0()")}
	}},
	"base with many heirs": {300, func(n int) map[string]string {
		return map[string]string{
			"b": viewHead + "from flask.views import MethodView\nclass Base(MethodView):\n    def get(self):\n        os.system(self.key(request.args['x']))\n",
			"m": viewHead + "from b import Base\n" + rows(n, "class H{i}(Base):\n    def key(self, x): return x"),
		}
	}},
	"heirs of heirs": {100, func(n int) map[string]string {
		return map[string]string{"m": viewHead + "from flask.views import MethodView\nclass H0(MethodView):\n    def get(self):\n        os.system(self.key(request.args['x']))\n" +
			rows(n, "class H{j}(H{i}):\n    def key(self, x): return super().key(x)")}
	}},
	"literal": {10000, func(n int) map[string]string {
		return map[string]string{"d": "NAMES = [" + rows(n, "'n{i}',") + "]\nTABLE = {" + rows(n, "'k{i}': 'v{i}',") + "}\n",
			"m": viewHead + "from d import NAMES, TABLE\n" + view("x = request.args['x']\n    if x in NAMES: os.system(TABLE[x])\n    else: os.system(TABLE.get(x, x))")}
	}},
	"generated module": {10000, func(n int) map[string]string {
		return map[string]string{"g": rows(n, "def get_thing_{i}(x): return 'thing {i}' + x") + rows(n, "NAME_{i} = 'name {i}'"),
			"m": viewHead + "from g import *\nimport g\n" + view("os.system(g.get_thing_7(request.args['x']) + NAME_3)")}
	}},
	"branches": {2500, func(n int) map[string]string {
		return map[string]string{"m": viewHead + "@app.get('/')\ndef view():\n    x = request.args['x']\n" + rows(n, "    if x == 'a{i}': y = x + '{i}'\n    elif x > 'b{i}': y = '{i}'") + "    os.system(x)\n"}
	}},
	"registrations": {500, func(n int) map[string]string {
		return map[string]string{
			"views": "import os\n" + rows(n, "def v{i}(request, x):\n    os.system('echo ' + x)"),
			"urls":  "from django.urls import path\nimport views\nurlpatterns = [\n" + rows(n, "    path('<str:x>', views.v{i}),") + "]\n",
		}
	}},
	"star imports that lead nowhere": {12, func(n int) map[string]string { // they came from modules that are not Python
		out := map[string]string{"v": viewHead + rows(6, "from m{i} import *") + view("os.system(NAME + request.args['x'])")}
		for i := range n {
			text := rows(6, fmt.Sprintf("from m%d.native{i} import *", i))
			for j := range 6 {
				text += fmt.Sprintf("from m%d import *\n", (i+j+1)%n)
			}
			out[fmt.Sprintf("m%d", i)] = text + fmt.Sprintf("def f%d(x):\n    return OTHER + x\n", i)
		}
		return out
	}},
	"star imports": {40, func(n int) map[string]string {
		out := map[string]string{"v": viewHead + "from m0 import *\n" + view(fmt.Sprintf("run(request.args['x'] + NAME%d)", n-1))}
		for i := range n {
			out[fmt.Sprintf("m%d", i)] = rows(3, fmt.Sprintf("from m%d import *", i+1)) + fmt.Sprintf("NAME%d = 'a'\n", i)
		}
		out[fmt.Sprintf("m%d", n)] = "import os\ndef run(x): os.system(x)\n"
		return out
	}},
}

// deep are those in which each part depends on all behind it, by its nature.
var deep = map[string]bool{"ring of modules": true, "heirs of heirs": true}

// tooFar are those in which data is not followed to the end, and one that holds
// no data of a client.
var tooFar = map[string]bool{
	"chain of functions": true, "chain of private functions": true, "star imports": true, "one private helper": true,
}

// TestCostOfProjects counts steps, dependencies and memory, never time: twice
// the project costs little more than twice as much, and a unit that was cut
// short says so.
func TestCostOfProjects(t *testing.T) {
	for name, c := range large {
		t.Run(name, func(t *testing.T) {
			one, two := analyse(t, c.texts(c.n)), analyse(t, c.texts(2*c.n))
			grows := float64(two.size) / float64(one.size)
			if deep[name] {
				grows *= grows
			}
			if arrives := !tooFar[name]; one.reached > 0 != arrives || two.reached > 0 != arrives {
				t.Errorf("data arrives at %d and %d places", one.reached, two.reached)
			}
			for what, pair := range map[string][2]float64{
				"steps":        {float64(one.steps), float64(two.steps)},
				"dependencies": {float64(one.deps), float64(two.deps)},
				"memory":       {float64(one.alloc), float64(two.alloc)},
			} {
				if pair[1] > pair[0]*grows*1.4+1000 {
					t.Errorf("%s grow from %.0f to %.0f, the text by %.2f", what, pair[0], pair[1], grows)
				}
			}
		})
	}
}
