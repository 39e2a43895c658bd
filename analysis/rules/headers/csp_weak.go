package headers

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed csp_weak.md
var cspWeakPage string

// CspWeak: content-Security-Policy too permissive.
var CspWeak = &analysis.Rule{
	ID:         "csp-weak",
	Class:      "headers",
	Title:      "Content-Security-Policy too permissive",
	CWE:        []int{693},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Page:       cspWeakPage,
	Checks: []analysis.Check{
		analysis.Headers{Names: []string{"Content-Security-Policy"}, Run: judgePolicy},
		analysis.Settings{Names: []string{
			"CSP_SCRIPT_SRC", "CSP_DEFAULT_SRC", "CSP_SCRIPT_SRC_ELEM", "CONTENT_SECURITY_POLICY", "SECURE_CSP",
		}, Run: judgeSetting},
		analysis.Calls{Names: talisman, Run: judgeTalisman},
	},
}

func judgePolicy(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	if fault := weakness(policyOf(s.Given)); fault != "" {
		p.ReportSetting(s, analysis.Certain, fault)
	}
}

func judgeSetting(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	policy := map[string][]string{}
	switch s.Name {
	case "CONTENT_SECURITY_POLICY":
		policy = policyOf(s.Given.Key("DIRECTIVES"))
	case "SECURE_CSP":
		policy = policyOf(s.Given)
	default:
		name := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(s.Name, "CSP_")), "_", "-")
		policy[name] = words(s.Given)
	}
	if fault := weakness(policy); fault != "" {
		p.ReportSetting(s, analysis.Certain, fault)
	}
}

func judgeTalisman(p *analysis.Pass, e *flow.Event) {
	a, _ := analysis.Option(e.Args, "content_security_policy")
	if a == nil || !p.Deployed(e) {
		return
	}
	if b, ok := a.Value.Bool(); a.Value.IsNone() || ok && !b {
		p.Report(e, analysis.Certain, "No Content-Security-Policy is sent: a script that gets into a page runs. Leave the option out, and name the sources that the pages need.")
		return
	}
	if fault := weakness(policyOf(a.Value)); fault != "" {
		p.Report(e, analysis.Certain, fault)
	}
}

// weakness says what is wrong with the scripts that a policy lets run, "" if
// nothing is.
func weakness(policy map[string][]string) string {
	list, name := policy["script-src"], "script-src"
	if _, ok := policy["script-src"]; !ok {
		list, name = policy["default-src"], "default-src"
	}
	list = append(list[:len(list):len(list)], policy["script-src-elem"]...)
	inline, eval, wide, narrowed := false, false, "", false
	for _, w := range list {
		low := strings.ToLower(w)
		switch {
		case low == "'unsafe-inline'":
			inline = true
		case low == "'unsafe-eval'":
			eval = true
		case low == "*" || low == "http:" || low == "https:" || low == "data:" || low == "http://*" || low == "https://*":
			wide = w
		case strings.HasPrefix(low, "'nonce") || strings.HasPrefix(low, "'sha") || low == "'strict-dynamic'":
			narrowed = true // browsers that know it ignore the wide sources
		}
	}
	switch {
	case inline && !narrowed:
		return "'unsafe-inline' in " + name + " lets every script run that gets into a page, which is what the policy is for. Use nonces or files."
	case wide != "" && !narrowed:
		return "`" + wide + "` in " + name + " lets scripts come from anywhere, so the policy stops none. Name the hosts."
	case eval:
		return "'unsafe-eval' in " + name + " lets text become code in a page, so that what slips into a text runs. Take it out."
	}
	return ""
}
