package syntax

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"pavise/analysis/source"
)

func readText(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestUntouchedUnitsStay edits one function and expects the units of all others
// to be the same objects.
func TestUntouchedUnitsStay(t *testing.T) {
	edits := map[string][2]string{
		"a letter":             {`key = session.get("account")`, `keys = session.get("account")`},
		"a name":               {"def hashed(", "def hash("},
		"a decorator":          {`@app.route("/orders")`, "@app.route(\"/orders\")\n@login_required"},
		"a new function":       {"def legacy(x)", "def more():\n    return 2\n\n\ndef legacy(x)"},
		"a new method":         {"    class Meta:", "    def more(self): pass\n\n    class Meta:"},
		"a comment":            {"# kept short, see below", "# kept very short, see below"},
		"an open bracket":      {"name = request.form[\"name\"]", "name = request.form[\"name\"]("},
		"an open quote":        {`flash("Wrong name or password")`, `flash("Wrong name or password)`},
		"an open f-string":     {`"report failed: " +`, `f"report {failed: +`},
		"an open doc string":   {"# md5 was used before 2015", `"""md5 was used before 2015`},
		"an open doc string 2": {`"""Open the database for one request."""`, `"""Open the database for one request.`},
		"an open brace":        {`totals = [row["total"]`, `totals = {[row["total"]`},
		"an unfinished line":   {"        abort(401)", "        abort(401)\n        x = g."},
		"an unfinished def":    {"def legacy(x)", "def unfinished(\n\n\ndef legacy(x)"},
		"a stray class":        {"def legacy(x)", "class\n\n\ndef legacy(x)"},
	}
	text := readText(t, "shop.py")
	for name, e := range edits {
		t.Run(name, func(t *testing.T) {
			d := open(t, text)
			before := d.Tree()
			at := uint32(strings.Index(text, e[0]))
			after := edit(t, d, e[0], e[1])
			check(t, after)
			var touched string
			lost := 0
			for _, p := range before.Units {
				if s := p.Span(); s.Touches(source.Span{Start: at, End: at + uint32(len(e[0]))}) {
					touched = p.Key
					continue
				}
				if now, ok := find(after, p.Key); p.Key != "" && (!ok || now.Unit != p.Unit) {
					t.Errorf("%s is another unit", p.Key)
				}
				if !has(after, p.Unit) {
					lost++
				}
			}
			if lost > 2 { // statements at the edit may melt into what is typed
				t.Errorf("%d untouched units are gone; touched: %s\n%s", lost, touched, show(after))
			}
			back := edit(t, d, e[1], e[0])
			check(t, back)
			if back.HasError {
				t.Fatal("the text of before has an error")
			}
			for i, p := range back.Units {
				if p.Unit != before.Units[i].Unit {
					t.Errorf("after taking the edit back %s is another unit:\n%s", p.Key, p.Text)
				}
				if p.Stale {
					t.Errorf("%s is stale in a valid file", p.Key)
				}
			}
		})
	}
}

func has(tree *Tree, u *Unit) bool {
	for _, p := range tree.Units {
		if p.Unit == u {
			return true
		}
	}
	return false
}

// TestSettleGivesUpStale holds the difference between typing and pausing.
func TestSettleGivesUpStale(t *testing.T) {
	d := open(t, "def f():\n    return 1\n\ndef g():\n    \"\"\"doc\"\"\"\n    return 2\n\ndef h():\n    return 3\n")
	before := d.Tree()
	g := unit(t, before, "g")
	tree := edit(t, d, "return 1", `return """1`)
	check(t, tree)
	if p := unit(t, tree, "g"); !p.Stale || p.Unit != g.Unit || p.Start != g.Start+3 {
		t.Errorf("g is not kept:\n%s", show(tree))
	}
	settled := d.Settle()
	check(t, settled)
	if diff := sameAs(settled, open(t, string(settled.File.Text())).Tree()); diff != "" {
		t.Error(diff)
	}
	for _, p := range settled.Units {
		if p.Stale {
			t.Errorf("stale after Settle:\n%s", show(settled))
		}
	}
	if again := d.Settle(); again != settled {
		t.Error("a second Settle made another tree")
	}
	tree = edit(t, d, `return """1`, "return 1")
	if p := unit(t, tree, "g"); p.Unit != g.Unit || p.Stale {
		t.Errorf("g did not come back:\n%s", show(tree))
	}
	if got := d.Settle(); got != tree {
		t.Error("Settle of a valid tree made another one")
	}
}

// TestGrownUnitsAreNotStale types on at both ends of a function while another
// part of the file is broken: what is there now counts, not what was.
func TestGrownUnitsAreNotStale(t *testing.T) {
	d := open(t, "import os\n\ndef f():\n    return 1\n\nx = g(\n")
	if !d.Tree().HasError {
		t.Fatal("no error")
	}
	tree := edit(t, d, "os\n", "os\n@dec\n")
	if p := unit(t, tree, "f"); p.Stale || p.Kind != KindDecoratedDefinition {
		t.Errorf("the decorator is not seen:\n%s", show(tree))
	}
	tree = edit(t, d, "return 1\n", "return 1\n    return 2\n")
	if p := unit(t, tree, "f"); p.Stale || !bytes.Contains(p.Text, []byte("return 2")) {
		t.Errorf("the new line is not seen:\n%s", show(tree))
	}
}

// TestKeysOfDuplicates puts a function before one of the same name.
func TestKeysOfDuplicates(t *testing.T) {
	d := open(t, "x = 1\n\ndef f():\n    return 1\n\nclass C:\n    def m(self): pass\n\ny = 2\n\nclass C:\n    def m(self): return 2\n")
	before := d.Tree()
	f := unit(t, before, "f")
	tree := edit(t, d, "x = 1\n", "x = 1\ndef f():\n    return 0\n")
	check(t, tree)
	moved := unit(t, tree, "f#2")
	if moved.Unit == f.Unit || f.Key != "f" || &moved.recs[0] != &f.recs[0] || string(unit(t, tree, "f").Text) != "def f():\n    return 0" {
		t.Errorf("the second f does not share the nodes of the first:\n%s", show(tree))
	}
	if tree = edit(t, d, "x = 1\ndef f():\n    return 0\n", "x = 1\n"); unit(t, tree, "f").Unit != f.Unit {
		t.Error("f did not come back")
	}
	// A class takes its members along.
	m := unit(t, tree, "C#2.m")
	tree = edit(t, d, "x = 1\n", "x = 1\nclass C: pass\n")
	check(t, tree)
	if p := unit(t, tree, "C#3.m"); p.Parent != "C#3" || &p.recs[0] != &m.recs[0] {
		t.Errorf("the method did not move along:\n%s", show(tree))
	}
	if diff := sameAs(tree, open(t, string(tree.File.Text())).Tree()); diff != "" {
		t.Error(diff)
	}
}

// TestTwins expects equal texts in one file to be two units.
func TestTwins(t *testing.T) {
	d := open(t, "pass\nx = 1\npass\n\nif a:\n    pass\n")
	tree := d.Tree()
	if tree.Units[0].Unit == tree.Units[2].Unit {
		t.Error("two statements are one unit")
	}
	tree = edit(t, d, "x = 1\n", "pass\n")
	seen := map[*Unit]bool{}
	for _, p := range tree.Units {
		if seen[p.Unit] {
			t.Error("two statements are one unit")
		}
		seen[p.Unit] = true
	}
}

// TestWrongEdits gives edits that do not lead to the file.
func TestWrongEdits(t *testing.T) {
	texts := []string{"x = 1\ndef f(): pass\n", "", "class C:\n    def m(self): pass\n", "def f(: pass", "\r\r\n\r", "x = 1\ndef f(): pass\ny = 2\n"}
	lists := [][]source.Edit{
		nil,
		{{}},
		{{Span: source.Span{Start: 5, End: 2}}},
		{{Span: source.Span{Start: 1 << 31, End: 1<<32 - 1}, New: "x"}},
		{{Span: source.Span{Start: 3, End: 4}, New: "yyy"}, {Span: source.Span{Start: 0, End: 40}, New: "z"}},
		make([]source.Edit, 100),
	}
	d := open(t, texts[0])
	for _, list := range lists {
		for _, text := range texts {
			tree := d.Change(source.New("a.py", []byte(text)), list)
			check(t, tree)
			if diff := sameAs(d.Settle(), open(t, text).Tree()); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	}
}

// TestWholeReplacement sends the whole text for one letter, as some editors do.
func TestWholeReplacement(t *testing.T) {
	text := readText(t, "views.py")
	d := open(t, text)
	before := d.Tree()
	now := strings.Replace(text, "def search(", "def search2(", 1)
	tree := d.Change(source.New("a.py", []byte(now)), []source.Edit{{Span: source.Span{End: uint32(len(text))}, New: now}})
	check(t, tree)
	same := 0
	for _, p := range before.Units {
		if has(tree, p.Unit) {
			same++
		}
	}
	if same != len(before.Units)-1 {
		t.Errorf("%d of %d units are the same", same, len(before.Units))
	}
}

func TestUnfitFiles(t *testing.T) {
	d := NewDocument(source.New("a.py", []byte("def f(): pass\nx = 1\n")), Budget{MaxBytes: 64})
	defer d.Close()
	f := unit(t, d.Tree(), "f")
	for name, text := range map[string]string{"a NUL byte": "def f(): pass\nx = \x00 1\n", "size": "def f(): pass\nx = 1" + strings.Repeat("1", 100) + "\n"} {
		t.Run(name, func(t *testing.T) {
			file := source.New("a.py", []byte(text))
			tree := d.Change(file, nil)
			check(t, tree)
			if tree.Partial == "" || unit(t, tree, "f").Unit != f.Unit || !unit(t, tree, "f").Stale {
				t.Errorf("f is not kept:\n%s", show(tree))
			}
			fresh := NewDocument(file, Budget{MaxBytes: 64})
			defer fresh.Close()
			if settled := d.Settle(); settled.Partial != tree.Partial || len(settled.Units) != 0 || len(fresh.Tree().Units) != 0 || fresh.Tree().Partial != tree.Partial {
				t.Errorf("settled:\n%s", show(settled))
			}
			tree = d.Change(source.New("a.py", []byte("def f(): pass\nx = 1\n")), nil)
			if tree.Partial != "" || tree.HasError || unit(t, tree, "f").Stale {
				t.Errorf("the file did not come back:\n%s", show(tree))
			}
		})
	}
}

// TestBudget types into text that takes longer than allowed.
func TestBudget(t *testing.T) {
	d := open(t, "def f(): pass\n\nx = 1\n\ndef g(): pass\n")
	g := unit(t, d.Tree(), "g")
	d.budget = Budget{Parse: time.Microsecond, Edit: time.Microsecond, MaxBytes: 1 << 20}
	slow := "x = 1" + strings.Repeat("\n# comment", 1000)
	tree := edit(t, d, "x = 1", slow)
	check(t, tree)
	if tree.Partial == "" || unit(t, tree, "g").Unit != g.Unit || !unit(t, tree, "g").Stale || len(tree.Units) != 2 {
		t.Errorf("units:\n%s", show(tree))
	}
	settled := d.Settle()
	if settled.Partial == "" || !has(settled, g.Unit) || d.Settle() != settled {
		t.Errorf("settled over budget:\n%s", show(settled))
	}
	d.budget = patient
	tree = edit(t, d, "def g()", "def g2()")
	check(t, tree)
	if tree.Partial != "" || tree.HasError {
		t.Errorf("units:\n%s", show(tree))
	}
	if diff := sameAs(tree, open(t, string(tree.File.Text())).Tree()); diff != "" {
		t.Error(diff)
	}
	p := NewParser()
	defer p.Close()
	p.Budget.Parse = time.Microsecond
	if one := p.Parse(tree.File); one.Partial == "" || len(one.Units) != 0 {
		t.Errorf("one-shot over budget:\n%s", show(one))
	}
}

func TestInterrupted(t *testing.T) {
	d := open(t, "def f(): pass\n\nx = 1\n")
	asked := 0
	d.Interrupted = func() bool { asked++; return true }
	tree := edit(t, d, "x = 1", "x = 1"+strings.Repeat("\n# comment", 3000))
	check(t, tree)
	if tree.Partial != interrupted || asked == 0 {
		t.Fatalf("asked %d times, partial %q", asked, tree.Partial)
	}
	if d.Settle() != tree {
		t.Error("an interrupted Settle changed the tree")
	}
	d.Interrupted = nil
	if settled := d.Settle(); settled.Partial != "" || settled.HasError {
		t.Errorf("partial %q", settled.Partial)
	}
}

// TestClosed uses a document after its end: no result, but no crash.
func TestClosed(t *testing.T) {
	d := open(t, "def f(): pass\nx = 1\n")
	d.Close()
	if tree := edit(t, d, "x = 1", "y = (1"); tree.Partial == "" || !unit(t, tree, "f").Stale {
		t.Errorf("units:\n%s", show(tree))
	}
	d.Settle()
	d.Close()
}
