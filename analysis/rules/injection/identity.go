package injection

import (
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// identityKey recognises the keys by which a session says who somebody is and
// what they may do.
var identityKey = regexp.MustCompile(`(?i)^_?(?:current_?|auth_?|logged_?in_?(?:as_?)?|login_?)?(?:user|uid|user_?id|user_?name|login|account|account_?id|role|roles|is_?admin|admin|is_?staff|is_?superuser|superuser|permissions?|privileges?|scopes?|tenant|tenant_?id|owner|authenticated|identity|member_?id|customer_?id)$`)

// judgeTrust is sure of keys that the client chooses and of those that say who
// it is. What else sessions hold, such as a language or a cart, is for the
// client to choose.
func judgeTrust(_ *analysis.Pass, e *flow.Event, r flow.Reach) (analysis.Confidence, bool) {
	if r.Origin.Tier != models.Remote {
		return 0, false
	}
	key := e.Name[strings.LastIndexByte(e.Name, '[')+1:]
	key = strings.TrimSuffix(key, "]")
	switch {
	case r.Origin.Vague || r.Weak || helped(r.Origin.Steps):
		return analysis.Unsure, true
	case key == "*":
		return analysis.Likely, true
	case identityKey.MatchString(key) && !verifies(e.Node):
		return analysis.Likely, true
	}
	return analysis.Unsure, true
}

// verifyWords are those of which one stands in the names of a function that
// finds out who somebody is.
var verifyWords = []string{"passw", "pwd", "passphrase", "verif", "authenticat", "compare_digest", "check", "signin", "sign_in", "token", "otp", "oauth", "userinfo", "register", "signup"}

// verifies reports whether the function around a node checks something like a
// password.
func verifies(n syntax.Node) bool {
	fn := n
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindFunctionDefinition {
			fn = p
		}
	}
	for d := range fn.Descendants() {
		if k := d.Kind(); k != syntax.KindIdentifier && k != syntax.KindStringContent || d.Span().Len() > 60 {
			continue
		}
		name := strings.ToLower(d.Str())
		for _, w := range verifyWords {
			if strings.Contains(name, w) {
				return true
			}
		}
	}
	return false
}
