package crypto

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed weak_key_size.md
var weakKeySizePage string

// WeakKeySize: a key that can be found by computing.
var WeakKeySize = &analysis.Rule{
	ID:         "weak-key-size",
	Class:      "crypto",
	Title:      "Key too short",
	CWE:        []int{326},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B505"},
		Ruff:    []string{"S505"},
		Semgrep: []string{"insufficient-rsa-key-size", "insufficient-dsa-key-size", "insufficient-ec-key-size"},
	},
	Page: weakKeySizePage,
	Checks: []analysis.Check{
		analysis.Calls{Names: keySizes.calls(), Run: judgeKeySize},
	},
}

// keySizes says which argument of a call is the number of bits.
var keySizes = parameters{
	"cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key": {1, []string{"key_size"}},
	"cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key": {0, []string{"key_size"}},
	"cryptography.hazmat.primitives.asymmetric.dsa.generate_parameters":  {0, []string{"key_size"}},
	"cryptography.hazmat.primitives.asymmetric.dh.generate_parameters":   {1, []string{"key_size"}},
	"Crypto.PublicKey.RSA.generate":                                      {0, []string{"bits"}},
	"Crypto.PublicKey.DSA.generate":                                      {0, []string{"bits"}},
	"Crypto.PublicKey.ElGamal.generate":                                  {0, []string{"bits"}},
	"Cryptodome.PublicKey.RSA.generate":                                  {0, []string{"bits"}},
	"Cryptodome.PublicKey.DSA.generate":                                  {0, []string{"bits"}},
	"Cryptodome.PublicKey.ElGamal.generate":                              {0, []string{"bits"}},
	"rsa.newkeys":                                                        {0, []string{"nbits"}},
	"paramiko.RSAKey.generate":                                           {0, []string{"bits"}},
	"paramiko.DSSKey.generate":                                           {0, []string{"bits"}},
	"M2Crypto.RSA.gen_key":                                               {0, []string{"bits"}},
	"OpenSSL.crypto.PKey.generate_key":                                   {1, []string{"bits"}},
	"asyncssh.generate_private_key":                                      {-1, []string{"key_size"}},
	"joserfc.jwk.RSAKey.generate_key":                                    {0, []string{"key_size"}},
	"authlib.jose.RSAKey.generate_key":                                   {0, []string{"key_size"}},
	// curves
	"cryptography.hazmat.primitives.asymmetric.ec.generate_private_key": {0, []string{"curve"}},
	"Crypto.PublicKey.ECC.generate":                                     {-1, []string{"curve"}},
	"Cryptodome.PublicKey.ECC.generate":                                 {-1, []string{"curve"}},
}

// KeySizeArgument is the number of bits, or the curve, that a call makes a key of.
func KeySizeArgument(e *flow.Event) *flow.Arg { return keySizes.of(e) }

var shortCurve = regexp.MustCompile(`(?i)(?:SECP1(?:60|92)|SECT1(?:63|93)|PRIME192|BRAINPOOLP1(?:60|92))|^(?:p-?192|nist p-?192)$`)

func judgeKeySize(p *analysis.Pass, e *flow.Event) {
	a := KeySizeArgument(e)
	if a == nil || analysis.TestFile(p.Path) {
		return
	}
	if bits, ok := a.Value.Int(); ok {
		if strings.HasPrefix(e.Name, "asyncssh.") && bits < 600 || bits >= 2048 || bits <= 0 {
			return // of an elliptic curve
		}
		d := p.Report(e, analysis.Certain, "a key of "+strconv.FormatInt(bits, 10)+" bits can be broken. Use 3072.")
		if bits <= 1024 {
			d.Severity = analysis.High
		}
		return
	}
	curve := a.Value.Type
	if s, ok := a.Value.Str(); ok {
		curve = s
	} else if a.Value.Name != "" {
		curve = a.Value.Name
	}
	if curve = curve[strings.LastIndexByte(curve, '.')+1:]; shortCurve.MatchString(curve) {
		p.Report(e, analysis.Certain, "the curve "+curve+" is too small: its keys can be found by computing. Use P-256.")
	}
}
