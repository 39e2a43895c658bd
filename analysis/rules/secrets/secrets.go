// Package secrets holds the rules about secrets in source.
package secrets

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/secrets"
	"pavise/analysis/source"
	"pavise/analysis/syntax"
)

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	HardcodedPassword, HardcodedSecretKey, KnownSecretToken, PrivateKeyInSource, CredentialsInURL, HighEntropyString,
	SecretDefaultFallback, SecretExposedByConfig, CloudCredentialsInClient,
}

// reportMatch reports a secret at the literal that holds it, or where it stands.
func reportMatch(p *analysis.Pass, t *analysis.Text, m secrets.Match, c analysis.Confidence, message string) *analysis.Draft {
	d := p.ReportText(m.Span, c, message)
	d.Secret = m.Span
	if t.Unit == nil {
		return d
	}
	if n := literalAt(t.Unit, m.Span); n.OK() && !inProse(t.Unit, m.Span) {
		d.Node = n
	}
	return d
}

// literalAt is the outermost string expression around a place.
func literalAt(u *syntax.Unit, at source.Span) syntax.Node {
	best := syntax.Node{}
	for n := u.Covering(at); n.OK(); n = n.Parent() {
		switch n.Kind() {
		case syntax.KindString, syntax.KindConcatenatedString:
			best = n
		}
	}
	return best
}

// inProse reports whether a place is in a string that is a statement, or in
// a comment.
func inProse(u *syntax.Unit, at source.Span) bool {
	n := u.Covering(at)
	if n.Kind() == syntax.KindComment {
		return true
	}
	n = literalAt(u, at)
	return n.OK() && n.Parent().Kind() == syntax.KindExpressionStatement
}

// constant is the text of an expression of literals alone: one, several in a row
// or with + between them, in parentheses, encoded, or as a SecretStr.
func constant(n syntax.Node, depth int) (string, bool) {
	if depth > 8 {
		return "", false
	}
	switch n.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		if s, ok := python.ParseString(n); ok {
			return s.Const()
		}
	case syntax.KindParenthesizedExpression:
		return constant(n.NamedChild(0), depth+1)
	case syntax.KindBinaryOperator:
		if n.Op() != "+" {
			return "", false
		}
		a, ok := constant(n.Child(syntax.FieldLeft), depth+1)
		b, also := constant(n.Child(syntax.FieldRight), depth+1)
		return a + b, ok && also
	case syntax.KindCall:
		fn := n.Child(syntax.FieldFunction)
		switch name := fn.Str(); {
		case fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "encode":
			return constant(fn.Child(syntax.FieldObject), depth+1)
		case name == "SecretStr" || name == "pydantic.SecretStr" || name == "Secret" || name == "bytes" || name == "str":
			return constant(n.Child(syntax.FieldArguments).NamedChild(0), depth+1)
		}
	}
	return "", false
}

// nameOf is the last name of a target: of a variable, an attribute, or a key.
func nameOf(n syntax.Node) string {
	if n.Kind() != syntax.KindCall {
		return python.LastName(n)
	}
	if fn := n.Child(syntax.FieldFunction); fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldAttribute).Str() == "get" { // request.form.get("password")
		return python.LastName(n.Child(syntax.FieldArguments).NamedChild(0))
	}
	return ""
}

// less lowers a confidence for files whose secrets are rarely real.
func less(c analysis.Confidence, r secrets.Role) analysis.Confidence {
	switch r {
	case secrets.Test, secrets.Listing:
		return analysis.Unsure
	case secrets.Doc, secrets.Example:
		return min(c, analysis.Likely)
	}
	return c
}

// phrase is the id of a form in words: "github-pat" becomes "github pat".
func phrase(id string) string { return strings.ReplaceAll(id, "-", " ") }
