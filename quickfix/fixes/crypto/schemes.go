package crypto

import (
	"strings"

	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// scheme is the way in which a library hashes passwords and verifies them.
type scheme struct {
	name string // of what hashes: "generate_password_hash"
	// hash and verify are expressions for the sources of a password and of a
	// stored hash. verify is nil where a wrong password is an exception.
	hash   func(password string) string
	verify func(stored, password string) string
	check  string // the name of what verifies
	width  int    // characters of a hash, the most that are usual
	note   string // what the author must know, "" or a sentence and a space
}

// usedScheme is the way in which a file hashes passwords already; ok is false if it
// does so in none that is known. Imports that it misses are added to e.
func usedScheme(s *fix.Site, e *pyedit.Edits, at pyedit.At) (x scheme, ok bool) {
	f := s.File
	if name := moduleObject(s, at, "argon2.PasswordHasher"); name != "" {
		return scheme{name: name + ".hash", width: argonWidth, check: name + ".verify", hash: func(p string) string { return name + ".hash(" + p + ")" }}, true
	}
	if name := moduleObject(s, at, "passlib.context.CryptContext"); name != "" {
		return passlib(name), true
	}
	if name := moduleObject(s, at, "flask_bcrypt.Bcrypt"); name != "" {
		return scheme{
			name: name + ".generate_password_hash", width: bcryptWidth, check: name + ".check_password_hash", note: bcryptNote,
			hash:   func(p string) string { return name + ".generate_password_hash(" + p + `).decode("ascii")` },
			verify: func(stored, p string) string { return name + ".check_password_hash(" + stored + ", " + p + ")" },
		}, true
	}
	for _, b := range f.Imports() {
		if b.Inner {
			continue
		}
		switch b.Target {
		case "werkzeug.security.generate_password_hash", "werkzeug.security.check_password_hash", "werkzeug.security":
			return werkzeug(e, at), true
		case "django.contrib.auth.hashers.make_password", "django.contrib.auth.hashers.check_password", "django.contrib.auth.hashers":
			return django(e, at), true
		case "passlib.hash.bcrypt", "passlib.hash.argon2", "passlib.hash.pbkdf2_sha256", "passlib.hash.pbkdf2_sha512", "passlib.hash.scrypt", "passlib.hash.bcrypt_sha256":
			if !f.ShadowedAt(at, b.Name) && f.BoundInModule(b.Name) == 1 {
				return passlib(b.Name), true
			}
		case "bcrypt", "bcrypt.hashpw", "bcrypt.checkpw":
			return bcrypt(e, at), true
		}
	}
	return scheme{}, false
}

// sameScheme is a scheme of a name in another file; nil if it is that of an object.
func sameScheme(name string, e *pyedit.Edits, at pyedit.At) *scheme {
	for _, of := range []func(*pyedit.Edits, pyedit.At) scheme{werkzeug, django, bcrypt} {
		if x := of(e, at); x.name == name {
			return &x
		}
	}
	return nil
}

// moduleObject is the name of the only object of a class that a module makes for all of
// its functions, "" if there is none that can be used at a place.
func moduleObject(s *fix.Site, at pyedit.At, class string) string {
	found := ""
	for _, u := range s.File.Tree.Units {
		if u.Parent != "" || u.Class != syntax.Statement {
			continue
		}
		assign := u.Root().NamedChild(0)
		target, call := assign.Child(syntax.FieldLeft), assign.Child(syntax.FieldRight)
		if assign.Kind() != syntax.KindAssignment || target.Kind() != syntax.KindIdentifier || call.Kind() != syntax.KindCall ||
			s.Callee(pyedit.At{Node: call, Base: u.Start}) != class {
			continue
		}
		if found != "" {
			return ""
		}
		found = target.Str()
	}
	if found == "" || s.File.BoundInModule(found) != 1 || s.File.ShadowedAt(at, found) {
		return ""
	}
	return found
}

func passlib(name string) scheme {
	return scheme{
		name: name + ".hash", width: 128, check: name + ".verify",
		hash:   func(p string) string { return name + ".hash(" + p + ")" },
		verify: func(stored, p string) string { return name + ".verify(" + p + ", " + stored + ")" },
	}
}

func werkzeug(e *pyedit.Edits, at pyedit.At) scheme {
	return scheme{
		name: "generate_password_hash", width: 162, check: "check_password_hash",
		hash: func(p string) string {
			return e.Use(at, "werkzeug.security", "generate_password_hash", pyedit.From) + "(" + p + ")"
		},
		verify: func(stored, p string) string {
			return e.Use(at, "werkzeug.security", "check_password_hash", pyedit.From) + "(" + stored + ", " + p + ")"
		},
	}
}

func django(e *pyedit.Edits, at pyedit.At) scheme {
	return scheme{
		name: "make_password", width: 128, check: "check_password",
		hash: func(p string) string {
			return e.Use(at, "django.contrib.auth.hashers", "make_password", pyedit.From) + "(" + p + ")"
		},
		verify: func(stored, p string) string {
			return e.Use(at, "django.contrib.auth.hashers", "check_password", pyedit.From) + "(" + p + ", " + stored + ")"
		},
	}
}

const bcryptWidth = 60

const bcryptNote = "bcrypt takes passwords of up to 72 bytes. "

func bcrypt(e *pyedit.Edits, at pyedit.At) scheme {
	use := func(name string) string { return e.Use(at, "bcrypt", name, pyedit.From) }
	return scheme{
		name: "bcrypt.hashpw", width: bcryptWidth, check: "bcrypt.checkpw", note: bcryptNote,
		hash: func(p string) string {
			return use("hashpw") + "(" + encoded(p) + ", " + use("gensalt") + "()).decode()"
		},
		verify: func(stored, p string) string { return use("checkpw") + "(" + encoded(p) + ", " + encoded(stored) + ")" },
	}
}

// encoded is the expression of a text as bytes.
func encoded(expr string) string { return method(expr, "encode") }

// method is a call of a method of an expression.
func method(expr, name string) string {
	if strings.ContainsAny(expr, " \t\n+-*/%|&^<>=~") {
		expr = "(" + expr + ")"
	}
	return expr + "." + name + "()"
}
