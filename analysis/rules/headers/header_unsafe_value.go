package headers

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed header_unsafe_value.md
var headerUnsafeValuePage string

// HeaderUnsafeValue: security header set to a harmful or obsolete value.
var HeaderUnsafeValue = &analysis.Rule{
	ID:         "header-unsafe-value",
	Class:      "headers",
	Title:      "Security header set to a harmful or obsolete value",
	CWE:        []int{693, 16},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       headerUnsafeValuePage,
	Checks: []analysis.Check{
		analysis.Headers{Names: []string{"X-Content-Type-Options"}, Run: judgeSniffing},
		analysis.Headers{Names: []string{"Referrer-Policy"}, Run: judgeReferrer},
		analysis.Headers{Names: []string{"Cross-Origin-Opener-Policy"}, Run: judgeOpener},
		analysis.Headers{Names: []string{"X-XSS-Protection", "Feature-Policy", "Server", "X-Powered-By"}, Run: judgeObsolete},
		analysis.Headers{Names: []string{"Cache-Control"}, Run: judgeCaching},
		analysis.Settings{Names: []string{"SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_BROWSER_XSS_FILTER"}, Run: judgeSwitch},
		analysis.Settings{Names: []string{"SECURE_REFERRER_POLICY"}, Run: judgeReferrer},
		analysis.Settings{Names: []string{"SECURE_CROSS_ORIGIN_OPENER_POLICY"}, Run: judgeOpener},
		analysis.Calls{Names: talisman, Run: judgeOptionsOff},
	},
}

const (
	sniffed  = " lets browsers guess the type of what is sent: a file that a user uploaded as a picture can run as a script. The value is nosniff."
	referred = " tells every site that a page links to or loads from the whole address of the page, with what stands in its query. Use strict-origin-when-cross-origin."
	opened   = " lets a page of another site that opened this one, or was opened by it, keep hold of its window. Use same-origin, or same-origin-allow-popups where others' windows are opened."
)

func judgeSniffing(p *analysis.Pass, s *analysis.Setting) {
	if text, ok := s.Given.Str(); ok && !strings.Contains(strings.ToLower(text), "nosniff") && p.Deployed(s.Event) {
		p.ReportSetting(s, analysis.Certain, "X-Content-Type-Options = "+quoted(text)+sniffed)
	}
}

// judgeReferrer judges the last policy of a list, which is the one that counts
// in browsers that know it.
func judgeReferrer(p *analysis.Pass, s *analysis.Setting) {
	if policy := lastPolicy(s.Given); p.Deployed(s.Event) {
		reportReferrer(policy, func(c analysis.Confidence, message string) { p.ReportSetting(s, c, message) })
	}
}

func reportReferrer(policy string, report func(analysis.Confidence, string)) {
	switch policy {
	case "unsafe-url":
		report(analysis.Certain, "unsafe-url"+referred)
	case "no-referrer-when-downgrade":
		report(analysis.Likely, "no-referrer-when-downgrade"+referred)
	}
}

func lastPolicy(v *flow.Value) string {
	texts := flow.ConstTexts(v)
	if len(texts) == 0 {
		return ""
	}
	words := strings.FieldsFunc(strings.ToLower(texts[len(texts)-1]), func(r rune) bool { return r == ',' || r == ' ' })
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

func judgeOpener(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Str()
	none := s.Given.IsNone() && s.Name == "SECURE_CROSS_ORIGIN_OPENER_POLICY"
	if !none && (!ok || strings.TrimSpace(strings.ToLower(text)) != "unsafe-none") || !p.Deployed(s.Event) {
		return
	}
	value := "unsafe-none"
	if none {
		value = s.Name + " = None"
	}
	p.ReportSetting(s, analysis.Likely, value+opened)
}

// judgeObsolete tells in an audit of headers that browsers no longer read and
// of those that name the program and its version.
func judgeObsolete(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Str()
	if !ok || !p.Deployed(s.Event) {
		return
	}
	var says string
	switch low := strings.ToLower(s.Name); {
	case low == "feature-policy":
		says = "Browsers no longer read Feature-Policy: what it forbids is allowed. Its name is Permissions-Policy now, and its values are written in another way."
	case low == "x-xss-protection" && strings.HasPrefix(strings.TrimSpace(text), "1"):
		says = "The filter that X-XSS-Protection turns on is gone from browsers, and let other sites spy on pages where there was one. Send 0, and a Content-Security-Policy."
	case (low == "server" || low == "x-powered-by") && strings.ContainsAny(text, "0123456789"):
		says = s.Name + " tells everyone the version that runs here, and with it the faults that are known of it."
	default:
		return
	}
	p.ReportSetting(s, analysis.Unsure, says).Severity = analysis.Info
}

// judgeCaching objects to answers for one user that shared caches may keep.
func judgeCaching(p *analysis.Pass, s *analysis.Setting) {
	text, ok := s.Given.Text()
	if !ok || !s.View || !p.Deployed(s.Event) {
		return
	}
	public := false
	for part := range strings.SplitSeq(strings.ToLower(text), ",") {
		switch strings.TrimSpace(part) {
		case "public":
			public = true
		case "private", "no-store":
			return
		}
	}
	if public && forUsers(s.At) {
		p.ReportSetting(s, analysis.Likely, "Cache-Control: public lets caches between server and browser keep this answer, which is made for the user who is signed in, and give it to others. Use private or no-store.")
	}
}

// forUsers reports whether a handler's decorators let only users in who are
// signed in.
func forUsers(n syntax.Node) bool {
	for ; n.OK(); n = n.Parent() {
		if n.Kind() != syntax.KindDecoratedDefinition {
			continue
		}
		for c := range n.NamedChildren() {
			if c.Kind() != syntax.KindDecorator {
				continue
			}
			for _, word := range []string{"login_required", "jwt_required", "auth_required", "token_required", "permission_required", "roles_required", "authenticated"} {
				if strings.Contains(c.Str(), word) {
					return true
				}
			}
		}
	}
	return false
}

func judgeSwitch(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	flag := analysis.FlagOf(s.Given)
	switch {
	case s.Name == "SECURE_CONTENT_TYPE_NOSNIFF" && flag == analysis.Off:
		p.ReportSetting(s, analysis.Certain, s.Name+" = False"+sniffed)
	case s.Name == "SECURE_BROWSER_XSS_FILTER" && flag == analysis.On:
		p.ReportSetting(s, analysis.Unsure, "SECURE_BROWSER_XSS_FILTER does nothing from Django 4.0 on, and no browser has the filter any more. Take it out, and send a Content-Security-Policy.").Severity = analysis.Info
	}
}

func judgeOptionsOff(p *analysis.Pass, e *flow.Event) {
	if !p.Deployed(e) {
		return
	}
	if analysis.OptionFlag(e.Args, "x_content_type_options") == analysis.Off {
		p.Report(e, analysis.Certain, "x_content_type_options=False"+sniffed)
		return
	}
	if a, _ := analysis.Option(e.Args, "referrer_policy"); a != nil {
		reportReferrer(lastPolicy(a.Value), func(c analysis.Confidence, message string) { p.Report(e, c, message) })
	}
}

// quoted is a text as a message shows it.
func quoted(text string) string {
	if len(text) > 40 {
		text = text[:40] + "…"
	}
	return "\"" + text + "\""
}
