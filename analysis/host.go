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
