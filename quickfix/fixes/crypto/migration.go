package crypto

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/config"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// migration is the change of a program from one digest to Argon2, or to the way in which it
// hashes other passwords already. It takes in all files at once: a hash that is
// stored in one and compared as a digest in another lets nobody log in any more.
type migration struct {
	site      *fix.Site
	algorithm string
	paths     []string          // of the files around that may have to do with it
	texts     map[string]string // of these
	parts     []*part           // the first is the file of the finding
	compared  bool              // anywhere
	reason    string            // why it cannot be done, "" if it can
}

// part is what the migration does to one file.
type part struct {
	m       *migration
	s       *fix.Site
	e       *pyedit.Edits
	path    string // "" for the file of the finding
	digests []digest
	hasher  string  // name of the PasswordHasher
	verify  string  // name of the helper that checks
	other   *scheme // nil for Argon2
	helpers []string
	old     map[string]string // names of functions that give the old digest, by those of now
	needed  bool              // the helper
	done    []source.Span     // comparisons that are written anew
}

func newMigration(s *fix.Site, algorithm string) *migration {
	m := &migration{site: s, algorithm: algorithm, texts: map[string]string{}}
	m.add("", s)
	return m
}

func (m *migration) add(path string, s *fix.Site) *part {
	p := &part{m: m, s: s, e: s.Edits(), path: path, old: map[string]string{}}
	m.parts = append(m.parts, p)
	return p
}

// look finds the files around that speak of passwords or digests.
func (m *migration) look() {
	var ok bool
	m.paths, ok = m.site.Neighbours(config.IsSource, func(path string, text []byte) bool {
		if !speaks.Match(text) {
			return false
		}
		m.texts[path] = string(text)
		return true
	})
	if !ok {
		m.fail("The project has too many files to find the places where the digest is compared.")
	}
}

// part is what is done to the file at a path.
func (m *migration) part(path string) *part {
	for _, p := range m.parts {
		if p.path == path {
			return p
		}
	}
	s := m.site.Neighbour(path)
	if s == nil {
		m.fail(filepath.Base(path) + " cannot be read, and may compare the digest.")
		s = m.site
	}
	return m.add(path, s)
}

func (m *migration) fail(reason string) {
	if m.reason == "" {
		m.reason = reason
	}
}

// fail gives a reason that lies in the file of the part.
func (p *part) fail(at pyedit.At, reason string) {
	if p.path != "" {
		reason = fmt.Sprintf("%s, line %d: ", filepath.Base(p.path), p.s.File.Tree.File.LineAt(at.Abs().Start)+1) + reason
	}
	p.m.fail(reason)
}

const lookedUp = "The digest is used to look an account up: fetch the account by its name first, then verify the password."

// collect finds all password digests of the algorithm in the file.
func (p *part) collect(site pyedit.At) {
	for call := range p.calls() {
		if !strings.HasPrefix(p.s.Callee(call), "hashlib.") {
			continue
		}
		d, reason := digestOf(p.s, call)
		if d.algorithm != p.m.algorithm || legacy(call.Node) {
			continue
		}
		mine := site.OK() && call.Abs() == site.Abs()
		switch {
		case reason == "" && (mine || passwordName(call.Str())):
			p.digests = append(p.digests, d)
		case reason != "" && passwordName(surroundings(call.Node)):
			p.fail(call, "Passwords are hashed here too, in another form: "+strings.ToLower(reason[:1])+reason[1:])
		}
	}
}

// legacy reports whether a digest says already that it only checks what was stored before.
func legacy(call syntax.Node) bool {
	a, ok := pyedit.Keyword(call, "usedforsecurity")
	return ok && a.Value.Str() == "False"
}

// surroundings is the text of the function around a call, failing that of the call.
func surroundings(n syntax.Node) string {
	if fn := pyedit.Function(n); fn.OK() {
		return fn.Str()
	}
	return n.Str()
}

