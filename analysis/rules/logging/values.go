package logging

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// written is an expression whose value is written as it is.
type written struct {
	node  syntax.Node
	value *flow.Value
}

// parts takes a message apart into the expressions whose values stand in it.
func parts(n syntax.Node, v *flow.Value) []written {
	var out []written
	for _, q := range flow.Flatten(v, n) {
		if q.Hole != nil && q.Node.OK() {
			out = append(out, shown(q.Node, q.Hole, 0)...)
		}
	}
	return out
}

// carriers are calls that give their argument back as text.
var carriers = map[string]bool{
	"str": true, "repr": true, "format": true, "json.dumps": true, "dict": true, "dumps": true, "pformat": true, "pprint.pformat": true, "vars": true, "list": true, "bytes": true,
}

// sameText are methods that leave a text what it is.
var sameText = map[string]bool{
	"strip": true, "lower": true, "upper": true, "encode": true, "decode": true, "lstrip": true, "rstrip": true, "items": true, "copy": true, "to_dict": true, "to_wsgi_list": true,
}

// shown unwraps what leaves the value readable, and leaves out what does not:
// lengths, tests, slices, digests, calls of other functions.
func shown(n syntax.Node, v *flow.Value, depth int) []written {
	if depth > 6 || !n.OK() {
		return nil
	}
	if depth > 0 {
		v = nil // of another expression
	}
	switch n.Kind() {
	case syntax.KindParenthesizedExpression, syntax.KindAwait, syntax.KindFormatExpression:
		return shown(n.NamedChild(0), v, depth+1)
	case syntax.KindConditionalExpression:
		return append(shown(n.NamedChild(0), v, depth+1), shown(n.NamedChild(2), v, depth+1)...)
	case syntax.KindBooleanOperator:
		return shown(n.Child(syntax.FieldRight), v, depth+1)
	case syntax.KindIdentifier, syntax.KindAttribute:
		return []written{{n, v}}
	case syntax.KindSubscript:
		if n.Child(syntax.FieldSubscript).Kind() == syntax.KindSlice {
			return nil
		}
		return []written{{n, v}}
	case syntax.KindDictionary:
		var out []written
		for c := range n.NamedChildren() {
			if c.Kind() == syntax.KindPair {
				out = append(out, shown(c.Child(syntax.FieldValue), nil, depth+1)...)
			}
		}
		return out
	case syntax.KindCall:
		return shownCall(n, v, depth)
	}
	return nil
}

func shownCall(n syntax.Node, v *flow.Value, depth int) []written {
	fn := n.Child(syntax.FieldFunction)
	args := n.Child(syntax.FieldArguments)
	if carriers[fn.Str()] {
		return shown(args.NamedChild(0), v, depth+1)
	}
	if kindOf(got(n)) != "" {
		return []written{{n, v}}
	}
	if fn.Kind() != syntax.KindAttribute {
		return nil
	}
	switch method := fn.Child(syntax.FieldAttribute).Str(); {
	case sameText[method]:
		return shown(fn.Child(syntax.FieldObject), v, depth+1)
	case method == "get" || method == "getenv" || method == "get_json" || method == "getlist" || method == "get_header" || method == "get_argument" || method == "pop":
		return []written{{n, v}}
	}
	return nil
}

// secret says what an expression gives away, "" if nothing.
func secret(n syntax.Node, v *flow.Value) (what string, c analysis.Confidence) {
	if v != nil && harmless(v) {
		return "", 0
	}
	if what := dump(n, v); what != "" {
		return what, dumpConfidence(n, what)
	}
	if what := kindOf(name(n)); what != "" {
		return what, analysis.Likely
	}
	if v == nil {
		return "", 0
	}
	if len(v.Origins) == 1 && !v.Origins[0].Vague && v.Origins[0].Node.OK() { // another name for it
		if what := kindOf(name(item(v.Origins[0].Node))); what != "" {
			return what, analysis.Likely
		}
	}
	if v.Name != "" && n.Kind() == syntax.KindIdentifier {
		if what := kindOf(v.Name[strings.LastIndexByte(v.Name, '.')+1:]); what != "" {
			return what, analysis.Likely
		}
	}
	return "", 0
}

