package jwt

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed jwt_algorithm_confusion.md
var jwtAlgorithmConfusionPage string

// JWTAlgorithmConfusion: a token whose sender chooses how it is verified.
var JWTAlgorithmConfusion = &analysis.Rule{
	ID:         "jwt-algorithm-confusion",
	Class:      "jwt",
	Title:      "Accepted algorithms missing or mixed",
	CWE:        []int{347},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       jwtAlgorithmConfusionPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: decodes, Run: judgeAlgorithms},
	},
	Yields: []*analysis.Rule{JWTNoneAlgorithm},
}

const confusionConsequence = " With a public key at hand an attacker signs tokens by it as if it were a secret. Pass algorithms=[...] with the one that the tokens are made with."

func judgeAlgorithms(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || Unverified(e) || isAuthlib(e.Name) {
		return
	}
	for i := range e.Args {
		if e.Args[i].Name == "*" || e.Args[i].Name == "**" {
			return
		}
	}
	a := algorithms(e)
	if a == nil || a.Value.IsNone() {
		if argument(e, 1, "key") == nil {
			return // PyJWT raises
		}
		p.Report(e, analysis.Certain, "which algorithms are accepted is left to the token."+confusionConsequence)
		return
	}
	if fromToken(a) {
		p.Report(e, analysis.Certain, "the algorithm is taken from the token itself, or from the request."+confusionConsequence)
		return
	}
	shared, public := false, false
	for _, s := range names(a.Value) {
		switch {
		case strings.HasPrefix(s, "HS"):
			shared = true
		case len(s) > 2 && (s[1] == 'S' || s == "EdDSA"):
			public = true
		}
	}
	if shared && public {
		p.Report(e, analysis.Certain, "algorithms with a shared secret are accepted beside those with a public key."+confusionConsequence)
		return
	}
	if key := argument(e, 1, "key"); shared && key != nil && publicKey(key) {
		p.Report(e, analysis.Likely, "a public key is used as a shared secret here: everybody has it, and so signs tokens. Use RS256 or ES256.")
	}
}

var publicName = regexp.MustCompile(`(?i)pub(?:lic)?_?key|public_?pem|certificate`)

func publicKey(key *flow.Arg) bool {
	if s, ok := key.Value.Text(); ok {
		return strings.Contains(s, "BEGIN PUBLIC KEY") || strings.Contains(s, "BEGIN CERTIFICATE") || strings.Contains(s, "BEGIN RSA PUBLIC KEY")
	}
	return publicName.MatchString(key.Node.Str())
}

// fromToken reports whether the list of algorithms holds what the token's own
// header, or the request, says.
func fromToken(a *flow.Arg) bool {
	list := append(flow.Parts(a.Value), a.Value)
	for _, v := range list {
		for i := range v.Origins {
			o := &v.Origins[i]
			if o.Tier == models.Remote || strings.Contains(o.Label, "unverified_header") {
				return true
			}
		}
	}
	return strings.Contains(a.Node.Str(), "unverified_header")
}
