package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed unauthenticated_encryption.md
var unauthenticatedEncryptionPage string

// UnauthenticatedEncryption: a ciphertext that anybody can change.
var UnauthenticatedEncryption = &analysis.Rule{
	ID:         "unauthenticated-encryption",
	Class:      "crypto",
	Title:      "Encryption without integrity protection",
	CWE:        []int{353},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Semgrep: []string{"crypto-mode-without-authentication"},
	},
	Page: unauthenticatedEncryptionPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: append(blockCiphers(),
			"cryptography.hazmat.primitives.ciphers.modes.CBC", "cryptography.hazmat.primitives.ciphers.modes.CTR",
			"cryptography.hazmat.primitives.ciphers.modes.CFB", "cryptography.hazmat.primitives.ciphers.modes.CFB8",
			"cryptography.hazmat.primitives.ciphers.modes.OFB"), Run: judgeIntegrity},
	},
	Yields: []*analysis.Rule{WeakCipher, StaticIVOrNonce},
}

// malleable are the modes in which a changed ciphertext decrypts to a changed text.
var malleable = map[string]bool{"CBC": true, "CTR": true, "CFB": true, "CFB8": true, "OFB": true, "OPENPGP": true}

// integrity recognises code that makes or checks a tag of its ciphertext.
var integrity = regexp.MustCompile(`(?i)hmac|(?:^|[^a-z])(?:c|g)?mac(?:[^a-z]|$)|poly1305|gcm|_tag|\.tag|auth|sign|verif|digest|integrity|fernet|checksum`)

func judgeIntegrity(p *analysis.Pass, e *flow.Event) {
	mode := e.Name[strings.LastIndexByte(e.Name, '.')+1:]
	if mode == "new" {
		a := argument(e, 1, "mode")
		if a == nil {
			return
		}
		_, mode, _ = strings.Cut(a.Value.Name, ".MODE_")
	}
	if !malleable[mode] || analysis.TestFile(p.Path) || p.Imports("hmac") {
		return
	}
	text := around(e.Node)
	if !strings.Contains(text, ".encrypt(") && !strings.Contains(text, ".encryptor(") || integrity.MatchString(text) {
		return
	}
	p.Report(e, analysis.Likely, mode+" mode does not notice changes: who can write the ciphertext changes the text, or reads it by the errors. Use AES-GCM, ChaCha20-Poly1305 or Fernet.")
}
