package lsp_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pavise/lsp"
	"pavise/lsp/lsptest"
)

func TestTyping(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", "")
	wantCodes(t, e, "app.py", "")
	e.Type("app.py", lsptest.Position{}, app)
	wantCodes(t, e, "app.py", both)
	if e.Text("app.py") != app {
		t.Fatal("the editor itself is wrong")
	}
	e.Replace("app.py", "hashlib.md5", "hashlib.sha256")
	wantCodes(t, e, "app.py", "code-injection")
	e.Change("app.py", lsptest.Insert(lsptest.Position{}, "\n"))
	all := wantCodes(t, e, "app.py", "code-injection")
	if line := all[0].Range.Start.Line; line != 10 {
		t.Errorf("finding on line %d, want 10", line)
	}
}

// Every edit is answered with its version, without waiting for a pause.
func TestLoneEditIsAnsweredAtOnce(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir(), Server: lsp.Options{Quiet: time.Hour}})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	for range 20 {
		e.Change("app.py", lsptest.Insert(lsptest.Position{}, "#\n"))
		wantCodes(t, e, "app.py", both)
	}
	if n := len(e.Pushes("app.py")); n != 21 {
		t.Errorf("%d results for an opening and 20 edits", n)
	}
}

// A burst is analysed once it has been read, and its last version published.
func TestBurst(t *testing.T) {
	for _, name := range []string{"typed", "scattered"} {
		t.Run(name, func(t *testing.T) {
			e := start(t, lsptest.Config{Dir: t.TempDir()})
			text := "Ωx = 1\n" + app
			e.Open("app.py", text)
			wantCodes(t, e, "app.py", both)
			var burst strings.Builder
			rng := rand.New(rand.NewPCG(1, 2))
			for i := range 200 {
				at := lsptest.Position{Line: 0, Character: 2}
				if name == "scattered" {
					at = lsptest.Position{Line: rng.IntN(17), Character: 0}
				}
				insert := "y"
				if name == "scattered" {
					insert = fmt.Sprintf("# %d 𝒳\r\n", i)
				}
				burst.WriteString(e.Changing("app.py", lsptest.Insert(at, insert)))
			}
			burst.WriteString(e.Changing("app.py", lsptest.TextEdit{Range: e.Find("app.py", "hashlib.md5", 0), NewText: "hashlib.sha256"}))
			e.Bytes(burst.String())
			wantCodes(t, e, "app.py", "code-injection")
			e.Sync()
			if n := len(e.Pushes("app.py")); n > 5 {
				t.Errorf("%d results for a burst", n)
			}
			sameAsFresh(t, e, "app.py")
		})
	}
}

// sameAsFresh checks that a file shows what a newly opened one with its text
// shows: that the server has the same text.
func sameAsFresh(t *testing.T, e *lsptest.Editor, name string) {
	t.Helper()
	was := lsptest.Describe(e.Diagnostics(name))
	e.Open("fresh.py", e.Text(name))
	if fresh := lsptest.Describe(e.Diagnostics("fresh.py")); fresh != was {
		t.Errorf("%s shows\n%swhile a new file with its text shows\n%s", name, was, fresh)
	}
	e.Close("fresh.py")
}

// Edits of other documents and requests between edits do not lose any.
func TestInterleaved(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("a.py", app)
	e.Open("b.py", app)
	var burst strings.Builder
	for range 30 {
		burst.WriteString(e.Changing("a.py", lsptest.Insert(lsptest.Position{}, "\n")))
		burst.WriteString(e.Changing("a.py", lsptest.Insert(lsptest.Position{}, "\n")))
		burst.WriteString(e.Changing("b.py", lsptest.Insert(lsptest.Position{}, "\n")))
		burst.WriteString(lsptest.Frame(map[string]any{"id": "x", "method": "textDocument/hover", "params": map[string]any{}}))
	}
	e.Bytes(burst.String())
	for name, line := range map[string]int{"a.py": 69, "b.py": 39} {
		if all := wantCodes(t, e, name, both); all[0].Range.Start.Line != line {
			t.Errorf("%s: finding on line %d, want %d", name, all[0].Range.Start.Line, line)
		}
	}
}