// harmless reports whether a value gives nothing away: numbers, tests, digests,
// texts that only name a field.
func harmless(v *flow.Value) bool {
	if s, ok := v.Str(); ok {
		return s == "" || kindOf(s) != "" || strings.Trim(s, "*xX.-<>[] ") == "" || strings.ContainsAny(s, "%{")
	}
	return v.Harmless() || v.Clean&models.All == models.All && len(v.Origins) == 0
}

// item is the access of an element of a source: request.form["password"] for
// request.form.
func item(n syntax.Node) syntax.Node {
	p := n.Parent()
	switch p.Kind() {
	case syntax.KindSubscript:
		if p.Child(syntax.FieldValue) == n {
			return p
		}
	case syntax.KindAttribute:
		if call := p.Parent(); call.Kind() == syntax.KindCall && call.Child(syntax.FieldFunction) == p {
			return call
		}
	case syntax.KindCall:
		if p.Child(syntax.FieldFunction) == n {
			return item(p)
		}
	case syntax.KindAwait, syntax.KindParenthesizedExpression:
		return item(p)
	}
	return n
}

// name is the word by which an expression calls its value.
func name(n syntax.Node) string {
	switch n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute, syntax.KindSubscript:
		return python.LastName(n)
	case syntax.KindCall:
		if given := got(n); given != "" {
			return given
		}
		return text(n.Child(syntax.FieldArguments).NamedChild(0))
	case syntax.KindTypedParameter:
		return n.NamedChild(0).Str()
	}
	if id := n.Child(syntax.FieldName); id.OK() {
		return id.Str()
	}
	return ""
}

// got is what a call is named to give: password for get_password().
func got(call syntax.Node) string {
	fn := call.Child(syntax.FieldFunction)
	if a := fn.Child(syntax.FieldAttribute); a.OK() {
		fn = a
	}
	for _, prefix := range []string{"get_", "fetch_", "load_", "read_"} {
		if rest, ok := strings.CutPrefix(fn.Str(), prefix); ok {
			return rest
		}
	}
	return ""
}

func text(n syntax.Node) string {
	if !n.OK() || n.Kind() != syntax.KindString {
		return ""
	}
	s, ok := python.ParseString(n)
	if !ok {
		return ""
	}
	t, _ := s.Const()
	return t
}

var (
	wholeHead = regexp.MustCompile(`(?i)(?:^|\b)(?:request|req|self\.request|scope|websocket)\.(?:headers|META|environ|cookies|COOKIES)$`)
	wholeBody = regexp.MustCompile(`(?i)(?:^|\b)(?:request|req|self\.request)\.(?:form|POST|json|data|values|params|body|get_json\(\)|json\(\)|get_data\(\)|get_data\(as_text=True\))$`)
	account   = regexp.MustCompile(`(?i)log_?in|sign_?(?:in|up)|regist|auth|passw|token|pay|checkout|card|account`)
)

// dump recognises whole collections that hold secrets among other things.
func dump(n syntax.Node, v *flow.Value) string {
	label := strings.Join(strings.Fields(n.Str()), "")
	if len(label) > 60 {
		return ""
	}
	names := []string{label}
	if v != nil && v.Name != "" && n.Kind() == syntax.KindIdentifier {
		names = append(names, v.Name)
	}
	for _, s := range names {
		switch {
		case s == "os.environ" || s == "environ" && v != nil && v.Name == "os.environ":
			return "the whole environment, with the keys in it,"
		case wholeHead.MatchString(s) || strings.HasSuffix(s, "Request.headers") || strings.HasSuffix(s, "HttpRequest.META") || strings.HasSuffix(s, "Request.cookies"):
			return "the whole head of the request, with cookies and authorization,"
		case wholeBody.MatchString(s):
			return "the whole body of the request, with any password in it,"
		case s == "app.config" || s == "current_app.config" || s == "settings.__dict__":
			return "the whole configuration, with the keys in it,"
		}
	}
	return ""
}

// dumpConfidence is unsure of bodies of requests that have nothing to do with
// accounts or payments.
func dumpConfidence(n syntax.Node, what string) analysis.Confidence {
	if !strings.Contains(what, "body") {
		return analysis.Likely
	}
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition && account.MatchString(p.Child(syntax.FieldName).Str()) {
			return analysis.Likely
		}
	}
	return analysis.Unsure
}
