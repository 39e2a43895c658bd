package suppress

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pavise/analysis"
	"pavise/analysis/source"
)

var rules = []*analysis.Rule{
	{ID: "sql-injection", Class: "sqli", Aliases: analysis.Aliases{
		Bandit: []string{"B608"}, Ruff: []string{"S608"}, Semgrep: []string{"python.flask.security.tainted-sql-string"}}},
	{ID: "weak-hash", Class: "crypto", Aliases: analysis.Aliases{Bandit: []string{"B324"}, Ruff: []string{"S324"}}},
	{ID: "debug-enabled", Class: "settings"},
}

// fault matches the calls in the test texts that stand for findings:
// sql_injection() is one of sql-injection.
var fault = regexp.MustCompile(`(sql_injection|weak_hash)\(`)

func findings(text string) []analysis.Finding {
	var list []analysis.Finding
	for _, m := range fault.FindAllStringSubmatchIndex(text, -1) {
		for _, r := range rules {
			if r.ID == strings.ReplaceAll(text[m[2]:m[3]], "_", "-") {
				list = append(list, analysis.Finding{Rule: r, Span: source.Span{Start: uint32(m[0]), End: uint32(m[1])}})
			}
		}
	}
	return list
}

// comments finds them in texts whose strings hold no "#".
func comments(text string) []Comment {
	var list []Comment
	for _, m := range regexp.MustCompile(`#[^\r\n]*`).FindAllStringIndex(text, -1) {
		list = append(list, Comment{text[m[0]:m[1]], source.Span{Start: uint32(m[0]), End: uint32(m[1])}})
	}
	return list
}

// statements knows Python well enough for the test texts: a statement is a
// line, or several while brackets are open or decorators are read.
func statements(text string) func(uint32) source.Span {
	var spans []source.Span
	start, depth, decorated := -1, 0, false
	off := 0
	for line := range strings.Lines(text) {
		code, _, _ := strings.Cut(line, "#")
		code = strings.TrimRight(code, " \r\n")
		if s := strings.TrimLeft(code, " "); s != "" {
			if start < 0 {
				start = off + len(code) - len(s)
			}
			depth += strings.Count(s, "(") - strings.Count(s, ")")
			decorated = strings.HasPrefix(s, "@")
			if depth == 0 && !decorated {
				spans = append(spans, source.Span{Start: uint32(start), End: uint32(off + len(code))})
				start = -1
			}
		}
		off += len(line)
	}
	return func(at uint32) source.Span {
		for _, s := range spans {
			if s.Start <= at && at < s.End {
				return s
			}
		}
		return source.Span{}
	}
}

func input(text string) Input {
	return Input{
		File: source.New("a.py", []byte(text)), Comments: comments(text), Statement: statements(text),
		State: func(name string) State {
			switch name {
			case "debug-enabled", "settings":
				return Off
			case "sql-injection", "sqli", "weak-hash", "crypto", RuleID, Class:
				return On
			}
			return Unknown
		},
		Suggest: func(name string) string {
			if name == "sql-injecton" {
				return "sql-injection"
			}
			return ""
		},
	}
}

