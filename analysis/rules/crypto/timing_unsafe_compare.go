package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

//go:embed timing_unsafe_compare.md
var timingUnsafeComparePage string

// TimingUnsafeCompare: a secret compared by ==.
var TimingUnsafeCompare = &analysis.Rule{
	ID:         "timing-unsafe-compare",
	Class:      "crypto",
	Title:      "Secret compared with ==",
	CWE:        []int{208},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       timingUnsafeComparePage,
	Checks:     []analysis.Check{analysis.Compares{Run: judgeCompare}},
	Yields:     []*analysis.Rule{PlaintextPasswordCompare},
}

const timingConsequence = " is compared with ==, which takes longer the more of it is right: it can be found piece by piece. Use hmac.compare_digest."

var (
	// secretOperand recognises names of what proves a right by being known.
	secretOperand = regexp.MustCompile(`(?i)^x?[-_]?(?:\w*[-_])?(?:signature|hmac|api[-_]?key|apikey|secret|auth[-_]?key|secret[-_]?key|csrf|xsrf|(?:access|auth|api|csrf|xsrf|reset|session|verification|verify|webhook|bearer|security|refresh|admin|activation|confirm\w*|invite|bot|magic|secret|user|login|service|internal|shared|hub|gitlab|expected)[-_]?token|authorization)$`)
	plainToken    = regexp.MustCompile(`(?i)^(?:\w+[-_])?token$|^key$|^(?:\w+[-_])?sig$`)
	configSecret  = regexp.MustCompile(`(?i)(?:secret|token|api_?key|apikey|password|passwd|auth_?key|access_?key|webhook_?key|^key$|_key$|signature)`)
	notCompared   = regexp.MustCompile(`(?i)type|name|count|len|status|expir|_at$|_id$|public|kind|class|hash_?alg|field|prefix|csrf_?cookie|url|csrf_?exempt|usage|header_?name`)
	signatureName = regexp.MustCompile(`(?i)signature|(?:^|[^a-z])sig(?:[^a-z]|$)|(?:^|[^a-z])h?mac(?:[^a-z]|$)|(?:^|[^a-z])sign(?:[^a-z]|$)|auth`)
	checkFunction = regexp.MustCompile(`(?i)verif|check|valid|auth|is_?signed|require`)
	fileDigest    = regexp.MustCompile(`(?i)file|etag|cache|content|checksum|blob|image|download|package|archive|manifest|chunk|layer|sha256sum|artifact|record|path|snapshot|merkle|block`)
)

// saltedHash recognises HMAC with a salt, which is no secret, in the place of a
// key: hashed names of hosts.
var saltedHash = regexp.MustCompile(`(?i)hmac\.(?:new|digest)\(\s*(?:key\s*=\s*)?[\w.]*salt\b`)

func judgeCompare(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) || isEquality(e.Func) || inQuery(e.Node) {
		return
	}
	a, b := &e.Args[0], &e.Args[1]
	if plainValue(a) || plainValue(b) {
		return
	}
	if what, c, ok := grade(p, e, a, b); ok {
		p.Report(e, c, what+timingConsequence)
	}
}

// plainValue reports whether a side is nothing that could be secret or be
// compared with a secret: a number, a length, a short constant, a class's field.
func plainValue(a *flow.Arg) bool {
	switch a.Value.Type {
	case "int", "float", "bool", "None", "type":
		return true
	}
	if s, ok := a.Value.Text(); ok && len(s) < 8 || a.Value.IsNone() || len(a.Value.Consts) > 1 {
		return true
	}
	n := a.Node
	switch n.Kind() {
	case syntax.KindCall:
		switch n.Child(syntax.FieldFunction).Str() {
		case "len", "type", "int", "set", "sorted", "list", "id", "hash", "tuple", "bool", "ord":
			return true
		}
	case syntax.KindAttribute:
		object := n.Child(syntax.FieldObject)
		return object.Kind() == syntax.KindIdentifier && isUpper(object.Str()) && strings.ToUpper(n.Child(syntax.FieldAttribute).Str()) != n.Child(syntax.FieldAttribute).Str()
	}
	return false
}

