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
	Rule   string `arg:"" help:"The rule, its class, or its id in Bandit, Ruff or Semgrep."`
	Format string `enum:"text,markdown" default:"text" help:"text or markdown."`
	Color  string `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
}

func (c *explainCmd) Run(a *app) error {
	list, err := named(c.Rule)
	if err != nil {
		return err
	}
	if c.Format == "text" && len(list) > 1 && list[0].Class == c.Rule {
		_, err := fmt.Fprint(a.stdout, report.RulesText(list, style(a.stdout, c.Color))+"\n`pavise explain RULE` tells more of one.\n")
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

// named finds the rule of a name, the rules of a class, or those that other
// tools know under the name.
func named(name string) ([]*analysis.Rule, error) {
	if r := rules.ByID(name); r != nil {
		return []*analysis.Rule{r}, nil
	}
	var class, alias []*analysis.Rule
	known := config.Names(rules.All())
	for _, r := range rules.All() {
		if r.Class == name {
			class = append(class, r)
		}
		ids := slices.Concat(r.Aliases.Bandit, r.Aliases.Ruff, r.Aliases.Semgrep)
		if slices.ContainsFunc(ids, func(s string) bool { return strings.EqualFold(s, name) }) {
			alias = append(alias, r)
		}
		known = append(known, ids...)
	}
	switch {
	case len(class) > 0:
		return class, nil
	case len(alias) > 0:
		return alias, nil
	}
	if near := config.Closest(name, known); near != "" {
		return nil, fmt.Errorf("unknown rule %q: did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("unknown rule %q: `pavise rules` lists them", name)
}
