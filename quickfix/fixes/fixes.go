// Package fixes lists every fix.
package fixes

import (
	"slices"

	"pavise/analysis"
	"pavise/quickfix/fix"
	"pavise/quickfix/fixes/access"
	"pavise/quickfix/fixes/auth"
	"pavise/quickfix/fixes/cmdi"
	"pavise/quickfix/fixes/codeexec"
	"pavise/quickfix/fixes/cors"
	"pavise/quickfix/fixes/crypto"
	"pavise/quickfix/fixes/csrf"
	"pavise/quickfix/fixes/deser"
	"pavise/quickfix/fixes/dos"
	"pavise/quickfix/fixes/errors"
	"pavise/quickfix/fixes/files"
	"pavise/quickfix/fixes/headers"
	"pavise/quickfix/fixes/injection"
	"pavise/quickfix/fixes/jwt"
	"pavise/quickfix/fixes/logging"
	"pavise/quickfix/fixes/redirect"
	"pavise/quickfix/fixes/secrets"
	"pavise/quickfix/fixes/session"
	"pavise/quickfix/fixes/settings"
	"pavise/quickfix/fixes/sqli"
	"pavise/quickfix/fixes/ssrf"
	"pavise/quickfix/fixes/ssti"
	"pavise/quickfix/fixes/suppressions"
	"pavise/quickfix/fixes/transport"
	"pavise/quickfix/fixes/traversal"
	"pavise/quickfix/fixes/validation"
	"pavise/quickfix/fixes/xml"
	"pavise/quickfix/fixes/xss"
)

// All fixes, by class. The order is that in which they are offered.
func All() []*fix.Fix {
	return slices.Concat(sqli.Fixes, cmdi.Fixes, codeexec.Fixes, ssti.Fixes, xss.Fixes, redirect.Fixes, ssrf.Fixes, traversal.Fixes, files.Fixes, validation.Fixes, xml.Fixes,
		deser.Fixes, crypto.Fixes, jwt.Fixes, secrets.Fixes, settings.Fixes, transport.Fixes, dos.Fixes, injection.Fixes, logging.Fixes, errors.Fixes, session.Fixes, csrf.Fixes, cors.Fixes, headers.Fixes, access.Fixes, auth.Fixes, suppressions.Fixes)
}

// For are the fixes of one rule.
func For(r *analysis.Rule) []*fix.Fix {
	var out []*fix.Fix
	for _, f := range All() {
		if slices.Contains(f.For, r) {
			out = append(out, f)
		}
	}
	return out
}
