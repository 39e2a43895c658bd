package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// LongerKey makes a key of a size that lasts.
var LongerKey = &fix.Fix{
	Name:    "longer-key",
	For:     []*analysis.Rule{crypto.WeakKeySize},
	Compute: longerKey,
}

func longerKey(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return fix.Refuse("No call that makes the key is in sight.")
	}
	a := crypto.KeySizeArgument(&s.Event)
	if a == nil {
		return fix.Refuse("The size of the key cannot be told.")
	}
	value := call.On(a.Node)
	if value.Kind() == syntax.KindIdentifier {
		def, _, ok := s.Definition(value)
		if !ok {
			return fix.Refuse("The size comes from %s: change it there.", value.Str())
		}
		value = def
	}
	e := s.Edits()
	const caveat = "Keys of the new size take longer to make, and whoever checks them has to take them."
	switch value.Kind() {
	case syntax.KindInteger:
		e.ReplaceNode(value, "3072")
		return fix.Propose(e, caveat, "Make a key of 3072 bits")
	case syntax.KindString:
		e.ReplaceNode(value, `"P-256"`)
		return fix.Propose(e, caveat, "Use the curve P-256")
	case syntax.KindCall, syntax.KindAttribute:
		name := value
		if value.Kind() == syntax.KindCall {
			name = value.On(value.Child(syntax.FieldFunction))
		}
		if strings.HasPrefix(s.File.Resolve(name.Node), "cryptography.hazmat.primitives.asymmetric.ec.") {
			old := name.Str()
			e.ReplaceNode(name, e.Use(call, "cryptography.hazmat.primitives.asymmetric.ec", "SECP256R1", styleOf(name)))
			if name.Kind() == syntax.KindIdentifier {
				e.DropImport(old)
			}
			return fix.Propose(e, caveat, "Use the curve P-256")
		}
	}
	return fix.Refuse("The size is computed: change it where that is done.")
}

// LongerToken draws a secret with enough bits.
var LongerToken = &fix.Fix{
	Name:    "longer-token",
	For:     []*analysis.Rule{crypto.ShortToken},
	Compute: longerToken,
}

func longerToken(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that draws the secret is in sight.")
	}
	name := s.EventName()
	names := map[string]string{"secrets.token_bytes": "nbytes", "secrets.token_hex": "nbytes", "secrets.token_urlsafe": "nbytes", "django.utils.crypto.get_random_string": "length"}
	keyword, known := names[name]
	a, given := pyedit.Argument(call.Node, 0, keyword)
	if !known || !given || a.Value.Kind() != syntax.KindInteger {
		return fix.Refuse("The secret is cut from something longer: use secrets.token_urlsafe(32) in its place.")
	}
	if sliced(call.Node) {
		return fix.Refuse("The secret is cut off behind the call: keep all of it.")
	}
	e := s.Edits()
	e.ReplaceNode(call.On(a.Value), "32")
	return fix.Propose(e, "The text becomes longer: make sure that the column takes it.", "Draw 32 bytes")
}

// sliced reports whether only a part of an expression's value is used.
func sliced(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindSubscript:
			return true
		case syntax.KindAttribute, syntax.KindCall, syntax.KindParenthesizedExpression, syntax.KindArgumentList:
			continue
		}
		return false
	}
	return false
}

// DrawToken draws a token instead of computing it.
var DrawToken = &fix.Fix{
	Name:    "draw-token",
	For:     []*analysis.Rule{crypto.PredictableToken},
	Compute: drawToken,
}

func drawToken(s *fix.Site) []fix.Proposal {
	n := s.Node
	if p := n.Parent(); p.Kind() == syntax.KindReturnStatement {
		for f := p.Parent(); f.OK(); f = f.Parent() {
			if f.Kind() == syntax.KindFunctionDefinition && f.Child(syntax.FieldParameters).NamedCount() > 0 {
				return fix.Refuse("Whoever calls this may expect the same token for the same arguments: store a drawn one in its place.")
			}
		}
	}
	e := s.Edits()
	text := e.Use(n, "secrets", "token_urlsafe", pyedit.Plain) + "(32)"
	if bytesLike(n.Node) {
		text = e.Use(n, "secrets", "token_bytes", pyedit.Plain) + "(32)"
	}
	drop := map[string]bool{}
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindIdentifier && d.Parent().Kind() != syntax.KindKeywordArgument && (d.Parent().Kind() != syntax.KindAttribute || d.Field() == syntax.FieldObject) && !drop[d.Str()] {
			drop[d.Str()] = true
			if e.File().Resolve(d) != d.Str() || e.File().ImportsRoot(d.Str()) {
				e.DropImport(d.Str())
			}
		}
	}
	e.ReplaceNode(n, text)
	return fix.Propose(e, "The token is another one each time: keep it where it is compared. It has 43 characters.", "Draw the token with secrets")
}

// bytesLike reports whether an expression gives bytes.
func bytesLike(n syntax.Node) bool {
	if n.Kind() != syntax.KindCall {
		return false
	}
	name := n.Child(syntax.FieldFunction).Str()
	return strings.HasSuffix(name, ".digest") || strings.HasSuffix(name, ".encode") || strings.HasSuffix(name, "b64encode") || strings.HasSuffix(name, ".bytes")
}
