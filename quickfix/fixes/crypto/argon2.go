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
}

const argonCaveat = "Needs argon2-cffi among the requirements and 97 characters in the column. "

func hashWithArgon2(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that hashes the password is in sight.")
	}
	d, reason := digestOf(s, call)
	if reason != "" {
		return fix.Refuse("%s", reason)
	}
	m := migration{s: s, e: s.Edits(), algorithm: d.algorithm}
	if x, ok := usedScheme(s, m.e, call); ok && x.verify != nil {
		m.other = &x
	} else if !ok && s.File.ImportsRoot("django") {
		x := django(m.e, call)
		m.other = &x
	}
	m.collect(call)
	if !m.holds(d) {
		return fix.Refuse("The digest is made in a way that cannot be taken over.")
	}
	if reason := m.write(); reason != "" {
		return fix.Refuse("%s", reason)
	}
	if m.other != nil {
		return fix.Propose(m.e, "The column has to take the longer hash. "+m.other.note+m.advice(), "Hash passwords with %s", m.other.name)
	}
	return fix.Propose(m.e, argonCaveat+m.advice(), "Hash passwords with Argon2id")
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

func passwordName(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "passw") || strings.Contains(text, "pwd") || strings.Contains(text, "passphrase")
}

// migration is the change of a file from one digest to Argon2, or to the way in which it
// hashes other passwords already.
type migration struct {
	s         *fix.Site
	e         *pyedit.Edits
	algorithm string
	digests   []digest
	verify    string // name of the helper
	hasher    string
	other     *scheme // nil for Argon2
	helpers   []string
	compared  bool
	reason    string
}

// collect finds all password digests of the algorithm in the file.
func (m *migration) collect(site pyedit.At) {
	for _, u := range m.s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindCall {
				continue
			}
			call := pyedit.At{Node: n, Base: u.Start}
			if !strings.HasPrefix(m.s.Callee(call), "hashlib.") {
				continue
			}
			if d, reason := digestOf(m.s, call); reason == "" && d.algorithm == m.algorithm && (call.Abs() == site.Abs() || passwordName(call.Str())) {
				m.digests = append(m.digests, d)
			}
		}
	}
}

func (m *migration) holds(d digest) bool {
	for _, x := range m.digests {
		if x.call == d.call {
			return true
		}
	}
	return false
}

func (m *migration) fail(reason string) {
	if m.reason == "" {
		m.reason = reason
	}
}

func (m *migration) write() string {
	f := m.s.File
	m.hasher = moduleObject(m.s, m.s.Node, "argon2.PasswordHasher")
	made := m.hasher == "" && m.other == nil
	if made {
		m.hasher = f.Unique("password_hasher")
	}
	m.verify = f.Unique("verify_password_hash")
	for _, d := range m.digests {
		m.rewrite(d)
	}
	if m.reason != "" {
		return m.reason
	}
	var parts []string
	if made {
		parts = append(parts, m.hasher+" = "+m.e.Use(m.s.Node, "argon2", "PasswordHasher", pyedit.From)+"()\n")
	}
	if m.compared {
		parts = append(append(parts, m.verifier()), m.helpers...)
	}
	if len(parts) > 0 {
		m.e.AddHelper(m.first(), strings.Join(parts, "\n\n"))
	}
	m.e.DropImport("hashlib", m.algorithm)
	return ""
}

// first is the place of the first digest: the helper must stand above it.
func (m *migration) first() uint32 {
	at := m.digests[0].whole.Abs().Start
	for _, d := range m.digests {
		at = min(at, d.whole.Abs().Start)
	}
	return at
}

// verifier is the helper that checks a password against a stored hash. A
// broken stored hash is no reason for an error page.
func (m *migration) verifier() string {
	at := m.s.Node
	hmac := m.e.Use(at, "hmac", "", pyedit.Plain)
	if m.other != nil {
		return "def " + m.verify + `(stored_hash, password, legacy_digest):
    if not stored_hash:
        return False
    if "$" not in stored_hash:
        # A bare digest of before: store a new hash after a successful login.
        return ` + hmac + `.compare_digest(stored_hash.encode(), legacy_digest.encode())
    return ` + m.other.verify("stored_hash", "password") + `
`
	}
	failed := m.e.Use(at, "argon2.exceptions", "VerificationError", pyedit.From)
	invalid := m.e.Use(at, "argon2.exceptions", "InvalidHash", pyedit.From)
	return "def " + m.verify + `(stored_hash, password, legacy_digest):
    if not stored_hash:
        return False
    if not stored_hash.startswith("$argon2"):
        # Stored before Argon2: store a new hash after a successful login.
        return ` + hmac + `.compare_digest(stored_hash.encode(), legacy_digest.encode())
    try:
        return ` + m.hasher + `.verify(stored_hash, password)
    except (` + failed + `, ` + invalid + `):
        return False
`
}

