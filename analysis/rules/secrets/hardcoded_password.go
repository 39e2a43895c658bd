package secrets

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/secrets"
	"pavise/analysis/syntax"
)

//go:embed hardcoded_password.md
var hardcodedPasswordPage string

// HardcodedPassword: password or credential literal in code.
var HardcodedPassword = &analysis.Rule{
	ID:         "hardcoded-password",
	Class:      "secrets",
	Title:      "Password or credential literal in code",
	CWE:        []int{798, 259},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B105", "B106", "B107"},
		Ruff:    []string{"S105", "S106", "S107"},
		Semgrep: []string{"hardcoded-password-default-argument"},
	},
	Page:   hardcodedPasswordPage,
	Yields: []*analysis.Rule{KnownSecretToken, CredentialsInURL, CloudCredentialsInClient, PrivateKeyInSource},
	Checks: []analysis.Check{
		analysis.Texts{Run: judgeNamed},
		analysis.Calls{Names: logins(), Run: judgeLogin},
	},
}

const standsIn = " stands in the file: everyone who reads the repository has it, and it stays in the history. Read it from the environment, and change it."

// named is a literal with the name that tells what it is.
type named struct {
	name  string
	value syntax.Node
	text  string
}

// eachNamed calls fn for the literals of a unit that have a name: assigned,
// compared, passed by keyword, as the value of a key, or as a default.
func eachNamed(u *syntax.Unit, fn func(named)) {
	try := func(target, value syntax.Node) {
		if !target.OK() || !value.OK() {
			return
		}
		name := nameOf(target)
		if name == "" || secrets.NameOf(name) == secrets.Other {
			return
		}
		if text, ok := constant(value, 0); ok {
			fn(named{name, value, text})
		}
	}
	for i := range u.Len() {
		switch n := u.At(i); n.Kind() {
		case syntax.KindAssignment:
			try(n.Child(syntax.FieldLeft), field(n.Child(syntax.FieldRight)))
		case syntax.KindKeywordArgument, syntax.KindDefaultParameter, syntax.KindTypedDefaultParameter:
			try(n.Child(syntax.FieldName), n.Child(syntax.FieldValue))
		case syntax.KindPair:
			try(n.Child(syntax.FieldKey), n.Child(syntax.FieldValue))
		case syntax.KindComparisonOperator:
			if op := n.Op(); n.NamedCount() == 2 && (op == "==" || op == "!=") {
				a, b := n.NamedChild(0), n.NamedChild(1)
				if a.Kind() == syntax.KindString {
					a, b = b, a
				}
				try(a, b)
			}
		}
	}
}

// field is the default of a model's field: Field("x") and Field(default="x").
func field(n syntax.Node) syntax.Node {
	if n.Kind() != syntax.KindCall || !strings.HasSuffix(n.Child(syntax.FieldFunction).Str(), "Field") {
		return n
	}
	for a := range n.Child(syntax.FieldArguments).NamedChildren() {
		if a.Kind() == syntax.KindKeywordArgument && a.Child(syntax.FieldName).Str() == "default" {
			return a.Child(syntax.FieldValue)
		}
	}
	if first := n.Child(syntax.FieldArguments).NamedChild(0); n.Child(syntax.FieldFunction).Str() == "Field" && first.Kind() == syntax.KindString {
		return first
	}
	return n
}

func judgeNamed(p *analysis.Pass, t *analysis.Text) {
	if t.Role == secrets.Test || t.Role == secrets.Listing {
		return
	}
	if t.Unit == nil {
		for _, m := range t.Secrets {
			if m.Kind != secrets.Named || m.Near || t.Role != secrets.Config {
				continue
			}
			c := analysis.Likely
			if m.Doubt {
				c = analysis.Unsure
			}
			reportMatch(p, t, m, c, "The value of "+m.What+standsIn)
		}
		return
	}
	eachNamed(t.Unit, func(n named) {
		trust := secrets.NameOf(n.name)
		if trust < secrets.Secrets || signingKey(n) || sameName(n) || ofAccount(n.value) {
			return
		}
		c := analysis.Likely
		switch secrets.Judge(n.text, trust == secrets.Pass) {
		case secrets.NoSecret:
			return
		case secrets.Placeholder:
			c = analysis.Unsure
		case secrets.Weak:
			if trust != secrets.Pass {
				c = analysis.Unsure
			}
		}
		if t.Role >= secrets.Doc {
			c = analysis.Unsure
		}
		d := p.ReportText(n.value.Span(), c, "The value of "+n.name+standsIn)
		d.Node, d.Secret = n.value, n.value.Span()
		d.Cause = analysis.CauseOf(n.text)
	})
}

// ofAccount reports whether a literal is the password of an account that Django
// creates: empty-password says so.
func ofAccount(n syntax.Node) bool {
	call := n.Parent().Parent().Parent()
	if n.Parent().Kind() != syntax.KindKeywordArgument || !call.OK() || call.Kind() != syntax.KindCall {
		return false
	}
	switch call.Child(syntax.FieldFunction).Child(syntax.FieldAttribute).Str() {
	case "create_user", "create_superuser":
		return true
	}
	return false
}

// sameName reports whether a text only repeats its name.
func sameName(n named) bool {
	squeeze := func(s string) string { return strings.Join(secrets.Words(s), "") }
	a, b := squeeze(n.name), squeeze(n.text)
	return b != "" && (a == b || strings.HasSuffix(a, b) || strings.HasSuffix(b, a) && len(b) > len(a) && !secrets.IsRandom(n.text) && strings.ContainsAny(n.text, "_- ."))
}