func TestApply(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		kept       int
		problems   []string // `text: message`, by their start
	}{
		{name: "no comment", text: "sql_injection()\n", kept: 1},
		{name: "another comment", text: "sql_injection()  # pavise is a shield\n", kept: 1},
		{name: "behind the statement", text: "sql_injection()  # pavise: ignore[sql-injection] console\n"},
		{name: "without blanks", text: "sql_injection()  #pavise:ignore[sql-injection]\n"},
		{name: "by class", text: "sql_injection()  # pavise: ignore[sqli]\n"},
		{name: "several", text: "sql_injection(weak_hash())  # pavise: ignore[sqli, weak-hash]\n"},
		{name: "everything", text: "sql_injection(weak_hash())  # pavise: ignore\n",
			problems: []string{"# pavise: ignore: this comment names no rule: it hides sql-injection, weak-hash, and whatever comes later"}},
		{name: "everything, with a reason", text: "sql_injection(weak_hash())  # pavise: ignore, it is a console\n",
			problems: []string{"# pavise: ignore: this comment names no rule: it hides sql-injection, weak-hash, and whatever comes later"}},
		{name: "another rule", text: "sql_injection()  # pavise: ignore[weak-hash]\n", kept: 1,
			problems: []string{"weak-hash: weak-hash reports nothing here; the comment would hide a fault that comes later"}},
		{name: "one of two is unused", text: "sql_injection()  # pavise: ignore[sql-injection, weak-hash]\n",
			problems: []string{"weak-hash: weak-hash reports nothing here; the comment would hide a fault that comes later"}},
		{name: "both are unused", text: "f()  # pavise: ignore[sql-injection, weak-hash]\n",
			problems: []string{"# pavise: ignore[sql-injection, weak-hash]: none of these rules reports anything here; the comment would hide a fault that comes later"}},
		{name: "everything, but there is nothing", text: "f()  # pavise: ignore for ever\n",
			problems: []string{"# pavise: ignore: nothing is reported here; the comment would hide any fault that comes later"}},
		{name: "a rule that is off", text: "f()  # pavise: ignore[debug-enabled]\n"},
		{name: "an unknown rule", text: "sql_injection()  # pavise: ignore[sql-injecton]\n", kept: 1,
			problems: []string{`sql-injecton: "sql-injecton" is neither a rule nor a class (did you mean "sql-injection"?), so it hides nothing`}},
		{name: "no brackets", text: "sql_injection()  # pavise: ignore sql-injection\n", kept: 1,
			problems: []string{`# pavise: ignore: "sql-injection" stands outside brackets (write ignore[sql-injection]), so this comment hides nothing`}},
		{name: "empty brackets", text: "sql_injection()  # pavise: ignore[ ]\n", kept: 1,
			problems: []string{"# pavise: ignore[ ]: the brackets name no rule, so this comment hides nothing"}},
		{name: "an open bracket", text: "sql_injection()  # pavise: ignore[sql-injection\n", kept: 1,
			problems: []string{"# pavise: ignore: the bracket is not closed, so this comment hides nothing"}},
		{name: "a near word", text: "sql_injection()  # pavise: disable[sqli]\n", kept: 1,
			problems: []string{`# pavise: disable[sqli]: "disable" is not understood: write ignore[rule] or ignore-file[rule], so this comment hides nothing`}},
		{name: "prose", text: "sql_injection()  # pavise: see the manual\n", kept: 1},

		{name: "alone above", text: "# pavise: ignore[sqli]\nsql_injection()\nsql_injection()\n", kept: 1},
		{name: "alone above, with a gap", text: "# pavise: ignore[sqli]\n# more\n\n  \nsql_injection()\n"},
		{name: "alone above a long statement", text: "# pavise: ignore[sqli]\nf(\n  1,\n  sql_injection(),\n)\nsql_injection()\n", kept: 1},
		{name: "alone inside a statement", text: "f(\n  1,\n  # pavise: ignore[sqli]\n  sql_injection(),\n)\nsql_injection()\n", kept: 1},
		{name: "behind the first line of a statement", text: "f(  # pavise: ignore[sqli]\n  1,\n  sql_injection(),\n)\nsql_injection()\n", kept: 1},
		{name: "behind the last line of a statement", text: "f(\n  sql_injection(),\n)  # pavise: ignore[sqli]\n"},
		{name: "above a decorator", text: "# pavise: ignore[crypto]\n@route(weak_hash())\n@x\ndef f(a=weak_hash()):\n  weak_hash()\n", kept: 1},
		{name: "behind a head", text: "def f(a=weak_hash()):  # pavise: ignore[crypto]\n  weak_hash()\n", kept: 1},
		{name: "two on a line", text: "sql_injection(); weak_hash()  # pavise: ignore[sqli]\n", kept: 1},
		{name: "two comments on one statement", text: "# pavise: ignore[sqli]\nf(sql_injection(),\n  weak_hash())  # pavise: ignore[crypto]\n"},
		{name: "at the end", text: "sql_injection()\n# pavise: ignore[sqli]", kept: 1,
			problems: []string{"sqli: sqli reports nothing here; the comment would hide a fault that comes later"}},
		{name: "lines that end in CR", text: "# pavise: ignore[sqli]\rsql_injection()\rsql_injection()\r", kept: 1},
		{name: "lines that end in CRLF", text: "# pavise: ignore[sqli]\r\nsql_injection()\r\nsql_injection()\r\n", kept: 1},
		{name: "behind a BOM", text: "\ufeff# pavise: ignore[sqli]\nsql_injection()\nsql_injection()\n", kept: 1},

		{name: "file", text: "#!/usr/bin/python\n# pavise: ignore-file[sqli] generated\n\nsql_injection()\nweak_hash()\nsql_injection()\n", kept: 1},
		{name: "file, everything", text: "# pavise: ignore-file\nsql_injection()\nweak_hash()\n",
			problems: []string{"# pavise: ignore-file: this comment names no rule: it hides sql-injection, weak-hash, and whatever comes later"}},
		{name: "file, unused", text: "# pavise: ignore-file[sqli]\nweak_hash()\n", kept: 1,
			problems: []string{"sqli: sqli reports nothing in this file; the comment would hide a fault that comes later"}},
		{name: "file, below code", text: "x = 1\n# pavise: ignore-file[sqli]\nsql_injection()\n", kept: 1,
			problems: []string{"# pavise: ignore-file[sqli]: ignore-file stands below the comments that the file begins with, so this comment hides nothing"}},

		{name: "told to be quiet", text: "f()  # pavise: ignore[weak-hash, unused-suppression]\n"},
		{name: "told to be quiet for the file", text: "# pavise: ignore-file[suppressions]\nf()  # pavise: ignore[weak-hash]\n"},
		{name: "told to be quiet above", text: "# pavise: ignore[unused-suppression]\nf()  # pavise: ignore[weak-hash]\n"},

		{name: "nosec", text: "sql_injection()  # nosec\nweak_hash()  #nosec - a reason\n",
			problems: []string{"# nosec: this comment names no rule: it hides sql-injection, and whatever comes later", "#nosec: this comment names no rule: it hides weak-hash, and whatever comes later"}},
		{name: "nosec with an id", text: "sql_injection()  # nosec B608\nsql_injection()  # nosec: B101, B608\nsql_injection()  # nosec B101\n", kept: 1},
		{name: "nosec with a name", text: "sql_injection()  # nosec assert_used\n", kept: 1},
		{name: "nosecurity", text: "sql_injection()  # nosecurity\n", kept: 1},
		{name: "noqa", text: "sql_injection()  # noqa\nsql_injection()  # NOQA\n", kept: 2},
		{name: "noqa with codes", text: "sql_injection()  # noqa: S608\nsql_injection()  # NOQA:E501,S608 why\nsql_injection()  # noqa: E501\n", kept: 1},
		{name: "noqa for the file", text: "# ruff: noqa: S608\nsql_injection()\nweak_hash()\n", kept: 1},
		{name: "nosemgrep", text: "sql_injection()  # nosemgrep\nweak_hash()  # nosem\n",
			problems: []string{"# nosemgrep: this comment names no rule: it hides sql-injection, and whatever comes later", "# nosem: this comment names no rule: it hides weak-hash, and whatever comes later"}},
		{name: "nosemgrep with an id", text: "sql_injection()  # nosemgrep: tainted-sql-string\nsql_injection()  # nosemgrep: a.b, python.flask.security.tainted-sql-string\nsql_injection()  # nosemgrep: sql-string\n", kept: 1},
		{name: "nosemgrep above", text: "# nosemgrep\nsql_injection()\n",
			problems: []string{"# nosemgrep: this comment names no rule: it hides sql-injection, and whatever comes later"}},
		{name: "nosemgrep behind another", text: "sql_injection()  # noqa: E501 nosemgrep: tainted-sql-string\n"},
		{name: "two tools", text: "sql_injection(weak_hash())  # nosec B324  # pavise: ignore[sqli]\n"},
		{name: "foreign ones are never unused", text: "f()  # nosec\nf()  # noqa: S608\nf()  # nosemgrep: x\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := findings(tt.text)
			kept, problems := Apply(input(tt.text), before)
			if len(kept) != tt.kept {
				t.Errorf("%d findings stay, want %d: %v", len(kept), tt.kept, kept)
			}
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%s: %s", tt.text[p.Span.Start:p.Span.End], p.Message))
			}
			if !slices.Equal(got, tt.problems) {
				t.Errorf("problems:\n got %q\nwant %q", got, tt.problems)
			}
			if after := findings(tt.text); len(after) != len(before) || len(after) > 0 && after[0].Span != before[0].Span {
				t.Error("the findings passed in have changed")
			}
		})
	}
}

