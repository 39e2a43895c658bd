package settings

import (
	_ "embed"
	"slices"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed password_policy_missing.md
var passwordPolicyMissingPage string

// PasswordPolicyMissing: passwords accepted without policy.
var PasswordPolicyMissing = &analysis.Rule{
	ID:         "password-policy-missing",
	Class:      "settings",
	Title:      "Passwords accepted without policy",
	CWE:        []int{521},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Unsure,
	Aliases: analysis.Aliases{
		Semgrep: []string{"unvalidated-password"},
	},
	Page: passwordPolicyMissingPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"AUTH_PASSWORD_VALIDATORS"}, Run: judgeValidators},
		analysis.Whole{Sets: []string{"INSTALLED_APPS"}, Hidden: true, Run: judgeNoValidators},
	},
}

const anyPassword = "Users may choose any password, also `1`: guessing takes a few tries."

func judgeValidators(p *analysis.Pass, s *analysis.Setting) {
	if n, known := s.Given.Len(); known && n == 0 && p.Deployed(s.Event) {
		p.ReportSetting(s, analysis.Likely, anyPassword)
	}
}

// judgeNoValidators says, in an audit, that an application with users of its own
// leaves the setting out.
func judgeNoValidators(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || e.Overridden || !o.Complete() || o.Value("AUTH_PASSWORD_VALIDATORS") != nil {
		return
	}
	if slices.Contains(flow.ConstTexts(o.Value("INSTALLED_APPS")), "django.contrib.auth") {
		p.Report(e, analysis.Unsure, "AUTH_PASSWORD_VALIDATORS is not set. "+anyPassword)
	}
}
