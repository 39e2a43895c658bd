package analysis

import (
	"regexp"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/syntax"
)

// FromHostHeader recognises what frameworks read from the Host header. Django
// checks it against ALLOWED_HOSTS, unless the header is read by itself.
func FromHostHeader(o *flow.Origin) bool {
	if strings.Contains(o.Label, "get_host") || strings.Contains(o.Label, "build_absolute_uri") {
		return false
	}
	if hostMember.MatchString(o.Label) {
		return true
	}
	// request.headers["Host"], request.META.get("HTTP_HOST")
	at := o.Node.Parent()
	if !at.OK() {
		return false
	}
	if at.Kind() == syntax.KindAttribute {
		at = at.Parent()
	}
	return (at.Kind() == syntax.KindSubscript || at.Kind() == syntax.KindCall) && hostKey.MatchString(at.Str())
}

var (
	hostMember = regexp.MustCompile(`request\.(?:host|host_url|url_root|root_url|base_url|url|url_for)$`)
	hostKey    = regexp.MustCompile(`(?i)["'](?:x-forwarded-host|host|http_host|http_x_forwarded_host|x-host|origin|http_origin|x-original-host)["']`)
)

// HostOf is the host of what stands behind :// in a URL, in small letters.
func HostOf(rest string) string {
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	name, _, _ := strings.Cut(rest, ":")
	return strings.ToLower(name)
}

// PublicHost reports whether a host is known to stand outside the own network.
func PublicHost(host string) bool {
	return publicHost.MatchString(host) && !privateHost.MatchString(host)
}

var (
	// publicHost is a name with a domain, or an IPv4 address.
	publicHost = regexp.MustCompile(`^(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$|^\d{1,3}(?:\.\d{1,3}){3}$`)

	// privateHost are names and addresses of the same network, or of none, and
	// services that are not encrypted for a reason: what they answer is signed.
	privateHost = regexp.MustCompile(`\.(?:local|localhost|localdomain|internal|lan|home|corp|intranet|private|svc|consul|docker|test|testing|example|invalid|onion|arpa|mock|fake)$|` +
		`^(?:.+\.)?(?:example|domain|yourdomain|your-domain|mydomain|mysite|yoursite|foo|bar)\.(?:com|org|net|edu|io)$|` +
		`^(?:127|10|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|192\.0\.2|198\.51\.100|203\.0\.113)\.|^(?:ocsp|crl)\d?\.|^(?:www\.)?w3\.org$`)
)
