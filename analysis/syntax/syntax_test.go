package syntax

import (
	"fmt"
	"strings"
	"testing"

	"pavise/analysis/source"
)

func TestUnits(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // class, key, parent, text; comments and statements have no key
	}{
		{"empty", "", nil},
		{"blank", "\n\n  \n", nil},
		{"statements", "import os; x = 1;\ny = 2\n", []string{
			"statement - - import os", "statement - - x = 1", "statement - - y = 2"}},
		{"function", "@a\n# why\n@b(1)\nasync def f():\n    # in\n    return 1\n\n# after\n", []string{
			"function f - @a\n# why\n@b(1)\nasync def f():\n    # in\n    return 1", "comment - - # after"}},
		{"nested functions stay inside", "def f():\n    def g(): pass\n    class L:\n        def m(self): pass\n", []string{
			"function f - def f():\n    def g(): pass\n    class L:\n        def m(self): pass"}},
		{"functions in statements stay inside", "if a:\n    def f(): pass\nelse:\n    class C: pass\n", []string{
			"statement - - if a:\n    def f(): pass\nelse:\n    class C: pass"}},
		{"class", "@d\nclass C[T](B, metaclass=M):\n    # first\n    x = 1; y = 2\n    def m(self): pass  # tail\n    # last\n", []string{
			"class C - @d\nclass C[T](B, metaclass=M):\n    # first\n    ", "statement - C x = 1", "statement - C y = 2",
			"function C.m C def m(self): pass  # tail", "comment - C # last"}},
		{"class on one line", "class C: x = 1; y = 2\n", []string{"class C - class C: ", "statement - C x = 1", "statement - C y = 2"}},
		{"class without a body", "class C:\n", []string{"class C - class C:"}},
		{"nested classes", "class C:\n    class D:\n        def m(self): pass\n    def m(self): pass\n", []string{
			"class C - class C:\n    ", "class C.D C class D:\n        ", "function C.D.m C.D def m(self): pass", "function C.m C def m(self): pass"}},
		{"equal names", "def f(): pass\ndef f(): return\nclass C:\n    def m(self): pass\n    @m.setter\n    def m(self): pass\nclass C:\n    def m(self): pass\nclass f: pass\n", []string{
			"function f - def f(): pass", "function f#2 - def f(): return", "class C - class C:\n    ", "function C.m C def m(self): pass",
			"function C.m#2 C @m.setter\n    def m(self): pass", "class C#2 - class C:\n    ", "function C#2.m C#2 def m(self): pass",
			"class f#3 - class f: ", "statement - f#3 pass"}},
		{"byte order mark", "\ufeffimport os\nclass C: pass\n", []string{"statement - - import os", "class C - class C: ", "statement - C pass"}},
		{"carriage returns only", "def f():\r    return 1\r\rx = 1\r", []string{"function f - def f():\r    return 1", "statement - - x = 1"}},
		{"mixed line ends", "def f():\r\n    return 1\r\nx = 1\ry = '''a\rb'''\n", []string{
			"function f - def f():\r\n    return 1", "statement - - x = 1", "statement - - y = '''a\rb'''"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree := open(t, test.text).Tree()
			check(t, tree)
			if tree.HasError || tree.Partial != "" {
				t.Errorf("error %v, partial %q", tree.HasError, tree.Partial)
			}
			var got []string
			for _, p := range tree.Units {
				got = append(got, fmt.Sprintf("%s %s %s %s", classNames[p.Class], dash(p.Key), dash(p.Parent), p.Text))
			}
			if g, w := strings.Join(got, "\n|"), strings.Join(test.want, "\n|"); g != w {
				t.Errorf("got\n|%s\nwant\n|%s", g, w)
			}
		})
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func TestBrokenUnits(t *testing.T) {
	t.Run("a decorator that lost its method", func(t *testing.T) {
		tree := open(t, "class A:\n    x = 1\n    @login_required\n#   @old\n    def f(self): pass\n").Tree()
		check(t, tree)
		i := indexOf(t, tree, "A.f")
		if i < 2 || tree.Units[i-2].Kind != KindDecorator || tree.Units[i-2].Parent != "A" || tree.Units[i-1].Class != Comment {
			t.Errorf("the decorator is not found before its function:\n%s", show(tree))
		}
	})
	t.Run("the same at the start of the class", func(t *testing.T) {
		tree := open(t, "class A:\n    @login_required\n#   @old\n    def f(self): pass\n").Tree()
		check(t, tree)
		i := indexOf(t, tree, "A.f")
		if i < 2 || tree.Units[i-2].Kind != KindDecorator || unit(t, tree, "A").HasError {
			t.Errorf("the decorator is not found before its function:\n%s", show(tree))
		}
	})
	t.Run("functions inside an error", func(t *testing.T) {
		tree := open(t, "x = (\ndef f():\n    return 1\n\nclass C:\n    def m(self):\n        return 2\n").Tree()
		check(t, tree)
		if !tree.HasError {
			t.Error("no error")
		}
		for _, p := range tree.Units {
			if p.Class == Statement && p.Kind == KindError && p.Len() > 1 {
				t.Errorf("an ERROR node was not looked into:\n%s", show(tree))
			}
		}
	})
	t.Run("an error root", func(t *testing.T) {
		tree := open(t, "def f():\n    return 1\n\nx = f'{a\n\ndef g():\n    return f\"{b\"\n'''").Tree()
		check(t, tree)
		if !tree.HasError {
			t.Error("no error")
		}
	})
}

func indexOf(t *testing.T, tree *Tree, key string) int {
	t.Helper()
	for i, p := range tree.Units {
		if p.Key == key {
			return i
		}
	}
	t.Fatalf("no unit %q in\n%s", key, show(tree))
	return -1
}

func TestTreeAt(t *testing.T) {
	tree := open(t, "import os\n\ndef f():\n    pass\n").Tree()
	for off, want := range map[uint32]int{0: 0, 9: 0, 10: -1, 11: 1, 28: 1, 29: -1, 1000: -1} {
		if got := tree.At(off); got != want {
			t.Errorf("At(%d) is %d, want %d", off, got, want)
		}
	}
}

func TestHeaderRecords(t *testing.T) {
	tree := open(t, "@dec(1)\nclass C(Base, key=2):\n    # first\n    def m(self):\n        broken(\n\n    y = 2\n").Tree()
	u := unit(t, tree, "C")
	checkUnit(t, u.Unit)
	if u.HasError || u.Root().HasError() {
		t.Error("an error in the body shows in the header")
	}
	class := u.Root().Child(FieldDefinition)
	body := class.Child(FieldBody)
	if class.Kind() != KindClassDefinition || body.Kind() != KindBlock || body.First().OK() {
		t.Errorf("header is\n%s", dumpNode(u.Unit))
	}
	if end := uint32(len(u.Text)); body.Span() != (source.Span{Start: end, End: end}) || class.Span().End != end {
		t.Errorf("body is at %v of %d", body.Span(), end)
	}
	if got := class.Child(FieldSuperclasses).Str(); got != "(Base, key=2)" {
		t.Errorf("superclasses are %s", got)
	}
}
