package auth

import (
	_ "embed"
	"regexp"
	"slices"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed login_brute_force.md
var loginBruteForcePage string

// LoginBruteForce: login, reset or OTP route without throttling or lockout.
var LoginBruteForce = &analysis.Rule{
	ID:         "login-brute-force",
	Class:      "auth",
	Title:      "Login, reset or OTP route without throttling or lockout",
	CWE:        []int{307},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       loginBruteForcePage,
	Checks:     []analysis.Check{analysis.Routes{About: attempts, Run: judgeLogins}},
}

var (
	loginName = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:user_?|admin_?|do_?|post_?|handle_?|api_?|process_?|web_?)?(?:log_?in|sign_?in|auth|authenticate|authentication|auth_?token|get_?token|create_?token|obtain_?token|access_?token|token|tokens|session|sessions)(?:[^a-z]|$)|(?-i:(?:Log_?[iI]n|SignIn|Auth|Token|Session)(?:[A-Z]\w*)?(?: |$))`)
	codeName  = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:verify_?)?(?:otp|totp|2fa|mfa|two_?factor|pin_?code|verify_?code|check_?code|sms_?code)(?:[^a-z]|$)|(?-i:OTP|TwoFactor|Totp)`)
	resetName = regexp.MustCompile(`(?i)reset|forgot|recover|lost_?password`)
	// ofMember are pages of those who are signed in, and what makes accounts.
	ofMember = regexp.MustCompile(`(?i)change|update|profile|settings|delete|register|signup|sign_up|setup|enable|disable|enrol|edit|create_?user|logout|log_out|sudo|reauth|refresh|revoke|callback|oauth|sso|saml`)

	checksPassword = regexp.MustCompile(`(?i)^(?:authenticate\w*|a?check_?password\w*|verify_?password\w*|validate_?password\w*|checkpw|verify_hash|verify_and_update|check_?login\w*|verify_?login\w*|validate_?login\w*|check_?(?:user|auth|credentials)\w*|verify_?(?:user|credentials)|validate_?(?:user|credentials)|password_?(?:check|verify|matches)|login_?user|sign_?in_?user|is_?valid_?password|has_?valid_?password|compare_?password\w*|match_?password\w*|aauthenticate|check_password_hash|correct_password|is_correct_password|login|log_in|sign_in)$`)
	checksCode     = regexp.MustCompile(`(?i)^(?:verify|check_?\w*|verify_\w+|validate_\w+|match\w*|now)$`)
	password       = regexp.MustCompile(`(?i)passw|passwd|\bpwd\b`)
	kept           = regexp.MustCompile(`(?i)digest|hash`) // in place of the password
	code           = regexp.MustCompile(`(?i)otp|totp|\bpin\b|_pin|code|2fa|mfa`)

	// limitName recognises what counts, delays or refuses attempts.
	limitName = regexp.MustCompile(`(?i)limiter|rate_?limit|limit_?(?:login|request|rate|by|attempt|exceeded)|(?:check|hit|over|login|exceeds?)_?limit|throttl|attempt|lock_?(?:ed|out|until|account)|is_lock|fail(?:ed|ure|ures)?_?(?:count|login|num|tr)|login_?fail|too_?many|captcha|turnstile|brute|cooldown|back_?off|ratelimit|axes|defender|blacklist_ip|blocked_ip|ip_?block|is_blocked|quota`)
	limitText = regexp.MustCompile(`(?i)_attempts|failed_?logins?|locked_until|lockout|is_locked|too many|rate.?limit|captcha`)
)

// limitsHere are words of a file, or of one that it imports, that tell of limits for all
// requests or of a count of failures.
var limitsHere = []string{
	"default_limits", "application_limits", "DEFAULT_THROTTLE_CLASSES", "RateLimitMiddleware", "SlowAPIMiddleware", "SlowAPIASGIMiddleware", "RateLimitingMiddleware", "ThrottleMiddleware",
	"ThrottlingMiddleware", "AxesMiddleware", "FailedLoginMiddleware", "failed_attempts", "failed_login", "login_attempts", "LoginAttempt", "lockout", "locked_until", "lock_until", "is_locked", "failed_count",
	"fail_count", "login_failures", "recaptcha", "RECAPTCHA", "flask_security", "RateLimiter(", "rate_limiter", "rate_limit(", "ratelimit(", "throttle_classes", "check_rate",
}

// attempts is what a handler checks that can be guessed, as a string; nil if it
// checks nothing of the kind, or limits the attempts itself.
func attempts(e *flow.Event) any {
	if what, ok := guessable(e); ok && !limitsItself(e) {
		return what
	}
	return nil
}

func judgeLogins(p *analysis.Pass, handlers []analysis.Handler, o *flow.Overview) {
	if analysis.InTests(p.Path) {
		return
	}
	asked, here, elsewhere := false, false, false
	for i := range handlers {
		e := handlers[i].Event
		what, ok := handlers[i].About.(string)
		if !ok || limitedClass(e, o) {
			continue
		}
		if !asked {
			asked, here, elsewhere = true, o.Mentions(limitsHere...), o.LimitsRequests()
		}
		off := unthrottled(e, o)
		if here && !off {
			continue
		}
		c := analysis.Likely
		if elsewhere && !off && !o.Mentions(".limit(") {
			c = analysis.Unsure
		}
		p.Report(e, c, "This handler checks "+what+" as often as it is asked to: a program can try all that are likely. Limit the requests for an account and for an address, or lock the account for a while.").Node = at(e)
	}
}

