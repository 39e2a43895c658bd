package redirect

import (
	_ "embed"
	"regexp"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
)

//go:embed weak_url_check.md
var weakURLCheckPage string

// WeakURLCheck: URL or host check that can be bypassed.
var WeakURLCheck = &analysis.Rule{
	ID:         "weak-url-check",
	Class:      "redirect",
	Title:      "URL or host check that can be bypassed",
	CWE:        []int{183, 20},
	OWASP2021:  "A04:2021 Insecure Design",
	OWASP2025:  "A06:2025 Insecure Design",
	Severity:   analysis.Medium,
	Confidence: analysis.Likely,
	Page:       weakURLCheckPage,
	Checks:     []analysis.Check{analysis.Weak{Kind: models.Redirect | models.URL, Run: weakURL}},
}

// bypass says how each half measure is got around, and what holds.
var bypass = map[flow.Weakness]string{
	flow.NetlocEmpty:    "`////evil.example`, `/\\evil.example` and `https:evil.example` have no netloc and lead browsers to another host. Refuse a scheme, a backslash and a leading `//`, too.",
	flow.SameHostJoined: "urljoin reads `////evil.example`, `/\\evil.example` and `https:evil.example` as paths of this host, browsers as another host. Redirect to the joined URL, or refuse what is no plain path.",
	flow.LeadingSlash:   "`//evil.example` begins with a slash and leads to another host. Refuse `//` and backslashes, too.",
	flow.NoDoubleSlash:  "Browsers read `/\\evil.example` as `//evil.example`. Refuse backslashes and control characters, too.",
	flow.NoScheme:       "`//evil.example` needs no scheme to lead to another host. Compare the parts of urlsplit.",
	flow.HostInText:     "The name may stand anywhere: `https://evil.example/?` and the name passes. Compare urlsplit(url).hostname.",
	flow.HostPrefix:     "Nothing ends the host: with `.evil.example` or `@evil.example` behind it, the URL leads elsewhere. Compare urlsplit(url).hostname, or let the text end in a slash.",
	flow.HostSuffix:     "Any name may end like this: with `evil` in front of it, it is another host. Compare the whole hostname, or a suffix that begins with a dot.",
	flow.TextSuffix:     "The path or query may end like this: `https://evil.example/` and the name passes. Compare the hostname.",
	flow.HostPattern:    "The pattern matches other hosts: escape its dots, anchor its beginning, and let a slash end the host.",
	flow.HostRefused:    "Private hosts have more names than are refused here: `127.1`, `[::1]`, `0x7f000001`, any name that resolves to them. Allow known hosts, or resolve the name and ask is_global.",
}

func weakURL(p *analysis.Pass, e *flow.Event, w *flow.WeakCheck, r *flow.Reach) {
	says, ok := bypass[w.How]
	if !ok {
		return
	}
	c := analysis.Likely
	if r == nil {
		if w.How == flow.TextSuffix || !telling[w.How] && !(flow.Checks(e.Func) && (hosts[w.How] || forRedirects.MatchString(e.Func))) {
			return // an ordinary test of a text
		}
	} else if got, ok := analysis.FromClientOrTelling(*r); !ok || got < analysis.Likely {
		if c = analysis.Unsure; !ok && !flow.Checks(e.Func) {
			return
		}
	} else if r.Nearly && w.How == flow.NetlocEmpty {
		c = analysis.Unsure
	}
	p.ReportWeak(e, w, r, c, says)
}

// hosts are the tests of hosts; the others look at paths unless redirects are
// spoken of.
var hosts = map[flow.Weakness]bool{flow.NetlocEmpty: true, flow.SameHostJoined: true, flow.HostRefused: true}

var forRedirects = regexp.MustCompile(`(?i)redirect|next|safe_?url|url_?(?:is_)?safe|safe_?target|return_?url|same_origin|local_?url`)

// telling are the tests that nobody writes but to refuse a host.
var telling = map[flow.Weakness]bool{flow.HostPrefix: true, flow.HostSuffix: true, flow.HostInText: true, flow.HostPattern: true}
