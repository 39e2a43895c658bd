package dos

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
)

//go:embed request_without_timeout.md
var requestWithoutTimeoutPage string

// RequestWithoutTimeout: outgoing HTTP call without a timeout.
var RequestWithoutTimeout = &analysis.Rule{
	ID:         "request-without-timeout",
	Class:      "dos",
	Title:      "Outgoing HTTP call without a timeout",
	CWE:        []int{400},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Certain,
	Aliases: analysis.Aliases{
		Bandit:  []string{"B113"},
		Ruff:    []string{"S113"},
		Semgrep: []string{"use-timeout"},
	},
	Page: requestWithoutTimeoutPage,
	Checks: []analysis.Check{
		analysis.Calls{Names: withoutDefault(), Run: judgeMissing},
		analysis.Calls{Names: withDefault(), Run: judgeNone},
		analysis.Calls{Names: []string{"urllib.request.urlopen"}, Run: judgeUrlopen},
		analysis.Calls{Names: []string{
			"http.client.HTTPConnection", "http.client.HTTPSConnection", "urllib3.request", "urllib3.PoolManager.request",
			"urllib3.PoolManager.urlopen", "urllib3.HTTPConnectionPool.request", "urllib3.HTTPSConnectionPool.request",
		}, Run: judgeMissing},
		analysis.Calls{Names: []string{"aiohttp.ClientTimeout"}, Run: judgeTotal},
	},
}

const consequence = ": a server that never answers holds this worker for good. Set a timeout in seconds."

var verbs = []string{"get", "post", "put", "patch", "delete", "head", "options", "request"}

// withoutDefault are the calls that wait for ever unless told otherwise.
func withoutDefault() []string {
	var out []string
	for _, v := range verbs {
		out = append(out, "requests."+v, "requests.Session."+v)
	}
	return out
}

// withDefault are the calls of httpx, which waits 5 seconds by itself.
func withDefault() []string {
	out := []string{"httpx.Client", "httpx.AsyncClient", "httpx.stream"}
	for _, v := range verbs {
		out = append(out, "httpx."+v, "httpx.Client."+v, "httpx.AsyncClient."+v)
	}
	return out
}

func judgeMissing(p *analysis.Pass, e *flow.Event) {
	if e.Recv != nil && (e.Recv.Local() || e.Recv.Attr("timeout") != nil) {
		return // a subclass of the project's own may set one, or the pool has
	}
	a := flow.FindArg(e.Args, "timeout")
	switch {
	case a != nil && a.Value.IsNone():
		p.Report(e, analysis.Certain, e.Name+" with timeout=None waits without end"+consequence)
	case a == nil && flow.FindArg(e.Args, "**") == nil:
		p.Report(e, analysis.Certain, e.Name+" has no timeout"+consequence)
	}
}

func judgeNone(p *analysis.Pass, e *flow.Event) {
	if a := flow.FindArg(e.Args, "timeout"); a != nil && a.Value.IsNone() {
		p.Report(e, analysis.Certain, e.Name+" with timeout=None waits without end"+consequence)
	}
}

// judgeUrlopen leaves calls alone that pass it as the third positional argument.
func judgeUrlopen(p *analysis.Pass, e *flow.Event) {
	if flow.FindArg(e.Args, "2") == nil {
		judgeMissing(p, e)
	}
}

func judgeTotal(p *analysis.Pass, e *flow.Event) {
	a := flow.FindArg(e.Args, "total")
	if a == nil {
		a = flow.FindArg(e.Args, "0")
	}
	if a != nil && a.Value.IsNone() && flow.FindArg(e.Args, "sock_read") == nil {
		p.Report(e, analysis.Certain, "ClientTimeout(total=None) waits without end"+consequence)
	}
}
