package crypto

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"pavise/analysis/config"
	"pavise/analysis/lang/python"
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

// follow goes after the digest at a place, and rewrites the comparisons.
func (p *part) follow(at pyedit.At, v value, depth int) fate {
	if cmp, stored, negated := comparison(at); cmp.OK() {
		p.compare(cmp, stored, negated, v, v.old())
		return isCompared
	}
	if name := assignedName(at); name.OK() {
		return p.named(name, v)
	}
	switch {
	case lookup(at.Node):
		p.fail(at, lookedUp)
	case !kept(at.Node):
		p.fail(at, "The digest is used here in a way that no other hash can be.")
	case at.Parent().Kind() == syntax.KindReturnStatement:
		p.returned(at, v, depth)
	default:
		p.handed(at)
	}
	return isHash
}

// named goes after a digest that has a name.
func (p *part) named(name pyedit.At, v value) fate {
	x := p.s.File.Var(name)
	if x == nil {
		return isHash
	}
	found := 0
	for _, l := range x.Loads {
		if cmp, _, _ := comparison(l); cmp.OK() {
			found++
		} else if lookup(l.Node) {
			p.fail(l, lookedUp)
		} else {
			p.handed(l)
			if l.Parent().Kind() == syntax.KindReturnStatement {
				p.returned(l, value{part: p, home: v.home}, 1)
			}
		}
	}
	switch {
	case found == 0:
		return isHash
	case x.Shared || len(x.Binds) != 1:
		p.fail(name, "The digest is compared under a name that has other values too: give it one of its own first.")
		return isHash
	case found != len(x.Loads):
		p.fail(name, "The digest is both stored and compared under one name: make two of it first.")
		return isHash
	}
	for _, l := range x.Loads {
		cmp, stored, negated := comparison(l)
		p.compare(cmp, stored, negated, v, l.Str())
	}
	return isOld
}

// compare writes the verifier in the place of a comparison.
func (p *part) compare(cmp, stored pyedit.At, negated bool, v value, old string) {
	verify := v.home.verify
	if v.home != p {
		verify = p.from(cmp, v.home, verify)
	}
	text := verify + "(" + p.s.Source(stored) + ", " + v.password + ", " + old + ")"
	if negated {
		text = "not " + text
	}
	v.home.needed, p.m.compared = true, true
	p.done = append(p.done, cmp.Abs())
	p.e.DropImport("hmac", "compare_digest")
	p.e.ReplaceNode(cmp, text)
}

// returned goes after a digest that a function returns, in all that calls it.
func (p *part) returned(at pyedit.At, v value, depth int) {
	fn := pyedit.Function(at.Node)
	if !fn.OK() {
		return
	}
	name := fn.Child(syntax.FieldName).Str()
	plain := depth == 0 && fn.Child(syntax.FieldBody).NamedCount() == 1 && !pyedit.Function(fn).OK() && !fn.Parent().Parent().OK()
	if depth > mostHands {
		p.fail(at, "The digest goes through too many functions: take it out of them first.")
		return
	}
	p.called(p, fn, name, plain, v, depth)
	for _, path := range p.m.paths {
		if path != p.path && strings.Contains(p.m.texts[path], name) {
			p.m.part(path).called(p, fn, name, plain, v, depth)
		}
	}
	if p.path != "" {
		p.m.parts[0].called(p, fn, name, plain, v, depth)
	}
}

// mostHands bounds the functions that hand a digest to each other.
const mostHands = 4

// called handles what becomes of the result of a function of another part, or of this, that
// returns a digest. It is plain if it does nothing else.
func (p *part) called(from *part, fn syntax.Node, name string, plain bool, v value, depth int) {
	for call := range p.calls() {
		callee, full := call.Child(syntax.FieldFunction).Str(), p.s.Callee(call)
		if callee != name && !strings.HasSuffix(callee, "."+name) && !strings.HasSuffix(full, "."+name) || pyedit.Function(call.Node) == fn {
			continue
		}
		next := value{part: p, home: v.home}
		password, ok := pyedit.Positional(call.Node, 0)
		if plain && ok && v.old != nil && (p == from && callee == name || p != from && p.module(from, call) != "") {
			given := digest{password: p.s.Source(call.On(password.Value)), bytes: v.home.ofBytes(fn)}
			next.password = v.home.given(given)
			next.old = func() string {
				return p.oldHelper(from, fn, name, v, call) + p.s.Source(call.On(call.Child(syntax.FieldArguments)))
			}
		}
		if next.old == nil {
			if p.comparesCall(call) {
				p.fail(call, "The result of "+name+" is compared, and the function does more than hash or cannot be had here in its old form: take the digest out of it first.")
				return
			}
			next.old = func() string { return "" }
		}
		if p.follow(call, next, depth+1) == isOld {
			p.e.ReplaceNode(call, next.old())
		}
	}
	p.references(fn, name)
}

// ofBytes reports whether the digest in a function takes bytes.
func (p *part) ofBytes(fn syntax.Node) bool {
	return slices.ContainsFunc(p.digests, func(d digest) bool { return pyedit.Function(d.whole.Node) == fn && d.bytes })
}

