package models

import (
	"fmt"
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

// parseCleared reads the kinds that a call or guard makes harmless, with those
// that it implies.
func parseCleared(s string) (Kind, error) {
	k, err := ParseKinds(s)
	for of, more := range alike {
		if k&of != 0 {
			k |= more
		}
	}
	return k, err
}

// ParseKinds reads a comma separated list of kind names.
func ParseKinds(s string) (Kind, error) {
	var k Kind
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		one, ok := kindNames[part]
		if !ok {
			return 0, fmt.Errorf("unknown kind %q", part)
		}
		k |= one
	}
	return k, nil
}

var tierNames = map[string]Tier{"": Remote, "remote": Remote, "stored": Stored, "operator": Operator, "error": Error}

func parseTier(s string) (Tier, error) {
	t, ok := tierNames[s]
	if !ok {
		return 0, fmt.Errorf("unknown tier %q", s)
	}
	return t, nil
}
