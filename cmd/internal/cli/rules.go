package cli

import (
	"fmt"

	"pavise/analysis/rules"
	"pavise/cmd/internal/report"
)

type rulesCmd struct {
	Format string `enum:"text,json,markdown" default:"text" help:"text, json or markdown."`
	Color  string `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
}

func (c *rulesCmd) Run(a *app) error {
	all := rules.All()
	var text string
	switch c.Format {
	case "json":
		var err error
		if text, err = report.RulesJSON(all); err != nil {
			return err
		}
	case "markdown":
		text = report.RulesMarkdown(all)
	default:
		text = report.RulesText(all, style(a.stdout, c.Color))
	}
	_, err := fmt.Fprint(a.stdout, text)
	return err
}
