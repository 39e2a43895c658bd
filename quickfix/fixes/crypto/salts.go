package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// OwnSalt lets each hash have a salt of its own, where the hash holds it.
var OwnSalt = &fix.Fix{
	Name:    "own-salt",
	For:     []*analysis.Rule{crypto.StaticSalt},
	Compute: ownSalt,
}

func ownSalt(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return fix.Refuse("No call with the salt is in sight.")
	}
	a := crypto.SaltArgument(&s.Event)
	if a == nil {
		return fix.Refuse("The salt cannot be told.")
	}
	e := s.Edits()
	const caveat = "Each hash is another one from now on: verify with the library's function, not by making the hash again."
	switch name := s.EventName(); {
	case name == "bcrypt.hashpw":
		e.ReplaceNode(call.On(a.Node), e.Use(call, "bcrypt", "gensalt", styleOf(call.On(call.Child(syntax.FieldFunction))))+"()")
		return fix.Propose(e, caveat, "Draw a salt for each hash")
	case strings.HasPrefix(name, "passlib.hash.") && !strings.HasSuffix(name, ".using"), strings.HasPrefix(name, "django."), name == "argon2.PasswordHasher.hash":
		if strings.Contains(call.Parent().Str(), "==") || call.Parent().Kind() == syntax.KindComparisonOperator {
			return fix.Refuse("The hash is compared with ==: verify with the library's function instead.")
		}
		for _, arg := range pyedit.Args(call.Node) {
			if arg.Value == a.Node && e.RemoveArg(call, arg) {
				return fix.Propose(e, caveat, "Let the library draw a salt for each hash")
			}
		}
	}
	return fix.Refuse("The salt has to be kept beside each hash, and read where it is verified: draw os.urandom(16), store it, and keep the old salt for the hashes that are there.")
}

// WithHMAC signs a message with HMAC.
var WithHMAC = &fix.Fix{
	Name:    "sign-with-hmac",
	For:     []*analysis.Rule{crypto.HomemadeMAC},
	Compute: withHMAC,
}

func withHMAC(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	name := s.EventName()
	digest, isHashlib := strings.CutPrefix(name, "hashlib.")
	if !ok || !isHashlib || digest == "new" || len(pyedit.Args(call.Node)) != 1 {
		return fix.Refuse("How to replace %s is not known: use hmac.new(key, message, hashlib.sha256).", name)
	}
	data := pyedit.Args(call.Node)[0].Value
	encoded := false
	if data.Kind() == syntax.KindCall {
		fn := data.Child(syntax.FieldFunction)
		if fn.Kind() != syntax.KindAttribute || fn.Child(syntax.FieldAttribute).Str() != "encode" {
			return fix.Refuse("What is hashed is made by a call: use hmac.new(key, message, hashlib.sha256).")
		}
		data, encoded = fn.Child(syntax.FieldObject), true
	}
	for data.Kind() == syntax.KindParenthesizedExpression {
		data = data.NamedChild(0)
	}
	if data.Kind() != syntax.KindBinaryOperator {
		return fix.Refuse("Which part is the key and which the message cannot be taken apart here: use hmac.new(key, message, hashlib.sha256).")
	}
	key, message := crypto.MACParts(data)
	left, right := data.Child(syntax.FieldLeft), data.Child(syntax.FieldRight)
	if !key.OK() || key != left && key != right || message != left && message != right {
		return fix.Refuse("The message is put together of several parts: put it together first, and sign it with hmac.new.")
	}
	text := func(n syntax.Node) string {
		src := s.Source(call.On(n))
		if !encoded {
			return src
		}
		switch n.Kind() {
		case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript, syntax.KindCall, syntax.KindString, syntax.KindParenthesizedExpression:
			return src + ".encode()"
		}
		return "(" + src + ").encode()"
	}
	e := s.Edits()
	if digest == "md5" || digest == "sha1" {
		digest = "sha256"
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	function := e.Use(call, "hashlib", digest, styleOf(fn))
	if fn.Kind() == syntax.KindIdentifier && function != fn.Str() {
		e.DropImport(fn.Str())
	}
	e.ReplaceNode(call, e.Use(call, "hmac", "new", pyedit.Plain)+"("+text(key)+", "+text(message)+", "+function+")")
	return fix.Propose(e, "The signature is another one from now on: change the other side with it.", "Sign with HMAC")
}