func (p *part) holds(d digest) bool {
	return slices.ContainsFunc(p.digests, func(x digest) bool { return x.call == d.call })
}

// calls are all calls of the file.
func (p *part) calls() func(yield func(pyedit.At) bool) {
	return func(yield func(pyedit.At) bool) {
		for _, u := range p.s.File.Tree.Units {
			for i := range u.Len() {
				if n := u.At(i); n.Kind() == syntax.KindCall && !yield(pyedit.At{Node: n, Base: u.Start}) {
					return
				}
			}
		}
	}
}

// choose decides how passwords are hashed from now on: in all files alike.
func (m *migration) choose() {
	var chosen *scheme
	argon := false
	for i, p := range m.parts {
		if i > 0 && len(p.digests) == 0 {
			continue
		}
		at := p.at()
		x, ok := usedScheme(p.s, p.e, at)
		if !ok && p.s.File.ImportsRoot("django") {
			x, ok = django(p.e, at), true
		}
		switch {
		case ok && x.verify == nil:
			argon = true
		case ok && chosen == nil:
			chosen, p.other = &x, &x
		case ok:
			p.other = &x
		}
	}
	if chosen != nil && argon {
		m.fail("The files that hash passwords use several libraries: choose one first.")
		return
	}
	if chosen == nil {
		return
	}
	for _, p := range m.parts {
		if p.other == nil && len(p.digests) > 0 {
			p.other = sameScheme(chosen.name, p.e, p.at())
		}
		if len(p.digests) > 0 && (p.other == nil || p.other.name != chosen.name) {
			m.fail("The files that hash passwords use several libraries: choose one first.")
		}
	}
}

// at is where the part begins: its first digest.
func (p *part) at() pyedit.At {
	if len(p.digests) > 0 {
		return p.digests[0].whole
	}
	return p.s.Node
}

func (m *migration) write() {
	withDigests := slices.Clone(m.parts)
	for _, p := range withDigests {
		if len(p.digests) > 0 {
			p.prepare()
		}
	}
	for _, p := range withDigests {
		for _, d := range p.digests {
			p.rewrite(d)
		}
	}
	m.checkRest()
	for _, p := range withDigests {
		if len(p.digests) > 0 {
			p.finish()
		}
	}
}

func (p *part) prepare() {
	p.hasher = moduleObject(p.s, p.at(), "argon2.PasswordHasher")
	if p.hasher == "" && p.other == nil {
		p.hasher = p.s.File.Unique("password_hasher")
		p.helpers = append(p.helpers, p.hasher+" = "+p.e.Use(p.at(), "argon2", "PasswordHasher", pyedit.From)+"()\n")
	}
	p.verify = p.s.File.Unique("verify_password_hash")
}

func (p *part) finish() {
	if p.needed {
		at := 0
		if len(p.helpers) > 0 && strings.HasPrefix(p.helpers[0], p.hasher+" = ") {
			at = 1
		}
		p.helpers = slices.Insert(p.helpers, at, p.verifier())
	}
	if len(p.helpers) > 0 {
		p.e.AddHelper(p.first(), strings.Join(p.helpers, "\n\n"))
	}
	p.e.DropImport("hashlib", p.m.algorithm)
}

// first is the place of the first digest: the helper must stand above it.
func (p *part) first() uint32 {
	at := p.digests[0].whole.Abs().Start
	for _, d := range p.digests {
		at = min(at, d.whole.Abs().Start)
	}
	return at
}

