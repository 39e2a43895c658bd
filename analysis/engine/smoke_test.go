package engine

import (
	"fmt"
	"os"
	"testing"

	"pavise/analysis/source"
	"pavise/analysis/config"
	"pavise/analysis"
)

func TestSmoke(t *testing.T) {
	path := os.Getenv("SMOKE")
	if path == "" {
		t.Skip("no SMOKE")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	if os.Getenv("AUDIT") != "" {
		c = c.With(config.Settings{Profile: "audit"})
	}
	s := Check(source.New(path, text), Options{Config: c, OnPanic: func(r *analysis.Rule, p string, v any, st []byte) { t.Errorf("%s %v\n%s", r.ID, v, st) }})
	fmt.Println("note", s.Note())
	for _, f := range s.Findings() {
		fmt.Printf("%d %s %s %s: %s\n", s.File().LineAt(f.Span.Start)+1, f.Rule.ID, f.Confidence, f.Severity, f.Message)
		for _, st := range f.Steps {
			fmt.Printf("      %d %s\n", s.File().LineAt(st.Span.Start)+1, st.Text)
		}
	}
}
