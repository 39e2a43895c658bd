package quickfix_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis"
	"pavise/quickfix"
	"pavise/quickfix/fixes"
)

func TestAllReachesAFixedPoint(t *testing.T) {
	text := []byte(`import random
import sqlite3

import requests


def first(cur: sqlite3.Cursor, name: str):
    cur.execute(f"SELECT id FROM users WHERE name = '{name}'")
    cur.execute(f"SELECT id FROM users WHERE name = '{name}'")
    cur.execute(f"SELECT id FROM visits_{name}")


def token(alphabet):
    requests.get("https://api.github.com")
    requests.get("https://api.github.com")
    return "".join(random.choice(alphabet) for _ in range(9))
`)
	s := check(t, "case.py", text)
	r := quickfix.All(s, quickfix.Choice{})
	want := strings.NewReplacer(
		`cur.execute(f"SELECT id FROM users WHERE name = '{name}'")`, `cur.execute("SELECT id FROM users WHERE name = ?", (name,))`,
		`requests.get("https://api.github.com")`, `requests.get("https://api.github.com", timeout=10)`,
	).Replace(string(text))
	if string(r.Text) != want {
		t.Errorf("safe fixes give\n%s\nwant\n%s", r.Text, want)
	}
	if got := fmt.Sprint(lines(r.Applied)); got != "[bind-parameters:7 bind-parameters:8 add-timeout:13 add-timeout:14]" {
		t.Errorf("applied %s", got)
	}
	r = quickfix.All(s, quickfix.Choice{Review: true})
	want = strings.Replace(strings.Replace(want, "random.choice", "secrets.choice", 1), "import random\n", "import secrets\n", 1)
	if string(r.Text) != want {
		t.Errorf("all fixes give\n%s\nwant\n%s", r.Text, want)
	}
	again := quickfix.All(check(t, "case.py", r.Text), quickfix.Choice{Review: true})
	if string(again.Text) != string(r.Text) || len(again.Applied) > 0 {
		t.Errorf("a second run applied %v", lines(again.Applied))
	}
}

func TestAllKeepsToTheChosenFindings(t *testing.T) {
	text := []byte("import requests\n\nrequests.get('https://api.github.com')\nrequests.get('https://api.github.com', verify=False)\n")
	s := check(t, "case.py", text)
	r := quickfix.All(s, quickfix.Choice{Review: true, Keep: func(f *analysis.Finding) bool { return f.Rule.ID == "tls-verification-disabled" }})
	if want := strings.Replace(string(text), ", verify=False", "", 1); string(r.Text) != want {
		t.Errorf("got\n%s", r.Text)
	}
}

func lines(list []quickfix.Applied) []string {
	var out []string
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s:%d", a.Fix, a.Line))
	}
	return out
}

// TestAllOnTheGoldens runs the loop over every case: it must end, and leave
// nothing to do for a second run.
func TestAllOnTheGoldens(t *testing.T) {
	for _, path := range archives(t) {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if strings.Contains(f.Name, "@") || !strings.HasSuffix(f.Name, ".py") {
				continue
			}
			r := quickfix.All(check(t, f.Name, f.Data), quickfix.Choice{Review: true})
			after := check(t, f.Name, r.Text)
			if after.Tree().HasError {
				t.Errorf("%s:%s does not parse:\n%s", path, f.Name, r.Text)
			}
			if again := quickfix.All(after, quickfix.Choice{Review: true}); len(again.Applied) > 0 {
				t.Errorf("%s:%s: a second run applied %v", path, f.Name, lines(again.Applied))
			}
		}
	}
}

func TestFixesAreNamedOnceAndForRules(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range fixes.All() {
		if f.Name == "" || seen[f.Name] || strings.ToLower(f.Name) != f.Name || strings.ContainsAny(f.Name, " _") {
			t.Errorf("the name %q is no kebab-case name of one fix", f.Name)
		}
		seen[f.Name] = true
		if len(f.For) == 0 {
			t.Errorf("%s is for no rule", f.Name)
		}
	}
}
