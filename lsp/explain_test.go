package lsp_test

import (
	"strings"
	"testing"

	"pavise/lsp/lsptest"
)

// place is what pavise/explain says of a place in a file.
type place struct {
	URI   string        `json:"uri"`
	File  string        `json:"file"`
	Range lsptest.Range `json:"range"`
	Code  string        `json:"code"`
	Text  string        `json:"text"`
}

type explanation struct {
	Rule    struct{ ID, Title, Class string } `json:"rule"`
	CWE     []int                             `json:"cwe"`
	Page    string                            `json:"page"`
	Finding *struct {
		URI         string  `json:"uri"`
		Fingerprint string  `json:"fingerprint"`
		Message     string  `json:"message"`
		Place       place   `json:"place"`
		Steps       []place `json:"steps"`
		Fixes       []struct{ Title, Caveat, Refusal string }
	} `json:"finding"`
}

func TestExplainRequest(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	e.Open("app.py", app)
	message := wantCodes(t, e, "app.py", both)[0].Message
	at := e.Find("app.py", "eval(", 0)

	var x explanation
	ask := map[string]any{"uri": e.URI("app.py"), "position": at.Start}
	if err := e.Call("pavise/explain", ask, &x); err != nil {
		t.Fatal(err)
	}
	f := x.Finding
	switch {
	case x.Rule.ID != "code-injection" || !strings.HasPrefix(x.Page, "# code-injection\n") || len(x.CWE) == 0:
		t.Errorf("explains %+v", x.Rule)
	case f == nil:
		t.Fatal("tells of no finding")
	case f.Message != message || f.URI != e.URI("app.py") || f.Place.Range.Start != at.Start || len(f.Fixes) == 0:
		t.Errorf("the finding is %+v", f)
	case len(f.Steps) != 2 || f.Steps[1].File != "app.py" || !strings.Contains(f.Steps[1].Code, "eval(") || f.Steps[1].Text == "" ||
		f.Steps[1].Range.Start.Line != at.Start.Line:
		t.Errorf("the path is %+v", f.Steps)
	}

	// By its name it is found again, also when it has moved.
	e.Replace("app.py", "import hashlib\n", "import hashlib\n\n\n\n")
	wantCodes(t, e, "app.py", both)
	named := map[string]any{"uri": e.URI("app.py"), "rule": "code-injection", "fingerprint": f.Fingerprint}
	var again explanation
	if err := e.Call("pavise/explain", named, &again); err != nil || again.Finding == nil {
		t.Fatalf("not found by its fingerprint: %v", err)
	}
	if got, want := again.Finding.Place.Range.Start.Line, at.Start.Line+3; got != want {
		t.Errorf("it stands in line %d, want %d", got, want)
	}

	// What is gone, or was never asked for, is the rule alone.
	for _, params := range []map[string]any{
		{"rule": "code-injection"},
		{"rule": "code-injection", "uri": e.URI("app.py"), "fingerprint": "gone"},
		{"rule": "code-injection", "uri": e.URI("other.py"), "fingerprint": f.Fingerprint},
	} {
		var alone explanation
		if err := e.Call("pavise/explain", params, &alone); err != nil || alone.Rule.ID != "code-injection" || alone.Finding != nil {
			t.Errorf("%v: %+v, %v", params, alone, err)
		}
	}
	var none *explanation
	if err := e.Call("pavise/explain", map[string]any{"uri": e.URI("app.py"), "position": lsptest.Position{}}, &none); err != nil || none != nil {
		t.Errorf("where nothing is wrong: %+v, %v", none, err)
	}
	if got := code(e.Call("pavise/explain", map[string]any{"rule": "no-such-rule"}, nil)); got != -32602 {
		t.Errorf("a rule that is not there: code %d", got)
	}
}

func TestListRules(t *testing.T) {
	e := start(t, lsptest.Config{Dir: t.TempDir()})
	var list []struct{ ID, Class, Title, Severity string }
	if err := e.Call("pavise/rules", nil, &list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if r.ID == "" || r.Class == "" || r.Title == "" || r.Severity == "" {
			t.Errorf("incomplete: %+v", r)
		}
	}
	if len(list) < 50 {
		t.Errorf("only %d rules", len(list))
	}
}
