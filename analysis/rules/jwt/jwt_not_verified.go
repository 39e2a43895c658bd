package jwt

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed jwt_not_verified.md
var jwtNotVerifiedPage string

// JWTNotVerified: a token that anybody can write.
var JWTNotVerified = &analysis.Rule{
	ID:         "jwt-not-verified",
	Class:      "jwt",
	Title:      "Token decoded without signature verification",
	CWE:        []int{347},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"unverified-jwt-decode"},
	},
	Page: jwtNotVerifiedPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: slices.Concat(decodes, []string{"google.auth.jwt.decode", "jose.jws.verify"}), Run: judgeVerified},
		analysis.Calls{Names: []string{
			"jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims", "python_jwt.process_jwt",
		}, Run: judgeUnverified},
		analysis.Calls{Names: []string{
			"rest_framework_simplejwt.tokens.AccessToken", "rest_framework_simplejwt.tokens.RefreshToken", "rest_framework_simplejwt.tokens.UntypedToken",
			"rest_framework_simplejwt.tokens.SlidingToken",
		}, Run: judgeVerifyFlag},
		analysis.Calls{Names: []string{"base64.urlsafe_b64decode", "base64.b64decode"}, Run: judgeSplit},
	},
}

const unverifiedConsequence = ": whoever sends a token writes into it what they like, another user's name included. Decode it with the key and algorithms=[...]."

func judgeVerified(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || !Unverified(e) || headerOnly(e.Node) {
		return
	}
	report(p, e, "the signature of this token is not checked"+unverifiedConsequence)
}

// Unverified reports whether a call decodes a token without checking its signature.
func Unverified(e *flow.Event) bool {
	if a := flow.FindArg(e.Args, "verify"); a != nil && off(a.Value) {
		return true
	}
	if pyjwt(e.Name) {
		// decode(jwt, key, verify, algorithms, options) of version 1
		if a := flow.FindArg(e.Args, "2"); a != nil && off(a.Value) {
			return true
		}
	}
	v := option(e, "verify_signature")
	return v != nil && off(v)
}

// report tells apart tokens that are verified later in the same function: then
// the claims are only read to find the key.
func report(p *analysis.Pass, e *flow.Event, message string) {
	c := analysis.Certain
	if verifiedToo(e.Node) {
		return
	}
	p.Report(e, c, message)
}

// verifiedToo reports whether the function decodes with verification as well.
func verifiedToo(call syntax.Node) bool {
	for d := range function(call).Descendants() {
		if d.Kind() != syntax.KindCall || d == call || insteadOf(call, d) {
			continue
		}
		fn := d.Child(syntax.FieldFunction)
		name := fn.Str()
		if fn.Kind() == syntax.KindAttribute {
			name = fn.Child(syntax.FieldAttribute).Str()
		}
		args := d.Child(syntax.FieldArguments)
		switch name {
		case "decode", "decode_complete", "verify", "decode_token", "verify_token", "verify_jwt", "validate_token", "verify_id_token", "verify_oauth2_token", "jwt_decode":
			text := args.Str()
			if name == "decode" && args.NamedCount() < 2 || uncheckedText.MatchString(text) {
				continue
			}
			return true
		}
	}
	return false
}

// insteadOf reports whether a call is made where another one has failed: it stands in
// an except clause, the other in the body of the same try statement.
func insteadOf(call, failed syntax.Node) bool {
	for n := call; n.OK(); n = n.Parent() {
		if n.Kind() != syntax.KindExceptClause {
			continue
		}
		body := n.Parent().Child(syntax.FieldBody)
		for m := failed; m.OK(); m = m.Parent() {
			if m == body {
				return true
			}
		}
	}
	return false
}

var uncheckedText = regexp.MustCompile(`verify\s*=\s*False|verify_signature['"]?\s*[:=]\s*False|errors\s*=|^\(\s*['"](?:utf|ascii|latin)|algorithms\s*=\s*\[?['"]none`)

// headerOnly recognises jwt.decode_complete(...)["header"].
func headerOnly(call syntax.Node) bool {
	p := call.Parent()
	return p.Kind() == syntax.KindSubscript && strings.Trim(p.Child(syntax.FieldSubscript).Str(), `"'`) == "header"
}

func judgeUnverified(p *analysis.Pass, e *flow.Event) {
	if !analysis.TestFile(p.Path) {
		report(p, e, e.Name+"() does not check the signature"+unverifiedConsequence)
	}
}

func judgeVerifyFlag(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "verify"); a != nil && off(a.Value) && !analysis.TestFile(p.Path) {
		report(p, e, "verify=False takes the token as it was sent"+unverifiedConsequence)
	}
}

var (
	splitToken = regexp.MustCompile(`(?i)\b\w*(?:token|jwt|credential)\w*\.r?split\(\s*['"]\.['"]`)
	bodyPart   = regexp.MustCompile(`(?i)payload|claims|body|parts?\w*\[1\]|segments?\[1\]|\)\[1\]|split\(\s*['"]\.['"]\s*\)\[1\]`)
	checked    = regexp.MustCompile(`(?i)hmac|verif|compare_digest|signature\s*[!=]=|sign\(|public_key|jwks|validate`)
)

// judgeSplit judges the body of a token that is taken out by hand.
func judgeSplit(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "0")
	if a == nil || analysis.TestFile(p.Path) {
		return
	}
	text := analysis.Code(function(e.Node))
	if !splitToken.MatchString(text) || !bodyPart.MatchString(a.Node.Str()) || checked.MatchString(text) || !strings.Contains(text, "loads(") {
		return
	}
	p.Report(e, analysis.Likely, "the body of this token is read without its signature"+unverifiedConsequence)
}
