package settings

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/cors"
	"pavise/analysis/rules/csrf"
	"pavise/analysis/rules/headers"
	"pavise/analysis/rules/session"
	"pavise/analysis/rules/settings"
	"pavise/analysis/rules/transport"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// SafeSetting gives a setting the value that protects.
var SafeSetting = &fix.Fix{
	Name: "safe-setting",
	For: []*analysis.Rule{
		session.SessionCookieSettings, session.SessionLifetime, csrf.CsrfDisabled, csrf.CsrfTrustTooWide, cors.CorsAnyOrigin, cors.CorsCredentialsAnyOrigin,
		headers.ClickjackingAllowed, headers.HstsWeak, headers.HeaderUnsafeValue, settings.TestConfigActive, settings.WeakPasswordHasherConfig, transport.HttpsRedirectMissing,
	},
	Compute: safeSetting,
}

const (
	onlyHTTPS = "Browsers send the cookie over HTTPS only from now on: serve the application with it, also where you develop."
	ownPages  = "Other sites no longer get the cookie with requests that they send, which embedded pages and sign-ins of other services may need."
	typed     = "Browsers no longer run scripts and styles that are sent under another type: check the types of files that the application serves."
	origins   = "Other sites get the origin of a page that links to them, and no longer its whole address."
	windows   = "The page and windows of other sites that it opens no longer reach each other, which sign-ins and payments in a window of their own may need."
	checked   = "Requests without a token are refused from now on: check that all forms and scripts send one."
)

// safe are the values by the settings' names, with what to know of them.
var safe = map[string]struct{ value, caveat string }{
	"SESSION_COOKIE_SECURE":             {"True", onlyHTTPS},
	"REMEMBER_COOKIE_SECURE":            {"True", onlyHTTPS},
	"CSRF_COOKIE_SECURE":                {"True", onlyHTTPS},
	"JWT_COOKIE_SECURE":                 {"True", onlyHTTPS},
	"SESSION_COOKIE_HTTPONLY":           {"True", "Scripts of the pages can no longer read the cookie."},
	"REMEMBER_COOKIE_HTTPONLY":          {"True", "Scripts of the pages can no longer read the cookie."},
	"SESSION_COOKIE_SAMESITE":           {`"Lax"`, ownPages},
	"REMEMBER_COOKIE_SAMESITE":          {`"Lax"`, ownPages},
	"JWT_COOKIE_SAMESITE":               {`"Lax"`, ownPages},
	"CSRF_COOKIE_SAMESITE":              {`"Lax"`, ownPages},
	"WTF_CSRF_ENABLED":                  {"True", checked},
	"WTF_CSRF_CHECK_DEFAULT":            {"True", checked},
	"JWT_COOKIE_CSRF_PROTECT":           {"True", checked},
	"CSRF_ENABLED":                      {"True", checked},
	"csrf":                              {"True", checked},
	"WTF_CSRF_SSL_STRICT":               {"True", "Forms that are sent over HTTPS without a Referer are refused from now on."},
	"X_FRAME_OPTIONS":                   {`"DENY"`, "No page can be framed any more: use SAMEORIGIN if the application frames its own."},
	"X-Frame-Options":                   {`"DENY"`, "No page can be framed any more: use SAMEORIGIN if the application frames its own."},
	"X-Content-Type-Options":            {`"nosniff"`, typed},
	"SECURE_CONTENT_TYPE_NOSNIFF":       {"True", typed},
	"Referrer-Policy":                   {`"strict-origin-when-cross-origin"`, origins},
	"SECURE_REFERRER_POLICY":            {`"strict-origin-when-cross-origin"`, origins},
	"Cross-Origin-Opener-Policy":        {`"same-origin"`, windows},
	"SECURE_CROSS_ORIGIN_OPENER_POLICY": {`"same-origin"`, windows},
	"X-XSS-Protection":                  {`"0"`, ""},
	"SECURE_HSTS_SECONDS":               {"31536000", "Browsers use HTTPS for a year, whatever happens: be sure that the host keeps serving it."},
	"Strict-Transport-Security": {`"max-age=31536000; includeSubDomains"`,
		"Browsers use HTTPS for a year, for subdomains too: be sure that all of them keep serving it."},
	"SECURE_SSL_REDIRECT":        {"True", "Behind a proxy that ends TLS, SECURE_PROXY_SSL_HEADER has to be set too, or every request is redirected for ever."},
	"TESTING":                    {"False", "Set it where the tests make the application."},
	"testing":                    {"False", "Set it where the tests make the application."},
	"LOGIN_DISABLED":             {"False", "Set it where the tests make the application."},
	"ENV":                        {`"production"`, "The debugger and the reloader no longer start by themselves."},
	"FLASK_ENV":                  {`"production"`, "The debugger and the reloader no longer start by themselves."},
	"CORS_ALLOW_ALL_ORIGINS":     {"False", "Scripts of other origins are kept out from now on: list those that need it in CORS_ALLOWED_ORIGINS."},
	"CORS_ORIGIN_ALLOW_ALL":      {"False", "Scripts of other origins are kept out from now on: list those that need it in CORS_ALLOWED_ORIGINS."},
	"BCRYPT_LOG_ROUNDS":          {"12", "Each sign-in takes longer; passwords that are stored already keep their cost until they are set anew."},
	"SESSION_COOKIE_AGE":         {"1209600", "Users have to sign in again after two weeks."},
	"PERMANENT_SESSION_LIFETIME": {"timedelta", "Users have to sign in again after two weeks."},
	"permanent_session_lifetime": {"timedelta", "Users have to sign in again after two weeks."},
	"REMEMBER_COOKIE_DURATION":   {"timedelta", "Users have to sign in again after two weeks."},
}

