package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pavise/analysis"
)

var (
	sqlInjection = &analysis.Rule{ID: "sql-injection", Class: "sqli", Severity: analysis.Critical, Confidence: analysis.Certain}
	weakHash     = &analysis.Rule{ID: "weak-hash", Class: "crypto", Severity: analysis.Medium, Confidence: analysis.Likely}
	noisy        = &analysis.Rule{ID: "noisy", Class: "crypto", Audit: true}
	known        = Names([]*analysis.Rule{sqlInjection, weakHash, noisy})
)

func TestNames(t *testing.T) {
	if got := strings.Join(known, " "); got != "crypto noisy sql-injection sqli weak-hash" {
		t.Errorf("got %s", got)
	}
}

func TestClosest(t *testing.T) {
	names := []string{"sql-injection", "sql-dynamic-query", "weak-hash", "crypto", "request-without-timeout"}
	for in, want := range map[string]string{
		"sql-injecton":  "sql-injection",
		"SQL_Injection": "sql-injection",
		"waek-hash":     "weak-hash",
		"crytpo":        "crypto",
		"request":       "request-without-timeout",
		"timeout":       "request-without-timeout",
		"sql":           "",
		"nothing-near":  "",
		"":              "",
	} {
		if got := Closest(in, names); got != want {
			t.Errorf("Closest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOn(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    Settings
		on   []*analysis.Rule
	}{
		{"default", Settings{}, []*analysis.Rule{sqlInjection, weakHash}},
		{"audit", Settings{Profile: "audit"}, []*analysis.Rule{sqlInjection, weakHash, noisy}},
		{"one rule", Settings{Select: []string{"weak-hash"}}, []*analysis.Rule{weakHash}},
		{"a class without its audit rules", Settings{Select: []string{"crypto"}}, []*analysis.Rule{weakHash}},
		{"an audit rule by name", Settings{Select: []string{"noisy"}}, []*analysis.Rule{noisy}},
		{"ignore a class", Settings{Ignore: []string{"crypto"}}, []*analysis.Rule{sqlInjection}},
		{"a rule of an ignored class", Settings{Select: []string{"weak-hash", "sqli"}, Ignore: []string{"crypto"}}, []*analysis.Rule{sqlInjection, weakHash}},
		{"ignore a rule of a selected class", Settings{Select: []string{"crypto"}, Ignore: []string{"weak-hash"}}, nil},
	} {
		c := Default().With(tt.s)
		var on []*analysis.Rule
		for _, r := range []*analysis.Rule{sqlInjection, weakHash, noisy} {
			if c.On(r) {
				on = append(on, r)
			}
		}
		if len(on) != len(tt.on) {
			t.Errorf("%s: %d rules are on, want %d", tt.name, len(on), len(tt.on))
			continue
		}
		for i := range on {
			if on[i] != tt.on[i] {
				t.Errorf("%s: %s is on, want %s", tt.name, on[i].ID, tt.on[i].ID)
			}
		}
	}
}

func TestWithLayers(t *testing.T) {
	high := analysis.High
	file := Default().With(Settings{Select: []string{"sqli"}, Ignore: []string{"weak-hash"}, Severity: &high, Timeout: 30, Exclude: []string{"old/"}})
	flags := file.With(Settings{Select: []string{"weak-hash"}, Profile: "audit"})
	switch {
	case !flags.On(weakHash) || flags.On(sqlInjection):
		t.Error("a later select does not replace the earlier one and win over ignore")
	case flags.Severity != analysis.High || flags.Timeout != 30:
		t.Error("values of an earlier layer are lost")
	case flags.Confidence != analysis.Unsure:
		t.Error("the audit profile does not show everything")
	case file.Confidence != analysis.Likely || file.On(weakHash):
		t.Error("With changed its receiver")
	}
	certain := analysis.Certain
	if c := Default().With(Settings{Confidence: &certain}).With(Settings{Profile: "audit"}); c.Confidence != analysis.Certain {
		t.Error("a confidence that was asked for is lost to the profile")
	}
}

func TestShows(t *testing.T) {
	c := Default()
	f := &analysis.Finding{Rule: weakHash, Severity: analysis.Low, Confidence: analysis.Unsure}
	if c.Shows(f, "") {
		t.Error("an unsure finding is shown by default")
	}
	f.Confidence = analysis.Likely
	if !c.Shows(f, "") {
		t.Error("a likely finding is not shown")
	}
	medium := analysis.Medium
	if c.With(Settings{Severity: &medium}).Shows(f, "") {
		t.Error("a finding below the severity is shown")
	}
}

func TestPerFile(t *testing.T) {
	c, err := Parse("/p/pavise.toml", []byte("[per-file-ignores]\n\"tests/\" = [\"crypto\"]\n\"*_test.py\" = [\"sql-injection\"]\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	for path, on := range map[string][2]bool{ // sql-injection, weak-hash
		"/p/app.py":          {true, true},
		"/p/tests/a/b.py":    {true, false},
		"/p/a_test.py":       {false, true},
		"/p/tests/x_test.py": {false, false},
		"/other/tests/a.py":  {true, true},
	} {
		if c.OnIn(path, sqlInjection) != on[0] || c.OnIn(path, weakHash) != on[1] {
			t.Errorf("%s: sql-injection %v, weak-hash %v, want %v", path, c.OnIn(path, sqlInjection), c.OnIn(path, weakHash), on)
		}
	}
}

func TestParse(t *testing.T) {
	text := `# ours
profile = "audit"
select = ["sqli", "weak-hash"]
severity = "high"
exclude = ["legacy/", "*_pb2.py"]
timeout = 5

[per-file-ignores]
"tests/**" = ["crypto"]
`
	c, err := Parse("pavise.toml", []byte("\xef\xbb\xbf"+text), known)
	if err != nil {
		t.Fatal(err)
	}
	if c.Profile != "audit" || c.Severity != analysis.High || c.Confidence != analysis.Unsure || c.Timeout != 5 ||
		len(c.Select) != 2 || len(c.Exclude) != 2 || len(c.PerFile) != 1 {
		t.Errorf("got %+v", c)
	}
	c, err = Parse("/x/pyproject.toml", []byte("[project]\nname = \"x\"\n[tool.ruff]\nselect = [1]\n[tool.pavise]\nignore = [\"sqli\"]\n"), known)
	if err != nil {
		t.Fatal(err)
	}
	if c.On(sqlInjection) {
		t.Error("[tool.pavise] is not read")
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"unknown key", "pavise.toml", "a = 1\nselct = []\n", "pavise.toml:1:1: unknown key \"a\": the keys are profile, select, ignore, severity, confidence, include, exclude, quiet, per-file-ignores, timeout, models\npavise.toml:2:1: unknown key \"selct\": did you mean \"select\"?"},
		{"unknown rule", "pavise.toml", "select = [\n  \"sqli\",\n  \"sql-injecton\",\n]\n", "pavise.toml:3:3: unknown rule or class \"sql-injecton\": did you mean \"sql-injection\"?"},
		{"unknown rule, far from any", "pavise.toml", "ignore = [\"zzz\"]", "pavise.toml:1:11: unknown rule or class \"zzz\": `pavise rules` lists them"},
		{"unknown severity", "pavise.toml", "\nseverity = \"hihg\"", "pavise.toml:2:12: unknown severity \"hihg\": did you mean \"high\"?"},
		{"unknown profile", "pavise.toml", "profile = \"x\"", "pavise.toml:1:11: unknown profile \"x\": it is one of default, strict, audit"},
		{"wrong type", "pavise.toml", "profile = 3", "pavise.toml:1:11: the value of \"profile\" has the wrong type: it is a string"},
		{"wrong type of an element", "pavise.toml", "select = [\"sqli\", 7]", "pavise.toml:1:19: the value of \"select\" has the wrong type: it is a list of strings"},
		{"no timeout", "pavise.toml", "timeout = 0", "pavise.toml:1:11: timeout is 0: give a whole number of seconds, at least 1"},
		{"not TOML", "pavise.toml", "select = [\n", "pavise.toml:"},
		{"per-file", "pavise.toml", "[per-file-ignores]\n\"a.py\" = [\"sqli\", \"crypt\"]", "pavise.toml:2:19: unknown rule or class \"crypt\": did you mean \"crypto\"?"},
		{"per-file inline", "pavise.toml", "per-file-ignores = { \"a.py\" = [\"crypt\"] }", "pavise.toml:1:32: unknown rule or class \"crypt\": did you mean \"crypto\"?"},
		{"bad pattern", "pavise.toml", "exclude = [\"a[\"]", "pavise.toml:1:12: \"a[\" is not a pattern: write it as in .gitignore"},
		{"pyproject", "pyproject.toml", "[tool.x]\ny = 1\n[tool.pavise]\nselect = [\"weakhash\"]\n", "pyproject.toml:4:11: unknown rule or class \"weakhash\": did you mean \"weak-hash\"?"},
		{"models, unknown section", "pavise.toml", "[[models.cleaners]]\ncall = \"a.b\"\n", "pavise.toml:1:3: unknown key \"models.cleaners\": did you mean \"cleans\"?"},
		{"models, unknown key", "pavise.toml", "[[models.cleans]]\ncall = \"a.b\"\n[[models.cleans]]\ncal = \"a.b\"\n", "pavise.toml:4:1: unknown key \"models.cleans.cal\": did you mean \"call\"?"},
		{"models, unknown key, far from any", "pavise.toml", "[[models.cleans]]\nzzzzzzz = 1\n", "pavise.toml:2:1: unknown key \"models.cleans.zzzzzzz\": the keys are call, clears, when, weak"},
		{"models, unknown kind", "pavise.toml", "[[models.cleans]]\ncall = \"a.b\"\nclears = \"html\"\n\n[[models.cleans]]\ncall = \"a.c\"\nclears = \"html, sequel\"\n", "pavise.toml:7:10: unknown kind \"sequel\": it is one of all, alloc, argument"},
		{"models, unknown kind inline", "pavise.toml", "[models]\nsinks = [{call = \"a.b\", kind = \"sql\"},\n  {call = \"a.b\", kind = \"hmtl\"}]", "pavise.toml:3:25: unknown kind \"hmtl\": did you mean \"html\"?"},
		{"models, unknown tier", "pavise.toml", "[[models.sources]]\ncall = \"a.b\"\ntier = \"mars\"\n", "pavise.toml:3:8: unknown tier \"mars\": it is one of remote, stored, operator, error"},
		{"models, unknown word", "pavise.toml", "[[models.guards]]\ncall = \"a.b\"\nclears = \"html\"\non = \"yes\"\n", "pavise.toml:4:6: unknown on \"yes\": it is one of true, false, return"},
		{"models, wrong type", "pavise.toml", "[[models.sinks]]\ncall = \"a.b\"\nkind = \"sql\"\nargs = \"0\"\n", "pavise.toml:4:8: the value of \"models.sinks.args\" has the wrong type: it is a list of strings"},
		{"models, wrong type of a flag", "pavise.toml", "[[models.cleans]]\nweak = \"yes\"\n", "pavise.toml:2:8: the value of \"models.cleans.weak\" has the wrong type: it is true or false"},
		{"models, no array", "pavise.toml", "[models]\ncleans = 1\n", "pavise.toml:2:10: the value of \"models.cleans\" has the wrong type: it is an array of tables: [[models.cleans]]"},
		{"models, nothing named", "pavise.toml", "[[models.cleans]]\ncall = \"a.b\"\nclears = \"html\"\n[[models.cleans]]\nclears = \"html\"\n", "pavise.toml:4:3: a clean needs call"},
		{"models, no kind", "pyproject.toml", "[tool.pavise]\n[[tool.pavise.models.sinks]]\ncall = \"a.b\"\n", "pyproject.toml:2:3: a sink needs kind"},
		{"pyproject key", "pyproject.toml", "[tool.pavise]\nslect = []\n", "pyproject.toml:2:1: unknown key \"slect\": did you mean \"select\"?"},
	} {
		_, err := Parse(tt.file, []byte(tt.text), known)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		var first *Error
		if !errors.As(err, &first) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
}

func TestFromJSON(t *testing.T) {
	s, err := FromJSON([]byte(`{"profile":"audit","select":["sqli","crypt"],"timeout":"5","trace":{"server":"off"},"severity":"low"}`), known)
	if s.Profile != "audit" || s.Severity == nil || *s.Severity != analysis.Low || s.Timeout != 0 {
		t.Errorf("got %+v", s)
	}
	want := "the value of \"timeout\" has the wrong type: it is a whole number of seconds, at least 1\nunknown rule or class \"crypt\": did you mean \"crypto\"?"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	for _, empty := range []string{"", "null", "{}"} {
		if _, err := FromJSON([]byte(empty), known); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
	if _, err := FromJSON([]byte("[1]"), known); err == nil {
		t.Error("an array is taken as settings")
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"pyproject.toml":             "[tool.pavise]\nprofile = \"audit\"\n",
		"repo/.git/HEAD":             "",
		"repo/pyproject.toml":        "[project]\nname = \"pavise-user\"\n",
		"repo/app/pavise.toml":       "",
		"repo/app/pyproject.toml":    "[tool.pavise]\n",
		"repo/broken/pyproject.toml": "[tool.pavise]\nx = = 3\n",
		"other/a/b/c.py":             "",
	})
	for dir, want := range map[string]string{
		"repo":        "",
		"repo/app":    "repo/app/pavise.toml",
		"repo/app/.":  "repo/app/pavise.toml",
		"repo/broken": "repo/broken/pyproject.toml",
		"other/a/b":   "pyproject.toml",
	} {
		got, err := Find(filepath.Join(root, dir))
		if err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		if want != "" {
			want = filepath.Join(root, want)
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", dir, got, want)
		}
	}
	c, err := Load(filepath.Join(root, "other/a"), known)
	if err != nil || c.Profile != "audit" {
		t.Errorf("Load: %v, %+v", err, c)
	}
	if _, err := Load(filepath.Join(root, "repo/broken"), known); err == nil {
		t.Error("a broken pyproject.toml is taken")
	}
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
