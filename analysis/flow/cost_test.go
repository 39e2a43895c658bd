package flow

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// hostile are texts that cost much if the analysis is careless.
var hostile = map[string]func() string{
	"brackets": func() string {
		return body("x = " + strings.Repeat("(", 3000) + "source()" + strings.Repeat(")", 3000))
	},
	"lists": func() string {
		return body("x = " + strings.Repeat("[", 3000) + "source()" + strings.Repeat("]", 3000))
	},
	"attributes": func() string { return body("x = source()" + strings.Repeat(".a", 3000)) },
	"calls":      func() string { return body("x = source()" + strings.Repeat("()", 3000)) },
	"sums":       func() string { return body("x = source()" + strings.Repeat(" + 'a' + source()", 3000)) },
	"nots":       func() string { return body("x = " + strings.Repeat("not ", 3000) + "source()") },
	"lambdas":    func() string { return body("x = " + strings.Repeat("lambda: ", 500) + "source()") },
	"blocks": func() string {
		var b strings.Builder
		for i := range 300 {
			fmt.Fprintf(&b, "%sif source() == %d:\n", strings.Repeat(" ", i), i)
		}
		return body(b.String() + strings.Repeat(" ", 300) + "x = source()")
	},
	"loops": func() string {
		var b strings.Builder
		for i := range 60 {
			fmt.Fprintf(&b, "%sfor i%d in source():\n", strings.Repeat(" ", i), i)
		}
		return body(b.String() + strings.Repeat(" ", 60) + "x = source()")
	},
	"branches in a row": func() string { return body(lines(5000, "if source() == %[1]d: x = '%[1]d'")) },
	"branches of one": func() string {
		return body("if source() == 0: x = 1\n" + lines(5000, "elif source() == %[1]d: x = source()"))
	},
	"cases": func() string {
		return body("match source():\n" + lines(5000, " case %[1]d: x = source()"))
	},
	"flags": func() string {
		return body(lines(200, "v%[1]d = source()") + lines(200, "f%[1]d = False") +
			lines(200, "if v%[1]d in ('a', 'b'): f%[1]d = True"))
	},
	"chain of calls": func() string {
		return "from probe import sink, source\n" + lines(1000, "def f%[1]d(x): return f%[2]d(x)\n") + "def f1000(x): sink(x)\nf0(source())\n"
	},
	"tree of calls": func() string {
		return "from probe import sink, source\n" + lines(40, "def f%[1]d(x): return f%[2]d(x) + f%[2]d(x) + f%[2]d(x)\n") + "def f40(x): return x\nsink(f0(source()))\n"
	},
	"recursion": func() string {
		return "from probe import sink, source\ndef f(x): return f(x) + g(x) + f(g(x))\ndef g(x): return f(x) or g(f(x))\nsink(f(source()))\n"
	},
	"doubled texts":     func() string { return body("x = source()\n" + strings.Repeat("x = x + x\n", 200)) },
	"doubled f-strings": func() string { return body("x = source()\n" + strings.Repeat("x = f'{x}{x}'\n", 200)) },
	"doubled lists":     func() string { return body("x = [source()]\n" + strings.Repeat("x = [x, x]\n", 200)) },
	"doubled dicts":     func() string { return body("x = {}\n" + strings.Repeat("x = {'a': x, 'b': x, source(): x}\n", 200)) },
	"doubled constants": func() string { return body("x = 'a'\n" + strings.Repeat("x = x + x\n", 200)) },
	"doubled joins":     func() string { return body("x = source()\n" + strings.Repeat("x = x if source() else x + 'a'\n", 200)) },
	"doubled choices": func() string {
		return body("x = ''\n" + strings.Repeat("if source(): x += 'a'\nelse: x += source()\n", 200))
	},
	"doubled functions": func() string {
		return body("f = lambda v: v\n" + strings.Repeat("f = (lambda g: lambda v: g(g(v)))(f)\n", 40) + "x = f(source())")
	},
	"doubled replaces": func() string {
		return body("x = 'ab'\n" + strings.Repeat("x = x.replace('a', 'aa' + source())\n", 200))
	},
	"doubled formats":  func() string { return body("x = source()\n" + strings.Repeat("x = '{0}{0}'.format(x)\n", 200)) },
	"doubled percents": func() string { return body("x = source()\n" + strings.Repeat("x = '%s%s' % (x, x)\n", 200)) },
	"doubled updates":  func() string { return body("x = {}\n" + strings.Repeat("x[source()] = x\nx['a'] = x\n", 200)) },
	"growing list": func() string {
		return body("x = []\n" + strings.Repeat("x.append(source())\nx.append(x)\nx += x\n", 500))
	},
	"much multiplied": func() string {
		return body("x = 'a' * 10**9\ny = [1] * 10**9\nz = 10**10**10\nw = 1 << 10**9\nv = 'a'.zfill(10**9)\nx = ' '.center(10**12)")
	},
	"huge dict": func() string { return body("x = {" + lines(20000, "'k%[1]d': source(),") + "}\nx = x['k7']") },
	"huge list": func() string { return body("x = [" + lines(20000, "'%[1]d',") + "]\nx = x[source()]") },
	"huge text": func() string {
		return body("x = '" + strings.Repeat("ab{}%s", 200000) + "'\nx = x.format(source()) % source()")
	},
	"many names": func() string { return body(lines(2000, "v%[1]d = source()") + "x = [" + lines(2000, "v%[1]d,") + "]") },
	"many patterns": func() string {
		return body("import re\n" + lines(500, "if re.fullmatch('(((a|b)*)*)*%[1]d{1,1000}', source()): x = 1"))
	},
	"large pattern": func() string {
		return body("import re\nif re.fullmatch('" + strings.Repeat("(a|", 2000) + "', source()): x = 1")
	},
	"nested pattern": func() string {
		return body("import re\nif re.fullmatch('((((((a{1,9}){1,9}){1,9}.){1,9}){1,9}){1,9})', source()): x = 1")
	},
	"comprehensions": func() string {
		return body("x = " + strings.Repeat("[", 60) + "source()" + strings.Repeat(" for a in source()]", 60))
	},
	"unpacked": func() string {
		return body("x = [" + strings.Repeat("*", 1) + "source()" + strings.Repeat(", *source()", 2000) + "]\n" + strings.Repeat("(", 200) + "a" + strings.Repeat(",)", 200) + " = x")
	},
	"classes in a ring": func() string {
		return "from probe import sink, source\nclass A(B): pass\nclass B(C): pass\nclass C(A): pass\nsink(A(source()).x.y)\n"
	},
	"attribute of all": func() string {
		return "from probe import sink, source\nclass A:\n    def __getattr__(self, n): return self.b\n    def __getitem__(self, k): return self[k]\n    def __iter__(self): return iter(self)\n    def __add__(self, o): return self + o\n    def __call__(self, *a): return self(*a)\n    def __enter__(self): return self.__enter__()\n" +
			"def f():\n    a = A()\n    sink(a.x)\n    sink(a[0])\n    for v in a: sink(v)\n    sink(a + 1)\n    sink(a(source()))\n    with a as b: sink(b)\n"
	},
	"decorators": func() string {
		return "from probe import sink, source\ndef d(f):\n    @d\n    def g(*a): return f(*a)\n    return g\n@d\n@d\n@d\n@d\ndef h(x): return x\nsink(h(source()))\n"
	},
	"properties": func() string {
		return "from probe import sink, source\nclass A:\n    @property\n    def a(self): return self.b\n    @property\n    def b(self): return self.a\nsink(A().a)\nsink(source())\n"
	},
	"globals": func() string {
		return "from probe import sink, source\n" + lines(200, "def f%[1]d():\n    global a, b, c\n    a = b; b = c; c = a + source()\n    sink(a)\n") + "a = b = c = ''\n"
	},
	"partials": func() string {
		return body("import functools\nf = print\n" + strings.Repeat("f = functools.partial(f, source())\n", 300) + "x = f()")
	},
	"objects": func() string {
		return "from probe import sink, source\nclass N:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n" +
			body("x = N(source(), 1)\n"+strings.Repeat("x = N(x, x)\n", 100)+"x = x.a.b.a.b")
	},
}

