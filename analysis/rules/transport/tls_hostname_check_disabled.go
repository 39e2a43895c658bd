package transport

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed tls_hostname_check_disabled.md
var tlsHostnameCheckDisabledPage string

// TLSHostnameCheckDisabled: host name check turned off.
var TLSHostnameCheckDisabled = &analysis.Rule{
	ID:         "tls-hostname-check-disabled",
	Class:      "transport",
	Title:      "Host name check turned off",
	CWE:        []int{297},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Page:       tlsHostnameCheckDisabledPage,
	Checks: []analysis.Check{
		analysis.Sets{Names: []string{".check_hostname", "ssl.SSLContext.check_hostname", "ssl.match_hostname"}, Run: judgeCheckHostname},
		analysis.Calls{Names: hostCalls(), Run: judgeHostArgument},
		analysis.Calls{Names: unverified(), Run: judgeNoContext},
	},
}

const anyName = "any valid certificate is accepted for any server, so that whoever has one for a name of their own can stand in between."

func judgeCheckHostname(p *analysis.Pass, e *flow.Event) {
	if e.Name == "ssl.match_hostname" {
		p.Report(e, sure(p, analysis.Certain), "ssl.match_hostname is replaced: "+anyName)
		return
	}
	if v, ok := e.Value.Bool(); !ok || v || unchecked(e.Node) {
		return
	}
	c := analysis.Certain
	if object := e.Node.Child(syntax.FieldLeft).Child(syntax.FieldObject).Str(); object == "self" {
		return // an object that only keeps the setting
	}
	if chosen(e.Node) || strings.Contains(around(e.Node), "hostname(") { // or it is checked by hand
		c = analysis.Unsure
	}
	p.Report(e, sure(p, c), "check_hostname = False: "+anyName)
}

// chosen reports whether an assignment stands under a condition about checks:
// the caller asked for it.
func chosen(n syntax.Node) bool {
	for p := n; p.OK(); p = p.Parent() {
		if p.Kind() != syntax.KindIfStatement {
			continue
		}
		low := strings.ToLower(p.Child(syntax.FieldCondition).Str())
		for _, word := range []string{"verif", "cert", "insecure", "check", "valid", "hostname", "trust", "unsafe", "self_signed", "selfsigned", "sslmode", "ssl_mode"} {
			if strings.Contains(low, word) {
				return true
			}
		}
	}
	return false
}

// unchecked reports whether the certificate is not looked at either, beside an
// assignment: that is said where it is turned off.
func unchecked(n syntax.Node) bool {
	object := n.Child(syntax.FieldLeft).Child(syntax.FieldObject).Str()
	for block := n.Parent(); block.OK(); block = block.Parent() {
		if block.Kind() == syntax.KindBlock {
			return object != "" && strings.Contains(block.Str(), object+".verify_mode = ssl.CERT_NONE")
		}
	}
	return false
}

// hostArguments are the arguments that turn the check off when they are False.
var hostArguments = []string{"assert_hostname", "check_hostname", "ssl_check_hostname", "ssl_assert_hostname"}

func hostCalls() []string {
	return []string{
		"urllib3.PoolManager", "urllib3.HTTPSConnectionPool", "urllib3.ProxyManager", "urllib3.connectionpool.HTTPSConnectionPool", "urllib3.poolmanager.PoolManager",
		"http.client.HTTPSConnection", "docker.tls.TLSConfig", "docker.TLSConfig", "redis.Redis", "redis.StrictRedis", "redis.asyncio.Redis", "redis.from_url", "redis.Redis.from_url",
		"elasticsearch.Elasticsearch", "opensearchpy.OpenSearch", "kafka.KafkaConsumer", "kafka.KafkaProducer", "kafka.KafkaAdminClient",
	}
}

func judgeHostArgument(p *analysis.Pass, e *flow.Event) {
	for _, name := range hostArguments {
		if a := flow.FindArg(e.Args, name); a != nil {
			if v, ok := a.Value.Bool(); ok && !v {
				p.Report(e, sure(p, analysis.Certain), name+"=False: "+anyName)
				return
			}
		}
	}
}

// contextArgs are the calls of the standard library that check nothing unless
// they are given a context, with the places of it.
var contextArgs = map[string][]string{
	"smtplib.SMTP_SSL": {"context"}, "smtplib.SMTP.starttls": {"context", "0"}, "imaplib.IMAP4_SSL": {"ssl_context"}, "imaplib.IMAP4.starttls": {"ssl_context", "0"},
	"poplib.POP3_SSL": {"context"}, "poplib.POP3.stls": {"context", "0"}, "ftplib.FTP_TLS": {"context"}, "nntplib.NNTP_SSL": {"ssl_context"},
}

func unverified() []string {
	var out []string
	for name := range contextArgs {
		out = append(out, name)
	}
	return out
}

func judgeNoContext(p *analysis.Pass, e *flow.Event) {
	for _, a := range e.Args {
		if a.Name == "*" || a.Name == "**" {
			return
		}
	}
	for _, name := range contextArgs[e.Name] {
		if a := flow.FindArg(e.Args, name); a != nil && !a.Value.IsNone() {
			return
		}
	}
	if a := flow.FindArg(e.Args, "host"); a != nil && isLocal(a.Value) {
		return
	}
	if a := flow.FindArg(e.Args, "0"); a != nil && isLocal(a.Value) {
		return
	}
	d := p.Report(e, sure(p, analysis.Likely), "Without a context "+e.Name+" checks neither the certificate nor the name of the server: anyone on the network path can stand in between. Pass ssl.create_default_context().")
	d.Severity = analysis.Medium
}

// isLocal reports whether a value names the machine itself.
func isLocal(v *flow.Value) bool {
	s, ok := v.Text()
	return ok && localHost(s)
}

func localHost(s string) bool {
	s, _, _ = strings.Cut(s, ":")
	return s == "localhost" || strings.HasPrefix(s, "127.") || s == "::1" || s == "[" || strings.HasSuffix(s, ".localhost")
}
