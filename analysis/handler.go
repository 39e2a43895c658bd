package analysis

import (
	"regexp"
	"slices"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/lang/python"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

// Accepted are the HTTP methods for which a framework calls a handler.
type Accepted struct {
	Methods []string    // in capital letters; nil if nothing says
	At      syntax.Node // the decorator that says so, if one does
	Stated  bool        // the methods are written out, not the framework's default
}

// Has reports whether a method is accepted, as far as that is known.
func (a Accepted) Has(methods ...string) bool {
	return slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(a.Methods, m) })
}

// Reads reports whether every accepted method only reads.
func (a Accepted) Reads() bool {
	return len(a.Methods) > 0 && !slices.ContainsFunc(a.Methods, func(m string) bool { return m != "GET" && m != "HEAD" && m != "OPTIONS" })
}

// HandlerName is what the function of a handler is called.
func HandlerName(e *flow.Event) string { return e.Node.Child(syntax.FieldName).Str() }

// HandlerPath is the address of a handler as far as it is known.
func HandlerPath(e *flow.Event) string {
	if e.Pattern != "" {
		return e.Pattern
	}
	for _, d := range e.Args {
		if d.Node.Kind() != syntax.KindCall {
			continue
		}
		if first := d.Node.Child(syntax.FieldArguments).NamedChild(0); first.OK() && first.Kind() == syntax.KindString {
			if s := strings.Trim(first.Str(), `"'`); strings.HasPrefix(s, "/") {
				return s
			}
		}
	}
	return ""
}

// Callee is the expression that is called, or the node itself.
func Callee(n syntax.Node) syntax.Node {
	if n.Kind() == syntax.KindCall {
		return n.Child(syntax.FieldFunction)
	}
	return n
}

// CalleeName is the last name of what a node calls, or of the node itself; "" if it
// is called by no name.
func CalleeName(n syntax.Node) string {
	switch n = Callee(n); n.Kind() {
	case syntax.KindIdentifier, syntax.KindAttribute:
		return python.LastName(n)
	}
	return ""
}

// Methods are those that a handler is called for, by its decorators, its name in
// a class, or how it is registered.
func Methods(e *flow.Event) Accepted {
	var out Accepted
	for _, d := range e.Args {
		if a, ok := methodsOf(d); ok {
			if out.At.OK() && !narrows(d) {
				out.Methods = append(out.Methods, a.Methods...)
				out.Stated = out.Stated || a.Stated
				continue
			}
			out = a
		}
	}
	if out.At.OK() {
		return out
	}
	name := HandlerName(e)
	if e.Node.Unit().Parent != "" {
		if m, ok := viewSetMethods[name]; ok {
			return Accepted{Methods: []string{m}}
		}
		if m := strings.TrimPrefix(name, "on_"); verbs[m] {
			return Accepted{Methods: []string{strings.ToUpper(m)}, Stated: true}
		}
	}
	if e.Route != nil {
		if verb, ok := strings.CutPrefix(e.Route.Call[strings.LastIndexByte(e.Route.Call, '.')+1:], "add_"); ok && verbs[verb] {
			return Accepted{Methods: []string{strings.ToUpper(verb)}, Stated: true}
		}
	}
	return Accepted{}
}

var (
	verbs          = map[string]bool{"get": true, "post": true, "put": true, "patch": true, "delete": true, "head": true, "options": true}
	viewSetMethods = map[string]string{
		"list": "GET", "retrieve": "GET", "create": "POST", "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE",
	}
)

// narrows recognises decorators that say which methods of a view are let through.
func narrows(d flow.Arg) bool { return strings.HasPrefix(CalleeName(d.Node), "require_") }

// written are the kinds of nodes in which methods are written out.
var written = []syntax.Kind{syntax.KindList, syntax.KindTuple, syntax.KindSet, syntax.KindString}

// methodsOf is what one decorator says of the methods.
func methodsOf(d flow.Arg) (Accepted, bool) {
	name := CalleeName(d.Node)
	said := Accepted{At: d.Node, Stated: true}
	switch name {
	case "require_POST":
		said.Methods = []string{"POST"}
		return said, true
	case "require_GET", "require_safe":
		said.Methods = []string{"GET"}
		return said, true
	}
	if d.Node.Kind() != syntax.KindCall {
		return Accepted{}, name == "api_view"
	}
	args := d.Node.Child(syntax.FieldArguments)
	switch {
	case name == "require_http_methods" || name == "api_view":
		list := args.NamedChild(0)
		if !list.OK() {
			return Accepted{Methods: []string{"GET"}, At: d.Node}, true
		}
		if list.Kind() == syntax.KindKeywordArgument {
			list = list.Child(syntax.FieldValue)
		}
		said.Methods = literalMethods(list)
		return said, true
	case name == "action" && strings.HasPrefix(d.Value.Name, "rest_framework."), name == "route" || name == "api_route":
		list := Keyword(args, "methods")
		if !list.OK() {
			list = Keyword(args, "method") // of Bottle
		}
		if second := args.NamedChild(1); !list.OK() && second.OK() && slices.Contains(written, second.Kind()) {
			list = second // likewise
		}
		if !list.OK() {
			return Accepted{Methods: []string{"GET"}, At: d.Node}, name != "route" || isRoute(d)
		}
		said.Methods = literalMethods(list)
		return said, true
	case name == "view_config" && strings.HasPrefix(d.Value.Name, "pyramid."):
		list := Keyword(args, "request_method")
		if !list.OK() {
			return Accepted{Methods: []string{"GET", "POST"}, At: d.Node}, true
		}
		said.Methods = literalMethods(list)
		return said, true
	case verbs[name] && (Callee(d.Node).Kind() == syntax.KindAttribute && isRoute(d) || strings.HasPrefix(d.Value.Name, "bottle.")):
		said.Methods = []string{strings.ToUpper(name)}
		return said, true
	}
	return Accepted{}, false
}