// Multi-cursor edits come in one message, in any order.
func TestManyChangesInOneMessage(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", "a = 1\nb = 2\nc = 3\n")
	e.Change("app.py",
		lsptest.Insert(lsptest.Position{Line: 1}, "eval(x)\n"),
		lsptest.Insert(lsptest.Position{Line: 0}, "import hashlib\r\n"),
		lsptest.Insert(lsptest.Position{Line: 5}, "hashlib.md5(b)\n"),
		lsptest.Insert(lsptest.Position{Line: 0}, "from flask import request\nx = request.args['x']\n"),
	)
	e.Diagnostics("app.py")
	sameAsFresh(t, e, "app.py")
}

func TestEncodings(t *testing.T) {
	text := "# 𝒳 Ω\n" + strings.Replace(app, `{"value": eval`, `{"𝒳Ω": eval`, 1)
	for client, want := range map[string]struct {
		encoding string
		column   int
	}{
		"vscode":     {"utf-16", 19},
		"nvim-0.7":   {"utf-16", 19},
		"nvim-0.12":  {"utf-8", 22},
		"eglot-1.17": {"utf-32", 18},
	} {
		t.Run(client, func(t *testing.T) {
			e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
			if got := e.Capabilities["positionEncoding"]; got != want.encoding {
				t.Errorf("encoding %v, want %s", got, want.encoding)
			}
			e.Open("app.py", text)
			all := wantCodes(t, e, "app.py", both)
			if got := all[0].Range.Start.Character; got != want.column {
				t.Errorf("column %d, want %d", got, want.column)
			}
			e.Change("app.py", lsptest.Insert(e.Find("app.py", "Ω\": eval", 0).Start, "𝒳x"))
			e.Diagnostics("app.py")
			sameAsFresh(t, e, "app.py")
		})
	}
}

func change(e *lsptest.Editor, version any, changes string) {
	v, _ := json.Marshal(version)
	e.Raw(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"` +
		e.URI("app.py") + `","version":` + string(v) + `},"contentChanges":` + changes + `}}`)
}

// last is the last version that was published, and its codes.
func last(e *lsptest.Editor) string {
	e.Sync()
	all := e.Pushes("app.py")
	p := all[len(all)-1]
	if p.Version == nil {
		return codes(p.Diagnostics)
	}
	return strings.TrimSpace(fmt.Sprintf("v%d %s", *p.Version, codes(p.Diagnostics)))
}

func TestOddChanges(t *testing.T) {
	zero := `{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}`
	for name, tc := range map[string]struct{ changes, want string }{
		"whole document":         {`[{"text":"x = 1"}]`, "v2"},
		"null range":             {`[{"range":null,"text":"x = 1"}]`, "v2"},
		"no changes":             {`[]`, "v2 " + both},
		"float that is whole":    {`[{"range":{"start":{"line":0.0,"character":0},"end":{"line":100.0,"character":0}},"text":""}]`, "v2"},
		"columns past the line":  {`[{"range":{"start":{"line":0,"character":0},"end":{"line":14,"character":9007199254740991}},"text":""}]`, "v2"},
		"lines past the end":     {`[{"range":{"start":{"line":0,"character":0},"end":{"line":4294967296,"character":0}},"text":""}]`, "v2"},
		"wrong rangeLength":      {`[{"range":` + zero + `,"rangeLength":-3,"text":"\n"}]`, "v2 " + both},
		"extra members":          {`[{"range":` + zero + `,"text":"\n","zzz":[1]}]`, "v2 " + both},
		"lone surrogate":         {`[{"range":` + zero + `,"text":"# \ud83d\n"}]`, "v2 " + both},
		"NUL":                    {`[{"range":` + zero + `,"text":"# x\n"}]`, "v2 " + both},
		"negative line":          {`[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":"x"}]`, "v1 " + both},
		"fraction":               {`[{"range":{"start":{"line":0.5,"character":0},"end":{"line":1,"character":0}},"text":"x"}]`, "v1 " + both},
		"line of wrong type":     {`[{"range":{"start":{"line":"0","character":0},"end":{"line":1,"character":0}},"text":"x"}]`, "v1 " + both},
		"range of wrong type":    {`[{"range":[0,0,0,0],"text":"x"}]`, "v1 " + both},
		"range without end":      {`[{"range":{"start":{"line":0,"character":0}},"text":"x"}]`, "v1 " + both},
		"range without column":   {`[{"range":{"start":{"line":0},"end":{"line":1}},"text":"x"}]`, "v1 " + both},
		"inverted range":         {`[{"range":{"start":{"line":5,"character":0},"end":{"line":1,"character":0}},"text":"x"}]`, "v1 " + both},
		"no text":                {`[{"range":` + zero + `}]`, "v1 " + both},
		"null text":              {`[{"range":` + zero + `,"text":null}]`, "v1 " + both},
		"text of wrong type":     {`[{"range":` + zero + `,"text":5}]`, "v1 " + both},
		"changes of wrong type":  {`{"range":` + zero + `}`, "v1 " + both},
		"second change is wrong": {`[{"range":` + zero + `,"text":"\n"},{"range":7,"text":"x"}]`, "v1 " + both},
	} {
		t.Run(name, func(t *testing.T) {
			e := start(t, lsptest.Config{Dir: t.TempDir()})
			e.Open("app.py", app)
			wantCodes(t, e, "app.py", both)
			change(e, 2, tc.changes)
			got := last(e)
			if tc.changes == `[]` {
				got = strings.Replace(got, "v1", "v2", 1) // nothing to say is fine too
			}
			if got != tc.want {
				t.Fatalf("shows %q, want %q", got, tc.want)
			}
			// Whatever it was, a whole text puts it right, and so does a save.
			change(e, 3, `[{"text":"import hashlib\nhashlib.md5(b'')\n"}]`)
			if got := last(e); got != "v3 weak-hash" {
				t.Errorf("after a whole text: %q", got)
			}
		})
	}
}

