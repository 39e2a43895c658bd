package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed predictable_token.md
var predictableTokenPage string

// PredictableToken: a token that an attacker computes.
var PredictableToken = &analysis.Rule{
	ID:         "predictable-token",
	Class:      "crypto",
	Title:      "Token made from the time, an identifier or user data",
	CWE:        []int{340},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Page:       predictableTokenPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: append(digests(), "uuid.uuid3", "uuid.uuid5", "time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow",
			"base64.urlsafe_b64encode", "os.getpid"), Run: judgePredictable},
	},
	Yields: []*analysis.Rule{WeakRandom, FastPasswordHash},
}

// tokenTarget recognises what a token is kept under.
var tokenTarget = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:(?:auth|access|reset|session|api|csrf|refresh|login|invite|activation|confirm\w*|verif\w*|user|password_?reset|secret|security|remember|unsubscribe|email)_?)?(?:token|session_?id|session_?key|api_?key|(?:activation|reset|verif\w*|confirm\w*)_?(?:key|hash|code))$`)

// notToken recognises names that only speak of a token.
var notToken = regexp.MustCompile(`(?i)expir|(?:^|_)exp$|_at$|time|date|age|count|valid|created|issued|last|cache|name`)

// guessable are the words of expressions whose values are known or few; a word
// of chance or secret makes the whole good.
var (
	guessable = regexp.MustCompile(`(?i)time|now|date|e_?mail|user|login|(?:^|[^a-z])name|(?:^|[^a-z])id(?:[^a-z]|$)|_id|(?:^|[^a-z])pk(?:[^a-z]|$)|pid|phone|count|serial`)
	chance    = regexp.MustCompile(`(?i)secret|random|key|salt|nonce|uuid|urandom|token|pepper|sign|hmac|pass|pwd|cred|auth|hash\b|code|choice|os\.environ|config|settings`)
)

func judgePredictable(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	whole, target := destination(e.Node)
	if target == "" || !tokenTarget.MatchString(target) || notToken.MatchString(target) {
		return
	}
	made := inside(whole)
	if !guessable.MatchString(made) || chance.MatchString(made) {
		return
	}
	if whole.Kind() == syntax.KindCall && local(whole) {
		return
	}
	d := p.Report(e, analysis.Likely, "`"+target+"` is made of what others know or try in no time: an attacker computes the token of anybody. Use secrets.token_urlsafe(32).")
	d.Node = whole
}

// local recognises a call of something that may mix in what is not seen.
func local(call syntax.Node) bool {
	fn := call.Child(syntax.FieldFunction)
	if fn.Kind() != syntax.KindIdentifier {
		return false
	}
	switch fn.Str() {
	case "str", "int", "hash", "hex", "format", "repr", "md5", "sha1", "sha256", "sha512", "b64encode", "urlsafe_b64encode", "uuid3", "uuid5", "time":
		return false
	}
	return true
}

// destination is the whole expression that a call is a part of, and the name
// that it is assigned to or returned under.
func destination(n syntax.Node) (whole syntax.Node, target string) {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case syntax.KindAssignment:
			if n.Field() != syntax.FieldRight {
				return n, ""
			}
			return n, called(p.Child(syntax.FieldLeft))
		case syntax.KindKeywordArgument:
			return n, p.Child(syntax.FieldName).Str()
		case syntax.KindPair:
			return n, called(p.Child(syntax.FieldKey))
		case syntax.KindReturnStatement:
			name := p.Parent()
			for name.OK() && name.Kind() != syntax.KindFunctionDefinition {
				name = name.Parent()
			}
			if !name.OK() {
				return n, ""
			}
			made := name.Child(syntax.FieldName).Str()
			for _, prefix := range []string{"generate_", "make_", "create_", "new_", "get_", "build_", "gen_"} {
				if rest, ok := strings.CutPrefix(strings.TrimLeft(made, "_"), prefix); ok && prefix != "get_" {
					return n, rest
				}
			}
			return n, ""
		case syntax.KindCall, syntax.KindArgumentList, syntax.KindAttribute, syntax.KindParenthesizedExpression, syntax.KindBinaryOperator,
			syntax.KindString, syntax.KindInterpolation, syntax.KindSubscript, syntax.KindConcatenatedString, syntax.KindTuple:
		default:
			return n, ""
		}
	}
	return n, ""
}

// inside are the names in an expression but for those of the functions that only
// change its form.
func inside(n syntax.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Kind() != syntax.KindIdentifier || d.Field() == syntax.FieldName {
			continue
		}
		switch s := d.Str(); s {
		case "hashlib", "md5", "sha1", "sha256", "sha512", "sha384", "sha224", "hexdigest", "digest", "encode", "decode", "str", "int", "base64", "b64encode",
			"urlsafe_b64encode", "format", "uuid", "uuid3", "uuid5", "NAMESPACE_DNS", "NAMESPACE_URL", "hex", "hash":
		default:
			words = append(words, s)
		}
	}
	return strings.Join(words, " ")
}