// verifier is the helper that checks a password against a stored hash. A
// broken stored hash is no reason for an error page.
func (p *part) verifier() string {
	at := p.at()
	hmac := p.e.Use(at, "hmac", "", pyedit.Plain)
	if p.other != nil {
		return "def " + p.verify + `(stored_hash, password, legacy_digest):
    if not stored_hash:
        return False
    if "$" not in stored_hash:
        # A bare digest of before: store a new hash after a successful login.
        return ` + hmac + `.compare_digest(stored_hash.encode(), legacy_digest.encode())
    return ` + p.other.verify("stored_hash", "password") + `
`
	}
	failed := p.e.Use(at, "argon2.exceptions", "VerificationError", pyedit.From)
	invalid := p.e.Use(at, "argon2.exceptions", "InvalidHash", pyedit.From)
	return "def " + p.verify + `(stored_hash, password, legacy_digest):
    if not stored_hash:
        return False
    if not stored_hash.startswith("$argon2"):
        # Stored before Argon2: store a new hash after a successful login.
        return ` + hmac + `.compare_digest(stored_hash.encode(), legacy_digest.encode())
    try:
        return ` + p.hasher + `.verify(stored_hash, password)
    except (` + failed + `, ` + invalid + `):
        return False
`
}

// advice says what is left to do by hand.
func (m *migration) advice() string {
	own := m.parts[0]
	where := "this file"
	if len(m.paths) > 0 {
		where = "the project"
	}
	switch {
	case m.compared:
		return "Digests that are stored already still verify: store a new hash after each such login."
	case own.other != nil:
		return "Nothing in " + where + " compares the digest: where it is compared, use " + own.other.check + ", and the old digest for hashes that have no $ in them."
	}
	return "Nothing in " + where + " compares the digest: where it is compared, use " + own.hasher + ".verify, and the old digest for hashes that do not begin with $argon2."
}

// propose is the outcome.
func (m *migration) propose(caveat, library string) []fix.Proposal {
	out := fix.Propose(m.parts[0].e, caveat, "Hash passwords with %s", library)
	var names []string
	for _, p := range m.parts[1:] {
		if len(p.digests) == 0 && len(p.done) == 0 {
			continue
		}
		edits, ok := p.e.List()
		if !ok {
			return fix.Refuse("The edits of this fix get in each other's way.")
		}
		names = append(names, filepath.Base(p.path))
		out[0].Others = append(out[0].Others, fix.Other{File: p.s.File.Tree.File, Edits: edits})
	}
	if len(names) > 0 && out[0].Refusal == "" {
		out[0].Title += ", in " + fix.Listing(names) + " too"
	}
	return out
}

// rewrite changes one digest: where it is compared into a call of the
// verifier, else into a hash.
func (p *part) rewrite(d digest) {
	v := value{part: p, home: p, password: p.given(d), old: func() string { return p.oldDigest(d) }}
	switch p.follow(d.whole, v, 0) {
	case isCompared:
	case isOld:
		p.e.ReplaceNode(d.whole, p.oldDigest(d))
	case isHash:
		if p.other != nil {
			p.e.ReplaceNode(d.whole, p.other.hash(p.given(d)))
			return
		}
		p.e.ReplaceNode(d.whole, p.hasher+".hash("+d.password+")")
	}
}

// given is the expression of the password as the library takes it.
func (p *part) given(d digest) string {
	if d.bytes && p.other != nil {
		return method(d.password, "decode")
	}
	return d.password
}

// oldDigest is the expression of a digest that only checks what is stored.
func (p *part) oldDigest(d digest) string {
	whole, call := p.s.Source(d.whole), p.s.Source(d.call)
	inside := strings.TrimSuffix(call, ")")
	inside = strings.TrimRight(strings.TrimRight(inside, " \t\r\n"), ",")
	return inside + ", usedforsecurity=False)" + whole[len(call):]
}

// value is a digest on its way through the program.
type value struct {
	part     *part // where it is now
	home     *part // where it is made
	password string
	old      func() string // the expression of the digest as it was
}

// fate says what becomes of a digest.
type fate uint8

const (
	isHash     fate = iota // it is stored or handed on: a hash from now on
	isOld                  // it has a name under which it is compared: it stays what it was
	isCompared             // it was part of a comparison, which is written anew
)
