package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

func found(list []lsptest.Diagnostic) []string {
	out := []string{}
	for _, d := range list {
		out = append(out, fmt.Sprintf("%d:%d %v", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Code))
	}
	return out
}

func wantFound(t *testing.T, e *lsptest.Editor, name string, want ...string) []lsptest.Diagnostic {
	t.Helper()
	list := e.Diagnostics(name)
	if got := found(list); !slices.Equal(got, want) {
		t.Errorf("%s has %q, want %q", name, got, want)
	}
	return list
}

const nb = "work/nb.ipynb"

var nbCells = []lsptest.CellText{
	{Name: "a", Text: "%matplotlib inline\nimport sqlite3\nfrom flask import request\ndb = sqlite3.connect('x')"},
	{Name: "text", Text: "# db.execute(request)", Language: "markdown"},
	{Name: "b", Text: "def look():\n    name = request.args['ä🎉']"},
	{Name: "c", Text: "%%time\ndef run():\n    s = 'ä🎉'; db.execute('SELECT a FROM b WHERE c = ' + request.args['q'])\n!ls"},
	{Name: "d", Text: "%%bash\neval $(x)"},
	{Name: "e", Text: "import hashlib\nhashlib.md5(b'x')\n"},
}

func openNotebook(t *testing.T, client string) *lsptest.Editor {
	t.Helper()
	e := start(t, lsptest.Config{Client: client, Dir: t.TempDir(), Params: lsptest.NotebookParams})
	if e.Capabilities["notebookDocumentSync"] == nil {
		t.Error("notebooks are not offered")
	}
	e.OpenNotebook(nb, nbCells...)
	return e
}

func TestNotebook(t *testing.T) {
	for _, client := range []string{"vscode", "nvim-0.12"} { // UTF-16 and UTF-8
		t.Run(client, func(t *testing.T) {
			e := openNotebook(t, client)
			at := func(c string) string { return e.CellURI(nb, c) }
			sink := e.Find(at("c"), "db.execute", 0).Start
			place := fmt.Sprintf("3:%d sql-injection", sink.Character+1)
			wantFound(t, e, at("a"))
			wantFound(t, e, at("b"))
			list := wantFound(t, e, at("c"), place)
			wantFound(t, e, at("d"))
			wantFound(t, e, at("e"), "2:1 weak-hash")
			if n := len(e.PushesOf(e.URI(nb))); n > 0 {
				t.Errorf("%d messages about the notebook itself", n)
			}
			if client == "vscode" && (len(list) == 0 || len(list[0].Related) == 0 || list[0].Related[0].Location.URI != at("c")) {
				t.Errorf("the way of the data is %+v", list)
			}
			if h := e.Hover(at("c"), sink); !strings.Contains(h, "sql-injection") || !strings.Contains(h, "line 3") {
				t.Errorf("hover: %s", h)
			}
			if h := e.Hover(at("a"), sink); h != "" {
				t.Errorf("hover in another cell: %s", h)
			}
			// A fix in its own cell, at the places that the cell has.
			e.Take(e.Actions(at("c"), e.Find(at("c"), "db.execute", 0)), "param")
			if got := e.Text(at("c")); !strings.Contains(got, "(request.args['q'],)") || !strings.HasPrefix(got, "%%time\n") || !strings.HasSuffix(got, "!ls") {
				t.Errorf("after the fix:\n%s", got)
			}
			wantFound(t, e, at("c"))
			// Typing, and undoing it.
			e.Type(at("b"), lsptest.Position{Line: 1, Character: 100}, "")
			end := e.Find(at("b"), "]", 0).End
			e.Type(at("b"), end, "\n    db.execute(name)")
			wantFound(t, e, at("b"), "3:5 sql-injection")
			e.Replace(at("b"), "\n    db.execute(name)", "")
			wantFound(t, e, at("b"))
			e.CloseNotebook(nb, "a", "text", "b", "c", "d", "e")
			e.DiagnosticsWhere(at("e"), "none", func(l []lsptest.Diagnostic) bool { return len(l) == 0 })
		})
	}
}

// Names of a cell are known in those below it; when cells move or go, what is
// found moves or goes.
func TestNotebookOfManyCells(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Params: lsptest.NotebookParams})
	at := func(c string) string { return e.CellURI(nb, c) }
	e.OpenNotebook(nb,
		lsptest.CellText{Name: "1", Text: "import os\nfrom flask import request"},
		lsptest.CellText{Name: "2", Text: "def data():\n    return request.args['x']"},
		lsptest.CellText{Name: "3", Text: "def act():\n    os.system(data())"},
	)
	list := wantFound(t, e, at("3"), "2:5 command-injection")
	if len(list[0].Related) == 0 || list[0].Related[0].Location.URI != at("2") {
		t.Errorf("the source is not in its cell: %+v", list[0].Related)
	}
	if h := e.Hover(at("3"), e.Find(at("3"), "os.system", 0).Start); !strings.Contains(h, "cell 2, line 2") {
		t.Errorf("hover: %s", h)
	}
	// A cell in between that does not parse takes nothing away from the next.
	e.SpliceCells(nb, 2, nil, lsptest.CellText{Name: "broken", Text: "x = f([1, '''"})
	e.DiagnosticsWhere(at("3"), "the finding", func(l []lsptest.Diagnostic) bool { return len(l) == 1 })
	wantFound(t, e, at("broken"))
	e.Replace(at("broken"), "x = f([1, '''", "os.system(request.args['y'])")
	wantFound(t, e, at("broken"), "1:1 command-injection")
	// The cell that gives the data goes.
	e.SpliceCells(nb, 1, []string{"2"})
	e.DiagnosticsWhere(at("3"), "another finding", func(l []lsptest.Diagnostic) bool { return len(l) == 1 && l[0].Code == "shell-dynamic-command" })
	e.SpliceCells(nb, 1, []string{"broken", "3"}, lsptest.CellText{Name: "4", Text: "os.system(request.args['z'])"})
	wantFound(t, e, at("4"), "1:1 command-injection")
	if p := e.PushesOf(at("broken")); len(p[len(p)-1].Diagnostics) > 0 {
		t.Error("a cell that is gone still has findings")
	}
	// All cells go, and come back.
	e.SpliceCells(nb, 0, []string{"1", "4"})
	e.SpliceCells(nb, 0, nil, lsptest.CellText{Name: "5", Text: "import os\nfrom flask import request\nos.system(request.args['z'])"})
	wantFound(t, e, at("5"), "3:1 command-injection")
}

