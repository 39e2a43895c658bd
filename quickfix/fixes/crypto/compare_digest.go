package crypto

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/rules/auth"
	"pavise/analysis/rules/crypto"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// CompareDigest compares secrets in constant time.
var CompareDigest = &fix.Fix{
	Name:    "compare-digest",
	For:     []*analysis.Rule{crypto.TimingUnsafeCompare, auth.InsecureHTTPBasic},
	Compute: compareDigest,
}

func compareDigest(s *fix.Site) []fix.Proposal {
	cmp := s.Node
	if s.HasEvent && s.Event.Kind == flow.Assigned {
		return fix.Refuse("Nothing is compared here: choose another way of signing in.")
	}
	if cmp.Kind() != syntax.KindComparisonOperator || cmp.NamedCount() != 2 || !s.HasEvent || len(s.Event.Args) != 2 {
		return fix.Refuse("The comparison has more than two sides.")
	}
	left, right := cmp.On(cmp.NamedChild(0)), cmp.On(cmp.NamedChild(1))
	kind, guard := "", ""
	var sides [2]side
	for i, n := range []pyedit.At{left, right} {
		sides[i] = sideOf(s, n, i)
		if k := sides[i].kind; k != "" {
			if kind != "" && k != kind {
				return fix.Refuse("One side is text and the other bytes: they are never equal.")
			}
			kind = k
		}
		if !sides[i].maybeNone {
			continue
		}
		if guard != "" || n.Kind() != syntax.KindIdentifier && (n.Kind() != syntax.KindCall || strings.Contains(n.Str(), "pop(")) {
			return fix.Refuse("Both sides may be None, and None would be as good as None: test them first.")
		}
		guard = s.Source(n)
	}
	if kind == "" {
		return fix.Refuse("Whether the two sides are text or bytes cannot be told: hmac.compare_digest takes bytes, or text in ASCII.")
	}
	e := s.Edits()
	text := e.Use(cmp, "hmac", "compare_digest", pyedit.Plain) + "(" + sides[0].text(kind) + ", " + sides[1].text(kind) + ")"
	negated := cmp.Op() == "!="
	switch {
	case guard != "" && negated:
		text = guard + " is None or not " + text
	case guard != "":
		text = guard + " is not None and " + text
	case negated:
		text = "not " + text
	}
	if (guard != "" || negated) && joined(cmp.Node) {
		text = "(" + text + ")"
	}
	e.ReplaceNode(cmp, text)
	caveat := "Takes the same time whatever was sent."
	if kind == "str" {
		caveat += " Text is encoded, because compare_digest takes no other than ASCII."
	}
	return fix.Propose(e, caveat, "Compare with hmac.compare_digest")
}

// side is one side of a comparison.
type side struct {
	source    string
	kind      string // str or bytes, "" if not known
	maybeNone bool
	tight     bool // a method can be called on it as it is written
}

func sideOf(s *fix.Site, n pyedit.At, i int) side {
	out := side{source: s.Source(n), tight: true}
	switch n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript, syntax.KindCall, syntax.KindString, syntax.KindParenthesizedExpression:
	default:
		out.tight = false
	}
	v := s.Event.Args[i].Value
	switch {
	case v.Type == "bytes":
		out.kind = "bytes"
	case v.Type == "str":
		out.kind = "str"
	case s.IsText(n):
		out.kind = "str"
	}
	out.maybeNone = s.MayBeNone(n) || fromGetenv(s, n)
	return out
}

// fromGetenv recognises os.getenv(name) without a default, and names of what it
// gave.
func fromGetenv(s *fix.Site, n pyedit.At) bool {
	if n.Kind() == syntax.KindIdentifier {
		def, _, ok := s.Definition(n)
		return ok && def.Kind() == syntax.KindCall && fromGetenv(s, def)
	}
	return n.Kind() == syntax.KindCall && strings.HasSuffix(s.Callee(n), "getenv") && len(pyedit.Args(n.Node)) == 1
}

// text is the side as an argument of compare_digest.
func (x side) text(kind string) string {
	if kind == "bytes" {
		return x.source
	}
	if !x.tight {
		return "(" + x.source + ").encode()"
	}
	return x.source + ".encode()"
}

// joined reports whether an expression is an operand, so that a looser one in
// its place needs parentheses.
func joined(n syntax.Node) bool {
	switch n.Parent().Kind() {
	case syntax.KindBooleanOperator, syntax.KindNotOperator, syntax.KindComparisonOperator, syntax.KindBinaryOperator, syntax.KindConditionalExpression:
		return true
	}
	return false
}
