package models

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestEmbeddedModelsLoad(t *testing.T) {
	s, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Sinks("os.system")) == 0 || s.Value("werkzeug.wrappers.Request.json") == nil {
		t.Error("the facts about os.system or Request.json are not there")
	}
}

// TestStrictLoad wants every slip in a data file to fail with the file's name.
func TestStrictLoad(t *testing.T) {
	for name, c := range map[string]struct{ text, reason string }{
		"unknown key":       {"library: x\nsinkz: []\n", "sinkz"},
		"unknown field":     {"sinks:\n  - {call: a.b, kind: sql, argz: [0]}\n", "argz"},
		"unknown kind":      {"sinks:\n  - {call: a.b, kind: sequel}\n", "sequel"},
		"sink without kind": {"sinks:\n  - {call: a.b}\n", "no kind"},
		"sink of nothing":   {"sinks:\n  - {kind: sql}\n", "call or set"},
		"unknown tier":      {"sources:\n  - {value: a.b, tier: mars}\n", "mars"},
		"empty source":      {"sources:\n  - {tier: remote}\n", "value, call or param"},
		"empty route":       {"routes:\n  - {path: \"0\"}\n", "decorator, call, base, signature or marker"},
		"clean of nothing":  {"cleans:\n  - {clears: html}\n", "clean"},
		"pass of nothing":   {"passes:\n  - {from: []}\n", "call"},
		"field of nothing":  {"fields:\n  - {clean: all}\n", "field"},
		"empty instance":    {"instances:\n  - {of: form_class}\n", "call or param"},
		"empty invoke":      {"invokes:\n  - {args: \"1\"}\n", "call"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"data/x.yaml": {Data: []byte(c.text)}})
			if err == nil || !strings.Contains(err.Error(), c.reason) || !strings.Contains(err.Error(), "x.yaml") {
				t.Errorf("got %v, want an error that names x.yaml and %q", err, c.reason)
			}
		})
	}
}

func TestLookups(t *testing.T) {
	s, err := Load(fstest.MapFS{"data/x.yaml": {Data: []byte(`library: x
aliases: {x.other.thing: x.thing}
types: {"x.make()": x.Thing}
bases: {x.Sub: [x.Thing]}
sources:
  - {value: x.Thing.data}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Canonical("x.other.thing.part"); got != "x.thing.part" {
		t.Errorf("an alias in front: %q", got)
	}
	if got := s.Member("x.Sub", "data"); got != "x.Thing.data" {
		t.Errorf("a member of a base: %q", got)
	}
	if got := s.Member("x.Sub", "nothing"); got != "" {
		t.Errorf("a member of which nothing is said: %q", got)
	}
	if !s.IsA("x.Sub", "x.Thing") || s.IsA("x.Thing", "x.Sub") {
		t.Error("bases are followed the wrong way")
	}
	if !s.RemoteRoots()["x"] || !s.Modelled("x.anything") || s.Modelled("y.anything") {
		t.Error("the roots are wrong")
	}
}
