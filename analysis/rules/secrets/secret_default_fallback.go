package secrets

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/secrets"
	"pavise/analysis/syntax"
)

//go:embed secret_default_fallback.md
var secretDefaultFallbackPage string

// SecretDefaultFallback: secret read from the environment with a usable default.
var SecretDefaultFallback = &analysis.Rule{
	ID:         "secret-default-fallback",
	Class:      "secrets",
	Title:      "Secret read from the environment with a usable default",
	CWE:        []int{1188, 798},
	OWASP2021:  "A05:2021 Security Misconfiguration",
	OWASP2025:  "A02:2025 Security Misconfiguration",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       secretDefaultFallbackPage,
	Yields:     []*analysis.Rule{KnownSecretToken, CredentialsInURL, HardcodedPassword},
	Checks:     []analysis.Check{analysis.Texts{Run: judgeFallbacks}},
}

func judgeFallbacks(p *analysis.Pass, t *analysis.Text) {
	if t.Unit == nil || t.Role == secrets.Test {
		return
	}
	for i := range t.Unit.Len() {
		n := t.Unit.At(i)
		switch n.Kind() {
		case syntax.KindCall:
			if name, value, ok := reads(n); ok && value.OK() {
				reportFallback(p, t, name, value)
			}
		case syntax.KindBooleanOperator:
			if n.Op() != "or" {
				continue
			}
			left := n.Child(syntax.FieldLeft)
			name, _, ok := reads(left)
			if !ok && left.Kind() == syntax.KindSubscript && strings.HasSuffix(left.Child(syntax.FieldValue).Str(), "environ") {
				name, ok = nameOf(left), true
			}
			if ok {
				reportFallback(p, t, name, n.Child(syntax.FieldRight))
			}
		}
	}
}

// reads tells of a call that reads a setting: its name, and its default.
func reads(call syntax.Node) (name string, fallback syntax.Node, ok bool) {
	if call.Kind() != syntax.KindCall {
		return "", syntax.Node{}, false
	}
	fn := call.Child(syntax.FieldFunction).Str()
	head, last := "", fn
	if i := strings.LastIndexByte(fn, '.'); i >= 0 {
		head, last = fn[:i], fn[i+1:]
	}
	switch {
	case (last == "get" || last == "setdefault") && strings.HasSuffix(head, "environ"), last == "getenv",
		last == "config" && (head == "" || head == "decouple"), head == "" && (last == "env" || last == "get_env" || last == "env_str" || last == "get_env_variable"),
		(head == "env" || head == "environ.Env()") && (last == "str" || last == "get_value" || last == "bytes" || last == "get"):
	default:
		return "", syntax.Node{}, false
	}
	place := 0
	for a := range call.Child(syntax.FieldArguments).NamedChildren() {
		switch {
		case a.Kind() == syntax.KindKeywordArgument:
			if a.Child(syntax.FieldName).Str() == "default" {
				fallback = a.Child(syntax.FieldValue)
			}
		case place == 0:
			name, ok = constant(a, 0)
			place++
		case place == 1:
			fallback = a
			place++
		}
	}
	return name, fallback, ok
}

func reportFallback(p *analysis.Pass, t *analysis.Text, name string, value syntax.Node) {
	trust := secrets.NameOf(name)
	text, ok := constant(value, 0)
	if !ok || trust < secrets.Secrets || strings.TrimSpace(text) == "" || secrets.IsHole(text) {
		return
	}
	switch strings.ToLower(text) {
	case "none", "null", "unset", "not-set", "not set", "not_set", "disabled", "false", "0", "undefined", "n/a":
		return
	}
	c := analysis.Certain
	guess := secrets.Judge(text, false)
	if low := strings.ToLower(name); !usedByItself(low) && guess != secrets.Strong && trust != secrets.Pass || t.Role >= secrets.Doc || analysis.DevelopmentFile(p.Path) {
		c = analysis.Unsure // a key of a provider that is none opens nothing
	}
	d := p.ReportText(value.Span(), c, "Where "+name+" is not set, a value that stands in the file is used: a deployment without it runs with a secret that everyone knows. Leave out the default.")
	d.Node, d.Secret = value, value.Span()
	if usedByItself(strings.ToLower(name)) {
		d.Severity = analysis.High
	}
}

// usedByItself reports whether the program itself believes in the secret, so
// that any value does its work: keys that sign, and passwords.
func usedByItself(name string) bool {
	for _, s := range []string{"secret_key", "secretkey", "jwt", "signing", "session", "hmac", "encryption", "fernet", "app_secret", "cookie"} {
		if strings.Contains(name, s) {
			return true
		}
	}
	return name == "secret"
}
