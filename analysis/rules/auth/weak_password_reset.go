package auth

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed weak_password_reset.md
var weakPasswordResetPage string

// WeakPasswordReset: password reset flow that can be abused.
var WeakPasswordReset = &analysis.Rule{
	ID:         "weak-password-reset",
	Class:      "auth",
	Title:      "Password reset flow that can be abused",
	CWE:        []int{640},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       weakPasswordResetPage,
	Checks:     []analysis.Check{analysis.Handlers{Run: judgeReset}},
}

var (
	resets = regexp.MustCompile(`(?i)(?:reset|forgot|forgotten|recover|lost|renew)[-_/]?(?:my[-_]?)?(?:pass|pw)|(?:pass|password|passwd|pwd|pw|account)[-_/]?(?:reset|forgot|forgotten|recover|recovery|lost)|(?:^|[ /_-])(?:forgot|recover)(?:$|[ /_-])`)
	// proves recognises what only the owner of an account has: a token, the old password, a
	// session.
	proves = regexp.MustCompile(`(?i)token|\btok\b|\bcode\b|_code|code_|\botp|_otp|\bpin\b|_pin\b|signature|serializer|\bloads\(|signing|signer|check_password|verify_password|old_?pass|current_?pass|current_user|request\.user|(?:^|[^.\w]|request\.|flask\.)session\s*(?:\[|\.(?:get|pop)\()|\bkey\b|hash_?id|uidb|nonce|secret|security_?(?:answer|question)|answer|get_jwt|identity|\bg\.|is_authenticated|permission|login_required|admin`)
	// setsPassword recognises the new password being stored.
	setsPassword = regexp.MustCompile(`(?i)\bset_password\(|\.password(?:_?hash|_?digest|hash)?\s*=[^=]|update\s+\w+\s+set\s+[^"']*passw|["'](?:hashed_)?password(?:_?hash)?["']\s*\]\s*=[^=]|\bupdate_password\(|\bchange_password\(|["']\$set["']\s*:\s*\{\s*["']password|\.update\([^)]*\bpassword\w*\s*=|hashed_password\s*=[^=]`)
	// accountKey recognises the account being looked up by what a request says.
	accountKey = regexp.MustCompile(`(?i)e_?mail|user_?name|user_?id|\bphone|\blogin\b|\buser\b|account`)
	// resetSecret recognises names of what proves the right to set a new password.
	resetSecret = regexp.MustCompile(`(?i)^(?:\w*reset_?(?:token|code|link|url|key|pin)|(?:password_?|recovery_?|recover_?)(?:token|code|link)|reset_?password_?(?:token|link|url)|token|otp|reset_?otp|code|pin|tok|reset_?tok)$`)
)

func judgeReset(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) || e.Route == nil && !resets.MatchString(analysis.HandlerName(e)) || !resets.MatchString(nameOf(e)) {
		return
	}
	if guard(e).OK() || analysis.Methods(e).Has("DELETE") {
		return
	}
	body := e.Node.Child(syntax.FieldBody)
	if asksFor(e.Node.Child(syntax.FieldParameters).Str()) {
		return
	}
	if n := handedOut(body); n.OK() {
		p.Report(e, analysis.Likely, "The answer holds `"+n.Str()+"`, by which a new password is set: who asks for the reset of any account gets it. Send it to the address of the account only.").Node = n
		return
	}
	text := analysis.Code(e.Node)
	if setsPassword.MatchString(text) && accountKey.MatchString(text) && !proves.MatchString(text) && !proves.MatchString(nameOf(e)) && !followsForm(body) && readsRequest.MatchString(text) {
		p.Report(e, analysis.Likely, "A new password is set for the account that the request names, and nothing shows that it comes from its owner: everyone can take over every account. Ask for a token that was sent to the address of the account.").Node = at(e)
	}
}

// readsRequest recognises a handler that takes the account from the request.
var readsRequest = regexp.MustCompile(`(?i)request\b|\bform\b|\bdata\b|payload|body|: *str\b|Schema|Model|\bargs\b|json`)

// followsForm reports whether a form or schema of the program checks what was sent.
func followsForm(body syntax.Node) bool {
	for d := range body.Descendants() {
		if d.Kind() == syntax.KindCall {
			switch analysis.CalleeName(d) {
			case "validate_on_submit", "is_valid", "validate":
				return true
			}
		}
	}
	return false
}

// handedOut is what a handler made as a proof and puts into its answer; no node if it
// does not.
func handedOut(body syntax.Node) syntax.Node {
	for d := range body.Descendants() {
		if d.Kind() != syntax.KindReturnStatement {
			continue
		}
		for n := range d.Descendants() {
			var v syntax.Node
			switch n.Kind() {
			case syntax.KindPair:
				v = n.Child(syntax.FieldValue)
			case syntax.KindKeywordArgument:
				if strings.HasPrefix(analysis.CalleeName(n.Parent().Parent()), "render") || analysis.CalleeName(n.Parent().Parent()) == "url_for" {
					continue // a form that the token comes back with
				}
				v = n.Child(syntax.FieldValue)
			case syntax.KindInterpolation:
				v = n.NamedChild(0)
			default:
				continue
			}
			if makes(body, v) && !within(n, "redirect") && !within(n, "render_template") && !within(n, "render") {
				return v
			}
		}
	}
	return syntax.Node{}
}

// within reports whether a node stands in an argument of a call of a name.
func within(n syntax.Node, name string) bool {
	for p := n.Parent(); p.OK() && p.Kind() != syntax.KindReturnStatement; p = p.Parent() {
		if p.Kind() == syntax.KindCall && analysis.CalleeName(p) == name {
			return true
		}
	}
	return false
}

// makes reports whether a function makes a value for a reset and gives it this name:
// token = secrets.token_urlsafe().
func makes(body, v syntax.Node) bool {
	switch {
	case !v.OK():
		return false
	case v.Kind() == syntax.KindAttribute:
		return resetSecret.MatchString(v.Child(syntax.FieldAttribute).Str()) && strings.Contains(strings.ToLower(v.Child(syntax.FieldAttribute).Str()), "reset")
	case v.Kind() != syntax.KindIdentifier || !resetSecret.MatchString(v.Str()):
		return false
	}
	for d := range body.Descendants() {
		if d.Kind() == syntax.KindAssignment && d.Child(syntax.FieldLeft).Str() == v.Str() && d.Child(syntax.FieldRight).OK() {
			return madeHere.MatchString(d.Child(syntax.FieldRight).Str())
		}
	}
	return false
}

// madeHere recognises what makes a token.
var madeHere = regexp.MustCompile(`(?i)secrets\.|uuid|urandom|random|token_|generate|create|make_|sign|dumps|encode|hexdigest|str\(|join\(|\d{4}`)
