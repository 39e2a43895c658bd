package jwt

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed jwt_sensitive_payload.md
var jwtSensitivePayloadPage string

// JWTSensitivePayload: secrets in a text that everybody can read.
var JWTSensitivePayload = &analysis.Rule{
	ID:         "jwt-sensitive-payload",
	Class:      "jwt",
	Title:      "Sensitive data in a token body",
	CWE:        []int{522, 312},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"jwt-python-exposed-credentials", "jwt-python-exposed-data"},
	},
	Page: jwtSensitivePayloadPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: encodes, Run: judgeContent},
	},
}

const payloadConsequence = ": the body of a token is signed, not encrypted. Whoever holds it or finds it in a log reads it. Put in an identifier."

// secretClaims are names of what must not be readable.
var secretClaims = []string{
	"password", "passwd", "pwd", "password_hash", "hashed_password", "pass", "secret", "client_secret", "secret_key", "api_key", "private_key", "ssn",
	"social_security_number", "credit_card", "card_number", "creditcard", "cvv", "cvc", "pin", "iban",
}

// wholeObject recognises an object that is put in with all of its fields.
var wholeObject = regexp.MustCompile(`(?i)\b\w*(?:user|account|member|customer|person|employee|profile)\w*\.(?:__dict__|(?:model_)?dump\(|model_dump\(|dict\(\s*\)|to_dict\(\s*\)|as_dict\(\s*\))|\b(?:vars|model_to_dict|asdict)\(\s*\w*(?:user|account|member|customer|person|employee|profile)\w*\s*\)`)

func judgeContent(p *analysis.Pass, e *flow.Event) {
	at := 0
	if isAuthlib(e.Name) {
		at = 1
	}
	a := argument(e, at, "payload", "claims")
	if a == nil || analysis.TestFile(p.Path) {
		return
	}
	for _, name := range secretClaims {
		if v := a.Value.Key(name); v != nil && !v.IsNone() && v.Type != "bool" {
			p.Report(e, analysis.Certain, "`"+name+"` is put into the token"+payloadConsequence)
			return
		}
	}
	if wholeObject.MatchString(a.Node.Str()) {
		p.Report(e, analysis.Likely, "an object is put into the token with all of its fields"+payloadConsequence)
	}
}
