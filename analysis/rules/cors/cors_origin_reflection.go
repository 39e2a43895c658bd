package cors

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed cors_origin_reflection.md
var corsOriginReflectionPage string

// CorsOriginReflection: origin header reflected or weakly checked.
var CorsOriginReflection = &analysis.Rule{
	ID:         "cors-origin-reflection",
	Class:      "cors",
	Title:      "Origin header reflected or weakly checked",
	CWE:        []int{346, 942},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       corsOriginReflectionPage,
	Checks: []analysis.Check{
		analysis.Headers{Names: []string{"Access-Control-Allow-Origin"}, Run: judgeReflected},
	},
}

const reflected = "The Origin of the request is sent back as the one that is allowed, so every site is: with credentials it can read what is the user's. Compare it with a list."

// judgeReflected objects to a request's Origin that arrives in the header without
// having been found in a list.
func judgeReflected(p *analysis.Pass, s *analysis.Setting) {
	if text, ok := s.Given.Str(); ok {
		if text == "null" && p.Deployed(s.Event) {
			p.ReportSetting(s, analysis.Likely, `The origin "null" is allowed: every sandboxed frame and local file has it. Name an origin.`)
		}
		return
	}
	if !p.Deployed(s.Event) {
		return
	}
	for _, r := range flow.Reaching(s.Given, s.At, models.URL) {
		if r.Origin.Tier == models.Remote && namesOrigin(s) {
			d := p.ReportSetting(s, analysis.Likely, reflected)
			d.Origin = &r.Origin
			return
		}
	}
}

// namesOrigin reports whether the expression of the header, or what it comes from,
// is the request's Origin and not another thing of the request.
func namesOrigin(s *analysis.Setting) bool {
	for _, r := range flow.Reaching(s.Given, s.At, models.URL) {
		n := r.Origin.Node
		for range 3 { // request.headers, .get, ("Origin")
			if n.OK() && len(n.Str()) < 100 && strings.Contains(strings.ToLower(n.Str()), "origin") {
				return true
			}
			n = n.Parent()
		}
	}
	return false
}