// isRoute reports whether a decorator is given the address of a route.
func isRoute(d flow.Arg) bool {
	first := d.Node.Child(syntax.FieldArguments).NamedChild(0)
	return !first.OK() || first.Kind() != syntax.KindString || len(first.Str()) == 2 || strings.ContainsRune(first.Str(), '/')
}

// Keyword is the value of a keyword argument; no node if it is not given.
func Keyword(args syntax.Node, name string) syntax.Node {
	for c := range args.NamedChildren() {
		if c.Kind() == syntax.KindKeywordArgument && c.Child(syntax.FieldName).Str() == name {
			return c.Child(syntax.FieldValue)
		}
	}
	return syntax.Node{}
}

// literalMethods are the methods in a list that is written out, nil if it is not.
func literalMethods(list syntax.Node) []string {
	if s, ok := constant(list); ok {
		return []string{strings.ToUpper(s)}
	}
	switch list.Kind() {
	case syntax.KindList, syntax.KindTuple, syntax.KindSet:
	default:
		return nil
	}
	var out []string
	for c := range list.NamedChildren() {
		s, ok := constant(c)
		if !ok {
			return nil
		}
		out = append(out, strings.ToUpper(s))
	}
	return out
}

func constant(n syntax.Node) (string, bool) {
	s, ok := python.ParseString(n)
	if !ok {
		return "", false
	}
	return s.Const()
}

// Writes lists the calls of a function that change what the application keeps:
// rows of a database, documents, files.
func Writes(fn syntax.Node) []syntax.Node {
	body := fn.Child(syntax.FieldBody)
	if !body.OK() {
		return nil
	}
	var out, commits []syntax.Node
	assigns := false // an attribute of an object
	for n := range body.Descendants() {
		switch n.Kind() {
		case syntax.KindAssignment, syntax.KindAugmentedAssignment:
			if t := n.Child(syntax.FieldLeft); t.Kind() == syntax.KindAttribute && !contextObject.MatchString(t.Child(syntax.FieldObject).Str()) && !counter.MatchString(t.Child(syntax.FieldAttribute).Str()) {
				assigns = true
			}
		case syntax.KindCall:
			switch wrote := writes(n); {
			case wrote == commit:
				commits = append(commits, n)
			case wrote == change:
				out = append(out, n)
			}
		}
	}
	if assigns && len(out) == 0 {
		out = commits // user.role = "x"; session.commit()
	}
	return out
}

type wrote uint8

const (
	nothing wrote = iota
	change
	commit // makes lasting what was changed before, if anything was
)

var (
	databaseObject = regexp.MustCompile(`(?i)(?:^|[._])(?:session|db|s|sess|dbsession|conn|connection|database|con|cnx|engine|tx|transaction|store|storage|uow|mysql|sqlite)(?:\(\))?$`)
	writeStatement = regexp.MustCompile(`(?is)^\s*(?:insert\s|update\s+\S+\s+set|delete\s+from|drop\s+(?:table|database)|truncate\s|replace\s+into|alter\s+table)`)
	// volatile recognises what is no state of the application, or is written whenever
	// something is looked at.
	volatile      = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:cache|redis|memcache|cookies?|response|resp|headers|form|serializer|session|workbook|wb|image|img|figure|fig|buffer|temp|tmp|tempfile|requests|httpx|client|log|audit|history|visit|view|hit|stats?|metrics?|counter|activity|tracking|clicks?|params|environ|zip)|(?-i:Log|Audit|History|Visit|View|Hit|Stats|Metric|Activity|Click)|_logs?\b`)
	contextObject = regexp.MustCompile(`(?i)^(?:self|cls|g|ctx|context|request|req|response|resp|res|session|flask\.g|app|logger|form|settings|config|args|options)$`)
	counter       = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:views?|visits?|hits?|clicks?|seen|last|accessed|read|opened|online|downloads?|num)(?:[^a-z]|$)|_at(?:[^a-z]|$)|count(?:er)?(?:[^a-z]|$)`)
)

