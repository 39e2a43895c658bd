package injection

import (
	"slices"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/rules/injection"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// XPathVariable passes the values in an XPath expression as variables.
var XPathVariable = &fix.Fix{
	Name:    "xpath-variable",
	For:     rules(injection.XPathInjection),
	Compute: xpathVariable,
}

func xpathVariable(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that takes this expression is in sight.")
	}
	switch driver(s, models.XPath) {
	case "lxml":
		for _, a := range pyedit.Args(call.Node) {
			if a.Name == "**" || a.Name == "*" {
				return fix.Refuse("The call takes more from %s, in which the variable may be already.", a.Value.Str())
			}
		}
		return parameters(s, call, models.XPath, func(e *pyedit.Edits, name, value string) bool { return e.AddKeyword(call, name, value) }, "_path namespaces extensions smart_strings query self")
	case "elementpath":
		if _, given := pyedit.Keyword(call.Node, "variables"); given || s.EventName() == "elementpath.Selector" {
			return fix.Refuse("The call has variables already: add the value to them, and write $name in the expression.")
		}
		var pairs []string
		list := parameters(s, call, models.XPath, func(_ *pyedit.Edits, name, value string) bool {
			pairs = append(pairs, `"`+name+`": `+value)
			return true
		}, "")
		return withKeyword(s, call, list, "variables", func() string { return "{" + strings.Join(pairs, ", ") + "}" })
	case "elementtree":
		return fix.Refuse("find and findall have no variables: compare the values in Python, or let only certain characters through.")
	}
	return fix.Refuse("The expression is compiled here and run elsewhere: write $name in it, and pass name= where it is run.")
}