func safeSetting(s *fix.Site) []fix.Proposal {
	name, value, ok := s.Setting()
	if !ok {
		return nil
	}
	want, ok := safe[name]
	if !ok {
		for n, x := range safe { // a header in other letters
			if strings.Contains(n, "-") && strings.EqualFold(n, name) {
				want, ok = x, true
			}
		}
	}
	if !ok {
		return nil
	}
	e := s.Edits()
	if want.value == "timedelta" {
		return shorter(s, value, name, want.caveat)
	}
	if !fix.Written(value.Node) {
		return fix.Refuse("%s takes its value from %s: change it there.", name, s.Source(value))
	}
	e.ReplaceNode(value, want.value)
	return fix.Propose(e, want.caveat, "Set %s to %s", name, want.value)
}

// shorter writes two weeks in the way that the time is written in.
func shorter(s *fix.Site, value pyedit.At, name, caveat string) []fix.Proposal {
	e := s.Edits()
	switch {
	case fix.Written(value.Node):
		e.ReplaceNode(value, "1209600")
	case value.Kind() == syntax.KindCall && strings.HasSuffix(value.Child(syntax.FieldFunction).Str(), "timedelta"):
		e.ReplaceNode(value.On(value.Child(syntax.FieldArguments)), "(days=14)")
	default:
		return fix.Refuse("%s takes its value from %s: change it there.", name, s.Source(value))
	}
	return fix.Propose(e, caveat, "Set %s to two weeks", name)
}

// StrongHasher has passwords hashed so that guesses cost something.
var StrongHasher = &fix.Fix{
	Name:    "strong-hasher",
	For:     []*analysis.Rule{settings.WeakPasswordHasherConfig},
	Compute: strongHasher,
}

const pbkdf2 = `"django.contrib.auth.hashers.PBKDF2PasswordHasher"`