// signingKey reports whether the literal is a matter of hardcoded-secret-key.
func signingKey(n named) bool {
	switch n.name {
	case "SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "cookie_secret":
		parent := n.value.Parent()
		return parent.Kind() == syntax.KindAssignment || parent.Kind() == syntax.KindKeywordArgument || n.name == "cookie_secret"
	case "secret_key":
		parent := n.value.Parent()
		if parent.Kind() == syntax.KindAssignment {
			return parent.Child(syntax.FieldLeft).Kind() == syntax.KindAttribute
		}
		call := parent.Parent().Parent()
		callee := call.Child(syntax.FieldFunction).Str()
		callee = callee[strings.LastIndexByte(callee, '.')+1:]
		return callee == "SessionMiddleware" || callee == "add_middleware" || callee == "Middleware" || strings.HasSuffix(callee, "Serializer") || strings.HasSuffix(callee, "Signer")
	}
	return false
}

// passwordArgs are calls that log in, with the place of the password.
var passwordArgs = map[string][]string{
	"smtplib.SMTP.login": {"1", "password"}, "smtplib.SMTP_SSL.login": {"1", "password"}, "imaplib.IMAP4.login": {"1", "password"}, "imaplib.IMAP4_SSL.login": {"1", "password"},
	"poplib.POP3.pass_": {"0", "pswd"}, "poplib.POP3_SSL.pass_": {"0", "pswd"}, "ftplib.FTP.login": {"1", "passwd"}, "ftplib.FTP_TLS.login": {"1", "passwd"}, "ftplib.FTP": {"2", "passwd"}, "ftplib.FTP_TLS": {"2", "passwd"},
	"pymysql.connect": {"2", "password", "passwd"}, "MySQLdb.connect": {"2", "password", "passwd"}, "mysql.connector.connect": {"password", "passwd"}, "psycopg2.connect": {"password"}, "psycopg.connect": {"password"}, "asyncpg.connect": {"password"},
	"asyncpg.create_pool": {"password"}, "paramiko.client.SSHClient.connect": {"3", "password"}, "paramiko.SSHClient.connect": {"3", "password"}, "paramiko.Transport.connect": {"password"}, "redis.Redis": {"3", "password"}, "redis.StrictRedis": {"3", "password"}, "redis.asyncio.Redis": {"password"},
	"ldap3.Connection": {"2", "password"}, ".simple_bind_s": {"1", "cred"}, "requests.auth.HTTPBasicAuth": {"1", "password"}, "requests.auth.HTTPDigestAuth": {"1", "password"}, "httpx.BasicAuth": {"1", "password"}, "aiohttp.BasicAuth": {"1", "password"},
	"sqlalchemy.engine.URL.create": {"2", "password"}, "sqlalchemy.engine.url.URL.create": {"2", "password"}, "sqlalchemy.URL.create": {"2", "password"}, "pymongo.MongoClient": {"password"}, "pysftp.Connection": {"3", "password"}, "pika.PlainCredentials": {"1", "password"},
	"pymssql.connect": {"2", "password"}, "oracledb.connect": {"password"}, "cx_Oracle.connect": {"1", "password"}, "snowflake.connector.connect": {"password"}, "fabric.Connection": {"password"}, "asyncssh.connect": {"password"},
	"cassandra.auth.PlainTextAuthProvider": {"1", "password"}, "neo4j.basic_auth": {"1", "password"}, "netmiko.ConnectHandler": {"password"}, "hvac.Client": {"token"}, "telegram.Bot": {"0", "token"}, "slack_sdk.WebClient": {"0", "token"}, "github.Github": {"0", "password"},
	"twilio.rest.Client": {"1", "password"},
}

func logins() []string {
	var out []string
	for name := range passwordArgs {
		out = append(out, name)
	}
	for _, m := range []string{"get", "post", "put", "patch", "delete", "head", "request"} {
		out = append(out, "requests."+m, "requests.Session."+m, "httpx."+m)
	}
	return out
}

func judgeLogin(p *analysis.Pass, e *flow.Event) {
	if r := secrets.RoleOf(p.Path); r == secrets.Test || r >= secrets.Doc {
		return
	}
	for _, arg := range passwordArgs[e.Name] {
		if a := flow.FindArg(e.Args, arg); a != nil {
			reportLogin(p, e, a.Node, a.Value)
			return
		}
	}
	if a := flow.FindArg(e.Args, "auth"); a != nil && a.Node.Kind() == syntax.KindTuple && a.Node.NamedCount() == 2 {
		reportLogin(p, e, a.Node.NamedChild(1), a.Value.Element(1))
	}
}

// reportLogin objects to a password that is written in the call, or in a
// variable whose name does not tell that it is one.
func reportLogin(p *analysis.Pass, e *flow.Event, at syntax.Node, v *flow.Value) {
	if v == nil {
		return
	}
	text, ok := v.Text()
	if !ok || len(text) < 3 || secrets.IsHole(text) || strings.Contains(text, "@") && strings.HasPrefix(e.Name, "ftplib.") {
		return // anonymous FTP takes an address
	}
	if name := nameOf(at); name != "" && at.Kind() != syntax.KindString && secrets.NameOf(name) >= secrets.Secrets {
		return // said where it is assigned
	}
	d := p.Report(e, analysis.Certain, "The password of this login"+standsIn)
	d.Severity = analysis.High
	if at.Unit() == e.Node.Unit() {
		d.Node = at
		d.Hide(at)
	}
}
