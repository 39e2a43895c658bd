package flow

import (
	"net/netip"
	"regexp"
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

const addressKinds = models.URL | models.Redirect

// absence is what a text tells that does not hold s: a blacklist at best.
func absence(s string) fact {
	switch {
	case s == "..":
		return fact{weak: models.Path, how: DotsRefused, marks: noDots}
	case strings.Contains(s, "..") && strings.Trim(s, "./\\") == "":
		return fact{weak: models.Path, how: DotsRefused}
	case s == "/":
		return fact{kinds: models.Path, weak: addressKinds, marks: relative}
	case s == "://" || s == "//":
		return fact{weak: addressKinds, how: NoScheme}
	case schemeOnly(s):
		return fact{weak: addressKinds, how: NoScheme}
	case privateHost(s):
		return fact{weak: models.URL, how: HostRefused}
	}
	return fact{weak: textKinds}
}

// schemeOnly recognises "http", "https:", "http://" and the like.
func schemeOnly(s string) bool {
	switch strings.TrimRight(strings.ToLower(s), "/") {
	case "http", "https", "http:", "https:":
		return true
	}
	return false
}

// webSchemes reports whether every constant begins a web address and says no
// more of it.
func webSchemes(list []Const) bool {
	for _, c := range list {
		if c.Kind != StrConst || !schemeOnly(c.S) {
			return false
		}
	}
	return len(list) > 0
}

// hostLike recognises the names of hosts on the Internet, a leading dot allowed.
func hostLike(s string) bool {
	return len(s) < 100 && hostName.MatchString(s) && !fileEnding.MatchString(s)
}

var (
	hostName   = regexp.MustCompile(`(?i)^(?:https?:)?/{0,2}\.?(?:[a-z0-9-]+\.)+(?:com|org|net|info|biz|io|ai|dev|co|app|cloud|edu|gov|mil|int|name|site|online|shop|xyz|me|tv|example|test|local|internal|invalid|[a-z]{2})/?$`)
	fileEnding = regexp.MustCompile(`(?i)^\.?(?:[a-z]{2,5}\.)?(?:gz|bz2|xz|zip|tar|json|xml|html?|txt|csv|py|js|css|png|jpe?g|gif|svg|pdf|min)$|\.(?:tar|min|d)\.[a-z0-9]+$|\.(?:json|xml|html?|txt|csv|py|js|css|png|jpe?g|gif|svg|pdf|ya?ml|toml|php|asp|aspx|jsp)$`)
)

// privateHost recognises names and beginnings of addresses of the machine
// itself and of private networks.
func privateHost(s string) bool {
	s = strings.ToLower(strings.Trim(s, "/[]."))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "http://"), "https://")
	switch s {
	case "":
		return false
	case "localhost", "localhost.localdomain", "metadata", "metadata.google.internal", "internal", "127", "10", "192.168", "172.16", "169.254", "0", "fd", "fe80":
		return true
	}
	a, err := netip.ParseAddr(s)
	return err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified())
}

// addressOf ties the address that a name resolves to, or each of a list of
// them, to the URL with the name.
func addressOf(_ *frame, _ syntax.Node, args []Arg) *Value {
	host := argValue(args, 0)
	if host == nil || host.rel == nil && !host.tainted(models.Unknown) {
		return nil
	}
	base := host
	if host.rel != nil && host.rel.how == "address" {
		base = host.rel.base
	}
	return &Value{Origins: host.Origins, Clean: models.All, rel: &relation{how: "address", base: base}}
}

// addresses reports whether v is the list of the addresses of a name, or one
// made of it: a name that resolves has an address.
func addresses(v *Value) bool {
	if v.rel != nil {
		return v.rel.how == "address"
	}
	return !v.maybe && v.rest != nil && v.rest.rel != nil && v.rest.rel.how == "address"
}

// addressTest is what an attribute of an IP address says of the URL; nil if it
// is no test.
func addressTest(v *Value, name string) *Value {
	if v.rel == nil || v.rel.how != "address" {
		return nil
	}
	x := fact{base: v.rel.base, kinds: models.URL, marks: hostPublic}
	switch name {
	case "is_global":
		x.onTrue = true
	case "is_private":
	case "is_loopback", "is_link_local", "is_reserved", "is_multicast", "is_unspecified", "is_site_local":
		x = fact{base: v.rel.base, weak: models.URL, how: HostRefused}
	default:
		return nil
	}
	return test(x)
}

// hostSuffix is what x.endswith(suffix) tells.
func hostSuffix(recv *Value, args []Arg) *Value {
	p := argValue(args, 0)
	if p == nil {
		return typed("bool")
	}
	base, isHost := recv, false
	if recv.rel != nil && (recv.rel.how == "hostname" || recv.rel.how == "netloc") {
		base, isHost = recv.rel.base, true
	}
	list := constsOf(p)
	if list == nil {
		if isHost && beginsWithDot(p) {
			return test(fact{base: base, kinds: addressKinds, marks: hostAllowed, onTrue: true})
		}
		if isHost && p.Consts == nil {
			return test(fact{base: base, weak: addressKinds, onTrue: true})
		}
		return typed("bool")
	}
	dotted := true
	for _, c := range list {
		if c.Kind != StrConst || !isHost && !hostLike(c.S) {
			return typed("bool")
		}
		dotted = dotted && strings.HasPrefix(c.S, ".")
	}
	if isHost && dotted {
		return test(fact{base: base, kinds: addressKinds, marks: hostAllowed, onTrue: true})
	}
	how := HostSuffix
	if !isHost && dotted {
		how = TextSuffix
	}
	return test(fact{base: base, weak: addressKinds, how: how, onTrue: true})
}

