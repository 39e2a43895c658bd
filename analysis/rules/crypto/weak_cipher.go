package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed weak_cipher.md
var weakCipherPage string

// WeakCipher: a cipher that is broken or has a block too small.
var WeakCipher = &analysis.Rule{
	ID:         "weak-cipher",
	Class:      "crypto",
	Title:      "Broken or obsolete cipher",
	CWE:        []int{327},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B304"},
		Ruff:    []string{"S304"},
		Semgrep: []string{"insecure-cipher-algorithm-arc4", "insecure-cipher-algorithm-blowfish", "insecure-cipher-algorithm-idea", "insecure-cipher-algorithm-des", "insecure-cipher-algorithm-rc2", "insecure-cipher-algorithm-rc4", "insecure-cipher-algorithm-xor"},
	},
	Page: weakCipherPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: weakCiphers(), Run: judgeCipher},
		analysis.Calls{Names: cipherLists, Run: judgeCipherList},
		analysis.Sets{Names: []string{".key_encryption_key", ".encryption_version"}, Run: judgeAzure},
	},
}

// cryptodome are the root modules of pycryptodome under its two names.
var cryptodome = []string{"Crypto", "Cryptodome"}

// hazmat are the modules in which cryptography keeps its ciphers.
var hazmat = []string{
	"cryptography.hazmat.primitives.ciphers.algorithms", "cryptography.hazmat.decrepit.ciphers.algorithms", "cryptography.hazmat.decrepit.ciphers",
}

func weakCiphers() []string {
	var out []string
	for _, root := range cryptodome {
		for _, c := range []string{"DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST", "IDEA", "RC5", "XOR"} {
			out = append(out, root+".Cipher."+c+".new")
		}
	}
	for _, module := range hazmat {
		for _, c := range []string{"ARC4", "TripleDES", "Blowfish", "CAST5", "IDEA", "SEED", "RC2"} {
			out = append(out, module+"."+c)
		}
	}
	return append(out, "pyDes.des", "pyDes.triple_des", "M2Crypto.EVP.Cipher", "arc4.ARC4", "blowfish.Cipher", "passlib.crypto.des.des_encrypt_block", "oscrypto.symmetric.rc4_encrypt", "oscrypto.symmetric.rc2_cbc_pkcs5_encrypt", "oscrypto.symmetric.tripledes_cbc_pkcs5_encrypt", "oscrypto.symmetric.des_cbc_pkcs5_encrypt")
}

// small are the ciphers whose block is too small for the data of today, though
// nobody reads a single message.
var small = map[string]bool{"DES3": true, "TripleDES": true, "Blowfish": true, "CAST": true, "CAST5": true, "IDEA": true, "triple_des": true}

func judgeCipher(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	parts := strings.Split(e.Name, ".")
	name := parts[len(parts)-1]
	switch {
	case name == "new", e.Name == "blowfish.Cipher":
		name = parts[len(parts)-2]
	case e.Name == "M2Crypto.EVP.Cipher":
		a := argument(e, 0, "alg")
		if a == nil {
			return
		}
		alg, ok := a.Value.Str()
		if !ok || !weakAlgorithm.MatchString(alg) {
			return
		}
		name = alg
	case strings.HasSuffix(name, "_encrypt") || strings.HasSuffix(name, "_block"):
		name, _, _ = strings.Cut(name, "_")
	}
	why := " is broken: what it encrypts can be read without the key."
	if small[name] {
		why = " has blocks of 64 bits: after some gigabytes under one key, parts of the text come out."
	}
	p.Report(e, analysis.Certain, name+why+" Use AES-GCM or ChaCha20-Poly1305.")
}

var weakAlgorithm = regexp.MustCompile(`(?i)^(?:des|rc4|rc2|rc5|bf|cast5?|idea|seed)(?:[-_]|$)`)

// cipherLists are the calls that take a list of cipher suites for TLS.
var cipherLists = []string{
	"ssl.SSLContext.set_ciphers", ".set_ciphers", "ssl.wrap_socket", "urllib3.util.ssl_.create_urllib3_context", "urllib3.util.create_urllib3_context",
	"OpenSSL.SSL.Context.set_cipher_list", ".set_cipher_list", "asyncssh.connect",
}

func judgeCipherList(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "ciphers")
	if a == nil && !strings.HasSuffix(e.Name, "wrap_socket") {
		a = flow.FindArg(e.Args, "0")
	}
	if a == nil || analysis.TestFile(p.Path) {
		return
	}
	list, ok := a.Value.Text()
	if !ok {
		return
	}
	if suite := weakSuite(list); suite != "" {
		p.Report(e, analysis.Certain, "the cipher list allows "+suite+": a connection that agrees on it can be read or changed on its way. Leave the list to Python.")
	}
}

// weakSuite is the part of a list in the syntax of OpenSSL that lets a weak
// cipher in, "" if none does.
func weakSuite(list string) string {
	banned := map[string]bool{}
	parts := strings.FieldsFunc(list, func(r rune) bool { return r == ':' || r == ',' || r == ' ' })
	for _, s := range parts {
		if strings.HasPrefix(s, "!") {
			banned[strings.ToUpper(s[1:])] = true
		}
	}
	for _, s := range parts {
		if s == "" || s[0] == '!' || s[0] == '-' || s[0] == '@' {
			continue
		}
		s = strings.TrimPrefix(s, "+")
		for word := range strings.FieldsFuncSeq(strings.ToUpper(s), func(r rune) bool { return r == '-' || r == '+' || r == '_' }) {
			if weakSuites[word] && !banned[word] && !banned[strings.ToUpper(s)] {
				return s
			}
		}
	}
	return ""
}

var weakSuites = map[string]bool{
	"RC4": true, "RC2": true, "DES": true, "3DES": true, "NULL": true, "ENULL": true, "ANULL": true, "EXPORT": true, "EXP": true, "ADH": true, "AECDH": true, "LOW": true,
}

// judgeAzure judges the encryption that Azure's storage client does itself: its
// first version is open to a padding oracle.
func judgeAzure(p *analysis.Pass, e *flow.Event) {
	if !p.Imports("azure") || analysis.TestFile(p.Path) {
		return
	}
	const says = "client-side encryption of version 1 can be undone by who can change the stored bytes (CVE-2022-30187). Set encryption_version = '2.0'."
	if e.Name == ".encryption_version" {
		if v, ok := e.Value.Str(); ok && strings.HasPrefix(v, "1") {
			p.Report(e, analysis.Certain, says)
		}
		return
	}
	if e.Node.Kind() == syntax.KindAssignment && !e.Value.IsNone() && !strings.Contains(around(e.Node), "encryption_version") {
		p.Report(e, analysis.Certain, says)
	}
}
