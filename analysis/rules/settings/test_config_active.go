package settings

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed test_config_active.md
var testConfigActivePage string

// TestConfigActive: testing or development flags hard-coded.
var TestConfigActive = &analysis.Rule{
	ID:         "test-config-active",
	Class:      "settings",
	Title:      "Testing or development flags hard-coded",
	CWE:        []int{489},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Low,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"avoid_hardcoded_config_TESTING", "avoid_hardcoded_config_ENV"},
	},
	Page: testConfigActivePage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"TESTING", "LOGIN_DISABLED", "ENV", "FLASK_ENV", "EMAIL_BACKEND", "CACHES", "PROPAGATE_EXCEPTIONS"}, Run: judgeTesting},
		analysis.Sets{Names: []string{"flask.Flask.testing", "quart.Quart.testing", ".testing"}, Run: judgeTestingAttribute},
	},
}

const testing = " makes errors go past their handlers and switches protections of extensions off, which is meant for tests."

func judgeTesting(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) || developmentFunction(s.Event) {
		return
	}
	variable := s.At.Kind() == syntax.KindAssignment && s.At.Child(syntax.FieldLeft).Kind() == syntax.KindIdentifier
	if variable && s.Event.Node.Unit().Parent == "" && !analysis.SettingsFile(p.Path) {
		return // a variable of some module
	}
	on := analysis.FlagOf(s.Given) == analysis.On
	text, _ := s.Given.Str()
	switch s.Name {
	case "TESTING":
		if on {
			p.ReportSetting(s, analysis.Certain, "TESTING = True"+testing)
		}
	case "LOGIN_DISABLED":
		if on {
			p.ReportSetting(s, analysis.Certain, "LOGIN_DISABLED = True lets everyone past login_required.").Severity = analysis.High
		}
	case "ENV", "FLASK_ENV":
		if !variable && text == "development" {
			p.ReportSetting(s, analysis.Certain, s.Name+` = "development" turns the debugger on in older versions, whose console runs Python for every visitor.`)
		}
	case "EMAIL_BACKEND":
		if onlyForTests(text, "console", "locmem", "dummy", "filebased") && analysis.ProductionFile(p.Path) {
			p.ReportSetting(s, analysis.Likely, "Mails are written out here and not sent, with the links to reset passwords in them.")
		}
	case "CACHES":
		if d := s.Given.Key("default"); d != nil && d.Key("BACKEND") != nil && analysis.ProductionFile(p.Path) {
			if b, _ := d.Key("BACKEND").Str(); onlyForTests(b, "dummy") {
				p.ReportSetting(s, analysis.Likely, "The cache keeps nothing, so that limits on requests and sign-ins that count in it never hold.")
			}
		}
	}
}

func onlyForTests(backend string, kinds ...string) bool {
	for _, k := range kinds {
		if strings.Contains(backend, k) {
			return true
		}
	}
	return false
}

func judgeTestingAttribute(p *analysis.Pass, e *flow.Event) {
	if analysis.FlagOf(e.Value) != analysis.On || !p.Deployed(e) || developmentFunction(e) {
		return
	}
	if e.Name == ".testing" {
		target, _, _ := strings.Cut(e.Node.Str(), ".testing")
		if !strings.HasSuffix(target, "app") && !strings.HasSuffix(target, "application") {
			return
		}
	}
	p.Report(e, analysis.Certain, "testing = True"+testing)
}

// developmentFunction reports whether a function is a fixture, or makes an
// application for tests.
func developmentFunction(e *flow.Event) bool {
	n := strings.ToLower(e.Func)
	return strings.Contains(n, "setup") || strings.Contains(n, "fixture") || strings.Contains(n, "client")
}
