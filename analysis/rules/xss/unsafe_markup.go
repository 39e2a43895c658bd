package xss

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed unsafe_markup.md
var unsafeMarkupPage string

// UnsafeMarkup: non-constant text declared safe HTML.
var UnsafeMarkup = &analysis.Rule{
	ID:         "unsafe-markup",
	Class:      "xss",
	Title:      "Non-constant text declared safe HTML",
	CWE:        []int{79},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit: []string{"B308", "B703", "B704"}, Ruff: []string{"S308", "S704"},
		Semgrep: []string{"avoid-mark-safe", "formathtml-fstring-parameter", "explicit-unescape-with-markup"},
	},
	Page: unsafeMarkupPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.HTML,
			Judge: judgeMarkup,
			Severity: func(r flow.Reach) analysis.Severity {
				if r.Origin.Tier == models.Remote {
					return analysis.High
				}
				return analysis.Medium
			},
			Says: func(e *flow.Event, r flow.Reach) string {
				what := analysis.Data(r)
				if r.Origin.Tier < models.Stored {
					what = analysis.Unknown(r)
				}
				if strings.Contains(e.Name, "format_html") {
					return what + " is part of the format itself, which is taken for safe HTML. Pass it as an argument of format_html, which escapes it."
				}
				return what + " is declared safe HTML without being escaped, so that templates show it as it is. Let it be escaped when it is put in, or clean it first."
			},
		},
	},
}

// declaresSafe recognises the functions whose result templates do not escape.
func declaresSafe(name string) bool {
	switch name {
	case "markupsafe.Markup", "django.utils.safestring.mark_safe", "django.utils.safestring.SafeString",
		"django.utils.html.format_html", "django.utils.html.format_html_join":
		return true
	}
	return false
}

// judgeMarkup is sure of a client's data, and takes a value within markup that
// is put together for a fault; what is made elsewhere and declared safe as a
// whole is most often HTML on purpose.
func judgeMarkup(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if !declaresSafe(e.Name) {
		return 0, false
	}
	switch c, ok := analysis.FromClientOrTelling(r); {
	case r.Origin.Tier == models.Operator:
		return analysis.Unsure, true
	case ok && r.Origin.Tier != models.Stored:
		if r.Origin.Vague {
			c = analysis.Unsure // most calls that nobody knows do not give text back as it came
		}
		if ofRecord(r) {
			c = analysis.Unsure
		}
		return c, true
	}
	label := flow.Label(r.Node)
	switch {
	case r.Node.Kind() == syntax.KindDictionarySplat, joined(r.Node): // made for being put together
		return analysis.Unsure, true
	case !r.Inner, r.Result, r.Weak, r.Origin.Vague, !r.Node.OK(), numberName.MatchString(label), markupName.MatchString(label):
		return analysis.Unsure, true
	}
	v := e.HTMLText()
	if v == nil || !flow.LooksLikeHTML(v) && !strings.Contains(e.Name, "format_html") || !putTogether(e, r) {
		return analysis.Unsure, true
	}
	return analysis.Likely, true
}

// ofRecord recognises an attribute of an object in which the data was put into
// another one, and its key: `page.pk` after page.language = data.
func ofRecord(r flow.Reach) bool {
	if !r.Node.OK() || r.Node == r.Origin.Node || r.Node.Kind() != syntax.KindAttribute {
		return false
	}
	attr := r.Node.Child(syntax.FieldAttribute).Str()
	if attr == "pk" || attr == "id" {
		return true
	}
	for t := r.Origin.Steps; t != nil; t = t.Prev {
		if to, ok := strings.CutPrefix(t.Text, "stored in "); ok {
			return strings.Contains(to, ".") && !strings.HasSuffix(to, "."+attr)
		}
	}
	return false
}

// joined recognises the list of `"".join(list)`.
func joined(n syntax.Node) bool {
	if !n.OK() || n.Parent().Kind() != syntax.KindArgumentList {
		return false
	}
	fn := n.Parent().Parent().Child(syntax.FieldFunction)
	return fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "join" &&
		strings.Trim(fn.Child(syntax.FieldObject).Str(), "'\"\\n ") == ""
}

// putTogether reports whether a value stands in a text with tags in the call
// itself, or in the same function in a text that the call names.
func putTogether(e *flow.Event, r flow.Reach) bool {
	if len(e.Args) == 0 || r.Node.Unit() != e.Node.Unit() {
		return false
	}
	arg := e.Args[0].Node
	if arg.Kind() == syntax.KindIdentifier {
		return true
	}
	return arg.Span().Contains(r.Node.Span()) && strings.Contains(arg.Str(), "<")
}

// markupName recognises names of values that are HTML on purpose.
var markupName = regexp.MustCompile(`(?i)html|markup|svg|safe|escape|render|widget|media|attrs|css|icon|button|links?\b|tag|body|content|inner|\besc\(|(?:rows?|items?|cells?|parts?)$|output|url|static|_\(|text\(|class|style|color`)
