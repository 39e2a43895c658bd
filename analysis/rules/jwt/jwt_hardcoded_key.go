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

//go:embed jwt_hardcoded_key.md
var jwtHardcodedKeyPage string

// JWTHardcodedKey: a key that everybody with the source signs tokens with.
var JWTHardcodedKey = &analysis.Rule{
	ID:         "jwt-hardcoded-key",
	Class:      "jwt",
	Title:      "Token key in source",
	CWE:        []int{798, 321},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"jwt-python-hardcoded-secret"},
	},
	Page: jwtHardcodedKeyPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: slices.Concat(encodes, decodes), Run: judgeKey},
		analysis.Sets{Names: []string{"SIMPLE_JWT", "JWT_AUTH"}, Run: judgeSettings},
	},
}

const keyConsequence = " stands in the source: whoever reads the repository signs tokens for any user. Read it from the environment."

// KeyArgument is the key of a call that makes or checks a token, nil if none is given.
func KeyArgument(e *flow.Event) *flow.Arg {
	at := 1
	if isAuthlib(e.Name) && strings.HasSuffix(e.Name, ".encode") {
		at = 2
	}
	return argument(e, at, "key")
}

func judgeKey(p *analysis.Pass, e *flow.Event) {
	a := KeyArgument(e)
	if a == nil || analysis.TestFile(p.Path) || strings.HasSuffix(e.Name, "decode") && Unverified(e) {
		return
	}
	if n := a.Node; n.Kind() == syntax.KindIdentifier && (n.Str() == "SECRET_KEY" || n.Str() == "JWT_SECRET_KEY") {
		return // reported where it is set
	}
	judgeText(p, e, a.Value, "the key of these tokens")
}

// placeholder recognises texts that name where a key is found, blanks of
// templates and public keys.
var placeholder = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^(?:\{\{|\$\{|<[^>]*>$|%\()|BEGIN (?:RSA )?PUBLIC KEY|BEGIN CERTIFICATE|^ssh-|^https?://`)

func judgeText(p *analysis.Pass, e *flow.Event, v *flow.Value, what string) {
	if !v.Literal() {
		return
	}
	s, known := v.Text()
	if known && (s == "" || placeholder.MatchString(s)) {
		return
	}
	d := p.Report(e, analysis.Certain, what+keyConsequence)
	if known {
		d.Cause = analysis.CauseOf(s)
	}
	if known && len(s) < 32 {
		d.Severity = analysis.Critical
	}
}

func judgeSettings(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	for _, key := range []string{"SIGNING_KEY", "JWT_SECRET_KEY"} {
		if v := e.Value.Key(key); v != nil && len(v.Origins) == 0 {
			if s, ok := v.Text(); ok && s != "" {
				judgeText(p, e, v, key)
			}
		}
	}
}
