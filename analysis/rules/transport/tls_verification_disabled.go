package transport

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed tls_verification_disabled.md
var tlsVerificationDisabledPage string

// TLSVerificationDisabled: certificate verification turned off.
var TLSVerificationDisabled = &analysis.Rule{
	ID:         "tls-verification-disabled",
	Class:      "transport",
	Title:      "Certificate verification turned off",
	CWE:        []int{295},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.High,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B501", "B323"},
		Ruff:    []string{"S501", "S323"},
		Semgrep: []string{"disabled-cert-validation", "unverified-ssl-context", "httpsconnection-detected"},
	},
	Page: tlsVerificationDisabledPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: verifyCalls(), Run: judgeVerify},
		analysis.Calls{Names: []string{"ssl._create_unverified_context"}, Run: judgeUnverified},
		analysis.Calls{Names: []string{"ssl.wrap_socket", "urllib3.PoolManager", "urllib3.HTTPSConnectionPool", "urllib3.ProxyManager"}, Run: judgeCertReqs},
		analysis.Sets{Names: []string{".verify_mode", "ssl.SSLContext.verify_mode", "requests.Session.verify", "ssl._create_default_https_context"}, Run: judgeSet},
	},
}

const consequence = "anyone on the network path can read and change what is sent."

// verifyCalls are the calls that take a flag for certificate verification.
func verifyCalls() []string {
	var out []string
	for _, m := range []string{"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"} {
		out = append(out, "requests."+m, "requests.Session."+m, "httpx."+m, "httpx.Client."+m, "httpx.AsyncClient."+m, "aiohttp.ClientSession."+m)
	}
	return append(out, "httpx.Client", "httpx.AsyncClient", "requests.Session.send", "aiohttp.TCPConnector", "aiohttp.request",
		"hvac.Client", "elasticsearch.Elasticsearch", "boto3.client", "boto3.resource", "boto3.session.Session.client",
		"pymongo.MongoClient", "docker.tls.TLSConfig", "tornado.httpclient.HTTPRequest", "tornado.httpclient.AsyncHTTPClient.fetch", "tornado.httpclient.HTTPClient.fetch", ".fetch", "ldap3.Tls")
}

// flags maps the arguments that turn verification off to whether True or False
// does it.
var flags = map[string]bool{
	"verify": false, "verify_ssl": false, "ssl": false, "verify_certs": false, "validate_cert": false,
	"tlsAllowInvalidCertificates": true, "tlsAllowInvalidHostnames": true, "tlsInsecure": true,
}

func judgeVerify(p *analysis.Pass, e *flow.Event) {
	for _, a := range e.Args {
		off, known := flags[a.Name]
		if a.Name == "validate" && a.Value.Name == "ssl.CERT_NONE" {
			p.Report(e, analysis.Certain, "validate=ssl.CERT_NONE accepts any certificate: "+consequence)
			return
		}
		if !known {
			continue
		}
		if a.Name == "ssl" && !strings.HasPrefix(e.Name, "aiohttp.") {
			continue
		}
		if v, ok := a.Value.Bool(); ok && v == off {
			text := "False"
			if off {
				text = "True"
			}
			p.Report(e, analysis.Certain, a.Name+"="+text+" accepts any certificate: "+consequence)
			return
		}
	}
}

func judgeUnverified(p *analysis.Pass, e *flow.Event) {
	p.Report(e, analysis.Certain, e.Name+"() accepts any certificate: "+consequence)
}

func judgeCertReqs(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "cert_reqs")
	if a == nil {
		return
	}
	if s, ok := a.Value.Str(); ok && (s == "CERT_NONE" || s == "NONE") || a.Value.Name == "ssl.CERT_NONE" {
		p.Report(e, analysis.Certain, "cert_reqs=CERT_NONE accepts any certificate: "+consequence)
	}
}

// judgeSet judges context.verify_mode = CERT_NONE, session.verify = False and
// the replacement of the default context.
func judgeSet(p *analysis.Pass, e *flow.Event) {
	c := analysis.Certain
	if chosen(e.Node) {
		c = analysis.Unsure
	}
	switch {
	case e.Name == "requests.Session.verify":
		if v, ok := e.Value.Bool(); ok && !v {
			p.Report(e, c, "verify = False accepts any certificate: "+consequence)
		}
	case e.Name == "ssl._create_default_https_context":
		if e.Value.Name == "ssl._create_unverified_context" {
			p.Report(e, analysis.Certain, "this makes every HTTPS request of the process accept any certificate: "+consequence)
		}
	case e.Value.Name == "ssl.CERT_NONE":
		p.Report(e, c, "verify_mode = CERT_NONE accepts any certificate: "+consequence)
	}
}
