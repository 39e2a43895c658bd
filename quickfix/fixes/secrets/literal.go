package secrets

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/lang/python"
	"pavise/analysis/rules/secrets"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// literalFromEnvironment reads in place of the literal that a finding is about.
func literalFromEnvironment(s *fix.Site) []fix.Proposal {
	n := s.Node
	if n.Unit().IsFlat() {
		return nil // a template
	}
	bytes := false
	switch n.Kind() {
	case syntax.KindString, syntax.KindConcatenatedString:
		lit, ok := python.ParseString(n.Node)
		if _, isConst := lit.Const(); !ok || !isConst {
			return fix.Refuse("The secret is a part of a longer text: read it from the environment where the text is made.")
		}
		bytes = lit.IsBytes()
	case syntax.KindBinaryOperator:
	default:
		return fix.Refuse("The secret is no literal of its own here: take it out by hand.")
	}
	switch parent := n.Parent(); {
	case inDefault(n.Node):
		return fix.Refuse("The secret is the default of a parameter, which is computed when the module is loaded: take the default away, and read the environment where the function is called.")
	case parent.Kind() == syntax.KindExpressionStatement:
		return fix.Refuse("The secret stands in a text that only people read: take it out by hand.")
	case parent.Kind() == syntax.KindConcatenatedString || parent.Kind() == syntax.KindBinaryOperator && n.Kind() != syntax.KindBinaryOperator && s.Finding.Rule != secrets.HardcodedPassword:
		return fix.Refuse("The secret is a part of a longer text: read it from the environment where the text is made.")
	}
	name := nameAround(s, n)
	if call := fallback(s, n); call.OK() { // os.environ.get("NAME", "literal")
		n, name = call, asked(call)
	}
	e := s.Edits()
	text := e.Use(n, "os", "environ", pyedit.Plain) + `["` + name + `"]`
	if bytes {
		text += ".encode()"
	}
	e.ReplaceNode(n, text)
	return wants(name, fix.Propose(e, "Set "+name+" in the environment before the program starts. The old value is in the history of the repository: revoke or change it.",
		"Read it from the environment variable %s", name))
}

// fallback is the call that reads a variable of the environment and takes a literal
// where that is not set; not OK if the literal is none.
func fallback(s *fix.Site, n pyedit.At) pyedit.At {
	list := n.Parent()
	if list.Kind() == syntax.KindKeywordArgument {
		list = list.Parent()
	}
	if list.Kind() != syntax.KindArgumentList {
		return pyedit.At{}
	}
	call := n.On(list.Parent())
	switch s.Callee(call) {
	case "os.environ.get", "os.getenv":
		if asked(call) != "" {
			return call
		}
	}
	return pyedit.At{}
}

// services are the first words of variables for what modules log in to.
var services = map[string]string{
	"smtplib": "SMTP", "imaplib": "IMAP", "poplib": "POP3", "ftplib": "FTP", "paramiko": "SSH", "asyncssh": "SSH", "fabric": "SSH", "pysftp": "SFTP", "netmiko": "SSH",
	"redis": "REDIS", "ldap": "LDAP", "ldap3": "LDAP", "pika": "RABBITMQ", "pymongo": "MONGO", "psycopg": "DB", "psycopg2": "DB", "pymysql": "DB", "MySQLdb": "DB", "mysql": "DB",
	"asyncpg": "DB", "sqlalchemy": "DB", "pymssql": "DB", "oracledb": "DB", "cx_Oracle": "DB", "snowflake": "SNOWFLAKE", "neo4j": "NEO4J", "telegram": "TELEGRAM", "slack_sdk": "SLACK",
}

// nameAround is the variable of the environment for a literal, by the name that
// it has in the code.
func nameAround(s *fix.Site, n pyedit.At) string {
	name, call := "", syntax.Node{}
	for p := n.Parent(); p.OK() && name == "" && !call.OK(); p = p.Parent() {
		switch p.Kind() {
		case syntax.KindAssignment:
			name = python.LastName(p.Child(syntax.FieldLeft))
		case syntax.KindKeywordArgument:
			name = p.Child(syntax.FieldName).Str()
			call = p.Parent().Parent()
		case syntax.KindPair:
			name = python.LastName(p.Child(syntax.FieldKey))
		case syntax.KindComparisonOperator:
			if name = python.LastName(p.NamedChild(0)); name == "" {
				name = python.LastName(p.NamedChild(1))
			}
		case syntax.KindCall:
			call = p
		case syntax.KindBlock:
			name = "SECRET"
		}
	}
	upper := plainUpper(name)
	switch {
	case s.Finding.Rule == secrets.CredentialsInURL && (upper == "" || !strings.Contains(upper, "UR")):
		return "DATABASE_URL"
	case call.OK():
		root, _, _ := strings.Cut(s.Callee(n.On(call)), ".")
		service := services[root]
		if fn := call.Child(syntax.FieldFunction); service == "" && fn.Kind() == syntax.KindAttribute {
			service = serviceOf(s, fn.Child(syntax.FieldAttribute).Str())
		}
		switch upper {
		case "", "PASSWORD", "PASSWD", "PWD", "AUTH", "CRED":
			if service == "TELEGRAM" || service == "SLACK" {
				return service + "_TOKEN"
			}
			if service != "" {
				return service + "_PASSWORD"
			}
			if upper == "" || upper == "AUTH" {
				return "PASSWORD"
			}
		}
	}
	if upper == "" {
		return "SECRET"
	}
	return upper
}

