// Package jwt holds the fixes of signed tokens.
package jwt

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/jwt"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// Fixes of this class.
var Fixes = []*fix.Fix{VerifyToken, NameAlgorithm, DropNone, ExpireToken}

// issued is what a file says of the tokens that it makes or verifies: source
// texts of the key and the algorithm.
type issued struct{ key, algorithm string }

// tokens finds the call of the file that tells key and algorithm: an encode, or
// another decode that verifies.
func tokens(s *fix.Site, call pyedit.At) (issued, bool) {
	var found issued
	library, _, _ := strings.Cut(s.Callee(call), ".")
	for _, u := range s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindCall {
				continue
			}
			at := pyedit.At{Node: n, Base: u.Start}
			name := s.Callee(at)
			if at.Abs() == call.Abs() || !strings.HasPrefix(name, library+".") || !strings.HasSuffix(name, ".encode") && !strings.HasSuffix(name, ".decode") {
				continue
			}
			x, ok := tokenOf(s, at, strings.HasSuffix(name, ".encode"))
			if !ok {
				continue
			}
			if found.key != "" && found != x {
				return issued{}, false // which of them cannot be told
			}
			found = x
		}
	}
	return found, found.key != ""
}

func tokenOf(s *fix.Site, call pyedit.At, makes bool) (issued, bool) {
	keyword := "algorithms"
	if makes {
		keyword = "algorithm"
	}
	key, ok := pyedit.Argument(call.Node, 1, "key")
	if !ok || !reachable(s, call.On(key.Value)) {
		return issued{}, false
	}
	var algorithm string
	a, given := pyedit.Argument(call.Node, 2, keyword)
	switch {
	case !given && makes:
		algorithm = "HS256"
	case !given:
		return issued{}, false
	default:
		value := call.On(a.Value)
		if !makes {
			if value.Kind() != syntax.KindList || value.NamedCount() != 1 {
				return issued{}, false
			}
			value = value.On(value.NamedChild(0))
		}
		if algorithm, ok = s.Constant(value); !ok {
			return issued{}, false
		}
	}
	// the key of the other side of RS256 is not this one
	if !strings.HasPrefix(algorithm, "HS") && makes {
		return issued{}, false
	}
	if !strings.HasPrefix(algorithm, "HS") && !strings.HasPrefix(algorithm, "RS") && !strings.HasPrefix(algorithm, "ES") {
		return issued{}, false
	}
	return issued{s.Source(call.On(key.Value)), algorithm}, true
}

// reachable reports whether an expression means the same in every function of
// the file: a literal, or names of the module and what hangs on them.
func reachable(s *fix.Site, n pyedit.At) bool {
	for d := range n.Descendants() {
		switch d.Kind() {
		case syntax.KindIdentifier:
			if d.Field() == syntax.FieldAttribute || d.Field() == syntax.FieldName {
				continue
			}
			if s.File.BoundInModule(d.Str()) == 0 || s.File.ShadowedAt(n, d.Str()) {
				return false
			}
		case syntax.KindAwait, syntax.KindLambda, syntax.KindYield:
			return false
		}
	}
	return true
}

// VerifyToken checks the signature of a token with the key that the file makes
// its tokens with.
var VerifyToken = &fix.Fix{
	Name:    "verify-token",
	For:     []*analysis.Rule{jwt.JWTNotVerified},
	Compute: verifyToken,
}

