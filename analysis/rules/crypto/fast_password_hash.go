package crypto

import (
	"bytes"
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
)

//go:embed fast_password_hash.md
var fastPasswordHashPage string

// FastPasswordHash: password hashed with a fast digest.
var FastPasswordHash = &analysis.Rule{
	ID:         "fast-password-hash",
	Class:      "crypto",
	Title:      "Password hashed with a fast digest",
	CWE:        []int{916},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B324"},
		Ruff:    []string{"S324"},
		Semgrep: []string{"md5-used-as-password"},
	},
	Page: fastPasswordHashPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: digests(), Run: judgeDigest},
		analysis.Calls{Names: []string{"hashlib.pbkdf2_hmac", "werkzeug.security.generate_password_hash", "crypt.crypt"}, Run: judgeSlow},
	},
}

const passwordConsequence = ": whoever gets the table tries billions of passwords a second. Use argon2, scrypt or bcrypt."

func digests() []string {
	out := []string{"hashlib.new", "zlib.crc32", "binascii.crc32", "base64.b64encode", ".update", "hashlib.HASH.update", "hashlib._Hash.update"}
	for _, h := range []string{"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"} {
		out = append(out, "hashlib."+h)
	}
	for _, root := range []string{"Crypto", "Cryptodome"} {
		for _, h := range []string{"MD2", "MD4", "MD5", "SHA", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"} {
			out = append(out, root+".Hash."+h+".new")
		}
	}
	return out
}

func judgeDigest(p *analysis.Pass, e *flow.Event) {
	which := "0"
	if e.Name == "hashlib.new" {
		which = "1"
	}
	a := flow.FindArg(e.Args, which)
	if a == nil {
		a = flow.FindArg(e.Args, "data")
	}
	if a == nil || !holdsPassword(a) || bytes.Contains(e.Node.Unit().Text, []byte("pwned")) || notForSecurity(e) || hashedAgain(e.Node) {
		return
	}
	switch short := e.Name[strings.LastIndexByte(e.Name, '.')+1:]; short {
	case "update":
		if e.Recv == nil || !strings.HasPrefix(e.Recv.Type, "hashlib.") && !strings.HasPrefix(e.Recv.Type, "_hashlib.") {
			return
		}
		p.Report(e, analysis.Certain, "a password goes into a fast digest here"+passwordConsequence)
	case "b64encode":
		if !strings.Contains(strings.ToLower(purpose(e)), "hash") || !passwordName.MatchString(names(a.Node)) {
			return // an encoding for transport, such as Basic authentication
		}
		p.Report(e, analysis.Likely, "base64 hides nothing of a password"+passwordConsequence)
	default:
		if i := strings.Index(e.Name, ".Hash."); i > 0 {
			short = strings.TrimSuffix(e.Name[i+6:], ".new")
		}
		p.Report(e, analysis.Certain, "a password is hashed with "+strings.ToUpper(short)+", a fast digest"+passwordConsequence)
	}
}

// slowHash recognises functions that hash slowly, slowHasher what has a method hash
// or verify that does.
var (
	slowHash   = regexp.MustCompile(`(?i)^(?:hashpw|checkpw|kdf|scrypt|pbkdf2\w*|argon2\w*|bcrypt\w*|hash_secret\w*|derive|(?:generate|check)_password_hash|a?(?:make|check)_password)$`)
	slowHasher = regexp.MustCompile(`(?i)hasher|argon|bcrypt|scrypt|pbkdf|^ph$|context|ctx`)
)

// hashedAgain reports whether a digest goes on into a function that hashes slowly, as
// is done for passwords longer than bcrypt takes: in the same expression, or by a
// variable of the function.
func hashedAgain(n syntax.Node) bool {
	name := ""
	if analysis.CalleeName(n) == "update" {
		name = n.Child(syntax.FieldFunction).Child(syntax.FieldObject).Str()
	}
	for n = n.Parent(); n.OK(); n = n.Parent() {
		switch n.Kind() {
		case syntax.KindCall:
			if slow(n) {
				return true
			}
		case syntax.KindAssignment:
			if t := n.Child(syntax.FieldLeft); t.Kind() == syntax.KindIdentifier {
				name = t.Str()
			}
		case syntax.KindFunctionDefinition:
			return name != "" && goesOn(n, name)
		}
	}
	return false
}

// goesOn reports whether a variable of a function is given to one that hashes slowly.
func goesOn(fn syntax.Node, name string) bool {
	for d := range fn.Descendants() {
		if d.Kind() != syntax.KindCall || !slow(d) {
			continue
		}
		for a := range d.Child(syntax.FieldArguments).Descendants() {
			if a.Kind() == syntax.KindIdentifier && a.Str() == name {
				return true
			}
		}
	}
	return false
}

// slow reports whether a call hashes slowly.
func slow(call syntax.Node) bool {
	callee := call.Child(syntax.FieldFunction)
	switch name := analysis.CalleeName(call); {
	case slowHash.MatchString(name):
		return true
	case name == "hash" || name == "verify":
		return callee.Kind() == syntax.KindAttribute && slowHasher.MatchString(python.LastName(callee.Child(syntax.FieldObject)))
	}
	return false
}

func notForSecurity(e *flow.Event) bool {
	a := flow.FindArg(e.Args, "usedforsecurity")
	if a == nil {
		return false
	}
	v, ok := a.Value.Bool()
	return ok && !v
}

// judgeSlow judges functions that are slow enough only with the right numbers.
func judgeSlow(p *analysis.Pass, e *flow.Event) {
	switch e.Name {
	case "hashlib.pbkdf2_hmac":
		a := flow.FindArg(e.Args, "3")
		if a == nil {
			a = flow.FindArg(e.Args, "iterations")
		}
		if a == nil {
			return
		}
		if n, ok := a.Value.Int(); ok && n < 100_000 {
			p.Report(e, analysis.Certain, "PBKDF2 with "+a.Node.Str()+" rounds is a fast digest"+passwordConsequence)
		}
	case "werkzeug.security.generate_password_hash":
		a := flow.FindArg(e.Args, "method")
		if a == nil {
			a = flow.FindArg(e.Args, "1")
		}
		if a == nil {
			return
		}
		if s, ok := a.Value.Str(); ok && !strings.HasPrefix(s, "pbkdf2") && !strings.HasPrefix(s, "scrypt") {
			p.Report(e, analysis.Certain, "a password is hashed with "+s+", a fast digest"+passwordConsequence)
		}
	case "crypt.crypt":
		a := flow.FindArg(e.Args, "1")
		if a == nil {
			return
		}
		if n := a.Value.Name; n == "crypt.METHOD_CRYPT" || n == "crypt.METHOD_MD5" {
			p.Report(e, analysis.Certain, "a password is hashed with an outdated method of crypt"+passwordConsequence)
		}
	}
}
