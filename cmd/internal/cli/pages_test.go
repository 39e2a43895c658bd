package cli

import (
	"net/url"
	"os"
	"testing"

	"pavise/analysis"
	"pavise/analysis/rules"
)

func TestPages(t *testing.T) {
	p := pages{dir: t.TempDir()}
	if err := p.write(rules.All()); err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.All() {
		u, err := url.Parse(p.url(r))
		if err != nil || u.Scheme != "file" {
			t.Fatalf("%s: %q is no file address: %v", r.ID, p.url(r), err)
		}
		if text, err := os.ReadFile(u.Path); err != nil || string(text) != r.Page {
			t.Errorf("%s: the address does not lead to the page: %v", r.ID, err)
		}
	}
	r := &analysis.Rule{ID: "x", CWE: []int{89}}
	if got := (pages{}).url(r); got != "https://cwe.mitre.org/data/definitions/89.html" {
		t.Errorf("without a cache folder: %q", got)
	}
}