// What belongs to IPython is not edited: not the head of a cell, nor a line
// between two that a fix changes.
func TestNotebookEditsLeaveCommandsAlone(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Params: lsptest.NotebookParams})
	at := func(c string) string { return e.CellURI(nb, c) }
	e.OpenNotebook(nb,
		lsptest.CellText{Name: "1", Text: "%%time\nimport yaml, hashlib\nfrom flask import request"},
		lsptest.CellText{Name: "2", Text: "a = hashlib.md5(b'x')\n!ls\nb = yaml.load(request.data, Loader=yaml.Loader)"},
	)
	wantFound(t, e, at("2"), "1:5 weak-hash", "3:5 unsafe-deserialization")
	for _, a := range e.Actions(at("2"), lsptest.Range{End: lsptest.Position{Line: 9}}) {
		if strings.HasPrefix(a.Title, "Explain") || strings.HasPrefix(a.Title, "Copy") {
			continue
		}
		e.Take([]lsptest.Action{a}, a.Title)
		for cell, held := range map[string]string{"1": "%%time\n", "2": "\n!ls\n"} {
			if !strings.Contains(e.Text(at(cell)), held) {
				t.Fatalf("%q made of cell %s\n%s", a.Title, cell, e.Text(at(cell)))
			}
		}
		break // the others are for the text as it was
	}
	before := e.Text(at("1"))
	e.Take(e.Actions(at("2"), e.Find(at("2"), "yaml.load", 0)), "Ignore")
	if e.Text(at("1")) != before {
		t.Error("another cell was changed")
	}
}

func TestHostileNotebooks(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Params: lsptest.NotebookParams})
	for _, params := range []string{
		`{}`, `{"notebookDocument":{"uri":""}}`, `{"notebookDocument":{"uri":"file:///x.ipynb"}}`, `{"notebookDocument":7}`,
		`{"notebookDocument":{"uri":"file:///x.ipynb","cells":[{"document":"c:1"},{"document":"c:1"}]},"cellTextDocuments":[{"uri":"c:1","languageId":"python","version":1,"text":"x = 1"}]}`,
		`{"notebookDocument":{"uri":"file:///x.ipynb"},"change":{"cells":{"structure":{"array":{"start":99,"deleteCount":3}}}}}`,
		`{"notebookDocument":{"uri":"file:///x.ipynb"},"change":{"cells":{"structure":{"array":{"start":-1,"deleteCount":-3}}}}}`,
		`{"notebookDocument":{"uri":"file:///x.ipynb"},"change":{"cells":{"textContent":[{"document":{"uri":"c:1"},"changes":[{"range":7,"text":"x"}]}]}}}`,
		`{"notebookDocument":{"uri":"file:///x.ipynb"},"change":{"metadata":{}}}`,
		`{"notebookDocument":{"uri":"file:///no.ipynb"},"change":{}}`,
	} {
		for _, method := range []string{"didOpen", "didChange", "didSave", "didClose"} {
			e.Raw(`{"jsonrpc":"2.0","method":"notebookDocument/` + method + `","params":` + params + `}`)
			e.Sync()
		}
	}
	big := lsptest.CellText{Name: "big", Text: strings.Repeat("x = (1, 'a')\n", 200_000)}
	e.OpenNotebook(nb, lsptest.CellText{Name: "1", Text: "import os"}, big)
	e.Diagnostics(e.CellURI(nb, "1"))
	many := []lsptest.CellText{{Name: "1", Text: "import os\nfrom flask import request"}}
	for i := range 500 {
		many = append(many, lsptest.CellText{Name: fmt.Sprint("m", i), Text: fmt.Sprintf("os.system(request.args['x%d'])", i)})
	}
	e.OpenNotebook("many.ipynb", many...)
	last, seventh := e.CellURI("many.ipynb", "m499"), e.CellURI("many.ipynb", "m7")
	is := func(uri, code string) {
		t.Helper() // on a busy machine the parser needs a second try
		e.DiagnosticsWhere(uri, code, func(l []lsptest.Diagnostic) bool { return len(l) == 1 && l[0].Code == code })
	}
	is(last, "command-injection")
	before := len(e.PushesOf(last))
	for range 3 {
		e.Replace(seventh, "request.args['x7']", "'ls'")
		is(seventh, "shell-true-constant")
		e.Replace(seventh, "'ls'", "request.args['x7']")
		is(seventh, "command-injection")
	}
	if n := len(e.PushesOf(last)) - before; n > 0 {
		t.Errorf("a cell without news was spoken of %d times", n)
	}
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
}