// body is a function of statements whose x goes to a sink.
func body(statements string) string {
	var b strings.Builder
	b.WriteString("from probe import sink, source\ndef main():\n")
	for line := range strings.Lines(statements) {
		b.WriteString("    " + line)
	}
	if strings.HasPrefix(statements, "class") {
		return statements
	}
	return b.String() + "\n    sink(x)\n"
}

// lines repeats a line with its number and the next.
func lines(n int, format string) string {
	var b strings.Builder
	for i := range n {
		line := strings.ReplaceAll(format, "%[1]d", fmt.Sprint(i))
		b.WriteString(strings.ReplaceAll(line, "%[2]d", fmt.Sprint(i+1)) + "\n")
	}
	return b.String()
}

// TestCostIsBounded counts steps and memory, never time.
func TestCostIsBounded(t *testing.T) {
	const perUnit = 600 << 20
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			src := text()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, list := results(t, src)
			runtime.ReadMemStats(&after)
			for i, r := range list {
				if r == nil {
					continue
				}
				if r.steps > maxSteps+len(src) {
					t.Errorf("unit %d took %d steps", i, r.steps)
				}
				if r.steps > maxSteps && !r.Over {
					t.Errorf("unit %d ran out of steps and does not say so", i)
				}
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > perUnit {
				t.Errorf("%d MB for %d kB of text", used>>20, len(src)>>10)
			}
		})
	}
}

// TestOverIsNoted wants the note where a function is longer than the limit.
func TestOverIsNoted(t *testing.T) {
	_, list := results(t, body(lines(40000, "x = source()")))
	if last := list[len(list)-1]; last == nil || !last.Over {
		t.Error("a function of 40,000 statements is not reported as cut short")
	}
}

// BenchmarkTables runs the tables of the tests.
func BenchmarkTables(b *testing.B) {
	for name, text := range map[string]string{
		"branches": hostile["branches in a row"](),
		"calls":    hostile["tree of calls"](),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				results(b, text)
			}
		})
	}
}
