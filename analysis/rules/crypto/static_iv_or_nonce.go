package crypto

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed static_iv_or_nonce.md
var staticIVOrNoncePage string

// StaticIVOrNonce: an IV or nonce that is the same for every message.
var StaticIVOrNonce = &analysis.Rule{
	ID:         "static-iv-or-nonce",
	Class:      "crypto",
	Title:      "Constant or reused IV or nonce",
	CWE:        []int{329, 323},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       staticIVOrNoncePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: nonceCalls(), Run: judgeNonce},
	},
}

// nonces says which argument of a call is the IV or nonce: its position and
// names.
var nonces = parameters{
	"cryptography.hazmat.primitives.ciphers.modes.CBC":                     {0, []string{"initialization_vector"}},
	"cryptography.hazmat.primitives.ciphers.modes.CFB":                     {0, []string{"initialization_vector"}},
	"cryptography.hazmat.primitives.ciphers.modes.CFB8":                    {0, []string{"initialization_vector"}},
	"cryptography.hazmat.primitives.ciphers.modes.OFB":                     {0, []string{"initialization_vector"}},
	"cryptography.hazmat.primitives.ciphers.modes.GCM":                     {0, []string{"initialization_vector"}},
	"cryptography.hazmat.primitives.ciphers.modes.CTR":                     {0, []string{"nonce"}},
	"cryptography.hazmat.primitives.ciphers.algorithms.ChaCha20":           {1, []string{"nonce"}},
	"cryptography.hazmat.primitives.ciphers.aead.AESGCM.encrypt":           {0, []string{"nonce"}},
	"cryptography.hazmat.primitives.ciphers.aead.AESCCM.encrypt":           {0, []string{"nonce"}},
	"cryptography.hazmat.primitives.ciphers.aead.AESOCB3.encrypt":          {0, []string{"nonce"}},
	"cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305.encrypt": {0, []string{"nonce"}},
	"nacl.secret.SecretBox.encrypt":                                        {1, []string{"nonce"}},
	"nacl.public.Box.encrypt":                                              {1, []string{"nonce"}},
}

func nonceCalls() []string {
	for _, root := range cryptodome {
		for _, c := range []string{"AES", "DES", "DES3", "Blowfish", "CAST", "ARC2", "ChaCha20", "ChaCha20_Poly1305", "Salsa20"} {
			at := 2
			if strings.Contains(c, "20") {
				at = -1
			}
			nonces[root+".Cipher."+c+".new"] = parameter{at, []string{"iv", "IV", "nonce"}}
		}
	}
	return nonces.calls()
}

// NonceArgument is the argument of a call that is its IV or nonce, nil if none is.
func NonceArgument(e *flow.Event) *flow.Arg { return nonces.of(e) }

func judgeNonce(p *analysis.Pass, e *flow.Event) {
	a := NonceArgument(e)
	if a == nil || analysis.TestFile(p.Path) {
		return
	}
	const says = ": messages under one key can be compared, and with a stream mode or GCM they can be read and forged. Draw it anew with os.urandom for each message."
	switch {
	case fixedBytes(a.Value, a.Node):
		p.Report(e, analysis.Certain, "the IV or nonce is a constant"+says)
	case keyPart(a.Node):
		p.Report(e, analysis.Certain, "the IV or nonce is taken from the key, so that it never changes"+says)
	}
}

// keyPart recognises key[:16] and the key itself.
func keyPart(n syntax.Node) bool {
	for n.Kind() == syntax.KindSubscript {
		if n.Child(syntax.FieldSubscript).Kind() != syntax.KindSlice {
			return false
		}
		n = n.Child(syntax.FieldValue)
	}
	name := strings.ToLower(called(n))
	return (n.Kind() == syntax.KindIdentifier || n.Kind() == syntax.KindAttribute) && (name == "key" || name == "secret_key" || name == "aes_key" || name == "encryption_key" || name == "_key")
}
