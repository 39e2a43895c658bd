// Package crypto holds the fixes of cryptographic faults.
package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{
	HashWithArgon2, UseSHA256, NotForSecurity, UseSecrets, CompareDigest, LongerKey, LongerToken, DrawToken, OwnSalt, WithHMAC,
	HashBeforeStoring, VerifyHash, NoPassword, DrawNonce,
}

// UseSecrets puts the secrets module in the place of random.
var UseSecrets = &fix.Fix{
	Name:    "use-secrets",
	For:     []*analysis.Rule{crypto.WeakRandom},
	Compute: useSecrets,
}

func useSecrets(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call of a generator is in sight.")
	}
	name := s.EventName()
	if name == "uuid.uuid1" {
		return uuid4(s, call)
	}
	function, ok := strings.CutPrefix(name, "random.")
	if !ok {
		return fix.Refuse("How to replace %s is not known.", name)
	}
	if function = strings.TrimPrefix(function, "Random."); strings.HasPrefix(name, "random.Random.") {
		return fix.Refuse("The generator is an object of its own, which may be seeded: make it a secrets.SystemRandom() where it is created.")
	}
	if seeded(s) {
		return fix.Refuse("The module seeds the generator, so that its results can be repeated; secrets cannot do that.")
	}
	r := replacement{s: s, e: s.Edits(), call: call}
	if reason := r.write(function); reason != "" {
		return fix.Refuse("%s", reason)
	}
	r.e.DropImport(root(call.Child(syntax.FieldFunction).Str()))
	return fix.Propose(r.e, "The numbers can no longer be repeated with a seed.", "Use the secrets module")
}

func uuid4(s *fix.Site, call pyedit.At) []fix.Proposal {
	if len(pyedit.Args(call.Node)) > 0 {
		return fix.Refuse("uuid1 is given a node or clock here, which uuid4 has no place for.")
	}
	e := s.Edits()
	fn := call.On(call.Child(syntax.FieldFunction))
	e.ReplaceNode(fn, e.Use(call, "uuid", "uuid4", styleOf(fn)))
	e.DropImport(root(fn.Str()))
	return fix.Propose(e, "The value no longer grows with time: an order by it is lost.", "Use uuid.uuid4()")
}

// seeded reports whether the file calls random.seed.
func seeded(s *fix.Site) bool {
	for _, u := range s.File.Tree.Units {
		for i := range u.Len() {
			if n := u.At(i); n.Kind() == syntax.KindCall && s.File.Resolve(n.Child(syntax.FieldFunction)) == "random.seed" {
				return true
			}
		}
	}
	return false
}

// replacement writes one call of random anew.
type replacement struct {
	s    *fix.Site
	e    *pyedit.Edits
	call pyedit.At
}

// secrets is the expression for something in the secrets module.
func (r *replacement) secrets(name string) string {
	fn := r.call.Child(syntax.FieldFunction)
	style := pyedit.Plain
	if fn.Kind() == syntax.KindIdentifier && name == fn.Str() {
		style = pyedit.From
	}
	return r.e.Use(r.call, "secrets", name, style)
}

// src is the source of the i-th argument or the one of that name.
func (r *replacement) src(i int, name string) string {
	a, ok := pyedit.Argument(r.call.Node, i, name)
	if !ok {
		return ""
	}
	return r.s.Source(r.call.On(a.Value))
}

func (r *replacement) write(function string) (reason string) {
	if pyedit.Unpacks(r.call.Node) {
		return "The arguments come from * or **."
	}
	fn := r.call.On(r.call.Child(syntax.FieldFunction))
	switch function {
	case "choice":
		r.e.ReplaceNode(fn, r.secrets("choice"))
	case "getrandbits":
		r.e.ReplaceNode(fn, r.secrets("randbits"))
	case "randbytes":
		r.e.ReplaceNode(fn, r.secrets("token_bytes"))
	case "randint":
		return r.randint()
	case "choices":
		return r.choices()
	case "random", "uniform", "shuffle", "randrange", "sample", "triangular":
		r.e.ReplaceNode(fn, r.secrets("SystemRandom")+"()."+function)
	default:
		return "How to replace random." + function + " is not known."
	}
	return ""
}

// randint writes randbelow(b - a + 1) + a.
func (r *replacement) randint() string {
	a, b := r.src(0, "a"), r.src(1, "b")
	if a == "" || b == "" {
		return "The bounds of randint cannot be told."
	}
	below := r.secrets("randbelow")
	if a == "0" {
		r.e.ReplaceNode(r.call, below+"("+b+" + 1)")
		return ""
	}
	text := below + "(" + b + " - " + group(a) + " + 1) + " + group(a)
	if tight(r.call.Node) {
		text = "(" + text + ")"
	}
	r.e.ReplaceNode(r.call, text)
	return ""
}

// group puts parentheses around what is no plain number or name.
func group(text string) string {
	for _, c := range text {
		if !(c == '_' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return "(" + text + ")"
		}
	}
	return text
}

// tight reports whether a sum in the place of the node needs parentheses.
func tight(n syntax.Node) bool {
	switch n.Parent().Kind() {
	case syntax.KindBinaryOperator, syntax.KindUnaryOperator, syntax.KindAttribute, syntax.KindSubscript, syntax.KindAwait:
		return n.Field() != syntax.FieldSubscript
	}
	return false
}

// choices writes [secrets.choice(p) for _ in range(k)], without the brackets
// where a call such as join takes them as its only argument.
func (r *replacement) choices() string {
	for _, name := range []string{"weights", "cum_weights"} {
		if _, ok := pyedit.Keyword(r.call.Node, name); ok {
			return "choices has weights here, which secrets cannot follow."
		}
	}
	if _, ok := pyedit.Positional(r.call.Node, 1); ok {
		return "choices has weights here, which secrets cannot follow."
	}
	population, k := r.src(0, "population"), r.src(3, "k")
	if population == "" {
		return "The population of choices cannot be told."
	}
	if k == "" {
		k = "1"
	}
	choice := r.e.Use(r.call, "secrets", "choice", pyedit.Plain)
	text := choice + "(" + population + ") for _ in range(" + k + ")"
	list := r.call.Parent()
	if list.Kind() != syntax.KindArgumentList || list.NamedCount() != 1 || !joins(list.Parent()) {
		text = "[" + text + "]"
	}
	r.e.ReplaceNode(r.call, text)
	return ""
}

// joins recognises "".join(...).
func joins(call syntax.Node) bool {
	fn := call.Child(syntax.FieldFunction)
	return fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "join"
}