// grade says what is compared and how sure it is that guessing it does harm.
func grade(p *analysis.Pass, e *flow.Event, a, b *flow.Arg) (what string, c analysis.Confidence, ok bool) {
	isA, keyedA := a.Value.Digest()
	isB, keyedB := b.Value.Digest()
	switch {
	case isA && isB:
		return "", 0, false // digests of unknown keys tell nothing of what went in
	case keyedA || keyedB:
		if saltedHash.MatchString(around(e.Node)) {
			return "", 0, false
		}
		return "a message authentication code", analysis.Likely, true
	case isA || isB:
		text := called(a.Node) + " " + called(b.Node)
		if fileDigest.MatchString(text) || fileDigest.MatchString(e.Func) || passwordName.MatchString(text) {
			return "", 0, false
		}
		if signatureName.MatchString(text) || signatureName.MatchString(e.Func) {
			return "a digest that proves who made it", analysis.Likely, true
		}
		return "", 0, false
	}
	for i := range 2 {
		s, o := a, b
		if i == 1 {
			s, o = b, a
		}
		name := called(s.Node)
		if name == "" || notCompared.MatchString(name) || notCompared.MatchString(called(o.Node)) {
			continue
		}
		sent := remote(o.Value) && !remote(s.Value)
		config := fromConfiguration(s)
		switch {
		case config && configSecret.MatchString(name) && !fromConfiguration(o):
			switch {
			case sent:
				return "a secret of the configuration", analysis.Likely, true
			case configSecret.MatchString(called(o.Node)) && len(o.Value.Consts) == 0 && checkFunction.MatchString(e.Func):
				return "a secret of the configuration", analysis.Likely, true
			}
		case len(s.Value.Consts) > 0 || len(o.Value.Consts) > 0:
		case sent && (secretOperand.MatchString(name) || plainToken.MatchString(name) && secretOperand.MatchString(called(o.Node))):
			return "`" + flow.Label(s.Node) + "`", analysis.Likely, true
		case sent && plainToken.MatchString(name) && plainToken.MatchString(called(o.Node)):
			return "`" + flow.Label(s.Node) + "`", analysis.Likely, true
		case sent && secretOperand.MatchString(called(o.Node)) && secretHeader(o):
			return "`" + flow.Label(o.Node) + "`", analysis.Likely, true
		case signatureName.MatchString(name) && checkFunction.MatchString(e.Func) && signatureName.MatchString(e.Func+" "+called(o.Node)) && !p.Imports("ast"):
			if secretOperand.MatchString(name) && s.Node.Kind() == syntax.KindIdentifier && (o.Node.Kind() == syntax.KindIdentifier || o.Node.Kind() == syntax.KindCall) {
				return "`" + flow.Label(s.Node) + "`", analysis.Likely, true
			}
		}
	}
	return "", 0, false
}

// secretHeader recognises what a request proves its right by.
func secretHeader(a *flow.Arg) bool {
	name := strings.ToLower(called(a.Node))
	return strings.Contains(name, "signature") || strings.Contains(name, "hmac") || strings.Contains(name, "secret")
}

// fromConfiguration recognises what the operator sets: settings.API_KEY,
// app.config["TOKEN"], os.environ["SECRET"], and constants named so.
func fromConfiguration(a *flow.Arg) bool {
	for i := range a.Value.Origins {
		if a.Value.Origins[i].Tier == models.Operator {
			return true
		}
	}
	n := a.Node
	switch n.Kind() {
	case syntax.KindIdentifier:
		s := n.Str()
		return s == strings.ToUpper(s) && len(s) > 3
	case syntax.KindAttribute:
		object := n.Child(syntax.FieldObject).Str()
		name := n.Child(syntax.FieldAttribute).Str()
		return configObject.MatchString(object) || name == strings.ToUpper(name)
	case syntax.KindSubscript:
		return configObject.MatchString(n.Child(syntax.FieldValue).Str())
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		return fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "get" && configObject.MatchString(fn.Child(syntax.FieldObject).Str()) ||
			fn.Str() == "config"
	}
	return false
}

var configObject = regexp.MustCompile(`(?i)(?:^|\.)(?:settings|config|conf|environ)$|^get_settings\(\)$`)

// inQuery reports whether a comparison is an expression that is handed to
// something else, such as the condition of a query.
func inQuery(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindParenthesizedExpression, syntax.KindBinaryOperator, syntax.KindKeywordArgument:
		case syntax.KindArgumentList:
			switch p.Parent().Child(syntax.FieldFunction).Str() {
			case "bool", "all", "any":
				return false
			}
			return true
		case syntax.KindAssertStatement, syntax.KindListComprehension:
			return true
		default:
			return false
		}
	}
	return false
}
