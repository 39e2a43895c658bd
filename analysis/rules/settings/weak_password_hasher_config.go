package settings

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed weak_password_hasher_config.md
var weakPasswordHasherConfigPage string

// WeakPasswordHasherConfig: password hasher configured too weak.
var WeakPasswordHasherConfig = &analysis.Rule{
	ID:         "weak-password-hasher-config",
	Class:      "settings",
	Title:      "Password hasher configured too weak",
	CWE:        []int{916},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Page:       weakPasswordHasherConfigPage,
	Checks: []analysis.Check{
		analysis.Settings{Names: []string{"PASSWORD_HASHERS", "BCRYPT_LOG_ROUNDS", "SECURITY_PASSWORD_HASH"}, Run: judgeHashers},
		analysis.Calls{Names: []string{"passlib.context.CryptContext", "passlib.context.LazyCryptContext"}, Run: judgeContext},
		analysis.Calls{Names: []string{
			"bcrypt.gensalt", "argon2.PasswordHasher", "flask_bcrypt.generate_password_hash", "flask_bcrypt.Bcrypt.generate_password_hash",
			"werkzeug.security.generate_password_hash", "hashlib.scrypt",
		}, Run: judgeCost},
	},
}

const cracked = " Whoever gets the table of passwords finds them by trying."

func judgeHashers(p *analysis.Pass, s *analysis.Setting) {
	if !p.Deployed(s.Event) {
		return
	}
	switch s.Name {
	case "BCRYPT_LOG_ROUNDS":
		if n, ok := s.Given.Int(); ok && n < 10 {
			p.ReportSetting(s, analysis.Certain, fmt.Sprintf("bcrypt runs 2**%d rounds here, which is quick.%s", n, cracked))
		}
	case "SECURITY_PASSWORD_HASH":
		if name, ok := s.Given.Str(); ok && weakScheme(name) {
			p.ReportSetting(s, analysis.Certain, "Passwords are stored with "+name+"."+cracked)
		}
	default:
		v := s.Given.Element(0)
		if v == nil {
			return
		}
		path, _ := v.Str()
		name := path[strings.LastIndexByte(path, '.')+1:]
		for _, w := range []string{"MD5", "SHA1", "Unsalted", "CryptPasswordHasher"} {
			if strings.Contains(name, w) && !strings.Contains(name, "PBKDF2") {
				p.ReportSetting(s, analysis.Certain, "New passwords are stored with "+name+", which is quick to compute."+cracked)
				return
			}
		}
	}
}

// weakScheme reports whether a scheme of passlib is quick or keeps passwords as
// they are.
func weakScheme(name string) bool {
	switch name {
	case "plaintext", "md5", "md5_crypt", "apr_md5_crypt", "des_crypt", "bsdi_crypt", "bigcrypt", "crypt16", "sha1_crypt", "mysql323", "mysql41", "lmhash", "nthash",
		"postgres_md5", "oracle10", "oracle11", "phpass", "sun_md5_crypt", "unix_disabled_plaintext", "msdcc", "msdcc2", "cisco_pix", "cisco_type7", "roundup_plaintext",
		"django_salted_md5", "django_salted_sha1", "django_des_crypt", "atlassian_md5":
		return true
	}
	if strings.HasPrefix(name, "ldap_") {
		return !strings.Contains(name, "pbkdf2") && !strings.Contains(name, "bcrypt") && !strings.Contains(name, "sha256_crypt") && !strings.Contains(name, "sha512_crypt")
	}
	return strings.HasPrefix(name, "hex_")
}

func judgeContext(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	a, _ := analysis.Option(e.Args, "schemes", "0")
	if a == nil {
		return
	}
	name, ok := a.Value.Str()
	if v := a.Value.Element(0); v != nil {
		name, ok = v.Str()
	}
	if d, _ := analysis.Option(e.Args, "default"); d != nil {
		name, ok = d.Value.Str()
	}
	if ok && weakScheme(name) {
		p.Report(e, analysis.Certain, "New passwords are stored with "+name+", which is quick to compute or keeps them as they are."+cracked)
	}
}

// judgeCost judges numbers that say how much work a guess is.
func judgeCost(p *analysis.Pass, e *flow.Event) {
	if analysis.TestFile(p.Path) {
		return
	}
	number := func(names ...string) (int64, bool) {
		if a, _ := analysis.Option(e.Args, names...); a != nil {
			return a.Value.Int()
		}
		return 0, false
	}
	switch {
	case strings.HasPrefix(e.Name, "werkzeug."):
		judgeMethod(p, e)
	case strings.HasPrefix(e.Name, "argon2."):
		if m, ok := number("memory_cost", "1"); ok && m < 7168 {
			p.Report(e, analysis.Certain, fmt.Sprintf("Argon2 is given %d KiB of memory here, which lets a graphics card try many passwords at once.%s", m, cracked))
		}
	case e.Name == "hashlib.scrypt":
		if n, ok := number("n"); ok && n < 1<<13 {
			p.Report(e, analysis.Likely, fmt.Sprintf("scrypt is given n=%d here, which is quick.%s", n, cracked))
		}
	default:
		names := []string{"rounds", "0"}
		if strings.HasPrefix(e.Name, "flask_bcrypt.") {
			names[1] = "1"
		}
		if n, ok := number(names...); ok && n < 10 {
			p.Report(e, analysis.Certain, fmt.Sprintf("bcrypt runs 2**%d rounds here, which is quick.%s", n, cracked))
		}
	}
}

// judgeMethod judges Werkzeug's name of a way to hash.
func judgeMethod(p *analysis.Pass, e *flow.Event) {
	a, _ := analysis.Option(e.Args, "method", "1")
	if a == nil {
		return
	}
	method, ok := a.Value.Str()
	parts := strings.Split(method, ":")
	if !ok || parts[0] != "pbkdf2" || len(parts) != 3 {
		return
	}
	if n, err := strconv.Atoi(parts[2]); err == nil && n < 100000 {
		p.Report(e, analysis.Likely, fmt.Sprintf("PBKDF2 runs %d rounds here, which is quick.%s", n, cracked))
	}
}
