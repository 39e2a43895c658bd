package models

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

var kindNames = map[string]Kind{
	"sql": SQL, "command": Command, "code": Code, "template": Template, "html": HTML,
	"path": Path, "url": URL, "redirect": Redirect, "deserialize": Deserialize,
	"header": Header, "log": Log, "regex": Regex, "xml": XML, "ldap": LDAP,
	"xpath": XPath, "nosql": NoSQL, "password": Password, "all": All,
	"argument": Argument, "program": Program, "remote_command": RemoteCommand, "import": Import, "reflect": Reflect,
	"format": Format, "query": Query, "filter": Filter, "assign": Assign, "markup": Markup, "csv": CSV, "mail": Mail,
	"mail_html": MailHTML, "session": Session, "cookie": Cookie, "detail": Detail, "alloc": Alloc,
	"script": Script, "script_text": ScriptText, "unquoted": Unquoted, "link": Link,
}

// alike are kinds that what cleans for another cleans for too.
var alike = map[Kind]Kind{
	HTML:     MailHTML | Markup,
	Command:  RemoteCommand,
	Header:   Mail | Cookie,
	Redirect: Link,
	URL:      Link,
}

// cleared are the kinds that a call or guard makes harmless, with those that
// it implies.
func cleared(s string) Kind {
	k := kindsIn(s)
	for of, more := range alike {
		if k&of != 0 {
			k |= more
		}
	}
	return k
}

// kindsIn reads a comma separated list of the names of kinds.
func kindsIn(s string) Kind {
	var k Kind
	for name := range kindList(s) {
		k |= kindNames[name]
	}
	return k
}

// kindList is the names in a comma separated list.
func kindList(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" && !yield(part) {
				return
			}
		}
	}
}

// KindNames lists the names of all kinds, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(kindNames)) }

// Names lists the names of the kinds in k, sorted.
func (k Kind) Names() []string {
	if k == All {
		return []string{"all"}
	}
	var out []string
	for name, one := range kindNames {
		if one != All && k&one != 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

var tierNames = map[string]Tier{"": Remote, "remote": Remote, "stored": Stored, "operator": Operator, "error": Error}
