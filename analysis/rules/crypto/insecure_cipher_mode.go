package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed insecure_cipher_mode.md
var insecureCipherModePage string

// InsecureCipherMode: a cipher used in a way that shows the text.
var InsecureCipherMode = &analysis.Rule{
	ID:         "insecure-cipher-mode",
	Class:      "crypto",
	Title:      "ECB mode or unpadded RSA",
	CWE:        []int{327, 780},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B305"},
		Ruff:    []string{"S305"},
		Semgrep: []string{"insecure-cipher-mode-ecb"},
	},
	Page: insecureCipherModePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: blockCiphers(), Run: judgeMode},
		analysis.Calls{Names: []string{"cryptography.hazmat.primitives.ciphers.modes.ECB"}, Run: judgeECB},
		analysis.Calls{Names: []string{
			"Crypto.Cipher.PKCS1_v1_5.new", "Cryptodome.Cipher.PKCS1_v1_5.new", "rsa.encrypt", "rsa.pkcs1.encrypt", ".public_encrypt", ".encrypt", ".decrypt",
			"Crypto.PublicKey.RSA.RsaKey.encrypt", "Cryptodome.PublicKey.RSA.RsaKey.encrypt",
			"cryptography.hazmat.primitives.asymmetric.rsa.RSAPublicKey.encrypt", "cryptography.hazmat.primitives.asymmetric.rsa.RSAPrivateKey.decrypt",
		}, Run: judgeRSA},
		analysis.Calls{Names: []string{"pow"}, Run: judgePower},
	},
	Yields: []*analysis.Rule{WeakCipher},
}

func blockCiphers() []string {
	var out []string
	for _, root := range cryptodome {
		out = append(out, root+".Cipher.AES.new", root+".Cipher.Camellia.new")
	}
	return out
}

const ecbConsequence = " gives equal blocks for equal blocks: the pattern of the text shows, and blocks can be moved about. Use AES-GCM or ChaCha20-Poly1305."

// buildingBlock recognises functions that use a single block of a cipher as a
// part of something else, which only ECB gives.
var buildingBlock = regexp.MustCompile(`(?i)key_?wrap|wrap_?key|unwrap|cmac|header_protection|(?:^|[^a-z])mask|block_?encrypt|encrypt_?block|decrypt_?block|single_?block|kcv|check_?value|ff[13]|(?:^|[^a-z])prf|xts|(?:^|[^a-z])ctr|(?:^|[^a-z])cbc|ntlm|eax`)

func judgeMode(p *analysis.Pass, e *flow.Event) {
	a := argument(e, 1, "mode")
	if a == nil {
		if len(e.Args) == 1 && e.Args[0].Name == "" && strings.HasPrefix(e.Name, "Crypto.") {
			reportECB(p, e, "a cipher of pycrypto made without a mode uses ECB, which")
		}
		return
	}
	for _, name := range a.Value.Names() {
		if strings.HasSuffix(name, ".MODE_ECB") {
			reportECB(p, e, "ECB mode")
			return
		}
	}
	if n, ok := a.Value.Int(); ok && n == 1 {
		reportECB(p, e, "ECB mode")
	}
}

func judgeECB(p *analysis.Pass, e *flow.Event) { reportECB(p, e, "ECB mode") }

func reportECB(p *analysis.Pass, e *flow.Event, what string) {
	if analysis.TestFile(p.Path) {
		return
	}
	c := analysis.Certain
	if buildingBlock.MatchString(e.Func) {
		c = analysis.Unsure
	}
	p.Report(e, c, what+ecbConsequence)
}

const rsaConsequence = ": who can ask whether a message was well formed decrypts others (Bleichenbacher). Use OAEP with SHA-256."

func judgeRSA(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	switch {
	case strings.HasSuffix(e.Name, "PKCS1_v1_5.new"), strings.HasPrefix(e.Name, "rsa."):
		p.Report(e, analysis.Certain, "RSA encryption with the padding of PKCS #1 v1.5"+rsaConsequence)
	case strings.HasSuffix(e.Name, ".RsaKey.encrypt"):
		p.Report(e, analysis.Certain, "RSA without padding gives the same ciphertext for the same text. Use OAEP with SHA-256.")
	case e.Name == ".public_encrypt":
		if a := argument(e, 1, "padding"); a != nil && p.Imports("M2Crypto") && !strings.Contains(a.Node.Str(), "oaep") {
			p.Report(e, analysis.Likely, "RSA encryption with the padding of PKCS #1 v1.5, or none"+rsaConsequence)
		}
	default:
		a := argument(e, 1, "padding")
		if a != nil && (a.Value.Type == paddingPKCS1 || a.Value.Name == paddingPKCS1) {
			p.Report(e, analysis.Certain, "RSA encryption with the padding of PKCS #1 v1.5"+rsaConsequence)
		}
	}
}

const paddingPKCS1 = "cryptography.hazmat.primitives.asymmetric.padding.PKCS1v15"

var (
	exponentName = regexp.MustCompile(`(?i)^(?:e|d|exp|exponent|public_?exponent|private_?exponent|pub_?exp)$`)
	modulusName  = regexp.MustCompile(`(?i)^(?:n|modulus|mod)$`)
	encryptsName = regexp.MustCompile(`(?i)encrypt|decrypt|sign|verif`)
)

// judgePower judges RSA written out as pow(message, e, n).
func judgePower(p *analysis.Pass, e *flow.Event) {
	if len(e.Args) != 3 || analysis.TestFile(p.Path) || !encryptsName.MatchString(e.Func) ||
		!exponentName.MatchString(called(e.Args[1].Node)) || !modulusName.MatchString(called(e.Args[2].Node)) {
		return
	}
	c := analysis.Unsure
	if p.Imports("Crypto") || p.Imports("Cryptodome") || p.Imports("cryptography") {
		c = analysis.Likely
	}
	p.Report(e, c, "RSA without padding gives the same ciphertext for the same text, and ciphertexts can be multiplied. Use OAEP with SHA-256.")
}
