package pytext

import (
	"strings"
	"testing"

	"pavise/analysis/lang/sql"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/pyedit"
)

// executed parses a file and returns the first argument of its first call of
// execute.
func executed(t testing.TB, text string) (*pyedit.File, pyedit.At) {
	t.Helper()
	p := syntax.NewParser()
	defer p.Close()
	f := pyedit.NewFile(p.Parse(source.New("case.py", []byte(text))))
	for _, u := range f.Tree.Units {
		for i := range u.Len() {
			if n := u.At(i); n.Kind() == syntax.KindCall && strings.HasSuffix(n.Child(syntax.FieldFunction).Str(), "execute") {
				a, _ := pyedit.Positional(n, 0)
				return f, pyedit.At{Node: a.Value, Base: u.Start}
			}
		}
	}
	t.Fatalf("no call of execute in %s", text)
	return nil, pyedit.At{}
}

// bind replaces every value hole by ? and returns the new file and the values.
func bind(t *testing.T, text string, double bool) (string, string) {
	t.Helper()
	f, at := executed(t, text)
	tx, reason := Parse(at, nil)
	if tx == nil {
		return "", reason
	}
	tokens := sql.Scan(tx.SQL())
	r := tx.Rewrite()
	var values []string
	done := map[int]bool{}
	for _, c := range sql.Contexts(tokens) {
		tok := tokens[c.Token]
		if !c.Bindable() || done[c.Token] {
			continue
		}
		done[c.Token] = true
		from, to := tok.Start, tok.End
		parts := tx.Slice(from, to)
		if c.Place == sql.Quoted {
			parts = tx.Slice(Pos{Piece: from.Piece, Offset: from.Offset + 1}, Pos{Piece: to.Piece, Offset: to.Offset - 1})
		}
		v, ok := Compose(f, parts, tx.Quote())
		if !ok {
			return "", "no value"
		}
		values = append(values, v)
		r.Replace(from, to, "?")
	}
	if double {
		for i := range tx.Pieces {
			for j, c := range tx.Pieces[i].Text {
				if c == '%' && !covered(tokens, done, Pos{Piece: i, Offset: j}) {
					r.Insert(Pos{Piece: i, Offset: j}, "%")
				}
			}
		}
	}
	e := f.NewEdits()
	if reason := r.Write(e); reason != "" {
		return "", reason
	}
	list, _ := e.List()
	return string(source.Apply(f.Text, list)), strings.Join(values, "; ")
}

func covered(tokens []sql.Token, done map[int]bool, at Pos) bool {
	for i := range tokens {
		if done[i] && !less(at, tokens[i].Start) && less(at, tokens[i].End) {
			return true
		}
	}
	return false
}