func beginsWithDot(v *Value) bool {
	if len(v.Pieces) == 0 {
		return false
	}
	p := v.Pieces[0]
	return p.Hole == nil && strings.HasPrefix(p.Text, ".")
}

// judgeAddress adds to what a pattern says of a text what it says as one for
// the beginning of a URL.
func (x *fact) judgeAddress(how, pattern string) {
	strict, half := judgeAddressPattern(how, pattern)
	x.kinds |= strict
	x.weak |= half &^ x.kinds
	if half != 0 {
		x.how = HostPattern
	}
	if strict != 0 {
		x.marks = hostAllowed | webScheme
	}
}

// judgeAddressPattern says what a pattern for the beginning of a URL tells:
// strict if scheme and host are spelled out and a slash ends them.
func judgeAddressPattern(how, p string) (kinds, weak models.Kind) {
	anchored := how != "search" || strings.HasPrefix(p, "^") || strings.HasPrefix(p, `\A`)
	body := strings.TrimPrefix(strings.TrimPrefix(p, "^"), `\A`)
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(body, `\`), "/"); ok {
		if anchored && oneSlash.MatchString(rest) {
			return models.Redirect, 0
		}
		return 0, models.Redirect
	}
	m := addressStart.FindString(body)
	if m == "" {
		if patternHost.MatchString(body) && !strings.HasPrefix(body, "/") && !strings.Contains(body, "@") {
			return 0, addressKinds
		}
		return 0, 0
	}
	rest := body[len(m):]
	if !patternHost.MatchString(rest) {
		return 0, 0
	}
	if anchored && strictHost.MatchString(rest) {
		return addressKinds, 0
	}
	return 0, addressKinds
}

var (
	// what may stand behind a slash so that neither // nor /\ begins the text
	oneSlash     = regexp.MustCompile(`^(?:[a-zA-Z0-9_]|\\[wd]|\[[a-zA-Z0-9_.~\\w\\d-]+\]|\[\^(?:\\?/\\\\|\\\\\\?/)|\(\?!(?:\[(?:\\?/\\\\|\\\\\\?/)\]|\\?/\|\\\\|\\\\\|\\?/))`)
	addressStart = regexp.MustCompile(`^\(?(?:\?:)?https?\??\)?:(?:\\?/){2}`)
	patternHost  = regexp.MustCompile(`(?i)^[\w\-\\.()?:|+*\[\]]*[a-z0-9-]+\\?\.(?:com|org|net|io|dev|example|test|local|edu|gov|co|app|cloud|[a-z]{2})(?:[^\w.-]|$)`)
	// a group or class of host characters, or letters and escaped dots, up to a slash, the end or a port
	strictHost = regexp.MustCompile(`(?i)^(?:[a-z0-9-]|\\[.\-]|\((?:\?:)?(?:[a-z0-9\-|]|\\[.\-]|\[[a-z0-9\-\\]+\][+*?]?)+\)[?+*]?|\[[a-z0-9\-\\]+\][+*?]?|\\w\+)+(?::\d+)?(?:/|\\/|\$$|\\Z$|\((?:\?:)?\\?/)`)
)

// nearly reports whether the marks leave little room for a redirect to another
// host: control characters, or more slashes than two.
func (m mark) nearly() bool {
	for _, all := range []mark{leadingSlash | noSlashSlash, leadingSlash | noNetloc | noBackslash, noNetloc | noScheme | noBackslash} {
		if m&all == all {
			return true
		}
	}
	return false
}

// HostChecked reports whether the host of a URL was compared with a list, or its
// address found to be public.
func (v *Value) HostChecked() (allowed, public bool) {
	for _, a := range v.alts {
		x, y := a.HostChecked()
		allowed, public = allowed || x, public || y
	}
	return allowed || v.marks&hostAllowed != 0, public || v.marks&hostPublic != 0
}

// trusted is what a function tells by its name alone that is not of this file
// and of no library that is known: is_safe_url(target), is_within_directory(a, b).
func trusted(name string, args []Arg) []fact {
	m := trustedName.FindStringSubmatch(name[strings.LastIndexByte(name, '.')+1:])
	if m == nil {
		return nil
	}
	kinds, onTrue := addressKinds, true
	switch {
	case m[3] != "":
		kinds = models.Path
	case ownHost.MatchString(m[1]):
		kinds = models.Redirect
	}
	var facts []fact
	for i := range args {
		if v := args[i].Value; v.tainted(models.Unknown) {
			facts = append(facts, fact{base: v, kinds: kinds, onTrue: onTrue})
			if kinds == models.Redirect {
				facts = append(facts, fact{base: v, kinds: models.URL})
			}
		}
	}
	return facts
}

var (
	trustedName = regexp.MustCompile(`(?i)^_*(?:is|has|are|url_is|check_if|check)_?(\w*(?:safe|allowed|trusted|whitelisted|allowlisted|permitted|public|local|same|internal|relative|own|private))_?\w*?(?:(url|uri|redirect|next|host|domain|origin|target|link|address|ip)s?|(path|file|filename|dir|directory))(?:_\w+)?$`)
	ownHost     = regexp.MustCompile(`(?i)local|same|internal|relative|own|private`)
)
