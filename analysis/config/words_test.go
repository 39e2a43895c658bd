package config_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pavise/analysis/config"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, path, text, want string
	}{
		{"lists", "pavise.toml", "profile = \"strict\"\nselect = [\"sqli\", 'weak-hash']\nexclude = [\"old/\"]\n[models]\nx = [\"no\"]\n",
			"select:sqli! select:weak-hash! exclude:old/"},
		{"over lines, with comments", "pavise.toml", "ignore = [\n  \"sqli\", # \"not\"\n  \"cmdi\",\n]\n", "ignore:sqli! ignore:cmdi!"},
		{"per file", "pavise.toml", "[per-file-ignores]\n\"tests/\" = [\"secrets\"]\nscripts = [\"cmdi\"]\n",
			"per-file-ignores:tests/ per-file-ignores:secrets! per-file-ignores:cmdi!"},
		{"inline", "pavise.toml", `per-file-ignores = { "a.py" = ["sqli"], b = ["cmdi"] }`, "per-file-ignores:a.py per-file-ignores:sqli! per-file-ignores:cmdi!"},
		{"dotted", "pyproject.toml", "tool.pavise.ignore = [\"sqli\"]\n[tool.other]\nignore = [\"E501\"]\n", "ignore:sqli!"},
		{"a table of pyproject", "pyproject.toml", "[tool.ruff]\nselect = [\"S\"]\n[tool.pavise]\nselect = [\"sqli\"]\n[tool.pavise.per-file-ignores]\n'x.py' = [\"cmdi\"]\n",
			"select:sqli! per-file-ignores:x.py per-file-ignores:cmdi!"},
		{"not ours", "pyproject.toml", "select = [\"sqli\"]\n", ""},
		{"an open string", "pavise.toml", "ignore = [\"sql\nseverity = \"low\"\nselect = [\"cmdi\"]\n", "ignore:sql!? select:cmdi!"},
		{"an open list", "pavise.toml", "ignore = [\"sqli\",\n[per-file-ignores]\nx = [\"cmdi\"]\n", "ignore:sqli! per-file-ignores:cmdi!"},
		{"an open table", "pavise.toml", "per-file-ignores = { a = [\"sqli\"]\nselect = [\"cmdi\"]\n", "per-file-ignores:sqli! select:cmdi!"},
		{"texts of lines", "pavise.toml", "x = \"\"\"\nselect = [\"no\"]\n\"\"\"\nselect = [\"yes\"]", "select:yes!"},
		{"escapes", "pavise.toml", `select = ["a\"b", 'c\']`, `select:a\"b! select:c\!`},
		{"rubbish", "pavise.toml", "]]] = = {{{ \x00 \"\nselect = [[[[\"a\"]]]]", "select:a!"},
	} {
		var got []string
		for _, w := range config.Words(c.path, []byte(c.text)) {
			s := w.Key + ":" + w.Text
			if w.Name {
				s += "!"
			}
			if w.Open {
				s += "?"
			}
			if c.text[w.Span.Start:w.Span.End] != w.Text {
				t.Errorf("%s: %q stands at %v", c.name, w.Text, w.Span)
			}
			got = append(got, s)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %s, want %s", c.name, g, c.want)
		}
	}
}

func TestAt(t *testing.T) {
	for text, want := range map[string]string{ // | is the cursor
		`ignore = ["sql|`:                           `ignore "sql" []`,
		`ignore = ["sqli", "c|md"]`:                 `ignore "cmd" [sqli]`,
		`ignore = [|]`:                              `ignore bare []`,
		`ignore = ["sqli", |`:                       `ignore bare [sqli]`,
		"ignore = [\n  \"sqli\",\n  \"|\n]\n":       `ignore "" [sqli]`,
		"[per-file-ignores]\nx = [\"|\"]\n":         `per-file-ignores "" []`,
		`exclude = ["|"]`:                           "none",
		`profile = "|"`:                             "none",
		`ignore = ["sqli"] |`:                       "none",
		"ignore = [\"sqli\",\n\n[models]\n|x = 1\n": "none",
	} {
		off := strings.IndexByte(text, '|')
		p, ok := config.At("pavise.toml", []byte(text[:off]+text[off+1:]), uint32(off))
		got := "none"
		switch {
		case ok && p.Bare:
			got = fmt.Sprint(p.Word.Key, " bare ", p.Given)
		case ok:
			got = fmt.Sprintf("%s %q %v", p.Word.Key, p.Word.Text, p.Given)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// Hostile text is read in time that grows with its length.
func TestWordsOfHostileText(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 1<<18), strings.Repeat("{", 1<<18), strings.Repeat("a=[", 1<<16), strings.Repeat("ignore = [\"\n", 1<<15),
		strings.Repeat("\"", 1<<18), strings.Repeat("a.", 1<<17), strings.Repeat("a={", 1<<16), strings.Repeat("ignore=[\n", 1<<15), strings.Repeat("'''", 1<<16),
	} {
		for _, path := range []string{"pavise.toml", "pyproject.toml"} {
			began := time.Now()
			config.Words(path, []byte(text))
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%.20q takes %v", text, took)
			}
		}
	}
	words := config.Words("pavise.toml", []byte("select = ["+strings.Repeat("\"a\",", 1000)+"]"))
	if len(words) != 1000 || !slices.ContainsFunc(words, func(w config.Word) bool { return w.Name }) {
		t.Errorf("%d words", len(words))
	}
}
