package crypto

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed hardcoded_crypto_key.md
var hardcodedCryptoKeyPage string

// HardcodedCryptoKey: a key that everybody with the source has.
var HardcodedCryptoKey = &analysis.Rule{
	ID:         "hardcoded-crypto-key",
	Class:      "crypto",
	Title:      "Encryption or signing key in source",
	CWE:        []int{321},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Semgrep: []string{"empty-aes-key"},
	},
	Page: hardcodedCryptoKeyPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: keyCalls(), Run: judgeKey},
	},
}

// keyed are the calls whose first argument, or that named key, is a secret key.
var keyed = map[string]string{
	"cryptography.fernet.Fernet":               "key",
	"cryptography.hazmat.primitives.hmac.HMAC": "key",
	"cryptography.hazmat.primitives.cmac.CMAC": "algorithm",
	"hmac.new": "key", "hmac.digest": "key", "hmac.HMAC": "key",
	"nacl.secret.SecretBox": "key", "nacl.secret.Aead": "key", "nacl.signing.SigningKey": "seed", "nacl.public.PrivateKey": "private_key",
	"Crypto.Hash.HMAC.new": "key", "Cryptodome.Hash.HMAC.new": "key", "Crypto.Hash.CMAC.new": "key", "Cryptodome.Hash.CMAC.new": "key",
	"pyDes.des": "key", "pyDes.triple_des": "key", "pyaes.AESModeOfOperationCTR": "key", "pyaes.AESModeOfOperationCBC": "key", "pyaes.AESModeOfOperationECB": "key",
}

func keyCalls() []string {
	for _, c := range []string{"AESGCM", "AESGCMSIV", "AESCCM", "AESSIV", "AESOCB3", "ChaCha20Poly1305"} {
		keyed["cryptography.hazmat.primitives.ciphers.aead."+c] = "key"
	}
	for _, c := range []string{"AES", "AES128", "AES256", "Camellia", "ChaCha20", "SM4", "ARC4", "TripleDES", "Blowfish", "CAST5", "IDEA", "SEED", "RC2"} {
		for _, module := range hazmat {
			keyed[module+"."+c] = "key"
		}
	}
	for _, root := range cryptodome {
		for _, c := range []string{"AES", "DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST", "ChaCha20", "ChaCha20_Poly1305", "Salsa20", "XOR"} {
			keyed[root+".Cipher."+c+".new"] = "key"
		}
	}
	var out []string
	for name := range keyed {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// KeyArgument is the secret key of a call, nil if it has none.
func KeyArgument(e *flow.Event) *flow.Arg {
	name := keyed[e.Name]
	if name == "" {
		return nil
	}
	return argument(e, 0, name)
}

// nameOfKey recognises texts that name where a key is found, and the blanks of
// templates.
var nameOfKey = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^(?:\{\{|\$\{|<[^>]*>$|%\()`)

func judgeKey(p *analysis.Pass, e *flow.Event) {
	a := KeyArgument(e)
	if a == nil || analysis.TestFile(p.Path) || !a.Value.Literal() {
		return
	}
	s, known := a.Value.Text()
	if known && (strings.Trim(s, "\x00") == "" || nameOfKey.MatchString(s)) {
		return // of zeros: a step of a key derivation that starts from nothing
	}
	if strings.HasPrefix(e.Name, "hmac.") && known && protocolLabel.MatchString(s) {
		return
	}
	p.Report(e, analysis.Certain, "the key stands in the source: whoever reads the repository can decrypt and forge. Read it from the environment.")
}

// protocolLabel recognises constants that a protocol puts in the place of a key
// so that digests of different use differ.
var protocolLabel = regexp.MustCompile(`^(?i:client key|server key|bitcoin seed|webappdata|ed25519 seed|mnemonic|nist256p1 seed|aws4_request)$`)
