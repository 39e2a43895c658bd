package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed weak_random.md
var weakRandomPage string

// WeakRandom: predictable random generator in a security context.
var WeakRandom = &analysis.Rule{
	ID:         "weak-random",
	Class:      "crypto",
	Title:      "Predictable random generator in a security context",
	CWE:        []int{338, 330},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit: []string{"B311"},
		Ruff:   []string{"S311"},
	},
	Page: weakRandomPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: generators(), Run: judgeRandom},
	},
}

func generators() []string {
	var out []string
	for _, f := range []string{
		"random", "randint", "randrange", "choice", "choices", "sample", "uniform", "getrandbits", "randbytes", "triangular", "shuffle",
	} {
		out = append(out, "random."+f, "random.Random."+f)
	}
	return append(out, "numpy.random.randint", "numpy.random.choice", "numpy.random.bytes", "numpy.random.rand", "uuid.uuid1")
}

// secretName recognises what must not be guessed.
var secretName = regexp.MustCompile(`(?i)token|(?:^|[^a-z])tok(?:$|[^a-z])|secret|passw|(?:^|[^a-z])otp(?:[^a-z]|$)|one_?time|(?:^|[^a-z])pin(?:_?code)?(?:[^a-z]|$)|nonce|(?:^|[^a-z])salt|session_?(?:id|key)|csrf|xsrf|invite|invitation|api_?key|auth_?(?:code|key)|captcha|cookie|(?:verif\w*|reset|access|confirm\w*|login|security|recovery|backup|activation|sms|mfa|2fa|unlock|pairing|voucher|coupon)_?(?:code|key|link|id|string|number|hash)|encryption_?key|private_?key|signing_?key|(?:^|\s|_|\.)code$`)

// playName recognises where guessing does no harm.
var playName = regexp.MustCompile(`(?i)jitter|backoff|delay|sleep|retry|shuffle|sample|sampling|(?:^|[^a-z])test|fake|mock|dummy|demo|example|colou?r|game|dice|roll|lottery_demo|noise|quote|fixture|lorem|weight|tokeni[sz]|tokens?_(?:count|len|limit|per)|max_tokens|n_tokens|num_tokens|stop_token|token_ids?|vocab|status_?code|zip_?code|post_?code|country_?code|error_?code|color_?code|lang\w*_?code|source_?code|exit_?code|encode|decode|train|batch|model`)

func judgeRandom(p *analysis.Pass, e *flow.Event) {
	for _, r := range []string{e.Name} {
		if strings.HasPrefix(r, "uuid.") && !secretName.MatchString(purpose(e)) {
			return
		}
	}
	names := purpose(e)
	const says = " is predictable: whoever sees a few results computes the next ones. Use the secrets module."
	switch {
	case playName.MatchString(names):
		p.Report(e, analysis.Unsure, e.Name+says)
	case secretName.MatchString(names):
		p.Report(e, analysis.Likely, e.Name+says)
	default:
		p.Report(e, analysis.Unsure, e.Name+says)
	}
}
