package ssrf

import (
	_ "embed"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed ssrf_guard_incomplete.md
var ssrfGuardIncompletePage string

// SSRFGuardIncomplete: checked URL fetched with redirects or re-resolution.
var SSRFGuardIncomplete = &analysis.Rule{
	ID:         "ssrf-guard-incomplete",
	Class:      "ssrf",
	Title:      "Checked URL fetched with redirects or re-resolution",
	CWE:        []int{918},
	OWASP2021:  "A10:2021 Server-Side Request Forgery",
	OWASP2025:  "A01:2025 Broken Access Control",
	Severity:   analysis.Low,
	Confidence: analysis.Likely,
	Page:       ssrfGuardIncompletePage,
	Checks:     []analysis.Check{analysis.Calls{Names: fetching(), Run: guardIncomplete}},
}

// fetching are the calls that send a request at once.
func fetching() []string {
	var out []string
	methods := []string{"get", "post", "put", "patch", "delete", "options", "request", "stream", "head"}
	for _, client := range []string{"requests", "requests.Session", "httpx", "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession"} {
		for _, m := range methods {
			out = append(out, client+"."+m)
		}
	}
	return append(out, "urllib.request.urlopen", "urllib.request.urlretrieve", "urllib3.PoolManager.request", "urllib3.request")
}

// guardIncomplete judges a request to a client's URL whose host was checked. A
// list of hosts holds as long as they redirect nowhere else; an address that was
// found to be public says nothing of where the answer leads.
func guardIncomplete(p *analysis.Pass, e *flow.Event) {
	a := urlArg(e)
	if a == nil || !fromClient(a.Value) || a.Value.Clean&models.URL == 0 {
		return
	}
	allowed, public := a.Value.HostChecked()
	redirects := follows(e)
	switch {
	case public && redirects:
		p.Report(e, analysis.Likely, "The address of this URL was checked, but the request follows redirects: a public host may redirect to a private one. Turn redirects off, or check each address.")
	case allowed && redirects:
		p.Report(e, analysis.Unsure, "The host of this URL was checked, but the request follows redirects, which may lead to any other. Turn redirects off.")
	}
}

func urlArg(e *flow.Event) *flow.Arg {
	for _, s := range e.Sinks {
		if s.Kinds()&models.URL != 0 {
			return e.SinkArg(s)
		}
	}
	return nil
}

func fromClient(v *flow.Value) bool {
	for _, o := range v.Origins {
		if o.Tier == models.Remote {
			return true
		}
	}
	return false
}

// follows reports whether a call follows redirects: most do unless they are
// told not to, httpx only if it is.
func follows(e *flow.Event) bool {
	option := map[string]string{"httpx": "follow_redirects", "urllib3": "redirect"}
	root, _, _ := strings.Cut(e.Name, ".")
	name := option[root]
	if name == "" {
		name = "allow_redirects"
	}
	byDefault := root != "httpx" && !(root == "requests" && strings.HasSuffix(e.Name, ".head"))
	v := flow.FindValue(e.Args, name)
	if v == nil {
		if root == "httpx" && e.Recv != nil {
			v = e.Recv.Attr(name)
		}
		if v == nil {
			return byDefault && flow.FindArg(e.Args, "**") == nil
		}
	}
	on, known := v.Bool()
	return known && on
}
