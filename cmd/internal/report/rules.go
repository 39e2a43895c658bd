package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pavise/analysis"
)

// byClass sorts rules by class, then ID.
func byClass(list []*analysis.Rule) []*analysis.Rule {
	return slices.SortedFunc(slices.Values(list), func(a, b *analysis.Rule) int {
		if c := strings.Compare(a.Class, b.Class); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// RulesText is a table of rules for a terminal.
func RulesText(list []*analysis.Rule, s Style) string {
	idWidth, classWidth := len("rule"), len("class")
	for _, r := range list {
		idWidth, classWidth = max(idWidth, len(r.ID)), max(classWidth, len(r.Class))
	}
	var b strings.Builder
	b.WriteString(s.Dim(fmt.Sprintf("%-*s  %-*s  %-8s  %-10s  %s", classWidth, "class", idWidth, "rule", "severity", "confidence", "title")) + "\n")
	for _, r := range byClass(list) {
		title := r.Title
		if r.Audit {
			title += " (audit)"
		}
		severity := s.Severity(r.Severity) + strings.Repeat(" ", 8-len(r.Severity.String()))
		id := s.Bold(r.ID) + strings.Repeat(" ", idWidth-len(r.ID))
		fmt.Fprintf(&b, "%-*s  %s  %s  %-10s  %s\n", classWidth, r.Class, id, severity, r.Confidence, title)
	}
	return b.String()
}

type jsonAliases struct {
	Bandit  []string `json:"bandit,omitempty"`
	Ruff    []string `json:"ruff,omitempty"`
	Semgrep []string `json:"semgrep,omitempty"`
}

type jsonRule struct {
	ID         string      `json:"id"`
	Class      string      `json:"class"`
	Title      string      `json:"title"`
	Summary    string      `json:"summary"`
	Severity   string      `json:"severity"`
	Confidence string      `json:"confidence"`
	Audit      bool        `json:"audit"`
	CWE        []int       `json:"cwe"`
	OWASP2021  string      `json:"owasp_2021,omitempty"`
	OWASP2025  string      `json:"owasp_2025,omitempty"`
	Aliases    jsonAliases `json:"aliases"`
	Page       string      `json:"page"`
}

// RulesJSON is a list of objects, one rule a line.
func RulesJSON(list []*analysis.Rule) (string, error) {
	var lines []string
	for _, r := range byClass(list) {
		text, err := marshal(jsonRule{
			ID: r.ID, Class: r.Class, Title: r.Title, Summary: Lead(r), Severity: r.Severity.String(), Confidence: r.Confidence.String(),
			Audit: r.Audit, CWE: append([]int{}, r.CWE...), OWASP2021: r.OWASP2021, OWASP2025: r.OWASP2025,
			Aliases: jsonAliases(r.Aliases), Page: r.Page,
		})
		if err != nil {
			return "", fmt.Errorf("write rule %s: %w", r.ID, err)
		}
		lines = append(lines, string(text))
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n]\n", nil
}

// RulesMarkdown is the reference of all rules: a table and every page.
func RulesMarkdown(list []*analysis.Rule) string {
	list = byClass(list)
	var b strings.Builder
	b.WriteString("# The rules\n\n<!-- Written by `make gen`; change the rules and their pages instead. -->\n\n")
	fmt.Fprintf(&b, "Pavise has %s. The name of a rule, or of its class, is what `select`, `ignore` and `# pavise: ignore[...]` take.\n", Count(len(list), "rule"))
	b.WriteString("Rules marked *audit* report only in the audit profile.\n\n")
	b.WriteString("| class | rule | what | severity | confidence | CWE |\n|---|---|---|---|---|---|\n")
	for _, r := range list {
		name := "[" + r.ID + "](#" + r.ID + ")"
		if r.Audit {
			name += " *audit*"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.Class, name, cell(r.Title), r.Severity, r.Confidence, cwes(r.CWE))
	}
	for _, r := range list {
		b.WriteString("\n" + chapter(r))
	}
	return b.String()
}

// chapter is the page of a rule one level of headings lower, with its facts
// below the title.
func chapter(r *analysis.Rule) string {
	var b strings.Builder
	code, titled := false, false
	for line := range strings.Lines(strings.TrimSpace(r.Page) + "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if !code && strings.HasPrefix(line, "#") {
			line = "#" + line
		}
		b.WriteString(line)
		if !titled {
			titled = true
			b.WriteString("\n" + facts(r))
		}
	}
	return b.String()
}

// facts are what the metadata of a rule say, on one line.
func facts(r *analysis.Rule) string {
	parts := []string{"class `" + r.Class + "`", "severity " + r.Severity.String(), "confidence " + r.Confidence.String()}
	if len(r.CWE) > 0 {
		parts = append(parts, cwes(r.CWE))
	}
	for _, o := range []string{r.OWASP2021, r.OWASP2025} {
		if o != "" {
			parts = append(parts, "OWASP "+o)
		}
	}
	for _, a := range []struct {
		tool string
		ids  []string
	}{{"Bandit", r.Aliases.Bandit}, {"Ruff", r.Aliases.Ruff}, {"Semgrep", r.Aliases.Semgrep}} {
		if len(a.ids) > 0 {
			parts = append(parts, a.tool+" "+strings.Join(a.ids, ", "))
		}
	}
	if r.Audit {
		parts = append(parts, "audit profile only")
	}
	return "*" + strings.Join(parts, " · ") + "*\n"
}

func cwes(list []int) string {
	var names []string
	for _, c := range list {
		n := strconv.Itoa(c)
		names = append(names, "[CWE-"+n+"](https://cwe.mitre.org/data/definitions/"+n+".html)")
	}
	return strings.Join(names, ", ")
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
