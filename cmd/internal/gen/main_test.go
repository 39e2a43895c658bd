package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestFresh(t *testing.T) {
	if err := run("../../..", true); err != nil {
		t.Error(err)
	}
}

func TestConfigSchema(t *testing.T) {
	docs, err := readModelDocs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	form, err := configSchema(docs)
	if err != nil {
		t.Fatal(err)
	}
	text, err := encode(form)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for in, valid := range map[string]bool{
		`{}`: true,
		`{"profile":"audit","select":["sqli","sql-injection"],"timeout":5,"per-file-ignores":{"tests/":["crypto"]}}`: true,
		`{"severity":"hihg"}`:      false,
		`{"select":["sql-injec"]}`: false,
		`{"selct":[]}`:             false,
		`{"timeout":0}`:            false,
		`{"models":{"cleans":[{"call":"a.b","clears":"html","when":{"x":[true,1,"y"]}}],"types":{"a.b()":"c.D"}}}`: true,
		`{"models":{"cleans":[{"cal":"a.b"}]}}`:                     false,
		`{"models":{"cleaners":[]}}`:                                false,
		`{"models":{"sources":[{"call":"a.b","tier":"mars"}]}}`:     false,
		`{"models":{"routes":[{"decorator":"a.b","request":"0"}]}}`: false,
	} {
		var v any
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); (err == nil) != valid {
			t.Errorf("%s: %v", in, err)
		}
	}
}
