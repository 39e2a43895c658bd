package analysis

import (
	"regexp"
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// FieldOf is the name of the field that data was read from a request by, without its
// quotes: X-Role of request.headers.get("X-Role"); the label of the data if it
// was read as a whole.
func FieldOf(o *flow.Origin) string {
	n := o.Node
	if !n.OK() {
		return o.Label
	}
	switch n.Kind() {
	case syntax.KindCall: // self.get_cookie("role")
		if s, ok := constant(n.Child(syntax.FieldArguments).NamedChild(0)); ok && !containers[s] {
			return s
		}
	case syntax.KindSubscript:
		if s, ok := constant(n.Child(syntax.FieldSubscript)); ok && !containers[s] {
			return s
		}
	}
	for range 3 {
		up := n.Parent()
		if !up.OK() {
			break
		}
		switch up.Kind() {
		case syntax.KindAttribute:
			if up.Child(syntax.FieldObject) != n {
				return o.Label
			}
			if name := up.Child(syntax.FieldAttribute).Str(); up.Parent().Kind() != syntax.KindCall && !containers[name] {
				return name
			}
			n = up
			continue
		case syntax.KindSubscript:
			if s, ok := constant(up.Child(syntax.FieldSubscript)); ok && containers[s] { // event["headers"]
				n = up
				continue
			} else if ok {
				return s
			}
			return o.Label
		case syntax.KindCall:
			if up.Child(syntax.FieldFunction) == n && n.Kind() == syntax.KindAttribute {
				if s, ok := constant(up.Child(syntax.FieldArguments).NamedChild(0)); ok {
					return s
				}
			}
			return o.Label
		}
		break
	}
	return o.Label
}

// containers are members of requests that hold fields.
var containers = map[string]bool{"headers": true, "cookies": true, "args": true, "form": true, "META": true, "environ": true, "GET": true, "POST": true, "COOKIES": true, "query_params": true,
	"multiValueHeaders": true, "queryStringParameters": true}

// ClientAddress reports whether data was read from a header in which a proxy, or the
// client itself, says whose request it is.
func ClientAddress(o *flow.Origin) bool {
	return o.Tier == models.Remote && (addressHeader.MatchString(FieldOf(o)) || strings.HasSuffix(o.Label, ".access_route"))
}

// AddressHeader finds the name of such a header in a text.
func AddressHeader(text string) bool { return addressHeaderIn.MatchString(text) }

const addressHeaders = `(?:http[-_])?(?:x[-_](?:forwarded[-_]for|real[-_]?ip|client[-_]?ip|originating[-_]ip|remote[-_](?:ip|addr)|cluster[-_]client[-_]ip|forwarded|host[-_]ip)|(?:true[-_])?client[-_]ip|forwarded(?:[-_]for)?|x[-_]proxyuser[-_]ip)`

var (
	addressHeader   = regexp.MustCompile(`(?i)^` + addressHeaders + `$`)
	addressHeaderIn = regexp.MustCompile(`(?i)["']` + addressHeaders + `["']`)
)