func strongHasher(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if name, value, ok := s.Setting(); ok && name == "PASSWORD_HASHERS" {
		if k := value.Kind(); k != syntax.KindList && k != syntax.KindTuple || !value.NamedChild(0).OK() {
			return fix.Refuse("PASSWORD_HASHERS takes its value from %s: change it there.", s.Source(value))
		}
		for c := range value.NamedChildren() {
			if c.Str() == pbkdf2 {
				return fix.Refuse("Put %s first in the list.", pbkdf2)
			}
		}
		if !e.InsertElement(value, 0, pbkdf2) {
			return fix.Refuse("Put %s first in the list.", pbkdf2)
		}
		return fix.Propose(e, "Passwords are hashed anew as their users sign in; the old hashers stay in the list for that. Argon2PasswordHasher is better still and needs argon2-cffi.",
			"Hash new passwords with PBKDF2")
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	switch s.EventName() {
	case "bcrypt.gensalt":
		return cost(s, call, "rounds", 0, "12")
	case "flask_bcrypt.generate_password_hash", "flask_bcrypt.Bcrypt.generate_password_hash":
		return cost(s, call, "rounds", 1, "12")
	case "argon2.PasswordHasher":
		return cost(s, call, "memory_cost", 1, "65536")
	case "werkzeug.security.generate_password_hash":
		return cost(s, call, "method", 1, `"pbkdf2:sha256:600000"`)
	case "hashlib.scrypt":
		return cost(s, call, "n", 9, "2**14")
	}
	return fix.Refuse("Put a slow scheme such as argon2 or bcrypt first, and name the old ones in deprecated=.")
}

func cost(s *fix.Site, call pyedit.At, name string, position int, value string) []fix.Proposal {
	a, ok := pyedit.Argument(call.Node, position, name)
	if !ok || !fix.Written(a.Value) {
		return fix.Refuse("%s= comes from elsewhere: change it there.", name)
	}
	e := s.Edits()
	e.ReplaceNode(call.On(a.Value), value)
	return fix.Propose(e, "Each sign-in takes longer; passwords that are stored already keep their cost until they are set anew.", "Set %s to %s", name, value)
}

// ListenOnLoopback has a server listen on the machine itself only.
var ListenOnLoopback = &fix.Fix{
	Name:    "listen-on-loopback",
	For:     []*analysis.Rule{settings.BindAllInterfaces},
	Compute: listenOnLoopback,
}

func listenOnLoopback(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	for _, a := range pyedit.Args(call.Node) {
		value := call.On(a.Value)
		if value.Kind() == syntax.KindIdentifier {
			if def, fixed, ok := s.Definition(value); ok && !fixed {
				value = def
			}
		}
		if value.Kind() == syntax.KindTuple {
			value = value.On(value.NamedChild(0))
		}
		lit, ok := python.ParseString(value.Node)
		host, constant := "", false
		if ok {
			host, constant = lit.Const()
		}
		if !constant || host != "0.0.0.0" && host != "::" && host != "[::]" && host != "" {
			continue
		}
		loopback := `"127.0.0.1"`
		if host == "::" || host == "[::]" {
			loopback = `"::1"`
		}
		e := s.Edits()
		e.ReplaceNode(value, loopback)
		out := fix.Propose(e, "Other machines, and whatever is outside the container, no longer reach it.", "Listen on %s only", strings.Trim(loopback, `"`))
		e = s.Edits()
		environ := e.Use(value, "os", "environ", pyedit.Plain)
		e.ReplaceNode(value, environ+`.get("HOST", `+loopback+`)`)
		return append(out, fix.Propose(e, "Set HOST=0.0.0.0 where other machines are to reach it, such as in a container.", "Read the address from HOST")...)
	}
	return fix.Refuse("The address comes from elsewhere: change it there.")
}

// ListHosts reads the hosts that are answered from the environment.
var ListHosts = &fix.Fix{
	Name:    "list-hosts",
	For:     []*analysis.Rule{settings.AllowedHostsWildcard},
	Compute: listHosts,
}

func listHosts(s *fix.Site) []fix.Proposal {
	value := pyedit.At{}
	if _, v, ok := s.Setting(); ok {
		value = v
	} else if call, ok := s.Call(); ok {
		if a, ok := pyedit.Keyword(call.Node, "allowed_hosts"); ok {
			value = call.On(a.Value)
		}
	}
	if !value.OK() {
		return fix.Refuse("Name the hosts under which the application is reached.")
	}
	e := s.Edits()
	if d := analysis.Default(value.Node); d.OK() {
		if d.Kind() == syntax.KindList || d.Kind() == syntax.KindTuple {
			e.ReplaceNode(value.On(d), "[]")
		} else {
			e.ReplaceNode(value.On(d), `""`)
		}
		return fix.Propose(e, "No host is answered until the variable is set where the application runs.", "Answer no host by default")
	}
	if !fix.Written(value.Node) {
		return fix.Refuse("The list comes from %s: change it there.", s.Source(value))
	}
	environ := e.Use(value, "os", "environ", pyedit.Plain)
	e.ReplaceNode(value, environ+`.get("ALLOWED_HOSTS", "").split(",")`)
	return fix.Propose(e, "Set ALLOWED_HOSTS to the names under which the application is reached, with commas between them.", "Read the hosts from ALLOWED_HOSTS")
}

// PasswordValidators lists what Django checks new passwords with.
var PasswordValidators = &fix.Fix{
	Name:    "password-validators",
	For:     []*analysis.Rule{settings.PasswordPolicyMissing},
	Compute: passwordValidators,
}

func passwordValidators(s *fix.Site) []fix.Proposal {
	name, value, ok := s.Setting()
	if !ok || name != "AUTH_PASSWORD_VALIDATORS" || value.Kind() != syntax.KindList && value.Kind() != syntax.KindTuple {
		return fix.Refuse("List the validators of django.contrib.auth.password_validation in AUTH_PASSWORD_VALIDATORS.")
	}
	e := s.Edits()
	step := s.File.Step()
	indent := s.File.Indent(value.Abs().Start)
	const module = "django.contrib.auth.password_validation."
	var b strings.Builder
	b.WriteString("[\n")
	for _, v := range []string{
		`{"NAME": "` + module + `UserAttributeSimilarityValidator"},`,
		`{"NAME": "` + module + `MinimumLengthValidator", "OPTIONS": {"min_length": 12}},`,
		`{"NAME": "` + module + `CommonPasswordValidator"},`,
		`{"NAME": "` + module + `NumericPasswordValidator"},`,
	} {
		b.WriteString(indent + step + v + "\n")
	}
	e.ReplaceNode(value, b.String()+indent+"]")
	return fix.Propose(e, "Users choose passwords of twelve characters and more from now on; those that are stored stay as they are.", "Check new passwords")
}

// ProductionSettings adds the settings that are missing for production.
var ProductionSettings = &fix.Fix{
	Name:    "production-settings",
	For:     []*analysis.Rule{settings.DjangoSecuritySettings},
	Compute: productionSettings,
}

func productionSettings(s *fix.Site) []fix.Proposal {
	_, list, ok := strings.Cut(s.Finding.Message, " lack ")
	list, _, ok2 := strings.Cut(list, ":")
	if !ok || !ok2 {
		return nil
	}
	on, year := "True", "31536000"
	if s.File.BoundInModule("DEBUG") > 0 {
		on, year = "not DEBUG", "0 if DEBUG else 31536000"
	}
	var b strings.Builder
	for name := range strings.SplitSeq(list, ", ") {
		switch name {
		case "SECURE_HSTS_SECONDS":
			b.WriteString(name + " = " + year + "\n")
		case "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT":
			b.WriteString(name + " = " + on + "\n")
		default:
			return fix.Refuse("Put %s first into MIDDLEWARE, then add the other settings.", name)
		}
	}
	e := s.Edits()
	text := s.File.Text
	lines := "\n" + b.String()
	if len(text) > 0 && text[len(text)-1] != '\n' {
		lines = "\n" + lines
	}
	e.Insert(uint32(len(text)), lines)
	return fix.Propose(e, "The application has to be served over HTTPS. Behind a proxy that ends TLS, set SECURE_PROXY_SSL_HEADER too, or every request is redirected for ever.",
		"Add the settings that are missing")
}
