package crypto

import (
	"regexp"
	"strconv"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
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

// argument is the argument of a call at a position or under one of the names.
func argument(e *flow.Event, at int, keywords ...string) *flow.Arg {
	for _, name := range keywords {
		if a := flow.FindArg(e.Args, name); a != nil {
			return a
		}
	}
	return flow.FindArg(e.Args, strconv.Itoa(at))
}

// around is the text of the function that holds a node, or of its unit.
func around(n syntax.Node) string {
	out := n.Unit().Root()
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition {
			out = p
			break
		}
	}
	return analysis.Code(out)
}

// called is the word by which an expression calls its value: password for
// user.password, form["password"] and get("password").
func called(n syntax.Node) string {
	switch n.Kind() {
	case syntax.KindAttribute:
		name := python.LastName(n)
		if name == "data" && strings.Contains(n.Child(syntax.FieldObject).Str(), "form") {
			return called(n.Child(syntax.FieldObject)) // of a field of a form
		}
		return name
	case syntax.KindAwait, syntax.KindParenthesizedExpression, syntax.KindTypedParameter:
		return called(n.NamedChild(0))
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		name := fn.Str()
		if fn.Kind() == syntax.KindAttribute {
			name = fn.Child(syntax.FieldAttribute).Str()
		}
		if rest, ok := strings.CutPrefix(name, "get_"); ok && n.Child(syntax.FieldArguments).NamedCount() == 0 {
			return rest
		}
		if a := n.Child(syntax.FieldArguments).NamedChild(0); a.OK() && a.Kind() == syntax.KindString {
			return called(a)
		}
		return ""
	}
	return python.LastName(n)
}

// fixedBytes reports whether bytes are the same at every run: a literal, in
// whatever encoding, or bytes(16).
func fixedBytes(v *flow.Value, n syntax.Node) bool {
	if v.Literal() {
		return true
	}
	return len(v.Origins) == 0 && zeros(n)
}

// zeros recognises bytes(16), bytearray(16) and bytes([0] * 16).
func zeros(n syntax.Node) bool {
	if n.Kind() != syntax.KindCall {
		return false
	}
	name := n.Child(syntax.FieldFunction).Str()
	args := n.Child(syntax.FieldArguments)
	if name != "bytes" && name != "bytearray" || args.NamedCount() != 1 {
		return false
	}
	for d := range args.Descendants() {
		switch d.Kind() {
		case syntax.KindArgumentList, syntax.KindInteger, syntax.KindList, syntax.KindTuple, syntax.KindBinaryOperator:
		case syntax.KindAttribute:
			if d.Child(syntax.FieldAttribute).Str() != "block_size" {
				return false
			}
		case syntax.KindIdentifier:
			if d.Parent().Kind() != syntax.KindAttribute {
				return false
			}
		default:
			if d.Named() {
				return false
			}
		}
	}
	return true
}

// anyWord is a test for names of which one of the words is a part: user_id and
// NewUser hold user.
func anyWord(list ...string) func(string) bool {
	set := map[string]bool{}
	for _, w := range list {
		set[w] = true
	}
	return func(name string) bool {
		for _, w := range split(name) {
			if set[w] || set[strings.TrimSuffix(w, "s")] {
				return true
			}
		}
		return false
	}
}

// split takes a name apart into words in small letters.
func split(name string) []string {
	var out []string
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(name[start:end]))
		}
		start = end
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		switch {
		case !letter:
			flush(i)
			start = i + 1
		case i > 0 && c >= 'A' && c <= 'Z' && name[i-1] >= 'a' && name[i-1] <= 'z':
			flush(i)
		}
	}
	flush(len(name))
	return out
}