// A document whose edit was not understood keeps its findings, offers nothing
// and takes no further edit, until it is saved.
func TestOutOfStep(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	change(e, 2, `[{"range":{"start":{"line":-1,"character":0},"end":{"line":0,"character":0}},"text":"x"}]`)
	change(e, 3, `[{"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}},"text":""}]`)
	if got := last(e); got != "v1 "+both {
		t.Errorf("shows %q", got)
	}
	if got := e.Actions("app.py", e.Find("app.py", "hashlib.md5", 0)); len(got) > 0 {
		t.Errorf("offers %q", lsptest.Titles(got))
	}
	e.Replace("app.py", "hashlib.md5", "hashlib.sha256") // the server does not get its range right
	e.Save("app.py")
	e.DiagnosticsWhere("app.py", "one finding", func(all []lsptest.Diagnostic) bool { return codes(all) == "code-injection" })
	if got := e.Actions("app.py", e.Find("app.py", "eval(", 0)); len(got) == 0 {
		t.Error("offers nothing after the save")
	}
}

// A client that does not send the text with a save has written it to disk.
func TestOutOfStepWithoutText(t *testing.T) {
	dir := folder(t)
	e := start(t, lsptest.Config{Client: "ale", Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	change(e, 2, `[{"range":7,"text":"x"}]`)
	write(t, dir, "app.py", "import hashlib\n\n\ndef f(x):\n    return hashlib.md5(x)\n")
	e.Notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": e.URI("app.py")}})
	if got := last(e); got != "v1 weak-hash" {
		t.Errorf("shows %q", got)
	}
}

// What is sent with a save is believed if the file says the same.
func TestSaveOfAnotherText(t *testing.T) {
	dir := folder(t)
	e := start(t, lsptest.Config{Client: "ale", Dir: dir})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	const less = "import hashlib\n\n\ndef f(x):\n    return hashlib.md5(x)\n"
	for _, step := range []struct{ what, sent, onDisk, want string }{
		{"lines end with a backslash and an n", strings.ReplaceAll(app, "\n", `\n`), app, both},
		{"that, after the next edit", strings.ReplaceAll(app, "\n", `\n`), less, both},
		{"an edit was missed", less, less, "weak-hash"},
	} {
		write(t, dir, "app.py", step.onDisk)
		e.Notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": e.URI("app.py")}, "text": step.sent})
		if got := last(e); got != "v1 "+step.want {
			t.Errorf("%s: shows %q", step.what, got)
		}
	}
}

func TestVersions(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	insert := `[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":"\n"}]`
	for _, step := range []struct {
		version any
		want    string
	}{
		{5, "v5 11"}, {3, "v5 11"}, {nil, "v5 12"}, {5, "v5 13"}, {1 << 40, "v1099511627776 14"}, {2.5, "v1099511627776 15"},
	} {
		change(e, step.version, insert)
		e.Sync()
		all := e.Pushes("app.py")
		p := all[len(all)-1]
		if got := fmt.Sprintf("v%d %d", *p.Version, p.Diagnostics[0].Range.Start.Line+1); got != step.want {
			t.Errorf("version %v: got %q, want %q", step.version, got, step.want)
		}
	}
}

func TestOpenAndClose(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	e.Open("app.py", "x = 1\n") // again, without closing
	wantCodes(t, e, "app.py", "")
	e.Close("app.py")
	e.Sync()
	all := e.Pushes("app.py")
	if p := all[len(all)-1]; p.Version != nil || len(p.Diagnostics) > 0 {
		t.Errorf("after closing: %+v", p)
	}
	change(e, 9, `[{"text":"eval(1)"}]`) // not open
	e.Close("app.py")
	e.Sync()
	if n := len(e.Pushes("app.py")); n != len(all) {
		t.Errorf("%d further results for a closed document", n-len(all))
	}
}

// Only Python is looked at, and not the old side of a comparison.
func TestWhatIsLookedAt(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	for _, tc := range []struct {
		uri, language any
		want          bool
	}{
		{"file:///w/app.py", "python", true},
		{"file:///w/app.pyi", "", true},
		{"file:///w/app.PY", nil, true},
		{"file:///w/app", "Python", true},
		{"untitled:Untitled-1", "python", true},
		{"vscode-notebook-cell:/w/n.ipynb#W0sZmlsZQ%3D%3D", "python", true},
		{"vscode-remote://ssh-remote%2Bhost/home/a.py", "python", true},
		{"file://server/share/a.py", "python", true},
		{"file:////srv/a.py", "python", true},
		{"file:///c%3A/Users/a.py", "python", true},
		{"file:///C:/Users/b.py", "python", true},
		{"file:///w/a b.py", "python", true},
		{"file:///w/%E4%BD%A0.py", "python", true},
		{"file:///w/好.py", "python", true},
		{"file:///w/(a)[x]+@!$,;=.py", "python", true},
		{"file:///w/a%ZZ.py", "python", true},
		{"/w/c.py", "python", true},
		{"not a uri", "python", true},
		{"jdt:1:2//x", "python", true},
		{"file:///w/app.js", "javascript", false},
		{"file:///w/pavise.toml", "toml", false},
		{"file:///w/noext", 7, false},
		{"git:/w/a.py?%7B%22path%22%3A%22x%22%7D", "python", false},
	} {
		e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
			"uri": tc.uri, "languageId": tc.language, "version": 7, "text": app,
		}})
		e.Sync()
		all := e.PushesOf(tc.uri.(string))
		if got := len(all) == 1 && codes(all[0].Diagnostics) == both; got != tc.want {
			t.Errorf("%v as %v: looked at: %v, want %v (%v)", tc.uri, tc.language, got, tc.want, all)
		}
	}
}