// advice says what is left to do by hand.
func (m *migration) advice() string {
	if m.compared {
		return "Digests that are stored already still verify: store a new hash after each such login."
	}
	if m.other != nil {
		return "Nothing in this file compares the digest: where it is compared, use " + m.other.check + ", and the old digest for hashes that have no $ in them."
	}
	return "Nothing in this file compares the digest: where it is compared, use " + m.hasher + ".verify, and the old digest for hashes that do not begin with $argon2."
}

// rewrite changes one digest: where it is compared into a call of the
// verifier, else into a hash.
func (m *migration) rewrite(d digest) {
	if cmp, stored, negated := comparison(d.whole); cmp.OK() {
		m.compare(cmp, stored, negated, m.given(d), m.old(d))
		return
	}
	if name := assignedName(d.whole); name.OK() && m.throughName(d, name) {
		return
	}
	if lookup(d.whole.Node) {
		m.fail("The digest is used to look an account up: fetch the account by its name first, then verify the password.")
		return
	}
	if !kept(d.whole.Node) {
		m.fail("The digest is used here in a way that no other hash can be.")
		return
	}
	m.callers(d)
	if m.other != nil {
		m.e.ReplaceNode(d.whole, m.other.hash(m.given(d)))
		return
	}
	m.e.ReplaceNode(d.whole, m.hasher+".hash("+d.password+")")
}

// given is the expression of the password as the library takes it.
func (m *migration) given(d digest) string {
	if d.bytes && m.other != nil {
		return method(d.password, "decode")
	}
	return d.password
}

// kept reports whether a digest is only handed on: assigned, returned, passed.
func kept(n syntax.Node) bool {
	p := n.Parent()
	switch p.Kind() {
	case syntax.KindAssignment, syntax.KindReturnStatement, syntax.KindKeywordArgument, syntax.KindPair, syntax.KindTuple, syntax.KindList,
		syntax.KindNamedExpression, syntax.KindExpressionList:
		return true
	case syntax.KindArgumentList:
		return p.Parent().Child(syntax.FieldFunction).Kind() == syntax.KindAttribute || p.Parent().Child(syntax.FieldFunction).Str() != "len"
	}
	return false
}

// old is the expression of a digest that only checks what is stored.
func (m *migration) old(d digest) string {
	whole, call := m.s.Source(d.whole), m.s.Source(d.call)
	inside := strings.TrimSuffix(call, ")")
	inside = strings.TrimRight(strings.TrimRight(inside, " \t\r\n"), ",")
	return inside + ", usedforsecurity=False)" + whole[len(call):]
}

// compare writes the verifier in the place of a comparison.
func (m *migration) compare(cmp, stored pyedit.At, negated bool, password, old string) {
	text := m.verify + "(" + m.s.Source(stored) + ", " + password + ", " + old + ")"
	if negated {
		text = "not " + text
	}
	m.compared = true
	m.e.ReplaceNode(cmp, text)
}

// comparison is the == or != (or compare_digest) that a node is a side of.
func comparison(n pyedit.At) (cmp, other pyedit.At, negated bool) {
	p := n.Parent()
	if p.Kind() == syntax.KindComparisonOperator && p.NamedCount() == 2 {
		op := p.Op()
		if op != "==" && op != "!=" {
			return pyedit.At{}, pyedit.At{}, false
		}
		other := p.NamedChild(0)
		if other == n.Node {
			other = p.NamedChild(1)
		}
		return n.On(p), n.On(other), op == "!="
	}
	call := p.Parent()
	if p.Kind() == syntax.KindArgumentList && strings.HasSuffix(call.Child(syntax.FieldFunction).Str(), "compare_digest") && p.NamedCount() == 2 {
		other := p.NamedChild(0)
		if other == n.Node {
			other = p.NamedChild(1)
		}
		return n.On(call), n.On(other), false
	}
	return pyedit.At{}, pyedit.At{}, false
}

