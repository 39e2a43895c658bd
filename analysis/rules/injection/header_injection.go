package injection

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed header_injection.md
var headerInjectionPage string

// HeaderInjection: response header built from request data.
var HeaderInjection = &analysis.Rule{
	ID:         "header-injection",
	Class:      "injection",
	Title:      "Header built from request data",
	CWE:        []int{113},
	OWASP2021:  "A03:2021 Injection",
	OWASP2025:  "A05:2025 Injection",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       headerInjectionPage,
	Checks: []analysis.Check{
		analysis.Flow{
			Kind:  models.Header,
			Judge: judgeHeader,
			Says: func(e *flow.Event, r flow.Reach) string {
				return arrived(e, r) + " is written into this header with its line ends, so the client can add headers and a body of its own. Take out \\r and \\n."
			},
		},
	},
}

// judgeHeader is unsure of what unknown functions gave: few of them leave line
// ends in.
func judgeHeader(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if slices.ContainsFunc(e.Sinks, func(s *models.Sink) bool { return s.Kinds()&models.Redirect != 0 }) {
		return 0, false // where it leads says more
	}
	if e.Name == "wsgi.start_response" && !beyondLocation(e, r) || strings.Contains(r.Origin.Label, "HTTP_") {
		return 0, false
	}
	c, ok := analysis.FromClient(r)
	if strings.HasSuffix(r.Origin.Label, ".headers") || strings.Contains(r.Origin.Label, ".get_header(") {
		return 0, false // no line end gets through a server's reading of headers
	}
	if r.Origin.Vague {
		c = analysis.Unsure
	}
	return c, ok
}

// beyondLocation reports whether data arrives in another header of a WSGI
// response than the one that says where it leads.
func beyondLocation(e *flow.Event, r flow.Reach) bool {
	list := flow.FindArg(e.Args, "1")
	if list == nil {
		return true
	}
	pairs, all := list.Value.Elements()
	if !all {
		return true
	}
	return slices.ContainsFunc(pairs, func(pair *flow.Value) bool {
		name, value := pair.Element(0), pair.Element(1)
		if name == nil || value == nil {
			return true
		}
		s, _ := name.Str()
		return !strings.EqualFold(s, "Location") && len(flow.Reaching(value, r.Node, models.Header)) > 0
	})
}