func TestRemoval(t *testing.T) {
	for _, tt := range []struct{ text, problem, want string }{
		{"f()  # pavise: ignore[a, b] why\ng()\n", "a", "f()  # pavise: ignore[b] why\ng()\n"},
		{"f()  # pavise: ignore[a, b] why\ng()\n", "b", "f()  # pavise: ignore[a] why\ng()\n"},
		{"f()  # pavise: ignore[a,b,c]", "b", "f()  # pavise: ignore[a,c]"},
		{"f()  # pavise: ignore[a] why\ng()\n", "a", "f()\ng()\n"},
		{"f()  # pavise: ignore for #3\r\ng()\r\n", "# pavise: ignore", "f()\r\ng()\r\n"},
		{"  # pavise: ignore[a]\n  g()\n", "a", "  g()\n"},
		{"g()\n# pavise: ignore[a]", "a", "g()\n"},
		{"f()  # pavise: ignore[a]  # noqa: E501\n", "a", "f()  # noqa: E501\n"},
		{"f()  # type: ignore  # pavise: ignore[a, b]\n", "# pavise: ignore[a, b]", "f()  # type: ignore\n"},
	} {
		at := strings.Index(tt.text, tt.problem)
		if len(tt.problem) == 1 {
			before, brackets, _ := strings.Cut(tt.text, "[")
			at = len(before) + 1 + strings.Index(brackets, tt.problem)
		}
		f := source.New("a.py", []byte(tt.text))
		e, ok := Removal(f, source.Span{Start: uint32(at), End: uint32(at + len(tt.problem))})
		if got := string(source.Apply(f.Text(), []source.Edit{e})); !ok || got != tt.want {
			t.Errorf("%q without %q: %q, want %q", tt.text, tt.problem, got, tt.want)
		}
	}
}