func TestRewrite(t *testing.T) {
	for _, c := range []struct{ before, after, values string }{
		{`execute(f"SELECT a WHERE n = '{n}'")`, `execute("SELECT a WHERE n = ?")`, `n`},
		{`execute(f"SELECT '{{x}}' WHERE n = {n} AND m = '{m}'")`, `execute("SELECT '{x}' WHERE n = ? AND m = ?")`, `n; m`},
		{`execute(f"SELECT {{x}} FROM {t} WHERE n = '{n}'")`, `execute(f"SELECT {{x}} FROM {t} WHERE n = ?")`, `n`},
		{`execute("SELECT a WHERE n = '%s' AND m = %d" % (n, m))`, `execute("SELECT a WHERE n = ? AND m = ?")`, `n; int(m)`},
		{`execute("SELECT 'a%%' WHERE n = '%s'" % n)`, `execute("SELECT 'a%' WHERE n = ?")`, `n`},
		{`execute("SELECT a FROM %s WHERE n = '%s' AND x LIKE 'a%%'" % (t, n))`, `execute("SELECT a FROM %s WHERE n = ? AND x LIKE 'a%%'" % (t,))`, `n`},
		{`execute("SELECT a WHERE n = '%(n)s'" % {"n": v})`, `execute("SELECT a WHERE n = ?")`, `v`},
		{`execute("SELECT a WHERE n = '%(n)s'" % p)`, `execute("SELECT a WHERE n = ?")`, `p["n"]`},
		{`execute("SELECT a WHERE n = '{}' AND m = {}".format(n, m.x))`, `execute("SELECT a WHERE n = ? AND m = ?")`, `n; m.x`},
		{`execute("SELECT {{}} WHERE n = '{1}' AND m = '{0.y}' AND k = {k[z]}".format(m, n, k=k))`, `execute("SELECT {} WHERE n = ? AND m = ? AND k = ?")`, `n; m.y; k["z"]`},
		{`execute("SELECT a FROM {} WHERE n = '{}' AND m = {m}".format(t, n, m=m))`, `execute("SELECT a FROM {} WHERE n = ? AND m = ?".format(t))`, `n; m`},
		{`execute("SELECT a WHERE n = '" + n + "' LIMIT " + str(l))`, `execute("SELECT a WHERE n = ? LIMIT ?")`, `n; l`},
		{`execute("SELECT a WHERE n = '" + n + "'")`, `execute("SELECT a WHERE n = ?")`, `n`},
		{"execute(\"SELECT a WHERE n = '\" + n +\n        \"' AND m = '\" + m + \"'\")", "execute(\"SELECT a WHERE n = ?\" +\n        \" AND m = ?\")", `n; m`},
		{"execute(\"SELECT a WHERE n = '\"\n        + n\n        + \"'\")", "execute(\"SELECT a WHERE n = ?\")", `n`},
		{`execute('SELECT a WHERE n = "' + n + "\" LIMIT 1")`, `execute('SELECT a WHERE n = ?' + " LIMIT 1")`, `n`},
		{`execute("SELECT a WHERE n LIKE '%" + n + "%'")`, `execute("SELECT a WHERE n LIKE ?")`, `f"%{n}%"`},
		{`execute(f"SELECT a WHERE n = '{t}_{n}_x'")`, `execute("SELECT a WHERE n = ?")`, `f"{t}_{n}_x"`},
		{`execute(f'SELECT a WHERE n = "x{d["k"]}"')`, `execute('SELECT a WHERE n = ?')`, `f'x{d["k"]}'`},
		{"execute(\n    \"SELECT a \"  # one\n    f\"WHERE n = '{n}' \"\n    f\"AND m = {m}\"\n)", "execute(\n    \"SELECT a \"  # one\n    \"WHERE n = ? \"\n    \"AND m = ?\"\n)", `n; m`},
		{"execute(f\"\"\"SELECT a\n  FROM t\n  WHERE n = '{n}'\n\"\"\")", "execute(\"\"\"SELECT a\n  FROM t\n  WHERE n = ?\n\"\"\")", `n`},
		{`execute(rf"SELECT '\d' WHERE n = '{n}'")`, `execute(r"SELECT '\d' WHERE n = ?")`, `n`},
		{`execute(f"SELECT a\n WHERE n = '{n!r}' OR m = {m:>5}")`, `execute("SELECT a\n WHERE n = ? OR m = ?")`, `f"{n!r}"; f"{m:>5}"`},
		{`execute(("SELECT a "
         "WHERE n = '%s'") % n)`, `execute(("SELECT a "
         "WHERE n = ?"))`, `n`},
	} {
		got, values := bind(t, c.before+"\n", false)
		if strings.TrimSuffix(got, "\n") != c.after || values != c.values {
			t.Errorf("%s\n got %s\n     %s\nwant %s\n     %s", c.before, got, values, c.after, c.values)
		}
	}
}

func TestRewriteDoublingPercents(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{`execute(f"SELECT 'a%' WHERE n = '{n}'")`, `execute("SELECT 'a%%' WHERE n = ?")`},
		{`execute("SELECT 'a%%' WHERE n = '%s'" % n)`, `execute("SELECT 'a%%' WHERE n = ?")`},
		{`execute("SELECT 'a%' WHERE n = '" + n + "' AND x LIKE 'b%'")`, `execute("SELECT 'a%%' WHERE n = ? AND x LIKE 'b%%'")`},
		{`execute("SELECT 'a%' FROM {} WHERE n = '{}'".format(t, n))`, `execute("SELECT 'a%%' FROM {} WHERE n = ?".format(t))`},
		{`execute("SELECT 'a%%' FROM %s WHERE n = '%s'" % (t, n))`, `execute("SELECT 'a%%%%' FROM %s WHERE n = ?" % (t,))`},
	} {
		got, values := bind(t, c.before+"\n", true)
		if strings.TrimSuffix(got, "\n") != c.after {
			t.Errorf("%s\n got %s\n     %s\nwant %s", c.before, got, values, c.after)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`execute("a %s %s" % args)`:        "the values right of % cannot be told apart",
		`execute("a {}".format(*args))`:    "the values of format() come from * or **",
		`execute("a %*d" % (1, 2))`:        "a % conversion in the text cannot be followed",
		`execute(b"a" + x)`:                "the text is a bytes literal",
		`execute(t"a {x}")`:                "the text is a template string",
		`execute(build(x))`:                "its text is not put together here",
		`execute("a {:{w}}".format(1, 2))`: "a field of format() cannot be followed",
	} {
		_, at := executed(t, text+"\n")
		if tx, got := Parse(at, nil); tx != nil || got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
