package crypto

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// HashWithArgon2 hashes passwords with Argon2id and verifies them so, old
// digests included.
var HashWithArgon2 = &fix.Fix{
	Name:    "hash-with-argon2",
	For:     []*analysis.Rule{crypto.FastPasswordHash},
	Compute: hashWithArgon2,
	Across:  true,
}

// argonWidth is the length of what PasswordHasher makes.
const argonWidth = 97

func hashWithArgon2(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that hashes the password is in sight.")
	}
	d, reason := digestOf(s, call)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	m := newMigration(s, d.algorithm)
	m.look()
	own := m.parts[0]
	own.collect(call)
	if !own.holds(d) {
		return fix.Refuse("The digest is made in a way that cannot be taken over.")
	}
	for _, path := range m.paths {
		if strings.Contains(m.texts[path], "hashlib") {
			m.part(path).collect(pyedit.At{})
		}
	}
	if m.choose(); m.reason == "" {
		m.write()
	}
	if m.reason != "" {
		return fix.Refuse("%s", m.reason)
	}
	if own.other != nil {
		return m.propose(room(s, own.other.width)+own.other.note+m.advice(), own.other.name)
	}
	return m.propose(room(s, argonWidth)+m.advice(), "Argon2id")
}

// digest is one expression such as hashlib.md5(password.encode()).hexdigest().
type digest struct {
	whole     pyedit.At // with .hexdigest()
	call      pyedit.At // hashlib.md5(...)
	password  string    // expression of the password
	bytes     bool      // which gives bytes
	algorithm string
}

// digestOf reads the digest that a call of hashlib is the heart of.
func digestOf(s *fix.Site, call pyedit.At) (d digest, reason string) {
	name := s.Callee(call)
	data, ok := pyedit.Positional(call.Node, 0)
	d.algorithm = strings.TrimPrefix(name, "hashlib.")
	switch {
	case name == "hashlib.new":
		d.algorithm = data.Value.Str()
		data, ok = pyedit.Positional(call.Node, 1)
	case !strings.HasPrefix(name, "hashlib.") || name == "hashlib.pbkdf2_hmac":
		return d, "How to take over what " + name + " stored is not known: hash with argon2.PasswordHasher, and the old way once more at the next login."
	}
	if !ok {
		return d, "The digest is fed in several steps: write it as one call first."
	}
	attr := call.Parent()
	if attr.Kind() != syntax.KindAttribute || attr.Child(syntax.FieldObject) != call.Node || attr.Parent().Kind() != syntax.KindCall {
		return d, "The digest is fed or read in several steps: write it as one call first."
	}
	if method := attr.Child(syntax.FieldAttribute).Str(); method != "hexdigest" {
		return d, "The digest is used as bytes here; Argon2 gives text."
	}
	d.call, d.whole = call, call.On(attr.Parent())
	d.password, d.bytes = plainPassword(s, call.On(data.Value))
	if d.password == "" {
		return d, "Which part of the hashed text is the password cannot be told."
	}
	return d, ""
}

// plainPassword is the password within what is hashed: without .encode() and
// without a salt. What is hashed without being encoded is bytes.
func plainPassword(s *fix.Site, n pyedit.At) (password string, bytes bool) {
	switch n.Kind() {
	case syntax.KindParenthesizedExpression:
		return plainPassword(s, n.On(n.NamedChild(0)))
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		if fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "encode" {
			password, _ = plainPassword(s, n.On(fn.Child(syntax.FieldObject)))
			return password, false
		}
		if name := fn.Str(); name == "bytes" || name == "str" {
			if a, ok := pyedit.Positional(n.Node, 0); ok {
				password, _ = plainPassword(s, n.On(a.Value))
				return password, false
			}
		}
	case syntax.KindBinaryOperator:
		for _, f := range []syntax.Field{syntax.FieldLeft, syntax.FieldRight} {
			if side := n.On(n.Child(f)); passwordName(side.Str()) && !strings.Contains(side.Str(), "salt") {
				return plainPassword(s, side)
			}
		}
		return "", false
	case syntax.KindString, syntax.KindConcatenatedString:
		for d := range n.Descendants() {
			if d.Kind() == syntax.KindInterpolation {
				if e := d.Child(syntax.FieldExpression); passwordName(e.Str()) {
					return e.Str(), false
				}
			}
		}
		return "", false
	}
	return s.Source(n), s.TypeOf(n) != "str"
}

// passwords recognises the names of passwords.
var passwords = regexp.MustCompile(`(?i)passw|pwd|passphrase|(?:\b|_)(?:pw|pass|passcode)(?:\b|_)`)

func passwordName(text string) bool { return passwords.MatchString(text) }