func TestMarked(t *testing.T) {
	for text, want := range map[string]bool{
		"# pavise: ignore": true, "#nosec": true, "# noqa: S608": true, "# NoQA:S1": true, "# nosem": true, "# x nosemgrep: y": true,
		"#": false, "# a note": false, "# pavise": false, "# no": false,
	} {
		if Marked(text) != want {
			t.Errorf("Marked(%q) = %v", text, !want)
		}
	}
}

// FuzzApply: any text is answered, with spans inside of it and edits that do
// not touch code.
func FuzzApply(f *testing.F) {
	f.Add("sql_injection()  # pavise: ignore[sqli, x]  # nosec B608 # noqa: S608\n")
	f.Add("# pavise: ignore-file[\r#pavise:ignore]nosem:,\n")
	f.Fuzz(func(t *testing.T, text string) {
		in := input(text)
		kept, problems := Apply(in, findings(text))
		if len(kept) > len(findings(text)) {
			t.Fatal("findings appear")
		}
		for _, p := range problems {
			if p.Span.Start >= p.Span.End || p.Span.End > in.File.Len() {
				t.Fatalf("span %v of a text of %d bytes", p.Span, in.File.Len())
			}
			e, ok := Removal(in.File, p.Span)
			if !ok {
				t.Fatalf("no removal of %q", text[p.Span.Start:p.Span.End])
			}
			after := string(source.Apply(in.File.Text(), []source.Edit{e}))
			if strings.Trim(withoutComments(text), "\n") != strings.Trim(withoutComments(after), "\n") {
				t.Fatalf("%q becomes %q", text, after)
			}
		}
	})
}

// withoutComments is the text's code.
func withoutComments(text string) string {
	return regexp.MustCompile(`[ \t\f]*(#[^\r\n]*)?(\r\n|\r|\n|$)`).ReplaceAllString(text, "\n")
}

func BenchmarkApply(b *testing.B) {
	text := strings.Repeat("f()\nsql_injection()  # pavise: ignore[sqli]\n", 20)
	in, list := input(text), findings(text)
	in.Statement = func(uint32) source.Span { return source.Span{} }
	for b.Loop() {
		Apply(in, list)
	}
}