func verifyToken(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that decodes the token is in sight.")
	}
	name := s.EventName()
	if name != "jwt.decode" && name != "jose.jwt.decode" && name != "jose.jwt.get_unverified_claims" || pyedit.Unpacks(call.Node) {
		return fix.Refuse("How to verify the token here is not known: decode it with the key and algorithms=[...].")
	}
	x, ok := tokens(s, call)
	if !ok {
		return fix.Refuse("The key of these tokens cannot be told from this file. Of another issuer it is found by jwt.PyJWKClient(url).get_signing_key_from_jwt(token).")
	}
	token, ok := pyedit.Positional(call.Node, 0)
	if !ok {
		return fix.Refuse("The token is not the first argument.")
	}
	fn := call.On(call.Child(syntax.FieldFunction))
	function := s.Source(fn)
	if name == "jose.jwt.get_unverified_claims" {
		if fn.Kind() != syntax.KindAttribute {
			return fix.Refuse("The function is imported by its name: use decode with the key and algorithms=[...].")
		}
		function = s.Source(fn.On(fn.Child(syntax.FieldObject))) + ".decode"
	}
	text := function + "(" + s.Source(call.On(token.Value)) + ", " + x.key + `, algorithms=["` + x.algorithm + `"]`
	for i, a := range pyedit.Args(call.Node) {
		switch a.Name {
		case "", "key", "algorithms", "verify":
			if a.Name == "" && i > 2 {
				return fix.Refuse("The options are given by position: name them first.")
			}
		case "options":
			rest, ok := otherOptions(s, call.On(a.Value))
			if !ok {
				return fix.Refuse("The options come from elsewhere: take verify_signature out there.")
			}
			if rest != "" {
				text += ", options={" + rest + "}"
			}
		default:
			text += ", " + s.Source(call.On(a.Node))
		}
	}
	e := s.Edits()
	e.ReplaceNode(call, text+")")
	return fix.Propose(e, "Tokens that were not made with this key raise an error from now on: make sure that it becomes an answer of 401.",
		"Verify the token with the key that is used for encoding")
}

// otherOptions is the source of the options that switch nothing off.
func otherOptions(s *fix.Site, dict pyedit.At) (string, bool) {
	if dict.Kind() != syntax.KindDictionary {
		return "", false
	}
	var rest []string
	for c := range dict.NamedChildren() {
		if c.Kind() != syntax.KindPair {
			return "", false
		}
		if c.Child(syntax.FieldValue).Kind() == syntax.KindFalse {
			continue
		}
		if k, ok := python.ParseString(c.Child(syntax.FieldKey)); ok {
			if key, _ := k.Const(); key == "verify_signature" {
				continue
			}
		}
		rest = append(rest, s.Source(dict.On(c)))
	}
	return strings.Join(rest, ", "), true
}

// NameAlgorithm says which algorithm is accepted.
var NameAlgorithm = &fix.Fix{
	Name:    "name-algorithm",
	For:     []*analysis.Rule{jwt.JWTAlgorithmConfusion},
	Compute: nameAlgorithm,
}

func nameAlgorithm(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that decodes the token is in sight.")
	}
	x, ok := tokens(s, call)
	if !ok {
		return fix.Refuse("Which algorithm these tokens are made with cannot be told from this file: pass algorithms=[...] with that one.")
	}
	list := `["` + x.algorithm + `"]`
	e := s.Edits()
	if a, given := pyedit.Argument(call.Node, 2, "algorithms"); given {
		e.ReplaceNode(call.On(a.Value), list)
	} else if !e.AddKeyword(call, "algorithms", list) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "Tokens that were made with another algorithm are refused from now on.", "Accept %s only", x.algorithm)
}

// DropNone takes the algorithm without a signature away.
var DropNone = &fix.Fix{
	Name:    "drop-none-algorithm",
	For:     []*analysis.Rule{jwt.JWTNoneAlgorithm},
	Compute: dropNone,
}

func dropNone(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call with the algorithm is in sight.")
	}
	name := s.EventName()
	if strings.HasPrefix(name, "authlib.") {
		return fix.Refuse("The algorithm stands in the header: write the one that the key is for.")
	}
	e := s.Edits()
	if strings.HasSuffix(name, "encode") {
		a, given := pyedit.Argument(call.Node, 2, "algorithm")
		key, hasKey := pyedit.Argument(call.Node, 1, "key")
		if text, isText := s.Constant(call.On(key.Value)); !given || !hasKey || key.Value.Kind() == syntax.KindNone || isText && text == "" {
			return fix.Refuse("There is no key to sign with: read one from the environment.")
		}
		e.ReplaceNode(call.On(a.Value), `"HS256"`)
		return fix.Propose(e, "The key has to be a secret of 32 bytes, and whoever reads the tokens has to accept HS256.", "Sign with HS256")
	}
	a, given := pyedit.Argument(call.Node, 2, "algorithms")
	if !given {
		return fix.Refuse("The list of algorithms cannot be told.")
	}
	list := call.On(a.Value)
	if list.Kind() == syntax.KindIdentifier {
		def, _, ok := s.Definition(list)
		if !ok {
			return fix.Refuse("The algorithms come from %s: take none away there.", list.Str())
		}
		list = def
	}
	if list.Kind() != syntax.KindList {
		return fix.Refuse("The list of algorithms is made elsewhere: take none away there.")
	}
	var keep []string
	for c := range list.NamedChildren() {
		if text, ok := s.Constant(list.On(c)); !ok || !strings.EqualFold(text, "none") {
			keep = append(keep, s.Source(list.On(c)))
		}
	}
	if len(keep) == 0 || len(keep) == list.NamedCount() {
		return fix.Refuse("No other algorithm is named here: write the one that the tokens are made with.")
	}
	e.ReplaceNode(list, "["+strings.Join(keep, ", ")+"]")
	return fix.Propose(e, "", "Accept signed tokens only")
}