// assignedName is the name that a digest is assigned to.
func assignedName(whole pyedit.At) pyedit.At {
	p := whole.Parent()
	if p.Kind() == syntax.KindAssignment && p.Child(syntax.FieldLeft).Kind() == syntax.KindIdentifier {
		return whole.On(p.Child(syntax.FieldLeft))
	}
	return pyedit.At{}
}

// throughName handles a digest that is compared under a name.
func (m *migration) throughName(d digest, name pyedit.At) bool {
	v := m.s.File.Var(name)
	if v == nil || v.Shared || len(v.Binds) != 1 {
		return false
	}
	found := 0
	for _, l := range v.Loads {
		if cmp, _, _ := comparison(l); cmp.OK() {
			found++
		} else if lookup(l.Node) {
			m.fail("The digest is used to look an account up: fetch the account by its name first, then verify the password.")
		}
	}
	if found == 0 {
		return false
	}
	if found != len(v.Loads) {
		m.fail("The digest is both stored and compared under one name: make two of it first.")
		return true
	}
	for _, l := range v.Loads {
		cmp, stored, negated := comparison(l)
		m.compare(cmp, stored, negated, m.given(d), l.Str())
	}
	m.e.ReplaceNode(d.whole, m.old(d))
	return true
}

// lookup reports whether a value is part of a query: an argument of filter,
// get, execute and the like.
func lookup(n syntax.Node) bool {
	for p := n.Parent(); p.OK() && p.Kind() != syntax.KindBlock; p = p.Parent() {
		if p.Kind() != syntax.KindCall {
			continue
		}
		name := p.Child(syntax.FieldFunction).Str()
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "filter", "filter_by", "get", "where", "find_one", "find", "first", "exists", "get_or_none", "select":
			return true
		case "execute", "fetchone", "fetchrow", "fetch", "fetchval", "executemany":
			sql := strings.ToLower(p.Str())
			return strings.Contains(sql, "select") && strings.Contains(sql, "where")
		}
	}
	fn := pyedit.Function(n)
	return fn.OK() && byDigest.Match(fn.Text()) // through a helper, or a list of parameters
}

// byDigest recognises a statement that looks for an account by its password.
var byDigest = regexp.MustCompile(`(?is)\bselect\b.{1,300}\bwhere\b.{1,200}\b\w*(?:pass|pwd|pw|hash|digest)\w*["'\x60\]]?\s*=`)

// callers handles the comparisons with the result of the function that only
// returns the digest.
func (m *migration) callers(d digest) {
	ret := d.whole.Parent()
	fn := pyedit.Function(d.whole.Node)
	if ret.Kind() != syntax.KindReturnStatement || !fn.OK() {
		return
	}
	name := fn.Child(syntax.FieldName).Str()
	old := ""
	for _, call := range m.calls(name) {
		cmp, stored, negated := comparison(call)
		if !cmp.OK() {
			if lookup(call.Node) {
				m.fail("The result of " + name + " is used to look an account up: fetch the account by its name first, then verify the password.")
			}
			continue
		}
		password, ok := pyedit.Positional(call.Node, 0)
		if !ok || fn.Child(syntax.FieldBody).NamedCount() != 1 || pyedit.Function(fn).OK() || fn.Parent().Parent().OK() {
			m.fail("The result of " + name + " is compared, and the function does more than hash: take the digest out of it first.")
			return
		}
		if old == "" {
			old = m.s.File.Unique("old_" + name)
			m.helpers = append(m.helpers, "def "+old+m.s.Source(d.whole.On(fn.Child(syntax.FieldParameters)))+":\n    return "+m.old(d)+"\n")
		}
		args := m.s.Source(call.On(call.Child(syntax.FieldArguments)))
		given := digest{password: m.s.Source(call.On(password.Value)), bytes: d.bytes}
		m.compare(cmp, stored, negated, m.given(given), old+args)
	}
}

// calls are the calls of a top-level function in the file.
func (m *migration) calls(name string) []pyedit.At {
	var out []pyedit.At
	for _, u := range m.s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() == syntax.KindCall && n.Child(syntax.FieldFunction).Str() == name {
				out = append(out, pyedit.At{Node: n, Base: u.Start})
			}
		}
	}
	return out
}
