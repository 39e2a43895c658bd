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

// HashBeforeStoring stores a hash in the place of a password.
var HashBeforeStoring = &fix.Fix{
	Name:    "hash-before-storing",
	For:     []*analysis.Rule{crypto.PlaintextPasswordStored},
	Handed:  true,
	Compute: hashBeforeStoring,
}

// nearestScheme is the way in which the file hashes passwords already, else that which
// comes with its framework.
func nearestScheme(s *fix.Site, e *pyedit.Edits, at pyedit.At) (scheme, bool) {
	if x, ok := usedScheme(s, e, at); ok {
		return x, true
	}
	switch f := s.File; {
	case f.ImportsRoot("django"):
		return django(e, at), true
	case f.ImportsRoot("flask"), f.ImportsRoot("werkzeug"), f.ImportsRoot("flask_sqlalchemy"):
		return werkzeug(e, at), true
	}
	return scheme{}, false
}

const noLibrary = "Which library hashes passwords here cannot be told: use argon2.PasswordHasher().hash, and its verify where the password is checked."

func hashBeforeStoring(s *fix.Site) []fix.Proposal {
	if name := s.EventName(); strings.HasPrefix(name, "django.") && strings.HasSuffix(name, ".create") {
		return createUser(s)
	}
	if text := s.File.Tree.File.Text(); byDigest.Match(text) || byPassword.Match(text) {
		return fix.Refuse("This file looks accounts up by their password, which finds no hash: fetch the account by its name and verify the password there first.")
	}
	value, ok := storedValue(s)
	if !ok {
		return fix.Refuse("Where the password enters this cannot be told: hash it before.")
	}
	e := s.Edits()
	library, ok := nearestScheme(s, e, value)
	if !ok {
		return fix.Refuse(noLibrary)
	}
	e.ReplaceNode(value, library.hash(s.Source(value)))
	return fix.Propose(e, room(s, library.width)+library.note+"Where the password is checked, use "+library.check+"; the passwords that are stored have to be hashed once.",
		"Store a hash made by %s", library.name)
}

// byPassword recognises a lookup of an account by its password.
var byPassword = regexp.MustCompile(`\b(?:filter_by|filter|get|get_or_none|find_one|first)\([^()]{0,200}["']?\b(?:password|passwd|pwd)["']?\s*(?:=[^=]|:)`)

// storedValue is the expression of the password that is stored.
func storedValue(s *fix.Site) (pyedit.At, bool) {
	if _, value, ok := s.Assignment(); ok {
		return value, true
	}
	call, ok := s.Call()
	if !ok {
		return pyedit.At{}, false
	}
	n := crypto.StoredPassword(&s.Event)
	if !n.OK() || n.Unit() != call.Unit() || !call.Span().Contains(n.Span()) || within(n, syntax.KindInterpolation) {
		return pyedit.At{}, false
	}
	return call.On(n), true
}

func within(n syntax.Node, kind syntax.Kind) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == kind {
			return true
		}
	}
	return false
}

// createUser puts create_user in the place of create, where the model is that
// of Django's users.
func createUser(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that stores the password is in sight.")
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	object := fn.Child(syntax.FieldObject)
	model := object.Child(syntax.FieldObject)
	if name := s.File.Resolve(model); name != "django.contrib.auth.models.User" {
		return fix.Refuse("Whether this model is made with create_user cannot be told: set the password with set_password.")
	}
	e := s.Edits()
	e.ReplaceNode(fn.On(fn.Child(syntax.FieldAttribute)), "create_user")
	return fix.Propose(e, "create_user stores the hash. The passwords that are stored already have to be hashed once.", "Create the user with create_user")
}

// VerifyHash checks a password against a stored hash.
var VerifyHash = &fix.Fix{
	Name:    "verify-hash",
	For:     []*analysis.Rule{crypto.PlaintextPasswordCompare},
	Compute: verifyHash,
}

func verifyHash(s *fix.Site) []fix.Proposal {
	cmp := s.Node
	if cmp.Kind() != syntax.KindComparisonOperator || cmp.NamedCount() != 2 {
		return fix.Refuse("The account is looked up by its password: fetch it by its name first, then verify the password against the stored hash.")
	}
	e := s.Edits()
	library, ok := nearestScheme(s, e, cmp)
	if !ok || library.verify == nil {
		return fix.Refuse(noLibrary)
	}
	i, ok := crypto.StoredSide(&s.Event)
	if !ok || inQuery(cmp.Node) {
		return fix.Refuse("The account is looked up by its password: fetch it by its name first, then verify the password against the stored hash.")
	}
	stored, given := s.Source(cmp.On(cmp.NamedChild(i))), s.Source(cmp.On(cmp.NamedChild(1-i)))
	text := library.verify(stored, given)
	if cmp.Op() == "!=" {
		text = "not " + text
		if joined(cmp.Node) && cmp.Parent().Kind() != syntax.KindBooleanOperator {
			text = "(" + text + ")"
		}
	}
	e.ReplaceNode(cmp, text)
	return fix.Propose(e, "Works once hashes are stored: hash the passwords that are there, and new ones where they are stored.", "Verify the password with %s", library.check)
}

func inQuery(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindParenthesizedExpression, syntax.KindBinaryOperator:
		case syntax.KindArgumentList:
			return true
		default:
			return false
		}
	}
	return false
}

// NoPassword gives an account no password in the place of an empty one.
var NoPassword = &fix.Fix{
	Name:    "no-password",
	For:     []*analysis.Rule{crypto.EmptyPassword},
	Compute: noPassword,
}

func noPassword(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok || !s.HasEvent {
		return fix.Refuse("No call that sets the password is in sight.")
	}
	a := crypto.NewPassword(&s.Event)
	if a == nil {
		return fix.Refuse("The password cannot be told.")
	}
	value := call.On(a.Node)
	text, literal := s.Constant(value)
	e := s.Edits()
	switch {
	case !literal:
		return fix.Refuse("What shall happen without a password has to be decided: leave the default out and refuse the request.")
	case text == "" && strings.HasSuffix(s.EventName(), ".set_password"):
		fn := call.On(call.Child(syntax.FieldFunction))
		if fn.Kind() != syntax.KindAttribute || len(pyedit.Args(call.Node)) != 1 {
			return fix.Refuse("The call cannot be rewritten: use set_unusable_password().")
		}
		e.ReplaceNode(call, s.Source(fn.On(fn.Child(syntax.FieldObject)))+".set_unusable_password()")
		return fix.Propose(e, "Nobody can log in to the account until a password is set.", "Set no password")
	case text == "" && !strings.HasPrefix(s.EventName(), "werkzeug."):
		e.ReplaceNode(value, "None")
		return fix.Propose(e, "Nobody can log in to the account until a password is set.", "Set no password")
	case text == "" || value.Kind() != syntax.KindString:
		return fix.Refuse("The password comes from elsewhere: read that from the environment.")
	}
	e.ReplaceNode(value, e.Use(value, "os", "environ", pyedit.Plain)+`["ADMIN_PASSWORD"]`)
	return fix.Propose(e, "Set ADMIN_PASSWORD in the environment before the program starts, and change the password of accounts that have the old one.",
		"Read the password from the environment variable ADMIN_PASSWORD")
}