// ExpireToken lets tokens expire, and looks at when they do.
var ExpireToken = &fix.Fix{
	Name:    "expire-token",
	For:     []*analysis.Rule{jwt.JWTNoExpiry},
	Compute: expireToken,
}

func expireToken(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("How long a token shall live has to be decided: write a timedelta of minutes.")
	}
	e := s.Edits()
	switch name := s.EventName(); {
	case strings.HasPrefix(name, "itsdangerous."):
		if a, given := pyedit.Keyword(call.Node, "max_age"); given {
			e.ReplaceNode(call.On(a.Value), "3600")
		} else if !e.AddKeyword(call, "max_age", "3600") {
			return fix.Refuse("The call takes no further argument as it is written.")
		}
		return fix.Propose(e, "Older tokens raise SignatureExpired, a BadSignature, from now on. Choose the time that suits.", "Accept tokens of the last hour only")
	case strings.HasSuffix(name, "encode"):
		return addExpiry(s, e, call)
	}
	return dropExpiryOption(s, e, call)
}

func addExpiry(s *fix.Site, e *pyedit.Edits, call pyedit.At) []fix.Proposal {
	at := 0
	if strings.HasPrefix(s.EventName(), "authlib.") {
		at = 1
	}
	a, given := pyedit.Argument(call.Node, at, "payload")
	if !given {
		a, given = pyedit.Keyword(call.Node, "claims")
	}
	dict := call.On(a.Value)
	if given && dict.Kind() == syntax.KindIdentifier {
		if def, fixed, ok := s.Definition(dict); ok && !fixed {
			dict = def
		}
	}
	if !given || dict.Kind() != syntax.KindDictionary {
		return fix.Refuse(`The body of the token is made elsewhere: add "exp" there.`)
	}
	value := `"exp": ` + e.Use(call, "datetime", "datetime", pyedit.From) + ".now(" + e.Use(call, "datetime", "timezone", pyedit.From) + ".utc) + " +
		e.Use(call, "datetime", "timedelta", pyedit.From) + "(minutes=15)"
	if !e.AppendElement(dict, value) {
		return fix.Refuse("The body of the token takes no further claim as it is written.")
	}
	return fix.Propose(e, "Tokens are refused after 15 minutes from now on: choose the time that suits, and see that clients get new ones.", "Let the token expire after 15 minutes")
}

// dropExpiryOption takes "verify_exp": False away, and options with it if
// nothing else is in them.
func dropExpiryOption(s *fix.Site, e *pyedit.Edits, call pyedit.At) []fix.Proposal {
	a, given := pyedit.Keyword(call.Node, "options")
	if !given || a.Value.Kind() != syntax.KindDictionary {
		return fix.Refuse("The options come from elsewhere: take verify_exp out there.")
	}
	dict := call.On(a.Value)
	var rest []string
	for c := range dict.NamedChildren() {
		k, ok := python.ParseString(c.Child(syntax.FieldKey))
		if key, _ := k.Const(); ok && key == "verify_exp" {
			continue
		}
		rest = append(rest, s.Source(dict.On(c)))
	}
	if len(rest) > 0 {
		e.ReplaceNode(dict, "{"+strings.Join(rest, ", ")+"}")
	} else if !e.RemoveArg(call, a) {
		return fix.Refuse("A comment stands beside the option: take it out by hand.")
	}
	return fix.Propose(e, "Tokens that have expired raise an error from now on.", "Check when the token expires")
}
