package injection

import (
	"regexp"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/rules/injection"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// TextValue makes the values in a filter texts, which hold no operators.
var TextValue = &fix.Fix{
	Name: "value-as-text",
	For:  rules(injection.NoSQLInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		harms := s.Harms(models.NoSQL)
		if whole(s, harms) {
			return fix.Refuse("The whole document comes from the client: take the fields that it may ask for, one by one.")
		}
		return asText.wrap(s, harms)
	},
}

var asText = &escape{
	kind: models.NoSQL,
	call: func(*fix.Site, *pyedit.Edits, *fix.Harm) func(string) string {
		return func(v string) string { return "str(" + v + ")" }
	},
	caveat: always("A number or None becomes its text: use int(...) where the field holds numbers."),
	title:  "Compare with the text of %s",
	none:   "The values of this query are put together somewhere else: make them texts or numbers there.",
}

// whole reports whether a harmful expression is an argument itself.
func whole(s *fix.Site, harms []fix.Harm) bool {
	call, ok := s.Call()
	if !ok {
		return false
	}
	for _, a := range pyedit.Args(call.Node) {
		for i := range harms {
			if harms[i].Hole.Expr.Abs() == call.On(a.Value).Abs() && (a.Name == "" || a.Name == "filter" || a.Name == "**" || a.Name == "update" || a.Name == "pipeline" || a.Name == "__raw__") {
				return true
			}
		}
	}
	return false
}

// EscapeLDAP escapes the values in a filter or name of a directory.
var EscapeLDAP = &fix.Fix{
	Name: "escape-ldap",
	For:  rules(injection.LDAPInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		return ldap.compute(s)
	},
}

var ldap = &escape{
	kind: models.LDAP,
	call: func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(string) string {
		module, name := "ldap3.utils.conv", "escape_filter_chars"
		inName := !inFilter(s, h)
		switch {
		case s.File.ImportsRoot("ldap3") && inName:
			module, name = "ldap3.utils.dn", "escape_rdn"
		case s.File.ImportsRoot("ldap3"):
		case inName:
			module, name = "ldap.dn", "escape_dn_chars"
		default:
			module = "ldap.filter"
		}
		return func(v string) string {
			return e.Use(h.Hole.Expr, module, name, pyedit.From) + "(" + text(s, h, v) + ")"
		}
	},
	caveat: always("Characters such as * in the value are searched for from now on: they match nothing else any more."),
	whole:  "The whole filter or name is %s: build it here, and escape the values in it.",
	title:  "Escape %s",
	none:   "The filter is put together somewhere else: escape its values there.",
}

// inFilter reports whether a value stands in a filter: between parentheses.
func inFilter(s *fix.Site, h *fix.Harm) bool {
	for n := h.Hole.Expr.Parent(); n.OK(); n = n.Parent() {
		switch n.Kind() {
		case syntax.KindString, syntax.KindConcatenatedString, syntax.KindBinaryOperator:
			if strings.Contains(s.Source(h.Hole.Expr.On(n)), "(") && parenthesised(n) {
				return true
			}
		case syntax.KindCall:
			if fn := n.Child(syntax.FieldFunction); fn.Child(syntax.FieldAttribute).Str() == "format" {
				return parenthesised(fn.Child(syntax.FieldObject))
			}
			return false
		case syntax.KindBlock:
			return false
		}
	}
	return false
}

// parenthesised reports whether the literal text of an expression has a filter's
// parenthesis.
func parenthesised(n syntax.Node) bool {
	if n.Kind() == syntax.KindStringContent {
		return strings.Contains(n.Str(), "(")
	}
	for d := range n.Descendants() {
		if d.Kind() == syntax.KindStringContent && strings.Contains(d.Str(), "(") && !strings.Contains(d.Str(), "{") {
			return true
		}
		if d.Kind() == syntax.KindStringContent && strings.HasPrefix(strings.TrimSpace(d.Str()), "(") {
			return true
		}
	}
	return false
}

// EscapePattern escapes the values in a regular expression.
var EscapePattern = &fix.Fix{
	Name: "escape-pattern",
	For:  rules(injection.RegexInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		return pattern.compute(s)
	},
}

// meantAsPattern recognises values that are patterns by their names.
var meantAsPattern = regexp.MustCompile(`(?i)regex|pattern|expr|\bre\b`)

var pattern = &escape{
	kind: models.Regex,
	call: func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(string) string {
		return func(v string) string {
			return e.Use(h.Hole.Expr, "re", "escape", pyedit.Plain) + "(" + text(s, h, v) + ")"
		}
	},
	caveat: func(harms []fix.Harm) string {
		for i := range harms {
			if harms[i].Whole || meantAsPattern.MatchString(harms[i].Hole.Expr.Str()) {
				return "The value is searched for as it is from now on: people can no longer search with patterns."
			}
		}
		return ""
	},
	title: "Escape %s with re.escape",
	none:  "The pattern is put together somewhere else: escape its values there.",
}

// OneLine takes line ends out of the values in a header.
var OneLine = &fix.Fix{
	Name: "one-line",
	For:  rules(injection.HeaderInjection, injection.EmailHeaderInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		if strings.HasSuffix(s.EventName(), "sendmail") {
			return fix.Refuse("The mail is written as one text: build an email.message.EmailMessage, which refuses line ends in its head.")
		}
		x := *oneLine
		for _, k := range s.Event.Sinks {
			x.kind = k.Kinds()
		}
		return x.compute(s)
	},
}

const oneLineHelper = `def %NAME%(text):
    return str(text).replace("\r", "").replace("\n", "")
`

var oneLine = &escape{
	call: func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(string) string {
		name := "one_line"
		if at, ok := s.File.Defines(name); !ok || !strings.Contains(s.Source(at), `.replace("\r", "").replace("\n", "")`) {
			name = s.File.Unique(name)
			if !added(e, "one-line") {
				e.AddHelper(h.Hole.Expr.Abs().Start, strings.ReplaceAll(oneLineHelper, "%NAME%", name))
			}
		}
		return func(v string) string { return name + "(" + v + ")" }
	},
	caveat: always("Line ends are left out silently: refuse the request where that is better."),
	title:  "Take line ends out of %s",
	none:   "The header is put together somewhere else: take line ends out there.",
}

// CSVCell puts a quote before cells that a spreadsheet would run.
var CSVCell = &fix.Fix{
	Name: "csv-cell",
	For:  rules(injection.CSVFormulaInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		return csvCell.compute(s)
	},
}

const csvHelper = `def %NAME%(value):
    text = str(value)
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + text
    return value
`

var csvCell = &escape{
	kind: models.CSV,
	call: func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(string) string {
		name := "csv_cell"
		if at, ok := s.File.Defines(name); !ok || !strings.Contains(s.Source(at), `startswith(("=", "+", "-", "@"`) {
			name = s.File.Unique(name)
			if !added(e, "csv-cell") {
				e.AddHelper(h.Hole.Expr.Abs().Start, strings.ReplaceAll(csvHelper, "%NAME%", name))
			}
		}
		return func(v string) string { return name + "(" + v + ")" }
	},
	caveat: always("Cells that begin with =, +, - or @ get a quote in front, negative numbers in texts as well."),
	title:  "Keep %s from being a formula",
	none:   "The cells are put together somewhere else: look at how they begin there.",
}

// EscapeMarkup escapes the values in XML.
var EscapeMarkup = &fix.Fix{
	Name: "escape-xml",
	For:  rules(injection.MarkupInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		return markup.compute(s)
	},
}

var markup = &escape{
	kind: models.Markup,
	call: func(s *fix.Site, e *pyedit.Edits, h *fix.Harm) func(string) string {
		return func(v string) string {
			return e.Use(h.Hole.Expr, "xml.sax.saxutils", "escape", pyedit.From) + "(" + text(s, h, v) + ")"
		}
	},
	caveat: always("Values in attributes need quoteattr instead: escape leaves quotes as they are."),
	whole:  "The whole text is %s.",
	title:  "Escape %s",
	none:   "The XML is put together somewhere else: escape its values there.",
}

// AccessControl keeps a stylesheet from files and the network.
var AccessControl = &fix.Fix{
	Name: "deny-stylesheet-access",
	For:  rules(injection.XSLTInjection),
	Compute: func(s *fix.Site) []fix.Proposal {
		call, ok := s.Call()
		if !ok || s.Callee(call) != "lxml.etree.XSLT" {
			return fix.Refuse("Set the rights in this access control to False, one by one.")
		}
		e := s.Edits()
		deny := e.Use(call, "lxml", "etree", pyedit.From) + ".XSLTAccessControl.DENY_ALL"
		if a, ok := pyedit.Keyword(call.Node, "access_control"); ok {
			e.ReplaceNode(call.On(a.Value), deny)
		} else if !e.AddKeyword(call, "access_control", deny) {
			return fix.Refuse("The call takes no further argument as it is written.")
		}
		return fix.Propose(e, "Stylesheets that read or write other files no longer work. A stylesheet of the client can still take long.", "Deny stylesheets files and network")
	},
}
