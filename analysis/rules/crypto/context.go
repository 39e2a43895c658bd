package crypto

import (
	"regexp"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// purpose collects the names around a call that tell what its result is for:
// the variable, attribute, key or argument that it goes to, and the function.
func purpose(e *flow.Event) string {
	var words []string
	for n := e.Node; n.OK(); n = n.Parent() {
		p := n.Parent()
		if !p.OK() {
			break
		}
		switch p.Kind() {
		case syntax.KindAssignment, syntax.KindAugmentedAssignment:
			words = append(words, p.Child(syntax.FieldLeft).Str())
		case syntax.KindNamedExpression, syntax.KindKeywordArgument:
			words = append(words, p.Child(syntax.FieldName).Str())
		case syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter:
			words = append(words, p.Child(syntax.FieldName).Str())
		case syntax.KindPair:
			words = append(words, p.Child(syntax.FieldKey).Str())
		case syntax.KindCall:
			if n.Field() == syntax.FieldArguments {
				words = append(words, p.Child(syntax.FieldFunction).Str())
			}
		case syntax.KindBlock, syntax.KindFunctionDefinition:
			return strings.Join(append(words, e.Func), " ")
		}
	}
	return strings.Join(append(words, e.Func), " ")
}

// passwordName recognises names of things that people log in with.
var passwordName = regexp.MustCompile(`(?i)passw|passwd|passphrase|(?:^|[^a-z])pwd(?:[^a-z]|$)|pass_word`)

// holdsPassword reports whether an argument is a password by its expression or
// by where its data comes from.
func holdsPassword(a *flow.Arg) bool {
	if passwordName.MatchString(names(a.Node)) {
		return true
	}
	for _, o := range a.Value.Origins {
		if passwordName.MatchString(o.Label) {
			return true
		}
		for t := o.Steps; t != nil; t = t.Prev {
			// secret = request.form["password"]
			if right := t.Node.Child(syntax.FieldRight); right.OK() && passwordName.MatchString(names(right)) {
				return true
			}
		}
	}
	for _, r := range flow.Flatten(a.Value, a.Node) {
		if r.Hole != nil && r.Node.OK() && passwordName.MatchString(names(r.Node)) {
			return true
		}
	}
	return false
}

// names are the identifiers and constant keys in an expression, without those
// that only speak of a password: password_file, reset_password_url...
func names(n syntax.Node) string {
	var out []string
	for d := range n.Descendants() {
		switch d.Kind() {
		case syntax.KindIdentifier, syntax.KindStringContent:
			if s := d.Str(); !aboutPassword.MatchString(s) {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

var aboutPassword = regexp.MustCompile(`(?i)passw\w*_(?:file|path|url|field|form|reset|hash|hashed|digest|id|changed|expires|token|policy|length)|(?:reset|forgot|change)_?passw|hashed_passw|encrypted_passw`)