// guessable tells what a handler checks that can be guessed.
func guessable(e *flow.Event) (what string, ok bool) {
	name := nameOf(e)
	function := analysis.HandlerName(e)
	if !loginName.MatchString(name) && !codeName.MatchString(name) && !resetName.MatchString(name) {
		return "", false
	}
	body := e.Node.Child(syntax.FieldBody)
	if e.Route == nil && !signsIn(function) || ofMember.MatchString(function) || !body.OK() {
		return "", false
	}
	text := analysis.Code(e.Node)
	if analysis.Methods(e).Reads() && !password.MatchString(text) {
		return "", false
	}
	switch {
	case codeName.MatchString(name) && code.MatchString(text) && (called(body, checksCode) || compares(body, code)):
		return "a code", true
	case resetName.MatchString(name) && !codeName.MatchString(name):
		if compares(body, code) && password.MatchString(text) && names(body, shortCode) {
			return "a code", true
		}
	case loginName.MatchString(name) && password.MatchString(text) && (called(body, checksPassword) || compares(body, password) || compares(body, kept) || verifies(body) || looksUp(body)):
		return "a password", true
	}
	return "", false
}

// shortCode recognises the name of a code that is short enough for guessing.
var shortCode = regexp.MustCompile(`(?i)^(?:\w+_)?(?:otp|pin|code)$`)

// signsIn recognises the name of a function that may be a view of the sign-in where
// nothing registers it.
func signsIn(name string) bool { return loginName.MatchString(name) || codeName.MatchString(name) }

// verifies recognises pwd_context.verify(password, hash) and the like.
func verifies(n syntax.Node) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindCall {
			switch analysis.CalleeName(d) {
			case "verify", "check", "execute", "filter_by", "find_one", "compare_digest", "get", "filter", "where":
				if password.MatchString(d.Child(syntax.FieldArguments).Str()) && analysis.CalleeName(d) != "get" {
					return true
				}
			}
		}
	}
	return false
}

// looksUp recognises a statement that looks for an account by its password, and
// bcrypt.checkpw that is handed to what calls it.
func looksUp(n syntax.Node) bool {
	for d := range n.Descendants() {
		switch d.Kind() {
		case syntax.KindString, syntax.KindConcatenatedString, syntax.KindBinaryOperator:
			if byPassword.Match(d.Text()) {
				return true
			}
		case syntax.KindAttribute, syntax.KindIdentifier:
			if p := d.Parent(); p.Kind() == syntax.KindArgumentList && verifier.MatchString(analysis.CalleeName(d)) {
				return true
			}
		}
	}
	return false
}

var (
	byPassword = regexp.MustCompile(`(?is)\bselect\b.{1,300}\bwhere\b.{1,200}\b(?:password|passwd|pwd|pass|pw)(?:_?hash|_?digest)?["'\x60\]]?\s*(?:=|\blike\b)`)
	verifier   = regexp.MustCompile(`^(?:checkpw|check_password_hash|verify_password|check_password)$`)
)

// compares reports whether a node compares what is called so.
func compares(n syntax.Node, kind *regexp.Regexp) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindComparisonOperator && (d.Op() == "==" || d.Op() == "!=") && kind.MatchString(d.Str()) {
			return true
		}
	}
	return false
}

// limitsItself reports whether a handler, or what wraps it, counts or refuses attempts.
func limitsItself(e *flow.Event) bool {
	for _, d := range e.Args {
		if limitName.MatchString(d.Node.Str()) || short(callee(d.Node)) == "limit" || short(callee(d.Node)) == "throttle" {
			return true
		}
	}
	return slices.ContainsFunc(e.Through, limitName.MatchString) || names(e.Node, limitName) || holds(e.Node, limitText)
}

// limitedClass reports whether the class of a handler limits attempts.
func limitedClass(e *flow.Event, o *flow.Overview) bool {
	class := o.ClassOf(e.Node)
	if !class.OK() {
		return false
	}
	for _, name := range []string{"throttle_classes", "throttle_scope", "get_throttles", "decorators", "method_decorators"} {
		if v := o.Member(e.Node, name); v != nil && !empty(v) && (name[0] != 'd' && name[0] != 'm' || limitName.MatchString(class.Str())) {
			return true
		}
	}
	if d := class.Parent(); d.OK() && d.Kind() == syntax.KindDecoratedDefinition && limitName.MatchString(d.Str()) {
		return true
	}
	return slices.ContainsFunc(o.Bases(e.Node), limitName.MatchString)
}

// unthrottled reports whether the class of a handler, or one that it derives from, takes the throttles of all
// others off.
func unthrottled(e *flow.Event, o *flow.Overview) bool {
	v := o.Member(e.Node, "throttle_classes")
	return v != nil && empty(v)
}

// holds reports whether a text in a node is of some kind.
func holds(n syntax.Node, kind *regexp.Regexp) bool {
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindStringContent && kind.Match(d.Text()) || d.Kind() == syntax.KindInteger && d.Str() == "429" {
			return true
		}
	}
	return false
}
