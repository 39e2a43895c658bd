package transport

import (
	_ "embed"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed credentials_over_cleartext.md
var credentialsOverCleartextPage string

// CredentialsOverCleartext: credentials sent over an unencrypted channel.
var CredentialsOverCleartext = &analysis.Rule{
	ID:         "credentials-over-cleartext",
	Class:      "transport",
	Title:      "Credentials sent over an unencrypted channel",
	CWE:        []int{523, 319},
	OWASP2021:  "A02:2021 Cryptographic Failures",
	OWASP2025:  "A04:2025 Cryptographic Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"no-auth-over-http", "use-ftp-tls"}},
	Page:       credentialsOverCleartextPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: requestCalls(), Run: judgeRequest},
		analysis.Calls{Names: []string{"smtplib.SMTP.login", "imaplib.IMAP4.login", "poplib.POP3.pass_", "ftplib.FTP.login", "ftplib.FTP", ".simple_bind_s", ".simple_bind", "ldap3.Connection", ".login", ".pass_"}, Run: judgeLogin},
	},
}

const readable = "everyone on the network path can read the password and use it."

func requestCalls() []string {
	var out []string
	for _, m := range []string{"get", "post", "put", "patch", "delete", "head", "options", "request"} {
		out = append(out, "requests."+m, "requests.Session."+m, "httpx."+m, "httpx.Client."+m, "httpx.AsyncClient."+m, "aiohttp.ClientSession."+m)
	}
	return append(out, "urllib.request.Request")
}

// secretHeaders carry what logs a client in.
var secretHeaders = []string{"Authorization", "authorization", "X-Api-Key", "X-API-Key", "X-API-KEY", "x-api-key", "X-Auth-Token", "Proxy-Authorization", "Cookie"}

// judgeRequest objects to a login that goes to an http address.
func judgeRequest(p *analysis.Pass, e *flow.Event) {
	url := flow.FindArg(e.Args, "url")
	if url == nil {
		url = flow.FindArg(e.Args, "0")
		if strings.HasSuffix(e.Name, ".request") {
			url = flow.FindArg(e.Args, "1")
		}
	}
	if url == nil || !cleartext(url) {
		return
	}
	what := ""
	if a := flow.FindArg(e.Args, "auth"); a != nil && !a.Value.IsNone() {
		what = "The credentials"
	}
	if a := flow.FindArg(e.Args, "headers"); a != nil {
		for _, h := range secretHeaders {
			if a.Value.Key(h) != nil {
				what = "The header " + h
			}
		}
	}
	if what == "" {
		return
	}
	p.Report(e, sure(p, analysis.Certain), what+" of this request go over http, unencrypted: "+readable)
}

// cleartext reports whether a URL begins with http:// and another machine.
func cleartext(a *flow.Arg) bool {
	text, ok := a.Value.Text()
	if !ok {
		text = strings.TrimLeft(a.Node.Str(), "fFrRbBuU\"'")
	}
	host, ok := strings.CutPrefix(text, "http://")
	if !ok {
		return false
	}
	host, _, _ = strings.Cut(host, "/")
	if strings.HasPrefix(host, "{") || host == "" {
		return false // nobody knows which
	}
	name, _, _ := strings.Cut(host, ":")
	return !localHost(host) && strings.Contains(name, ".") && !strings.HasSuffix(name, ".local") && !strings.HasSuffix(name, ".internal") && !strings.HasPrefix(name, "10.") && !strings.HasPrefix(name, "192.168.") && !strings.HasPrefix(name, "169.254.")
}

// plainLogins are the constructors of clients that speak in the clear, with what
// would encrypt the connection before the login.
var plainLogins = []struct {
	calls, makes []string
	secured      []string
	say          string
}{
	{[]string{"smtplib.SMTP.login", ".login"}, []string{"smtplib.SMTP(", " SMTP("}, []string{"starttls", "SMTP_SSL"}, "starttls(context=ssl.create_default_context())"},
	{[]string{"imaplib.IMAP4.login", ".login"}, []string{"imaplib.IMAP4(", " IMAP4("}, []string{"starttls", "IMAP4_SSL"}, "imaplib.IMAP4_SSL"},
	{[]string{"poplib.POP3.pass_", ".pass_"}, []string{"poplib.POP3(", " POP3("}, []string{"stls", "POP3_SSL"}, "poplib.POP3_SSL"},
	{[]string{"ftplib.FTP.login", ".login"}, []string{"ftplib.FTP(", " FTP("}, []string{"FTP_TLS"}, "ftplib.FTP_TLS with prot_p()"},
	{[]string{".simple_bind_s", ".simple_bind"}, []string{"\"ldap://", "'ldap://"}, []string{"start_tls", "ldaps://", "ldapi://"}, "ldaps:// or start_tls_s()"},
	{[]string{"ldap3.Connection"}, []string{"\"ldap://", "'ldap://"}, []string{"start_tls", "use_ssl=True", "AUTO_BIND_TLS", "ldaps://"}, "use_ssl=True"},
}

func judgeLogin(p *analysis.Pass, e *flow.Event) {
	if e.Name == "ftplib.FTP" {
		if a := flow.FindArg(e.Args, "2"); a != nil || flow.FindArg(e.Args, "passwd") != nil {
			p.Report(e, sure(p, analysis.Certain), "This login goes over FTP, unencrypted: "+readable+" Use ftplib.FTP_TLS with prot_p().")
		}
		return
	}
	if len(e.Args) == 0 || strings.HasPrefix(e.Name, "ftplib.") && anonymous(e) {
		return
	}
	if l := loginAt(e.Name, around(e.Node)); l >= 0 {
		p.Report(e, sure(p, analysis.Certain), "This login goes over a connection that is not encrypted: "+readable+" Use "+plainLogins[l].say+" first.")
	}
}

// loginAt is the place in plainLogins of a login in a function's text that is
// not secured, -1 if there is none.
func loginAt(call, text string) int {
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(text, s) })
	}
	for i, l := range plainLogins {
		if slices.Contains(l.calls, call) && has(l.makes) && !has(l.secured) && !toItself(text, l.makes) {
			return i
		}
	}
	return -1
}

// toItself reports whether what is made connects to the machine itself.
func toItself(text string, makes []string) bool {
	for _, m := range makes {
		if _, rest, ok := strings.Cut(text, m); ok && localQuoted(rest) {
			return true
		}
	}
	return false
}

func localQuoted(args string) bool {
	args = strings.TrimLeft(args, "\"'")
	return strings.HasPrefix(args, "localhost") || strings.HasPrefix(args, "127.")
}

// anonymous reports whether a login is that of nobody.
func anonymous(e *flow.Event) bool {
	a := flow.FindArg(e.Args, "0")
	if a == nil {
		a = flow.FindArg(e.Args, "user")
	}
	if a == nil {
		return true
	}
	s, ok := a.Value.Text()
	return ok && (s == "" || s == "anonymous" || s == "ftp")
}

// around is the text of the function around a node, or of the whole unit.
func around(n syntax.Node) string {
	for p := n; p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition || !p.Parent().OK() {
			return p.Str()
		}
	}
	return ""
}
