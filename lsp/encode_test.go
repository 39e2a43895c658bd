package lsp

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"

	"pavise/analysis"
	"pavise/analysis/engine"
)

const example = `from flask import Flask, request

app = Flask(__name__)


@app.route("/calc")
def calc():
    return {"value": eval(request.args["Ω\"\\"])}
`

// What is written by hand is what the protocol's own encoder writes.
func TestEncoderAgreesWithProtocol(t *testing.T) {
	snap := engine.NewSession(engine.Options{}).Open("/w/app.py", []byte(example))
	if len(snap.Findings()) == 0 {
		t.Fatal("nothing found")
	}
	c := readClient([]byte(`{"capabilities":{"textDocument":{"publishDiagnostics":{"relatedInformation":true,"dataSupport":true,"codeDescriptionSupport":true,"tagSupport":{"valueSet":[1]}}}}}`))
	for _, client := range []client{c, readClient(nil)} {
		e := newEncoder(snap, client)
		text := e.appendAll(nil)
		var all []protocol.Diagnostic
		if err := protocol.Unmarshal(text, &all); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := protocol.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := canonical(t, text), canonical(t, again); got != want {
			t.Errorf("written\n%s\nread and written\n%s", got, want)
		}
		d, err := e.diagnostic(&snap.Findings()[0])
		if err != nil || d.Code == nil {
			t.Errorf("first diagnostic: %+v, %v", d, err)
		}
	}
}

func newEncoder(snap *engine.Snapshot, c client) encoder {
	s := newServer(Options{PageURL: func(r *analysis.Rule) string { return "https://example.invalid/" + r.ID }})
	s.client = c
	return encoder{snap: snap, version: version{7, true}, client: &s.client, uri: "file:///w/app.py", heads: s.ruleHeads()}
}

func canonical(t *testing.T, text []byte) string {
	t.Helper()
	v := jsontext.Value(bytes.Clone(text))
	if err := v.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(v)
}

func TestAppendString(t *testing.T) {
	for _, s := range []string{"", "plain", `quo"te`, `back\slash`, "new\nline", "tab\t", "Ω𝒳", "\x00\x1f\x7f", "\xff\xc3", "</script>\u2028"} {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil || got != string([]rune(s)) {
			t.Errorf("%q became %q: %v", s, got, err)
		}
	}
}

func TestSeverity(t *testing.T) {
	for _, tc := range []struct {
		s    analysis.Severity
		c    analysis.Confidence
		want protocol.DiagnosticSeverity
	}{
		{analysis.Critical, analysis.Certain, 1}, {analysis.High, analysis.Likely, 1}, {analysis.Medium, analysis.Likely, 2},
		{analysis.Low, analysis.Certain, 3}, {analysis.Info, analysis.Certain, 4}, {analysis.Critical, analysis.Unsure, 2},
		{analysis.Medium, analysis.Unsure, 3}, {analysis.Info, analysis.Unsure, 4},
	} {
		if got := severityOf(&analysis.Finding{Severity: tc.s, Confidence: tc.c}); got != tc.want {
			t.Errorf("%v at %v confidence: %d, want %d", tc.s, tc.c, got, tc.want)
		}
	}
}

// A waiting frame of a topic makes room for the next one of it, and nothing
// else is lost or reordered.
func TestOutbox(t *testing.T) {
	r, w := io.Pipe()
	o := newOutbox(w, nil)
	send := func(topic, body string) {
		f := o.frame()
		f.topic = topic
		f.b = append(f.b, body...)
		if _, err := o.send(f); err != nil {
			t.Error(err)
		}
	}
	send("", "first") // being written, so that the others wait
	for !taken(o) {
		time.Sleep(time.Millisecond)
	}
	for _, body := range []string{"a1", "b1", "a2"} {
		send(body[:1], body)
	}
	send("", "x")
	send("a", "a3")
	o.close()
	got := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		got <- string(all)
	}()
	<-o.done
	w.Close()
	want := "Content-Length: 5\r\n\r\nfirst"
	for _, body := range []string{"b1", "x", "a3"} {
		want += "Content-Length: " + string(rune('0'+len(body))) + "\r\n\r\n" + body
	}
	if s := <-got; s != want {
		t.Errorf("wrote %q, want %q", s, want)
	}
	if _, err := o.send(o.frame()); err == nil {
		t.Error("a closed outbox takes frames")
	}
}

func taken(o *outbox) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue) == 0
}

func TestPageSections(t *testing.T) {
	page := "# id\n\nLead text\nof two lines.\n\nMore.\n\n## What\n\nIt flags.\n\n## Instead\n\nDo.\n\n```python good\n## no heading\n# comment\nx = 1\n```\n\n## References\n\n- one\n"
	for name, want := range map[string]string{
		"":           "Lead text\nof two lines.\n\nMore.",
		"What":       "It flags.",
		"Instead":    "Do.\n\n```python\n## no heading\n# comment\nx = 1\n```",
		"References": "- one", "Nothing": "",
	} {
		if got := pageSection(page, name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := firstParagraph(pageSection(page, "")); got != "Lead text of two lines." {
		t.Errorf("first paragraph %q", got)
	}
}

func TestURIs(t *testing.T) {
	for _, path := range []string{"/w/a.py", "/w/a b.py", "/w/ü(1).py", "/w/a#b%20.py"} {
		_, back := documentKey(uriOf(path))
		if back != path {
			t.Errorf("%s became %s", path, back)
		}
	}
	for _, name := range []string{"untitled:Untitled-1", "vscode-notebook-cell:/w/n.ipynb#W0", "file:////srv/a.py"} {
		if _, path := documentKey(name); path != name || uriOf(path) != name {
			t.Errorf("%s became %s, then %s", name, path, uriOf(path))
		}
	}
}

var benchSnap *engine.Snapshot

func BenchmarkEncode(b *testing.B) {
	var text strings.Builder
	text.WriteString(example)
	for range 100 {
		text.WriteString("\n\ndef f():\n    x = request.args[\"x\"]\n    return eval(x)\n")
	}
	benchSnap = engine.NewSession(engine.Options{}).Open("/w/app.py", []byte(text.String()))
	c := readClient([]byte(`{"capabilities":{"textDocument":{"publishDiagnostics":{"relatedInformation":true,"dataSupport":true,"codeDescriptionSupport":true}}}}`))
	e := newEncoder(benchSnap, c)
	var buf []byte
	b.ReportMetric(float64(len(benchSnap.Findings())), "findings")
	b.ReportAllocs()
	for b.Loop() {
		buf = e.appendAll(buf[:0])
	}
	b.SetBytes(int64(len(buf)))
}