// methods are the modules whose objects have a method that logs in.
var methods = map[string][]string{
	"login": {"smtplib", "imaplib", "ftplib"}, "pass_": {"poplib"}, "simple_bind_s": {"ldap"}, "connect": {"paramiko"},
}

// serviceOf is the service that a method of an object logs in to.
func serviceOf(s *fix.Site, method string) string {
	for _, m := range methods[method] {
		if s.File.ImportsRoot(m) {
			return services[m]
		}
	}
	return ""
}

func plainUpper(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return '_'
	}, name), "_0123456789")
}

// DropFallback takes the default of a secret away, so that a missing one is
// noticed at start.
var DropFallback = &fix.Fix{
	Name:    "drop-fallback",
	For:     []*analysis.Rule{secrets.SecretDefaultFallback},
	Compute: dropFallback,
}

func dropFallback(s *fix.Site) []fix.Proposal {
	value := s.Node
	e := s.Edits()
	outer, call := value.Parent(), value.Parent()
	switch outer.Kind() {
	case syntax.KindBooleanOperator:
		call = outer.Child(syntax.FieldLeft)
		if call.Kind() == syntax.KindSubscript {
			e.ReplaceNode(value.On(outer), call.Str())
			return proposeDrop(e)
		}
	case syntax.KindKeywordArgument:
		call = outer.Parent().Parent()
		outer = call
	case syntax.KindArgumentList:
		call = outer.Parent()
		outer = call
	}
	if call.Kind() != syntax.KindCall {
		return fix.Refuse("How the setting is read cannot be told.")
	}
	fn := call.Child(syntax.FieldFunction)
	name, ok := pyedit.Positional(call, 0)
	if !ok {
		return fix.Refuse("The name of the setting cannot be told.")
	}
	callee := s.Callee(value.On(call))
	switch {
	case strings.HasSuffix(callee, ".setdefault"):
		return fix.Refuse("This writes the environment of the program itself: take the statement away, and set the variable outside.")
	case callee == "os.getenv" || strings.HasSuffix(callee, "environ.get"):
		var object string
		if fn.Kind() == syntax.KindAttribute && strings.HasSuffix(fn.Child(syntax.FieldObject).Str(), "environ") {
			object = fn.Child(syntax.FieldObject).Str()
		} else {
			object = e.Use(value.On(call), "os", "environ", pyedit.Plain)
			e.DropImport("getenv")
		}
		e.ReplaceNode(value.On(outer), object+"["+name.Value.Str()+"]")
		return proposeDrop(e)
	}
	for i, a := range pyedit.Args(call) {
		if a.Name == "default" || a.Name == "" && i == 1 {
			if !e.RemoveArg(value.On(call), a) {
				return fix.Refuse("A comment beside the default would be lost.")
			}
			return proposeDrop(e)
		}
	}
	return fix.Refuse("The default cannot be told.")
}

func proposeDrop(e *pyedit.Edits) []fix.Proposal {
	return fix.Propose(e, "Without the variable the program no longer starts: set it everywhere before this is deployed.", "Remove the default of the secret")
}

// DropCloudKeys takes long-lived keys out of a client of the cloud.
var DropCloudKeys = &fix.Fix{
	Name:    "drop-cloud-keys",
	For:     []*analysis.Rule{secrets.CloudCredentialsInClient},
	Compute: dropCloudKeys,
}

func dropCloudKeys(s *fix.Site) []fix.Proposal {
	call := s.Node
	for call.OK() && call.Kind() != syntax.KindCall {
		call = call.On(call.Parent())
	}
	e := s.Edits()
	list := call.On(call.Child(syntax.FieldArguments))
	var kept []string
	var keys []pyedit.Arg
	for i, a := range pyedit.Args(call.Node) {
		if cloudKeys[a.Name] {
			keys = append(keys, a)
		} else {
			kept = append(kept, list.NamedChild(i).Str())
		}
	}
	switch {
	case len(keys) == 0:
		return fix.Refuse("This client has no chain of credentials to fall back on: read the key from a secret manager.")
	case !strings.Contains(list.Str(), "\n"):
		e.ReplaceNode(list, "("+strings.Join(kept, ", ")+")")
	default:
		for _, a := range keys {
			if !e.RemoveArg(call, a) {
				return fix.Refuse("A comment beside %s= would be lost.", a.Name)
			}
		}
	}
	return fix.Propose(e, "The client now looks for credentials in the environment, the shared configuration and the role of the machine: give it one of them. Deactivate the old key.",
		"Let the client find its credentials")
}

// cloudKeys are the arguments that hold a long-lived key.
var cloudKeys = map[string]bool{"aws_access_key_id": true, "aws_secret_access_key": true, "aws_session_token": true}
