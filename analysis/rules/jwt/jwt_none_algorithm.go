package jwt

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed jwt_none_algorithm.md
var jwtNoneAlgorithmPage string

// JWTNoneAlgorithm: a token without a signature.
var JWTNoneAlgorithm = &analysis.Rule{
	ID:         "jwt-none-algorithm",
	Class:      "jwt",
	Title:      "Token may be unsigned",
	CWE:        []int{347},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"jwt-python-none-alg"},
	},
	Page: jwtNoneAlgorithmPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: encodes, Run: judgeSigned},
		analysis.Calls{Names: decodes, Run: judgeNone},
	},
	Yields: []*analysis.Rule{JWTNotVerified},
}

const noneConsequence = ": whoever sends a token without one writes into it what they like."

func judgeSigned(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	if isAuthlib(e.Name) {
		if a := flow.FindArg(e.Args, "0"); a != nil {
			if v := a.Value.Key("alg"); v != nil && isNone(v) {
				p.Report(e, analysis.Certain, "the token is made without a signature"+noneConsequence)
			}
		}
		return
	}
	if a := argument(e, 2, "algorithm"); a != nil && isNone(a.Value) {
		p.Report(e, analysis.Certain, "the token is made without a signature"+noneConsequence)
		return
	}
	emptyKey(p, e, argument(e, 1, "key"))
}

// isNone reports whether a value names no algorithm.
func isNone(v *flow.Value) bool {
	if v.IsNone() {
		return true
	}
	s, ok := v.Str()
	return ok && (s == "" || strings.EqualFold(s, "none"))
}

// emptyKey objects to a key without content, with which anybody can sign.
func emptyKey(p *analysis.Pass, e *flow.Event, key *flow.Arg) {
	if key == nil {
		return
	}
	if s, ok := key.Value.Text(); ok && s == "" {
		p.Report(e, analysis.Certain, "the key is empty: anybody can sign a token with it.")
	}
}

func judgeNone(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || Unverified(e) {
		return
	}
	a := algorithms(e)
	if a == nil {
		return
	}
	for _, s := range names(a.Value) {
		if strings.EqualFold(s, "none") {
			p.Report(e, analysis.Certain, "a token without a signature is accepted here"+noneConsequence)
			return
		}
	}
	if !isAuthlib(e.Name) {
		for _, s := range names(a.Value) {
			if strings.HasPrefix(s, "HS") {
				emptyKey(p, e, argument(e, 1, "key"))
				return
			}
		}
	}
}
