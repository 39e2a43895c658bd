package crypto

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed short_token.md
var shortTokenPage string

// ShortToken: a token that can be guessed by trying.
var ShortToken = &analysis.Rule{
	ID:         "short-token",
	Class:      "crypto",
	Title:      "Security token with too little entropy",
	CWE:        []int{334, 331},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       shortTokenPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: []string{
			"secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "os.urandom", "django.utils.crypto.get_random_string", "uuid.uuid4",
			"hashlib._Hash.hexdigest", "hmac.HMAC.hexdigest", "secrets.randbelow",
		}, Run: judgeLength},
	},
}

// longSecret recognises secrets that nobody has to type, so that nothing keeps
// them short.
var longSecret = regexp.MustCompile(`(?i)(?:^|[^a-z]|auth_?|access_?|reset_?|session_?|api_?|csrf_?|refresh_?|bearer_?|login_?|invite_?|activation_?|confirm\w*_?|verif\w*_?)token(?:[^a-z]|$)|secret|api_?key|session_?(?:id|key)|auth_?key|(?:activation|reset|verif\w*|confirm\w*)_?(?:key|hash|link)|signing_?key|encryption_?key|(?:^|[^a-z])sid(?:[^a-z]|$)|password_?reset`)

// shortOnPurpose recognises names of what is no secret, or typed by hand and
// good for a few tries.
var shortOnPurpose = regexp.MustCompile(`(?i)csp|nonce|boundary|suffix|prefix|filename|file_?name|path|slug|short|trace|request_?id|correlation|(?:^|[^a-z])test|etag|cache|color|recovery|backup_?code|otp|pin|(?:^|[^a-z])iv(?:[^a-z]|$)|salt|token_?(?:id|hint|prefix|name|type|count)|tokens?_?(?:len|count)|tokeni[sz]|secret_?name|client_?order|name$|log`)

func judgeLength(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	bits := entropy(e)
	if bits <= 0 || bits >= 96 {
		return
	}
	_, where := destination(e.Node)
	if bits >= 80 || !longSecret.MatchString(where) || shortOnPurpose.MatchString(where) {
		if e.Name != "secrets.randbelow" && e.Name != "uuid.uuid4" && !strings.HasSuffix(e.Name, "hexdigest") && e.Name != "os.urandom" {
			p.Report(e, analysis.Unsure, "this has "+strconv.Itoa(bits)+" random bits at most. What must not be guessed needs 128: secrets.token_urlsafe(32).")
		}
		return
	}
	p.Report(e, analysis.Likely, "this secret has "+strconv.Itoa(bits)+" random bits at most, so that it can be guessed by trying. Use secrets.token_urlsafe(32).")
}

// sixDigits is how many codes there are of six digits without leading zeros:
// those are typed, and good for a few tries.
const sixDigits = 900_000

// entropy is how many random bits the result of a call has at most, 0 if that
// cannot be told.
func entropy(e *flow.Event) int {
	kept := kept(e.Node)
	bits := 0
	switch e.Name {
	case "secrets.token_bytes", "secrets.token_hex", "secrets.token_urlsafe", "os.urandom":
		n := 32
		if a := first(e, "nbytes", "size"); a != nil {
			v, ok := a.Value.Int()
			if !ok && !a.Value.IsNone() || v < 0 || v > 1<<16 {
				return 0
			}
			if ok {
				n = int(v)
			}
		}
		bits = 8 * n
	case "django.utils.crypto.get_random_string":
		a := first(e, "length")
		if a == nil {
			return 0
		}
		n, ok := a.Value.Int()
		if !ok || n <= 0 || n > 1<<16 || len(e.Args) > 1 {
			return 0
		}
		bits = int(float64(n) * 5.95)
	case "secrets.randbelow":
		a := first(e, "exclusive_upper_bound")
		if a == nil {
			return 0
		}
		n, ok := a.Value.Int()
		if !ok || n >= sixDigits {
			return 0
		}
		for ; n > 0; n >>= 1 {
			bits++
		}
	case "uuid.uuid4":
		bits = 122
		if kept == 0 {
			return 0
		}
	default:
		if kept == 0 {
			return 0
		}
		bits = 256
	}
	if kept > 0 {
		each := 4 // hexadecimal digits
		if strings.HasSuffix(e.Name, "urlsafe") || strings.HasSuffix(e.Name, "string") {
			each = 6
		} else if strings.HasSuffix(e.Name, "bytes") || e.Name == "os.urandom" {
			each = 8
		}
		bits = min(bits, each*kept)
	}
	return bits
}

// kept is the number of characters that are taken of a call's result: 8 for
// str(uuid.uuid4())[:8]; 0 if all are.
func kept(n syntax.Node) int {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case syntax.KindCall:
			if p.Child(syntax.FieldFunction) != n && p.Child(syntax.FieldFunction).Str() != "str" {
				return 0
			}
		case syntax.KindArgumentList, syntax.KindParenthesizedExpression, syntax.KindAttribute:
		case syntax.KindSubscript:
			slice := p.Child(syntax.FieldSubscript)
			if slice.Kind() != syntax.KindSlice || slice.NamedCount() != 1 || !strings.HasPrefix(slice.Str(), ":") {
				return 0
			}
			k, err := strconv.Atoi(slice.NamedChild(0).Str())
			if err != nil || k <= 0 {
				return 0
			}
			return k
		default:
			return 0
		}
	}
	return 0
}

func first(e *flow.Event, names ...string) *flow.Arg { return argument(e, 0, names...) }
