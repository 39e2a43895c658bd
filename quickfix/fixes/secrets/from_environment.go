// Package secrets holds the fixes of secrets in files.
package secrets

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/rules/jwt"
	"pavise/analysis/rules/secrets"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{FromEnvironment, DropFallback, DropCloudKeys}

// FromEnvironment reads a secret from the environment instead of the source.
var FromEnvironment = &fix.Fix{
	Name: "secret-from-environment",
	For: []*analysis.Rule{
		secrets.HardcodedSecretKey, secrets.HardcodedPassword, secrets.KnownSecretToken, secrets.CredentialsInURL, secrets.HighEntropyString,
		crypto.HardcodedCryptoKey, jwt.JWTHardcodedKey,
	},
	Compute: fromEnvironment,
}

func fromEnvironment(s *fix.Site) []fix.Proposal {
	switch s.Finding.Rule {
	case secrets.HardcodedSecretKey, crypto.HardcodedCryptoKey, jwt.JWTHardcodedKey:
	default:
		return literalFromEnvironment(s)
	}
	value, name := find(s)
	if !value.OK() {
		return fix.Refuse("The literal of this key cannot be told.")
	}
	if value.Kind() == syntax.KindIdentifier {
		def, _, ok := s.Definition(value)
		if !ok {
			return fix.Refuse("The key comes from %s: read that from the environment.", value.Str())
		}
		value = def
	}
	value, encode, reason := literal(s, value)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	if inDefault(value.Node) {
		return fix.Refuse("The key is the default of a parameter, which is computed when the module is loaded: read the environment where the function runs.")
	}
	if key := asked(value); key != "" { // os.environ.get("NAME", "literal") names the variable itself
		name = key
	}
	e := s.Edits()
	text := e.Use(value, "os", "environ", pyedit.Plain) + `["` + name + `"]`
	if encode {
		text += ".encode()"
	}
	e.ReplaceNode(value, text)
	return wants(name, fix.Propose(e, "Set "+name+" in the environment before the program starts. The old key is in the history of the repository: make a new one.",
		"Read the key from the environment variable %s", name))
}

// wants notes the variable that proposals read.
func wants(name string, list []fix.Proposal) []fix.Proposal {
	for i := range list {
		list[i].Variables = []string{name}
	}
	return list
}

// find is the expression of the key and the name of its variable.
func find(s *fix.Site) (pyedit.At, string) {
	if target, value, ok := s.Assignment(); ok {
		return first(value), variable(target.Node)
	}
	call, ok := s.Call()
	if !ok {
		return pyedit.At{}, ""
	}
	switch s.Finding.Rule {
	case crypto.HardcodedCryptoKey:
		return ofCall(call, crypto.KeyArgument(&s.Event), "ENCRYPTION_KEY")
	case jwt.JWTHardcodedKey:
		return ofCall(call, jwt.KeyArgument(&s.Event), "JWT_SECRET_KEY")
	}
	for _, name := range []string{"secret_key", "secret", "cookie_secret", "SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY"} {
		if a, ok := pyedit.Keyword(call.Node, name); ok {
			return call.On(a.Value), variableFor(name)
		}
	}
	a, ok := pyedit.Positional(call.Node, 0)
	if !ok {
		return pyedit.At{}, ""
	}
	if a.Value.Kind() != syntax.KindDictionary {
		return call.On(a.Value), "SECRET_KEY"
	}
	for c := range a.Value.NamedChildren() {
		k, ok := python.ParseString(c.Child(syntax.FieldKey))
		if !ok {
			continue
		}
		if key, _ := k.Const(); strings.HasSuffix(key, "SECRET_KEY") {
			return call.On(c.Child(syntax.FieldValue)), key
		}
	}
	return pyedit.At{}, ""
}

// ofCall is the key that a call takes, kept under the name of the constant that
// it has, if it has one.
func ofCall(call pyedit.At, a *flow.Arg, name string) (pyedit.At, string) {
	if a == nil {
		return pyedit.At{}, ""
	}
	if n := a.Node; n.Kind() == syntax.KindIdentifier && len(n.Str()) > 5 && n.Str() == strings.ToUpper(n.Str()) {
		name = n.Str()
	}
	return call.On(a.Node), name
}

// first is the first element of a list of keys, or the value itself.
func first(n pyedit.At) pyedit.At {
	if (n.Kind() == syntax.KindList || n.Kind() == syntax.KindTuple) && n.NamedCount() > 0 {
		return n.On(n.NamedChild(0))
	}
	return n
}

// variable is the environment variable for an assignment target.
func variable(target syntax.Node) string {
	switch target.Kind() {
	case syntax.KindSubscript:
		if k, ok := python.ParseString(target.Child(syntax.FieldSubscript)); ok {
			key, _ := k.Const()
			return variableFor(key)
		}
	case syntax.KindAttribute:
		return variableFor(target.Child(syntax.FieldAttribute).Str())
	}
	return variableFor(target.Str())
}

func variableFor(name string) string {
	var b strings.Builder
	for _, c := range strings.ToUpper(name) {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' {
			b.WriteRune(c)
		} else {
			b.WriteByte('_')
		}
	}
	switch b.String() {
	case "", "SECRET":
		return "SECRET_KEY"
	case "SECRET_KEY_FALLBACKS":
		return "SECRET_KEY_FALLBACK"
	}
	return b.String()
}

// literal is the literal of the key within an expression, and whether the
// expression wants bytes.
func literal(s *fix.Site, n pyedit.At) (value pyedit.At, encode bool, reason string) {
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return literal(s, n.On(n.NamedChild(0)))
	case syntax.KindString, syntax.KindConcatenatedString:
		lit, ok := python.ParseString(n.Node)
		text, isConst := lit.Const()
		if !ok || !isConst {
			return n, false, "The key is put together from parts: read the whole of it from the environment."
		}
		if lit.IsBytes() && strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return n, false, "The key holds bytes that are no text: keep it in the environment in hexadecimal, and read it with bytes.fromhex."
		}
		return n, lit.IsBytes(), ""
	case syntax.KindCall:
		name := s.Callee(n)
		if a, ok := pyedit.Positional(n.Node, 0); ok && len(pyedit.Args(n.Node)) == 1 && decodesKey(name) {
			inner, encode, reason := literal(s, n.On(a.Value))
			return inner, encode && name != "base64.b64decode" && name != "base64.urlsafe_b64decode", reason // which take text as well
		}
		if name == "os.environ.get" || name == "os.getenv" || strings.HasSuffix(name, "environ.get") {
			return n, false, ""
		}
		if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "encode" {
			inner, _, reason := literal(s, n.On(fn.Child(syntax.FieldObject)))
			return inner, false, reason
		}
	}
	return n, false, "The key is no literal here: read it from the environment where it is made."
}

// decodesKey recognises the functions that make bytes of a key in text.
func decodesKey(name string) bool {
	switch name {
	case "bytes.fromhex", "base64.b64decode", "base64.urlsafe_b64decode", "binascii.unhexlify":
		return true
	}
	return false
}

// asked is the variable that a call such as os.environ.get("NAME", "literal")
// reads.
func asked(n pyedit.At) string {
	if n.Kind() != syntax.KindCall {
		return ""
	}
	a, ok := pyedit.Positional(n.Node, 0)
	if !ok {
		return ""
	}
	k, _ := python.ParseString(a.Value)
	name, _ := k.Const()
	return name
}

// inDefault reports whether a node is the default of a parameter.
func inDefault(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter:
			return true
		case syntax.KindBlock:
			return false
		}
	}
	return false
}
