package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"pavise/analysis"
	"pavise/analysis/source"
)

var rule = &analysis.Rule{
	ID: "sql-injection", Class: "sqli", Title: "SQL statement built from request data", CWE: []int{89, 943},
	OWASP2021: "A03:2021 Injection", Severity: analysis.Critical, Confidence: analysis.Certain,
	Page: "# sql-injection\n\nData from a request becomes\npart of a statement.\n\n## What\n",
}

// find makes a finding of the first occurrence of sink, with steps at those of
// the others.
func find(f *source.File, sink string, steps ...string) analysis.Finding {
	out := analysis.Finding{
		Rule: rule, Path: f.Path(), Span: spanOf(f, sink), Severity: rule.Severity, Confidence: analysis.Likely,
		Message: "name from request.args becomes part of this query's text", Fingerprint: "f1",
	}
	for _, s := range steps {
		out.Steps = append(out.Steps, analysis.Step{Path: f.Path(), Span: spanOf(f, s), Text: s + " is read here"})
	}
	return out
}

func spanOf(f *source.File, s string) source.Span {
	at := bytes.Index(f.Text(), []byte(s))
	return source.Span{Start: uint32(at), End: uint32(at + len(s))}
}

func example() *File {
	f := source.New("app/näme.py", []byte("def v():\n\tname = request.args['ø']\n\tquery = f\"… {name}\"\n\tdb.execute(query)\n"))
	far := find(f, "db.execute(query)", "request.args['ø']", "query = f\"… {name}\"")
	far.Steps = append(far.Steps,
		analysis.Step{Path: "lib.py", Span: source.Span{Start: 4, End: 8}, Text: "it passes through here"},
		analysis.Step{Path: "gone.py", Text: "and through here"},
		analysis.Step{Path: f.Path(), Span: spanOf(f, "db.execute(query)"), Text: "it becomes part of the statement"})
	near := find(f, "query)")
	near.Severity = analysis.Low
	other := func(path string) *source.File {
		if path == "lib.py" {
			return source.New(path, []byte("def pass_on(x):\n    return x\n"))
		}
		return nil
	}
	return &File{Path: f.Path(), Lines: 4, Findings: Resolve(f, []analysis.Finding{far, near}, nil, other)}
}

