package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// UseSHA256 puts SHA-256 in the place of a broken hash function.
var UseSHA256 = &fix.Fix{
	Name:    "use-sha256",
	For:     []*analysis.Rule{crypto.WeakHash},
	Compute: useSHA256,
}

// NotForSecurity says that nothing depends on the strength of a digest.
var NotForSecurity = &fix.Fix{
	Name:    "not-for-security",
	For:     []*analysis.Rule{crypto.WeakHash},
	Compute: notForSecurity,
}

const digestCaveat = "The digest changes and becomes longer: values that are stored or sent already no longer match, and a column may be too narrow."

func useSHA256(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call of a hash function is in sight.")
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	e := s.Edits()
	switch name := s.EventName(); name {
	case "hashlib.md5", "hashlib.sha1":
		old := fn.Str()
		e.ReplaceNode(fn, e.Use(call, "hashlib", "sha256", styleOf(fn)))
		e.DropImport(root(old))
	case "hashlib.new", "hmac.new", "hmac.digest":
		if !namedDigest(e, call, name) {
			return fix.Refuse("The name of the hash function comes from elsewhere: change it there.")
		}
	case "cryptography.hazmat.primitives.hashes.MD5", "cryptography.hazmat.primitives.hashes.SHA1":
		old := fn.Str()
		e.ReplaceNode(fn, e.Use(call, "cryptography.hazmat.primitives.hashes", "SHA256", pyedit.From))
		e.DropImport(root(old))
	default:
		if !strings.Contains(name, ".Hash.") || fn.Kind() != syntax.KindAttribute {
			return fix.Refuse("How to replace %s is not known.", name)
		}
		module := name[:strings.Index(name, ".Hash.")+5]
		e.ReplaceNode(fn, e.Use(call, module, "SHA256", pyedit.From)+".new")
		e.DropImport(root(fn.Str()))
	}
	return fix.Propose(e, digestCaveat, "Use SHA-256")
}

// styleOf keeps the author's way of importing: "md5(...)" or "hashlib.md5(...)".
func styleOf(fn pyedit.At) pyedit.Style {
	if fn.Kind() == syntax.KindIdentifier {
		return pyedit.From
	}
	return pyedit.Plain
}

func root(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// namedDigest changes the argument that names the hash function.
func namedDigest(e *pyedit.Edits, call pyedit.At, name string) bool {
	at, keyword := 2, "digestmod"
	switch name {
	case "hashlib.new":
		at, keyword = 0, "name"
	case "hmac.digest":
		keyword = "digest"
	}
	a, ok := pyedit.Argument(call.Node, at, keyword)
	if !ok {
		return false
	}
	value := call.On(a.Value)
	if lit, ok := python.ParseString(a.Value); ok && len(lit.Tokens) == 1 {
		e.ReplaceNode(value, pyedit.Quote("sha256", lit.Tokens[0].Quote))
		return true
	}
	switch a.Value.Kind() {
	case syntax.KindAttribute, syntax.KindIdentifier:
		resolved := e.File().Resolve(a.Value)
		if resolved != "hashlib.md5" && resolved != "hashlib.sha1" {
			return false
		}
		e.ReplaceNode(value, e.Use(call, "hashlib", "sha256", styleOf(value)))
		e.DropImport(root(value.Str()))
		return true
	}
	return false
}

func notForSecurity(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	name := s.EventName()
	if !ok || name != "hashlib.md5" && name != "hashlib.sha1" && name != "hashlib.new" {
		return nil
	}
	e := s.Edits()
	if a, ok := pyedit.Keyword(call.Node, "usedforsecurity"); ok {
		e.ReplaceNode(call.On(a.Value), "False")
	} else if !e.AddKeyword(call, "usedforsecurity", "False") {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "Only where nothing depends on it: for a checksum or a cache key, never for a signature, a token or a password. Python 3.9 and newer know the argument.",
		"Say usedforsecurity=False")
}