// writes tells what a call does to what is kept.
func writes(call syntax.Node) wrote {
	fn := call.Child(syntax.FieldFunction)
	if runsStatement(call) {
		return change
	}
	if fn.Kind() != syntax.KindAttribute {
		return nothing
	}
	object, name := fn.Child(syntax.FieldObject), fn.Child(syntax.FieldAttribute).Str()
	args := call.Child(syntax.FieldArguments)
	text := object.Str()
	if len(text) > 400 {
		text = text[len(text)-400:]
	}
	switch name {
	case "commit":
		return commit
	case "insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many", "find_one_and_update", "find_one_and_delete", "delete_instance", "bulk_write":
		if !volatile.MatchString(text) {
			return change
		}
	case "delete", "merge", "add":
		if databaseObject.MatchString(text) && positional(args) == 1 && !volatile.MatchString(CalleeName(args.NamedChild(0))) {
			return change
		}
		if name == "delete" && positional(args) == 0 && (!volatile.MatchString(text) || strings.Contains(text, "query(")) {
			return change
		}
	case "save":
		if positional(args) == 0 && !volatile.MatchString(text) && !countsOnly(args) {
			return change
		}
	case "create", "update", "bulk_create", "bulk_update", "update_or_create":
		if (strings.Contains(text, ".objects") || strings.Contains(text, ".query") && name == "update") && !volatile.MatchString(text) {
			return change
		}
	}
	return nothing
}

// runsStatement reports whether a call is given a statement that changes rows:
// cursor.execute("DELETE ..."), or a function of the program, query("DELETE ...").
func runsStatement(call syntax.Node) bool {
	name := CalleeName(call)
	if takesText.MatchString(name) || call.Child(syntax.FieldFunction).Kind() == syntax.KindAttribute && textMethod[name] {
		return false
	}
	args := call.Child(syntax.FieldArguments)
	for i := range 2 { // perhaps behind a connection
		if s, ok := statementText(args.NamedChild(i)); ok && writeStatement.MatchString(s) {
			return !volatile.MatchString(firstWords(s)) && !counter.MatchString(firstWords(s))
		}
	}
	return false
}

// takesText recognises calls that only show, make or look at a text.
var takesText = regexp.MustCompile(`(?i)^(?:text|sql|print|str|len|repr|debug|info|warning|warn|error|exception|critical|log|flash|echo|jsonify|dumps|dedent|escape|render\w*|re|mogrify|assert\w*|raises|prepare)$|(?-i:^[A-Z])|^$`)

// textMethod are methods that do the same; a function of one of the names may do
// anything.
var textMethod = wordset.Of("write append format join replace add get startswith endswith match search sub split")

// countsOnly recognises save(update_fields=["views"]).
func countsOnly(args syntax.Node) bool {
	list := Keyword(args, "update_fields")
	return list.OK() && counter.MatchString(list.Str())
}

// firstWords are the words of a statement that name its table, and the first column
// that it updates.
func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(4, len(words))], " ")
}

func positional(args syntax.Node) int {
	n := 0
	for c := range args.NamedChildren() {
		if c.Kind() != syntax.KindKeywordArgument && c.Kind() != syntax.KindComment {
			n++
		}
	}
	return n
}

// statementText is the text of a statement, or the beginning of one that is put
// together; it may stand in the variable that is given.
func statementText(n syntax.Node) (string, bool) {
	for range 4 {
		switch n.Kind() {
		case syntax.KindCall: // text("..."), "...".format(x)
			fn := n.Child(syntax.FieldFunction)
			if fn.Kind() == syntax.KindAttribute && fn.Child(syntax.FieldObject).Kind() == syntax.KindString {
				n = fn.Child(syntax.FieldObject)
			} else {
				n = n.Child(syntax.FieldArguments).NamedChild(0)
			}
		case syntax.KindBinaryOperator:
			n = n.Child(syntax.FieldLeft)
		case syntax.KindParenthesizedExpression:
			n = n.NamedChild(0)
		case syntax.KindIdentifier:
			if n = assigned(n); !n.OK() {
				return "", false
			}
		case syntax.KindString, syntax.KindConcatenatedString:
			s, ok := python.ParseString(n)
			if !ok || len(s.Tokens) == 0 {
				return "", false
			}
			text := n.Str()
			return strings.TrimLeft(text[strings.IndexAny(text, `"'`):], `"'(`), true
		default:
			return "", false
		}
	}
	return "", false
}

// assigned is what the last assignment before a use in its function gives a name.
func assigned(id syntax.Node) syntax.Node {
	var out syntax.Node
	name := id.Str()
	unit := id.Unit()
	for i := range id.Index() {
		if n := unit.At(i); n.Kind() == syntax.KindAssignment && n.Child(syntax.FieldLeft).Str() == name && n.Child(syntax.FieldRight).OK() {
			out = n.Child(syntax.FieldRight)
		}
	}
	return out
}