// withKeyword adds one keyword with what was collected to the edits of a proposal.
func withKeyword(s *fix.Site, call pyedit.At, list []fix.Proposal, name string, value func() string) []fix.Proposal {
	if len(list) != 1 || list[0].Refusal != "" {
		return list
	}
	e := s.Edits()
	if !e.AddKeyword(call, name, value()) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	more, ok := e.List()
	if !ok {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	list[0].Edits = append(list[0].Edits, more...)
	return list
}

// driver is the way in which the event's sink takes parameters.
func driver(s *fix.Site, kind models.Kind) string {
	for _, k := range s.Event.Sinks {
		if k.Kinds()&kind != 0 && k.Driver != "" {
			return k.Driver
		}
	}
	return ""
}

// CypherParameter passes the values in a Cypher text as parameters.
var CypherParameter = &fix.Fix{
	Name:    "query-parameter",
	For:     rules(injection.QueryLanguageInjection),
	Compute: cypherParameter,
}

func cypherParameter(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	d := driver(s, models.Query)
	if !ok || d != "cypher" && d != "cypher_call" {
		return fix.Refuse("How %s takes parameters depends on the query: pass the value beside the text.", s.EventName())
	}
	if strings.HasSuffix(s.EventName(), "cypher_query") {
		return fix.Refuse("Write $name in the query, and pass the values as a dict.")
	}
	for i, a := range pyedit.Args(call.Node) {
		if a.Name == "**" || a.Name == "*" || a.Name == "" && i > 0 || a.Name == "parameters" || a.Name == "parameters_" {
			return fix.Refuse("The query has parameters already: add the value to them, and write $name in the text.")
		}
	}
	return parameters(s, call, models.Query, func(e *pyedit.Edits, name, value string) bool { return e.AddKeyword(call, name, value) }, "query parameters query_ parameters_ cypher self")
}

// parameters writes $name in the place of each value of a text, and hands the
// values to pass.
func parameters(s *fix.Site, call pyedit.At, kind models.Kind, pass func(e *pyedit.Edits, name, value string) bool, reserved string) []fix.Proposal {
	arg, ok := s.SinkArg(kind)
	if !ok {
		return fix.Refuse("The text cannot be told.")
	}
	at := call.On(arg.Value)
	t, reason := pytext.Parse(at, s)
	if t == nil {
		return fix.Refuse("The text cannot be rewritten: %s.", reason)
	}
	e := s.Edits()
	r := t.Rewrite()
	taken := map[string]string{}
	for w := range strings.FieldsSeq(reserved) {
		taken[w] = ""
	}
	for _, a := range pyedit.Args(call.Node) {
		taken[a.Name] = ""
	}
	var names []string
	for _, i := range t.Holes() {
		h := &t.Pieces[i]
		if s.Trusted(h.Expr) || s.Cleaned(h.Expr, kind) || h.Conv == "%d" {
			continue
		}
		if why := place(t, i, r, func(name string) string { return "$" + name }, kind, func() (string, string) {
			value, ok := h.Value(s.File)
			if !ok {
				return "", ""
			}
			return free(h, value, taken), value
		}); why != "" {
			return fix.Refuse(why, fix.Short(h.Source(s.File)))
		}
		value, _ := h.Value(s.File)
		name := free(h, value, taken)
		if taken[name] != value || !slices.Contains(names, name) {
			taken[name] = value
			if !pass(e, name, value) {
				return fix.Refuse("The call takes no further argument as it is written.")
			}
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return fix.Refuse("No value that can be passed stands in this text; it is made somewhere else.")
	}
	if reason := r.Write(e); reason != "" {
		return fix.Refuse("The text cannot be rewritten: %s.", reason)
	}
	return fix.Propose(e, "The value keeps its type: a number is compared as a number from now on.", "Pass %s beside the text", fix.Listing(names))
}

// free is a name for a hole's value that stands for nothing else.
func free(h *pytext.Piece, value string, taken map[string]string) string {
	base := pyedit.NameFor(h.Expr.Node)
	if base == "" || strings.HasPrefix(base, "_") {
		base = "value"
	}
	base = strings.TrimRight(base, "_")
	name := base
	for i := 2; ; i++ {
		if was, used := taken[name]; !used || was == value && was != "" {
			return name
		}
		name = base + "_" + string(rune('0'+i))
		if i > 8 {
			return name
		}
	}
}

// place notes that hole i becomes a parameter: with the quotes around it, or
// where a value alone stands.
func place(t *pytext.Text, i int, r *pytext.Rewrite, write func(string) string, kind models.Kind, name func() (string, string)) (refusal string) {
	before, after := "", ""
	if i > 0 && !t.Pieces[i-1].Hole {
		before = t.Pieces[i-1].Text
	}
	if i+1 < len(t.Pieces) && !t.Pieces[i+1].Hole {
		after = t.Pieces[i+1].Text
	}
	n, value := name()
	if value == "" {
		return "The format of %s cannot be kept in a parameter."
	}
	for _, q := range []string{"'", `"`} {
		if strings.HasSuffix(before, q) && strings.HasPrefix(after, q) {
			r.Replace(pytext.Pos{Piece: i - 1, Offset: len(before) - 1}, pytext.Pos{Piece: i + 1, Offset: 1}, write(n))
			return ""
		}
	}
	trimmed := strings.TrimRight(before, " \t\r\n")
	if kind == models.Query && trimmed != "" && (strings.HasSuffix(trimmed, "=") || strings.HasSuffix(trimmed, "<") || strings.HasSuffix(trimmed, ">") ||
		strings.HasSuffix(trimmed, ":") && len(trimmed) < len(before) || hasWordEnd(trimmed, "SKIP") || hasWordEnd(trimmed, "LIMIT") || hasWordEnd(trimmed, "IN") || hasWordEnd(trimmed, "CONTAINS")) {
		r.Replace(pytext.Pos{Piece: i}, pytext.Pos{Piece: i, Offset: 1}, write(n))
		return ""
	}
	return "%s does not stand where a value can be passed: between quotes, or behind a comparison. Let the client choose from a list."
}

func hasWordEnd(s, word string) bool { return strings.HasSuffix(strings.ToUpper(s), " "+word) }