// write passes files to a writer and ends the report.
func write(t *testing.T, w Writer, files ...*File) {
	t.Helper()
	var s Summary
	for _, f := range files {
		s.Add(f)
		if err := w.File(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(&s); err != nil {
		t.Fatal(err)
	}
}

func note() *File {
	return &File{Path: "b ad.py", Note: "it is not UTF-8", Skipped: true}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	write(t, NewText(&b, TextOptions{}), example(), note(), &File{Path: "clean.py", Lines: 1200})
	want := `app/näme.py:4:2: critical sql-injection: name from request.args becomes part of this query's text
     |
   2 |     name = request.args['ø']
     |            ----------------- 1. request.args['ø'] is read here
   3 |     query = f"… {name}"
     |     ------------------- 2. query = f"… {name}" is read here
     | in lib.py:1:5
   1 | def pass_on(x):
     |     ---- 3. it passes through here
     | in gone.py
     |   4. and through here
     | in app/näme.py:4:2
   4 |     db.execute(query)
     |     ^^^^^^^^^^^^^^^^^ 5. it becomes part of the statement
     = help: pavise explain sql-injection   CWE-89, CWE-943   confidence: medium

app/näme.py:4:13: low sql-injection: name from request.args becomes part of this query's text
     |
   4 |     db.execute(query)
     |                ^^^^^^
     = help: pavise explain sql-injection   CWE-89, CWE-943   confidence: medium

2 findings (1 critical, 1 low) in 1 of 2 files. 1 file was not checked.
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestTextOfNothing(t *testing.T) {
	var b bytes.Buffer
	write(t, NewText(&b, TextOptions{Took: func() string { return "12 ms" }}), &File{Path: "clean.py", Lines: 1200})
	if want := "No findings in 1 file. 1,200 lines in 12 ms.\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func TestTextIsHarmless(t *testing.T) {
	f := source.New("a\x1b[2J.py", []byte("x = '\x1b]0;owned\x07\u202e' + eval(y)\n"))
	bad := find(f, "eval")
	bad.Message = "it says \x1b[31mred"
	var b bytes.Buffer
	write(t, NewText(&b, TextOptions{}), &File{Path: f.Path(), Findings: Resolve(f, []analysis.Finding{bad}, nil, nil)})
	if strings.ContainsAny(b.String(), "\x1b\x07\u202e") {
		t.Errorf("control characters of the file are written: %q", b.String())
	}
}

func TestTextFitsTheTerminal(t *testing.T) {
	long := strings.Repeat("aaaa bbbb ", 30) + "eval(x)" + strings.Repeat(" cccc dddd", 1000)
	f := source.New("a.py", []byte(long))
	var b bytes.Buffer
	write(t, NewText(&b, TextOptions{Width: 60}), &File{Path: "a.py", Findings: Resolve(f, []analysis.Finding{find(f, "eval(x)")}, nil, nil)})
	_, excerpt, _ := strings.Cut(b.String(), "|\n")
	lines := strings.Split(excerpt, "\n")
	shown, marks := []rune(lines[0]), []rune(lines[1])
	if len(shown) > 60 {
		t.Errorf("a line of %d columns: %s", len(shown), lines[0])
	}
	at := strings.IndexRune(string(marks), '^')
	if got := string(shown[at : at+7]); got != "eval(x)" {
		t.Errorf("the carets are under %q:\n%s\n%s", got, lines[0], lines[1])
	}
}

func TestWideCharacters(t *testing.T) {
	f := source.New("a.py", []byte("s = '漢字' + eval(x)"))
	l := Resolve(f, []analysis.Finding{find(f, "eval(x)")}, nil, nil)[0].Location
	_, indent, width := frame(&l, 0)
	if indent != 13 || width != 7 || l.Start.Column != 12 || l.Start.UTF16 != 12 {
		t.Errorf("indent %d, width %d, %+v", indent, width, l.Start)
	}
}

// validator is the schema at path.
func validator(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
}

func TestJSON(t *testing.T) {
	schema := validator(t, "../../../docs/report.schema.json")
	for _, files := range [][]*File{{example(), note()}, {}, {note()}, {example(), example()}} {
		var b bytes.Buffer
		write(t, NewJSON(&b, "v1"), files...)
		validate(t, schema, b.Bytes())
	}
	var b bytes.Buffer
	write(t, NewJSON(&b, "v1"), example())
	want := `"path":"app/näme.py","start":{"line":4,"column":13,"offset":71},"end":{"line":4,"column":19,"offset":77},"steps":[],"fingerprint":"f1"`
	if !strings.Contains(b.String(), want) {
		t.Errorf("no %s in\n%s", want, b.String())
	}
}

func TestSARIF(t *testing.T) {
	schema := validator(t, "testdata/sarif-schema-2.1.0.json")
	o := SARIFOptions{Version: "v1", Rules: []*analysis.Rule{rule}, Root: "/srv/my app"}
	for _, files := range [][]*File{{example(), note()}, {}, {note()}} {
		var b bytes.Buffer
		write(t, NewSARIF(&b, o), files...)
		validate(t, schema, b.Bytes())
	}
	var b bytes.Buffer
	write(t, NewSARIF(&b, o), example(), note())
	flat := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{
		`"external/cwe/cwe-89"`, `"external/owasp/A03:2021 Injection"`, `"security-severity": "9.5"`, `"columnKind": "utf16CodeUnits"`,
		`"SRCROOT": { "index": -1, "uri": "file:///srv/my%20app/" }`,
		`"uri": "app/n%C3%A4me.py", "uriBaseId": "SRCROOT"`, `"uri": "b%20ad.py"`,
		`"startColumn": 13, "startLine": 4`, `"pavise/v1": "f1"`, `"codeFlows": [ { "threadFlows": [ {`,
		`"text": "Data from a request becomes part of a statement."`, `"level": "error"`, `"level": "note"`,
		`"text": "it is not UTF-8"`,
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

// broken fails like a full disk.
type broken struct{}

var errFull = errors.New("no space left")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	for name, w := range map[string]Writer{
		"text":  NewText(broken{}, TextOptions{}),
		"json":  NewJSON(broken{}, ""),
		"sarif": NewSARIF(broken{}, SARIFOptions{Root: "/"}),
	} {
		err := w.File(example())
		if err == nil {
			err = w.Close(&Summary{})
		}
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSentence(t *testing.T) {
	for want, s := range map[string]Summary{
		"No findings in 0 files.":                                   {},
		"No findings in 1,234,567 files. 2 files were not checked.": {Files: 1234567, Skipped: 2},
		"1 finding (1 info) in 1 of 1 file.":                        {Files: 1, Findings: 1, Affected: 1, BySeverity: [5]int{1}},
	} {
		if got := s.Sentence(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := fmt.Sprint(Thousands(1), Thousands(999), Thousands(1000)); got != "19991,000" {
		t.Error(got)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text        string
		width, used int
		want        string
	}{
		{"one two three", 7, 0, "one two|three"},
		{"one two three", 7, 4, "one|two|three"},
		{"one two three", 7, 5, "|one two|three"},
		{"a-very-long-word b", 5, 0, "a-very-long-word|b"},
		{"", 5, 0, ""},
	} {
		if got := strings.Join(Wrap(tt.text, tt.width, tt.used), "|"); got != tt.want {
			t.Errorf("Wrap(%q, %d, %d) = %q, want %q", tt.text, tt.width, tt.used, got, tt.want)
		}
	}
}
