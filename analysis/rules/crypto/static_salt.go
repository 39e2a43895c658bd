package crypto

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed static_salt.md
var staticSaltPage string

// StaticSalt: a salt that is the same for every password.
var StaticSalt = &analysis.Rule{
	ID:         "static-salt",
	Class:      "crypto",
	Title:      "Constant or empty salt in a key derivation or password hash",
	CWE:        []int{760, 759},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       staticSaltPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: saltCalls(), Run: judgeSalt},
	},
}

// salts says which argument of a call is the salt, by position and name.
var salts = parameters{
	"hashlib.pbkdf2_hmac": {2, []string{"salt"}},
	"hashlib.scrypt":      {-1, []string{"salt"}},
	"cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC": {2, []string{"salt"}},
	"cryptography.hazmat.primitives.kdf.scrypt.Scrypt":     {0, []string{"salt"}},
	"cryptography.hazmat.primitives.kdf.argon2.Argon2id":   {-1, []string{"salt"}},
	"Crypto.Protocol.KDF.PBKDF1":                           {1, []string{"salt"}},
	"Crypto.Protocol.KDF.PBKDF2":                           {1, []string{"salt"}},
	"Crypto.Protocol.KDF.scrypt":                           {1, []string{"salt"}},
	"Crypto.Protocol.KDF.bcrypt":                           {2, []string{"salt"}},
	"Cryptodome.Protocol.KDF.PBKDF1":                       {1, []string{"salt"}},
	"Cryptodome.Protocol.KDF.PBKDF2":                       {1, []string{"salt"}},
	"Cryptodome.Protocol.KDF.scrypt":                       {1, []string{"salt"}},
	"Cryptodome.Protocol.KDF.bcrypt":                       {2, []string{"salt"}},
	"bcrypt.hashpw":                                        {1, []string{"salt"}},
	"bcrypt.kdf":                                           {1, []string{"salt"}},
	"crypt.crypt":                                          {1, []string{"salt"}},
	"scrypt.hash":                                          {1, []string{"salt"}},
	"argon2.hash_password":                                 {1, []string{"salt"}},
	"argon2.low_level.hash_secret":                         {1, []string{"salt"}},
	"argon2.low_level.hash_secret_raw":                     {1, []string{"salt"}},
	"argon2.PasswordHasher.hash":                           {-1, []string{"salt"}},
	"django.contrib.auth.hashers.make_password":            {1, []string{"salt"}},
	"werkzeug.security.pbkdf2_bin":                         {1, []string{"salt"}},
	"werkzeug.security.pbkdf2_hex":                         {1, []string{"salt"}},
}

func saltCalls() []string {
	for _, h := range []string{"sha256_crypt", "sha512_crypt", "sha1_crypt", "md5_crypt", "des_crypt", "bcrypt", "bcrypt_sha256", "pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512", "argon2", "scrypt"} {
		for _, m := range []string{"hash", "encrypt", "using"} {
			salts["passlib.hash."+h+"."+m] = parameter{-1, []string{"salt"}}
		}
	}
	return salts.calls()
}

// SaltArgument is the salt of a call, nil if it has none.
func SaltArgument(e *flow.Event) *flow.Arg { return salts.of(e) }

// digestName recognises the name of the digest that a derivation is made with.
var digestName = regexp.MustCompile(`(?i)^(?:md|sha|blake)[-_]?\d`)

func literal(v *flow.Value) string {
	s, _ := v.Text()
	return s
}

func judgeSalt(p *analysis.Pass, e *flow.Event) {
	a := SaltArgument(e)
	if a == nil || analysis.TestFile(p.Path) || !fixedBytes(a.Value, a.Node) {
		return
	}
	for i := range e.Args {
		// a call that tries out whether the function is there
		if at := &e.Args[i]; at != a && (at.Name == "password" || at.Name == "" && i < 2) && at.Value.Literal() && !digestName.MatchString(literal(at.Value)) {
			return
		}
	}
	if e.Name == "crypt.crypt" && strings.HasPrefix(a.Value.Name, "crypt.METHOD_") {
		return // of which crypt draws one
	}
	p.Report(e, analysis.Certain, "the salt is a constant: one table of guesses serves for all passwords, and equal passwords show. Draw os.urandom(16) for each and keep it beside the hash.")
}
