package headers

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed clickjacking_allowed.md
var clickjackingAllowedPage string

// ClickjackingAllowed: framing protection removed.
var ClickjackingAllowed = &analysis.Rule{
	ID:         "clickjacking-allowed",
	Class:      "headers",
	Title:      "Framing protection removed",
	CWE:        []int{1021},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       clickjackingAllowedPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{"django.views.decorators.clickjacking.xframe_options_exempt", "django.utils.decorators.method_decorator"}, Run: judgeExempt},
		analysis.Calls{Names: talisman, Run: judgeFrames},
		analysis.Settings{Names: []string{"X_FRAME_OPTIONS"}, Run: judgeOptions},
		analysis.Headers{Names: []string{"X-Frame-Options"}, Run: judgeOptions},
		analysis.Headers{Names: []string{"Content-Security-Policy"}, Run: judgeAncestors},
		analysis.Whole{Sets: []string{"MIDDLEWARE", "MIDDLEWARE_CLASSES"}, Run: judgeMiddleware},
	},
}

const framed = "other sites can put its pages into a frame under theirs and lead users to click what they do not see."

func judgeExempt(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	if strings.HasSuffix(e.Name, ".method_decorator") {
		a, _ := analysis.Option(e.Args, "0", "decorator")
		if a == nil || !slices.ContainsFunc(flow.Parts(a.Value), func(v *flow.Value) bool { return strings.HasSuffix(v.Name, ".xframe_options_exempt") }) {
			return
		}
	}
	sure := analysis.Likely
	if text := strings.ToLower(e.Node.Unit().Root().Str()); strings.Contains(text, "embed") || strings.Contains(text, "widget") || strings.Contains(text, "iframe") || strings.Contains(text, "oembed") {
		sure = analysis.Unsure // it is made to be framed
	}
	p.Report(e, sure, "This view takes the protection against framing off: "+framed)
}

func judgeFrames(p *analysis.Pass, e *flow.Event) {
	if a, _ := analysis.Option(e.Args, "frame_options"); a != nil && a.Value.IsNone() && p.Deployed(e) {
		p.Report(e, analysis.Certain, "frame_options=None takes the protection against framing off: "+framed)
	}
}

// judgeOptions objects to values that browsers do not know, and so ignore.
func judgeOptions(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Str()
	low := strings.ToUpper(strings.TrimSpace(text))
	if !ok || !p.Deployed(s.Event) {
		return
	}
	switch {
	case low == "ALLOWALL" || low == "ALLOW-ALL" || low == "ALLOW" || low == "*":
		p.ReportSetting(s, analysis.Certain, "X-Frame-Options is not DENY or SAMEORIGIN: "+framed)
	case strings.HasPrefix(low, "ALLOW-FROM"):
		p.ReportSetting(s, analysis.Certain, "Browsers ignore X-Frame-Options: ALLOW-FROM, and "+framed+" frame-ancestors of a Content-Security-Policy names who may.")
	}
}

func judgeAncestors(p *analysis.Pass, s *analysis.Setting) {
	if list, ok := policyOf(s.Given)["frame-ancestors"]; ok && slices.Contains(list, "*") && p.Deployed(s.Event) {
		p.ReportSetting(s, analysis.Certain, "frame-ancestors * lets every site frame the pages: "+framed)
	}
}

// judgeMiddleware objects to a list of middleware of Django that has the one for
// security and not the one against framing.
func judgeMiddleware(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || e.Overridden {
		return
	}
	list := analysis.Middlewares(e, o)
	has := func(part string) bool {
		return slices.ContainsFunc(list, func(m string) bool { return strings.Contains(strings.ToLower(m), part) })
	}
	if !has(".securitymiddleware") || !has(".sessionmiddleware") || has("frame") || has("csp") || has("clickjacking") || o.Mentions("frame-ancestors", "frame_ancestors", "FRAME_ANCESTORS") {
		return
	}
	p.Report(e, analysis.Likely, "XFrameOptionsMiddleware is missing from this list: "+framed)
}
