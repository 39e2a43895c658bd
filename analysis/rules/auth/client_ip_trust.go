package auth

import (
	_ "embed"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

//go:embed client_ip_trust.md
var clientIPTrustPage string

// ClientIPTrust: client address taken from a header for a security decision.
var ClientIPTrust = &analysis.Rule{
	ID:         "client-ip-trust",
	Class:      "auth",
	Title:      "Client address taken from a header for a security decision",
	CWE:        []int{348, 290},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Bandit: []string{"B412"}, Ruff: []string{"S412"}},
	Page:       clientIPTrustPage,
	Checks: []analysis.Check{
		analysis.Decides{Run: judgeAddress},
		analysis.Calls{Names: limiters, Run: judgeLimiterKey},
		analysis.Calls{Names: []string{"wsgiref.handlers.CGIHandler", "twisted.web.twcgi.CGIScript", "twisted.web.twcgi.CGIDirectory"}, Run: judgeGateway},
	},
}

// limiters are what counts requests by a key.
var limiters = []string{
	"flask_limiter.Limiter", "flask_limiter.Limiter.limit", "flask_limiter.Limiter.shared_limit", "slowapi.Limiter", "slowapi.Limiter.limit",
	"slowapi.extension.Limiter", "quart_rate_limiter.RateLimiter", "quart_rate_limiter.rate_limit",
	"django_ratelimit.decorators.ratelimit", "ratelimit.decorators.ratelimit", "django_ratelimit.core.is_ratelimited", "fastapi_limiter.FastAPILimiter.init",
	"fastapi_limiter.depends.RateLimiter",
}

const chosenByClient = " header says, which the client can write itself: "

func judgeAddress(p *analysis.Pass, e *flow.Event) {
	if e.Name == "" || analysis.InTests(p.Path) {
		return
	}
	sides := e.Args
	for i := range sides {
		if strings.TrimPrefix(e.Name, "not ") != "==" && e.Name != "!=" && i > 0 {
			break // a list or prefix that is the client's own says nothing
		}
		a, other := &sides[i], &sides[1-i]
		for j := range a.Value.Origins { // also of what is parsed to an address
			r := flow.Reach{Origin: a.Value.Origins[j], Node: a.Node}
			if !analysis.ClientAddress(&r.Origin) || settled(e, &r.Origin) {
				continue
			}
			c, ok := addressLike(other)
			if !ok {
				return
			}
			p.ReportReach(e, r, c, analysis.Data(r)+" is what a"+chosenByClient+"with any address in it, this test lets everyone through. Compare the address of the connection, which a proxy that you trust sets (ProxyFix).")
			return
		}
	}
}

// addressLike grades what an address from a header is compared with: an address
// or a list that the program holds decides something.
func addressLike(a *flow.Arg) (analysis.Confidence, bool) {
	texts := flow.ConstTexts(a.Value)
	if slices.ContainsFunc(texts, address) {
		return analysis.Likely, true
	}
	if len(texts) > 0 || a.Value.IsNone() || a.Value.Type == "int" || a.Value.Type == "bool" {
		return 0, false
	}
	if listName.MatchString(a.Node.Str()) {
		return analysis.Likely, true
	}
	return analysis.Unsure, a.Node.Kind() != syntax.KindString
}

// listName recognises names of lists of addresses.
var listName = regexp.MustCompile(`(?i)(?:allow|white|black|deny|block|ban|trust|internal|private|admin|local|office|safe|known|vpn)\w*|networks?\b|_ips?\b|\bips\b|addresses`)

func address(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil || s == "localhost" {
		return true
	}
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	return addressPart.MatchString(s)
}

var addressPart = regexp.MustCompile(`^(?:\d{1,3}\.){1,3}(?:\d{1,3})?\*?$|^[0-9a-f]{0,4}::?`)

// settled reports whether a function looks at the proxy before it believes it, or
// takes the entry that a proxy has added.
func settled(e *flow.Event, o *flow.Origin) bool {
	for _, n := range []syntax.Node{e.Node, o.Node} {
		if !n.OK() {
			continue
		}
		fn := n
		for fn.OK() && fn.Kind() != syntax.KindFunctionDefinition {
			fn = fn.Parent()
		}
		if !fn.OK() {
			fn = n.Unit().Root()
		}
		if behindProxy.MatchString(fn.Str()) {
			return true
		}
	}
	return false
}

var behindProxy = regexp.MustCompile(`(?i)trusted|proxy_?(?:count|depth|list|ips?|hops)|num_?proxies|proxies|ProxyFix|\[\s*-\s*\w+\s*\]|\.pop\(\s*\)|rsplit|rpartition|reversed\(|from_proxy|is_proxy|behind_proxy`)

func judgeLimiterKey(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) {
		return
	}
	key, _ := analysis.Option(e.Args, "key_func", "key_function", "key", "identifier")
	if key == nil && strings.HasSuffix(e.Name, ".Limiter") {
		key = flow.FindArg(e.Args, "0")
	}
	if key == nil {
		return
	}
	text := key.Node.Str()
	if def := key.Value.Definition(); def.OK() {
		text = analysis.Code(def)
	}
	name := key.Value.Name
	s, _ := key.Value.Str()
	switch {
	case behindProxy.MatchString(text):
	case strings.HasSuffix(name, "limiter.util.get_ipaddr"), strings.HasSuffix(name, "slowapi.util.get_ipaddr"),
		strings.HasPrefix(s, "header:") && analysis.AddressHeader(`"`+s[len("header:"):]+`"`), analysis.AddressHeader(text):
		p.Report(e, analysis.Likely, "Requests are counted by an address that a"+chosenByClient+"who sends another one each time is never stopped. Count by the address of the connection, which a proxy that you trust sets (ProxyFix).").Node = key.Node
	}
}

// judgeGateway objects to what takes the header Proxy of a request for HTTP_PROXY.
func judgeGateway(p *analysis.Pass, e *flow.Event) {
	if analysis.InTests(p.Path) {
		return
	}
	c := analysis.Unsure
	if e.Func == "" {
		c = analysis.Likely // the program itself, and no library that offers it
	}
	d := p.Report(e, c, "CGI hands the header Proxy of a request on as HTTP_PROXY: programs that read it send their own requests through a proxy that the client chose. Serve the application by WSGI, or drop the header.")
	d.Severity = analysis.Low
}

// ReadsAddress reports whether a call or a subscript reads such a header by its
// name, and nothing else.
func ReadsAddress(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.KindCall:
		return n.Child(syntax.FieldFunction).Kind() == syntax.KindAttribute && analysis.AddressHeader(n.Child(syntax.FieldArguments).NamedChild(0).Str())
	case syntax.KindSubscript:
		return analysis.AddressHeader(n.Child(syntax.FieldSubscript).Str())
	}
	return false
}
