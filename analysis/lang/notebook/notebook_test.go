package notebook_test

import (
	"strings"
	"testing"
	"time"

	"pavise/analysis/lang/notebook"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"x = 1\n%matplotlib inline\ny = 2":        "x = 1\n                  \ny = 2",
		"!pip install x\nx":                       "              \nx",
		"%%bash\nrm -rf /\n":                      "      \n        \n",
		"\n%%time\nx = 1":                         "\n      \nx = 1",
		"%%capture out\nx = f()\n!ls":             "             \nx = f()\n   ",
		"if x:\n    !ls\n    %cd a":               "if x:\n    0  \n    0    ",
		"x = !ls -l\ny = %env HOME":               "x = 0     \ny = 0        ",
		"x != %a\nx %= 2\nx = y % z":              "x != %a\nx %= 2\nx = y % z",
		"%time x = f(1)":                          "0;    x = f(1)",
		"%timeit -n 10 -q f(1)":                   "0;               f(1)",
		"%time":                                   "     ",
		"f?\ng??\n?h\nx":                          "  \n   \n  \nx",
		"if a:\n  f?":                             "if a:\n  0 ",
		"x = (a\n % b)\ny = [\n!\n]":              "x = (a\n % b)\ny = [\n!\n]",
		"s = \"\"\"\n%d\n!x\n\"\"\"\n%who":        "s = \"\"\"\n%d\n!x\n\"\"\"\n    ",
		"s = 'it\\'s' # don't?\nx":                "s = 'it\\'s' # don't?\nx",
		"x = 1 + \\\n  %y":                        "x = 1 + \\\n  %y",
		"!ls \\\n  -l\nx":                         "     \n    \nx",
		"x = 'open\n%who\n":                       "x = 'open\n    \n",
		"print('ä')\n%äöü x\r\ny":                 "print('ä')\n         \r\ny",
		"def f(a):\n    return a if a else b\n":   "def f(a):\n    return a if a else b\n",
		"d = {'a': x[1:2]}; print(d, end='?')\n?": "d = {'a': x[1:2]}; print(d, end='?')\n ",
	} {
		p := notebook.NewPlain([]byte(in))
		if got := string(p.Text); got != want && strings.TrimRight(got, " ") != strings.TrimRight(want, " ") {
			t.Errorf("%q:\n%q, want\n%q", in, got, want)
		}
		if len(p.Text) != len(in) || strings.Count(string(p.Text), "\n") != strings.Count(in, "\n") {
			t.Errorf("%q: %q stands elsewhere", in, p.Text)
		}
	}
}

func TestJoin(t *testing.T) {
	var cells []notebook.Plain
	for _, in := range []string{"x = f([1,", "s = \"\"\"a", "y = 1 \\", "# z", ""} {
		cells = append(cells, notebook.NewPlain([]byte(in)))
	}
	text, at := notebook.Join(cells)
	if want := "x = f([1,\n])\ns = \"\"\"a\n\"\"\"\ny = 1 \\\n\n# z\n\n\n\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
	for i, span := range at {
		if string(text[span.Start:span.End]) != string(cells[i].Text) {
			t.Errorf("cell %d does not stand at %v", i, span)
		}
	}
}

func TestRead(t *testing.T) {
	for in, want := range map[string]string{
		`{"nbformat":4,"cells":[{"cell_type":"markdown","source":"# a"},{"cell_type":"code","source":["x = 1\n","y"]},{"cell_type":"code","source":"z"}]}`:    "2:x = 1\ny|3:z",
		`{"nbformat":3,"worksheets":[{"cells":[{"cell_type":"code","input":["a"],"language":"python"},{"cell_type":"code","input":"b","language":"ruby"}]}]}`: "1:a",
		`{"nbformat":4,"cells":[{"cell_type":"code","source":"x"}],"metadata":{"language_info":{"name":"julia"}}}`:                                            "",
		`{"nbformat":4,"cells":[{"cell_type":"code","source":{"a":1},"outputs":[{"data":{"image/png":"AAAA"}}]}]}`:                                            "1:",
		`{"nbformat":4,"cells":[`: "error",
		`[]`:                      "error",
		`{"a":1}`:                 "error",
		``:                        "error",
	} {
		cells, err := notebook.Read([]byte(in))
		var parts []string
		for _, c := range cells {
			parts = append(parts, string(rune('0'+c.Number))+":"+string(c.Source))
		}
		got := strings.Join(parts, "|")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// Every text is read in time that grows with its length, and stays as long.
func TestHostileCells(t *testing.T) {
	for _, piece := range []string{"(", "\"\"\"", "'", "\\\n", "%", "%time ", "=!", "?", "f?\n", "!\\\n", "%%", "\r", "x=", "%time -n 1 "} {
		in := strings.Repeat(piece, (1<<20)/len(piece))
		began := time.Now()
		p := notebook.NewPlain([]byte(in))
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q takes %v", piece, took)
		}
		if len(p.Text) != len(in) {
			t.Errorf("%q changes its length", piece)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("x = !ls\n%%time\nif x:\n  f?\n\"\"\"")
	f.Fuzz(func(t *testing.T, in string) {
		p := notebook.NewPlain([]byte(in))
		if len(p.Text) != len(in) || int(p.Locked) > len(in) {
			t.Fatalf("%q becomes %q", in, p.Text)
		}
		for i := range in {
			if (in[i] == '\n') != (p.Text[i] == '\n') || (in[i] == '\r') != (p.Text[i] == '\r') {
				t.Fatalf("%q becomes %q", in, p.Text)
			}
		}
		notebook.Join([]notebook.Plain{p, p})
	})
}
