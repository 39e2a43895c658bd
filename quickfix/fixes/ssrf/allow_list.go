// Package ssrf holds the fixes of server-side request forgery.
package ssrf

import (
	"sort"
	"strings"

	"pavise/analysis"
	"pavise/analysis/models"
	"pavise/analysis/rules/ssrf"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
	"pavise/quickfix/pytext"
)

// Fixes of this class.
var Fixes = []*fix.Fix{AllowHosts, QuoteSegment, NoRedirects, SchemeGuard}

// AllowHosts checks the URL of an outgoing request against a list of hosts.
var AllowHosts = &fix.Fix{
	Name:    "allow-hosts",
	For:     []*analysis.Rule{ssrf.SSRF},
	Compute: allowHosts,
}

const helper = `def %NAME%(url):
    parts = %SPLIT%(url)
    if parts.scheme not in %SCHEMES% or parts.hostname not in %HOSTS% or "@" in parts.netloc:
        raise ValueError("URL not allowed")
    return url
`

func allowHosts(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return fix.Refuse("No call that sends this request is in sight.")
	}
	arg, ok := s.SinkArg(models.URL)
	if !ok {
		return fix.Refuse("The URL of this request cannot be told.")
	}
	url := address(s, call.On(arg.Value))
	e := s.Edits()
	if reason := stay(s, e, call); reason != "" {
		return fix.Refuse("%s", reason)
	}
	scheme := "https"
	if t, _ := pytext.Parse(url, s); t != nil && !t.Pieces[0].Hole && strings.HasPrefix(t.Pieces[0].Text, "http:") {
		scheme = "http"
	}
	hosts := literalHosts(s)
	known := len(hosts) > 0
	if !known {
		hosts = []string{"api.example.com"}
	}
	name := add(s, e, call, scheme, hosts)
	e.Wrap(url, name+"(", ")")
	note := "Fill ALLOWED_HOSTS with the hosts that this program may ask: any other URL raises ValueError."
	out := fix.Propose(e, note, "Allow requests to certain hosts only")
	if !known {
		return fix.Unfinished(out)
	}
	return out
}

// stay keeps the request from following redirects away from the host.
func stay(s *fix.Site, e *pyedit.Edits, call pyedit.At) string {
	name := s.EventName()
	var keyword string
	switch root, _, _ := strings.Cut(name, "."); root {
	case "requests", "aiohttp":
		keyword = "allow_redirects"
	case "httpx":
		if a, ok := pyedit.Keyword(call.Node, "follow_redirects"); ok {
			if !fix.IsTrue(a.Value) && !fix.IsFalse(a.Value) {
				return "Whether redirects are followed is decided elsewhere: an allowed host could lead to any other."
			}
			e.ReplaceNode(call.On(a.Value), "False")
		}
		return ""
	case "urllib":
		return openWithout(s, e, call)
	default:
		return "Whether " + name + " follows redirects is not known: check the URL against the hosts that you allow, and follow none."
	}
	if a, ok := pyedit.Keyword(call.Node, keyword); ok {
		if !fix.IsFalse(a.Value) {
			e.ReplaceNode(call.On(a.Value), "False")
		}
		return ""
	}
	for _, a := range pyedit.Args(call.Node) {
		if a.Name == "**" {
			return "The call takes keywords from **" + a.Value.Str() + ", which may let it follow redirects."
		}
	}
	if !e.AddKeyword(call, keyword, "False") {
		return "The call takes no further argument as it is written."
	}
	return ""
}

// address is the URL itself where it is put into a Request first.
func address(s *fix.Site, n pyedit.At) pyedit.At {
	at := n
	if at.Kind() == syntax.KindIdentifier {
		if def, _, ok := s.Definition(at); ok {
			at = def
		}
	}
	if at.Kind() == syntax.KindCall && s.Callee(at) == "urllib.request.Request" {
		if a, ok := pyedit.Argument(at.Node, 0, "url"); ok {
			return at.On(a.Value)
		}
	}
	return n
}

// opener opens URLs and follows no redirect: it raises HTTPError instead.
const opener = `class %CLASS%(%HANDLER%):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        return None


%NAME% = %BUILD%(%CLASS%)
`

// openWithout puts an opener that follows no redirect in the place of urlopen.
func openWithout(s *fix.Site, e *pyedit.Edits, call pyedit.At) string {
	if s.EventName() != "urllib.request.urlopen" {
		return "How " + s.EventName() + " follows redirects cannot be changed: check the URL against the hosts that you allow, and follow none."
	}
	for _, a := range pyedit.Args(call.Node) {
		if a.Name != "" && a.Name != "url" && a.Name != "data" && a.Name != "timeout" {
			return "An opener without redirects takes no " + a.Name + "=: build one with the handlers that you need."
		}
	}
	f := s.File
	fn := call.On(call.Child(syntax.FieldFunction))
	old := fn.Str()
	name := "no_redirect_opener"
	if !f.Spelled(name) {
		style := pyedit.Plain
		if fn.Kind() == syntax.KindIdentifier {
			style = pyedit.From
		}
		text := strings.NewReplacer(
			"%CLASS%", f.Unique("NoRedirect"), "%NAME%", name,
			"%HANDLER%", e.Use(pyedit.At{}, "urllib.request", "HTTPRedirectHandler", style),
			"%BUILD%", e.Use(pyedit.At{}, "urllib.request", "build_opener", style),
		).Replace(opener)
		e.AddHelper(call.Abs().Start, text)
	}
	e.ReplaceNode(fn, name+".open")
	for _, a := range pyedit.Args(call.Node) {
		if a.Name == "url" { // open calls it fullurl
			name := call.On(a.Node).Abs()
			name.End = call.On(a.Value).Abs().Start
			e.Delete(name)
		}
	}
	e.DropImport(root(old))
	return ""
}

func root(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// literalHosts are the hosts of URLs in the file, to begin the list with.
func literalHosts(s *fix.Site) []string {
	found := map[string]bool{}
	for _, u := range s.File.Tree.Units {
		for i := range u.Len() {
			n := u.At(i)
			if n.Kind() != syntax.KindStringContent {
				continue
			}
			host, ok := strings.CutPrefix(n.Str(), "https://")
			if !ok {
				continue
			}
			host, _, _ = strings.Cut(host, "/")
			if plainHost(host) {
				found[host] = true
			}
		}
	}
	var out []string
	for h := range found {
		out = append(out, h)
	}
	sort.Strings(out)
	return out
}

func plainHost(host string) bool {
	if !strings.Contains(host, ".") {
		return false
	}
	for _, c := range host {
		if c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// add writes the constants and the check, unless the module has them, and
// returns the name of the check.
func add(s *fix.Site, e *pyedit.Edits, call pyedit.At, scheme string, hosts []string) string {
	f := s.File
	name := "check_outgoing_url"
	if at, ok := f.Defines(name); ok && scheme == "https" && strings.Contains(s.Source(at), "parts.hostname not in") {
		return name
	}
	name = f.Unique(name)
	schemes, list := f.Unique("ALLOWED_SCHEMES"), f.Unique("ALLOWED_HOSTS")
	split := e.Use(pyedit.At{}, "urllib.parse", "urlsplit", pyedit.From)
	text := schemes + ` = {"` + scheme + `"}` + "\n" + list + ` = {"` + strings.Join(hosts, `", "`) + `"}` + "\n\n\n" +
		strings.NewReplacer("%NAME%", name, "%SPLIT%", split, "%SCHEMES%", schemes, "%HOSTS%", list).Replace(helper)
	e.AddHelper(call.Abs().Start, text)
	return name
}