// Two spellings of a URI are one document, which keeps the name of its opening.
func TestSpellingsOfURIs(t *testing.T) {
	e := start(t, lsptest.Config{})
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": "file:///w/(a) b.py", "languageId": "python", "version": 1, "text": app,
	}})
	e.Sync()
	e.Notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": "file:///w/%28a%29%20b.py", "version": 2},
		"contentChanges": []any{map[string]any{"text": "x = 1"}},
	})
	e.Sync()
	if all := e.Pushes("file:///w/(a) b.py"); len(all) != 2 {
		t.Errorf("results: %+v", all)
	}
}

// What was kept while a file was broken is put right when typing pauses.
func TestTypedIsOpened(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	wantCodes(t, e, "app.py", both)
	for _, edit := range []struct{ old, text string }{
		{"def digest", "x = f\"{\ndef digest"}, {"x = f\"{\n", ""}, {"return {", "return \"\"\"{"},
		{"app = Flask", "@app.route(\napp = Flask"}, {"import hashlib", "import hashlib, ("},
	} {
		e.Replace("app.py", edit.old, edit.text)
		e.Diagnostics("app.py")
		e.Open("fresh.py", e.Text("app.py"))
		want := lsptest.Describe(e.Diagnostics("fresh.py"))
		e.Close("fresh.py")
		e.DiagnosticsWhere("app.py", "\n"+want, func(all []lsptest.Diagnostic) bool { return lsptest.Describe(all) == want })
	}
}
