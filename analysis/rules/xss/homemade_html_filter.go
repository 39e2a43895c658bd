package xss

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed homemade_html_filter.md
var homemadeHTMLFilterPage string

// HomemadeHTMLFilter: HTML filtered by regex, replace or a permissive allow-list.
var HomemadeHTMLFilter = &analysis.Rule{
	ID:         "homemade-html-filter",
	Class:      "xss",
	Title:      "HTML filtered by regex, replace or a permissive allow-list",
	CWE:        []int{116, 79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       homemadeHTMLFilterPage,
	Checks: []analysis.Check{
		analysis.Weak{Kind: models.HTML | models.MailHTML, Run: filteredByHand},
		analysis.Calls{Names: []string{"re.sub", "re.subn", "re.Pattern.sub", "re.Pattern.subn", ".sub"}, Run: scriptPattern},
		analysis.Calls{Names: []string{
			"bleach.clean", "bleach.Cleaner", "bleach.sanitizer.Cleaner", "nh3.clean", "nh3.Cleaner",
			"lxml.html.clean.Cleaner", "lxml_html_clean.Cleaner", "lxml.html.clean.clean_html",
		}, Run: permissive},
	},
}

const filterSays = "Taking tags out by pattern or replacement misses others: `<scr<script>ipt>`, `<img onerror=...>`, tags that never close. Escape the text, or clean it with nh3."

func filteredByHand(p *analysis.Pass, e *flow.Event, w *flow.WeakCheck, r *flow.Reach) {
	if w.How != flow.TagsRemoved || r == nil {
		return
	}
	c, ok := analysis.FromClientOrTelling(*r)
	if !ok {
		c = analysis.Unsure
	}
	p.ReportWeak(e, w, r, min(c, analysis.Likely), filterSays)
}

// scriptElement recognises patterns for script elements and event handlers:
// nobody takes them out but for safety.
var scriptElement = regexp.MustCompile(`(?i)<(?:\(\?:)?[\s\\*?+/]*(?:script|iframe|object)|\bon(?:\\w|\[a-z\]|\\S|error|click|load)[^ ]*=|javascript:`)

func scriptPattern(p *analysis.Pass, e *flow.Event) {
	pattern, at := flow.FindArg(e.Args, "0"), "2"
	var v *flow.Value
	if strings.HasPrefix(e.Name, "re.sub") {
		if pattern != nil {
			v = pattern.Value
		}
	} else if e.Recv != nil {
		v, at = e.Recv.Attr("pattern"), "1"
	}
	if v == nil {
		return
	}
	s, ok := v.Str()
	if !ok || !scriptElement.MatchString(s) {
		return
	}
	text := flow.FindArg(e.Args, at)
	if text == nil {
		text = flow.FindArg(e.Args, "string")
	}
	switch {
	case text == nil:
	case text.Value.Met(flow.TagsRemoved):
		return // one of several patterns in a row: the first says it
	case onlyStored(text.Value):
		p.Report(e, analysis.Unsure, filterSays) // most likely text that is taken out of a page
		return
	}
	p.Report(e, analysis.Likely, filterSays)
}

func onlyStored(v *flow.Value) bool {
	for _, o := range v.Origins {
		if o.Tier != models.Stored {
			return false
		}
	}
	return len(v.Origins) > 0
}

// permissive judges the lists of a sanitizer.
func permissive(p *analysis.Pass, e *flow.Event) {
	for _, name := range []string{"safe_attrs_only", "scripts", "javascript", "page_structure"} {
		if strings.HasPrefix(e.Name, "lxml") && name != "page_structure" {
			if v, known := boolArg(e, name); known && !v {
				p.Report(e, analysis.Likely, "`"+name+"=False` lets scripts or event handlers through this cleaner.")
				return
			}
		}
	}
	if a := flow.FindArg(e.Args, "tags"); a != nil {
		if bad := anyOf(a.Value, dangerousTags); bad != "" {
			p.Report(e, analysis.Likely, "The allowed tag `"+bad+"` runs or loads what it likes: the cleaning is for nothing.")
			return
		}
	}
	if a := flow.FindArg(e.Args, "attributes"); a != nil {
		for _, v := range flow.Parts(a.Value) {
			if bad := anyOf(v, dangerousAttributes); bad != "" {
				p.Report(e, analysis.Likely, "The allowed attribute `"+bad+"` holds script or lets it in: the cleaning is for nothing.")
				return
			}
		}
	}
	for _, name := range []string{"protocols", "url_schemes"} {
		if a := flow.FindArg(e.Args, name); a != nil {
			if bad := anyOf(a.Value, dangerousSchemes); bad != "" {
				p.Report(e, analysis.Likely, "The allowed scheme `"+bad+"` makes every link a script: the cleaning is for nothing.")
				return
			}
		}
	}
}

func boolArg(e *flow.Event, name string) (val, known bool) {
	v := flow.FindValue(e.Args, name)
	if v == nil {
		return false, false
	}
	return v.Bool()
}

// anyOf is an element of a list that a test finds bad, "" if none is.
func anyOf(list *flow.Value, bad func(string) bool) string {
	for _, v := range flow.Parts(list) {
		for _, c := range v.Consts {
			if c.Kind == flow.StrConst && bad(strings.ToLower(c.S)) {
				return c.S
			}
		}
	}
	return ""
}

func dangerousTags(s string) bool {
	switch s {
	case "script", "iframe", "object", "embed", "base", "link", "meta", "style", "svg", "math", "form", "frame", "frameset":
		return true
	}
	return false
}

func dangerousAttributes(s string) bool {
	return s == "*" || strings.HasPrefix(s, "on") && len(s) > 3 || s == "srcdoc" || s == "formaction"
}

func dangerousSchemes(s string) bool {
	return s == "javascript" || s == "vbscript" || s == "data"
}
