package xss

import (
	"bytes"
	_ "embed"
	"path/filepath"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/source"
)

//go:embed mako_unescaped.md
var makoUnescapedPage string

// MakoUnescaped: Mako used without an HTML default filter.
var MakoUnescaped = &analysis.Rule{
	ID:         "mako-unescaped",
	Class:      "xss",
	Title:      "Mako used without an HTML default filter",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B702"},
		Ruff:    []string{"S702"},
		Semgrep: []string{"mako-templates-detected"},
	},
	Page: makoUnescapedPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"mako.template.Template", "mako.lookup.TemplateLookup", "bottle.mako_template", "bottle.MakoTemplate"}, Run: judgeMako},
		analysis.Texts{Run: judgeMakoText},
	},
}

// otherLanguage recognises names of templates that make no pages:
// script.py.mako.
var otherLanguage = regexp.MustCompile(`(?i)\.(?:py|sh|sql|ya?ml|json|toml|ini|cfg|conf|txt|md|rst|c|h|cpp|js|css|tex|csv|go|rs|java|service)\.(?:mako|mak|tmpl)\b`)

func judgeMako(p *analysis.Pass, e *flow.Event) {
	a, open := analysis.Option(e.Args, "default_filters")
	if open || a != nil && (!written(a.Value) || escapes(a)) || analysis.InTests(p.Path) {
		return
	}
	sure := analysis.Unsure // of a text or a program, maybe
	if serves(p) {
		sure = analysis.Certain
	}
	if strings.HasSuffix(e.Name, "emplate") {
		text, ok := analysis.Option(e.Args, "0", "text")
		if text != nil && !ok {
			s, known := text.Value.Text()
			switch {
			case !known, strings.Contains(s, "expression_filter"), !filters(s):
				return // a text that is not known is worse than not escaped
			case strings.Contains(s, "</"):
				sure = analysis.Certain
			case !strings.Contains(s, "<"):
				sure = analysis.Unsure
			}
		}
	}
	if otherLanguage.MatchString(e.Node.Str()) {
		return
	}
	p.Report(e, sure, "Mako does not escape unless it is asked to: "+unescaped+` Pass default_filters=["h"].`)
}

// written reports whether all elements of a list are known.
func written(v *flow.Value) bool {
	if v.IsNone() {
		return true
	}
	list, all := v.Elements()
	return all && len(flow.ConstTexts(v)) == len(list)
}

// escapes reports whether filters make HTML harmless.
func escapes(a *flow.Arg) bool {
	for _, f := range flow.ConstTexts(a.Value) {
		if f == "h" || strings.Contains(f, "escape") {
			return true
		}
	}
	return strings.Contains(a.Node.Str(), "escape")
}

// filled are the places of a template that a value is put into, with what
// filters it.
var filled = regexp.MustCompile(`\$\{([^}|]*)(?:\|([^}]*))?\}`)

// filters reports whether a text puts a value in without a filter of its own.
func filters(text string) bool {
	for _, m := range filled.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[2], "h") && !strings.Contains(m[2], "escape") {
			return true
		}
	}
	return false
}

// plainName is a value that no call has made.
var plainName = regexp.MustCompile(`^\s*[A-Za-z_][\w.]*(?:\[[^\]()]*\])*\s*$`)

// judgeMakoText objects to a filter n in a template of Mako, which takes the
// default filters away.
func judgeMakoText(p *analysis.Pass, t *analysis.Text) {
	ext := strings.ToLower(filepath.Ext(p.Path))
	if t.Unit != nil || ext != ".mako" && ext != ".mak" || otherLanguage.MatchString(p.Path) || !bytes.Contains(t.Bytes, []byte("|")) || !bytes.ContainsRune(t.Bytes, '<') {
		return
	}
	for _, m := range filled.FindAllSubmatchIndex(t.Bytes, -1) {
		if m[4] < 0 || !plainName.Match(t.Bytes[m[2]:m[3]]) {
			continue
		}
		raw, safe := false, false
		for f := range strings.SplitSeq(string(t.Bytes[m[4]:m[5]]), ",") {
			switch f = strings.TrimSpace(f); f {
			case "n":
				raw = true
			case "":
			default:
				safe = true // what it does is not known
			}
		}
		if raw && !safe {
			p.ReportText(source.Span{Start: uint32(m[0]), End: uint32(m[1])}, analysis.Likely, "The filter n takes escaping away: a value with markup in it can carry a script.")
		}
	}
}
