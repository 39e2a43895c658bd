package cli

import (
	"fmt"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/config"
	"pavise/analysis/rules"
	"pavise/cmd/internal/report"
)

type explainCmd struct {
	Rule   string `arg:"" help:"The rule, or its id in Bandit, Ruff or Semgrep."`
	Format string `enum:"text,markdown" default:"text" help:"text or markdown."`
	Color  string `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
}

func (c *explainCmd) Run(a *app) error {
	list, err := named(c.Rule)
	if err != nil {
		return err
	}
	for i, r := range list {
		if i > 0 {
			_, _ = fmt.Fprintln(a.stdout)
		}
		text := r.Page
		if c.Format == "text" {
			width, _ := terminal(a.stdout)
			text = report.Page(r, style(a.stdout, c.Color), width)
		}
		if _, err := fmt.Fprint(a.stdout, strings.TrimRight(text, "\n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// named finds the rule of a name, or the rules that other tools know under it.
func named(name string) ([]*analysis.Rule, error) {
	if r := rules.ByID(name); r != nil {
		return []*analysis.Rule{r}, nil
	}
	var ids, class []string
	var list []*analysis.Rule
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
		if r.Class == name {
			class = append(class, r.ID)
		}
		alias := slices.Concat(r.Aliases.Bandit, r.Aliases.Ruff, r.Aliases.Semgrep)
		if slices.ContainsFunc(alias, func(s string) bool { return strings.EqualFold(s, name) }) {
			list = append(list, r)
		}
	}
	switch {
	case len(list) > 0:
		return list, nil
	case len(class) > 0:
		return nil, fmt.Errorf("%q is a class: explain one of its rules, %s", name, strings.Join(class, ", "))
	}
	if near := config.Closest(name, ids); near != "" {
		return nil, fmt.Errorf("unknown rule %q: did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("unknown rule %q: `pavise rules` lists them", name)
}
