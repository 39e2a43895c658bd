package settings

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed django_security_settings.md
var djangoSecuritySettingsPage string

// DjangoSecuritySettings: django deployment settings incomplete.
var DjangoSecuritySettings = &analysis.Rule{
	ID:         "django-security-settings",
	Class:      "settings",
	Title:      "Django deployment settings incomplete",
	CWE:        []int{16},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       djangoSecuritySettingsPage,
	Checks: []analysis.Check{
		analysis.Whole{Sets: anchors, Run: judgeDeployment},
	},
}

// anchors are the settings at which what is missing is said: the first that the
// module sets itself.
var anchors = []string{"DEBUG", "ALLOWED_HOSTS", "MIDDLEWARE", "ROOT_URLCONF", "INSTALLED_APPS"}

// protections are what production should set, with what else says that it does.
var protections = []struct{ name, unless string }{
	{"SESSION_COOKIE_SECURE", ""}, {"CSRF_COOKIE_SECURE", "CSRF_USE_SESSIONS"}, {"SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER"}, {"SECURE_HSTS_SECONDS", ""},
}

// judgeDeployment lists the settings that a module for production lacks. It is
// unsure of modules that do not say what they are for.
func judgeDeployment(p *analysis.Pass, e *flow.Event, o *flow.Overview) {
	if analysis.DevelopmentFile(p.Path) || !first(e, o) || !o.Complete() || o.Base() || o.Value("INSTALLED_APPS") == nil || o.Value("ROOT_URLCONF") == nil {
		return
	}
	middleware := o.Value("MIDDLEWARE")
	if middleware == nil {
		return
	}
	var missing []string
	cookies := false
	for _, s := range protections {
		if o.Value(s.name) != nil || s.unless != "" && o.Value(s.unless) != nil {
			continue
		}
		missing = append(missing, s.name)
		cookies = cookies || strings.HasSuffix(s.name, "_SECURE")
	}
	if list, all := middleware.Elements(); all && !slices.ContainsFunc(list, func(v *flow.Value) bool { return v.CanBe("django.middleware.security.SecurityMiddleware") }) {
		missing = append(missing, "django.middleware.security.SecurityMiddleware")
	}
	if len(missing) == 0 {
		return
	}
	sure := analysis.Unsure
	debug := o.Value("DEBUG")
	if cookies && (analysis.ProductionFile(p.Path) || debug != nil && analysis.FlagOf(debug) == analysis.Off) {
		sure = analysis.Likely
	}
	p.Report(e, sure, "These settings for production lack "+strings.Join(missing, ", ")+": cookies and requests also go over HTTP, where they can be read.")
}

// first reports whether an event is at the first anchor of its module.
func first(e *flow.Event, o *flow.Overview) bool {
	for _, name := range anchors {
		if unit := o.Last(name); unit != nil {
			return name == e.Name && unit == e.Node.Unit()
		}
	}
	return false
}