// references refuses a function that is handed on under its name: where it is
// called cannot be seen.
func (p *part) references(fn syntax.Node, name string) {
	for _, u := range p.s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() == syntax.KindIdentifier && n.Str() == name && n.Parent().Kind() == syntax.KindArgumentList && n.Parent().Parent() != fn {
				p.fail(pyedit.At{Node: n, Base: u.Start}, name+" is handed on as a function: where its result is compared cannot be told.")
			}
		}
	}
}

// comparesCall reports whether the result of a call is compared, itself or under a name.
func (p *part) comparesCall(call pyedit.At) bool {
	if cmp, _, _ := comparison(call); cmp.OK() {
		return true
	}
	name := assignedName(call)
	if !name.OK() {
		return false
	}
	x := p.s.File.Var(name)
	return x != nil && slices.ContainsFunc(x.Loads, func(l pyedit.At) bool {
		cmp, _, _ := comparison(l)
		return cmp.OK()
	})
}

// module is the name by which the file imports that of another part, at a call of one of
// its functions; "" if it gets the function in another way.
func (p *part) module(from *part, call pyedit.At) string {
	name := p.s.Callee(call)
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	path, err := filepath.Abs(from.s.File.Tree.File.Path())
	if err != nil {
		return ""
	}
	stem := strings.TrimSuffix(filepath.Base(path), ".py")
	if stem == "__init__" {
		stem = filepath.Base(filepath.Dir(path))
	}
	module := name[:i]
	if module[strings.LastIndexByte(module, '.')+1:] != stem {
		return ""
	}
	root, _, _ := strings.Cut(call.Child(syntax.FieldFunction).Str(), ".")
	for _, b := range p.s.File.Imports() {
		if b.Name == root && !b.Inner {
			return module
		}
	}
	return ""
}

// from is the name of something in another part, imported.
func (p *part) from(at pyedit.At, home *part, name string) string {
	for call := range p.calls() {
		if module := p.module(home, call); module != "" && home.defines(p.s.Callee(call)) {
			return p.e.Use(at, module, name, pyedit.From)
		}
	}
	p.fail(at, "What checks the hash cannot be imported here.")
	return name
}

// defines reports whether the part has something of a dotted name at its top level.
func (p *part) defines(name string) bool {
	return p.s.File.BoundInModule(name[strings.LastIndexByte(name, '.')+1:]) > 0
}

// oldHelper is the name of the function that gives the digest as a function did before.
func (p *part) oldHelper(from *part, fn syntax.Node, name string, v value, call pyedit.At) string {
	old := from.old[name]
	if old == "" {
		old = from.s.File.Unique("old_" + strings.TrimLeft(name, "_"))
		from.old[name] = old
		params := fn.Child(syntax.FieldParameters).Str()
		from.helpers = append(from.helpers, "def "+old+params+":\n    return "+v.old()+"\n")
	}
	if p == from {
		return old
	}
	p.e.DropImport(call.Child(syntax.FieldFunction).Str())
	return p.e.Use(call, p.module(from, call), old, pyedit.From)
}

// handed refuses a digest that is handed to a function that compares it.
func (p *part) handed(at pyedit.At) {
	list := at.Parent()
	keyword := ""
	if list.Kind() == syntax.KindKeywordArgument {
		keyword = list.Child(syntax.FieldName).Str()
		list = list.Parent()
	}
	if list.Kind() != syntax.KindArgumentList || list.Parent().Kind() != syntax.KindCall {
		return
	}
	callee := list.Parent().Child(syntax.FieldFunction).Str()
	name := callee[strings.LastIndexByte(callee, '.')+1:]
	index := 0
	for c := range list.NamedChildren() {
		if c == at.Node {
			break
		}
		index++
	}
	look := func(q *part) {
		if q.takes(name, keyword, index) {
			p.fail(at, "The digest is handed to "+name+", which compares it: verify the password there first.")
		}
	}
	look(p)
	for _, path := range p.m.paths {
		if path != p.path && strings.Contains(p.m.texts[path], "def "+name+"(") {
			look(p.m.part(path))
		}
	}
	if p.path != "" {
		look(p.m.parts[0])
	}
}

// takes reports whether a function of the file compares one of its arguments or looks
// something up by it.
func (p *part) takes(name, keyword string, index int) bool {
	for _, u := range p.s.File.Tree.Units {
		for i := range u.Len() {
			fn := u.At(i)
			if fn.Kind() != syntax.KindFunctionDefinition || fn.Child(syntax.FieldName).Str() != name {
				continue
			}
			params := python.Params(fn)
			if len(params) > 0 && (params[0].Name == "self" || params[0].Name == "cls") {
				params = params[1:]
			}
			if keyword == "" && index < len(params) {
				keyword = params[index].Name
			}
			if keyword != "" && compares(fn.Child(syntax.FieldBody), keyword) {
				return true
			}
		}
	}
	return false
}

func compares(body syntax.Node, name string) bool {
	for d := range body.Descendants() {
		if d.Kind() != syntax.KindIdentifier || d.Str() != name {
			continue
		}
		if cmp, _, _ := comparison(pyedit.At{Node: d}); cmp.OK() || lookup(d) {
			return true
		}
	}
	return false
}
