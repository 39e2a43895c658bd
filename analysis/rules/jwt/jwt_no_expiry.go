package jwt

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed jwt_no_expiry.md
var jwtNoExpiryPage string

// JWTNoExpiry: a token that is good for ever.
var JWTNoExpiry = &analysis.Rule{
	ID:         "jwt-no-expiry",
	Class:      "jwt",
	Title:      "Token without expiry or with the check of it off",
	CWE:        []int{613},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       jwtNoExpiryPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: encodes, Run: judgePayload},
		analysis.Calls{Names: decodes, Run: judgeExpiryCheck},
		analysis.Sets{Names: []string{"[JWT_ACCESS_TOKEN_EXPIRES]", "flask.Config[JWT_ACCESS_TOKEN_EXPIRES]", "JWT_ACCESS_TOKEN_EXPIRES"}, Run: judgeLifetime},
		analysis.Sets{Names: []string{"SIMPLE_JWT"}, Run: judgeSimpleJWT},
		analysis.Calls{Names: []string{
			"itsdangerous.URLSafeTimedSerializer.loads", "itsdangerous.TimedSerializer.loads", "itsdangerous.TimestampSigner.unsign",
			"itsdangerous.url_safe.URLSafeTimedSerializer.loads",
		}, Run: judgeMaxAge},
	},
	Yields: []*analysis.Rule{JWTNotVerified},
}

const expiryConsequence = ": a token that was stolen once opens the account for ever."

func judgePayload(p *analysis.Pass, e *flow.Event) {
	at := 0
	if isAuthlib(e.Name) {
		at = 1
	}
	a := argument(e, at, "payload", "claims")
	if a == nil || analysis.TestFile(p.Path) || a.Value.Type != "dict" {
		return
	}
	if n, known := a.Value.Len(); !known || n == 0 || a.Value.Key("exp") != nil {
		return
	}
	p.Report(e, analysis.Likely, "the token has no exp"+expiryConsequence+` Add "exp": datetime.now(timezone.utc) + timedelta(minutes=15).`)
}

func judgeExpiryCheck(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || Unverified(e) {
		return
	}
	if v := option(e, "verify_exp"); v != nil && off(v) {
		p.Report(e, analysis.Likely, "exp is not checked here"+expiryConsequence+" Leave the option out.")
		return
	}
	for _, name := range []string{"verify_aud", "verify_iss"} {
		if v := option(e, name); v != nil && off(v) {
			p.Report(e, analysis.Unsure, "a token that was made for another service is accepted here. Pass the audience and issuer that are expected.")
			return
		}
	}
}

func judgeLifetime(p *analysis.Pass, e *flow.Event) {
	if off(e.Value) && !analysis.TestFile(p.Path) {
		p.Report(e, analysis.Likely, "access tokens never expire with this setting"+expiryConsequence)
	}
}

// days recognises a lifetime of days in the settings of simplejwt.
var days = regexp.MustCompile(`ACCESS_TOKEN_LIFETIME['"]\s*:\s*(?:datetime\.)?timedelta\(\s*(?:days\s*=\s*)?(\d+)\s*\)|ACCESS_TOKEN_LIFETIME['"]\s*:\s*(?:datetime\.)?timedelta\(\s*weeks`)

func judgeSimpleJWT(p *analysis.Pass, e *flow.Event) {
	m := days.FindStringSubmatch(e.Node.Str())
	if m == nil || analysis.TestFile(p.Path) || m[1] == "1" || m[1] == "0" {
		return
	}
	p.Report(e, analysis.Likely, "access tokens live for days with this setting, and cannot be called back. Let them live for minutes, and refresh them.")
}

func judgeMaxAge(p *analysis.Pass, e *flow.Event) {
	for i := range e.Args {
		if n := e.Args[i].Name; n == "**" || n == "*" {
			return
		}
	}
	a := argument(e, 1, "max_age")
	if analysis.TestFile(p.Path) || a != nil && !a.Value.IsNone() {
		return
	}
	p.Report(e, analysis.Likely, "no max_age is given, so that the time in the token is not looked at"+expiryConsequence+" Pass max_age=3600.")
}
