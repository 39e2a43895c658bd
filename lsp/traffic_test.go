package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"pavise/lsp"
	"pavise/lsp/lsptest"
)

// Nothing on the wire ends the connection.
func TestBadTraffic(t *testing.T) {
	note := func(method, params string) string {
		return `{"jsonrpc":"2.0","method":"` + method + `","params":` + params + `}`
	}
	open := func(document string) string { return note("textDocument/didOpen", `{"textDocument":`+document+`}`) }
	for name, body := range map[string]string{
		"unknown $ notification":     note("$/fooBar", `{}`),
		"unknown notification":       note("custom/x", `{}`),
		"unknown request":            `{"jsonrpc":"2.0","id":"u","method":"custom/r"}`,
		"open of wrong type":         open(`5`),
		"open without params":        `{"jsonrpc":"2.0","method":"textDocument/didOpen"}`,
		"open with null":             note("textDocument/didOpen", `null`),
		"open with a list":           note("textDocument/didOpen", `[1,2]`),
		"open without version":       open(`{"uri":"file:///w/a.py","languageId":"python","text":"x"}`),
		"open with null version":     open(`{"uri":"file:///w/a.py","languageId":"python","version":null,"text":"x"}`),
		"open with large version":    open(`{"uri":"file:///w/a.py","languageId":"python","version":8589934592,"text":"x"}`),
		"open without uri":           open(`{"languageId":"python","version":1,"text":"x"}`),
		"open with empty uri":        open(`{"uri":"","languageId":"python","version":1,"text":"x"}`),
		"open with uri of a number":  open(`{"uri":5,"languageId":"python","version":1,"text":"x"}`),
		"open without text":          open(`{"uri":"file:///w/a.py","languageId":"python","version":1}`),
		"open with null text":        open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":null}`),
		"extra members":              open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":"x","zzz":[1]}`),
		"lone surrogate":             open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":"\ud83d x"}`),
		"invalid UTF-8":              open("{\"uri\":\"file:///w/a.py\",\"languageId\":\"python\",\"version\":1,\"text\":\"\xff\xfe x\"}"),
		"repeated members":           open(`{"uri":"file:///w/a.py","uri":"file:///w/b.py","languageId":"python","version":1,"text":"x"}`),
		"NUL":                        open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":"\u0000 x"}`),
		"CR only":                    open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":"a = 1\rb = eval(a)\r"}`),
		"broken JSON":                `{"jsonrpc":"2.0","method":`,
		"no JSON":                    `hello`,
		"broken params":              `{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{]}}`,
		"string":                     `"x"`,
		"number":                     `7`,
		"blank":                      ` `,
		"empty batch":                `[]`,
		"broken batch":               `[{"jsonrpc":"2.0"`,
		"batch of numbers":           `[1,2]`,
		"no jsonrpc":                 `{"method":"textDocument/didOpen","params":{}}`,
		"request without jsonrpc":    `{"id":8,"method":"shutdown"}`,
		"other jsonrpc":              `{"jsonrpc":"1.0","id":8,"method":"shutdown"}`,
		"id of wrong type":           `{"jsonrpc":"2.0","id":{},"method":"custom/r"}`,
		"id with a fraction":         `{"jsonrpc":"2.0","id":1.5,"method":"custom/r"}`,
		"method of wrong type":       `{"jsonrpc":"2.0","id":5,"method":5}`,
		"batch":                      `[` + open(`{"uri":"file:///w/a.py","languageId":"python","version":1,"text":"x"}`) + `,{"jsonrpc":"2.0","id":"b","method":"custom/r"}]`,
		"answer to unknown request":  `{"jsonrpc":"2.0","id":77,"result":null}`,
		"answer that is an error":    `{"jsonrpc":"2.0","id":77,"error":{"code":1,"message":"x"}}`,
		"answer of two minds":        `{"jsonrpc":"2.0","id":77,"result":1,"error":{"code":1,"message":"x"}}`,
		"answer without content":     `{"jsonrpc":"2.0","id":77}`,
		"cancel of unknown":          note("$/cancelRequest", `{"id":991}`),
		"cancel of null":             note("$/cancelRequest", `{"id":null}`),
		"cancel of a large id":       note("$/cancelRequest", `{"id":1e300}`),
		"cancel of an object":        note("$/cancelRequest", `{"id":{}}`),
		"cancel without params":      `{"jsonrpc":"2.0","method":"$/cancelRequest"}`,
		"trace":                      note("$/setTrace", `{"value":"off"}`),
		"odd trace":                  note("$/setTrace", `{"value":"weird"}`),
		"null settings":              note("workspace/didChangeConfiguration", `{"settings":null}`),
		"no settings":                note("workspace/didChangeConfiguration", `{}`),
		"settings of wrong type":     note("workspace/didChangeConfiguration", `{"settings":[{"pavise":3}]}`),
		"odd settings":               note("workspace/didChangeConfiguration", `{"settings":{"pavise":{"select":5,"severity":[]}}}`),
		"odd folders":                note("workspace/didChangeWorkspaceFolders", `{"event":{"added":7,"removed":[null,{"uri":9}]}}`),
		"odd file changes":           note("workspace/didChangeWatchedFiles", `{"changes":[1,{"uri":null},{"uri":"%%%"}]}`),
		"close of unknown":           note("textDocument/didClose", `{"textDocument":{"uri":"file:///w/never.py"}}`),
		"save of unknown":            note("textDocument/didSave", `{"textDocument":{"uri":"file:///w/never.py"}}`),
		"odd save":                   note("textDocument/didSave", `{"textDocument":[],"text":7}`),
		"progress of nothing":        note("window/workDoneProgress/cancel", `{"token":{}}`),
		"notification as request":    `{"jsonrpc":"2.0","id":"n","method":"textDocument/didOpen","params":{}}`,
		"request as notification":    note("textDocument/hover", `{}`),
		"shutdown as notification":   note("shutdown", `null`),
		"initialize as notification": note("initialize", `{}`),
		"deep nesting":               note("custom/x", strings.Repeat("[", 200_000)+strings.Repeat("]", 200_000)),
		"deep nesting in a request":  `{"jsonrpc":"2.0","id":"d","method":"textDocument/hover","params":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + `}`,
		"deep settings":              note("workspace/didChangeConfiguration", `{"settings":`+strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000)+`}`),
		"large message":              note("custom/x", `"`+strings.Repeat("x", 8<<20)+`"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, lsptest.Config{Client: "nvim-0.7", Dir: t.TempDir(), Server: lsp.Options{}})
			e.Raw(body)
			e.Open("app.py", app)
			wantCodes(t, e, "app.py", both)
		})
	}
}

