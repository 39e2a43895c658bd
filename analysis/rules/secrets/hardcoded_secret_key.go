package secrets

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed hardcoded_secret_key.md
var hardcodedSecretKeyPage string

// HardcodedSecretKey: framework signing key in source.
var HardcodedSecretKey = &analysis.Rule{
	ID:         "hardcoded-secret-key",
	Class:      "secrets",
	Title:      "Framework signing key in source",
	CWE:        []int{798, 321},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B105"},
		Ruff:    []string{"S105"},
		Semgrep: []string{"avoid_hardcoded_config_SECRET_KEY"},
	},
	Page: hardcodedSecretKeyPage,
	Checks: []analysis.Check{
		analysis.Sets{Names: []string{
			"SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "SECRET_KEY_FALLBACKS", "flask.Flask.secret_key", "quart.Quart.secret_key",
			"[SECRET_KEY]", "[JWT_SECRET_KEY]", "[WTF_CSRF_SECRET_KEY]", "flask.Config[SECRET_KEY]", "flask.Config[JWT_SECRET_KEY]",
			"flask.Config[WTF_CSRF_SECRET_KEY]", "quart.Config[SECRET_KEY]", ".secret_key",
		}, Run: judgeAssigned},
		analysis.Calls{Names: []string{
			"starlette.middleware.sessions.SessionMiddleware", "starlette.applications.Starlette.add_middleware", "fastapi.FastAPI.add_middleware",
			".add_middleware", "starlette.middleware.Middleware", "itsdangerous.Signer", "itsdangerous.TimestampSigner", "itsdangerous.Serializer",
			"itsdangerous.TimedSerializer", "itsdangerous.URLSafeSerializer", "itsdangerous.URLSafeTimedSerializer", "tornado.web.Application", "tornado.web.Application.__init__",
			"aiohttp_session.cookie_storage.EncryptedCookieStorage", "pyramid.session.SignedCookieSessionFactory",
			"pyramid.authentication.AuthTktAuthenticationPolicy", "flask.Config.update", "flask.Config.from_mapping",
			"quart.Config.update", "quart.Config.from_mapping",
		}, Run: judgeArgument},
	},
}

const consequence = " stands in the source: whoever reads the repository can forge sessions and signed data. Read it from the environment."

func judgeAssigned(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	what := strings.Trim(e.Name[strings.LastIndexAny(e.Name, ".[")+1:], "]")
	if e.Name == ".secret_key" && !onApp(e) {
		return
	}
	if what == "SECRET_KEY_FALLBACKS" {
		if v := e.Value.Element(0); v != nil {
			report(p, e, v, what)
		}
		return
	}
	report(p, e, e.Value, what)
}

// onApp reports whether an attribute of unknown type is set on an application.
func onApp(e *flow.Event) bool {
	target := e.Node.Str()
	i := strings.Index(target, ".secret_key")
	return i > 0 && (strings.HasSuffix(target[:i], "app") || strings.HasSuffix(target[:i], "application"))
}

// arguments are the names under which calls take a signing key.
var arguments = []string{"secret_key", "secret", "cookie_secret", "SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY"}

func judgeArgument(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	for _, name := range arguments {
		if a := flow.FindArg(e.Args, name); a != nil {
			report(p, e, a.Value, name)
			return
		}
	}
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		return
	}
	if v := a.Value.Key("SECRET_KEY"); v != nil {
		report(p, e, v, "SECRET_KEY")
		return
	}
	for _, root := range []string{"itsdangerous.", "pyramid.", "aiohttp_session."} {
		if strings.HasPrefix(e.Name, root) {
			report(p, e, a.Value, "the key")
		}
	}
}

// nameOfKey recognises texts that name where a key is found.
var nameOfKey = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^(?i:aws_?secret_?(?:access_?)?key)$`)

// report objects to a constant key. A short one, or one that is a well-known
// placeholder, is found by trying.
func report(p *analysis.Pass, e *flow.Event, v *flow.Value, what string) {
	s, ok := v.Text()
	if !ok || strings.TrimSpace(s) == "" || nameOfKey.MatchString(s) || strings.HasPrefix(s, "{{") || strings.HasPrefix(s, "${") {
		return
	}
	d := p.Report(e, analysis.Certain, what+consequence)
	d.Hide(holding(e.Node, s))
	d.Cause = analysis.CauseOf(s)
	if len(s) < 32 {
		d.Severity = analysis.Critical
	}
}

// holding is the literal in a statement or call that has a text, or the whole
// if there is none.
func holding(n syntax.Node, text string) syntax.Node {
	for c := range n.Descendants() {
		if got, ok := constant(c, 0); ok && got == text {
			return c
		}
	}
	return syntax.Node{}
}