// What is no message at all is skipped up to the next one.
func TestBadFraming(t *testing.T) {
	for name, garbage := range map[string]string{
		"lines":                 "hello\nworld\r\n\r\n",
		"header of other name":  "Content-Type: x\r\n\r\n",
		"length of no number":   "Content-Length: x\r\n\r\n",
		"negative length":       "Content-Length: -5\r\n\r\n",
		"length of many digits": "Content-Length: 99999999999999999999\r\n\r\n",
		"no body":               "Content-Length: 0\r\n\r\n",
		"length too short":      "Content-Length: 5\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"custom/x\"}",
		"newlines only":         "content-length: 2\n\n{}",
		"long line":             strings.Repeat("x", 1<<20) + "\n",
		"binary":                "\x00\xff\xfe\r\n\x01",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, lsptest.Config{Dir: t.TempDir()})
			e.Bytes(garbage)
			e.Open("app.py", app)
			wantCodes(t, e, "app.py", both)
		})
	}
}

// A message that is no JSON is answered as JSON-RPC asks: with a null id.
func TestParseErrorIsAnswered(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	for body, want := range map[string]int{`{"jsonrpc":`: -32700, `{"id":5,"method":"x"}`: -32600} {
		e.Raw(body)
		if got := code(e.Reply(nil, nil)); got != want {
			t.Errorf("%s: code %d, want %d", body, got, want)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, client := range []string{"vscode", "lsp4ij"} { // numbers and strings as ids
		e := start(t, lsptest.Config{Client: client, Dir: t.TempDir()})
		e.Open("app.py", app)
		wantCodes(t, e, "app.py", both)
		for range 50 { // done or cancelled, it is answered
			id := e.Request("textDocument/codeAction", map[string]any{
				"textDocument": map[string]any{"uri": e.URI("app.py")}, "context": map[string]any{},
				"range": e.Find("app.py", app, 0),
			})
			e.Cancel(id)
			if err := e.Reply(id, nil); err != nil && code(err) != -32800 {
				t.Fatalf("answered with %v", err)
			}
		}
	}
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	for _, id := range []any{"s", 1 << 40} {
		e.Raw(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"workspace/executeCommand","params":{"command":"pavise.explain","arguments":["weak-hash"]}}`, quote(id)))
		e.Cancel(id)
		if err := e.Reply(id, nil); err != nil && code(err) != -32800 {
			t.Fatalf("answered with %v", err)
		}
	}
}

func quote(v any) string {
	if s, ok := v.(string); ok {
		return `"` + s + `"`
	}
	return fmt.Sprint(v)
}

// Texts made to be slow or odd are answered, and the next one as ever.
func TestHostileTexts(t *testing.T) {
	for name, text := range map[string]string{
		"one long line":  `x = "` + strings.Repeat("a", 5<<20) + `"`,
		"parentheses":    strings.Repeat("(", 100_000) + strings.Repeat(")", 100_000),
		"open brackets":  strings.Repeat("[", 100_000),
		"comments":       "x = 1\n" + strings.Repeat("# c\n", 16_000),
		"continuations":  strings.Repeat("\\\n", 16_000),
		"quotes":         strings.Repeat(`"""`, 5_001),
		"garbage":        strings.Repeat("a b ) ' $ ` ", 5_000),
		"deep blocks":    deep(300),
		"not UTF-8":      "x = '\xff\xfe\xc3'\n" + app,
		"NUL":            "x = '\x00'\n" + app,
		"CR only":        strings.ReplaceAll(app, "\n", "\r"),
		"only line ends": strings.Repeat("\r\n\r\r\n", 1_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, lsptest.Config{Dir: t.TempDir()})
			e.Open("bad.py", text)
			e.Diagnostics("bad.py")
			e.Change("bad.py", lsptest.Insert(lsptest.Position{}, "#\n"))
			e.Diagnostics("bad.py")
			e.Hover("bad.py", lsptest.Position{Line: 1})
			e.Close("bad.py")
			e.Open("app.py", app)
			wantCodes(t, e, "app.py", both)
		})
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String() + strings.Repeat(" ", n) + "pass\n"
}
